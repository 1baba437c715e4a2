"""Artists that move, made empty in one call each, and what their axes need."""

import numpy as np
from matplotlib.ticker import NullLocator

from .colors import Look
from .plots import draw_histogram, styled


def moving_line(ax, line, label=None, **look):
    """A line without points: `.set_data(x, y)`. line: a `Look`, or what `plot` takes, such as "--" or ".-"."""
    if isinstance(line, Look):
        line, look = line.line, {"color": line.color} | look
    return ax.plot([], [], line, label=label, animated=True, **look)[0]


def moving_dots(ax, look, label=None, **more):
    """The markers of a `Look` without a line: `.set_data(x, y)`."""
    return moving_line(ax, look.marker, label, **{"color": look.color} | more)


class MovingBars:
    """A histogram whose highest bar is 1; the outermost bars hold all beyond.

    edges: (bins + 1,); look: a `Look`, or a colour.
    """

    def __init__(self, ax, edges, look, label=None):
        color, line = (look.color, look.line) if isinstance(look, Look) else (look, "-")
        self.edges, nothing = edges, np.zeros(len(edges) - 1)
        self.artist = draw_histogram(ax, nothing, edges, color=color, line=line, label=label, moving=True)
        self.get_data = self.artist.get_data

    def move(self, values, edges=None):
        """Count values, of any shape. edges: new ones, from now on."""
        self.edges = self.edges if edges is None else edges
        self.artist.set_data(heights(values, self.edges), self.edges)


def clipped_counts(values, edges):
    """How many values lie in each bar of a histogram, (bins,). The outermost ones hold all beyond."""
    return np.histogram(np.clip(values, *edges[[0, -1]]), edges)[0]


def heights(values, edges):
    """Of the bars of a histogram, (bins,): the highest is 1."""
    counts = clipped_counts(values, edges)
    return counts / max(1, counts.max())


class MovingBand:
    """The median of curves as a line, and a band between two percentiles over the replicas."""

    @styled
    def __init__(self, ax, look, label=None, *, percentiles=(10, 90), alpha=0.2):
        self.line, self.percentiles = moving_line(ax, look, label), percentiles
        self.area = ax.fill_between([0, 1], 1, 1, color=look.color, alpha=alpha, linewidth=0, animated=True)

    def move(self, x, curves):
        """x: (points,); curves: (replicas, points)."""
        low, middle, high = np.percentile(curves, (self.percentiles[0], 50, self.percentiles[1]), axis=0)
        self.line.set_data(x, middle)
        self.area.set_verts([np.append(np.stack([x, low], 1), np.stack([x, high], 1)[::-1], axis=0)])

    def hide(self):
        self.line.set_data([], [])
        self.area.set_verts([[(0, 1)] * 3])  # has no area


def number_line(ax, **settings):
    """Axes in which heights have no scale: no ticks and no spine on the left. settings: of `Axes.set`."""
    ax.set(yticks=[], **settings)
    ax.spines.left.set_visible(False)


def fixed_ticks(axis, ticks, labels="{:g}"):
    """These ticks of ax.xaxis or ax.yaxis and no others, whatever its scale. labels: their format."""
    axis.set_ticks(ticks, [labels.format(tick) for tick in ticks])
    axis.set_minor_locator(NullLocator())
