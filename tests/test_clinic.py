"""The clinic: all six nets collapse, each has its own cause, and each wrong diagnosis is answered with a number."""

import copy
import re

import numpy as np
import pytest

from bnlib import accuracy, exercises, fit, reestimate
from bnlib.exercises.patients import BATCH, CAUSES, STEPS, exact, untrained, ward

CLINIC = exercises.clinic
RIGHT = {name: cause for name, (cause, _) in ward().items()}
PAIRS = [(name, cause) for name in RIGHT for cause in CAUSES]
WRONG = [(name, cause) for name, cause in PAIRS if cause != RIGHT[name]]


def told(function):
    return CLINIC.message(function, np.random.default_rng(0))


def number_of(sentence):
    """The last number of a contradiction, of which the cause has another one."""
    return float(re.findall(r"\d[\d.]*", sentence)[-1])


@pytest.mark.parametrize("seed", range(8))
def test_a_patient_is_good_in_training_mode_and_bad_in_eval_mode_until_it_is_reestimated(seed):
    x, labels = CLINIC.data()
    for name, (_, came) in ward(seed).items():
        net = copy.copy(came)
        assert accuracy(net, x, labels, "batch") > 0.98 and accuracy(net, x, labels) < 0.85, name
        reestimate(net, x)
        assert accuracy(net, x, labels) > 0.98, name


@pytest.mark.parametrize("name, momentum, steps", [("C", 0.001, STEPS), ("D", 0.99, STEPS - 1), ("F", 0.1, STEPS - 1)])
def test_one_training_gives_the_nets_that_a_training_of_their_own_would(name, momentum, steps):
    x, labels = CLINIC.data()
    net = untrained(momentum, 0)
    fit(net, x, labels, steps=steps, batch_size=BATCH, lr=0.2, rng=np.random.default_rng(1))
    last = {"D": x[labels == 3][:60], "F": np.concatenate([1e4 * x[:1], x[1:60]])}.get(name)
    if last is not None:
        net.forward(last)
    assert np.array_equal(ward()[name][1].state, net.state)
    assert {bn.batches_seen for bn in ward()[name][1].batch_norm_layers()} == {STEPS}


def test_no_patient_tells_its_name_and_all_are_copies():
    patients = CLINIC.patients()
    assert {tuple(vars(patient.net)) for patient in patients.values()} == {tuple(vars(ward()["A"][1]))}
    assert sorted(RIGHT.values()) == CLINIC.causes == sorted(CLINIC.causes) and len(set(RIGHT.values())) == 6
    patients["A"].net.state[...] = 0
    assert np.abs(CLINIC.patients()["A"].net.state).max() > 0


@pytest.mark.parametrize("name, cause", WRONG)
def test_a_wrong_diagnosis_is_answered_with_a_number_that_contradicts_it(name, cause):
    def clinic(of, net, steps, x):
        return cause if of == name else RIGHT[of]

    message = told(clinic)
    assert message.startswith(f"Net {name} has another cause than “{cause}”: ") and re.search(r"\d", message)
    assert not any(other in message for other in CAUSES if other != cause)


def test_the_thirty_answers_differ():
    assert len({(name, CAUSES[cause](name)) for name, cause in WRONG}) == 30


@pytest.mark.parametrize("cause", ["layers exchanged", "average too slow", "one huge batch"])
def test_the_number_of_a_cause_is_far_from_those_that_contradict_it(cause):
    of_cause = {
        name: measure(cause, ward()[name][1].batch_norm_layers(), exact(name).batch_norm_layers()) for name in RIGHT
    }
    (own,) = [value for name, value in of_cause.items() if RIGHT[name] == cause]
    others = [value for name, value in of_cause.items() if RIGHT[name] not in (cause, "statistics not loaded")]
    assert own < min(others) / 10 or own > 10 * max(others)


def measure(cause, stored, exact):
    """The number of the contradiction, another way."""
    if cause == "layers exchanged":
        return np.median(abs(stored[0].running_mean - exact[1].running_mean) / exact[1].running_var ** 0.5)
    if cause == "one huge batch":
        return max(stored[0].running_var / exact[0].running_var)
    weight = 1.0
    for _ in range(stored[0].batches_seen):
        weight *= 1 - stored[0].momentum
    return weight


@pytest.mark.parametrize("cause", ["layers exchanged", "average too slow", "one huge batch"])
def test_the_sentences_hold_the_measured_numbers(cause):
    for name in RIGHT:
        stored = ward()[name][1].batch_norm_layers()
        found = measure(cause, stored, exact(name).batch_norm_layers())
        sentence = CAUSES[cause](name)
        if stored[0].batches_seen or cause != "average too slow":
            told = float(re.search(r"(?:are|weigh|is) (\d[\d.]*)", sentence)[1])
            assert told == pytest.approx(found, abs=0.06 if cause == "one huge batch" else 0.0051), sentence


def test_the_reference_doctor_is_right_and_repairs_all():
    found = re.match(r"Right: six causes, and each net has at least (\S+)% right in eval mode", told(CLINIC.solve))
    assert float(found[1]) > 98


@pytest.mark.parametrize("name", RIGHT)
def test_a_net_that_is_not_repaired_is_told_by_its_accuracy(name):
    def clinic(of, net, steps, x):
        if of != name:
            reestimate(net, x)
        return RIGHT[of]

    net, (x, labels) = CLINIC.patients()[name].net, CLINIC.data()
    assert f"net {name} has only {accuracy(net, x, labels):.1%} of its digits right in eval mode" in told(clinic)


def test_a_repair_that_leaves_nan_is_no_repair():
    def clinic(of, net, steps, x):
        net.state[...] = np.nan
        return RIGHT[of]

    assert "net A has only 0.0%" in told(clinic)


@pytest.mark.parametrize("answer", ["too slow", 3, ["other data"], float("nan")])
def test_what_is_no_cause_gets_the_list(answer):
    message = told(lambda name, net, steps, x: copy.copy(answer))
    assert message.startswith("For net A your function returns") and all(f'"{cause}"' in message for cause in CAUSES)
