"""The explorer of running statistics: its numbers, recomputed in plain numpy."""

import re

import numpy as np
import pytest

from bnlib import MLP, digits
from bnlib.explorers import RunningStatistics

EXPLORER = RunningStatistics


def batch_statistics(explorer, m, unit, statistic, order):
    """Exact and batch statistics after each step, drawn by hand: (steps,) each, and the unit's variance."""
    data = digits.load_digits()
    x = data.train_x.astype(float)
    n, rng = len(x), np.random.default_rng(0)
    if order == "shuffled":
        rows = np.concatenate([rng.permutation(n) for _ in range(30)])
    else:
        rows = np.tile(np.argsort(data.train_labels, kind="stable"), 30)
    exact, batch, variance = [], [], []
    for step in range(115):
        z = x @ explorer.model.layers[0].W[step, :, unit]
        drawn = z[rows[step * m : (step + 1) * m]]
        exact.append(z.mean() if statistic == "mean" else z.var(ddof=1))
        batch.append(drawn.mean() if statistic == "mean" else drawn.var(ddof=1))
        variance.append(z.var(ddof=1))
    return np.array(exact), np.array(batch), np.array(variance)


@pytest.mark.parametrize("order", ["shuffled", "sorted by class"])
@pytest.mark.parametrize("statistic, start", [("mean", 0), ("variance", 1)])
@pytest.mark.parametrize("momentum, m, unit", [(0.1, 60, 0), (0.01, 4, 30), (1.0, 2, 7), (0.001, 256, 31)])
def test_lines_and_caption_hold_what_plain_numpy_computes(explorer, momentum, m, unit, statistic, start, order):
    explorer.set(momentum=momentum, m=m, unit=unit, statistic=statistic, order=order)
    exact, batch, variance = batch_statistics(explorer, m, unit, statistic, order)
    ages = np.arange(115)
    weights = momentum * (1 - momentum) ** (ages[:, None] - ages[None, :]).clip(0) * (ages[:, None] >= ages)
    running = weights @ batch + (1 - momentum) ** (ages + 1) * start
    plain = np.tril(np.ones((115, 115))) @ batch / (ages + 1)
    for name, expected in {"exact": exact, "batch": batch, "running": running, "plain": plain}.items():
        np.testing.assert_allclose(explorer.lines[name].get_ydata(), expected, atol=1e-12, err_msg=name)

    words = r"running average (\S+) σ.*plain average (\S+) σ.*single batch (\S+) σ.*has the weight (\d\.\d\d)"
    found = [float(number) for number in re.search(words, explorer.caption).groups()]
    scale = np.sqrt(variance) if statistic == "mean" else variance
    away = [np.mean((np.abs(line - exact) / scale)[57:]) for line in (running, plain, batch)]
    assert found == pytest.approx([*away, (1 - momentum) ** 115], abs=0.0051)


def test_the_axes_hold_the_exact_statistics_and_the_start_of_every_unit(explorer):
    for statistic, start in (("mean", 0), ("variance", 1)):
        explorer.set(statistic=statistic)
        low, high = explorer.ax.get_ylim()
        for unit in range(32):
            exact = explorer.compute(0.1, 60, unit, statistic, "shuffled").exact
            assert low <= min(start, exact.min()) and max(start, exact.max()) <= high


def test_small_batches_want_a_longer_memory(explorer):
    """Over the units, the best momentum is smaller at m = 4 than at m = 60."""
    grid = 10 ** np.arange(-3, 0.01, 0.1)

    def best(unit, m):
        results = [explorer.compute(momentum, m, unit, "mean", "shuffled") for momentum in grid]
        return grid[np.argmin([np.mean((np.abs(r.running - r.exact) / r.scale)[57:]) for r in results])]

    assert 0.15 <= best(30, 60) <= 0.25 and 0.08 <= best(30, 4) <= 0.13
    assert np.mean([best(unit, 4) < best(unit, 60) for unit in range(32)]) > 0.8


def test_it_shows_the_run_it_is_given_and_leaves_it_as_it_is():
    rng = np.random.default_rng(0)
    model = MLP((5, 4, 3), replicas=6, bias=True, rng=rng)
    model.layers[0].b = rng.normal(size=(6, 4)).astype(np.float32)
    state, data, labels = model.state.copy(), rng.normal(size=(20, 5)), rng.integers(3, size=20)
    explorer = RunningStatistics(model=model, data=data, labels=labels, unit=2, m=20)
    assert explorer.code() == "RunningStatistics(model=model, data=data, labels=labels, unit=2)"
    z = data @ model.layers[0].W[..., 2].T.astype(float) + model.layers[0].b[:, 2]
    np.testing.assert_allclose(explorer.lines["exact"].get_ydata(), z.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(explorer.lines["batch"].get_ydata(), z.mean(axis=0), atol=1e-6)
    np.testing.assert_array_equal(model.state, state)
    explorer.close()


@pytest.mark.parametrize("features", [1, 5])
def test_one_feature_and_units_that_are_constant_are_shown(features):
    model = MLP((features, 4, 3), replicas=6, rng=np.random.default_rng(0))
    labels, varied = np.arange(9) % 3, np.random.default_rng(0).normal(size=(9, features))
    for data in (varied, np.ones((9, features))):
        explorer = RunningStatistics(model=model, data=data, labels=labels)
        assert "nan" not in explorer.caption and "inf" not in explorer.caption
        explorer.close()


def course(values, beta):
    v, path = 0.0, []
    for value in values:
        v = beta * v + (1 - beta) * value
        path.append(v)
    return np.array(path)


def test_a_right_function_of_the_reader_gives_the_same_picture_of_the_mean():
    state = {"momentum": 0.03, "m": 20, "unit": 3}
    ours, theirs = RunningStatistics(**state), RunningStatistics(function=course, **state)
    np.testing.assert_allclose(theirs.lines["running"].get_ydata(), ours.lines["running"].get_ydata(), atol=1e-12)
    assert theirs.caption == ours.caption
    assert theirs.code() == ours.code().replace("Statistics(", "Statistics(function=function, ")


def test_the_variance_of_a_function_of_the_reader_starts_at_0(explorer):
    theirs = RunningStatistics(function=course, statistic="variance", momentum=0.03)
    explorer.set(statistic="variance", momentum=0.03)
    start = explorer.lines["running"].get_ydata() - theirs.lines["running"].get_ydata()
    np.testing.assert_allclose(start, 0.97 ** np.arange(1, 116), atol=1e-12)
    assert "the start value 0 has the weight 0.03" in theirs.caption


def test_a_wrong_function_is_drawn_as_it_is_and_changes_no_data(explorer):
    def function(values, beta):
        values *= 0
        return values + beta

    theirs = RunningStatistics(function=function, momentum=0.25)
    np.testing.assert_array_equal(theirs.lines["running"].get_ydata(), np.full(115, 0.75))
    explorer.set(momentum=0.25)
    np.testing.assert_array_equal(theirs.lines["batch"].get_ydata(), explorer.lines["batch"].get_ydata())


@pytest.mark.parametrize(
    "function, error, words",
    [
        (3, TypeError, r"function must be a function of \(values, beta\); got int"),
        (lambda values, beta: None, TypeError, "must return an array of numbers"),
        (lambda values, beta: values[-1], ValueError, r"the shape of values, \(115,\), but it returned \(\)"),
        (lambda values, beta: values * np.nan, ValueError, "returned NaN"),
    ],
)
def test_a_function_that_does_not_fit_is_refused(function, error, words):
    with pytest.raises(error, match=words):
        RunningStatistics(function=function)
