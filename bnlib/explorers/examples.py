"""The nets and the data that explorers show when they are given none, each made once."""

import copy
import functools

import numpy as np

from bnlib import cats, digits
from bnlib.checks import finite as check_finite
from bnlib.mlp import MLP
from bnlib.pictures import colors
from bnlib.training import Training, fit

LOOKS = {0: ("dogs", colors.BLUE, "--"), 1: ("cats", colors.ORANGE, "-")}
STEPS = 115  # five epochs of the digits


@functools.cache
def digits_run():
    """An MLP of STEPS replicas, x (1437, 64) and labels (1437,). Replica t is one net after t + 1 steps on x.

    Its running statistics are those of the newest batch (momentum 1), so that any average can be made of them. In
    float64, so that its numbers are the same everywhere.
    """
    data = digits.load_digits()
    x, labels, sizes = data.train_x.astype(float), data.train_labels, (64, 32, 32, 10)
    net = MLP(sizes, bn={"momentum": 1.0}, rng=np.random.default_rng(0), dtype=float)
    run = MLP(sizes, replicas=STEPS, rng=np.random.default_rng(0), dtype=float)
    training = Training(net, x, labels, batch_size=60, lr=0.1, rng=np.random.default_rng(1))
    for state in run.state:
        training.advance(1)
        state[:] = net.state
    return run, x, labels


def given_or_digits(model, data, labels):
    """What an explorer was given, checked, or `digits_run`; and the names of what was given."""
    given = [name for name, value in (("model", model), ("data", data), ("labels", labels)) if value is not None]
    if len(given) not in (0, 3):
        raise TypeError(f"give model, data and labels together (the steps of a run, and examples); got only {given}")
    if not given:
        return *digits_run(), given
    if (model.replicas or 1) < 2:
        raise ValueError(f"give the steps of a run as the replicas of one MLP, at least 2; got {model.replicas}")
    data, labels, features = np.asarray(data), np.asarray(labels), model.sizes[0]
    if data.ndim != 2 or len(data) < 2 or data.shape[1] != features or labels.shape != data.shape[:1]:
        raise ValueError(f"give data (n, {features}), n >= 2, and labels (n,); got {data.shape} and {labels.shape}")
    check_finite(data, "data")
    return copy.copy(model), data, labels, given


def at_steps(run, steps):
    """A net of some of the replicas of another, with a state of its own."""
    part = copy.deepcopy(run)
    for layer in part.layers:
        layer.arrays = {name: array if array is None else array[steps] for name, array in layer.arrays.items()}
        layer.replicas = len(steps)
    part.replicas = len(steps)
    part.pack()
    return part


def running_averages(newest, momentum, start):
    """newest: (steps, ...), the statistics of each batch. Returns their running average after each step."""
    averages, value = np.empty_like(newest), start
    for step, of_batch in enumerate(newest):
        averages[step] = value = (1 - momentum) * value + momentum * of_batch
    return averages


@functools.cache
def nets_of_black_animals():
    """Two nets trained on 600 black animals, with and without batch normalization. float64: the same everywhere."""
    images, labels = cats.make_cats(600, rng=np.random.default_rng(0))
    x, nets = images.reshape(600, -1).astype(np.float64), []
    for norm, lr in (("batch", 0.05), (None, 0.01)):
        nets.append(MLP((x.shape[1], 32, 32, 2), norm=norm, rng=np.random.default_rng(1), dtype=np.float64))
        fit(nets[-1], x, labels, epochs=6, batch_size=50, lr=lr, rng=np.random.default_rng(2))
    return nets
