"""Exercises of lesson 2: normalize, scale and shift."""

import numpy as np

from .draws import EPS, batch, floating, layout, units
from .exercise import Exercise

LESSON = "2. Scale and shift"


def normalize_solution(x, gamma, beta, eps):
    mean = x.mean(axis=0)
    var = x.var(axis=0)
    x_hat = (x - mean) / np.sqrt(var + eps)
    return gamma * x_hat + beta


def draw_normalize(rng):
    dtype = floating(rng)
    x = batch(rng, least=3, dtype=dtype)
    n = x.shape[1]
    return x, units(rng, n, dtype=dtype), units(rng, n, dtype=dtype), EPS


def hat(x, eps=0.0, axis=0, ddof=0):
    return (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, ddof=ddof, keepdims=True) + eps)


normalize = Exercise(
    "normalize",
    "Normalize each column of x, then scale by gamma and shift by beta.",
    normalize_solution,
    draw_normalize,
    {
        "takes the mean and the variance of each row, over the units of one example": lambda x, g, b, e: (
            g * hat(x, e, 1) + b
        ),
        "takes one mean and one variance for the whole array": lambda x, g, b, e: g * hat(x, e, None) + b,
        "takes one mean for the whole array": lambda x, g, b, e: g * (x - x.mean()) / np.sqrt(x.var(0) + e) + b,
        "takes one variance for the whole array": lambda x, g, b, e: g * (x - x.mean(0)) / np.sqrt(x.var() + e) + b,
        "divides by m − 1 in the variance": lambda x, g, b, e: g * hat(x, e, ddof=1) + b,
        "divides by the variance, and not by its root": lambda x, g, b, e: g * (x - x.mean(0)) / (x.var(0) + e) + b,
        "multiplies by the standard deviation": lambda x, g, b, e: g * (x - x.mean(0)) * np.sqrt(x.var(0) + e) + b,
        "adds ε behind the root": lambda x, g, b, e: g * (x - x.mean(0)) / (x.std(0) + e) + b,
        "leaves ε out": lambda x, g, b, e: g * hat(x) + b,
        "does not subtract the mean": lambda x, g, b, e: g * x / np.sqrt(x.var(0) + e) + b,
        "divides the mean alone by the root": lambda x, g, b, e: g * (x - x.mean(0) / np.sqrt(x.var(0) + e)) + b,
        "multiplies x alone by γ, and divides the mean alone": lambda x, g, b, e: (
            g * x - x.mean(0) / np.sqrt(x.var(0) + e) + b
        ),
        "leaves γ out": lambda x, g, b, e: hat(x, e) + b,
        "leaves β out": lambda x, g, b, e: g * hat(x, e),
        "returns ẑ, without γ and β": lambda x, g, b, e: hat(x, e),
        "exchanges γ and β": lambda x, g, b, e: b * hat(x, e) + g,
        "adds β before it multiplies by γ": lambda x, g, b, e: g * (hat(x, e) + b),
        "takes the mean of x² for the variance": lambda x, g, b, e: (
            g * (x - x.mean(0)) / np.sqrt((x**2).mean(0) + e) + b
        ),
        "sums the squares, without dividing by m": lambda x, g, b, e: (
            g * (x - x.mean(0)) / np.sqrt(x.var(0) * len(x) + e) + b
        ),
        "divides by the range, largest minus smallest": lambda x, g, b, e: (
            g * (x - x.mean(0)) / np.sqrt(np.ptp(x, axis=0) ** 2 + e) + b
        ),
    },
    properties={
        "the mean of each column of the answer is beta": lambda y, x, g, b, e: np.allclose(y.mean(0), b, atol=1e-3)
    },
    hints=[
        "How many means does a batch of m examples with n units have? Along which axis do you take them?",
        "Four lines: mean, variance, normalized values with ε under the root, then γ times that plus β.",
    ],
    read=f"{LESSON}, One unit, four lines",
    after="Now drag it, in a new cell: GammaBeta(function=normalize).",
)


def undo_solution(x, eps):
    return np.sqrt(x.var(axis=0) + eps), x.mean(axis=0)


identity = Exercise(
    "identity",
    "Which γ and β make the batch normalization of x return x itself? Return both, one number a unit.",
    undo_solution,
    lambda rng: (batch(rng, least=3), EPS),
    {
        "exchanges γ and β": lambda x, e: (x.mean(0), np.sqrt(x.var(0) + e)),
        "leaves ε out of γ": lambda x, e: (x.std(0), x.mean(0)),
        "takes the variance for γ": lambda x, e: (x.var(0) + e, x.mean(0)),
        "divides by m − 1": lambda x, e: (np.sqrt(x.var(0, ddof=1) + e), x.mean(0)),
        "returns one number for all units": lambda x, e: (
            np.full(x.shape[1], np.sqrt(x.var() + e)),
            np.full(x.shape[1], x.mean()),
        ),
        "returns the start values, 1 and 0": lambda x, e: (np.ones(x.shape[1]), np.zeros(x.shape[1])),
        "takes β with the wrong sign": lambda x, e: (np.sqrt(x.var(0) + e), -x.mean(0)),
        "takes 1 / σ for γ": lambda x, e: (1 / np.sqrt(x.var(0) + e), x.mean(0)),
        "takes 1 / σ for γ and −μ / σ for β, which normalizes and does not undo": lambda x, e: (
            1 / np.sqrt(x.var(0) + e),
            -x.mean(0) / np.sqrt(x.var(0) + e),
        ),
        "adds ε behind the root": lambda x, e: (x.std(0) + e, x.mean(0)),
    },
    hints=[
        "What did normalizing divide by, and what did it subtract?",
        "γ is the root that BN divides by, with its ε; β is the mean.",
    ],
    read=f"{LESSON}, The identity is possible, for one batch",
    after="The button “identity” of the explorer does the same, for one unit.",
)


def gamma_into_next_solution(gamma, beta, W):
    return beta / gamma, gamma[:, None] * W


def draw_gamma_and_next(rng):
    n = int(rng.integers(2, 6))  # W is square, so the wrong axis stays silent
    return units(rng, n, signs=False), units(rng, n), layout(rng, rng.normal(size=(n, n)))


def same_sums(new, gamma, beta, W):
    x_hat = np.linspace(-2, 2, 7)[:, None] * np.ones(len(gamma))
    sums = np.maximum(gamma * x_hat + beta, 0) @ W
    return np.allclose(np.maximum(x_hat + new[0], 0) @ new[1], sums)


gamma_into_next = Exercise(
    "gamma_into_next",
    "Move gamma > 0 from in front of a ReLU into the next layer's W: return the new beta and the new W, for gamma = 1.",
    gamma_into_next_solution,
    draw_gamma_and_next,
    {
        "leaves β as it was": lambda g, b, W: (b, g[:, None] * W),
        "leaves W as it was": lambda g, b, W: (b / g, W),
        "leaves both as they were": lambda g, b, W: (b, W),
        "multiplies β by γ": lambda g, b, W: (b * g, g[:, None] * W),
        "divides γ by β": lambda g, b, W: (g / b, g[:, None] * W),
        "subtracts γ from β": lambda g, b, W: (b - g, g[:, None] * W),
        "multiplies the columns of W, and not its rows": lambda g, b, W: (b / g, g * W),
        "multiplies the columns of W, and leaves β as it was": lambda g, b, W: (b, g * W),
        "multiplies β by γ, and the columns of W": lambda g, b, W: (b * g, g * W),
        "divides W by γ": lambda g, b, W: (b / g, W / g[:, None]),
        "multiplies β by γ and divides W by γ: the two are exchanged": lambda g, b, W: (b * g, W / g[:, None]),
        "sets β to 0": lambda g, b, W: (0 * b, g[:, None] * W),
        "transposes W": lambda g, b, W: (b / g, (g[:, None] * W).T),
        "multiplies all of W by the mean of γ": lambda g, b, W: (b / g, g.mean() * W),
    },
    properties={"relu(ẑ + new β) @ new W is relu(γ ẑ + β) @ W": same_sums},
    hints=[
        "ReLU(γ v) = γ ReLU(v) for γ > 0. Which v gives γ ẑ + β?",
        "Take γ out of γ ẑ + β; what is left of β is the new β. Each row of W belongs to one unit, and gets its γ.",
    ],
    read=f"{LESSON}, What the next weights can do instead",
)
