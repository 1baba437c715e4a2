"""A training run recorded as the replicas of one net: replica t is the net after t + 1 steps."""

import copy
import functools

import numpy as np

from bnlib.mlp import MLP
from bnlib.training import Training

from .arguments import checked_net, checked_numbers
from .examples import all_digits

STEPS = 115  # five epochs of the digits


@functools.cache
def digits_run():
    """An MLP of STEPS replicas, x (1437, 64) and labels (1437,).

    Its running statistics are those of the newest batch (momentum 1), so that any average can be made of them.
    """
    x, labels, *_ = all_digits()
    net, run = (
        MLP((64, 32, 32, 10), bn=bn, replicas=replicas, rng=np.random.default_rng(0), dtype=float)
        for bn, replicas in (({"momentum": 1.0}, None), (None, STEPS))
    )
    training = Training(net, x, labels, batch_size=60, lr=0.1, rng=np.random.default_rng(1))
    for state in run.state:
        training.advance(1)
        state[:] = net.state
    return run, x, labels


def checked_run(model, data, labels):
    """A copy of a recorded run, as it is now, and examples for it, or an error."""
    model, data, labels = checked_net("model", model, replicas=True), checked_numbers("data", data), np.asarray(labels)
    features = model.sizes[0]
    if data.ndim != 2 or len(data) < 2 or data.shape[1] != features or labels.shape != data.shape[:1]:
        raise ValueError(f"give data (n, {features}), n >= 2, and labels (n,); got {data.shape} and {labels.shape}")
    return model, data, labels


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
