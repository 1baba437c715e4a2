"""Strips and switches: every value is a dot in its row, and what is on is told from what is off."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from bnlib.pictures import BLACK, WITH_BN, WITHOUT_BN, Picture, draw_strips, draw_switches, figure

LOOKS = {"with BN": WITH_BN, "without BN": WITHOUT_BN}


def dots(ax, look):
    """The points of a series, x and y."""
    lines = [line for line in ax.lines if line.get_marker() == look.marker and line.get_color() == look.color]
    return np.concatenate([line.get_xydata() for line in lines])


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_every_value_is_a_dot_of_its_series_in_its_row():
    values = {name: {row: np.random.default_rng(i).normal(size=7) for i, row in enumerate("ab")} for name in LOOKS}
    _, ax = figure()
    draw_strips(ax, values, looks=LOOKS)
    for name, look in LOOKS.items():
        points = dots(ax, look)
        for place, row in enumerate("ab"):
            inside = points[np.abs(points[:, 1] - place) < 0.5]
            np.testing.assert_array_equal(inside[:, 0], values[name][row])
    assert dots(ax, WITH_BN)[:7, 1].max() < dots(ax, WITHOUT_BN)[:7, 1].min()
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["a", "b"]
    assert ax.get_ylim() == (1.5, -0.5)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(LOOKS)


def test_the_median_is_marked_and_written():
    _, ax = figure()
    draw_strips(ax, {"a": [1.0, 2.0, 6.0]}, form="{:.1f}")
    assert texts(ax) == ["2.0"]
    assert any(set(line.get_xdata()) == {2.0} and line.get_linestyle() == "-" for line in ax.lines)
    assert ax.get_legend() is None


def test_no_number_where_none_is_wanted():
    _, ax = figure()
    draw_strips(ax, {"a": [1.0, 2.0]}, form="")
    assert texts(ax) == []


@pytest.mark.parametrize(
    ("values", "log", "expected"),
    [
        ([1.0, 2.0, np.nan], False, ["1 ▸", "2.00"]),
        ([1.0, np.inf, np.nan], False, ["2 ▸"]),
        ([-np.inf, 1.0, 3.0], False, ["◂ 1", "1.00"]),
        ([0.0, -1.0, 1.0, 2.0, 4.0], True, ["◂ 2", "1.00"]),
        ([np.nan, np.nan], False, ["2 ▸"]),
    ],
)
def test_what_cannot_be_drawn_stands_at_the_edge_and_counts_for_the_median(values, log, expected):
    _, ax = figure()
    draw_strips(ax, {"a": values}, log=log)
    assert texts(ax) == expected


def test_two_drawings_are_equal():
    def png():
        fig, ax = figure(height=160)
        draw_strips(ax, {"a": np.linspace(0, 1, 9)})
        return Picture(fig, "dots").png()

    assert png() == png()


def test_a_switch_is_filled_when_on_hollow_when_off_and_missing_where_there_is_none():
    _, ax = figure()
    draw_switches(ax, {"one": {"a": True, "b": False}, "two": {"a": None, "b": True}}, on="moves", off="stands still")
    filled, hollow = ax.collections
    assert to_hex(filled.get_facecolor()[0]) == to_hex(BLACK) and to_hex(hollow.get_facecolor()[0]) == "#ffffff"
    assert filled.get_offsets().tolist() == [[0, 0], [1, 1]]
    assert hollow.get_offsets().tolist() == [[1, 0]]
    assert [tick.get_text() for tick in ax.get_xticklabels()] == ["a", "b"]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["one", "two"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["moves", "stands still"]


def test_all_off_is_drawn_too():
    _, ax = figure()
    draw_switches(ax, {"one": {"a": False}})
    assert len(ax.collections[0].get_offsets()) == 0 and len(ax.collections[1].get_offsets()) == 1
