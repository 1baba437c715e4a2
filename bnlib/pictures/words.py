"""What a reader reads in a figure, as lines of text that can be stored and compared."""

import re
from collections import Counter

import matplotlib
from matplotlib.collections import Collection, PathCollection
from matplotlib.colors import to_hex, to_rgba
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.markers import MarkerStyle
from matplotlib.patches import Patch

from .colors import COLORS, GRAY
from .plots import styled

NAMES = ("black", "blue", "orange", "vermilion", "sky", "green", "yellow", "purple", "gray", "white")
NAMES = dict(zip((*COLORS, GRAY, "#FFFFFF"), NAMES, strict=True))
DASHES = {"--": "dashed", "-.": "dashdot", ":": "dotted"}
DASHES = {tuple(matplotlib.rcParamsDefault[f"lines.{name}_pattern"]): line for line, name in DASHES.items()}
NO_LINE = "None", "none", "", " "
NUMBER = re.compile(r"[-−]?\d[\d,]*(\.\d+)?(e[-+−]?\d+)?")
TABLE = 6  # so many texts of an axes that differ in their numbers alone are values


@styled
def words(figure):
    """The lines of a figure that was drawn; it stays as it is. Axes are numbered as in `figure.axes`.

    Titles, labels of the axes, labels of the ticks as they are seen (from the left, from below), each entry of a legend
    with its colour, line style and marker, and texts. Numbers of texts that move, and of six or more texts that differ
    in nothing else, follow the data: here they are `#`.
    """
    lines = [*texts_of(figure.texts), *legends_of(figure)]
    axes = [every for ax in figure.axes for every in (ax, *ax.child_axes) if every.get_visible()]
    for number, ax in enumerate(axes, 1):
        lines += [f"{number}. {line}" for line in words_of_axes(ax)]
    return lines


def words_of_axes(ax):
    titles = (title.get_text() for title in (ax._left_title, ax.title, ax._right_title) if title.get_visible())
    yield from (f"title: {plain(title)}" for title in titles if title)
    for name, axis in (("x", ax.xaxis), ("y", ax.yaxis)) if ax.axison else ():
        if axis.get_visible():  # the ticks of one that is not drawn are not built yet
            if axis.label.get_visible() and axis.label.get_text():
                yield f"{name}: {plain(axis.label.get_text())}"
            yield from ticks_of(name, axis)
    yield from legends_of(ax)
    yield from texts_of(ax.texts)


def ticks_of(name, axis):
    """The labels of the major ticks: numbers in one line, words a line each."""
    ax, place = axis.axes, {"x": 0, "y": 1}[name]
    transform = (ax.get_xaxis_transform, ax.get_yaxis_transform)[place]()
    low, high = ax.bbox.get_points()[:, place]
    seen = []
    for tick in axis.majorTicks[: len(axis.get_majorticklocs())]:
        at = transform.transform([tick.get_loc()] * 2)[place]
        labels = [label.get_text() for label in (tick.label1, tick.label2) if label.get_visible()]
        if tick.get_visible() and low - 1e-6 <= at <= high + 1e-6:
            seen += [(at, plain(label)) for label in labels if label]
    labels = [label for _, label in sorted(seen)]
    labels += [f"({axis.offsetText.get_text()})"] if axis.offsetText.get_text() else []
    if any(letter.isalpha() for label in labels for letter in label):
        yield from (f"{name} tick: {label}" for label in labels)
    elif labels:
        yield f"{name} ticks: {'  '.join(labels)}"


def legends_of(parent):
    for legend in parent.get_children():
        if isinstance(legend, Legend) and legend.get_visible():
            yield from (f"legend, title: {plain(title)}" for title in [legend.get_title().get_text()] if title)
            for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
                yield f"legend: {plain(text.get_text())}: {look(handle)}"


def texts_of(texts):
    texts = [text for text in texts if text.get_visible() and text.get_text().strip()]
    forms = [NUMBER.sub("#", plain(text.get_text())) for text in texts]
    counts, tables = Counter(forms), set()
    for text, form in zip(texts, forms, strict=True):
        if text.get_animated():
            yield f"moving text: {form}"
        elif counts[form] < TABLE or "#" not in form:
            yield f"text: {plain(text.get_text())}"
        elif form not in tables:
            tables.add(form)
            yield f"{counts[form]} texts: {form}"


def plain(text):
    """In one line, and without what only matplotlib's mathematics needs."""
    return " / ".join(re.sub(r"\$\\mathdefault{(.*?)}\$", r"\1", text).split("\n"))


def look(artist):
    """Colour and line style, marker and its colour, or what fills it, as they are seen: "vermilion -- D"."""
    if isinstance(artist, Line2D):
        drawn = artist.get_linestyle() not in NO_LINE and artist.get_linewidth() > 0
        parts = [name_of(artist.get_color()), dashes(artist._unscaled_dash_pattern)] if drawn else []
        if (marker := str(artist.get_marker())) in NO_LINE:
            return " ".join(parts)
        color = color_of_points(marker, artist.get_markerfacecolor(), artist.get_markeredgecolor())
        return " ".join([*parts, marker] if parts[:1] == [color] else [*parts, color, marker])
    if not isinstance(artist, Patch | Collection):
        return type(artist).__name__
    if isinstance(artist, Patch):
        face = artist.get_facecolor() if artist.get_fill() else (0, 0, 0, 0)
        edge, width, pattern = artist.get_edgecolor(), artist.get_linewidth(), artist._unscaled_dash_pattern
    else:
        face, edge = (([*colors, (0, 0, 0, 0)])[0] for colors in (artist.get_facecolor(), artist.get_edgecolor()))
        width, pattern = artist.get_linewidth()[0], artist._us_linestyles[0]
    if isinstance(artist, PathCollection):
        marker = marker_of(artist.get_paths()[0])
        return f"{color_of_points(marker, face, edge)} {marker}"
    parts = [name_of(edge), dashes(pattern)] if edge[3] and width > 0 else []
    if face[3]:
        parts += ["filled"] if parts[:1] == [name_of(face)] else [name_of(face), "filled"]
    return " ".join(parts)


def color_of_points(marker, face, edge):
    if marker in Line2D.markers and marker not in Line2D.filled_markers:
        return name_of(edge)
    return name_of(face) if to_rgba(face)[3] else f"hollow {name_of(edge)}"


def marker_of(path):
    """The marker of what `scatter` drew, which keeps its path only."""
    for marker in Line2D.markers:
        style = MarkerStyle(marker)
        if style.get_path().transformed(style.get_transform()).vertices.tolist() == path.vertices.tolist():
            return str(marker)
    return f"{len(path.vertices)} corners"


def name_of(color):
    return NAMES.get(to_hex(color).upper(), to_hex(color))


def dashes(pattern):
    return (
        "-" if pattern[1] is None else DASHES.get(tuple(pattern[1])) or " ".join(f"{length:g}" for length in pattern[1])
    )
