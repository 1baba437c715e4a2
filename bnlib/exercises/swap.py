"""The exercise of *Why the classes swap*: predict the coat at which they do."""

import numpy as np

from .exercise import Exercise


def swap_colour_solution(background, d_fur, d_ground, d_ink, black, ground):
    known = black * d_fur + ground * d_ground + d_ink
    without_fur = background * d_ground + d_ink
    return -(without_fur @ known) / (d_fur @ known)


def draw_differences(rng):
    """Differences like those of the animals: where there is less fur, there is more ground; and a little ink."""
    pixels = int(rng.integers(6, 13))
    d_fur = rng.choice([-1, 1], pixels) * rng.uniform(0.3, 1, pixels)
    d_ground = -d_fur * rng.uniform(0.8, 1, pixels)
    d_ink = 0.15 * d_fur * rng.uniform(-1, 1, pixels)
    black, ground = float(rng.uniform(0, 0.2)), float(rng.uniform(0.65, 0.9))
    return float(rng.uniform(0.1, 0.6)), d_fur, d_ground, d_ink, black, ground


def turn(known, without_fur, fur):
    return -(without_fur @ known) / (fur @ known)


swap_colour = Exercise(
    "swap_colour",
    "The coat at which the new D is at right angles to the D of the training, on this background.",
    swap_colour_solution,
    draw_differences,
    {
        "takes the coat that is as bright as the background, and forgets that eyes and nose stay dark": (
            lambda b, f, g, i, c0, b0: b
        ),
        "takes the middle between black and white": lambda b, f, g, i, c0, b0: (c0 + 1) / 2,
        "takes the coat as far above the background as black is below it": lambda b, f, g, i, c0, b0: 2 * b - c0,
        "takes the full mirror image, s = −1, where s is only about to turn": lambda b, f, g, i, c0, b0: b + b0 - c0,
        "takes the background of the training for the new one": lambda b, f, g, i, c0, b0: turn(
            c0 * f + b0 * g + i, b0 * g + i, f
        ),
        "takes the new background also for the D of the training": lambda b, f, g, i, c0, b0: turn(
            c0 * f + b * g + i, b * g + i, f
        ),
        "leaves the ink out of both D": lambda b, f, g, i, c0, b0: turn(c0 * f + b0 * g, b * g, f),
        "leaves the ink out of the new D": lambda b, f, g, i, c0, b0: turn(c0 * f + b0 * g + i, b * g, f),
        "leaves the ink out of the D of the training": lambda b, f, g, i, c0, b0: turn(c0 * f + b0 * g, b * g + i, f),
        "leaves the background out of the new D": lambda b, f, g, i, c0, b0: turn(c0 * f + b0 * g + i, i, f),
        "takes the coat where the new D is shortest, and does not ask the D of the training": (
            lambda b, f, g, i, c0, b0: turn(f, b * g + i, f)
        ),
        "asks where the numbers of the new D add up to 0, and does not weight them by the D of the training": (
            lambda b, f, g, i, c0, b0: turn(np.ones(len(f)), b * g + i, f)
        ),
        "solves for each pixel alone, and averages": lambda b, f, g, i, c0, b0: np.mean(-(b * g + i) / f),
        "has lost a sign when it solves for the coat": lambda b, f, g, i, c0, b0: (
            -turn(c0 * f + b0 * g + i, b * g + i, f)
        ),
        "does not divide by what the coat is multiplied with": lambda b, f, g, i, c0, b0: (
            -((b * g + i) @ (c0 * f + b0 * g + i))
        ),
    },
    properties={
        "the new D times the D of the training, added up, is 0": lambda coat, b, f, g, i, c0, b0: (
            abs((coat * f + b * g + i) @ (c0 * f + b0 * g + i)) < 1e-6
        )
    },
    hints=[
        "The new D has three parts. Which of them does the coat change, and which does the background change?",
        "Multiply each part with the D of the training and add up: a line in the coat. Where does it cross 0?",
    ],
    read="Why the classes swap, Where do the classes swap?",
    after="Now drag the background: Coat(swap=lambda b: swap_colour(b, d_fur, d_ground, d_ink, black, ground), "
    'way="BN, test batch").',
)
