"""Lines that share an axes can be told apart: by lightness or by line style, and by readers who see fewer colours."""

import itertools
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch

from bnlib.explorers import EXPLORERS
from bnlib.pictures import colors, plots
from bnlib.pictures.words import NAMES

# Machado, Oliveira and Fernandes 2009, "A Physiologically-based Model for Simulation of Color Vision Deficiency", IEEE
# TVCG 15(6), table 1, severity 1.0: what a reader sees, for linear RGB. Each row sums to one: gray stays gray.
SEEN_BY = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
SEEN_BY = {"all colours": np.eye(3)} | {name: np.array(matrix) for name, matrix in SEEN_BY.items()}
# X, Y and Z of linear sRGB (IEC 61966-2-1).
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
APART = 15  # in lightness L*, 0 to 100
FAR = 40  # distance in CIELAB of two colours whose areas touch: 2 is just seen, black and white are 100 apart
PAIRS = (colors.WITH_BN, colors.WITHOUT_BN), (colors.DOG, colors.CAT), (colors.TRAINING_MODE, colors.EVAL_MODE)


def lab(color, reader="all colours"):
    """L*, a* and b* (CIE 1976) of a colour on white, as this reader sees it."""
    *rgb, alpha = to_rgba(color)
    rgb = alpha * np.array(rgb) + 1 - alpha
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = XYZ @ np.clip(SEEN_BY[reader] @ linear, 0, 1) / XYZ.sum(axis=1)
    x, y, z = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def lightness(color, reader="all colours"):
    return lab(color, reader)[0]


def looks(ax):
    """What each line of an axes looks like, without repetition: its label if it has one, colour, line style, marker."""
    found = []
    for artist in (*ax.lines, *(patch for patch in ax.patches if isinstance(patch, StepPatch))):
        line = isinstance(artist, Line2D)
        color = artist.get_color() if line else artist.get_edgecolor()
        marker = artist.get_marker() if line else "None"
        # A line that is all markers has their colour. matplotlib says "None", "" or " " for no line and no marker.
        drawn = artist.get_linestyle() not in ("None", "", " ") and artist.get_linewidth() > 0
        if line and not drawn:
            filled = to_rgba(artist.get_markerfacecolor())[3] and marker not in ("x", "+", "|", "_", "1", "2", "3", "4")
            color = artist.get_markerfacecolor() if filled else artist.get_markeredgecolor()
        alpha = 1 if artist.get_alpha() is None else artist.get_alpha()
        style = str(artist._unscaled_dash_pattern) if drawn else "no line"
        label = str(artist.get_label())
        label = None if label in ("", "None") or label.startswith("_") else label
        look = label, to_rgba(color, alpha * to_rgba(color)[3]), style, str(marker)
        if look not in found:
            found.append(look)
    return found


def confused(ax):
    """Pairs of lines that some reader cannot tell apart, as sentences."""
    found = []
    for (label, color, *shape), (other_label, other, *other_shape) in itertools.combinations(looks(ax), 2):
        unnamed = label is None or other_label is None
        if shape != other_shape or (unnamed and color == other):
            continue
        for reader in SEEN_BY:
            gap = abs(lightness(color, reader) - lightness(other, reader))
            if gap < APART:
                names = f"{label or to_hex(color)} and {other_label or to_hex(other)}"
                found.append(f"{names}: L* {gap:.0f}, {reader}, {shape}")
    return found


def test_gray_stays_gray_for_every_reader_and_white_has_lightness_100():
    for reader, matrix in SEEN_BY.items():
        np.testing.assert_allclose(matrix.sum(axis=1), 1, atol=1e-5)
        assert lightness("white", reader) == pytest.approx(100, abs=0.01)
        assert lightness("black", reader) == 0
        assert lightness(colors.GRAY, reader) == pytest.approx(lightness(colors.GRAY), abs=0.01)


def test_the_distance_of_two_colours_is_that_of_the_handbooks():
    # CIE 1976, D65: sRGB red has L* 53.2, a* 80.1, b* 67.2 (Lindbloom, "CIE Color Calculator").
    np.testing.assert_allclose(lab("red"), [53.2, 80.1, 67.2], atol=0.1)


@pytest.mark.parametrize("reader", SEEN_BY)
def test_the_two_colours_of_a_pair_are_far_apart_for_every_reader(reader):
    for one, other in PAIRS:
        assert np.linalg.norm(lab(one.color, reader) - lab(other.color, reader)) > FAR, (one, other)


def test_the_two_looks_of_a_pair_differ_in_line_and_in_marker():
    for one, other in PAIRS:
        assert one.line != other.line and one.marker != other.marker


def test_every_meaning_has_a_colour_of_its_own():
    assert len({look.color for pair in PAIRS for look in pair}) == 6


def test_lines_of_nets_and_of_modes_can_share_an_axes():
    _, ax = plots.figure()
    for i, look in enumerate((*PAIRS[0], *PAIRS[2])):
        ax.plot([0, 1], [i, i], look.line, color=look.color, label=str(i))
    assert not confused(ax)


def test_red_is_dark_for_protanopes_only():
    assert lightness("red", "protanopia") < lightness("red") - 10
    assert lightness("red", "tritanopia") > lightness("red") - 5


def test_neighbours_in_the_cycle_differ_in_lightness_and_the_first_four_are_not_the_colour_of_nets_without_bn():
    gaps = np.abs(np.diff([lightness(color) for color in colors.COLORS]))
    assert gaps.min() > 10 and gaps[:4].min() >= APART
    assert colors.WITHOUT_BN.color not in colors.COLORS[:4]


@pytest.mark.parametrize("reader", SEEN_BY)
def test_the_first_three_colours_differ_in_lightness_for_every_reader(reader):
    assert min(np.diff(sorted(lightness(color, reader) for color in colors.COLORS[:3]))) >= APART


def test_a_pair_that_only_some_readers_confuse_is_found():
    _, ax = plots.figure()
    ax.plot([0, 1], [0, 1], "-", color="#b00000")
    ax.plot([0, 1], [1, 0], "-", color="#303030")
    assert [line.split(", ")[1] for line in confused(ax)] == ["protanopia"]


def test_a_pair_of_equal_lightness_is_confused_unless_its_style_or_its_marker_differs():
    for shapes, expected in {("-", "-"): True, ("-", "--"): False, ("o", "x"): False, ("o", "o"): True}.items():
        _, ax = plots.figure()
        for shape, color in zip(shapes, (colors.ORANGE, colors.SKY), strict=True):
            ax.plot([0, 1], [0, 1], shape, color=color)
        assert bool(confused(ax)) == expected, shapes


@pytest.mark.parametrize("name", EXPLORERS)
def test_lines_that_share_an_axes_of_an_explorer_can_be_told_apart_by_every_reader(name):
    explorer = EXPLORERS[name]()
    found = [line for drawing in explorer.drawings.values() for ax in drawing.figure.axes for line in confused(ax)]
    explorer.close()
    assert not found


def test_bands_and_histograms_that_share_an_axes_can_be_told_apart_by_every_reader():
    curves = np.random.default_rng(0).normal(size=(5, 10))
    _, (bands, histograms) = plots.figure(1, 2)
    for i, (color, line) in enumerate(zip(colors.COLORS, colors.LINES, strict=True)):
        plots.draw_band(bands, np.arange(10), curves + i, label=f"net {i}")
        plots.draw_histogram(histograms, [0.5, 0.5], [0, 1, 2], color=color, line=line, label=f"net {i}")
    assert len(looks(bands)) == len(looks(histograms)) == len(colors.COLORS)
    assert not confused(bands) and not confused(histograms)


# What a legend calls so has the look of its meaning; what it calls so among other things has not that of the opposite.
NAMED = {
    r"(with )?BN": (colors.WITH_BN, r"(?<!no )(?<!without )\bBN\b"),
    r"(without|no) BN": (colors.WITHOUT_BN, r"\b(without|no) BN\b"),
    r"dogs?|class 0 \(dog\)": (colors.DOG, r"\bdogs?\b"),
    r"cats?|class 1 \(cat\)": (colors.CAT, r"\bcats?\b"),
    r"(.*, )?training mode": (colors.TRAINING_MODE, r"\btraining mode\b"),
    r"eval mode": (colors.EVAL_MODE, r"\beval mode\b"),
}
OPPOSITE = {one: other for pair in PAIRS for one, other in (pair, pair[::-1])}
TESTS = Path(__file__).parent
STORED = [*sorted((TESTS.parent / "notebooks").rglob("*.ipynb")), TESTS / "words.txt"]


def stored_words(path):
    """All lines of words in a notebook's stored pictures, or in the file of the explorers' words."""
    if path.suffix == ".txt":
        return path.read_text(encoding="utf-8").splitlines()
    outputs = [output for cell in nbformat.read(path, as_version=4).cells for output in cell.get("outputs", [])]
    pictures = [output.metadata["image/png"] for output in outputs if "image/png" in output.get("data", {})]
    return [line for picture in pictures for line in picture["words"]]


def misleading(lines):
    """Entries of legends that have not the look of what they name."""
    for line in lines:
        if not (entry := re.search(r"legend: (.*): (.*)", line)):
            continue
        label, (color, *shape) = entry[1], entry[2].split()
        for exactly, (look, among) in NAMED.items():
            own = color == NAMES[look.color] and {*shape} <= {look.line, look.marker, "filled"}
            if re.fullmatch(exactly, label) and not own:
                yield line
            elif re.search(among, label) and color == NAMES[OPPOSITE[look].color]:
                yield line


def test_a_legend_that_misleads_is_found():
    right = ["1. legend: with BN: black -", "legend: dogs: blue -- filled", "1. legend: BN, lr fixed: black :"]
    wrong = [
        "2. legend: with BN: black --",
        "legend: no BN: black -",
        "1. legend: BN after: green -.",
        "legend: cat: sky x",
    ]
    assert list(misleading(right + wrong)) == wrong


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_colours_mean_the_same_in_every_stored_picture(path):
    assert not list(misleading(stored_words(path)))
