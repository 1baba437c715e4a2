"""The explorer of lesson 01 on the noise in the statistics of a batch: mean and variance over many batches."""

import functools
import math
from types import SimpleNamespace

import ipywidgets
import numpy as np

from bnlib.live import Explorer, IntSlider
from bnlib.pictures import colors, plots

BATCHES, LARGEST_BATCH = 1000, 256
SIZES = 2 ** np.arange(1, 9)
EDGES = {"mean": np.linspace(-2.5, 2.5, 101), "var": np.linspace(0, 4, 81)}
COLORS = {"mean": colors.BLUE, "var": colors.VERMILION}
HUMP = 0.95  # where the two humps lie, in standard deviations
FOURTH_MOMENT = {"normal": 3.0, "skewed": 9.0, "humps": 3 - 2 * HUMP**4}


@functools.cache
def draw(shape):
    """Values (BATCHES, LARGEST_BATCH) with mean 0 and variance 1; a smaller batch is the first m of its row."""
    rng, size = np.random.default_rng(0), (BATCHES, LARGEST_BATCH)
    if shape == "skewed":
        return rng.standard_exponential(size) - 1
    values = rng.standard_normal(size)
    if shape == "humps":
        values = HUMP * rng.choice([-1, 1], size) + math.sqrt(1 - HUMP**2) * values
    return values


def theory(m, fourth_moment):
    """Spread of the batch mean, mean and spread of the batch variance (divided by m), for values of variance 1."""
    spread_of_var = (m - 1) / m * np.sqrt((fourth_moment - (m - 3) / (m - 1)) / m)
    return 1 / np.sqrt(m), (m - 1) / m, spread_of_var


def normal_density(x, spread):
    return np.exp(-((x / spread) ** 2) / 2) / (spread * math.sqrt(2 * math.pi))


def gamma_density(x, mean, spread):
    """For normal values this is exactly the density of the batch variance."""
    shape, scale = (mean / spread) ** 2, spread**2 / mean
    return np.exp((shape - 1) * np.log(x / scale) - x / scale - math.lgamma(shape)) / scale


class StatisticsNoise(Explorer):
    """Mean and variance of 1000 batches of independent values of one unit, in units of its sigma and its sigma².

    data: (n,) values of a unit, from which batches are drawn as well; values: the distribution, "normal", "skewed"
    (exponential), "humps", or "data" if given, which is then the first choice; m: batch size.
    """

    def __init__(self, *, data=None, **start):
        self.fourth_moment = FOURTH_MOMENT
        if data is not None:
            own = np.asarray(data, dtype=np.float64)
            if own.ndim != 1 or not own.size or not np.all(np.isfinite(own)) or not np.ptp(own) > 0:
                raise ValueError(f"data holds finite values of one unit, not all equal, of shape (n,); got {own.shape}")
            own = (own - own.mean()) / own.std()
            self.fourth_moment = {"data": np.mean(own**4)} | FOURTH_MOMENT
            self.own = np.random.default_rng(0).choice(own, (BATCHES, LARGEST_BATCH))
        self.measured = {}
        super().__init__(given=() if data is None else ("data",), **start)

    def make_controls(self):
        buttons = {"description": "values", "style": {"button_width": "auto"}}
        return {
            "m": IntSlider(16, min=2, max=LARGEST_BATCH, description="m (batch)"),
            "values": ipywidgets.ToggleButtons(options=list(self.fourth_moment), **buttons),
        }

    def make_figures(self):
        figure, axes = plots.figure(1, 3, width_ratios=(4, 4, 4))
        titles = {"mean": ("μ of each batch", "in σ of the unit"), "var": ("σ² of each batch", "in σ² of the unit")}
        self.bars, self.densities, self.lines = {}, {}, {}
        for ax, (name, (title, unit)) in zip(axes[:2], titles.items(), strict=True):
            edges = EDGES[name]
            ax.set(xlim=edges[[0, -1]], ylim=(0, 1.4), yticks=[], title=title, xlabel=unit)
            ax.spines.left.set_visible(False)
            ax.axvline(0 if name == "mean" else 1, color=colors.GRAY, linewidth=1, linestyle=":")
            self.bars[name] = plots.draw_histogram(ax, edges[1:], edges, color=COLORS[name], moving=True)
            (self.densities[name],) = ax.plot([], [], "-", color=colors.BLACK, linewidth=1.5, animated=True)
        axes[0].plot([], [], "-", color=colors.BLACK, linewidth=1.5, label="theory")
        axes[0].legend(loc="upper right", handlelength=1.5)
        ax, ticks = axes[2], (0.03, 0.1, 0.3, 1, 3)
        ax.set(xscale="log", yscale="log", xlim=(1.7, 300), ylim=(0.03, 8), xlabel="m", title="spread over the batches")
        ax.set(xticks=SIZES[::2], xticklabels=SIZES[::2], yticks=ticks, yticklabels=ticks)
        ax.minorticks_off()
        styles = {"mean": ("o-", "of μ (theory: 1/√m)"), "var": ("D--", "of σ² (and theory)")}
        for name, (style, label) in styles.items():
            color = COLORS[name]
            ax.plot([], [], style, ms=5, color=color, linewidth=1.5, label=label)
            (line,) = ax.plot([], [], style[1:], color=color, linewidth=1.5, animated=True)
            (dots,) = ax.plot([], [], style[0], ms=5, color=color, animated=True)
            (here,) = ax.plot([], [], style[0], ms=12, mfc="none", mec=color, mew=2, animated=True)
            self.lines[name] = line, dots, here
        ax.legend(loc="upper right", handlelength=2)
        return {"noise": figure}

    def compute(self, m, values):
        batches = self.own if values == "data" else draw(values)
        means, variances = batches[:, :m].mean(axis=1), batches[:, :m].var(axis=1)
        spread, mean_of_var, spread_of_var = theory(m, self.fourth_moment[values])
        middles = {name: (edges[1:] + edges[:-1]) / 2 for name, edges in EDGES.items()}
        densities = {
            "mean": normal_density(middles["mean"], spread),
            "var": gamma_density(middles["var"], mean_of_var, spread_of_var),
        }
        theories = {"mean": spread, "var": spread_of_var}
        return SimpleNamespace(
            statistics={"mean": means, "var": variances}, middles=middles, densities=densities, theories=theories
        )

    def show(self, result):
        m, values = self.state.values()
        smaller = self.spreads(values)
        lines = dict(zip(COLORS, theory(SIZES, self.fourth_moment[values])[::2], strict=True))
        for name, statistic in result.statistics.items():
            edges = EDGES[name]
            counts, _ = np.histogram(np.clip(statistic, *edges[[0, -1]]), edges)
            expected = result.densities[name] * (edges[1] - edges[0]) * BATCHES
            highest = max(counts.max(), expected[1:].max())
            self.bars[name].set_data(counts / highest)
            self.densities[name].set_data(result.middles[name], expected / highest)
            line, dots, here = self.lines[name]
            line.set_data(SIZES, lines[name])
            dots.set_data(SIZES, smaller[name])
            here.set_data([m], [statistic.std()])
        mean, var = result.statistics["mean"], result.statistics["var"]
        return (
            f"{BATCHES} batches of {m} values ({values}), in units of the unit's own σ. Their means spread by "
            f"{mean.std():.3f} (theory: 1/√m = {result.theories['mean']:.3f}); their variances average "
            f"{var.mean():.3f} (theory: (m − 1)/m = {(m - 1) / m:.3f}) and spread by {var.std():.3f} "
            f"(theory: {result.theories['var']:.3f})."
        )

    def spreads(self, values):
        """The two spreads at all SIZES."""
        if values not in self.measured:
            runs = [self.compute(int(m), values).statistics for m in SIZES]
            self.measured[values] = {name: [run[name].std() for run in runs] for name in COLORS}
        return self.measured[values]
