"""The explorer that trains digits: its numbers again, from a plain run of the same nets."""

import copy
import re

import numpy as np
import pytest
from seen import axes_titled

from bnlib import MLP, BatchNorm, Training, accuracy, digits
from bnlib.explorers import TrainLive
from bnlib.explorers.two_nets import Jitter

NORMS = {"with BN": "batch", "without BN": None}


class Shaken:
    """A layer that multiplies and shifts each unit by random numbers, alike for all of a batch."""

    arrays, trained, tracked, training = {}, (), (), True

    def __init__(self, size, rng):
        self.size, self.rng = size, rng

    def forward(self, x):
        shift, log = self.rng.normal(0, self.size, (2, 6, 1, 32))
        self.factor = np.exp(log)
        return self.factor * x + shift

    def backward(self, dy):
        return dy * self.factor


def quiet_losses(model, x, labels):
    """The loss of each net without its Shaken layers, with the statistics of x."""
    for layer in model.layers:
        if isinstance(layer, Shaken):
            continue
        if isinstance(layer, BatchNorm):
            z_hat = (x - x.mean(axis=-2, keepdims=True)) / np.sqrt(x.var(axis=-2, keepdims=True) + layer.eps)
            x = layer.gamma[:, None] * z_hat + layer.beta[:, None]
        else:
            x = layer.forward(x)
    largest = x.max(axis=-1)
    own = x[:, np.arange(len(labels)), labels]
    return (largest + np.log(np.exp(x - largest[..., None]).sum(axis=-1)) - own).mean(axis=-1)


def plain_run(net, steps, lr, batch, init_scale, depth, activation, jitter):
    """Losses (6, steps // 10) of 360 digits with the noise off, the share right of each net, and its history."""
    data, settings = digits.load_digits(), {"init_scale": init_scale, "activation": activation, "dtype": float}
    sizes = (64, *[32] * depth, 10)
    model = MLP(sizes, norm=NORMS[net], replicas=6, rng=np.random.default_rng(1), **settings)
    x, test_x = data.train_x.astype(float), data.test_x.astype(float)
    quiet, rng = model.layers, np.random.default_rng(3)
    before = model.batch_norm_layers() or model.linear_layers()[:-1]
    shaken = [new for old in quiet for new in ([old, Shaken(jitter, rng)] if jitter and old in before else [old])]
    how = {"batch_size": batch, "lr": lr, "sgd_momentum": 0.0, "rng": np.random.default_rng(2)}
    training, losses = Training(model, x, data.train_labels, **how), []
    for step in range(1, steps + 1):
        model.layers = shaken
        training.advance(1)
        model.layers = quiet
        if step % 10 == 0:
            with np.errstate(all="ignore"):
                losses.append(quiet_losses(copy.copy(model), x[:360], data.train_labels[:360]))
    return np.array(losses).T, accuracy(model, test_x, data.test_labels), training.history


@pytest.mark.parametrize(
    "state",
    [
        {},
        {"lr": 0.5, "batch": 7, "init_scale": 3.0, "depth": 3, "activation": "tanh"},
        {"init_scale": 1.0, "depth": 2, "jitter": 0.45},
    ],
)
def test_the_picture_and_the_caption_are_those_of_a_plain_run(state):
    explorer = TrainLive(**state)
    explorer.advance(13)
    explorer.advance(12)  # 125 steps, not in one piece: looked at twelve times
    settings = {name: value for name, value in explorer.state.items() if name != "nets"}
    assert explorer.caption.startswith(f"Step 125, jitter {settings['jitter']:.2f}, ")
    for net, band in explorer.losses.items():
        losses, right, _ = plain_run(net, 125, **settings)
        steps, middle = band.line.get_data()
        np.testing.assert_array_equal(steps, range(10, 121, 10))
        np.testing.assert_allclose(middle, np.median(losses, axis=0), rtol=1e-6)
        edge = band.area.get_paths()[0].vertices[:, 1]
        np.testing.assert_allclose(edge[:12], np.minimum(losses.min(axis=0), 10), rtol=1e-6)
        np.testing.assert_allclose(edge[12:24], np.minimum(losses.max(axis=0)[::-1], 10), rtol=1e-6)
        np.testing.assert_allclose(explorer.shares[net].get_xdata(), right, atol=0.003)
        loss = np.median(losses[:, -1])
        assert f"{net}: {np.median(right):.0%} right, loss {loss:.2g}, diverged 0 of 6" in explorer.caption
    explorer.close()


def test_one_kind_of_net_can_be_trained_alone_and_learns_what_it_learns_beside_the_other():
    both, alone = TrainLive(), TrainLive(nets="without BN")
    hidden, dots = alone.losses["with BN"], alone.shares["with BN"]
    assert not len(hidden.line.get_xdata()) and not len(dots.get_xdata())
    assert np.ptp(hidden.area.get_paths()[0].vertices, axis=0).max() == 0
    assert "with BN:" not in alone.caption
    of_alone, of_both = (explorer.losses["without BN"].line.get_data() for explorer in (alone, both))
    np.testing.assert_array_equal(of_alone, of_both)
    alone.set(nets="both")
    assert len(hidden.line.get_xdata()) == 10 and len(dots.get_xdata()) == 6 and alone.caption == both.caption
    for explorer in (both, alone):
        explorer.close()


def test_the_number_of_steps_may_be_one_of_numpy():
    explorer = TrainLive(steps=np.int64(100))
    assert explorer.code() == "TrainLive()"
    explorer.close()


def test_nets_that_diverge_are_counted_and_leave_no_nan_in_the_picture():
    explorer = TrainLive(lr=100.0, init_scale=10.0, depth=6)
    _, _, history = plain_run("without BN", 100, 100.0, 60, 10.0, 6, "relu", 0.0)
    assert len(history.diverged) >= 4
    assert f"diverged {len(history.diverged)} of 6" in explorer.caption and "nan" not in explorer.caption
    for band, dots in zip(explorer.losses.values(), explorer.shares.values(), strict=True):
        assert np.isfinite(band.line.get_ydata()).all() and np.isfinite(dots.get_xdata()).all()
    explorer.close()


@pytest.mark.parametrize(
    "state, with_bn, without_bn",
    [
        ({}, 0.9, 0.2),
        ({"depth": 4, "init_scale": 0.1}, 0.9, 0.2),
        ({"depth": 4, "init_scale": 0.3}, 0.9, 0.2),
        ({"depth": 4, "init_scale": 3.0}, 0.7, 0.2),
        ({"lr": 100.0, "depth": 2, "init_scale": 1.0}, 0.2, 0.2),
    ],
)
def test_what_the_lesson_says_about_it_holds(state, with_bn, without_bn):
    explorer = TrainLive(steps=250, **state)
    for dots, level in zip(explorer.shares.values(), (with_bn, without_bn), strict=True):
        right = np.median(dots.get_xdata())
        assert right > level if level > 0.5 else right < level
    explorer.close()


def medians(explorer):
    """The share right and the loss that the caption says, with BN and without."""
    found = re.findall(r"(\d+)% right, loss ([\d.]+)", explorer.caption)
    return [(int(right), float(loss)) for right, loss in found]


@pytest.mark.parametrize("activation, jitter, scale", [("relu", 0.3, 1.0), ("relu", 0.5, 0.2), ("tanh", 0.5, 1.0)])
def test_behind_bn_jitter_leaves_a_net_that_learns_and_without_bn_it_does_more_harm(activation, jitter, scale):
    explorer = TrainLive(steps=200, activation=activation, jitter=jitter, init_scale=scale)
    (right, loss), (right_without, loss_without) = medians(explorer)
    assert right > right_without + 15 and right > 85 and loss < loss_without / 3
    explorer.close()


def test_the_loss_of_shaken_nets_is_read_with_the_jitter_off_and_moves_no_generator():
    explorer = TrainLive(jitter=0.5)
    run = explorer.run["with BN"]
    first, again = (run.look(run.training)["loss"] for _ in range(2))
    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, run.looks["loss"][-1])
    assert np.median(first) < 0.8 * np.median(run.training.history.loss[:, -10:])  # which has the noise on
    explorer.close()


def test_jitter_is_the_same_with_and_without_bn_and_none_of_it_changes_nothing():
    explorer = TrainLive(jitter=0.5, steps=100)
    drawn = []
    for watched in explorer.run.values():
        layers = [layer for layer in watched.model.layers if isinstance(layer, Jitter)]
        assert len(layers) == 4 and len({id(layer.rng) for layer in layers}) == 1
        assert layers[0].cache.shape == (6, 60, 32) and (layers[0].cache[:, :1] == layers[0].cache).all()
        drawn.append([layer.cache for layer in layers])
    np.testing.assert_array_equal(*drawn)
    explorer.set(jitter=0.0)
    assert not any(isinstance(layer, Jitter) for run in explorer.run.values() for layer in run.model.layers)
    explorer.close()


def test_jitter_draws_its_scales_and_shifts_from_the_distribution_it_names():
    layer = Jitter(0.4, np.random.default_rng(0))
    zeros, ones = (np.full((1, 3, 20000), value) for value in (0.0, 1.0))
    shift = layer.forward(zeros)
    assert (shift == shift[:, :1]).all() and (shift.mean(), shift.std()) == pytest.approx((0, 0.4), abs=0.01)
    layer.forward(ones)
    scale = layer.backward(ones)
    assert (np.log(scale).mean(), np.log(scale).std()) == pytest.approx((0, 0.4), abs=0.01)
    layer.eval()
    before = layer.rng.bit_generator.state
    np.testing.assert_array_equal(layer.forward(ones), ones)
    np.testing.assert_array_equal(layer.backward(shift), shift)
    assert layer.rng.bit_generator.state == before


def test_the_line_of_guessing_lies_at_the_loss_of_equal_probabilities():
    explorer = TrainLive()
    ax = axes_titled(explorer, "training loss")
    (line,) = [line for line in ax.lines if not line.get_animated()]
    expected = -np.log(1 / len(np.unique(digits.load_digits().train_labels)))
    np.testing.assert_allclose(line.get_ydata(), expected)
    (words,) = [text for text in ax.texts if text.get_text() == "guessing: log 10"]
    assert 1 < words.get_position()[1] / expected < 1.3  # just above its line, and of its colour
    assert words.get_color() == line.get_color()
    explorer.close()
