"""The words of a figure: every change that a reader would read changes the lines, and reading changes no figure."""

import matplotlib
import numpy as np
import pytest

from bnlib.pictures import BLUE, GREEN, ORANGE, Picture, draw_histogram, figure
from bnlib.pictures.words import look, words

# What a reader reads in `drawn`, and for each part of it something else that he must not take for the same.
PARTS = {
    "titles": (("left one", "right one"), ("right one", "left one")),
    "labels": (("step", "loss"), ("loss", "step")),
    "nets": (("with BN", "without BN"), ("without BN", "with BN")),
    "colors": ((BLUE, ORANGE), (ORANGE, BLUE)),
    "lines": (("-", "--"), ("-", "-.")),
    "markers": (("", "o"), ("", "s")),
    "points": (("o", "x"), ("x", "o")),
    "animals": (("dogs", "cats"), ("cats", "dogs")),
    "rows": (("first", "second"), ("second", "first")),
    "places": ((0, 1), (1, 0)),
    "ticks": ((0, 1, 2), (0, 2)),
    "text": ("guessing: 0.5", "guessing: 0.6"),
    "moving": ("√m = 3.2", "√n = 3.2"),
}


def drawn(**changes):
    """A figure with all that `words` writes down, as `PARTS` says or with changes."""
    part = {name: value for name, (value, _) in PARTS.items()} | changes
    fig, (left, right) = figure(1, 2)
    for net, color, line, marker in zip(part["nets"], part["colors"], part["lines"], part["markers"], strict=True):
        left.plot([0, 2], [0, 1], line, color=color, marker=marker, label=net)
    left.set(title=part["titles"][0], xlabel=part["labels"][0], ylabel=part["labels"][1], xticks=part["ticks"])
    left.text(1, 0.5, part["text"])
    left.text(1, 0.2, part["moving"], animated=True)
    left.legend()
    for animal, marker in zip(part["animals"], part["points"], strict=True):
        right.scatter([0, 1], [0, 1], marker=marker, color=GREEN, label=animal)
    draw_histogram(right, [0.5, 1], [0, 1, 2], color=ORANGE, line="--", label="bars")
    right.set(title=part["titles"][1], xticks=[], yticks=part["places"], yticklabels=part["rows"])
    fig.legend(*right.get_legend_handles_labels(), loc="outside lower center")
    return Picture(fig)


def lines_of(picture):
    picture.png()
    return words(picture.figure)


def test_everything_that_is_read_stands_in_a_line():
    assert lines_of(drawn()) == [
        "legend: dogs: green o",
        "legend: cats: green x",
        "legend: bars: orange -- filled",
        "1. title: left one",
        "1. x: step",
        "1. x ticks: 0  1  2",
        "1. y: loss",
        "1. y ticks: 0.0  0.2  0.4  0.6  0.8  1.0",
        "1. legend: with BN: blue -",
        "1. legend: without BN: orange -- o",
        "1. text: guessing: 0.5",
        "1. moving text: √m = #",
        "2. title: right one",
        "2. y tick: first",
        "2. y tick: second",
    ]


@pytest.mark.parametrize("part", PARTS)
def test_a_swap_or_a_change_of_any_part_changes_the_lines(part):
    assert lines_of(drawn(**{part: PARTS[part][1]})) != lines_of(drawn())


def test_numbers_that_follow_the_data_change_no_line():
    assert lines_of(drawn(moving="√m = −10.5e-07")) == lines_of(drawn())

    def table(values):
        fig, ax = figure()
        ax.set_ylim(0, 9)
        for i, value in enumerate(values):
            ax.text(0, i, f"{value:.2f} of {10 * value:.0f}")
        return [line for line in lines_of(Picture(fig)) if "text" in line]

    assert table(np.arange(6)) == table(np.arange(6) + 0.5) == ["1. 6 texts: # of #"]
    assert table(range(5)) == [f"1. text: {i:.2f} of {10 * i}" for i in range(5)]


def test_ticks_are_those_that_are_seen_from_the_left_and_from_below():
    fig, axes = figure(1, 3, sharey=True)
    axes[0].set(xticks=range(4), xticklabels="abcd", yticks=[0, 3, 1])
    axes[0].set(xlim=(0.5, 2.5), ylim=(3.5, -0.5))
    axes[1].set(xscale="log", xlim=(1, 1000), title="logarithmic")
    axes[2].axis("off")
    axes[2].set_title("nothing but this")
    picture = Picture(fig)
    expected = [
        *("1. x tick: b", "1. x tick: c", "1. y ticks: 3  1  0"),
        *("2. title: logarithmic", "2. x ticks: 10^{0}  10^{1}  10^{2}  10^{3}"),
        "3. title: nothing but this",
    ]
    assert lines_of(picture) == expected
    axes[0].xaxis.set_ticks([2], ["c"])  # matplotlib keeps the ticks that it needs no more
    assert lines_of(picture) == [expected[1], *expected[2:]]


def test_an_axes_within_another_and_a_second_scale_are_read_too():
    fig, ax = figure()
    ax.set(xticks=[], yticks=[])
    ax.secondary_xaxis("top", functions=(lambda x: 10 * x, lambda x: x / 10)).set_xlabel("ten times")
    assert lines_of(Picture(fig))[:1] == ["2. x: ten times"]


def test_what_is_hidden_is_not_read():
    fig, (left, right) = figure(1, 2)
    right.set(title="hidden", visible=False)
    left.plot([0, 1], label="line")
    left.set(xticks=[], yticks=[])
    left.legend().set_visible(False)
    left.text(0, 0, "no").set_visible(False)
    assert lines_of(Picture(fig)) == []


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({"color": "black", "ls": (0, (6, 2, 1, 2))}, "black 6 2 1 2"),
        ({"color": "#123456", "ls": "", "marker": "o", "mfc": "none"}, "hollow #123456 o"),
        ({"color": BLUE, "ls": ":", "marker": "D", "mfc": "white"}, "blue : white D"),
        ({"color": BLUE, "ls": "", "marker": "x", "mfc": ORANGE}, "blue x"),
        ({"color": BLUE, "lw": 0, "marker": "."}, "blue ."),
    ],
)
def test_a_line_looks_as_it_is_seen(kwargs, expected):
    _, ax = figure()
    assert look(ax.plot([0, 1], **kwargs)[0]) == expected


def test_areas_and_collections_look_as_they_are_seen():
    _, ax = figure()
    assert look(ax.fill_between([0, 1], 1, color=BLUE, alpha=0.2, linewidth=0)) == "blue filled"
    assert look(ax.bar([0], [1], color=GREEN)[0]) == "green filled"
    assert look(ax.axvspan(0, 1, facecolor="none", edgecolor=BLUE, ls=":")) == "blue :"
    assert look(ax.vlines([0], 0, 1, color=ORANGE, ls="--")) == "orange --"
    assert look(ax.scatter([0], [0], marker="D", color=BLUE, edgecolor="black")) == "blue D"
    assert look(ax.scatter([0], [0], marker="o", color="none", edgecolor=BLUE)) == "hollow blue o"
    assert look(ax.scatter([0], [0], marker="x", color=BLUE)) == "blue x"


def test_reading_changes_nothing_in_a_figure_or_in_the_style():
    picture = drawn()
    before = picture.png(), dict(matplotlib.rcParams)
    words(picture.figure)
    assert not picture.figure.stale
    assert (picture.png(), dict(matplotlib.rcParams)) == before
    assert picture.backgrounds_drawn == 1


def test_the_lines_do_not_depend_on_the_readers_own_settings():
    expected = lines_of(drawn())
    with matplotlib.rc_context({"xtick.labelsize": 60, "ytick.labelsize": 60, "lines.dashed_pattern": [1, 9]}):
        picture = drawn()
        picture.png()
        assert words(picture.figure) == expected


def test_a_picture_shows_its_words_beside_its_alternative_text():
    picture = drawn()
    _, metadata = picture._repr_mimebundle_()
    assert metadata["image/png"]["words"] == words(picture.figure)
