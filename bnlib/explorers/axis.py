"""The explorer of the other norms: a block of examples, channels and places, and which of its values share one mean."""

from types import SimpleNamespace

import numpy as np

from bnlib.live import Explorer, choice, slider, whole_slider
from bnlib.pictures import BLACK, BLUE, GRAY, ORANGE, SKY, VERMILION, moving_line, number_line, plots

MOST = 4, 6, 4  # examples, channels, places
BLOCK = np.random.default_rng(3).normal(size=MOST).round(1)
BLOCK[0, 0, 0] = 0.5
LARGEST, EPS = 4, 1e-5
NORMS = {  # the axes of one mean, of (examples, groups, channels of a group, places)
    **{"batch": (0, 3), "layer, each place": (1, 2), "layer, whole example": (1, 2, 3), "instance": (3,)},
    **{"group": (2, 3), "RMS, each place": (1, 2)},
}
STEP = 5.4, 0.5  # from one example of the picture to the next, to the right and up
ROOM = 0.11  # how high a 1 is drawn, in cells


def normalized(x, axes, centered):
    """x less its mean over the axes, if centered, over the root of its mean square + ε."""
    away = x - x.mean(axis=axes, keepdims=True) if centered else x
    return away / np.sqrt((away**2).mean(axis=axes, keepdims=True) + EPS)


def places(shape):
    """Where each value of a block is drawn: (2, examples, channels, places)."""
    n, c, p = np.indices(shape)
    return np.stack([p + STEP[0] * n, STEP[1] * n - c])


def strokes(starts, ends):
    """One coordinate of many strokes in one line: start, end, and a gap."""
    return np.stack([starts.ravel(), ends.ravel(), np.full(starts.size, np.nan)], axis=1).ravel()


class Axis(Explorer):
    """Drag one value of a block (examples, channels, places), and see which values share its mean, and which move.

    norm, value, groups (at most as many are used as divide the channels), examples, channels, places: start values.
    """

    def make_controls(self):
        return {
            "norm": choice(NORMS, "norm"),
            "value": slider(4.0, -LARGEST, LARGEST, 0.1, "drag one x"),
            "groups": whole_slider(2, 1, MOST[1], "G (groups)"),
            "examples": whole_slider(3, 1, MOST[0], "examples"),
            "channels": whole_slider(4, 2, MOST[1], "channels"),
            "places": whole_slider(3, 1, MOST[2], "places"),
        }

    def make_figures(self):
        figure, axes = plots.figure(2, 1, height=520)
        limits = {"xlim": (-1, 3 * STEP[0] + MOST[2] + 0.2), "ylim": (-MOST[1] + 0.1, 3 * STEP[1] + 1.1)}
        looks = ("x: what shares one mean", "shares one mean", SKY), ("normalized: who moves", "has moved", ORANGE)
        self.parts = []
        for ax, (title, words, color) in zip(axes, looks, strict=True):
            number_line(ax, **limits, aspect="equal", xticks=[], title=title, ylabel="channels")
            ax.spines.bottom.set_visible(False)
            square = {"ms": 19, "linestyle": "", "mec": GRAY, "mew": 0.8}
            edges = moving_line(ax, ":", color=GRAY, linewidth=1)
            cells = moving_line(ax, "s", mfc="white", **square)
            lit = moving_line(ax, "s", words, mfc=color, **square)
            before = moving_line(ax, "_", "its value before", color=BLUE, ms=13, mew=2)
            bars = moving_line(ax, "-", "its value, a bar up or down", color=BLACK, linewidth=5, solid_capstyle="butt")
            dragged = moving_line(ax, "o", "the one you drag", ms=21, mfc="none", mec=VERMILION, mew=2.5, linestyle="")
            texts = [ax.text(0, 0, "", ha="center", va="top", size=9, animated=True) for _ in range(MOST[0])]
            self.parts.append(SimpleNamespace(**locals()))
        handles = [self.parts[0].lit, *(vars(self.parts[1])[name] for name in ("lit", "bars", "before", "dragged"))]
        figure.legend(handles=handles, loc="outside right center", handlelength=1)
        return {"block": figure}

    def compute(self, norm, value, groups, examples, channels, places):
        before, axes = BLOCK[:examples, :channels, :places], NORMS[norm]
        used = max(k for k in range(1, groups + 1) if channels % k == 0)
        x = before.copy()
        x[0, 0, 0] = value
        parts = (each.reshape(examples, used, -1, places) for each in (before, x))
        hats = [normalized(part, axes, not norm.startswith("RMS")) for part in parts]
        shared = np.zeros_like(hats[0], bool)
        shared[tuple(slice(None) if axis in axes else 0 for axis in range(4))] = True
        hats, shared = [hat.reshape(x.shape) for hat in hats], shared.reshape(x.shape)
        return SimpleNamespace(x=(before, x), hat=hats, shared=shared, used=used, moved=np.abs(hats[1] - hats[0]))

    def show(self, result, norm, value, **_):
        marked = result.shared, result.moved > 1e-9
        for part, (was, now), lit in zip(self.parts, (result.x, result.hat), marked, strict=True):
            self.draw(part, was, now, lit)
        count, moved = result.shared.sum(), result.moved.ravel()[1:]
        far, touched = np.count_nonzero(moved > 1e-9), marked[1][1:].any(axis=(1, 2)).sum()
        name = f"Group norm with G = {result.used}" if norm == "group" else f"{norm[0].upper()}{norm[1:]}"
        what = "divisor" if norm.startswith("RMS") else "mean"
        return (
            f"{name}, {' × '.join(map(str, was.shape))} values, count of {what}s: {now.size // count}. The one you "
            f"drag shares its {what} with {count - 1} others; since it went from {BLOCK[0, 0, 0]:.1f} to {value:z.1f}, "
            f"{far} of them have moved, by up to {moved.max(initial=0):.2f}. They lie in {touched} of {len(was) - 1} "
            "other examples."
        )

    def draw(self, part, was, now, lit):
        (x, y), changed = places(now.shape), was != now
        part.cells.set_data(x.ravel(), y.ravel())
        part.lit.set_data(x[lit], y[lit])
        part.dragged.set_data(x[:1, 0, 0], y[:1, 0, 0])
        part.before.set_data(x[changed], (y + ROOM * was)[changed])
        part.bars.set_data(strokes(x, x), strokes(y, y + ROOM * now))
        corners = np.ix_(range(len(x)), (0, -1), (0, -1))
        ends = (each[corners].reshape(len(x), -1).T for each in (x, y))
        part.edges.set_data(*(np.pad(each, [(0, 0), (0, 1)], constant_values=np.nan).ravel() for each in ends))
        for n, text in enumerate(part.texts):
            here = (x[n, -1].mean(), y[n, -1, 0] - 0.55) if n < len(x) else (0, 0)
            text.set(position=here, text=f"example {n + 1}" if n < len(x) else "")
