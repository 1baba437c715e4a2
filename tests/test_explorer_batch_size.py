"""The explorer of the batch size: its accuracies again, from a plain run of the same nets."""

import numpy as np
import pytest

from bnlib import MLP, accuracy, digits, fit
from bnlib.explorers import BatchSize
from bnlib.explorers.examples import all_digits, few_digits


def labels_of(wrong):
    """Digits and labels, drawn again: the first digits of each net are the ones with wrong labels."""
    data, draws = digits.load_digits(), np.random.default_rng(5)
    rows = np.array([draws.permutation(1437)[:200] for _ in range(10)])
    off = draws.integers(1, 10, size=(10, 200))
    off[:, round(200 * wrong) :] = 0
    return data.train_x[rows].astype(float), data.train_labels[rows], (data.train_labels[rows] + off) % 10


@pytest.mark.parametrize("state", [{}, {"m": 7, "lr": 0.02, "wrong": 0.35, "dropout": 0.3}])
def test_the_curves_and_the_caption_are_those_of_a_plain_run(state):
    explorer = BatchSize(**state)
    explorer.advance(3)
    explorer.advance(17)  # 40 steps, not in one piece
    m, lr, wrong, dropout = explorer.state.values()
    x, _, labels = labels_of(wrong)
    data = digits.load_digits()
    words = []
    for net, norm in (("with BN", "batch"), ("without BN", None)):
        rng = np.random.default_rng(0)
        model = MLP((64, 32, 32, 10), norm=norm, dropout=dropout, replicas=10, rng=rng, dtype=float)
        history = fit(model, x, labels, steps=40, batch_size=m, lr=lr, rng=np.random.default_rng(2))
        training = accuracy(model, x, labels)
        unseen = accuracy(model, data.test_x.astype(float), data.test_labels)
        of_batches = history.accuracy[:, 30:].mean(axis=1)
        for name, shares in (("training", training), ("unseen", unseen), ("batches", of_batches)):
            steps, curve = explorer.curves[net, name].line.get_data()
            np.testing.assert_array_equal(steps, range(10, 41, 10))
            assert curve[-1] == pytest.approx(np.median(shares), abs=1e-12)
            low, high = np.percentile(shares, (10, 90))
            heights = explorer.curves[net, name].area.get_paths()[0].vertices[:, 1]
            assert (heights[3], heights[4]) == pytest.approx((low, high), abs=1e-12)
        words.append(f"{100 * np.median(training):.0f} % and {100 * np.median(unseen):.0f} % {net.split()[0]}")
    assert words[0] in explorer.caption and words[1] in explorer.caption
    assert f"Step 40 (epoch {40 / (200 // m):.1f}), m = {m}" in explorer.caption
    explorer.close()


def test_more_wrong_labels_keep_the_wrong_ones_there_were():
    _, true_labels, _ = labels_of(0)
    few, many = few_digits(0.1)[1] != true_labels, few_digits(0.4)[1] != true_labels
    np.testing.assert_array_equal(few.sum(axis=1), 20)
    np.testing.assert_array_equal(many.sum(axis=1), 80)
    assert (many | ~few).all()


def test_a_run_that_diverges_still_has_a_picture_with_numbers():
    explorer = BatchSize(lr=1.0, m=2)
    explorer.run["without BN"].training.model.layers[0].W *= 1e200
    explorer.advance(20)
    assert explorer.run["without BN"].training.history.diverged
    for band in explorer.curves.values():
        assert np.isfinite(band.line.get_ydata()).all() and np.isfinite(band.area.get_paths()[0].vertices).all()
    assert "nan" not in explorer.caption
    explorer.close()


def test_the_nets_are_trained_on_digits_they_are_not_tested_on():
    unseen = {row.tobytes() for row in all_digits()[2]}
    assert not any(row.tobytes() in unseen for row in few_digits(0.2)[0].reshape(-1, 64))
