"""The explorer that trains digits: its numbers again, from a plain run of the same nets."""

import numpy as np
import pytest
from seen import axes_titled

from bnlib import MLP, accuracy, digits, fit
from bnlib.explorers import TrainLive

NORMS = {"with BN": "batch", "without BN": None}


def plain_run(net, steps, lr, batch, init_scale, depth, activation):
    data, settings = digits.load_digits(), {"init_scale": init_scale, "activation": activation, "dtype": float}
    sizes = (64, *[32] * depth, 10)
    model = MLP(sizes, norm=NORMS[net], replicas=6, rng=np.random.default_rng(1), **settings)
    how = {"batch_size": batch, "lr": lr, "sgd_momentum": 0.0, "rng": np.random.default_rng(2)}
    history = fit(model, data.train_x.astype(float), data.train_labels, steps=steps, **how)
    return history, accuracy(model, data.test_x.astype(float), data.test_labels)


@pytest.mark.parametrize("state", [{}, {"lr": 0.5, "batch": 7, "init_scale": 3.0, "depth": 3, "activation": "tanh"}])
def test_the_picture_and_the_caption_are_those_of_a_plain_run(state):
    explorer = TrainLive(**state)
    explorer.advance(13)
    explorer.advance(12)  # 45 steps, not in one piece: four full blocks of ten
    settings = {name: value for name, value in explorer.state.items() if name != "nets"}
    assert explorer.caption.startswith("Step 45, ")
    for net, band in explorer.losses.items():
        history, right = plain_run(net, 45, **settings)
        blocks = history.loss[:, :40].reshape(6, 4, 10).mean(axis=2)
        steps, middle = band.line.get_data()
        np.testing.assert_array_equal(steps, [5, 15, 25, 35])
        np.testing.assert_allclose(middle, np.median(blocks, axis=0), rtol=1e-12)
        edge = band.area.get_paths()[0].vertices[:, 1]
        np.testing.assert_allclose(edge[:4], blocks.min(axis=0), rtol=1e-12)
        np.testing.assert_allclose(edge[4:8], blocks.max(axis=0)[::-1], rtol=1e-12)
        np.testing.assert_allclose(explorer.shares[net].get_xdata(), right, rtol=1e-12)
        loss = np.median(blocks[:, -1])
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
    assert len(hidden.line.get_xdata()) == 2 and len(dots.get_xdata()) == 6 and alone.caption == both.caption
    for explorer in (both, alone):
        explorer.close()


def test_the_number_of_steps_may_be_one_of_numpy():
    explorer = TrainLive(steps=np.int64(20))
    assert explorer.code() == "TrainLive()"
    explorer.close()


def test_nets_that_diverge_are_counted_and_leave_no_nan_in_the_picture():
    explorer = TrainLive(lr=100.0, init_scale=10.0, depth=6, steps=60)
    history, _ = plain_run("without BN", 60, 100.0, 60, 10.0, 6, "relu")
    assert len(history.diverged) >= 4
    assert f"diverged {len(history.diverged)} of 6" in explorer.caption and "nan" not in explorer.caption
    for band, dots in zip(explorer.losses.values(), explorer.shares.values(), strict=True):
        assert np.isfinite(band.line.get_ydata()).all() and np.isfinite(dots.get_xdata()).all()
    explorer.close()


@pytest.mark.parametrize(
    "state, with_bn, without_bn",
    [
        ({"depth": 4, "init_scale": 0.1}, 0.9, 0.2),
        ({"depth": 4, "init_scale": 0.3}, 0.9, 0.2),
        ({"depth": 4, "init_scale": 3.0}, 0.7, 0.2),
        ({"lr": 100.0}, 0.2, 0.2),
    ],
)
def test_what_the_lesson_says_about_it_holds(state, with_bn, without_bn):
    explorer = TrainLive(steps=250, **state)
    for dots, level in zip(explorer.shares.values(), (with_bn, without_bn), strict=True):
        right = np.median(dots.get_xdata())
        assert right > level if level > 0.5 else right < level
    explorer.close()


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
