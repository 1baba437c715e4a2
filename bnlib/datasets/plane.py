"""Problems in the plane: points, each of one of two classes."""

import functools

import numpy as np

from . import cats

TRAINED, SHOWN = 512, 200  # points


def ears_and_face(n, rng):
    """Two numbers measured in each of n pictures of animals: between the ears minus at their tips, and the lower face.

    All three are mean brightnesses. The coat is any gray, the background a middle one: so the ears of a cat are darker
    than what is around them, or brighter, depending on the coat.
    """
    animals = cats.draw_animals(n, rng=rng)
    images = cats.paint(animals, np.repeat(rng.uniform(0.05, 0.95, (n, 1)), 3, axis=1), background=0.5).mean(axis=-1)
    tips = (images[:, 6:10, 8:11] + images[:, 6:10, 22:25]).mean(axis=(1, 2)) / 2
    between, face = images[:, 6:10, 14:19].mean(axis=(1, 2)), images[:, 19:28, 8:25].mean(axis=(1, 2))
    return np.stack([between - tips, face], axis=1).astype(float), animals.labels


def circles(n, rng):
    """A disc, and a ring around it."""
    labels = rng.integers(0, 2, n)
    angle, radius = rng.uniform(0, 2 * np.pi, n), np.where(labels, rng.uniform(1.3, 2, n), rng.uniform(0, 1, n))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), labels


def spirals(n, rng):
    """Two arms of one and a half turns, with noise."""
    labels = rng.integers(0, 2, n)
    along = np.sqrt(rng.uniform(0.02, 1, n))
    angle = 3 * np.pi * along + np.pi * labels
    return np.stack([along * np.cos(angle), along * np.sin(angle)], axis=1) + rng.normal(0, 0.03, (n, 2)), labels


PROBLEMS = {"cats and dogs": ears_and_face, "circles": circles, "two spirals": spirals}


@functools.cache
def points(problem):
    """The points to train on, (512, 2), and those to show, (200, 2), each with labels. Mean 0, variance 1. problem: see
    PROBLEMS.
    """
    x, labels = PROBLEMS[problem](TRAINED + SHOWN, np.random.default_rng(0))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return x[:TRAINED], labels[:TRAINED], x[TRAINED:], labels[TRAINED:]
