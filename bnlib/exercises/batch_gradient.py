"""Exercise of the backward pass: the gradient of x through the statistics of its batch."""

import numpy as np

from .draws import EPS, batch, floating, layout, units
from .exercise import Exercise


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


def raw(dy, x, gamma, eps, inside=False, front=False):
    """A dx with x itself in the last mean, in front of it, or both."""
    _, s, h = parts(x, eps)
    in_front = x if inside else x * s  # (x − μ) / σ without its μ
    return gamma * s * (dy - dy.mean(0) - (in_front if front else h) * (dy * (x if inside else h)).mean(0))


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
        "is m times too large: the 1/m in front of the bracket is missing": wrong(
            lambda dy, g, c, s, h: g * s * len(dy) * left(dy, h)
        ),
        "divides dy by m as well, and not only the two sums": wrong(
            lambda dy, g, c, s, h: g * s / len(dy) * left(dy, h, len(dy), len(dy))
        ),
        "takes the mean of dy, and not of dy x̂, in the last term": wrong(
            lambda dy, g, c, s, h: g * s * (dy - dy.mean(0) - h * dy.mean(0))
        ),
        "has no x̂ in front of the last mean": wrong(
            lambda dy, g, c, s, h: g * s * (dy - dy.mean(0) - (dy * h).mean(0))
        ),
        "takes no mean in the last term: dy x̂²": wrong(lambda dy, g, c, s, h: g * s * (dy - dy.mean(0) - dy * h * h)),
        "takes x for x̂ in the last mean": lambda dy, x, g, e: raw(dy, x, g, e, inside=True),
        "takes x for x − μ in front of the last mean": lambda dy, x, g, e: raw(dy, x, g, e, front=True),
        "takes x for x̂ both times": lambda dy, x, g, e: raw(dy, x, g, e, inside=True, front=True),
        "has the power −3/2 on the standard deviation: it belongs on the variance": wrong(
            lambda dy, g, c, s, h: g * s * (dy - dy.mean(0)) - g * s**1.5 * c * (dy * c).mean(0)
        ),
        "adds ε behind the root": lambda dy, x, g, e: g / (x.std(0) + e) * left(dy, (x - x.mean(0)) / (x.std(0) + e)),
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
    read="The backward pass, One line instead of six",
    after="Now drag it, in a new cell: GradientBeforeAfter(function=dx).",
)
