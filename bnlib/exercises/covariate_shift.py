"""Exercises of lesson 5 and of *Why the classes swap*: new statistics, mixed statistics, and where the sign turns."""

import numpy as np

from .draws import EPS, batch, floating, units
from .exercise import Exercise

DEEPER = "Why the classes swap"


def adabn_solution(x, W, gamma, beta, eps):
    z = x @ W
    z_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)
    return gamma * z_hat + beta


def draw_layer(rng):
    dtype = floating(rng)
    x = batch(rng, least=4, dtype=dtype)
    n = x.shape[1]  # W is square, so the wrong axis stays silent
    W = rng.normal(size=(n, n))
    W[:, rng.integers(n)] *= np.sqrt(EPS)
    return x, W.astype(dtype), units(rng, n, dtype=dtype), units(rng, n, dtype=dtype), EPS


def hat(z, e, axis=0, ddof=0):
    return (z - z.mean(axis, keepdims=True)) / np.sqrt(z.var(axis, ddof=ddof, keepdims=True) + e)


adabn = Exercise(
    "adabn",
    "A layer, x W and then BN, in eval mode with the statistics of the new data's own x W.",
    adabn_solution,
    draw_layer,
    {
        "keeps running statistics, and these are still 0 and 1": lambda x, W, g, b, e: g * (x @ W) / (1 + e) ** 0.5 + b,
        "moves running statistics of 0 and 1 by one step of momentum 0.1": lambda x, W, g, b, e: (
            g * (x @ W - 0.1 * (x @ W).mean(0)) / np.sqrt(0.9 + 0.1 * (x @ W).var(0) + e) + b
        ),
        "takes the statistics of x, and multiplies by W after normalizing": lambda x, W, g, b, e: (
            g * (hat(x, e) @ W) + b
        ),
        "leaves W out, and normalizes x": lambda x, W, g, b, e: g * hat(x, e) + b,
        "transposes W": lambda x, W, g, b, e: g * hat(x @ W.T, e) + b,
        "takes mean and variance of each animal over the units": lambda x, W, g, b, e: g * hat(x @ W, e, 1) + b,
        "takes the statistics of γ x W + β, behind the BN": lambda x, W, g, b, e: (
            g * (x @ W - (g * (x @ W) + b).mean(0)) / np.sqrt((g * (x @ W) + b).var(0) + e) + b
        ),
        "takes one mean and one variance for all units": lambda x, W, g, b, e: g * hat(x @ W, e, None) + b,
        "takes the statistics of the first half of the new data only": lambda x, W, g, b, e: (
            g * (x @ W - (x @ W)[: len(x) // 2].mean(0)) / np.sqrt((x @ W)[: len(x) // 2].var(0) + e) + b
        ),
        "replaces the mean, and leaves the variance at 1": lambda x, W, g, b, e: (
            g * (x @ W - (x @ W).mean(0)) / (1 + e) ** 0.5 + b
        ),
        "replaces the variance, and leaves the mean at 0": lambda x, W, g, b, e: (
            g * (x @ W) / np.sqrt((x @ W).var(0) + e) + b
        ),
        "divides by m − 1 in the variance": lambda x, W, g, b, e: g * hat(x @ W, e, ddof=1) + b,
        "divides by the variance, and not by its root": lambda x, W, g, b, e: (
            g * (x @ W - (x @ W).mean(0)) / ((x @ W).var(0) + e) + b
        ),
        "adds ε behind the root": lambda x, W, g, b, e: g * (x @ W - (x @ W).mean(0)) / ((x @ W).std(0) + e) + b,
        "leaves ε out": lambda x, W, g, b, e: g * hat(x @ W, 0) + b,
        "sets γ and β back to 1 and 0": lambda x, W, g, b, e: hat(x @ W, e),
        "changes the sign of γ": lambda x, W, g, b, e: b - g * hat(x @ W, e),
    },
    properties={
        "over the new data, the mean of each unit is β": lambda y, x, W, g, b, e: np.allclose(y.mean(0), b, atol=1e-3)
    },
    hints=[
        "Which numbers of the layer belong to the black animals, and which of them does AdaBN replace?",
        "First x W for all the new data; then mean and variance of each of its columns; the rest is eval mode.",
    ],
    read="5. Covariate shift, What new statistics can and cannot repair",
    after='Now white: adabn(test["white"], W, bn.gamma, bn.beta, bn.eps) beside bn.forward(test["white"] @ W).',
)


def mixed_statistics_solution(share, mean_a, var_a, mean_b, var_b):
    mean = share * mean_a + (1 - share) * mean_b
    inside = share * var_a + (1 - share) * var_b
    return mean, inside + share * (1 - share) * (mean_a - mean_b) ** 2


def draw_two_coats(rng):
    n = int(rng.integers(1, 6))
    share = rng.choice([rng.uniform(0.1, 0.4), rng.uniform(0.6, 0.9)])
    means, variances = rng.normal(0, 2, (2, n)), rng.uniform(0.3, 3, (2, n))
    return float(share), means[0], variances[0], means[1], variances[1]


def mixed(s, ma, va, mb, vb, between=lambda s, d: s * (1 - s) * d**2):
    return s * ma + (1 - s) * mb, s * va + (1 - s) * vb + between(s, ma - mb)


mixed_statistics = Exercise(
    "mixed_statistics",
    "Mean and variance of a large batch of which `share` has the statistics a and the rest the statistics b.",
    mixed_statistics_solution,
    draw_two_coats,
    {
        "averages the variances as it averages the means: the two means may lie far apart": lambda *c: mixed(
            *c, lambda s, d: 0
        ),
        "takes half of each, whatever the share": lambda s, *c: mixed(0.5, *c),
        "gives the share to b, and the rest to a": lambda s, *c: mixed(1 - s, *c),
        "gives the share to b in the mean only": lambda s, *c: (mixed(1 - s, *c)[0], mixed(s, *c)[1]),
        "gives the share to b in the variance only": lambda s, *c: (
            mixed(s, *c)[0],
            mixed(1 - s, *c, lambda s, d: 0)[1],
        ),
        "squares the shares, as for the variance of a sum": lambda s, ma, va, mb, vb: (
            mixed(s, ma, va, mb, vb)[0],
            s**2 * va + (1 - s) ** 2 * vb,
        ),
        "adds the whole squared difference of the means": lambda *c: mixed(*c, lambda s, d: d**2),
        "adds a quarter of the squared difference, which is right for one half only": lambda *c: mixed(
            *c, lambda s, d: d**2 / 4
        ),
        "adds the squared difference of the means times the share": lambda *c: mixed(*c, lambda s, d: s * d**2),
        "adds the difference of the means without the square": lambda *c: mixed(*c, lambda s, d: s * (1 - s) * abs(d)),
        "subtracts the term of the means, in place of adding it": lambda *c: mixed(
            *c, lambda s, d: -s * (1 - s) * d**2
        ),
        "adds the squared distances of both means from the common one without weights": lambda *c: mixed(
            *c, lambda s, d: (s**2 + (1 - s) ** 2) * d**2
        ),
        "keeps only the term of the means, without the variances inside": lambda s, ma, va, mb, vb: mixed(
            s, ma, 0 * va, mb, 0 * vb
        ),
        "averages the standard deviations": lambda s, ma, va, mb, vb: (
            mixed(s, ma, va, mb, vb)[0],
            (s * np.sqrt(va) + (1 - s) * np.sqrt(vb)) ** 2,
        ),
        "returns the standard deviation": lambda *c: (mixed(*c)[0], np.sqrt(mixed(*c)[1])),
    },
    properties={
        "the mean lies between the two means": lambda both, s, ma, va, mb, vb: np.all(
            (both[0] >= np.minimum(ma, mb)) & (both[0] <= np.maximum(ma, mb))
        ),
        "the variance is at least the smaller one": lambda both, s, ma, va, mb, vb: np.all(
            both[1] >= np.minimum(va, vb)
        ),
    },
    hints=[
        "All black animals have the value 0 in a unit, and all white ones 10. Is the variance of the mixture 0?",
        "Two things add up: the mean of the variances, and the mean squared distance of the means from the new one.",
    ],
    read=f"{DEEPER}, A mixture of coats",
    after='Now drag it, in a new cell: Coat(function=mixed_statistics, way="BN, test batch", coat=0.5, mix=0.5).',
)
