"""The explorer of the noise in the statistics of a batch: mean and variance over many batches."""

import math
from types import SimpleNamespace

import numpy as np

from bnlib.live import Explorer, kept, toggle, whole_slider
from bnlib.pictures import MovingBars, clipped_counts, colors, fixed_ticks, moving_line, number_line, plots

from .arguments import checked_numbers
from .examples import BATCHES, HUMP, LARGEST_BATCH, batches_of_values

SIZES = 2 ** np.arange(1, 9)
EDGES = {"mean": np.linspace(-2.5, 2.5, 101), "var": np.linspace(0, 4, 81)}
LOOKS = {"mean": (colors.BLUE, "o", "-"), "var": (colors.VERMILION, "D", "--")}
FOURTH_MOMENT = {"normal": 3.0, "skewed": 9.0, "humps": 3 - 2 * HUMP**4}


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
        if self.given(data=data):
            own = checked_numbers("data", data).astype(float)
            if own.ndim != 1 or not own.size or not np.ptp(own) > 0:
                raise ValueError(f"data holds values of one unit, not all equal, of shape (n,); got {own.shape}")
            own = (own - own.mean()) / own.std()
            self.fourth_moment = {"data": np.mean(own**4)} | FOURTH_MOMENT
            self.own = np.random.default_rng(0).choice(own, (BATCHES, LARGEST_BATCH))
        super().__init__(**start)

    def make_controls(self):
        return {"m": whole_slider(16, 2, LARGEST_BATCH, "m (batch)"), "values": toggle(self.fourth_moment, "values")}

    def make_figures(self):
        figure, (mean, var, spread) = plots.figure(1, 3, width_ratios=(4, 4, 4))
        number_line(mean, title="μ of each batch", xlabel="in σ of the unit")
        number_line(var, title="σ² of each batch", xlabel="in σ² of the unit")
        spread.set(xscale="log", yscale="log", xlim=(1.7, 300), ylim=(0.03, 8), xlabel="m")
        spread.set(title="spread over the batches")
        fixed_ticks(spread.xaxis, SIZES[::2])
        fixed_ticks(spread.yaxis, [0.03, 0.1, 0.3, 1, 3])
        self.bars, self.densities, self.lines = {}, {}, {}
        for ax, middle, (name, (color, marker, line)) in zip((mean, var), (0, 1), LOOKS.items(), strict=True):
            ax.set(xlim=EDGES[name][[0, -1]], ylim=(0, 1.4))
            ax.axvline(middle, color=colors.GRAY, linewidth=1, linestyle=":")
            self.bars[name] = MovingBars(ax, EDGES[name], color)
            self.densities[name] = moving_line(ax, "-", "theory", color=colors.BLACK, linewidth=1.5)
            self.lines[name] = (
                moving_line(spread, line, color=color, linewidth=1.5),
                moving_line(spread, marker, color=color, ms=5),
                moving_line(spread, marker, color=color, ms=12, mfc="none", mec=color, mew=2),
            )
        mean.legend(loc="upper right", handlelength=1.5)
        handles = [(line, dots) for line, dots, _ in self.lines.values()]
        spread.legend(handles, ["of μ (theory: 1/√m)", "of σ² (and theory)"], loc="upper right", handlelength=2)
        return {"noise": figure}

    def compute(self, m, values):
        batches = self.own if values == "data" else batches_of_values(values)
        statistics = {"mean": batches[:, :m].mean(axis=1), "var": batches[:, :m].var(axis=1)}
        spread, mean_of_var, spread_of_var = theory(m, self.fourth_moment[values])
        middles = {name: (edges[1:] + edges[:-1]) / 2 for name, edges in EDGES.items()}
        mean, var = middles.values()
        densities = {"mean": normal_density(mean, spread), "var": gamma_density(var, mean_of_var, spread_of_var)}
        theories = {"mean": spread, "var": spread_of_var}
        return SimpleNamespace(statistics=statistics, middles=middles, densities=densities, theories=theories)

    @kept
    def spreads(self, values):
        """The two spreads at all SIZES."""
        runs = [self.compute(int(m), values).statistics for m in SIZES]
        return {name: [run[name].std() for run in runs] for name in LOOKS}

    def show(self, result, m, values):
        lines = dict(zip(LOOKS, theory(SIZES, self.fourth_moment[values])[::2], strict=True))
        for name, statistic in result.statistics.items():
            edges = EDGES[name]
            counts, expected = clipped_counts(statistic, edges), result.densities[name] * np.diff(edges) * BATCHES
            highest = max(counts.max(), expected[1:].max())
            self.bars[name].artist.set_data(counts / highest)
            self.densities[name].set_data(result.middles[name], expected / highest)
            line, dots, here = self.lines[name]
            line.set_data(SIZES, lines[name])
            dots.set_data(SIZES, self.spreads(values)[name])
            here.set_data([m], [statistic.std()])
        mean, var = result.statistics["mean"], result.statistics["var"]
        return (
            f"{BATCHES} batches of {m} values ({values}), in units of the unit's own σ. Their means spread by "
            f"{mean.std():.3f} (theory: 1/√m = {result.theories['mean']:.3f}); their variances average "
            f"{var.mean():.3f} (theory: (m − 1)/m = {(m - 1) / m:.3f}) and spread by {var.std():.3f} "
            f"(theory: {result.theories['var']:.3f})."
        )
