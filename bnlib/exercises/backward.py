"""Exercises of the backward pass: the gradients of gamma, beta and x, in training mode and in eval mode."""

import numpy as np

from .draws import EPS, batch, floating, layout, units
from .exercise import Exercise

LESSON = "The backward pass"


def dgamma_dbeta_solution(dy, x_hat):
    return (dy * x_hat).sum(axis=0), dy.sum(axis=0)


def draw_normalized(rng):
    m, n, dtype = int(rng.integers(3, 8)), int(rng.integers(2, 6)), floating(rng)
    dy, x_hat = rng.normal(size=(m, n)), rng.normal(size=(m, n)) + rng.uniform(0.2, 0.5, n)  # not centred: eval mode
    return layout(rng, dy.astype(dtype)), layout(rng, x_hat.astype(dtype))


def all_numbers(values, like):
    return np.full(like.shape[1], values.sum())


def rises_with_both(answer, dy, x_hat):
    return np.isclose(answer[0].sum() + answer[1].sum(), (dy * (x_hat + 1)).sum(), rtol=1e-3, atol=1e-3)


dgamma_dbeta = Exercise(
    "dgamma_dbeta",
    "The gradients of gamma and beta of each unit, from dy and x_hat. Return both.",
    dgamma_dbeta_solution,
    draw_normalized,
    {
        "exchanges dγ and dβ": lambda dy, h: (dy.sum(0), (dy * h).sum(0)),
        "takes the mean over the batch, and not the sum, for both": lambda dy, h: ((dy * h).mean(0), dy.mean(0)),
        "takes the mean over the batch for dγ, and not the sum": lambda dy, h: ((dy * h).mean(0), dy.sum(0)),
        "takes the mean over the batch for dβ, and not the sum": lambda dy, h: ((dy * h).sum(0), dy.mean(0)),
        "leaves x̂ out of dγ": lambda dy, h: (dy.sum(0), dy.sum(0)),
        "multiplies by x̂ in dβ as well": lambda dy, h: ((dy * h).sum(0), (dy * h).sum(0)),
        "leaves dy out: it adds up x̂, and counts the examples": lambda dy, h: (h.sum(0), 0 * dy.sum(0) + len(dy)),
        "leaves dy out of dγ": lambda dy, h: (h.sum(0), dy.sum(0)),
        "multiplies the sums of dy and of x̂, and does not sum the products": lambda dy, h: (
            dy.sum(0) * h.sum(0),
            dy.sum(0),
        ),
        "sums over all units, and gives each the same number": lambda dy, h: (
            all_numbers(dy * h, dy),
            all_numbers(dy, dy),
        ),
        "has the wrong sign in both: a gradient points uphill": lambda dy, h: (-(dy * h).sum(0), -dy.sum(0)),
        "keeps the last example only": lambda dy, h: (dy[-1] * h[-1], dy[-1].copy()),
        "leaves the first example out": lambda dy, h: ((dy * h)[1:].sum(0), dy[1:].sum(0)),
        "divides dγ by the sum of x̂², as for a fitted line": lambda dy, h: (
            (dy * h).sum(0) / (h * h).sum(0),
            dy.sum(0),
        ),
    },
    properties={"if all γ and β grow by 1, the sum of dy · y grows by all of dγ and dβ": rises_with_both},
    hints=[
        "γ of a unit is one number, used for each of the m examples. What does it multiply there, and what does β do?",
        "Chain rule for each example: dy times what γ multiplies, dy times 1. One unit's examples all add up.",
    ],
    read=f"{LESSON}, What happens in one iteration, and in which order?",
    after="Compare with the γ and β of this section: dgamma_dbeta(dy[:, None], z_hat[:, None]) is (dgamma, dbeta).",
)


def dx_solution(dy, x, gamma, eps):
    std = np.sqrt(x.var(axis=0) + eps)
    x_hat = (x - x.mean(axis=0)) / std
    left = dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)
    return gamma / std * left


def draw_backward(rng):
    dtype = floating(rng)
    x = batch(rng, least=4, dtype=dtype)
    dy = layout(rng, rng.normal(size=x.shape).astype(dtype))
    return dy, x, units(rng, x.shape[1], dtype=dtype), EPS


def parts(x, eps, ddof=0):
    """x − μ, 1/σ and x̂, with ε under the root."""
    away, scale = x - x.mean(0), 1 / np.sqrt(x.var(0, ddof=ddof) + eps)
    return away, scale, away * scale


def wrong(change, ddof=0, no_eps=False):
    """A dx that is wrong as `change` says: of dy, γ, x − μ, 1/σ, x̂."""
    return lambda dy, x, gamma, eps: change(dy, gamma, *parts(x, 0 if no_eps else eps, ddof))


def left(dy, h, mean=1, along=1, axis=0):
    """What is left of dy when some of its mean and of its part along x̂ are taken off."""
    mean_of = lambda values: values.mean(axis, keepdims=True)  # noqa: E731
    return dy - mean * mean_of(dy) - along * h * mean_of(dy * h)


dx = Exercise(
    "dx",
    "The gradient of x through BN in training mode, where μ and σ² are functions of x.",
    dx_solution,
    draw_backward,
    {
        "takes μ for a constant": wrong(lambda dy, g, c, s, h: g * s * left(dy, h, mean=0)),
        "takes σ for a constant": wrong(lambda dy, g, c, s, h: g * s * left(dy, h, along=0)),
        "takes μ and σ for constants, as in eval mode": wrong(lambda dy, g, c, s, h: g * s * dy),
        "stops at x̂, with γ dy": wrong(lambda dy, g, c, s, h: g * dy),
        "leaves γ out": wrong(lambda dy, g, c, s, h: s * left(dy, h)),
        "multiplies by γ twice": wrong(lambda dy, g, c, s, h: g * g * s * left(dy, h)),
        "has no division by √(σ² + ε) in front": wrong(lambda dy, g, c, s, h: g * left(dy, h)),
        "divides by the variance, and not by its root": wrong(lambda dy, g, c, s, h: g * s * s * left(dy, h)),
        "multiplies by the standard deviation": wrong(lambda dy, g, c, s, h: g / s * left(dy, h)),
        "adds the term with x̂, and does not subtract it": wrong(lambda dy, g, c, s, h: g * s * left(dy, h, along=-1)),
        "adds the mean of dy, and does not subtract it": wrong(lambda dy, g, c, s, h: g * s * left(dy, h, mean=-1)),
        "takes sums over the batch for the two means": wrong(
            lambda dy, g, c, s, h: g * s * left(dy, h, len(dy), len(dy))
        ),
        "has half of the way through σ²: the derivative of a square has a 2": wrong(
            lambda dy, g, c, s, h: g * s * left(dy, h, along=0.5)
        ),
        "has twice the way through σ²: the derivative of a root has a ½": wrong(
            lambda dy, g, c, s, h: g * s * left(dy, h, along=2)
        ),
        "takes x − μ for x̂ in front of the last mean": wrong(
            lambda dy, g, c, s, h: g * s * (dy - dy.mean(0) - c * (dy * h).mean(0))
        ),
        "takes x − μ for x̂ both times (in six lines: the power −1/2 for −3/2)": wrong(
            lambda dy, g, c, s, h: g * s * left(dy, c)
        ),
        "multiplies only dy by γ/σ: the bracket is missing": wrong(
            lambda dy, g, c, s, h: g * s * dy - dy.mean(0) - h * (dy * h).mean(0)
        ),
        "takes the means over the units of each example": wrong(lambda dy, g, c, s, h: g * s * left(dy, h, axis=1)),
        "takes the two means over all units at once": wrong(lambda dy, g, c, s, h: g * s * left(dy, h, axis=None)),
        "has no axis anywhere: one mean and one variance for all units": lambda dy, x, g, e: (
            g / np.sqrt(x.var() + e) * left(dy, (x - x.mean()) / np.sqrt(x.var() + e), axis=None)
        ),
        "leaves ε out": wrong(lambda dy, g, c, s, h: g * s * left(dy, h), no_eps=True),
        "divides by m − 1 in the variance": wrong(lambda dy, g, c, s, h: g * s * left(dy, h), ddof=1),
    },
    properties={
        "each column of dx has the sum 0": lambda dx, *_: (abs(dx.sum(0)) <= 1e-3 * abs(dx).max(0)).all(),
    },
    hints=[
        "x reaches the loss by three ways. Which two of them disappear when μ and σ² are constants?",
        "Take two things off dy, its mean and its part along x̂; what multiplies dy in eval mode multiplies the rest.",
    ],
    read=f"{LESSON}, One line instead of six",
    after="Now drag it: GradientBeforeAfter(function=dx).",
)


def dx_constants_solution(dy, gamma, var, eps):
    return dy * gamma / np.sqrt(var + eps)


def draw_eval(rng):
    m, n, dtype = int(rng.integers(1, 7)), int(rng.integers(2, 6)), floating(rng)
    dy, var = rng.normal(size=(m, n)), rng.uniform(0.2, 5, n)
    dy[rng.integers(m), rng.integers(n)], var[rng.integers(n)] = 0, rng.uniform(0.5, 1.5) * EPS
    return layout(rng, dy.astype(dtype)), units(rng, n, dtype=dtype), var.astype(dtype), EPS


dx_constants = Exercise(
    "dx_constants",
    "The gradient of x through BN in eval mode, where the statistics are constants.",
    dx_constants_solution,
    draw_eval,
    {
        "leaves γ out": lambda dy, g, v, e: dy / np.sqrt(v + e),
        "leaves ε out": lambda dy, g, v, e: dy * g / np.sqrt(v),
        "adds ε behind the root": lambda dy, g, v, e: dy * g / (np.sqrt(v) + e),
        "divides by the variance, and not by its root": lambda dy, g, v, e: dy * g / (v + e),
        "takes var for the standard deviation, and squares it": lambda dy, g, v, e: dy * g / np.sqrt(v * v + e),
        "multiplies by the standard deviation": lambda dy, g, v, e: dy * g * np.sqrt(v + e),
        "divides by γ": lambda dy, g, v, e: dy / (g * np.sqrt(v + e)),
        "has the factor upside down": lambda dy, g, v, e: dy * np.sqrt(v + e) / g,
        "stops at x̂, with γ dy": lambda dy, g, v, e: dy * g,
        "returns dy as it came": lambda dy, g, v, e: dy.copy(),
        "multiplies by γ twice": lambda dy, g, v, e: dy * g * g / np.sqrt(v + e),
        "subtracts the mean of dy, as in training mode": lambda dy, g, v, e: (dy - dy.mean(0)) * g / np.sqrt(v + e),
        "divides by the number of examples": lambda dy, g, v, e: dy * g / np.sqrt(v + e) / len(dy),
        "takes one variance for all units": lambda dy, g, v, e: dy * g / np.sqrt(v.mean() + e),
    },
    properties={"where dy is 0, dx is 0": lambda dx, dy, *_: (dx[dy == 0] == 0).all()},
    hints=[
        "With μ and σ² fixed, y is a factor times x, plus a constant. Which factor?",
        "Each y depends on its own x only, and its slope is the same for all examples of a unit: dy times this slope.",
    ],
    read=f"{LESSON}, Why not treat the mean and the deviation as constants?",
    after="Now drag it, beside dx: GradientBeforeAfter(mode='eval', function=dx, constants=dx_constants).",
)
