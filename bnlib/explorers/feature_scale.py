"""The explorer of two features of different scale: the valley of the loss, and gradient descent in it."""

from types import SimpleNamespace

import numpy as np

from bnlib.batchnorm import batch_norm
from bnlib.live import Explorer, log_slider, slider, whole_slider
from bnlib.pictures import BLACK, BLUE, GRAY, VERMILION, moving_line, plots

N = 200
DRAWN = np.random.default_rng(0).normal(size=(N, 2))
BASIC = np.sqrt(N) * np.linalg.qr(DRAWN - DRAWN.mean(axis=0))[0]  # means 0, standard deviations 1, correlation 0
TARGET = (1.5, 0.5)
MOST_STEPS = 200
ANGLES = np.linspace(0, 2 * np.pi, 61)
CIRCLE = np.stack([np.cos(ANGLES), np.sin(ANGLES)])
RINGS = (0.25, 0.5, 0.75, 1.0, 1.25)  # on each the root of the loss is this share of its value at the start
KINDS = {"raw": (VERMILION, "-"), "standardized": (BLUE, "--")}


def descend(features, target, rate, steps):
    """Gradient descent on the mean of (features @ w - target)² / 2 from w = 0, at `rate` times the largest stable rate.

    features: (n, 2); target: (n,). Returns the path (steps + 1, 2), its losses (steps + 1,), the best w (2,), the
    matrix of second derivatives (2, 2) and its eigenvalues and eigenvectors.
    """
    hessian = features.T @ features / len(features)
    best = np.linalg.solve(hessian, features.T @ target / len(features))
    eigenvalues, eigenvectors = np.linalg.eigh(hessian)
    step = rate * 2 / eigenvalues[-1]
    path = np.zeros((steps + 1, 2))
    for t in range(steps):
        path[t + 1] = path[t] - step * hessian @ (path[t] - best)
    off = path - best
    losses = ((off @ hessian) * off).sum(axis=1) / 2
    return SimpleNamespace(path=path, losses=losses, best=best, eigenvalues=eigenvalues, eigenvectors=eigenvectors)


class FeatureScale(Explorer):
    """Least squares with two features, the second one wider: as they come, and standardized.

    The target is 1.5 times the first one plus 0.5 times the second one, each in units of its standard deviation.
    ratio: the second feature's standard deviation, the first one's is 1; correlation: between the two; rate: learning
    rate, as a share of the largest one that does not diverge, for each picture its own; steps: of gradient descent.
    """

    def make_controls(self):
        return {
            "ratio": log_slider(5.0, 0, 1.5, 0.02, "scale of x₂", readout_format=".1f"),
            "correlation": slider(0.0, -0.95, 0.95, 0.05, "correlation"),
            "rate": slider(0.9, 0.05, 1.05, 0.01, "rate / max"),
            "steps": whole_slider(25, 1, MOST_STEPS, "steps"),
        }

    def make_figures(self):
        figure, (*valleys, loss) = plots.figure(1, 3, height=340)
        loss.set(xlim=(0, MOST_STEPS), ylim=(1e-6, 1e4), yscale="log", xlabel="step", title="loss / loss at the start")
        self.valleys, self.curves = {}, {}
        for ax, (name, (color, line)) in zip(valleys, KINDS.items(), strict=True):
            ax.set(xlim=(-0.6, 3.2), ylim=(-1.4, 2.4), aspect="equal", title=f"loss: {name}")
            ax.set(xlabel="weight of x₁", ylabel="weight of x₂")
            rings = moving_line(ax, "-", color=GRAY, linewidth=1)
            path = moving_line(ax, ".-", color=color, linewidth=1.2)
            self.valleys[name] = rings, path, moving_line(ax, "*", color=BLACK, ms=12)
            self.curves[name] = moving_line(loss, line, name, color=color)
        loss.legend(loc="upper right")
        return {"descent": figure}

    def compute(self, ratio, correlation, rate, steps):
        second = correlation * BASIC[:, 0] + np.sqrt(1 - correlation**2) * BASIC[:, 1]
        raw = np.stack([BASIC[:, 0], ratio * second], axis=1)
        standardized, _ = batch_norm(raw, np.ones(2), np.zeros(2), 0.0)
        target = standardized @ TARGET
        return {name: descend(x, target, rate, steps) for name, x in (("raw", raw), ("standardized", standardized))}

    def show(self, result, ratio, correlation, rate, steps):
        conditions, ends = [], []
        for name, run in result.items():
            rings, path, goal = self.valleys[name]
            ellipse = run.eigenvectors @ (CIRCLE * np.sqrt(2 * run.losses[0] / run.eigenvalues)[:, None])
            ellipses = [np.column_stack([run.best[:, None] + share * ellipse, [np.nan, np.nan]]) for share in RINGS]
            rings.set_data(*np.concatenate(ellipses, axis=1))
            path.set_data(*run.path.T)
            goal.set_data(*run.best[:, None])
            shares = run.losses / run.losses[0]
            self.curves[name].set_data(np.arange(steps + 1), shares)
            conditions.append(f"{run.eigenvalues[-1] / run.eigenvalues[0]:.3g}")
            ends.append("under 0.0001 %" if shares[-1] < 1e-6 else f"{100 * shares[-1]:.3g} %")
        return (
            f"x₂ is {ratio:.1f} times as wide as x₁, and their correlation is {correlation:z.2f}: condition number "
            f"{conditions[0]} with raw features, {conditions[1]} with standardized ones. Each at {rate:.2f} of its "
            f"largest stable rate: after {steps} steps the loss is {ends[0]} of the first one, standardized {ends[1]}."
        )
