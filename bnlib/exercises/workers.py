"""Exercises of *Groups and computers*: several batches that stand for one big one."""

import numpy as np

from .draws import layout
from .exercise import Exercise

LESSON = "Groups and computers"


def merge_statistics_solution(n_a, mean_a, var_a, n_b, mean_b, var_b):
    n = n_a + n_b
    mean = (n_a * mean_a + n_b * mean_b) / n
    inside = (n_a * var_a + n_b * var_b) / n
    between = (n_a * (mean_a - mean) ** 2 + n_b * (mean_b - mean) ** 2) / n
    return mean, inside + between


def draw_workers(rng):
    counts, units = rng.choice(np.arange(2, 20), 2, replace=False), int(rng.integers(1, 5))
    case = []
    for n in counts:
        values = rng.normal(size=(n, units)) * rng.uniform(0.5, 2, units) + rng.normal(0, 2, units)
        case += [int(n), values.mean(axis=0), values.var(axis=0)]
    return tuple(case)


def merged(ka, ma, va, kb, mb, vb):
    return merge_statistics_solution(ka, ma, va, kb, mb, vb)


def mean_of(ka, ma, kb, mb):
    return (ka * ma + kb * mb) / (ka + kb)


def inside(ka, va, kb, vb):
    return (ka * va + kb * vb) / (ka + kb)


merge_statistics = Exercise(
    "merge_statistics",
    "The mean and the variance (divided by n) of all examples of two workers, from what each of them knows.",
    merge_statistics_solution,
    draw_workers,
    {
        "averages the variances: the term of the means is not there": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            inside(ka, va, kb, vb),
        ),
        "averages both means and both variances as if the workers had equally many examples": (
            lambda ka, ma, va, kb, mb, vb: ((ma + mb) / 2, (va + vb) / 2)
        ),
        "merges as if both workers had equally many examples": lambda ka, ma, va, kb, mb, vb: merged(
            1, ma, va, 1, mb, vb
        ),
        "takes the mean of the two means, whatever the counts; its variance is right": (
            lambda ka, ma, va, kb, mb, vb: ((ma + mb) / 2, merged(ka, ma, va, kb, mb, vb)[1])
        ),
        "takes the distances from the plain mean of the two means": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            inside(ka, va, kb, vb) + (ma - mb) ** 2 / 4,
        ),
        "exchanges the two counts": lambda ka, ma, va, kb, mb, vb: merged(kb, ma, va, ka, mb, vb),
        "adds the whole squared difference of the means": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            inside(ka, va, kb, vb) + (ma - mb) ** 2,
        ),
        "adds n_a n_b / n times the squared difference, which belongs to the sum of squares, to the variance": (
            lambda ka, ma, va, kb, mb, vb: (
                mean_of(ka, ma, kb, mb),
                inside(ka, va, kb, vb) + ka * kb / (ka + kb) * (ma - mb) ** 2,
            )
        ),
        "adds the distances of the means without squares": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            inside(ka, va, kb, vb) + 2 * ka * kb / (ka + kb) ** 2 * abs(ma - mb),
        ),
        "adds the squared distances of the means without weights": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            inside(ka, va, kb, vb) + (ma - mean_of(ka, ma, kb, mb)) ** 2 + (mb - mean_of(ka, ma, kb, mb)) ** 2,
        ),
        "adds only the term of the means, without the variances inside": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            merged(ka, ma, 0 * va, kb, mb, 0 * vb)[1],
        ),
        "drops the variance of worker a": lambda ka, ma, va, kb, mb, vb: merged(ka, ma, 0 * va, kb, mb, vb),
        "drops the variance of worker b": lambda ka, ma, va, kb, mb, vb: merged(ka, ma, va, kb, mb, 0 * vb),
        "takes the difference of the means when one of them is already the new mean": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            inside(ka, va, kb, vb) + ka * kb / (ka + kb) ** 2 * (mb - mean_of(ka, ma, kb, mb)) ** 2,
        ),
        "subtracts no mean: it returns the mean of the squares": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            inside(ka, va + ma**2, kb, vb + mb**2),
        ),
        "divides by n − 1 at the end": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            merged(ka, ma, va, kb, mb, vb)[1] * (ka + kb) / (ka + kb - 1),
        ),
        "takes the variances for ones that were divided by n − 1": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            ((ka - 1) * va + (kb - 1) * vb + ka * kb / (ka + kb) * (ma - mb) ** 2) / (ka + kb - 1),
        ),
        "returns the standard deviation": lambda ka, ma, va, kb, mb, vb: (
            mean_of(ka, ma, kb, mb),
            np.sqrt(merged(ka, ma, va, kb, mb, vb)[1]),
        ),
    },
    properties={
        "the mean lies between the two means": lambda both, ka, ma, va, kb, mb, vb: np.all(
            (both[0] >= np.minimum(ma, mb) - 1e-9) & (both[0] <= np.maximum(ma, mb) + 1e-9)
        ),
        "the variance is at least the average of the two": lambda both, ka, ma, va, kb, mb, vb: np.all(
            both[1] >= inside(ka, va, kb, vb) - 1e-9
        ),
    },
    hints=[
        "Both workers have the variance 0, and their means are 0 and 10. Is the variance of all examples 0?",
        "First the mean of all, weighted by the counts. Each worker adds its variance and its squared distance.",
    ],
    read=f"{LESSON}, Several computers: can one average the variances?",
    after="Merge parts of any data with it, in any order: the result stays that of all the rows together.",
)


def accumulated_gradient_solution(gradients, sizes):
    return (sizes[:, None] * gradients).sum(axis=0) / sizes.sum()


def draw_micro_batches(rng):
    k = int(rng.integers(2, 6))
    n = k if rng.random() < 0.3 else int(rng.integers(2, 6))
    sizes = np.concatenate([rng.choice([16, 24, 32], 1).repeat(k - 1), rng.integers(2, 13, 1)])
    return layout(rng, rng.normal(size=(k, n)) + rng.normal(0, 1, n)), rng.permutation(sizes)


accumulated_gradient = Exercise(
    "accumulated_gradient",
    "The gradient of the mean loss over all examples, from those of the mean losses of micro-batches of other sizes.",
    accumulated_gradient_solution,
    draw_micro_batches,
    {
        "adds up the gradients, and divides by nothing": lambda g, s: g.sum(0),
        "averages the gradients, as if all micro-batches were equally large": lambda g, s: g.mean(0),
        "weights by the sizes, and divides by nothing": lambda g, s: s @ g,
        "weights by the sizes, and divides by the number of micro-batches": lambda g, s: s @ g / len(s),
        "divides by the number of all examples, and once more by the number of micro-batches": lambda g, s: (
            s @ g / s.sum() / len(s)
        ),
        "divides by the sizes in place of weighting by them": lambda g, s: (1 / s) @ g / (1 / s).sum(),
        "divides each gradient by its size, and adds up": lambda g, s: (1 / s) @ g,
        "adds up the gradients, and divides by the number of all examples": lambda g, s: g.sum(0) / s.sum(),
        "divides by the largest size, as if each micro-batch were full": lambda g, s: s @ g / (s.max() * len(s)),
        "leaves out the smallest micro-batch": lambda g, s: (s * (s > s.min())) @ g / s[s > s.min()].sum(),
        "returns the gradient of the last micro-batch, and has forgotten the others": lambda g, s: g[-1].copy(),
        "leaves out the last micro-batch": lambda g, s: s[:-1] @ g[:-1] / s[:-1].sum(),
        "weights by the roots of the sizes": lambda g, s: np.sqrt(s) @ g / np.sqrt(s).sum(),
        "gives the sizes to the wrong micro-batches, in backward order": lambda g, s: s[::-1] @ g / s.sum(),
    },
    properties={
        "each number lies between the smallest and the largest of its column": lambda y, g, s: np.all(
            (y >= g.min(0) - 1e-9) & (y <= g.max(0) + 1e-9)
        )
    },
    hints=[
        "How many examples stand behind each gradient, and how much should each example count?",
        "Undo the division of each micro-batch by its size, add up, and divide once by the number of all examples.",
    ],
    read=f"{LESSON}, Is gradient accumulation the same as a big batch?",
    after="Without BN this is the gradient of one big batch. With BN each gradient was made by its own statistics.",
)
