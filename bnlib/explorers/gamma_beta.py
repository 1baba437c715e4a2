"""The explorer of scale and shift: what gamma and beta, and what W and b, make of one hidden unit over one batch."""

import copy
import math
from types import SimpleNamespace

import numpy as np

from bnlib.batchnorm import batch_norm
from bnlib.elementwise import ACTIVATIONS
from bnlib.live import Explorer, choice, slider, whole_slider
from bnlib.pictures import BLACK, BLUE, GRAY, ORANGE, VERMILION, MovingBars, moving_line, number_line, plots

from .arguments import answer_of, checked_net, checked_numbers
from .examples import net_and_animals

LARGEST_BATCH, LARGEST_Z = 256, 1e12
W_TIMES, B_PLUS, EPS = 3, 5, 1e-5  # W and b at most
# A value is called off or saturated where the activation's slope is below a tenth of its largest slope, given here.
STEEPEST = {"relu": 1, "sigmoid": 1 / 4, "tanh": 1}
LOST = {"relu": "off (y ≤ 0)"} | dict.fromkeys(["sigmoid", "tanh"], "saturated (slope < 10 % of the steepest)")
ROWS = {
    "z": ("z, from the linear layer", BLACK),
    "z_hat": ("ẑ = (z − μ) / √(σ² + ε)", BLUE),
    "y": ("y = γ ẑ + β", ORANGE),
}


def normalize_and_activate(z, gamma, beta, activation, function):
    """One unit over one batch, z: (m,), in training mode. lost: which values are off or saturated."""
    y, z_hat = (answer_of(function, z, *numbers, EPS) for numbers in ((gamma, beta), (1.0, 0.0)))
    layer = ACTIVATIONS[activation]()
    out, lost = layer.forward(y), layer.backward(np.ones_like(y)) < STEEPEST[activation] / 10
    return SimpleNamespace(z=z, z_hat=z_hat, y=y, out=out, lost=lost, gap=np.abs(y - z).max())


def rounded(number):
    return f"{number:z.2f}".replace("-", "−")


class GammaBeta(Explorer):
    """Scale and shift one unit of the first hidden layer, over the first m animals of the data.

    model: an `MLP` without replicas; data: (n, features) or images (n, ...), n >= 4, of which at most 512 are used;
    w_scale, b_shift: its z becomes w_scale z + b_shift before it is normalized; these and gamma, beta, m, unit,
    activation: start values; function: yours, (x, gamma, beta, eps) -> y, of x (m, 1), in place of `batch_norm`.
    Without model and data: a small net trained on cats and dogs.
    """

    buttons = {"identity: γ = √(σ² + ε), β = μ": "identity"}

    def __init__(self, *, model=None, data=None, function=None, **start):
        model, data = (model, data) if self.given(model=model, data=data) else net_and_animals()
        self.arguments += ["function"] * (function is not None)
        self.function = (lambda *given: batch_norm(*given)[0]) if function is None else function
        model, data = checked_net("model", model), checked_numbers("data", data)
        if data.ndim < 2 or len(data) < 4:
            raise ValueError(f"data must be (n, features) or images (n, ...), n >= 4 for two batches; got {data.shape}")
        self.largest = min(LARGEST_BATCH, len(data) // 2)
        with np.errstate(over="ignore", invalid="ignore"):  # named below
            x = data[: 2 * self.largest].reshape(2 * self.largest, -1).astype(model.dtype)
            self.pre_activations = copy.copy(model.layers[0]).forward(x).astype(np.float64)
        if not np.abs(self.pre_activations).max() <= LARGEST_Z:
            raise ValueError(f"data so large that |z| is above {LARGEST_Z:g} cannot be drawn: scale it first")
        super().__init__(**start)

    def make_controls(self):
        z, most = self.pre_activations, self.largest
        batches = [z[:m] for m in range(2, most + 1)]  # the ranges hold the identity of each, and of each unit
        gamma = max(3, math.ceil(1.01 * W_TIMES * max(batch.std(axis=0).max() for batch in batches)))
        beta = math.ceil(B_PLUS + 1.01 * W_TIMES * max(np.abs(batch.mean(axis=0)).max() for batch in batches))
        self.edges = self.edges_of(unit=0)
        return {
            "gamma": slider(1.0, -gamma, gamma, 0.05, "γ (gamma)"),
            "beta": slider(0.0, -beta, beta, 0.05, "β (beta)"),
            "m": whole_slider(min(64, most), 2, most, "m (batch)"),
            "w_scale": slider(1.0, -W_TIMES, W_TIMES, 0.05, "W ×"),
            "b_shift": slider(0.0, -B_PLUS, B_PLUS, 0.05, "b +"),
            "unit": whole_slider(0, 0, z.shape[1] - 1, "unit"),
            "activation": choice(ACTIVATIONS, "activation"),
        }

    def edges_of(self, unit):
        """The bars' edges: room for all z of the unit, for three times as many and five more, for y alike."""
        reach = max(10, math.ceil(1.05 * np.abs(self.pre_activations[:, unit]).max()))
        return np.linspace(-reach, reach, 81)

    def make_figures(self):
        figure, axes = plots.figure(mosaic=[[row, "curve"] for row in ROWS], width_ratios=(3, 2))
        limits = self.edges[[0, -1]]
        self.rows = {}
        for row, (title, color) in ROWS.items():
            ax = axes[row]
            number_line(ax, xlim=limits, ylim=(0, 1.35), title=title)
            ax.tick_params(labelbottom=row == "y")
            bars, spread = MovingBars(ax, self.edges, color), moving_line(ax, "-|", color=color)
            ax.text(1.02, 0.5, "mean\nstd", transform=ax.transAxes, va="center")
            numbers = ax.text(1.29, 0.5, "−10.00\n0.00", transform=ax.transAxes, va="center", ha="right", animated=True)
            self.rows[row] = bars, spread, numbers
        ax.set_xlabel("value (the outermost bars hold all beyond)")
        self.ax = axes["curve"]
        self.ax.set(xlim=limits, xlabel="y")
        self.ax.axvline(0, color=GRAY, linewidth=0.8, linestyle="-")
        (self.curve,) = self.ax.plot(self.edges, self.edges, "-", color=GRAY)
        self.alive = moving_line(self.ax, "o", color=BLUE, alpha=0.5)
        self.lost = moving_line(self.ax, "x", color=VERMILION)
        self.share = self.ax.text(0.04, 0.9, "", transform=self.ax.transAxes, animated=True)
        self.meaning = self.ax.text(0.04, 0.83, "", transform=self.ax.transAxes)
        self.show_activation("tanh", self.edges)  # has the widest tick labels, and the figure is laid out once
        return {"unit": figure}

    def compute(self, gamma, beta, m, w_scale, b_shift, unit, activation):
        plain, other = (self.pre_activations[start : start + m, unit] for start in (0, self.largest))
        batches = w_scale * plain + b_shift, w_scale * other + b_shift, plain
        how = gamma, beta, activation, self.function
        result, of_other, of_plain = (normalize_and_activate(z, *how) for z in batches)
        result.gap_of_other, result.plain = of_other.gap, plain
        result.moved = np.abs(result.z_hat - np.sign(w_scale) * of_plain.z_hat).max()
        return result

    def show(self, result, gamma, beta, m, w_scale, b_shift, unit, activation):
        self.show_activation(activation, self.edges_of(unit))
        for row, (bars, spread, numbers) in self.rows.items():
            values = getattr(result, row)
            mean, std = values.mean(), values.std()
            bars.move(values, self.edges)
            spread.set_data([mean - std, mean, mean + std], [1.2] * 3)
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
            f"same γ and β.{self.of_the_linear_layer(result, w_scale, b_shift)}"
        )

    def of_the_linear_layer(self, result, w_scale, b_shift):
        """What the caption says of W and b where they were changed."""
        if (w_scale, b_shift) == (1, 0):
            return ""
        before, now = (f"{rounded(z.mean())} ± {rounded(z.std())}" for z in (result.plain, result.z))
        moved = f"moves by {f'{result.moved:.1g}' if result.moved >= 1e-4 else 'less than 0.0001'}"
        how = {-1: f"is mirrored and else {moved}", 0: "is 0, since all z are equal", 1: moved}[np.sign(w_scale)]
        plus = f"b {'−' if b_shift < 0 else '+'} {abs(b_shift):.2f}"
        return f" W × {rounded(w_scale)} and {plus} turn z from {before} (mean ± std) into {now}; ẑ {how}."

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
        z = self.compute(**self.state).z
        self.set(gamma=float(np.sqrt(z.var() + EPS)), beta=float(z.mean()))
