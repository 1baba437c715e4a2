"""The clinic, an exercise of another kind: find out why each of six nets collapses in eval mode, and repair it."""

import copy
import functools
import inspect
import itertools
from typing import NamedTuple

import numpy as np

from bnlib.inference import accuracy, reestimate
from bnlib.mlp import MLP

from .exercise import Exercise, not_attempted
from .patients import CAUSES, STEPS, digits, ward

MARGIN = 0.02  # a repaired net may be this much below its training mode


class Patient(NamedTuple):
    """net: one that was trained on the digits and has been through something; steps: of its training."""

    net: MLP
    steps: int


class Clinic(Exercise):
    """The reader's function repairs each of the six nets in place and returns its cause, one of `causes`."""

    causes = sorted(CAUSES)

    def patients(self):
        """The six, as they came in: dict, name -> (net, steps). They are copies: try what you like."""
        return {name: Patient(copy.copy(net), STEPS) for name, (_, net) in ward().items()}

    def data(self):
        """The digits they were trained on: x (720, 64) and labels (720,)."""
        return tuple(array.copy() for array in digits())

    def message(self, function, rng):
        if not inspect.isfunction(function) or not_attempted(function):
            return super().message(function, rng)
        found = {}
        for name, (net, steps) in self.patients().items():
            x, _ = self.data()
            cause, problem = self.answer(function, (name, net, steps, x))
            if problem := problem or of_data(x) or of_cause(name, cause):
                return f"{problem}\n{self.where()}"
            found[name] = net
        return self.of_nets(found)

    def of_nets(self, nets):
        """What to say of the repaired nets, when all causes are right."""
        in_eval = {name: right_in_eval(net) for name, net in nets.items()}
        for name, share in in_eval.items():
            if not share >= right_in_training(name) - MARGIN:
                told = f"net {name} has only {share:.1%} of its digits right in eval mode"
                return f"All six causes are right; but {told}, and {right_in_training(name):.1%} in training mode."
        return (
            f"Right: six causes, and each net has at least {min(in_eval.values()):.1%} right in eval mode. {self.after}"
        )


def right_in_eval(net):
    """The share of the digits that are right in eval mode; 0 for a net that holds NaN."""
    return accuracy(net, *digits()) if np.isfinite(net.state).all() else 0.0


@functools.cache
def right_in_training(name):
    return accuracy(ward()[name][1], *digits(), "batch")


def of_data(x):
    if not np.array_equal(x, digits()[0]):
        return "Your function writes into its argument x, which is its caller's. Make a new array."


def of_cause(name, cause):
    """What to say of a diagnosis that is wrong, or None."""
    if cause is None:
        return f"For net {name} your function returns nothing: is there a `return`?"
    if not isinstance(cause, str) or cause not in CAUSES:
        causes = ", ".join(f'"{each}"' for each in sorted(CAUSES))
        return f"For net {name} your function returns {cause!r:.60}, and must return one of {causes}."
    if cause != ward()[name][0]:
        return f"Net {name} has another cause than “{cause}”: {CAUSES[cause](name)}."


def clinic_solution(name, net, steps, x):
    as_it_came = copy.copy(net)
    reestimate(net, x)
    stored, exact = as_it_came.batch_norm_layers()[0], net.batch_norm_layers()[0]
    if not stored.running_mean.any():
        return "statistics not loaded"
    if stored.batches_seen > steps:
        return "other data"
    if stored.momentum > 0.5:
        return "newest batch alone"
    if (1 - stored.momentum) ** stored.batches_seen > 0.05:
        return "average too slow"
    return "one huge batch" if (stored.running_var > 1000 * exact.running_var).any() else "layers exchanged"


def misled(name, cause):
    """A doctor who is wrong for one net."""
    return lambda of, net, steps, x: cause if of == name else ward()[of][0]


def wrong_diagnoses():
    """All thirty: what the message says -> the doctor."""
    right = dict(zip("ABCDEF", CAUSES, strict=True))
    pairs = [(name, cause) for name, cause in itertools.product(right, CAUSES) if cause != right[name]]
    return {f"Net {name} has another cause than “{cause}”": misled(name, cause) for name, cause in pairs}


TURNS = itertools.cycle("ABCDEF")  # every check sees all six


clinic = Clinic(
    "clinic",
    "Six nets collapse in eval mode. Repair the net in place, and return its cause, one of exercises.clinic.causes.",
    clinic_solution,
    lambda rng: (name := next(TURNS), copy.copy(ward()[name][1]), STEPS, digits()[0].copy()),
    wrong_diagnoses(),
    hints=[
        "Of momentum, batches_seen, running_mean and running_var, which one is odd? And how far are the last two from "
        "those of the same net after one pass over the data?",
        "Start with momentum and batches_seen, which show four of the six. The weights of all six are sound, so the "
        "same call repairs them all; it needs x and no labels.",
    ],
    read="4. Test time, The eval checklist",
    after="How few numbers are enough? Open the answer.",
)
