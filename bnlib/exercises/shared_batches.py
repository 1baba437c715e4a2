"""Exercises on who shares a batch: two kinds of examples in one, and groups that are shuffled."""

import numpy as np

from .draws import EPS, layout, units
from .exercise import Exercise

SHARED = "One batch or two"


def joint_batch_solution(a, b, gamma, beta, eps):
    both = np.concatenate([a, b])
    y = gamma * (both - both.mean(axis=0)) / np.sqrt(both.var(axis=0) + eps) + beta
    return y[: len(a)], y[len(a) :]


def draw_two_kinds(rng):
    n = int(rng.integers(2, 5))
    m, k = rng.permutation(np.arange(3, 8))[:2]
    a = rng.normal(size=(m, n)) + rng.normal(0, 2, n)
    b = rng.normal(size=(k, n)) * rng.uniform(0.5, 2, n) + rng.normal(0, 2, n)
    return layout(rng, a), layout(rng, b), units(rng, n), rng.normal(size=n), EPS


def with_statistics(statistics):
    """y of a and of b, with mean and variance as statistics(a, b) gives them."""

    def answer(a, b, gamma, beta, eps):
        mean, var = statistics(a, b)
        return tuple(gamma * (part - mean) / np.sqrt(var + eps) + beta for part in (a, b))

    return answer


def alone(x, gamma, beta, eps):
    return gamma * (x - x.mean(0)) / np.sqrt(x.var(0) + eps) + beta


def share(a, b):
    return len(a) / (len(a) + len(b))


def mixed(one, other, a, b):
    return share(a, b) * one + (1 - share(a, b)) * other


def both(a, b):
    return np.concatenate([a, b])


joint_batch = Exercise(
    "joint_batch",
    "The answers of one BN layer in training mode for two kinds of examples that share a batch.",
    joint_batch_solution,
    draw_two_kinds,
    {
        "normalizes a and b separately": lambda a, b, g, t, e: (alone(a, g, t, e), alone(b, g, t, e)),
        "takes the statistics of a for both": with_statistics(lambda a, b: (a.mean(0), a.var(0))),
        "takes the statistics of b for both": with_statistics(lambda a, b: (b.mean(0), b.var(0))),
        "averages the two means and the two variances": with_statistics(
            lambda a, b: ((a.mean(0) + b.mean(0)) / 2, (a.var(0) + b.var(0)) / 2)
        ),
        "weighs means and variances by the sizes, and forgets how far the means are apart": with_statistics(
            lambda a, b: (mixed(a.mean(0), b.mean(0), a, b), mixed(a.var(0), b.var(0), a, b))
        ),
        "takes the joint mean, and each one's own variance": lambda a, b, g, t, e: tuple(
            g * (part - both(a, b).mean(0)) / np.sqrt(part.var(0) + e) + t for part in (a, b)
        ),
        "takes each one's own mean, and the joint variance": lambda a, b, g, t, e: tuple(
            g * (part - part.mean(0)) / np.sqrt(both(a, b).var(0) + e) + t for part in (a, b)
        ),
        "divides by one less in the variance": with_statistics(
            lambda a, b: (both(a, b).mean(0), both(a, b).var(0, ddof=1))
        ),
        "takes one mean and one variance for all columns": with_statistics(
            lambda a, b: (both(a, b).mean(), both(a, b).var())
        ),
        "forgets gamma": lambda a, b, g, t, e: joint_batch_solution(a, b, 1, t, e),
        "forgets beta": lambda a, b, g, t, e: joint_batch_solution(a, b, g, 0, e),
        "forgets ε": lambda a, b, g, t, e: joint_batch_solution(a, b, g, t, 0),
        "divides by the variance, and not by its root": lambda a, b, g, t, e: tuple(
            g * (part - both(a, b).mean(0)) / (both(a, b).var(0) + e) + t for part in (a, b)
        ),
    },
    hints=[
        "Which examples does BN see when both kinds are in one array?",
        "np.concatenate them, normalize the whole, and cut the answer where a ends.",
    ],
    read=f"{SHARED}, The values of Q belong to another policy",
    after="Move all of b by 5 and call it again: y of a changes too.",
)


def shuffled_groups_solution(x, order, size, eps):
    groups = x[order].reshape(-1, size, x.shape[1])
    normalized = (groups - groups.mean(axis=1, keepdims=True)) / np.sqrt(groups.var(axis=1, keepdims=True) + eps)
    y = np.empty_like(x)
    y[order] = normalized.reshape(x.shape)
    return y


def draw_shuffled(rng):
    size, groups = rng.permutation(np.arange(2, 6))[:2].tolist()  # never equal: one may be taken for the other
    n = int(rng.integers(2, 5))
    x = rng.normal(size=(size * groups, n)) + np.repeat(rng.normal(0, 2, (groups, n)), size, axis=0)
    return layout(rng, x), rng.permutation(size * groups), size, EPS


def in_groups(x, size, eps, ddof=0, outside=False, axis=1):
    g = x.reshape(-1, size, x.shape[1])
    var = g.var(axis, keepdims=True, ddof=ddof)
    std = np.sqrt(var) + eps if outside else np.sqrt(var + eps)
    return ((g - g.mean(axis, keepdims=True)) / std).reshape(x.shape)


def back(z, order):
    return z[np.argsort(order)]


def every_other(x, size, eps):
    """Groups of rows that lie apart: row i is in group i % (number of groups)."""
    g = x.reshape(size, -1, x.shape[1])
    return ((g - g.mean(0)) / np.sqrt(g.var(0) + eps)).reshape(x.shape)


shuffled_groups = Exercise(
    "shuffled_groups",
    "Shuffle the rows, normalize groups of them, and put the rows back.",
    shuffled_groups_solution,
    draw_shuffled,
    {
        "does not shuffle": lambda x, o, s, e: in_groups(x, s, e),
        "does not put the rows back": lambda x, o, s, e: in_groups(x[o], s, e),
        "puts the rows back by order itself, and not by its inverse": lambda x, o, s, e: in_groups(x[o], s, e)[o],
        "shuffles by the inverse of order, and puts back by order": lambda x, o, s, e: in_groups(back(x, o), s, e)[o],
        "shuffles by the inverse of order, and does not put the rows back": lambda x, o, s, e: in_groups(
            back(x, o), s, e
        ),
        "normalizes without shuffling, and then puts the rows into the order": lambda x, o, s, e: in_groups(x, s, e)[o],
        "normalizes without shuffling, and then puts the rows back": lambda x, o, s, e: back(in_groups(x, s, e), o),
        "normalizes the whole batch together": lambda x, o, s, e: in_groups(x, len(x), e),
        "makes groups of rows that lie apart": lambda x, o, s, e: back(every_other(x[o], s, e), o),
        "takes mean and variance over the groups, and not inside each": lambda x, o, s, e: back(
            in_groups(x[o], s, e, axis=0), o
        ),
        "takes one mean and one variance for all columns of a group": lambda x, o, s, e: back(
            in_groups(x[o], s, e, axis=(1, 2)), o
        ),
        "takes size for the number of groups": lambda x, o, s, e: back(in_groups(x[o], len(x) // s, e), o),
        "does not normalize": lambda x, o, s, e: x.copy(),
        "divides by size − 1 in the variance": lambda x, o, s, e: back(in_groups(x[o], s, e, ddof=1), o),
        "adds ε outside the root": lambda x, o, s, e: back(in_groups(x[o], s, e, outside=True), o),
        "forgets ε": lambda x, o, s, e: back(in_groups(x[o], s, 0), o),
        "normalizes each row by itself": lambda x, o, s, e: (
            (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + e)
        ),
    },
    hints=[
        "After x[order], at which place does row 0 of x stand? And how does it come home?",
        "Groups by reshape(-1, size, n); to put back, write y[order] = …, or index with np.argsort(order).",
    ],
    read=f"{SHARED}, The pretext task is solved better than it should be",
    after="Give it two orders: a row's answer changes, since other rows are beside it.",
)
