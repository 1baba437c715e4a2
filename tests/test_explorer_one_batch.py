"""The explorer that drags one value of a batch: its numbers and its artists, in plain numpy."""

import re

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

from bnlib.explorers import OneBatch

EXPLORER = OneBatch
STATES = [
    {},
    {"value": 40.0},
    {"value": -40.0, "m": 16},
    {"value": 3.5, "m": 2},
    {"value": 2.0, "m": 2},  # both values are the same: σ = 0
    {"value": 20.0, "m": 9, "eps": 100.0},
]
WORDS = r"Batch of (\d+): .*z = (\S+), so μ = (\S+) and σ = (\S+)\. Its ẑ is (\S+), and .* = ±(\S+)\. .*up to (\S+);"


def z_of(others, value, m):
    return np.array([*others[: m - 1], value])


def z_hat_of(z, eps):
    return (z - z.mean()) / np.sqrt(z.var() + eps)


@pytest.mark.parametrize("changes", STATES)
def test_the_caption_of_one_batch_holds_what_plain_numpy_computes(explorer, changes):
    explorer.set(**changes)
    value, m, eps = explorer.state.values()
    z = z_of(explorer.others, value, m)
    z_hat, before = z_hat_of(z, eps), z_hat_of(z_of(explorer.others, 13.0, m), eps)
    expected = [m, value, z.mean(), z.std(), z_hat[-1], np.sqrt(m - 1), np.abs(z_hat - before)[:-1].max()]
    assert list(map(float, re.search(WORDS, explorer.caption).groups())) == pytest.approx(expected, abs=0.0051)


@pytest.mark.parametrize("changes", STATES)
def test_the_artists_of_one_batch_hold_every_value_before_and_after(explorer, changes):
    explorer.set(**changes)
    value, m, eps = explorer.state.values()
    z = z_of(explorer.others, value, m)
    z_hat = z_hat_of(z, eps)
    for (dots, lines, dots_on_lines), part in zip(explorer.groups, (slice(0, m - 1), slice(m - 1, m)), strict=True):
        x, y = dots.get_data()
        np.testing.assert_allclose(x[y == 1] / explorer.shrink, z[part], atol=1e-9)
        np.testing.assert_allclose(x[y == 0], z_hat[part], atol=1e-9)
        np.testing.assert_allclose(dots_on_lines.get_ydata(), z_hat[part], atol=1e-9)
        dragged, curves = (data.reshape(len(z[part]), -1)[:, :-1] for data in lines.get_data())
        for at in (0, 57, 160):
            there = z_hat_of(z_of(explorer.others, dragged[0, at], m), eps)[part]
            np.testing.assert_allclose(curves[:, at], there, atol=1e-9)
        assert np.abs(curves).max() <= np.sqrt(m - 1)
    np.testing.assert_allclose(explorer.before.get_xdata(), z_hat_of(z_of(explorer.others, 13.0, m), eps), atol=1e-9)


def test_the_axis_of_z_says_where_z_is_drawn(explorer):
    axis = explorer.before.axes.child_axes[0]
    assert axis.get_xlim() == pytest.approx(np.array(explorer.before.axes.get_xlim()) / explorer.shrink)


def test_one_batch_drags_among_the_values_it_is_given():
    data = np.array([-3, 5.5, 1])
    explorer = OneBatch(data=data, value=-7.0)
    assert explorer.code() == "OneBatch(data=data, value=-7.0)"
    assert (explorer.controls["m"].max, explorer.state["m"]) == (4, 4)
    z = [-3, 5.5, 1, -7]
    assert f"μ = {np.mean(z):.2f} and σ = {np.std(z):.2f}" in explorer.caption
    explorer.close()


def test_a_value_that_is_an_array_is_refused():
    before = len(open_widgets)
    with pytest.raises(ValueError, match=r"value must be of type float, from -40.0 to 40.0, but it is array\(\["):
        OneBatch(value=np.zeros(2))
    assert len(open_widgets) == before


def test_a_value_just_below_zero_is_written_without_a_sign():
    explorer = OneBatch(value=-0.04)
    assert "has z = 0.0, so" in explorer.caption
    explorer.close()


@pytest.mark.parametrize(
    "data, error, words",
    [
        ([], ValueError, "from -40 to 40"),
        ([[1.0, 2.0]], ValueError, "from -40 to 40"),
        ([1.0, 41.0], ValueError, "from -40 to 40.*41"),
        ([1.0, np.nan], ValueError, "1 values that are NaN"),
        (["a", "b"], TypeError, "data must hold numbers.*<U1"),
    ],
)
def test_one_batch_refuses_values_that_the_picture_cannot_hold(data, error, words):
    with pytest.raises(error, match=words):
        OneBatch(data=data)


@pytest.mark.parametrize("changes", STATES)
def test_the_upper_axis_names_the_z_of_each_dot(explorer, changes):
    explorer.set(**changes)
    ((line, _),) = [drawing.figure.axes for drawing in explorer.drawings.values()]
    (upper,) = line.child_axes
    assert upper.get_xlabel() == "z"
    places = np.concatenate([dots.get_xdata()[dots.get_ydata() == 1] for dots in line.lines if len(dots.get_xdata())])
    z = np.array([*explorer.others[: explorer.state["m"] - 1], explorer.state["value"]])
    drawn = line.transData.transform([(place, 1) for place in places])[:, 0]
    named = upper.transData.transform([(value, 0) for value in z])[:, 0]
    np.testing.assert_allclose(np.unique(drawn.round(6)), np.unique(named.round(6)), atol=1e-5)
    np.testing.assert_allclose(np.unique(upper.xaxis.get_transform().transform(z)), np.unique(places), atol=1e-12)


def test_data_with_a_mask_are_refused_since_the_mask_would_be_lost():
    with pytest.raises(TypeError, match="data has a mask"):
        OneBatch(data=np.ma.masked_array([1.0, 2.0], [True, False]))
