"""The data and the nets that explorers show when they are given none, each made once.

All in float64, so that the numbers of a caption are the same everywhere.
"""

import functools
import math

import numpy as np

from bnlib import cats, digits
from bnlib.mlp import MLP
from bnlib.pictures import CAT, DOG
from bnlib.training import fit

OTHERS = (2.0, 4.0, 6.0, 10.0, 5.0, 8.0, 3.0, 7.0, 9.0, 1.0, 6.0, 11.0, 4.0, 8.0, 5.0)
BATCHES, LARGEST_BATCH = 1000, 256
HUMP = 0.95  # where the two humps lie, in standard deviations


@functools.cache
def batches_of_values(shape):
    """Values (BATCHES, LARGEST_BATCH) with mean 0 and variance 1; a smaller batch is the first m of its row."""
    rng, size = np.random.default_rng(0), (BATCHES, LARGEST_BATCH)
    if shape == "skewed":
        return rng.standard_exponential(size) - 1
    values = rng.standard_normal(size)
    if shape == "humps":
        values = HUMP * rng.choice([-1, 1], size) + math.sqrt(1 - HUMP**2) * values
    return values


def unit_and_gradients(examples=64):
    """A fixed unit z and fixed gradients dy that the loss sends to its output, (examples,) each."""
    rng = np.random.default_rng(2)
    return rng.standard_normal(examples), rng.standard_normal(examples) / 2


def inputs_and_targets(examples=256):
    """Two inputs u, (examples, 2), of unequal spread, and targets, (examples, 1), that they explain in part."""
    rng = np.random.default_rng(4)
    u = rng.standard_normal((examples, 2)) * [1.5, 1.0]
    targets = u @ [[-0.4], [1.0]] + rng.standard_normal((examples, 1))
    return u, (targets - targets.mean()) / targets.std()


@functools.cache
def all_digits():
    """Digits to train on, (1437, 64), and their labels; digits to test on, (360, 64), and theirs."""
    data = digits.load_digits()
    return data.train_x.astype(float), data.train_labels, data.test_x.astype(float), data.test_labels


@functools.cache
def few_digits(wrong):
    """200 digits for each of 10 nets, (10, 200, 64), and labels (10, 200), a share of them wrong. More keep those."""
    x, labels, *_ = all_digits()
    draws = np.random.default_rng(5)
    rows = np.stack([draws.permutation(len(x))[:200] for _ in range(10)])
    off = draws.integers(1, 10, size=rows.shape) * (np.arange(200) < round(wrong * 200))
    return x[rows], (labels[rows] + off) % 10


SPECIES = {0: ("dogs", DOG), 1: ("cats", CAT)}


@functools.cache
def unseen_animals():
    return cats.draw_animals(100, rng=np.random.default_rng(3))


@functools.cache
def as_many_dogs_as_cats():
    """128 dogs, and then 128 cats."""
    drawn = cats.draw_animals(3 * 128, rng=np.random.default_rng(4))
    rows = np.concatenate([np.flatnonzero(drawn.labels == label)[:128] for label in SPECIES])
    return cats.Animals(*(part[rows] for part in drawn))


@functools.cache
def net_and_animals():
    """A net trained on 512 animals, and these animals."""
    images, labels = cats.make_cats(512, rng=np.random.default_rng(0))
    x = images.reshape(512, -1).astype(float)
    model = MLP((x.shape[1], 16, 2), rng=np.random.default_rng(1), dtype=float)
    fit(model, x, labels, epochs=3, batch_size=32, lr=0.01, rng=np.random.default_rng(2))
    return model, x


@functools.cache
def nets_of_black_animals():
    """Two nets trained on 600 black animals, with and without batch normalization."""
    images, labels = cats.make_cats(600, rng=np.random.default_rng(0))
    x, nets = images.reshape(600, -1).astype(float), []
    for norm, lr in (("batch", 0.05), (None, 0.01)):
        nets.append(MLP((x.shape[1], 32, 32, 2), norm=norm, rng=np.random.default_rng(1), dtype=float))
        fit(nets[-1], x, labels, epochs=6, batch_size=50, lr=lr, rng=np.random.default_rng(2))
    return nets
