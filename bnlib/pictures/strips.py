"""Strips: every value of a sample as a dot, one row a sample, with a mark at the median."""

import numpy as np

from .colors import BLACK, COLORS, GRAY, Look
from .plots import styled

MARKERS = ("o", "s", "D", "^", "v", "P")


@styled
def draw_strips(ax, strips, *, looks=None, form="{:.2f}", log=False):
    """A dot for every value, such as one a seed; a row for each name, from the top, and the median in numbers.

    strips: dict, row -> values (n,); or, for several series beside each other, dict, series -> dict, row -> values.
    looks: dict, series -> `Look`; without it, colours and markers follow each other. form: how the median is written,
    "" for not at all. log: a logarithmic axis. What is not finite, or on a logarithmic axis not above 0, stands at the
    left or right edge as a gray arrow, and counts as largest (nan too) or smallest for the median.
    """
    series = strips if isinstance(next(iter(strips.values())), dict) else {None: strips}
    rows = list(dict.fromkeys(row for one in series.values() for row in one))
    if log:
        ax.set_xscale("log")
    for place, (name, one) in enumerate(series.items()):
        default = Look(COLORS[place % len(COLORS)], "-", MARKERS[place % len(MARKERS)])
        look = (looks or {}).get(name, default)
        offset = (place - (len(series) - 1) / 2) * 0.8 / len(series)
        for row, values in one.items():
            y, values = rows.index(row) + offset, np.asarray(values, float).ravel()
            label = name if row == next(iter(one)) else None  # once in the legend
            draw_row(ax, y, values, look, label, form, 0.5 / len(series), log)
    ax.set(ylim=(len(rows) - 0.5, -0.5), yticks=range(len(rows)), yticklabels=rows)
    ax.tick_params(axis="y", length=0)
    for edge in range(1, len(rows)):
        ax.axhline(edge - 0.5, color=GRAY, linewidth=0.5, alpha=0.4)
    if None not in series:
        ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5))


def draw_row(ax, y, values, look, label, form, height, log):
    shown = np.isfinite(values) & ((values > 0) | (not log))
    jitter = (np.arange(len(values)) * 0.618 % 1 - 0.5) * height  # spread evenly, and the same at every drawing
    style = {"color": look.color, "linestyle": "", "marker": look.marker, "markersize": 4.5, "alpha": 0.55}
    ax.plot(values[shown], y + jitter[shown], label=label, **style)
    low = ~shown & (values <= 0)
    for x, side, missing, text in ((0, "left", low, "◂ {}"), (1, "right", ~shown & ~low, "{} ▸")):
        if missing.any():
            place = {"ha": side, "va": "center", "color": GRAY, "transform": ax.get_yaxis_transform()}
            ax.text(x, y, text.format(missing.sum()), **place)
    median = np.median(np.where(np.isnan(values), np.inf, values))
    if np.isfinite(median) and (median > 0 or not log):
        ax.plot([median, median], [y - height / 2, y + height / 2], color=BLACK, linestyle="-", linewidth=2.5)
        if form:
            beside = {"xytext": (7, 0), "textcoords": "offset points", "va": "center", "size": 10}
            ax.annotate(form.format(median), (values[shown].max(), y), **beside)


@styled
def draw_switches(ax, switches, *, on="yes", off="no"):
    """A grid of what is on and what is off: dict, row -> dict, column -> True, False or None (no question there).

    on, off: the words of the two, in the legend.
    """
    columns = list(dict.fromkeys(column for row in switches.values() for column in row))
    marks = {True: {"facecolor": BLACK}, False: {"facecolor": "white"}}
    for state, style in marks.items():
        places = [
            (columns.index(column), y)
            for y, row in enumerate(switches.values())
            for column, value in row.items()
            if value is not None and bool(value) is state
        ]
        ax.scatter(*np.reshape(places, (-1, 2)).T, s=260, edgecolor=BLACK, label=on if state else off, **style)
    ax.set(xlim=(-0.5, len(columns) - 0.5), ylim=(len(switches) - 0.5, -0.6))
    ax.set_xticks(range(len(columns)), columns)
    ax.set_yticks(range(len(switches)), list(switches))
    ax.tick_params(length=0, top=False, bottom=False, labeltop=True, labelbottom=False)
    ax.spines[:].set_visible(False)
    ax.legend(loc="center left", bbox_to_anchor=(1.02, 0.5), markerscale=0.6)
