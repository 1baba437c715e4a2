"""The explorer of the two modes: its numbers, recomputed in plain numpy."""

import copy
import re

import numpy as np
import pytest

from bnlib import MLP, digits
from bnlib.explorers import RunningStatistics, TrainEval
from bnlib.explorers.recorded_run import digits_run

EXPLORER = TrainEval
DATA = digits.load_digits()
X, LABELS = DATA.train_x[:300].astype(float), DATA.train_labels[:300]


def outputs(x, step, momentum=None):
    """Of the recorded net after some steps; in eval mode with this momentum, or normalized by x itself (None)."""
    run = digits_run()[0]
    for linear, bn in zip(run.layers[0:6:3], run.layers[1:6:3], strict=True):
        z = x @ linear.W[step - 1]
        mean, var = z.mean(axis=0), z.var(axis=0)
        if momentum is not None:
            old = (1 - momentum) ** step
            weights = momentum * (1 - momentum) ** np.arange(step - 1, -1, -1)
            mean, var = weights @ bn.running_mean[:step], weights @ bn.running_var[:step] + old * 1
        z_hat = (z - mean) / np.sqrt(var + 1e-5)
        x = np.maximum(bn.gamma[step - 1] * z_hat + bn.beta[step - 1], 0)
    return x @ run.layers[6].W[step - 1] + run.layers[6].b[step - 1]


def probabilities(logits):
    return np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)


def share_right(batches, step):
    return np.mean([outputs(X[rows], step).argmax(axis=1) == LABELS[rows] for rows in batches])


@pytest.mark.parametrize("momentum, step, m, example", [(0.01, 25, 16, 0), (0.1, 115, 4, 7), (1.0, 1, 2, 299)])
def test_both_modes_are_what_plain_numpy_computes(explorer, momentum, step, m, example):
    explorer.set(momentum=momentum, step=step, m=m, example=example, draw=3)
    percent = [float(number) for number in re.findall(r"(\d+)%", explorer.caption)]
    in_eval = outputs(X, step, momentum)
    order = np.random.default_rng(0).permutation(300)[: 300 // m * m].reshape(-1, m)
    label = LABELS[example]
    own = probabilities(in_eval[example])
    rows = explorer.batches(example, m, "any")
    others = np.array([probabilities(outputs(X[batch], step)[0]) for batch in rows])
    expected = [np.mean(in_eval.argmax(axis=1) == LABELS), share_right(order, step), own[label], others[3, label]]
    expected += [others[:, label].min(), others[:, label].max()]
    assert percent == pytest.approx(100 * np.array(expected), abs=0.51)
    assert f"Example {example} is of class {label}" in explorer.caption
    np.testing.assert_allclose(explorer.alone.get_ydata(), own, atol=1e-9)
    np.testing.assert_allclose(explorer.dots.get_ydata(), others[3], atol=1e-9)
    segments = np.array(explorer.ranges.get_segments())
    np.testing.assert_allclose(segments[:, :, 1], np.stack([others.min(axis=0), others.max(axis=0)], axis=1), atol=1e-9)


def test_the_curves_hold_the_accuracy_after_each_of_their_steps(explorer):
    explorer.set(momentum=0.05, m=60)
    steps, in_eval = explorer.eval_curve.get_data()
    assert steps[0] == 1 and steps[-1] == 115
    order = np.random.default_rng(0).permutation(300).reshape(-1, 60)
    for step, value in zip(steps, in_eval, strict=True):
        assert value == pytest.approx(np.mean(outputs(X, step, 0.05).argmax(axis=1) == LABELS))
    for step, value in zip(*explorer.train_curve.get_data(), strict=True):
        assert value == pytest.approx(share_right(order, step))


def test_the_mates_are_whom_the_switch_names_and_a_larger_batch_adds_some(explorer):
    same = set(np.flatnonzero(LABELS == LABELS[7]))
    allowed_for = {"any": set(range(300)) - {7}, "its own class": same - {7}, "copies of itself": {7}}
    for others, allowed in allowed_for.items():
        small, large = explorer.batches(7, 4, others), explorer.batches(7, 64, others)
        assert (large[:, 0] == 7).all() and set(large[:, 1:].ravel()) <= allowed
        np.testing.assert_array_equal(large[:, :4], small)
    assert len(np.unique(explorer.batches(7, 128, "any")[0])) == 128
    assert len(np.unique(explorer.batches(7, 64, "any")[:, 1])) > 20


def test_copies_get_the_same_answer_whatever_they_are_copies_of(explorer):
    explorer.set(others="copies of itself", step=100)
    answers = []
    for example in (0, 7, 150):
        explorer.set(example=example)
        answers.append(explorer.dots.get_ydata())
    assert np.abs(np.array(answers) - answers[0]).max() < 1e-6
    assert explorer.train_dot.get_ydata()[0] == np.mean(LABELS == answers[0].argmax())


def test_batches_of_one_class_are_normalized_beyond_recognition(explorer):
    explorer.set(others="its own class", step=115, m=16, momentum=0.1)
    order = np.argsort(LABELS, kind="stable")[:288].reshape(-1, 16)
    assert explorer.train_dot.get_ydata()[0] == pytest.approx(share_right(order, 115))
    assert share_right(order, 115) < 0.4 < 0.95 < explorer.eval_dot.get_ydata()[0]


def test_eval_mode_catches_up_at_a_momentum_of_two_hundredths(explorer):
    explorer.set(step=25, m=16)
    ahead = []
    for momentum in (0.01, 0.02):
        explorer.set(momentum=momentum)
        ahead.append(explorer.eval_dot.get_ydata()[0] > explorer.train_dot.get_ydata()[0])
    assert ahead == [False, True]


def test_it_shows_the_run_it_is_given_and_leaves_it_as_it_is():
    rng = np.random.default_rng(0)
    model = MLP((5, 4, 3), replicas=6, rng=rng)
    state, data, labels = model.state.copy(), rng.normal(size=(9, 5)), rng.integers(3, size=9)
    explorer = TrainEval(model=model, data=data, labels=labels, example=8)
    assert explorer.code() == "TrainEval(model=model, data=data, labels=labels, example=8)"
    assert explorer.controls["step"].max == 6 and explorer.controls["m"].max == 9
    assert "9 examples" in explorer.caption
    np.testing.assert_array_equal(model.state, state)
    explorer.close()


def test_nets_without_batch_normalization_are_refused():
    model = MLP((5, 4, 3), norm=None, replicas=6, rng=np.random.default_rng(0))
    with pytest.raises(ValueError, match="with batch normalization"):
        TrainEval(model=model, data=np.ones((9, 5)), labels=np.ones(9, int))


@pytest.mark.parametrize("explorer, moved", [(RunningStatistics, {"unit": 2}), (TrainEval, {"step": 3})])
def test_a_run_that_changes_later_stays_in_the_explorer_as_it_was(explorer, moved):
    rng = np.random.default_rng(0)
    model = MLP((5, 4, 3), replicas=6, rng=rng)
    given = {"data": rng.normal(size=(9, 5)), "labels": rng.integers(3, size=9)}
    one, twin = explorer(model=model, **given), explorer(model=copy.copy(model), **given)
    model.state[:] = model.state[::-1]
    for each in (one, twin):
        each.set(momentum=0.5, m=3, **moved)
    assert one.picture.value == twin.picture.value and one.caption == twin.caption
    one.close()
    twin.close()


RUN = MLP((5, 4, 3), replicas=6, rng=np.random.default_rng(0))


@pytest.mark.parametrize("explorer", [RunningStatistics, TrainEval])
@pytest.mark.parametrize(
    "change, error, words",
    [
        ({"labels": None}, TypeError, r"together.*\['model', 'data'\]"),
        ({"model": MLP((5, 4, 3), rng=np.random.default_rng(0))}, ValueError, "replicas of one MLP.*None"),
        ({"data": np.ones((9, 4))}, ValueError, r"\(n, 5\).*\(9, 4\)"),
        ({"labels": np.ones(8, int)}, ValueError, r"\(8,\)"),
        ({"model": MLP}, TypeError, "model must be an MLP.*class"),
        ({"data": np.full((9, 5), "a")}, TypeError, "data must hold numbers.*<U1"),
        ({"data": np.full((9, 5), np.nan)}, ValueError, "45 values that are NaN"),
    ],
)
def test_a_run_or_data_that_do_not_fit_are_refused(explorer, change, error, words):
    arguments = {"model": RUN, "data": np.ones((9, 5)), "labels": np.ones(9, int)} | change
    with pytest.raises(error, match=words):
        explorer(**arguments)
