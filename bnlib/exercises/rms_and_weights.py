"""Exercises of Other norms: a norm without means, and one without examples."""

import numpy as np

from .draws import EPS, floating, layout, rows, units
from .exercise import Exercise

LESSON = "Other norms"


def mean(x):
    return x.mean(axis=1, keepdims=True)


def total(x, axis=1):
    return (x**2).sum(axis, keepdims=True)


def mean_square(x, axis=1):
    return (x**2).mean(axis, keepdims=True)


def away(x, axis=1):
    return x - x.mean(axis, keepdims=True)


def hat(x, eps=0.0, axis=1, ddof=0):
    return away(x, axis) / np.sqrt(x.var(axis, ddof=ddof, keepdims=True) + eps)


def rms_norm_solution(x, gamma, eps):
    mean_square = (x**2).mean(axis=1, keepdims=True)
    return gamma * x / np.sqrt(mean_square + eps)


def draw_rms_norm(rng):
    dtype, n = floating(rng), int(rng.integers(3, 7))
    x = rows(rng, n, dtype)
    small = int(rng.integers(len(x)))
    x[small] *= (rng.uniform(0.5, 1.5) * EPS**0.5 / np.sqrt(np.mean(x[small] ** 2))).astype(dtype)
    return x, units(rng, n, dtype=dtype), EPS


rms_norm = Exercise(
    "rms_norm",
    "Divide each row of x by the root of its mean square plus eps, then scale by gamma.",
    rms_norm_solution,
    draw_rms_norm,
    {
        "subtracts the mean as well: layer norm without β": lambda x, g, e: g * hat(x, e),
        "divides by the standard deviation, and subtracts no mean": lambda x, g, e: (
            g * x / np.sqrt(mean_square(away(x)) + e)
        ),
        "subtracts the mean, and divides by the RMS": lambda x, g, e: g * away(x) / np.sqrt(mean_square(x) + e),
        "divides by the length of the row, the root of the sum": lambda x, g, e: g * x / np.sqrt(total(x) + e),
        "takes the mean square of each column, over the examples": lambda x, g, e: (
            g * x / np.sqrt(mean_square(x, 0) + e)
        ),
        "takes one mean square for the whole array": lambda x, g, e: g * x / np.sqrt((x**2).mean() + e),
        "takes the square of the mean, not the mean of squares": lambda x, g, e: g * x / np.sqrt(mean(x) ** 2 + e),
        "divides by n − 1 in the mean square": lambda x, g, e: g * x / np.sqrt(total(x) / (x.shape[1] - 1) + e),
        "divides by the mean square, and not by its root": lambda x, g, e: g * x / (mean_square(x) + e),
        "multiplies by the root": lambda x, g, e: g * x * np.sqrt(mean_square(x) + e),
        "adds ε behind the root": lambda x, g, e: g * x / (np.sqrt(mean_square(x)) + e),
        "leaves ε out": lambda x, g, e: g * x / np.sqrt(mean_square(x)),
        "leaves γ out": lambda x, g, e: x / np.sqrt(mean_square(x) + e),
        "divides by γ": lambda x, g, e: x / np.sqrt(mean_square(x) + e) / g,
        "multiplies by 1 + γ, right only where γ starts at 0": lambda x, g, e: (
            (1 + g) * x / np.sqrt(mean_square(x) + e)
        ),
        "divides by the mean of |x|": lambda x, g, e: g * x / (mean(np.abs(x)) + e),
    },
    hints=[
        "RMS: root, mean, square. In which order are the three computed?",
        "First the squares, then their mean in each row (keepdims=True), then the root of this mean plus eps.",
    ],
    read=f"{LESSON}, RMS norm leaves the mean alone",
)


def weight_standardize_solution(W, eps):
    mean, var = W.mean(axis=0), W.var(axis=0)
    return (W - mean) / np.sqrt(var + eps)


def draw_weights(rng):
    inputs, outputs = (int(size) for size in rng.integers(3, 7, 2))
    scale = rng.uniform(0.3, 2, outputs)
    scale[rng.integers(outputs)] = rng.uniform(0.5, 1.5) * np.sqrt(EPS)
    W = rng.normal(size=(inputs, outputs)) * scale + rng.normal(0, 1, outputs)
    return layout(rng, W.astype(floating(rng))), EPS


weight_standardize = Exercise(
    "weight_standardize",
    "Standardize the weights W (inputs, outputs) of each output: mean 0 and variance 1 over its inputs.",
    weight_standardize_solution,
    draw_weights,
    {
        "takes mean and variance of each row, the weights of one input": lambda W, e: hat(W, e),
        "takes one mean and one variance for all of W": lambda W, e: hat(W, e, None),
        "divides by one less in the variance": lambda W, e: hat(W, e, 0, ddof=1),
        "divides by the variance, and not by its root": lambda W, e: away(W, 0) / (W.var(0) + e),
        "multiplies by the standard deviation": lambda W, e: away(W, 0) * np.sqrt(W.var(0) + e),
        "adds ε behind the root": lambda W, e: away(W, 0) / (W.std(0) + e),
        "leaves ε out": lambda W, e: hat(W, 0, 0),
        "subtracts the mean, and divides by nothing": lambda W, e: away(W, 0),
        "does not subtract the mean": lambda W, e: W / np.sqrt(W.var(0) + e),
        "takes the mean of W² for the variance": lambda W, e: away(W, 0) / np.sqrt(mean_square(W, 0) + e),
        "divides by the root of the mean square, and subtracts no mean": lambda W, e: (
            W / np.sqrt(mean_square(W, 0) + e)
        ),
        "gives each output's weights the length 1: weight normalization": lambda W, e: W / np.sqrt(total(W, 0) + e),
        "sums the squares, without dividing": lambda W, e: away(W, 0) / np.sqrt(total(away(W, 0), 0) + e),
        "divides by the root of the number of inputs as well": lambda W, e: hat(W, e, 0) / np.sqrt(len(W)),
    },
    hints=[
        "W is (inputs, outputs). Along which axis do the weights of one output lie?",
        "The two statistics of each column, then subtract and divide, with eps under the root: no example is needed.",
    ],
    read=f"{LESSON}, Weight standardization, without any example",
)
