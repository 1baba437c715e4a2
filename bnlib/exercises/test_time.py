"""Exercises of lesson 4: the layer in both modes, and the running averages that eval mode uses."""

import itertools

import numpy as np

from . import draws
from .draws import EPS, floating, layout, units
from .exercise import Exercise

MODES = itertools.cycle([True, False])  # every other draw is in training mode, so that each check holds both


def two_modes_solution(x, gamma, beta, mean, var, momentum, eps, training):
    used_mean, used_var = (x.mean(axis=0), x.var(axis=0)) if training else (mean, var)
    y = gamma * (x - used_mean) / np.sqrt(used_var + eps) + beta
    if training:
        mean = (1 - momentum) * mean + momentum * used_mean
        var = (1 - momentum) * var + momentum * x.var(axis=0, ddof=1)
    return y, mean, var


def draw_two_modes(rng):
    dtype = floating(rng)
    x = draws.batch(rng, least=3, dtype=dtype)
    n = x.shape[1]
    var = units(rng, n, signs=False, dtype=dtype)
    var[rng.integers(n)] = EPS
    return x, *(units(rng, n, dtype=dtype) for _ in range(3)), var, rng.uniform(0.05, 0.4), EPS, next(MODES)


def own(x, mean, var, training):
    return (x.mean(0), x.var(0)) if training else (mean, var)


def moved(x, mean, var, a, training):
    return ((1 - a) * mean + a * x.mean(0), (1 - a) * var + a * x.var(0, ddof=1)) if training else (mean, var)


def layer(used=own, kept=moved):
    """A wrong layer. used(x, mean, var, training): what normalizes; kept(x, mean, var, a, training): what it keeps."""

    def wrong(x, g, b, mean, var, a, e, training):
        by_mean, by_var = used(x, mean, var, training)
        return g * (x - by_mean) / np.sqrt(by_var + e) + b, *kept(x, mean, var, a, training)

    return wrong


def normalized_by_moved(x, g, b, mean, var, a, e, training):
    mean, var = moved(x, mean, var, a, training)
    return g * (x - mean) / np.sqrt(var + e) + b, mean, var


def in_training(kept):
    """kept(x, mean, var, a) in training mode only."""
    return layer(kept=lambda x, m, v, a, training: kept(x, m, v, a) if training else (m, v))


def averaging(var):  # the running variance is made of var(x)
    return in_training(lambda x, m, v, a: ((1 - a) * m + a * x.mean(0), (1 - a) * v + a * var(x)))


def same_in_eval(answer, x, g, b, mean, var, a, e, training):
    return training or (np.array_equal(answer[1], mean) and np.array_equal(answer[2], var))


two_modes = Exercise(
    "two_modes",
    "Batch normalization in both modes: return y and the running mean and variance, which move in training mode only.",
    two_modes_solution,
    draw_two_modes,
    {
        "normalizes by the batch's own statistics in eval mode, too": layer(lambda x, m, v, t: own(x, m, v, True)),
        "normalizes by the running statistics in training mode, too": layer(lambda x, m, v, t: (m, v)),
        "moves the running statistics first and normalizes by them, in training mode": normalized_by_moved,
        "moves the running statistics in eval mode, too": layer(kept=lambda x, m, v, a, t: moved(x, m, v, a, True)),
        "never moves the running statistics": layer(kept=lambda x, m, v, a, t: (m, v)),
        "exchanges the two modes": lambda *case: two_modes_solution(*case[:-1], not case[-1]),
        "takes momentum for the weight of the old average, as Keras does": in_training(
            lambda x, m, v, a: moved(x, m, v, 1 - a, True)
        ),
        "divides by m in the variance that it averages": averaging(lambda x: x.var(0)),
        "divides by m − 1 in the variance that normalizes the batch, too": layer(
            lambda x, m, v, t: (x.mean(0), x.var(0, ddof=1)) if t else (m, v)
        ),
        "divides by m − 1 where it normalizes, and by m where it averages: the two are exchanged": layer(
            lambda x, m, v, t: (x.mean(0), x.var(0, ddof=1)) if t else (m, v),
            lambda x, m, v, a, t: ((1 - a) * m + a * x.mean(0), (1 - a) * v + a * x.var(0)) if t else (m, v),
        ),
        "corrects the running mean, too, by m / (m − 1)": in_training(
            lambda x, m, v, a: (moved(x * len(x) / (len(x) - 1), m, v, a, True)[0], moved(x, m, v, a, True)[1])
        ),
        "averages the variance with ε in it": averaging(lambda x: x.var(0, ddof=1) + EPS),
        "keeps the statistics of the newest batch alone": in_training(lambda x, m, v, a: moved(x, m, v, 1, True)),
        "returns the statistics that normalized the batch for the running ones": layer(
            kept=lambda x, m, v, a, t: own(x, m, v, t)
        ),
        "adds the new statistics to the whole old average, and not to (1 − momentum) of it": in_training(
            lambda x, m, v, a: (m + a * x.mean(0), v + a * x.var(0, ddof=1))
        ),
        "moves away from the batch: the sign of the difference": in_training(
            lambda x, m, v, a: (m + a * (m - x.mean(0)), v + a * (v - x.var(0, ddof=1)))
        ),
        "moves the running mean only": in_training(lambda x, m, v, a: (moved(x, m, v, a, True)[0], v)),
        "moves the running variance only": in_training(lambda x, m, v, a: (m, moved(x, m, v, a, True)[1])),
        "averages the standard deviation for the variance": averaging(lambda x: x.std(0, ddof=1)),
        "leaves γ and β out in eval mode": lambda x, g, b, *more: two_modes_solution(
            x, *((g, b) if more[-1] else (1, 0)), *more
        ),
        "leaves ε out": lambda *case: two_modes_solution(*case[:-2], 0, case[-1]),
        "leaves ε out in eval mode": lambda *case: two_modes_solution(*case[:-2], case[-2] * case[-1], case[-1]),
        "returns the variance before the mean": lambda *case: tuple(two_modes_solution(*case)[i] for i in (0, 2, 1)),
    },
    properties={"in eval mode the running mean and variance come back as they were": same_in_eval},
    hints=[
        "Which two arrays normalize in training mode, and which in eval mode? Which mode may change the running ones?",
        "Choose mean and variance by the mode, normalize with ε under the root; then, in training mode only, "
        "(1 − momentum) of the old average plus momentum of the new, and the new variance is divided by m − 1.",
    ],
    read="4. Test time, Where do the fixed numbers come from?",
    after="Now give it momentum 1 and a last batch of one class: what does eval mode still know?",
)


def running_statistics_solution(batches, momentum):
    n = batches[0].shape[1]
    mean, var = np.zeros(n), np.ones(n)
    for batch in batches:
        mean = (1 - momentum) * mean + momentum * batch.mean(axis=0)
        var = (1 - momentum) * var + momentum * batch.var(axis=0, ddof=1)
    return mean, var


def draw_batches(rng):
    n, dtype = int(rng.integers(2, 6)), floating(rng)
    scale, center = rng.uniform(0.5, 3, n), rng.normal(0, 2, n)
    sizes = rng.integers(3, 7, int(rng.integers(3, 6)))
    batches = [layout(rng, (rng.normal(size=(m, n)) * scale + center).astype(dtype)) for m in sizes]
    return batches, float(rng.uniform(0.1, 0.4))


def run(batches, a, start=(0.0, 1.0), variance=lambda batch, mean: batch.var(0, ddof=1)):
    mean, var = (np.zeros(batches[0].shape[1]) + each for each in start)
    for batch in batches:
        mean, var = (1 - a) * mean + a * batch.mean(0), (1 - a) * var + a * variance(batch, mean)
    return mean, var


def divided(batches, a):
    known = 1 - (1 - a) ** len(batches)
    return tuple(value / known for value in run(batches, a))


def together(batches, ddof):
    rows = np.concatenate(batches)
    return rows.mean(0), rows.var(0, ddof=ddof)


running_statistics = Exercise(
    "running_statistics",
    "PyTorch's running mean and variance after a list of batches, each (m, n): they start at 0 and 1.",
    running_statistics_solution,
    draw_batches,
    {
        "takes momentum for the weight of the old average, as Keras does": lambda b, a: run(b, 1 - a),
        "divides by m in the variance, as Keras does": lambda b, a: run(b, a, (0, 1), lambda x, _: x.var(0)),
        "corrects the mean, too, by m / (m − 1)": lambda b, a: (
            run([x * len(x) / (len(x) - 1) for x in b], a)[0],
            run(b, a)[1],
        ),
        "moves nothing: 0 and 1 come back": lambda b, a: run(b, 0.0),
        "starts the variance at 0": lambda b, a: run(b, a, (0, 0)),
        "starts the mean at 1, too": lambda b, a: run(b, a, (1, 1)),
        "starts at the statistics of the first batch": lambda b, a: run(b[1:], a, (b[0].mean(0), b[0].var(0, ddof=1))),
        "leaves out the first batch": lambda b, a: run(b[1:], a),
        "takes the last batch alone": lambda b, a: run(b, 1.0),
        "moves once only, with the last batch: the old average is not kept": lambda b, a: run(b[-1:], a),
        "takes the plain average of the batches' statistics": lambda b, a: (
            np.mean([x.mean(0) for x in b], axis=0),
            np.mean([x.var(0, ddof=1) for x in b], axis=0),
        ),
        "puts all batches together, and divides by the number of rows": lambda b, a: together(b, 0),
        "puts all batches together, and divides by one less than the number of rows": lambda b, a: together(b, 1),
        "divides by 1 − (1 − momentum)ᵗ at the end, which PyTorch does not": divided,
        "averages the standard deviation": lambda b, a: run(b, a, (0, 1), lambda x, _: x.std(0, ddof=1)),
        "takes the squares around the running mean": lambda b, a: run(
            b, a, (0, 1), lambda x, mean: ((x - mean) ** 2).sum(0) / (len(x) - 1)
        ),
        "takes the mean of the squares for the variance": lambda b, a: run(b, a, (0, 1), lambda x, _: (x**2).mean(0)),
        "goes through the batches from the last to the first": lambda b, a: run(b[::-1], a),
        "returns the variance before the mean": lambda b, a: run(b, a)[::-1],
    },
    hints=[
        "Where does each of the two start, and how much of the old value does one batch leave?",
        "For each batch: (1 − momentum) of the old plus momentum of the new. A batch's variance is divided by m − 1.",
    ],
    read="deeper/folding_freezing_saving, The same in PyTorch and Keras",
    after="Now compare with BatchNorm(n, momentum=0.1), its running_mean and running_var.",
)
