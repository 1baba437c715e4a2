"""The style of all pictures, and functions that draw arrays into axes. They know no model, and use no pyplot."""

import contextlib
import functools
import numbers

import matplotlib.axes
import matplotlib.colors
import numpy as np
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from .colors import BLUE, COLORS, LINES
from .moving_text import MovingText
from .settings import Settings

DPI = 100  # so a point is 1.4 pixels

STYLE = {
    "font.size": 11.5,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.labelsize": 11.5,
    "axes.prop_cycle": cycler(color=COLORS, linestyle=LINES),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "image.interpolation": "nearest",
    "legend.fontsize": 11,
    "legend.edgecolor": "none",
    "legend.handlelength": 3,
    "lines.linewidth": 2,
    "text.hinting": "no_hinting",  # a text that moves takes a third less time
}
READ_BY_LINES = "path.simplify", "path.simplify_threshold", "path.snap", "agg.path.chunksize"  # when they are drawn
style = Settings(STYLE)  # as a context: what is made inside has it, whatever the reader's own settings are


def style_of_lines():
    """The style, as a context, for drawing lines again. Nearly always there is nothing to change: then it is free."""
    same = all(matplotlib.rcParams[name] == matplotlib.rcParamsDefault[name] for name in READ_BY_LINES)
    return contextlib.nullcontext() if same else style()


def styled(function):
    @functools.wraps(function)
    def in_style(*args, **kwargs):
        with style():
            return function(*args, **kwargs)

    return in_style


class StyledAxes(matplotlib.axes.Axes):
    """Axes whose own methods draw in the style too."""

    @styled
    def text(self, x, y, s, *args, animated=False, **look):
        """As in matplotlib; a moving text is a `MovingText`."""
        if not animated:
            return super().text(x, y, s, *args, **look)
        place = {"transform": self.transData, "clip_on": False}
        return self.add_artist(MovingText(x, y, s, animated=True, **place | look))


for name in ("plot", "scatter", "bar", "axvline", "axhline", "set_title", "legend"):
    setattr(StyledAxes, name, styled(getattr(matplotlib.axes.Axes, name)))


@styled
def figure(rows=1, columns=1, *, mosaic=None, width=900, height=360, **subplots):
    """A figure of width x height pixels and its axes, one or an array: those of `Figure.subplots`, as are `subplots`.

    mosaic: instead of rows and columns, the names of the axes as `Figure.subplot_mosaic` takes them; returns a dict.
    """
    new = Figure(figsize=(width / DPI, height / DPI), dpi=DPI, layout="constrained")
    FigureCanvasAgg(new)
    subplots["subplot_kw"] = {"axes_class": StyledAxes} | subplots.get("subplot_kw", {})
    return new, new.subplots(rows, columns, **subplots) if mosaic is None else new.subplot_mosaic(mosaic, **subplots)


@styled
def draw_histogram(ax, shares, edges, *, color=BLUE, line="-", look=None, label=None, moving=False):
    """A histogram, filled, with an outline. shares: (bins,), edges: (bins + 1,). Returns it: `.set_data(shares)`.

    look: a `Look`, instead of color and line.
    """
    color, line = (color, line) if look is None else (look.color, look.line)
    face = matplotlib.colors.to_rgba(color, 0.35)
    outline = {"edgecolor": color, "linestyle": line, "linewidth": 1.5}
    return ax.stairs(shares, edges, fill=True, facecolor=face, label=label, animated=moving, **outline)


@styled
def draw_band(ax, x, curves, *, look=None, label=None, percentiles=(10, 90)):
    """The median of curves (replicas, points) as a line, and a band between two percentiles over the replicas.

    x: (points,). look: a `Look`; without one, colour and line style are the next ones of the axes. Returns the line and
    the band.
    """
    low, high = np.percentile(curves, percentiles, axis=0)
    style = {} if look is None else {"color": look.color, "linestyle": look.line}
    (line,) = ax.plot(x, np.median(curves, axis=0), label=label, **style)
    return line, ax.fill_between(x, low, high, color=line.get_color(), alpha=0.2, linewidth=0)


@styled
def draw_images(ax, images, *, columns=10, titles=(), moving=False):
    """Images (n, height, width, 3) in [0, 1], `columns` to a row, with a title under each if given.

    Returns the one artist that shows them all: `.set_data(tile(images, columns))`. ValueError for other shapes.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] != 3 or not images.size:
        raise ValueError(
            f"images must be (n, height, width, 3), at least one, but they are {images.shape}: of gray images (n, "
            "height, width) give np.repeat(images[..., None], 3, axis=-1)"
        )
    if not isinstance(columns, numbers.Integral) or columns < 1:
        raise ValueError(f"columns must be a whole number, 1 or more, but it is {columns!r}")
    tiled = tile(images, columns, room=images.shape[1] // 4 if titles else 0)
    artist = ax.imshow(tiled, extent=(0, tiled.shape[1], tiled.shape[0], 0), animated=moving)
    height, width = images.shape[1:3]
    for i, title in enumerate(titles):
        column, row = i % columns, i // columns
        middle, under = column * (width + GAP) + width / 2, row * (height + GAP + height // 4) + height + GAP / 2
        ax.text(middle, under, title, ha="center", va="top", size=10)
    ax.axis("off")
    return artist


GAP = 2  # pixels of an image between two


def tile(images, columns, room=0):
    """Images (n, height, width, 3) as one, on white, with `room` pixels under each row."""
    n, height, width, _ = images.shape
    rows = -(-n // columns)
    tiled = np.ones((rows * columns, height + GAP + room, width + GAP, 3), images.dtype)
    tiled[:n, :height, :width] = images
    tiled = tiled.reshape(rows, columns, *tiled.shape[1:]).swapaxes(1, 2)
    return tiled.reshape(rows * (height + GAP + room), columns * (width + GAP), 3)
