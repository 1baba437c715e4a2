"""Exercises on one batch or two: a shift of one kind of examples, and who is normalized beside the same others."""

import numpy as np

from .draws import EPS, layout
from .exercise import Exercise

SHARED = "One batch or two"


def shift_gradient_solution(real, fake, dreal, dfake, eps):
    both, dy = np.concatenate([real, fake]), np.concatenate([dreal, dfake])
    std = np.sqrt(both.var(axis=0) + eps)
    x_hat = (both - both.mean(axis=0)) / std
    dx = (dy - dy.mean(axis=0) - x_hat * (dy * x_hat).mean(axis=0)) / std
    return dx[len(real) :].sum(axis=0)


def draw_shift(rng):
    n = int(rng.integers(2, 5))
    m, k = rng.permutation(np.arange(3, 8))[:2]
    real = rng.normal(size=(m, n)) * rng.uniform(0.3, 1, n) + rng.normal(0, 1, n)
    fake = rng.normal(size=(k, n)) * rng.uniform(0.3, 1, n) + rng.normal(0, 1, n)
    return layout(rng, real), layout(rng, fake), rng.normal(0.5, 1, (m, n)), rng.normal(-0.5, 1, (k, n)), EPS


def pass_back(a, b, da, db, eps, mean=True, var=True):
    """The gradient of each row of the joint batch; mean, var: whether it also passes through them."""
    x, dy = np.concatenate([a, b]), np.concatenate([da, db])
    std = joint_std(a, b, eps)
    x_hat = (x - x.mean(0)) / std
    return (dy - mean * dy.mean(0) - var * x_hat * (dy * x_hat).mean(0)) / std


def joint_std(a, b, eps):
    return np.sqrt(np.concatenate([a, b]).var(0) + eps)


def to_fakes(a, *given, **ways):
    """The sum of what arrives at the rows behind a."""
    return pass_back(a, *given, **ways)[len(a) :].sum(0)


shift_gradient = Exercise(
    "shift_gradient",
    "The gradient of a number that is added to all fakes, through BN, in one batch with the real ones.",
    shift_gradient_solution,
    draw_shift,
    {
        "sums what arrives behind BN, and does not pass back through it": lambda a, b, da, db, e: db.sum(0),
        "holds mean and variance fixed, as in eval mode": lambda *given: to_fakes(*given, mean=False, var=False),
        "forgets the way through the variance": lambda *given: to_fakes(*given, var=False),
        "forgets the way through the mean": lambda *given: to_fakes(*given, mean=False),
        "takes the mean over the fakes, and not the sum": lambda a, b, *more: to_fakes(a, b, *more) / len(b),
        "sums the rows of the real ones, or turns the sign round": lambda *given: -to_fakes(*given),
        "cuts where the fakes' number ends, and not that of the real ones": lambda a, b, *more: pass_back(a, b, *more)[
            len(b) :
        ].sum(0),
        "sums the first rows, as many as there are fakes": lambda a, b, *more: pass_back(a, b, *more)[: len(b)].sum(0),
        "leaves the gradients of the real ones out": lambda a, b, da, *more: to_fakes(a, b, 0 * da, *more),
        "forgets to divide by σ": lambda a, b, da, db, e: to_fakes(a, b, da, db, e) * joint_std(a, b, e),
        "divides by the variance, and not by its root": lambda a, b, da, db, e: (
            to_fakes(a, b, da, db, e) / joint_std(a, b, e)
        ),
        "divides by the σ of the fakes": lambda a, b, da, db, e: (
            to_fakes(a, b, da, db, e) * joint_std(a, b, e) / np.sqrt(b.var(0) + e)
        ),
        "forgets ε": lambda a, b, da, db, e: to_fakes(a, b, da, db, 0),
    },
    properties={
        "in a joint batch the gradient is not 0": lambda answer, *_: np.abs(answer).max() > 1e-12,
    },
    hints=[
        "The number moves all fakes by the same amount. Which rows of the gradient before BN are added up?",
        "Pass dy of the joint batch back: (dy − mean(dy) − x̂ · mean(dy · x̂)) / σ. Then sum the rows of the fakes.",
    ],
    read=f"{SHARED}, A discriminator that sees no difference",
    after="Call it with the fakes alone (real of no rows): only rounding is left. That is the second batch.",
)


def same_company_solution(order, size):
    place = np.argsort(order)
    return place // size == np.arange(len(order)) // size


def draw_company(rng):
    size, groups = rng.permutation(np.arange(2, 6))[:2].tolist()
    return rng.permutation(size * groups), size


same_company = Exercise(
    "same_company",
    "For each picture, whether its key is normalized in the group that has the number of its query's group.",
    same_company_solution,
    draw_company,
    {
        "takes order[i] for the place of key i": lambda o, s: o // s == np.arange(len(o)) // s,
        "compares the places inside the groups, and not the groups": lambda o, s: (
            np.argsort(o) % s == np.arange(len(o)) % s
        ),
        "asks whether the key has moved at all": lambda o, s: o == np.arange(len(o)),
        "takes size for the number of groups": lambda o, s: (
            np.argsort(o) // (len(o) // s) == np.arange(len(o)) // (len(o) // s)
        ),
        "answers the opposite": lambda o, s: np.argsort(o) // s != np.arange(len(o)) // s,
        "asks whether the key has moved by less than size places": lambda o, s: (
            np.abs(np.argsort(o) - np.arange(len(o))) < s
        ),
        "says yes for all, as if nothing were shuffled": lambda o, s: np.ones(len(o), bool),
        "says no for all, as if shuffling parted every pair": lambda o, s: np.zeros(len(o), bool),
        "asks whether any key of the group is at home": lambda o, s: np.repeat(
            (o.reshape(-1, s) // s == np.arange(len(o) // s)[:, None]).any(1), s
        ),
        "deals the groups like cards, i % number of groups": lambda o, s: (
            np.argsort(o) % (len(o) // s) == np.arange(len(o)) % (len(o) // s)
        ),
        "compares with the next place's group": lambda o, s: np.argsort(o) // s == (np.arange(len(o)) + 1) // s,
    },
    hints=[
        "Row i of the shuffled batch is order[i]. So at which place of the shuffled batch does key 0 stand?",
        "place = np.argsort(order); the group of a place is place // size, and query i stands at place i.",
    ],
    read=f"{SHARED}, The pretext task is solved better than it should be",
    after="Average it over many orders: shuffled, a key still meets its old group now and then.",
)
