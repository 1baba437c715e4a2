"""The style, and the functions that draw arrays."""

import subprocess
import sys

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from bnlib.pictures import colors, plots

pytestmark = pytest.mark.filterwarnings("error")


def test_lines_of_one_axes_differ_by_line_style_and_not_by_colour_alone():
    _, ax = plots.figure()
    lines = [ax.plot([0, 1], [0, i])[0] for i in range(len(colors.COLORS))]
    assert len({line.get_color() for line in lines}) == len(lines)
    assert len({str(line._unscaled_dash_pattern) for line in lines}) == len(lines)


def test_a_figure_has_the_size_asked_for_in_pixels():
    figure, axes = plots.figure(2, 3, width=640, height=250, sharex=True)
    assert axes.shape == (2, 3)
    figure.canvas.draw()
    assert np.asarray(figure.canvas.buffer_rgba()).shape == (250, 640, 4)


def test_a_mosaic_gives_the_axes_by_name():
    _, axes = plots.figure(mosaic=[["a", "b"], ["a", "c"]], width_ratios=(2, 1))
    assert set(axes) == {"a", "b", "c"}


def test_what_a_lesson_draws_into_the_axes_has_the_style_and_nothing_outside_is_changed():
    before = dict(matplotlib.rcParams)
    own = {
        "lines.linewidth": 9,
        "legend.fontsize": 40,
        "axes.titlesize": 40,
        "font.size": 33,
        "axes.facecolor": "black",
    }
    with matplotlib.rc_context(own):
        figure, ax = plots.figure()
        (line,) = ax.plot([0, 1], [0, 1], label="a")
        ax.set(title="title", xlabel="x")
        text, legend = ax.text(0, 0, "text"), ax.legend()
    assert to_rgb(ax.get_facecolor()) == (1, 1, 1)
    assert line.get_linewidth() == plots.STYLE["lines.linewidth"]
    assert text.get_size() == ax.xaxis.label.get_size() == plots.STYLE["font.size"]
    assert ax._left_title.get_text() == "title" and ax._left_title.get_size() == plots.STYLE["axes.titlesize"]
    assert legend.get_texts()[0].get_size() == plots.STYLE["legend.fontsize"]
    assert dict(matplotlib.rcParams) == before


def test_no_pyplot_is_loaded():
    code = "import sys, bnlib.explorers; print('matplotlib.pyplot' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout.strip() == "False", run.stderr


def test_a_histogram_has_the_shares_given_and_can_be_moved():
    _, ax = plots.figure()
    bars = plots.draw_histogram(ax, [0.2, 0.8], [0, 1, 2], color=colors.ORANGE, moving=True)
    np.testing.assert_array_equal(bars.get_data().values, [0.2, 0.8])
    assert bars.get_animated() and bars.get_fill()
    bars.set_data([0.5, 0.5])
    np.testing.assert_array_equal(bars.get_data().edges, [0, 1, 2])


def test_a_band_is_the_median_and_two_percentiles_over_the_replicas():
    curves = np.random.default_rng(0).normal(size=(11, 30))
    _, ax = plots.figure()
    line, band = plots.draw_band(ax, np.arange(30), curves, label="net")
    np.testing.assert_array_equal(line.get_ydata(), np.sort(curves, axis=0)[5])
    corners = band.get_paths()[0].vertices
    for x in range(30):
        heights = corners[corners[:, 0] == x, 1]
        assert heights.min() == pytest.approx(np.sort(curves[:, x])[1])  # the 2nd of 11 is the 10th percentile
        assert heights.max() == pytest.approx(np.sort(curves[:, x])[9])
    assert line.get_label() == "net" and band.get_alpha() < 0.5


def test_bands_and_histograms_take_a_look():
    _, ax = plots.figure()
    line, band = plots.draw_band(ax, np.arange(3), np.ones((2, 3)), look=colors.WITHOUT_BN)
    bars = plots.draw_histogram(ax, [0.2, 0.8], [0, 1, 2], look=colors.CAT)
    assert line.get_color() == colors.WITHOUT_BN.color and line.get_linestyle() == colors.WITHOUT_BN.line
    assert to_rgb(band.get_facecolor()[0]) == to_rgb(colors.WITHOUT_BN.color)
    assert to_rgb(bars.get_edgecolor()) == to_rgb(bars.get_facecolor()) == to_rgb(colors.CAT.color)
    assert bars.get_linestyle() == colors.CAT.line


def test_images_stand_in_rows_each_where_it_belongs():
    images = np.random.default_rng(0).random((7, 4, 5, 3))
    _, ax = plots.figure()
    shown = plots.draw_images(ax, images, columns=3).get_array()
    for i in range(7):
        top, left = i // 3 * (4 + plots.GAP), i % 3 * (5 + plots.GAP)
        np.testing.assert_array_equal(shown[top : top + 4, left : left + 5], images[i])
    assert np.all(shown[2 * (4 + plots.GAP) :, 5:] == 1)  # white where there is none


def test_titles_stand_under_their_images_and_above_the_next_row():
    images = np.zeros((5, 16, 12, 3))
    _, ax = plots.figure()
    shown = plots.draw_images(ax, images, columns=3, titles="abcde").get_array()
    height = shown.shape[0] / 2
    for i, text in enumerate(ax.texts):
        x, y = text.get_position()
        assert text.get_text() == "abcde"[i]
        assert i % 3 * 14 < x < i % 3 * 14 + 12
        assert i // 3 * height + 16 <= y < (i // 3 + 1) * height
        assert np.all(shown[int(np.ceil(y)), :] == 1)


@pytest.mark.parametrize(
    ("images", "columns", "message"),
    [
        (np.zeros((7, 4, 5)), 3, r"they are \(7, 4, 5\): of gray images"),
        (np.zeros((7, 4, 5, 4)), 3, r"they are \(7, 4, 5, 4\)"),
        (np.zeros((4, 5, 3)), 3, r"they are \(4, 5, 3\)"),
        ([], 3, r"at least one, but they are \(0,\)"),
        (np.zeros((0, 4, 5, 3)), 3, r"at least one, but they are \(0, 4, 5, 3\)"),
        (np.zeros((7, 4, 5, 3)), 0, "columns must be a whole number, 1 or more, but it is 0"),
        (np.zeros((7, 4, 5, 3)), -1, "it is -1"),
        (np.zeros((7, 4, 5, 3)), 2.5, "it is 2.5"),
        (np.zeros((7, 4, 5, 3)), "3", "it is '3'"),
    ],
)
def test_images_that_cannot_be_drawn_are_refused_and_leave_the_axes_as_they_were(images, columns, message):
    _, ax = plots.figure()
    with pytest.raises(ValueError, match=message):
        plots.draw_images(ax, images, columns=columns)
    assert not ax.images and not ax.texts and ax.axison


def test_images_may_be_a_list():
    _, ax = plots.figure()
    images = [[[[0.0, 0.5, 1.0]] * 5] * 4] * 2
    assert plots.draw_images(ax, images).get_array().shape[2] == 3
