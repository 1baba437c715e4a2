"""Exercises of *Noise and batch size* and *Groups and computers*: a batch of two, and groups inside a batch."""

import numpy as np

from .draws import EPS, floating, layout, units
from .exercise import Exercise


def batch_of_two_solution(a, b, gamma, beta, eps):
    half = (a - b) / 2
    z_hat = half / np.sqrt(half**2 + eps)
    return np.array([beta + gamma * z_hat, beta - gamma * z_hat])


def draw_two(rng):
    distance = rng.choice([-1, 1]) * (np.sqrt(EPS) if rng.random() < 0.6 else 1) * rng.uniform(0.5, 5)
    a = float(rng.normal(0, 2))
    return a, a + float(distance), *map(float, units(rng, 2)), EPS


def usual(a, b, e):
    return (a - b) / 2 / np.sqrt((a - b) ** 2 / 4 + e)


def pair(z_hat, gamma, beta):
    return beta + gamma * np.array([z_hat, -z_hat])


batch_of_two = Exercise(
    "batch_of_two",
    "What BN makes of a batch of two numbers, a and b, in one unit; without mean(), var(), std().",
    batch_of_two_solution,
    draw_two,
    {
        "returns the answer for b first": lambda a, b, g, t, e: pair(usual(a, b, e), g, t)[::-1],
        "gives a always ẑ = 1 and b −1, whichever is larger, and leaves ε out": lambda a, b, g, t, e: pair(1, g, t),
        "takes ẑ = 1 for the larger and −1 for the smaller, and leaves ε out": lambda a, b, g, t, e: pair(
            np.sign(a - b), g, t
        ),
        "gives a the positive ẑ, also where a is the smaller one": lambda a, b, g, t, e: pair(
            abs(usual(a, b, e)), g, t
        ),
        "takes all of a − b for the distance to the mean, above the root and under it": lambda a, b, g, t, e: pair(
            (a - b) / np.sqrt((a - b) ** 2 + e), g, t
        ),
        "takes all of a − b for the distance to the mean, above the root": lambda a, b, g, t, e: pair(
            2 * usual(a, b, e), g, t
        ),
        "takes all of a − b for σ, under the root": lambda a, b, g, t, e: pair(
            (a - b) / 2 / np.sqrt((a - b) ** 2 + e), g, t
        ),
        "divides by m − 1 = 1 in the variance": lambda a, b, g, t, e: pair(
            (a - b) / 2 / np.sqrt((a - b) ** 2 / 2 + e), g, t
        ),
        "adds ε behind the root": lambda a, b, g, t, e: pair((a - b) / 2 / (abs(a - b) / 2 + e), g, t),
        "divides by the variance, and not by its root": lambda a, b, g, t, e: pair(
            (a - b) / 2 / ((a - b) ** 2 / 4 + e), g, t
        ),
        "does not subtract the mean": lambda a, b, g, t, e: t + g * np.array([a, b]) / np.sqrt((a - b) ** 2 / 4 + e),
        "leaves γ out": lambda a, b, g, t, e: pair(usual(a, b, e), 1, t),
        "leaves β out": lambda a, b, g, t, e: pair(usual(a, b, e), g, 0),
        "returns ẑ, without γ and β": lambda a, b, g, t, e: pair(usual(a, b, e), 1, 0),
        "exchanges γ and β": lambda a, b, g, t, e: pair(usual(a, b, e), t, g),
    },
    properties={"the two answers lie around beta, equally far": lambda y, a, b, g, t, e: np.isclose(sum(y), 2 * t)},
    hints=[
        "Where does the mean of two numbers lie, and how far is each of them from it?",
        "Each is half of the distance away, and σ² is the square of that. Then ε, the root, γ and β as always.",
    ],
    read="Noise and batch size, A batch of two: only plus one or minus one comes out",
    after="Try batch_of_two(3.1, 740, 1, 0, 1e-5), and 3.2 in place of 740: almost the same answer.",
)


def ghost_normalize_solution(x, size, eps):
    groups = x.reshape(-1, size, x.shape[1])
    mean = groups.mean(axis=1, keepdims=True)
    var = groups.var(axis=1, keepdims=True)
    return ((groups - mean) / np.sqrt(var + eps)).reshape(x.shape)


def draw_groups(rng):
    size, count, n = int(rng.integers(2, 5)), int(rng.integers(2, 6)), int(rng.integers(2, 6))
    scale = rng.uniform(0.5, 2, n)
    scale[rng.integers(n)] = rng.uniform(1, 2) * np.sqrt(EPS)
    x = (rng.normal(size=(size * count, n)) + np.repeat(rng.normal(0, 2, count), size)[:, None]) * scale
    return layout(rng, x.astype(floating(rng))), size, EPS


def in_groups(x, size, e, axis=1, ddof=0):
    groups = x.reshape(-1, size, x.shape[1])
    std = np.sqrt(groups.var(axis, ddof=ddof, keepdims=True) + e)
    return ((groups - groups.mean(axis, keepdims=True)) / std).reshape(x.shape)


def with_mean_and_var(x, size, mean, var, e):
    groups = x.reshape(-1, size, x.shape[1])
    return ((groups - mean(groups)) / np.sqrt(var(groups) + e)).reshape(x.shape)


def every_kth(x, size, e):
    y, count = np.empty_like(x), len(x) // size
    for i in range(count):
        y[i::count] = in_groups(x[i::count], size, e)
    return y


def mean_of(groups):
    return groups.mean(1, keepdims=True)


def var_of(groups):
    return groups.var(1, keepdims=True)


ghost_normalize = Exercise(
    "ghost_normalize",
    "Normalize each group of `size` neighbouring rows of x with the group's own mean and variance of each column.",
    ghost_normalize_solution,
    draw_groups,
    {
        "normalizes the whole batch as one group": lambda x, s, e: in_groups(x, len(x), e),
        "takes `size` for the number of groups": lambda x, s, e: in_groups(x, len(x) // s, e),
        "puts every k-th row into a group, and not neighbouring rows": every_kth,
        "takes one mean and one variance for all columns of a group": lambda x, s, e: in_groups(x, s, e, (1, 2)),
        "takes the mean and the variance of each row": lambda x, s, e: in_groups(x, s, e, 2),
        "takes the group's mean, but the variance of the whole batch": lambda x, s, e: with_mean_and_var(
            x, s, mean_of, lambda groups: x.var(0), e
        ),
        "takes the group's variance, but the mean of the whole batch": lambda x, s, e: with_mean_and_var(
            x, s, lambda groups: x.mean(0), var_of, e
        ),
        "takes the statistics of the first group for all groups": lambda x, s, e: with_mean_and_var(
            x, s, lambda groups: mean_of(groups)[:1], lambda groups: var_of(groups)[:1], e
        ),
        "takes the statistics of the last group for all groups": lambda x, s, e: with_mean_and_var(
            x, s, lambda groups: mean_of(groups)[-1:], lambda groups: var_of(groups)[-1:], e
        ),
        "subtracts the group's mean, and divides by nothing": lambda x, s, e: with_mean_and_var(
            x, s, mean_of, lambda groups: 1 - e, e
        ),
        "divides by size − 1 in the variance": lambda x, s, e: in_groups(x, s, e, ddof=1),
        "leaves ε out": lambda x, s, e: in_groups(x, s, 0),
        "adds ε behind the root": lambda x, s, e: with_mean_and_var(
            x, s, mean_of, lambda groups: (np.sqrt(var_of(groups)) + e) ** 2 - e, e
        ),
        "divides by the variance, and not by its root": lambda x, s, e: with_mean_and_var(
            x, s, mean_of, lambda groups: (var_of(groups) + e) ** 2 - e, e
        ),
    },
    properties={
        "the mean of each group is 0 in each column": lambda y, x, s, e: np.allclose(
            mean_of(y.reshape(-1, s, x.shape[1])), 0, atol=1e-3
        )
    },
    hints=[
        "Which rows share one mean? And how many means are there in all?",
        "Give the rows of a group an axis of their own with reshape, take the statistics along it, and go back.",
    ],
    read="Groups and computers, Groups inside a big batch",
    after="Groups of 2: which values are left? np.unique(ghost_normalize(unit[:50, None], 2, 0).round(6)) tells.",
)
