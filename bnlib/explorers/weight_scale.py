"""The scale of the weights before batch normalization, and what it does to learning."""

import math
from types import SimpleNamespace

import numpy as np

from bnlib.batchnorm import batch_norm
from bnlib.live import Explorer, log_slider, slider, whole_slider
from bnlib.pictures import BLACK, BLUE, VERMILION, YELLOW, fixed_ticks, moving_line, plots

from .examples import inputs_and_targets

W0 = np.array([0.6, -0.8])  # of length 1
LR = 0.1
MOST_STEPS = 100
BATCH = 16
SIDE = 6.0  # the picture of the plane ends here


def normalized(w, u):
    """BN of the unit u w, with γ = 1, β = 0 and ε = 0: (examples,)."""
    return batch_norm((u @ w)[:, None], np.ones(1), np.zeros(1), 0.0)[0][:, 0]


def loss(w, u, targets):
    """Half the mean squared error of the normalized unit."""
    return np.square(normalized(w, u) - targets[:, 0]).mean() / 2


def moments(u, targets):
    """Covariances of the inputs of a batch, (2, 2), and of these with the targets, (2,): all that its loss needs."""
    u = u - u.mean(axis=0)
    return u.T @ u / len(u), u.T @ targets[:, 0] / len(u)


def loss_gradient(w, covariance, with_targets):
    """The gradient of the loss of a batch with respect to w, (2,): what the backward pass gives, in two lines."""
    along = covariance @ w
    variance = w @ along
    return (along * (w @ with_targets / variance) - with_targets) / math.sqrt(variance)


def descend(batches, a, lr, decay, steps):
    """Plain SGD from a W0, always on the same mini-batches in the same order: the path of w, (steps + 1, 2).

    batches: the list of their `moments`.
    """
    path = [a * W0]
    for step in range(steps):
        w = path[-1]
        path.append(w - lr * (loss_gradient(w, *batches[step % len(batches)]) + decay * w))
    return np.array(path)


def norms_and_degrees(path, best):
    """Length of each w of a path, and the angle between it and the best direction."""
    norms = np.linalg.norm(path, axis=1)
    cosines = path @ best / (norms * np.linalg.norm(best))
    return norms, np.degrees(np.arccos(np.clip(cosines, -1, 1)))


class WeightScale(Explorer):
    """A unit of two inputs with batch normalization after it, and its weights w = a W0 in the plane while they learn.

    a, lr, decay, steps: start values: scale of the first weights, learning rate, weight decay, steps of plain SGD.
    """

    buttons = {"lr = 0.1 · a²": "compensate"}

    def __init__(self, **start):
        self.u, self.targets = inputs_and_targets()
        self.best = np.linalg.lstsq(self.u - self.u.mean(axis=0), self.targets, rcond=None)[0][:, 0]
        rows = np.arange(len(self.u)).reshape(-1, BATCH)
        self.batches = [moments(self.u[batch], self.targets[batch]) for batch in rows]
        self.reference = norms_and_degrees(descend(self.batches, 1.0, LR, 0.0, MOST_STEPS), self.best)
        super().__init__(**start)

    def make_controls(self):
        return {
            "a": log_slider(1.0, -1, 2, 0.1, "a (scale)", base=2),
            "lr": log_slider(LR, -2.5, 0.25, 0.05, "lr"),
            "decay": slider(0.0, 0, 0.2, 0.01, "decay"),
            "steps": whole_slider(MOST_STEPS, 1, MOST_STEPS, "steps"),
        }

    def make_figures(self):
        figure, axes = plots.figure(mosaic=[["plane", "turn"], ["plane", "length"]])
        plane, turn, length = (axes[name] for name in ("plane", "turn", "length"))
        self.draw_loss(plane)
        self.circle = moving_line(plane, ":", color=BLACK)
        self.gradient = moving_line(plane, "-", "−8 × gradient", color=VERMILION, linewidth=3, zorder=3)
        self.path = moving_line(plane, ".-", "w, step by step", color=BLACK, linewidth=1, markersize=4)
        self.beginning = moving_line(plane, "s", "start, a·W", color=BLACK, markersize=8)
        plane.legend(loc="upper right", framealpha=0.8, frameon=True)
        turn.set(xlim=(0, MOST_STEPS), ylim=(0, 180), yticks=(0, 90, 180), title="degrees from the best direction")
        length.set(xlim=(0, MOST_STEPS), ylim=(0.2, 30), yscale="log", title="‖w‖", xlabel="step")
        fixed_ticks(length.yaxis, [0.25, 1, 4])
        self.curves = []
        for ax, values in zip((turn, length), self.reference[::-1], strict=True):
            ax.plot(values, "-", color=YELLOW, linewidth=6, label="a = 1, lr = 0.1")
            self.curves.append(moving_line(ax, "-", "this run", color=BLUE))
        length.legend(loc="upper right", ncols=2)
        return {"plane": figure}

    def draw_loss(self, plane):
        """The loss of all data at each w: it depends on the direction alone."""
        side = np.linspace(-SIDE, SIDE, 121)
        w1, w2 = np.meshgrid(side, side)
        angles = np.linspace(-np.pi, np.pi, 181)
        losses = [loss(np.array([np.cos(t), np.sin(t)]), self.u, self.targets) for t in angles]
        height = np.interp(np.arctan2(w2, w1), angles, losses)
        plane.contourf(w1, w2, height, levels=12, cmap="Blues", alpha=0.6)
        ticks = {"xticks": range(-6, 7, 3), "yticks": range(-6, 7, 3)}
        plane.set(aspect="equal", xlabel="w₁", ylabel="w₂", title="the loss over the plane of w (dark: large)", **ticks)

    def compute(self, a, lr, decay, steps):
        path = descend(self.batches, a, lr, decay, steps)
        norms, degrees = norms_and_degrees(path, self.best)
        gradients = [loss_gradient(s * W0, *self.batches[0]) for s in (a, 1.0)]
        apart = np.abs(normalized(a * W0, self.u) - normalized(W0, self.u)).max()
        return SimpleNamespace(path=path, norms=norms, degrees=degrees, gradients=gradients, apart=apart)

    def show(self, result, a, lr, steps, **_):
        circle = np.linspace(0, 2 * np.pi, 101)
        self.circle.set_data(a * np.cos(circle), a * np.sin(circle))
        self.path.set_data(*result.path.T)
        self.beginning.set_data(*result.path[:1].T)
        self.gradient.set_data(*(result.path[0] - np.outer([0, 8], result.gradients[0])).T)
        for curve, values in zip(self.curves, (result.degrees, result.norms), strict=True):
            curve.set_data(np.arange(steps + 1), values)
        growth = np.divide(*(np.linalg.norm(gradient) for gradient in result.gradients))
        apart = "under 1e-12" if result.apart < 1e-12 else f"{result.apart:.2g}"
        (norm, degrees), (first, last) = (result.norms[-1], result.degrees[-1]), lr / result.norms[[0, -1]] ** 2
        return (
            f"a = {a:.2f}: BN((aW)u) and BN(Wu) differ by {apart} at most, the first gradient is {growth:.2f} "
            f"times that at a = 1. After {steps} steps ‖w‖ is {norm:.2f}, the effective learning rate lr/‖w‖² is "
            f"{last:.2g} (at the start {first:.2g}), and w is {degrees:.0f}° from its best direction "
            f"(at the start {result.degrees[0]:.0f}°)."
        )

    def compensate(self):
        """The learning rate with which w turns as it does for a = 1 and lr = 0.1."""
        self.set(lr=LR * self.state["a"] ** 2)
