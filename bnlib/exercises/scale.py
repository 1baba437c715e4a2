"""Exercises on training at scale: averaged weights, 16 bits, federated clients, quantization."""

import numpy as np

from .draws import floating, layout
from .exercise import Exercise

SCALE = "Training at scale"


def averaged_weights_solution(weights, x):
    W = weights.mean(axis=0)
    z = x @ W
    return W, z.mean(axis=0), z.var(axis=0)


def draw_weights(rng):
    k, n_in, n, m = int(rng.integers(3, 6)), *map(int, rng.integers(2, 6, 2)), int(rng.integers(4, 9))
    x = rng.normal(size=(m, n_in)) + rng.normal(0, 2, n_in)
    return rng.normal(size=(k, n_in, n)), layout(rng, x)


def of(W, x):
    return W, (x @ W).mean(0), (x @ W).var(0)


def with_variance(variance):
    """The right average and mean, and another variance: a function of all z (k, m, n) and of z of the average."""
    return lambda w, x: (w.mean(0), (x @ w.mean(0)).mean(0), variance(x @ w, x @ w.mean(0)))


averaged_weights = Exercise(
    "averaged_weights",
    "Average the weights of k nets, and find mean and variance of what the average makes of x.",
    averaged_weights_solution,
    draw_weights,
    {
        "averages the variances of the k nets": with_variance(lambda each, z: each.var(1).mean(0)),
        "averages the standard deviations of the k nets": with_variance(lambda each, z: each.std(1).mean(0) ** 2),
        "takes the variance over the outputs of all k nets together": with_variance(lambda each, z: each.var((0, 1))),
        "takes the variance of the last net": with_variance(lambda each, z: each[-1].var(0)),
        "divides the variance by m − 1": with_variance(lambda each, z: z.var(0, ddof=1)),
        "returns the standard deviation for the variance": with_variance(lambda each, z: z.std(0)),
        "takes the mean of the squares for the variance": with_variance(lambda each, z: (z**2).mean(0)),
        "takes mean and variance of the last net": lambda w, x: (w.mean(0), *of(w[-1], x)[1:]),
        "takes mean and variance of the first net": lambda w, x: (w.mean(0), *of(w[0], x)[1:]),
        "averages nothing, and returns the last net": lambda w, x: of(w[-1], x),
        "sums the weights, and does not divide by k": lambda w, x: of(w.sum(0), x),
        "averages the first and the last net only": lambda w, x: of((w[0] + w[-1]) / 2, x),
        "exchanges mean and variance": lambda w, x: (w.mean(0), (x @ w.mean(0)).var(0), (x @ w.mean(0)).mean(0)),
    },
    hints=[
        "Which net will be used: one of the k, or another one?",
        "First the average W, then z = x W, then mean and variance of each column of this z.",
    ],
    read=f"{SCALE}, The averaged weights are worse than the last ones",
    after="Average its three answers over other nets, and compare: which of them is linear in W?",
)


def stands_still_solution(v, momentum):
    step = float(np.spacing(np.float16(v)))
    return step / 2 / momentum


def draw_stored(rng):
    return float(np.float16(10 ** rng.uniform(-1, 3))), float(rng.choice([0.1, 0.03, 0.01, 0.003, 0.001]))


def step16(v):
    return float(np.spacing(np.float16(v)))


EPS16 = float(np.finfo(np.float16).eps)


stands_still = Exercise(
    "stands_still",
    "How far may new be above v, without moving a running variance v that is stored in float16?",
    stands_still_solution,
    draw_stored,
    {
        "takes the whole distance to the next number, not half of it": lambda v, a: step16(v) / a,
        "forgets the momentum": lambda v, a: step16(v) / 2,
        "multiplies by the momentum": lambda v, a: step16(v) / 2 * a,
        "takes the momentum for the weight of the old average": lambda v, a: step16(v) / 2 / (1 - a),
        "takes the distance to the next number at 1, whatever v is": lambda v, a: EPS16 / 2 / a,
        "takes a fixed share of v for the distance to the next number": lambda v, a: EPS16 * v / 2 / a,
        "takes the distance to the next float32 number": lambda v, a: float(np.spacing(np.float32(v))) / 2 / a,
        "takes the distance to the next float64 number": lambda v, a: float(np.spacing(v)) / 2 / a,
        "computes in float16 itself, which rounds": lambda v, a: (
            np.spacing(np.float16(v)) / np.float16(2) / np.float16(a)
        ),
        "returns the largest new itself, not its distance from v": lambda v, a: v + step16(v) / 2 / a,
        "divides by the momentum twice": lambda v, a: step16(v) / 2 / a**2,
    },
    properties={"the distance is above 0": lambda answer, v, momentum: answer > 0},
    hints=[
        "By how much would v move without rounding? And which move is large enough to reach the next number?",
        "momentum times the distance must be half a step; as a Python float, since float16 would round the answer too.",
    ],
    read=f"{SCALE}, Half precision: the variance is NaN, or stands still",
    after="Try stands_still(1.0, 0.001): no variance below 1.49 moves the start value 1.",
)


def federated_statistics_solution(counts, means, variances):
    share = (counts / counts.sum())[:, None]
    mean = (share * means).sum(axis=0)
    return mean, (share * (variances + (means - mean) ** 2)).sum(axis=0)


def draw_clients(rng):
    k, n, kind = int(rng.integers(3, 6)), int(rng.integers(2, 6)), floating(rng)
    counts = rng.permutation(np.arange(2, 12))[:k] * int(rng.integers(1, 4))
    counts[0], counts[1] = min(counts[:2]), max(counts[:2])  # the first client is not the largest
    return counts, layout(rng, rng.normal(0, 2, (k, n)).astype(kind)), rng.uniform(0.3, 3, (k, n)).astype(kind)


def share_of(c):
    return (c / c.sum())[:, None]


def weighted(c, values):
    return (share_of(c) * values).sum(0)


def between(c, mu):
    return weighted(c, (mu - weighted(c, mu)) ** 2)


federated_statistics = Exercise(
    "federated_statistics",
    "Mean and variance of the examples of all clients together, from the count, mean and variance of each.",
    federated_statistics_solution,
    draw_clients,
    {
        "forgets the variance of the means": lambda c, mu, v: (weighted(c, mu), weighted(c, v)),
        "averages means and variances, all clients alike": lambda c, mu, v: (mu.mean(0), v.mean(0)),
        "weighs all clients alike": lambda c, mu, v: (mu.mean(0), v.mean(0) + mu.var(0)),
        "weighs the means by the counts, but not the variances": lambda c, mu, v: (
            weighted(c, mu),
            v.mean(0) + between(c, mu),
        ),
        "weighs the variances by the counts, but not the mean": lambda c, mu, v: (
            mu.mean(0),
            weighted(c, v + (mu - mu.mean(0)) ** 2),
        ),
        "adds the variance of the means without the counts": lambda c, mu, v: (
            weighted(c, mu),
            weighted(c, v) + mu.var(0),
        ),
        "subtracts the variance of the means": lambda c, mu, v: (weighted(c, mu), weighted(c, v) - between(c, mu)),
        "returns the mean of the squares for the variance": lambda c, mu, v: (weighted(c, mu), weighted(c, v + mu**2)),
        "divides by n − 1 in the end": lambda c, mu, v: (
            weighted(c, mu),
            (weighted(c, v) + between(c, mu)) * c.sum() / (c.sum() - 1),
        ),
        "returns the standard deviation for the variance": lambda c, mu, v: (
            weighted(c, mu),
            np.sqrt(weighted(c, v) + between(c, mu)),
        ),
        "averages standard deviations": lambda c, mu, v: (
            weighted(c, mu),
            weighted(c, np.sqrt(v)) ** 2 + between(c, mu),
        ),
        "takes the variance of the means only": lambda c, mu, v: (weighted(c, mu), between(c, mu)),
        "sums, and does not divide by the number of examples": lambda c, mu, v: (
            weighted(c, mu) * c.sum(),
            (weighted(c, v) + between(c, mu)) * c.sum(),
        ),
        "returns the statistics of the first client": lambda c, mu, v: (mu[0], v[0]),
        "returns the statistics of the largest client": lambda c, mu, v: (mu[c.argmax()], v[c.argmax()]),
    },
    hints=[
        "Two clients with the same variance and means far apart: is the variance of all examples larger or smaller?",
        "Each client counts by its share of the examples; to its variance comes (its mean − the mean of all)².",
    ],
    read=f"{SCALE}, Federated clients: average the statistics, or keep them?",
    after="Merge clients with equal means, then move one mean away: what does it do to the variance?",
)
