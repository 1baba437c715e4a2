"""The explorer of the noise in the statistics of a batch: its numbers and its artists, in plain numpy."""

import functools
import re

import numpy as np
import pytest

from bnlib.explorers import StatisticsNoise
from bnlib.explorers.examples import batches_of_values
from bnlib.explorers.statistics_noise import theory

DATA = np.random.default_rng(7).uniform(2, 9, 400) ** 2
EXPLORER = functools.partial(StatisticsNoise, data=DATA)
STATES = [(m, values) for values in ("normal", "skewed", "humps", "data") for m in (2, 16, 256)] + [(3, "normal")]
WORDS = (
    r"batches of (\d+) values.*spread by (\S+) \(.* = (\S+)\); "
    r".*average (\S+) \(.* = (\S+)\) and spread by (\S+) \(theory: (\S+)\)"
)


def batches_of(explorer, m, values):
    return (explorer.own if values == "data" else batches_of_values(values))[:, :m]


def own_theory(m, values):
    """The textbook's formula for the unbiased variance, then (m - 1)/m of it; moments from the density or the data."""
    standard = (DATA - DATA.mean()) / DATA.std()
    x = np.linspace(-40, 40, 400_001)
    bell = np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)
    fourth = {
        "normal": (x**4 * bell).sum() * (x[1] - x[0]),
        "skewed": 24 - 4 * 6 + 6 * 2 - 4 + 1,  # of (t - 1)^4, with E t^k = k!
        "humps": np.mean([((h + np.sqrt(1 - 0.95**2) * x) ** 4 * bell).sum() * (x[1] - x[0]) for h in (-0.95, 0.95)]),
        "data": (standard**4).mean(),
    }[values]
    return 1 / np.sqrt(m), 1 - 1 / m, np.sqrt(fourth / m - (m - 3) / (m * (m - 1))) * (1 - 1 / m)


@pytest.mark.parametrize("m, values", STATES)
def test_the_caption_of_statistics_noise_holds_what_plain_numpy_computes(explorer, m, values):
    explorer.set(m=m, values=values)
    batches = batches_of(explorer, m, values)
    means = batches.sum(axis=1) / m
    variances = ((batches - means[:, None]) ** 2).sum(axis=1) / m
    spread, mean_of_var, spread_of_var = own_theory(m, values)
    expected = [m, means.std(), spread, variances.mean(), mean_of_var, variances.std(), spread_of_var]
    assert list(map(float, re.search(WORDS, explorer.caption).groups())) == pytest.approx(expected, abs=0.00051)
    assert f"({values})" in explorer.caption


@pytest.mark.parametrize("m, values", STATES)
def test_theory_and_batches_of_statistics_noise_agree_within_the_error_of_1000_batches(explorer, m, values):
    batches = batches_of(explorer, m, values)
    spread, mean_of_var, spread_of_var = theory(m, explorer.fourth_moment[values])
    means, variances = batches.mean(axis=1), batches.var(axis=1)
    assert abs(means.mean()) < 4 * spread / np.sqrt(1000)
    assert abs(variances.mean() - mean_of_var) < 4 * spread_of_var / np.sqrt(1000)
    for statistic, expected in ((means, spread), (variances, spread_of_var)):
        away = (statistic - statistic.mean()) ** 2
        assert abs(away.mean() - expected**2) < 5 * away.std() / np.sqrt(1000)


@pytest.mark.parametrize("m, values", STATES)
def test_the_artists_of_statistics_noise_hold_the_histograms_and_the_spreads(explorer, m, values):
    explorer.set(m=m, values=values)
    batches = batches_of(explorer, m, values)
    for name, statistic, spread in (
        ("mean", batches.mean(axis=1), own_theory(m, values)[0]),
        ("var", batches.var(axis=1), own_theory(m, values)[2]),
    ):
        shares, edges, _ = explorer.bars[name].artist.get_data()
        counts, _ = np.histogram(np.clip(statistic, edges[0], edges[-1]), edges)
        np.testing.assert_allclose(shares / shares.sum(), counts / 1000, atol=1e-12)
        line, dots, here = explorer.lines[name]
        assert here.get_xydata().tolist() == [[m, pytest.approx(statistic.std())]]
        at = [2, 4, 8, 16, 32, 64, 128, 256]
        if m in at:
            assert line.get_ydata()[at.index(m)] == pytest.approx(spread, rel=1e-6)
            assert dots.get_ydata()[at.index(m)] == pytest.approx(statistic.std())


def test_the_black_curves_are_densities_with_the_mean_and_the_spread_of_theory(explorer):
    explorer.set(m=16, values="skewed")
    result = explorer.compute(16, "skewed")
    spread, mean_of_var, spread_of_var = own_theory(16, "skewed")
    for name, mean, width in (("mean", 0, spread), ("var", mean_of_var, spread_of_var)):
        x, density = result.middles[name], result.densities[name]
        step = x[1] - x[0]
        total = density.sum() * step
        middle = (x * density).sum() * step
        assert (total, middle) == pytest.approx((1, mean), abs=0.02)
        assert np.sqrt(((x - middle) ** 2 * density).sum() * step) == pytest.approx(width, rel=0.03)
        drawn = explorer.densities[name].get_ydata()
        np.testing.assert_allclose(drawn / drawn.sum(), density / density.sum(), atol=1e-12)


def test_data_is_the_first_choice_and_its_scale_plays_no_part(explorer):
    assert list(explorer.controls["values"].options) == ["data", "normal", "skewed", "humps"]
    other = StatisticsNoise(data=1000 * DATA - 5)
    assert other.caption == explorer.caption and explorer.code() == "StatisticsNoise(data=data)"
    other.close()


@pytest.mark.parametrize(
    "data, error, words",
    [
        ([], ValueError, "not all equal"),
        ([[1.0, 2.0]], ValueError, "not all equal"),
        ([3.0, 3.0], ValueError, "not all equal"),
        ([1.0, np.nan], ValueError, "1 values that are NaN"),
        (["a", "b"], TypeError, "data must hold numbers.*<U1"),
    ],
)
def test_statistics_noise_refuses_values_without_a_spread(data, error, words):
    with pytest.raises(error, match=words):
        StatisticsNoise(data=data)
