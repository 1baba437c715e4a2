"""Exercises of Other norms: layer norm and group norm."""

import numpy as np

from .draws import EPS, floating, rows, units
from .exercise import Exercise

LESSON = "Other norms"


def away(x, axis=-1):
    return x - x.mean(axis, keepdims=True)


def var(x, axis=-1, ddof=0):
    return x.var(axis, ddof=ddof, keepdims=True)


def mean_square(x, axis=-1):
    return (x**2).mean(axis, keepdims=True)


def hat(x, eps=0.0, axis=-1, ddof=0):
    return away(x, axis) / np.sqrt(var(x, axis, ddof) + eps)


def scaled(x_hat):
    """A mistake in the normalized values: gamma and beta are right."""
    return lambda x, g, b, e: g * x_hat(x, e) + b


def in_groups(x_hat):
    """The same of group norm: x_hat takes the values (m, groups, channels of a group)."""
    return lambda x, k, g, b, e: g * x_hat(split(x, k), e).reshape(x.shape) + b


def split(x, groups):
    return x.reshape(len(x), groups, -1)


def group_hat(x, groups, eps):
    return hat(split(x, groups), eps).reshape(x.shape)


def layer_norm_solution(x, gamma, beta, eps):
    mean = x.mean(axis=1, keepdims=True)
    var = x.var(axis=1, keepdims=True)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def draw_layer_norm(rng):
    dtype, n = floating(rng), int(rng.integers(3, 7))
    return rows(rng, n, dtype), units(rng, n, dtype=dtype), units(rng, n, dtype=dtype), EPS


OF_COLUMNS = "takes the mean and the variance of each column, over the examples: BN"

layer_norm = Exercise(
    "layer_norm",
    "Normalize each row of x by its own mean and variance, then scale by gamma and shift by beta.",
    layer_norm_solution,
    draw_layer_norm,
    {
        OF_COLUMNS: scaled(lambda x, e: hat(x, e, 0)),
        "takes one mean and one variance for the whole array": scaled(lambda x, e: hat(x, e, None)),
        "takes the variance of each row, the mean of each column": scaled(
            lambda x, e: away(x, 0) / np.sqrt(var(x) + e)
        ),
        "takes the mean of each row, the variance of each column": scaled(
            lambda x, e: away(x) / np.sqrt(var(x, 0) + e)
        ),
        "divides by n − 1 in the variance": scaled(lambda x, e: hat(x, e, ddof=1)),
        "divides by the variance, and not by its root": scaled(lambda x, e: away(x) / (var(x) + e)),
        "multiplies by the standard deviation": scaled(lambda x, e: away(x) * np.sqrt(var(x) + e)),
        "adds ε behind the root": scaled(lambda x, e: away(x) / (np.sqrt(var(x)) + e)),
        "leaves ε out": scaled(lambda x, e: hat(x)),
        "does not subtract the mean": scaled(lambda x, e: x / np.sqrt(var(x) + e)),
        "subtracts no mean, and divides by the RMS": scaled(lambda x, e: x / np.sqrt(mean_square(x) + e)),
        "takes the mean of x² for the variance": scaled(lambda x, e: away(x) / np.sqrt(mean_square(x) + e)),
        "leaves γ out": lambda x, g, b, e: hat(x, e) + b,
        "leaves β out": lambda x, g, b, e: g * hat(x, e),
        "returns the normalized values, without γ and β": lambda x, g, b, e: hat(x, e),
        "exchanges γ and β": lambda x, g, b, e: b * hat(x, e) + g,
        "adds β before it multiplies by γ": lambda x, g, b, e: g * (hat(x, e) + b),
    },
    hints=[
        "How many means does a layer norm of m examples have, and over which axis are they taken?",
        "The lines of batch normalization with axis=1 and keepdims=True; gamma and beta still belong to the columns.",
    ],
    read=f"{LESSON}, Layer norm: rows for columns",
)


def group_norm_solution(x, groups, gamma, beta, eps):
    parts = x.reshape(len(x), groups, -1)
    mean, var = parts.mean(axis=2, keepdims=True), parts.var(axis=2, keepdims=True)
    return gamma * ((parts - mean) / np.sqrt(var + eps)).reshape(x.shape) + beta


def draw_group_norm(rng):
    dtype, groups = floating(rng), int(rng.integers(1, 5))
    n = groups * int(rng.integers(3, 5))
    return rows(rng, n, dtype), groups, units(rng, n, dtype=dtype), units(rng, n, dtype=dtype), EPS


def of_first(values, groups):
    """One value for each group, the first ones: not those of its channels."""
    return np.repeat(values[:groups], len(values) // groups)


group_norm = Exercise(
    "group_norm",
    "Normalize each group of neighbouring channels of each example by its own mean and variance; scale and shift.",
    group_norm_solution,
    draw_group_norm,
    {
        "takes one mean for all channels of an example: layer norm": lambda x, k, g, b, e: g * hat(x, e) + b,
        OF_COLUMNS: lambda x, k, g, b, e: g * hat(x, e, 0) + b,
        "takes one mean for a group over all examples": in_groups(lambda x, e: hat(x, e, (0, 2))),
        "takes the mean over the groups of an example, not inside each": in_groups(lambda x, e: hat(x, e, 1)),
        "makes groups of that many channels, and not that many groups": lambda x, k, g, b, e: (
            g * group_hat(x, x.shape[1] // k, e) + b
        ),
        "puts channels that are not neighbours into one group, every k-th": lambda x, k, g, b, e: (
            g * hat(x.reshape(len(x), -1, k), e, 1).reshape(x.shape) + b
        ),
        "reshapes to (groups, all others), which mixes the examples": lambda x, k, g, b, e: (
            g * hat(x.reshape(k, -1), e).reshape(x.shape) + b
        ),
        "divides by one less in the variance": in_groups(lambda x, e: hat(x, e, ddof=1)),
        "divides by the variance, and not by its root": in_groups(lambda x, e: away(x) / (var(x) + e)),
        "adds ε behind the root": in_groups(lambda x, e: away(x) / (np.sqrt(var(x)) + e)),
        "leaves ε out": in_groups(lambda x, e: hat(x)),
        "does not subtract the mean": in_groups(lambda x, e: x / np.sqrt(var(x) + e)),
        "takes one γ and one β for each group": lambda x, k, g, b, e: (
            of_first(g, k) * group_hat(x, k, e) + of_first(b, k)
        ),
        "leaves γ out": lambda x, k, g, b, e: group_hat(x, k, e) + b,
        "leaves β out": lambda x, k, g, b, e: g * group_hat(x, k, e),
        "returns the normalized values, without γ and β": lambda x, k, g, b, e: group_hat(x, k, e),
        "exchanges γ and β": lambda x, k, g, b, e: b * group_hat(x, k, e) + g,
    },
    hints=[
        "How many means does one example have now, and which channels share one?",
        "Reshape to (m, groups, channels of a group), normalize over the last axis, reshape back, then gamma and beta.",
    ],
    read=f"{LESSON}, Group norm, between the two",
)
