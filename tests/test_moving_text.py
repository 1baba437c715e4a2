"""The moving text."""

import itertools

import matplotlib
import numpy as np
import pytest
from matplotlib.text import Text

from bnlib.pictures import Picture, plots
from bnlib.pictures.moving_text import Letters, MovingText

ALIGNMENTS = list(itertools.product(["left", "center", "right"], ["top", "center", "baseline", "bottom"]))
TEXTS = ["−0.53", "mean 0.55, slope along ẑ 0.76", "−10.00\n0.00", "1\n22 %\n× 3.14"]


def ink(text, kind, scale=1, **look):
    """How dark each pixel is, (height, width), from 0 to 1, of a text drawn in the middle of nothing."""
    figure, ax = plots.figure(width=400, height=200)
    ax.axis("off")
    ax.add_artist(kind(0.5, 0.5, text, transform=figure.transFigure, clip_on=False, animated=True, **look))
    picture = Picture(figure, scale=scale)
    with matplotlib.rc_context(plots.STYLE):
        picture.png()
    return 1 - np.asarray(figure.canvas.buffer_rgba())[..., :3].mean(axis=-1) / 255


def box(dark):
    rows, columns = np.nonzero(dark > 0.25)
    return np.array([rows.min(), rows.max(), columns.min(), columns.max()])


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize(("ha", "va"), ALIGNMENTS)
@pytest.mark.parametrize("text", TEXTS)
def test_it_stands_where_a_text_of_matplotlib_stands(text, ha, va, scale):
    own, theirs = (ink(text, kind, scale, ha=ha, va=va, size=11.5) for kind in (MovingText, Text))
    across = 1.5 + 0.5 * len(text) * (ha != "center")  # a letter is moved by half a pixel at most
    assert (np.abs(box(own) - box(theirs)) <= [1.5, 1.5, across, across]).all()
    assert own.sum() == pytest.approx(theirs.sum(), rel=0.06)


def test_no_letter_is_cut():
    for size in (8, 11.5, 17):
        letters = Letters.of(matplotlib.font_manager.FontProperties(size=size), 100)
        for letter in "0123456789−.,%×√()Ẑẑμσγβεpgjy":
            alone = ink(letter, Text, size=size)
            assert (letters[letter] / 255).sum() == pytest.approx(alone.sum(), rel=0.05), letter


def test_an_empty_or_hidden_one_leaves_no_ink_and_an_empty_line_its_room():
    assert ink("", MovingText).sum() == ink("8", MovingText, visible=False).sum() == 0
    first, last = (box(ink(text, MovingText, va="top"))[0] for text in ("8", "\n8"))
    assert last - first > 11.5


def test_its_colour_is_the_one_asked_for():
    figure, ax = plots.figure(width=200, height=100)
    ax.text(0.5, 0.5, "■", color="#D55E00", size=40, animated=True)
    Picture(figure).png()
    colors = np.asarray(figure.canvas.buffer_rgba())[..., :3].reshape(-1, 3).tolist()
    assert colors.count([0xD5, 0x5E, 0x00]) > 100


def test_a_moving_text_of_the_axes_is_one_and_another_text_is_not():
    _, ax = plots.figure()
    assert type(ax.text(0, 0, "7", animated=True)) is MovingText and type(ax.text(0, 0, "7")) is Text
    assert len(ax.texts) == 2


def test_the_settings_of_the_reader_do_not_reach_it():
    pictures = []
    for own in ({}, {"text.hinting": "force_autohint", "font.size": 30, "text.color": "red"}):
        Letters.of.cache_clear()
        with matplotlib.rc_context(own):
            figure, ax = plots.figure(width=200, height=100)
            ax.text(0.1, 0.5, "0.123", animated=True)
            pictures.append(Picture(figure).png())
    assert pictures[0] == pictures[1]
