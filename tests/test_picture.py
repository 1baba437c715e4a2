"""Picture: what it refuses, and several pictures of one figure."""

import io

import matplotlib.figure
import numpy as np
import pytest
from PIL import Image

from bnlib.pictures import Picture, figure


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.png())))


@pytest.mark.parametrize(
    ("scale", "error", "message"),
    [
        ("2", TypeError, "0.25 to 4, but it is '2', a str"),
        (None, TypeError, "it is None"),
        (1 + 0j, TypeError, "a complex"),
        (0, ValueError, "it is 0"),
        (5, ValueError, "0.25 to 4, but it is 5"),
        (float("nan"), ValueError, "it is nan"),
    ],
)
def test_a_scale_that_is_none_is_refused_and_leaves_the_figure_as_it_was(scale, error, message):
    fig, _ = figure()
    before = fig.dpi, fig.get_layout_engine()
    with pytest.raises(error, match=message):
        Picture(fig, scale=scale)
    assert (fig.dpi, fig.get_layout_engine()) == before and not hasattr(fig, "picture")


def test_a_figure_that_cannot_be_drawn_in_parts_is_refused():
    fig, ax = figure()
    for wrong, name in ((matplotlib.figure.Figure(), "Figure with a FigureCanvasBase"), (ax, "StyledAxes")):
        with pytest.raises(TypeError, match=f"it is a {name}: write `fig, ax = figure"):
            Picture(wrong)


def test_a_figure_can_be_shown_twice_at_any_scale_and_keeps_its_size():
    fig, _ = figure(width=300, height=200)
    for scale in (2, 2, 1, 0.5, np.float64(2)):
        picture = Picture(fig, scale=scale)
        assert (picture.width, picture.height) == (300, 200)
        assert pixels(picture).shape == (200 * scale, 300 * scale, 3)


def test_each_of_two_pictures_of_a_figure_shows_the_figure_as_it_is():
    fig, ax = figure(width=300, height=200)
    first = Picture(fig)
    before = pixels(first)
    ax.plot([0, 1], [0, 1])
    second = Picture(fig, scale=2)
    after = pixels(second)
    assert after.shape == (400, 600, 3)
    np.testing.assert_array_equal(pixels(first), after)  # a figure has one resolution
    assert before.shape != after.shape
    assert pixels(second).shape == after.shape
