"""The explorer of internal covariate shift: its numbers, recomputed in plain numpy."""

import re

import numpy as np
import pytest

from bnlib import digits
from bnlib.explorers import InternalShift
from bnlib.explorers.internal_shift import run_with_shifts

EXPLORER = InternalShift
SHAPES = [(64, 32), (32, 32), (32, 32), (32, 10)]
ACTIVATION = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "ReLU": lambda z: np.maximum(z, 0)}


def pieces(state, shapes):
    ends = np.cumsum([np.prod(shape) for shape in shapes])
    return [part.reshape(shape) for part, shape in zip(np.split(state, ends), shapes, strict=False)]


def inputs_of_layers(x, states, activation, with_bn):
    """What enters layers 2, 3 and 4, and the logits. states: which state each of the four layers is in."""
    entering, a = [], x
    for layer, state in enumerate(states):
        weights = pieces(state, SHAPES)
        rest = state[sum(np.prod(shape) for shape in SHAPES) :]
        z = a @ weights[layer]
        if layer == 3:
            return entering, z + pieces(rest, [32] * (6 if with_bn else 3) + [10])[-1]
        others = pieces(rest, [32] * (6 if with_bn else 3))
        if with_bn:
            z = others[2 * layer] * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5) + others[2 * layer + 1]
        else:
            z = z + others[layer]
        entering.append(a := ACTIVATION[activation](z))


def gradient_of_the_last_layer(entering, logits, labels):
    softmax = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return entering[-1].T @ (softmax - np.eye(10)[labels]) / len(labels)


def batch(step):
    data, rng = digits.load_digits(), np.random.default_rng(1)
    for _ in range(step + 1):
        rows = rng.choice(1437, 60, replace=False)
    return data.train_x[rows].astype(float), data.train_labels[rows]


def said(explorer):
    """The numbers of the caption: (3,) for each net, and its loss."""
    numbers = re.findall(r"BN (\S+), (\S+), (\S+) \(loss (\S+)\)", explorer.caption)
    return [np.array(found, float) for found in numbers]


@pytest.mark.parametrize("activation", ["sigmoid", "ReLU"])
@pytest.mark.parametrize("step", [0, 57, 113])
def test_caption_and_marks_hold_the_shifts_that_plain_numpy_computes(explorer, activation, step):
    x, labels = batch(step)
    explorer.set(step=step, activation=activation, shift="moments")
    by_moments = said(explorer)
    explorer.set(shift="gradient")
    by_gradient = said(explorer)
    for row, name in enumerate(("without BN", "with BN")):
        _, states, *_ = run_with_shifts(activation, name)
        old, new = states[step], states[step + 1]
        entering, logits = inputs_of_layers(x, [old] * 4, activation, name == "with BN")
        shifted, logits_shifted = inputs_of_layers(x, [new] * 3 + [old], activation, name == "with BN")
        for layer, (a, b) in enumerate(zip(entering, shifted, strict=True)):
            squares = (b.mean(0) - a.mean(0)) ** 2 + (b.std(0) - a.std(0)) ** 2
            expected = np.sqrt(squares.sum() / a.var(0).sum())
            assert by_moments[row][layer] == pytest.approx(expected, rel=0.051)
        G = gradient_of_the_last_layer(entering, logits, labels)
        G_shifted = gradient_of_the_last_layer(shifted, logits_shifted, labels)
        expected = np.linalg.norm(G_shifted - G) / np.linalg.norm(G)
        assert by_gradient[row][2] == pytest.approx(expected, rel=0.051)
        assert explorer.marks[name, 2].get_ydata()[0] == pytest.approx(expected, rel=1e-6)
        data = digits.load_digits()
        _, logits = inputs_of_layers(data.train_x[:360].astype(float), [old] * 4, activation, name == "with BN")
        loss = np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(360), data.train_labels[:360]])
        assert by_gradient[row][3] == pytest.approx(loss, abs=0.0051)


@pytest.mark.parametrize("name", ["without BN", "with BN"])
@pytest.mark.parametrize("activation, unit, step", [("sigmoid", 4, 10), ("ReLU", 31, 114), ("ReLU", 0, 0)])
def test_histograms_show_what_one_unit_sends_into_each_layer(explorer, name, activation, unit, step):
    explorer.set(step=step, unit=unit, activation=activation)
    x, limit = digits.load_digits().train_x[:360].astype(float), {"sigmoid": 1, "ReLU": 4}[activation]
    _, states, *_ = run_with_shifts(activation, name)
    now = {key: bars.artist for key, bars in explorer.now.items()}
    for at, bars in ((step, now), (0, explorer.first)):
        entering, _ = inputs_of_layers(x, [states[at]] * 4, activation, name == "with BN")
        for layer, values in enumerate(entering):
            counts, edges = np.histogram(np.minimum(values[:, unit], limit), 30, (0, limit))
            shown, at_edges, _ = bars[name, layer].get_data()
            np.testing.assert_allclose(at_edges, edges, atol=1e-12)
            np.testing.assert_allclose(shown, counts / counts.max(), atol=0.02)


def test_all_shifts_lie_inside_the_axes(explorer):
    low, high = explorer.axes[2, 0].get_ylim()
    for activation in ("sigmoid", "ReLU"):
        for name in ("without BN", "with BN"):
            shifts = run_with_shifts(activation, name)[2]
            assert low < shifts.min() and shifts.max() < high


def test_the_two_definitions_disagree_for_sigmoid_units_and_agree_for_relu(explorer):
    """With BN the moments move less; the gradient moves more with sigmoid units."""
    for activation, more in (("sigmoid", True), ("ReLU", False)):
        plain, with_bn = (np.median(run_with_shifts(activation, name)[2], axis=0) for name in ("without BN", "with BN"))
        assert (plain[:, 0] > with_bn[:, 0]).all()
        assert ((plain[:, 1] < with_bn[:, 1]) == more).all()


def test_without_bn_the_sigmoid_input_of_layer_4_is_a_needle_that_wanders(explorer):
    """Its mean moves by more than ten of its standard deviations."""
    x = digits.load_digits().train_x[:360].astype(float)
    for name, narrow in (("without BN", True), ("with BN", False)):
        _, states, *_ = run_with_shifts("sigmoid", name)
        first, last = (inputs_of_layers(x, [states[at]] * 4, "sigmoid", not narrow)[0][2] for at in (0, 114))
        wandered, width = np.abs(last.mean(0) - first.mean(0)).mean(), first.std(0).mean()
        assert (width < 0.01 and wandered > 10 * width) if narrow else (width > 0.1 and wandered < width)
