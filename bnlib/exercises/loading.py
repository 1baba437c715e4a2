"""Exercises of *Fine-tuning and loading*: what a loose load does, and an average that goes on after loading."""

import numpy as np

from .draws import floating, layout
from .exercise import Exercise

LOADED = "Fine-tuning and loading, The checkpoint loads, and the accuracy is bad"


def load_loosely_solution(own_names, own_values, saved_names, saved_values):
    saved = dict(zip(saved_names, saved_values, strict=True))
    values = np.array([saved.get(name, value) for name, value in zip(own_names, own_values, strict=True)])
    missing, unexpected = set(own_names) - set(saved_names), set(saved_names) - set(own_names)
    return values, len(missing), len(unexpected)


def draw_checkpoint(rng):
    """Some names fit; some are saved under a foreign prefix, some not at all; and some in the file are strangers."""
    own = [f"{layer}.{what}" for layer in range(3) for what in ("weight", "bias", "running_mean", "running_var")]
    own = [own[i] for i in rng.permutation(len(own))[: rng.integers(6, 10)]]
    fits, prefixed = int(rng.integers(2, 4)), int(rng.integers(1, 3))
    saved = own[:fits] + [f"module.{name}" for name in own[fits : fits + prefixed]]
    saved += [f"head.{i}" for i in range(rng.integers(1, 7))]
    own, saved = ([names[i] for i in rng.permutation(len(names))] for names in (own, saved))
    return own, rng.normal(size=len(own)), saved, rng.normal(size=len(saved))


def loosely(counts=lambda own, saved: (len(set(own) - set(saved)), len(set(saved) - set(own))), **how):
    """A loose load that counts in another way, or fills in another way: fill, by_place, strip."""

    def load(own, values, saved, saved_values):
        names = [name.removeprefix("module.") for name in saved] if how.get("strip") else saved
        found = dict(zip(own if how.get("by_place") else names, saved_values, strict=False))
        fill = {name: how.get("fill", value) for name, value in zip(own, values, strict=True)}
        return np.array([found.get(name, fill[name]) for name in own]), *counts(own, names)

    return load


def count(own, saved):
    return len(set(own) - set(saved)), len(set(saved) - set(own))


load_loosely = Exercise(
    "load_loosely",
    "Load values by name, as strict=False does, and count the missing and the unexpected names.",
    load_loosely_solution,
    draw_checkpoint,
    {
        "goes by the place in the list, and not by the name": loosely(by_place=True),
        "puts 0 where a name is missing": loosely(fill=0.0),
        "puts 1 where a name is missing": loosely(fill=1.0),
        "loads nothing": lambda own, values, saved, _: (values.copy(), *count(own, saved)),
        "takes off the prefix `module.`, which a loose load does not do": loosely(strip=True),
        "exchanges the two numbers": loosely(lambda own, saved: count(own, saved)[::-1]),
        "counts the names that were found as missing": loosely(
            lambda own, saved: (len(set(own) & set(saved)), count(own, saved)[1])
        ),
        "counts all saved names as unexpected": loosely(lambda own, saved: (count(own, saved)[0], len(saved))),
        "takes the difference of the two lengths for the missing names": loosely(
            lambda own, saved: (len(own) - len(saved), count(own, saved)[1])
        ),
        "takes both numbers from the lengths of the two lists": loosely(
            lambda own, saved: (len(own) - len(saved), len(saved) - len(own))
        ),
        "counts the missing names among the unexpected ones, too": loosely(
            lambda own, saved: (count(own, saved)[0], sum(count(own, saved)))
        ),
    },
    hints=[
        "What does a net keep where the file has nothing for it?",
        "A dict from the saved names to their values; missing is a set minus another, unexpected the other way round.",
    ],
    read=LOADED,
)


def continued_average_solution(mean, seen, batches):
    now = seen + len(batches)
    return (seen * mean + batches.sum(axis=0)) / now, now


def draw_average(rng):
    n, k, dtype = int(rng.integers(1, 6)), int(rng.integers(2, 7)), floating(rng)
    mean, batches = rng.normal(1, 1, n), rng.normal(-1, 1, (k, n))
    return mean.astype(dtype), int(rng.integers(2, 10)), layout(rng, batches.astype(dtype))


def moving(weight):
    """Each new batch with a weight of its own, a function of the batches seen before it."""

    def average(mean, seen, batches):
        for place, batch in enumerate(batches):
            mean = mean + (batch - mean) * np.asarray(weight(seen, place), mean.dtype)
        return mean, seen + len(batches)

    return average


continued_average = Exercise(
    "continued_average",
    "Go on with a plain average of batch means: the average after the new batches, and the counter.",
    continued_average_solution,
    draw_average,
    {
        "starts again, as if the counter had been lost": lambda v, s, b: (b.mean(0), len(b)),
        "starts again, but goes on counting": lambda v, s, b: (b.mean(0), s + len(b)),
        "counts the old average as one batch": lambda v, s, b: ((v + b.sum(0)) / (1 + len(b)), s + len(b)),
        "counts all new batches as one": lambda v, s, b: ((s * v + b.mean(0)) / (s + 1), s + 1),
        "uses the momentum 0.1": moving(lambda seen, place: 0.1),
        "gives a new batch the weight 1 / counter before it was counted": moving(
            lambda seen, place: 1 / (seen + place)
        ),
        "leaves the weight of a new batch at that of the first one": moving(lambda seen, place: 1 / (seen + 1)),
        "takes the middle between the old average and that of the new batches": lambda v, s, b: (
            (v + b.mean(0)) / 2,
            s + len(b),
        ),
        "counts the units, and not the batches": lambda v, s, b: (
            (s * v + b.sum(0)) / (s + b.shape[1]),
            s + b.shape[1],
        ),
        "forgets to count": lambda v, s, b: ((s * v + b.sum(0)) / (s + len(b)), s),
        "divides by the old counter": lambda v, s, b: ((s * v + b.sum(0)) / s, s + len(b)),
        "does not multiply the old average by its counter": lambda v, s, b: ((v + b.sum(0)) / (s + len(b)), s + len(b)),
    },
    hints=[
        "How many batches stand behind the old average, and how many behind the new one?",
        "The old sum is counter times average. Add the new ones, divide by the new counter.",
    ],
    read=LOADED,
)
