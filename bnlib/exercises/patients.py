"""The patients of the clinic: six nets that are good in training mode and collapse in eval mode, and why."""

import copy
import functools

import numpy as np

from bnlib.datasets.digits import load_digits
from bnlib.inference import reestimate
from bnlib.mlp import MLP
from bnlib.training import Training

STEPS, BATCH = 60, 60  # of the training


@functools.cache
def digits():
    """720 digits, (720, 64), and their labels."""
    data = load_digits()
    return data.train_x[:720].astype(float), data.train_labels[:720]


def untrained(momentum, seed):
    return MLP((64, 32, 32, 10), bn={"momentum": momentum}, rng=np.random.default_rng(seed), dtype=float)


def step(training, *others):
    """One step of training; the other nets, of another momentum, average what the layers of the trained one see."""
    training.advance(1)
    for other in others:
        for own, seen in zip(other.batch_norm_layers(), training.model.batch_norm_layers(), strict=True):
            own.cache = seen.cache
            own.track(BATCH)


@functools.cache
def ward(seed=0):
    """The six, dict: name -> (cause, net). The momentum of BN moves no weight, so one training is enough for all."""
    x, labels = digits()
    sound, slow, newest = (untrained(momentum, seed) for momentum in (0.1, 0.001, 0.99))
    training = Training(sound, x, labels, batch_size=BATCH, lr=0.2, rng=np.random.default_rng(seed + 1))
    for _ in range(STEPS - 1):
        step(training, slow, newest)
    before, newest.parameters[...] = copy.copy(sound), sound.parameters
    step(training, slow)
    moved, exchanged, lost, slow.parameters[...] = sound, copy.copy(sound), copy.copy(sound), sound.parameters
    for _ in range(20):
        moved.forward(4 * x[:60])
    one, two = exchanged.batch_norm_layers()
    kept = one.running_mean.copy(), one.running_var.copy()
    one.running_mean, one.running_var = two.running_mean, two.running_var
    two.running_mean, two.running_var = kept
    newest.forward(x[labels == 3][:60])  # the last batch held threes alone
    for bn in lost.batch_norm_layers():
        bn.running_mean, bn.running_var, bn.batches_seen = 0.0, 1.0, 0
    before.forward(np.concatenate([1e4 * x[:1], x[1:60]]))  # one digit of the last batch was huge; no step was made
    nets = (moved, exchanged, slow, newest, lost, before)
    return dict(zip("ABCDEF", zip(CAUSES, nets, strict=True), strict=True))


@functools.cache
def exact(name):
    """A patient with exact statistics."""
    net = copy.copy(ward()[name][1])
    reestimate(net, digits()[0])
    return net


# What contradicts each cause: a patient's name -> a sentence with a number.


def first(name):
    return ward()[name][1].batch_norm_layers()[0]


def not_other_data(name):
    seen = first(name).batches_seen
    return f"batches_seen is {seen}, and the training had {STEPS} steps: no other batch came through"


def not_exchanged(name):
    second = exact(name).batch_norm_layers()[1]
    away = np.median(np.abs(first(name).running_mean - second.running_mean) / np.sqrt(second.running_var))
    return f"the means stored in its first BN are {away:.2f} σ from the exact ones of its second BN (median)"


def not_slow(name):
    momentum, seen = first(name).momentum, first(name).batches_seen
    if not seen:
        return "batches_seen is 0: its average has not moved at all, neither slowly nor fast"
    return f"with momentum {momentum}, the start values weigh {(1 - momentum) ** seen:.6f} after {seen} batches"


def not_newest(name):
    momentum = first(name).momentum
    return f"its momentum is {momentum}, so the newest batch weighs only {momentum:.1%}"


def not_lost(name):
    return f"the means stored in its first BN are not 0: the largest is {np.abs(first(name).running_mean).max():.2f}"


def not_huge(name):
    times = np.max(first(name).running_var / exact(name).batch_norm_layers()[0].running_var)
    return f"its largest stored variance is {times:.1f} times the exact one, and a huge batch leaves thousands"


CAUSES = {
    "other data": not_other_data,
    "layers exchanged": not_exchanged,
    "average too slow": not_slow,
    "newest batch alone": not_newest,
    "statistics not loaded": not_lost,
    "one huge batch": not_huge,
}
