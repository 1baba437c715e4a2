"""The explorer of lesson 02: what gamma and beta make of one hidden unit over one batch."""

import copy
import functools
import math
from types import SimpleNamespace

import ipywidgets
import numpy as np

from bnlib import cats
from bnlib.batchnorm import batch_norm
from bnlib.checks import finite as check_finite
from bnlib.elementwise import ACTIVATIONS
from bnlib.live import Explorer, FloatSlider, IntSlider
from bnlib.mlp import MLP
from bnlib.pictures import colors, plots
from bnlib.training import fit

LARGEST_BATCH = 256
EPS = 1e-5
# A value is called dead or saturated where the activation's slope is below a tenth of its largest slope, given here.
STEEPEST = {"relu": 1, "sigmoid": 1 / 4, "tanh": 1}
LOST = {"relu": "dead (y ≤ 0)"} | dict.fromkeys(["sigmoid", "tanh"], "saturated (slope < 10 % of the steepest)")
ROWS = {
    "z": ("z, from the linear layer", colors.BLACK),
    "z_hat": ("ẑ = (z − μ) / √(σ² + ε)", colors.BLUE),
    "y": ("y = γ ẑ + β", colors.ORANGE),
}


@functools.cache
def small_net():
    """A net trained on 512 animals, and these animals. In float64, so that its numbers are the same everywhere."""
    images, labels = cats.make_cats(2 * LARGEST_BATCH, rng=np.random.default_rng(0))
    x = images.reshape(len(images), -1).astype(np.float64)
    model = MLP((x.shape[1], 16, 2), rng=np.random.default_rng(1), dtype=np.float64)
    fit(model, x, labels, epochs=3, batch_size=32, lr=0.01, rng=np.random.default_rng(2))
    return model, x


def normalize_and_activate(z, gamma, beta, activation):
    """One unit over one batch, z: (m,), in training mode. lost: which values are dead or saturated."""
    y, cache = batch_norm(z[:, None], np.array([gamma]), np.array([beta]), EPS)
    y, layer = y[:, 0], ACTIVATIONS[activation]()
    out = layer.forward(y)
    lost = layer.backward(np.ones_like(y)) < STEEPEST[activation] / 10
    return SimpleNamespace(z=z, z_hat=cache.x_hat[:, 0], y=y, out=out, lost=lost, gap=np.abs(y - z).max())


def rounded(number):
    return f"{number:z.2f}".replace("-", "−")


class GammaBeta(Explorer):
    """Scale and shift one unit of the first hidden layer, over the first m animals of the data.

    model: an `MLP` without replicas; data: (n, features) or images (n, ...), n >= 4, of which at most 512 are used;
    gamma, beta, m, unit, activation: start values. Without arguments: a small net trained on cats and dogs.
    """

    buttons = {"identity: γ = √(σ² + ε), β = μ": "identity"}

    def __init__(self, *, model=None, data=None, **start):
        if (model is None) != (data is None):
            raise TypeError("give model and data together: the net, and the animals that go through it")
        given = () if model is None else ("model", "data")
        model, data = small_net() if model is None else (model, np.asarray(data))
        if model.replicas is not None:
            raise ValueError(f"give a single net; this one has {model.replicas} replicas")
        if len(data) < 4:
            raise ValueError(f"two batches of at least two animals are needed, but data has {len(data)} rows")
        check_finite(data, "data")
        self.largest = min(LARGEST_BATCH, len(data) // 2)
        x = data[: 2 * self.largest].reshape(2 * self.largest, -1).astype(model.dtype)
        self.pre_activations = copy.copy(model.layers[0]).forward(x).astype(np.float64)  # the net itself keeps no trace
        super().__init__(given=given, **start)

    def make_controls(self):
        z, most = self.pre_activations, self.largest
        batches = [z[:m] for m in range(2, most + 1)]  # the ranges hold the identity of each, and of each unit
        gamma = max(3, math.ceil(1.01 * max(batch.std(axis=0).max() for batch in batches)))
        beta = max(2, math.ceil(1.01 * max(np.abs(batch.mean(axis=0)).max() for batch in batches)))
        self.edges = self.edges_of(unit=0)
        return {
            "gamma": FloatSlider(1.0, min=-gamma, max=gamma, step=0.05, description="γ (gamma)"),
            "beta": FloatSlider(0.0, min=-beta, max=beta, step=0.05, description="β (beta)"),
            "m": IntSlider(min(64, most), min=2, max=most, description="m (batch)"),
            "unit": IntSlider(0, min=0, max=z.shape[1] - 1, description="unit"),
            "activation": ipywidgets.Dropdown(options=list(ACTIVATIONS), description="activation"),
        }

    def edges_of(self, unit):
        """The bars' edges: room for all z of the unit, and for y at moderate gamma and beta."""
        reach = max(6, math.ceil(1.05 * np.abs(self.pre_activations[:, unit]).max()))
        return np.linspace(-reach, reach, 81)

    def make_figures(self):
        figure, axes = plots.figure(mosaic=[[row, "curve"] for row in ROWS], width_ratios=(3, 2))
        limits = self.edges[[0, -1]]
        self.rows = {}
        for row, (title, color) in ROWS.items():
            ax = axes[row]
            ax.set(xlim=limits, ylim=(0, 1.35), yticks=[], title=title)
            ax.spines.left.set_visible(False)
            ax.tick_params(labelbottom=row == "y")
            bars = plots.draw_histogram(ax, self.edges[1:], self.edges, color=color, moving=True)
            (spread,) = ax.plot([-1, 0, 1], [1.2] * 3, "-|", color=color, animated=True)
            ax.text(1.02, 0.5, "mean\nstd", transform=ax.transAxes, va="center")
            numbers = ax.text(1.29, 0.5, "−10.00\n0.00", transform=ax.transAxes, va="center", ha="right", animated=True)
            self.rows[row] = bars, spread, numbers
        ax.set_xlabel("value (the outermost bars hold all beyond)")
        self.ax = axes["curve"]
        self.ax.set(xlim=limits, xlabel="y")
        self.ax.axvline(0, color=colors.GRAY, linewidth=0.8, linestyle="-")
        (self.curve,) = self.ax.plot(self.edges, self.edges, "-", color=colors.GRAY)
        (self.alive,) = self.ax.plot([], [], "o", color=colors.BLUE, alpha=0.5, animated=True)
        (self.lost,) = self.ax.plot([], [], "x", color=colors.VERMILION, animated=True)
        self.share = self.ax.text(0.04, 0.9, "", transform=self.ax.transAxes, animated=True)
        self.meaning = self.ax.text(0.04, 0.83, "", transform=self.ax.transAxes)
        self.show_activation("tanh", self.edges)  # has the widest tick labels, and the figure is laid out once
        return {"unit": figure}

    def compute(self, gamma, beta, m, unit, activation):
        shown, other = (self.pre_activations[start : start + m, unit] for start in (0, self.largest))
        result = normalize_and_activate(shown, gamma, beta, activation)
        result.gap_of_other = normalize_and_activate(other, gamma, beta, activation).gap
        return result

    def show(self, result):
        gamma, beta, m, unit, activation = self.state.values()
        self.show_activation(activation, self.edges_of(unit))
        for row, (bars, spread, numbers) in self.rows.items():
            values = getattr(result, row)
            mean, std = values.mean(), values.std()
            plots.move_histogram(bars, values, self.edges)
            spread.set_xdata([mean - std, mean, mean + std])
            numbers.set_text(f"{rounded(mean)}\n{rounded(std)}")
        self.alive.set_data(result.y[~result.lost], result.out[~result.lost])
        self.lost.set_data(result.y[result.lost], result.out[result.lost])
        share = f"{100 * result.lost.mean():.0f} %"
        self.share.set_text(f"× {share}")
        gaps = ("under 1e-12" if gap < 1e-12 else f"{gap:.2g}" for gap in (result.gap, result.gap_of_other))
        return (
            f"Unit {unit}, {m} animals: γ = {rounded(gamma)} and β = {rounded(beta)} give y the mean "
            f"{rounded(result.y.mean())} and the standard deviation {rounded(result.y.std())}; {share} are "
            f"{LOST[activation]}. The largest |y − z| is {' in this batch, and '.join(gaps)} in another batch with the "
            "same γ and β."
        )

    def show_activation(self, activation, edges):
        curve = ACTIVATIONS[activation]().forward(edges)
        if np.array_equal(curve, self.curve.get_ydata()) and edges[-1] == self.edges[-1]:
            return
        self.edges = edges
        self.curve.set_data(edges, curve)
        self.meaning.set_text(LOST[activation].split()[0])
        self.ax.set(title=f"{activation}(y)", ylim=np.array([-0.06, 1.06]) * np.ptp(curve) + curve.min())
        for ax in self.ax.figure.axes:
            ax.set_xlim(edges[[0, -1]])

    def identity(self):
        """Set the gamma and beta that give z back, for the present batch."""
        z = self.pre_activations[: self.state["m"], self.state["unit"]]
        self.set(gamma=float(np.sqrt(z.var() + EPS)), beta=float(z.mean()))
