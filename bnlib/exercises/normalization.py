"""Exercises of lesson 1 and what lies deeper: new data, maps of a convolution, a variance far from 0."""

import numpy as np

from .draws import EPS, floating, layout
from .exercise import Exercise

DEEPER = "The statistics of a batch"


def standardize_new_solution(train, new):
    center, spread = train.mean(axis=0), train.std(axis=0)
    return (new - center) / spread


def draw_two_tables(rng):
    rows, more, n, dtype = int(rng.integers(4, 10)), int(rng.integers(1, 4)), int(rng.integers(2, 6)), floating(rng)
    scale, center = rng.uniform(0.3, 3, n), rng.normal(0, 2, n)
    scale[rng.integers(n)] = rng.uniform(0.5, 1.5) * np.sqrt(EPS)
    train = rng.normal(size=(rows, n)) * scale + center
    new = rng.normal(size=(rows + more, n)) * scale * 1.3 + center + scale
    return layout(rng, train.astype(dtype)), layout(rng, new.astype(dtype))


def both(train, new):
    return np.concatenate([train, new])


standardize_new = Exercise(
    "standardize_new",
    "Standardize new data with the mean and the standard deviation of the training data.",
    standardize_new_solution,
    draw_two_tables,
    {
        "takes mean and standard deviation from the new data": lambda t, x: (x - x.mean(0)) / x.std(0),
        "takes mean and standard deviation from training data and new data together": lambda t, x: (
            (x - both(t, x).mean(0)) / both(t, x).std(0)
        ),
        "takes the mean from the training data, but the standard deviation from the new data": lambda t, x: (
            (x - t.mean(0)) / x.std(0)
        ),
        "takes the standard deviation from the training data, but the mean from the new data": lambda t, x: (
            (x - x.mean(0)) / t.std(0)
        ),
        "takes one mean and one standard deviation for all columns": lambda t, x: (x - t.mean()) / t.std(),
        "takes mean and standard deviation of each row of the new data": lambda t, x: (
            (x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)
        ),
        "divides by m − 1 in the variance": lambda t, x: (x - t.mean(0)) / t.std(0, ddof=1),
        "divides by the variance, and not by its root": lambda t, x: (x - t.mean(0)) / t.var(0),
        "multiplies by the standard deviation": lambda t, x: (x - t.mean(0)) * t.std(0),
        "subtracts the mean, and divides by nothing": lambda t, x: x - t.mean(0),
        "does not subtract the mean": lambda t, x: x / t.std(0),
        "adds an ε of 1e-5 under the root, which is not asked for": lambda t, x: (
            (x - t.mean(0)) / np.sqrt(t.var(0) + 1e-5)
        ),
        "goes from the smallest to the largest training value, to [0, 1]": lambda t, x: (
            (x - t.min(0)) / np.ptp(t, axis=0)
        ),
        "divides by the range, largest minus smallest": lambda t, x: (x - t.mean(0)) / np.ptp(t, axis=0),
    },
    hints=[
        "A net was trained on the training data. What had been subtracted there, and what was it divided by?",
        "Mean and standard deviation of each column of train; the new data only get subtracted from and divided.",
    ],
    read="1. Normalization, Why normalize the inputs of a network?",
)


def conv_statistics_solution(maps):
    rows = maps.reshape(-1, maps.shape[-1])
    return rows.mean(axis=0), rows.var(axis=0)


def draw_maps(rng):
    shape = [int(rng.integers(2, 5)), int(rng.integers(3, 6)), int(rng.integers(3, 6)), int(rng.integers(2, 5))]
    of_examples = rng.normal(size=(shape[0], 1, 1, shape[3]))
    maps = (rng.normal(size=shape) + of_examples) * rng.uniform(0.3, 2, shape[3]) + rng.normal(0, 2, shape[3])
    return (layout(rng, maps.astype(floating(rng))),)


PLACES = (0, 1, 2)


conv_statistics = Exercise(
    "conv_statistics",
    "Mean and variance of each channel of maps (examples, height, width, channels). Return both.",
    conv_statistics_solution,
    draw_maps,
    {
        "exchanges mean and variance": lambda x: (x.var(PLACES), x.mean(PLACES)),
        "returns the standard deviation for the variance": lambda x: (x.mean(PLACES), x.std(PLACES)),
        "divides by one less in the variance": lambda x: (x.mean(PLACES), x.var(PLACES, ddof=1)),
        "takes the mean of the squares for the variance": lambda x: (x.mean(PLACES), (x**2).mean(PLACES)),
        "takes the variance inside each example, and averages these": lambda x: (
            x.mean(PLACES),
            x.var((1, 2)).mean(0),
        ),
        "takes the variance at each place, and averages these": lambda x: (x.mean(PLACES), x.var(0).mean((0, 1))),
        "averages over the places first, and takes the variance of these averages": lambda x: (
            x.mean(PLACES),
            x.mean((1, 2)).var(0),
        ),
        "divides the sum of squares by the number of examples only": lambda x: (
            x.mean(PLACES),
            x.var(PLACES) * x.shape[1] * x.shape[2],
        ),
        "sums, and does not divide": lambda x: (x.sum(PLACES), x.var(PLACES) * x[..., 0].size),
        "takes one mean and one variance for all channels": lambda x: (
            np.full(x.shape[3], x.mean()),
            np.full(x.shape[3], x.var()),
        ),
        "takes the first example only": lambda x: (x[0].mean((0, 1)), x[0].var((0, 1))),
        "reshapes to (channels, all others), which mixes the channels": lambda x: (
            x.reshape(x.shape[3], -1).mean(1),
            x.reshape(x.shape[3], -1).var(1),
        ),
    },
    hints=[
        "Which numbers does one filter make, and so share one mean?",
        "Every place of every example counts as one row: only the axis of the channels is left.",
    ],
    read=f"{DEEPER}, And in a convolution?",
)


def stable_variance_solution(x):
    away = x - x.mean(axis=0)
    return (away * away).mean(axis=0)


def draw_far_columns(rng):
    m, n = int(rng.integers(5, 12)), int(rng.integers(2, 6))
    scale = rng.uniform(0.5, 2, n)
    return (layout(rng, (rng.normal(size=(m, n)) + rng.uniform(0.8e8, 1.2e8, n)) * scale),)


def one_pass(x):
    return (x**2).mean(0) - x.mean(0) ** 2


stable_variance = Exercise(
    "stable_variance",
    "The variance of each column of x, divided by m, where all values are about 10⁸ and differ by about 1.",
    stable_variance_solution,
    draw_far_columns,
    {
        "takes mean(x²) − mean(x)², which loses all digits here": one_pass,
        "takes mean(x²) − mean(x)², and sets what is below 0 to 0": lambda x: np.maximum(one_pass(x), 0),
        "takes mean(x²) − mean(x)², and drops the sign": lambda x: np.abs(one_pass(x)),
        "rounds x to 32 bits first": lambda x: x.astype(np.float32).var(0),
        "divides by m − 1": lambda x: x.var(0, ddof=1),
        "sums the squares, without dividing by m": lambda x: x.var(0) * len(x),
        "returns the standard deviation": lambda x: x.std(0),
        "takes one variance for the whole array": lambda x: np.full(x.shape[1], x.var()),
        "subtracts one mean for all columns": lambda x: ((x - x.mean()) ** 2).mean(0),
        "subtracts no mean": lambda x: (x**2).mean(0),
        "takes the distance to the first value for the distance to the mean": lambda x: ((x - x[0]) ** 2).mean(0),
        "takes the mean of the absolute distances": lambda x: np.abs(x - x.mean(0)).mean(0),
    },
    properties={"no variance is below 0": lambda var, x: np.min(var) >= 0},
    hints=[
        "The squares are about 10¹⁶, and a number has 16 digits. What is left for differences of 1?",
        "Go over x twice: first the mean; then the squares of what is left when it is subtracted.",
    ],
    read=f"{DEEPER}, Does it matter how the variance is computed?",
)
