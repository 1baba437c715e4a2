"""Artists that move: what they show after a move, and how they stand in a legend."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba

from bnlib.pictures import (
    CAT,
    WITHOUT_BN,
    MovingBand,
    MovingBars,
    fixed_ticks,
    moving_dots,
    moving_line,
    number_line,
    plots,
)

EDGES = np.linspace(0, 3, 4)


def test_a_line_is_empty_moves_and_has_the_colour_and_the_style_of_its_look():
    _, ax = plots.figure()
    line = moving_line(ax, WITHOUT_BN, "without BN", linewidth=3)
    assert line.get_animated() and len(line.get_xdata()) == 0
    assert (line.get_color(), line.get_linestyle(), line.get_marker()) == (WITHOUT_BN.color, WITHOUT_BN.line, "None")
    assert (line.get_label(), line.get_linewidth()) == ("without BN", 3)
    assert moving_line(ax, ".-", color="red").get_marker() == "."


def test_dots_have_the_colour_and_the_marker_of_their_look_and_no_line():
    _, ax = plots.figure()
    dots = moving_dots(ax, CAT, ms=4)
    assert dots.get_animated() and (dots.get_marker(), dots.get_linestyle()) == ("x", "None")
    assert (dots.get_markeredgecolor(), dots.get_markersize()) == (CAT.color, 4)
    assert moving_dots(ax, CAT, color="red").get_color() == "red"


def test_bars_hold_all_values_and_the_highest_is_1():
    _, ax = plots.figure()
    bars = MovingBars(ax, EDGES, "red", label="values")
    bars.move(np.array([[-9.0, 0.5], [1.5, 99.0]]))
    np.testing.assert_array_equal(bars.artist.get_data().values, [1, 0.5, 0.5])
    bars.move(np.array([2.5, 2.5, 4.5]), 2 * EDGES)
    np.testing.assert_array_equal(bars.artist.get_data().values, [0, 1, 0.5])
    np.testing.assert_array_equal(bars.artist.get_data().edges, 2 * EDGES)
    bars.move(np.zeros(3))
    np.testing.assert_array_equal(bars.artist.get_data().edges, 2 * EDGES)  # the new ones stay
    bars.move(np.array([]))
    np.testing.assert_array_equal(bars.artist.get_data().values, 0)
    assert bars.artist.get_animated() and bars.artist.get_label() == "values"
    assert bars.artist.get_edgecolor() == to_rgba("red")
    other = MovingBars(ax, EDGES, WITHOUT_BN).artist
    assert (other.get_edgecolor(), other.get_linestyle()) == (to_rgba(WITHOUT_BN.color), WITHOUT_BN.line)


def test_a_band_is_the_median_and_its_percentiles_and_can_be_hidden():
    curves, x = np.random.default_rng(0).normal(size=(11, 4)), np.arange(4)
    _, ax = plots.figure()
    for percentiles, (low, high) in (((10, 90), (1, 9)), ((0, 100), (0, 10))):
        band, ordered = MovingBand(ax, WITHOUT_BN, "nets", percentiles=percentiles), np.sort(curves, axis=0)
        band.move(x, curves)
        np.testing.assert_array_equal(band.line.get_data(), [x, ordered[5]])
        corners = band.area.get_paths()[0].vertices[:8, 1]
        np.testing.assert_allclose(corners, np.append(ordered[low], ordered[high][::-1]))
    assert band.line.get_animated() and band.area.get_animated() and band.line.get_label() == "nets"
    band.hide()
    assert not len(band.line.get_xdata()) and np.ptp(band.area.get_paths()[0].vertices, axis=0).max() == 0


def test_a_number_line_has_no_scale_for_heights_and_takes_settings():
    _, ax = plots.figure()
    number_line(ax, xlim=(0, 5), title="μ")
    assert not len(ax.get_yticks()) and not ax.spines.left.get_visible()
    assert ax.get_xlim() == (0, 5) and ax.get_title(loc="left") == "μ"


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_fixed_ticks_are_the_ones_asked_for_and_no_others(scale):
    _, ax = plots.figure()
    ax.set(yscale=scale, ylim=(0.001, 10))
    fixed_ticks(ax.yaxis, [0.01, 1])
    assert ax.get_yticks().tolist() == [0.01, 1] and not len(ax.get_yticks(minor=True))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["0.01", "1"]
    fixed_ticks(ax.xaxis, [0, 0.5], "{:.0%}")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["0%", "50%"]


def test_a_moving_artist_stands_in_a_legend_itself():
    _, ax = plots.figure()
    moving_line(ax, WITHOUT_BN, "without BN")
    MovingBars(ax, EDGES, CAT, "values")
    assert [text.get_text() for text in ax.legend().get_texts()] == ["without BN", "values"]
