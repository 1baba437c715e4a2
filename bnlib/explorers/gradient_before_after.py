"""The explorer of the backward pass: what batch normalization subtracts from the gradient of one unit."""

import itertools
from types import SimpleNamespace

import numpy as np

from bnlib.batchnorm import BatchNorm
from bnlib.live import Explorer, choice, slider, whole_slider
from bnlib.pictures import BLACK, BLUE, GRAY, ORANGE, SKY, moving_line, plots

from .arguments import called, checked_numbers
from .examples import unit_and_gradients

MODES = ("training", "eval")


def send_back(z, dy, m, push=0.0, tilt=0.0, first=0.0, rest=1.0, mode="training", backward=None):
    """rest * dy + push + tilt * z_hat, and `first` more for example 1, back through BN of the first m of z: (n,).

    backward: None for bnlib's; or (dy, z, bn) -> dz, (m,) each.
    """
    bn = BatchNorm(1, momentum=1.0)
    if mode == "eval":
        bn.forward(z[:, None])  # with momentum 1 the running statistics are now those of all n examples
        bn.eval()
    bn.forward(z[:m, None])
    z_hat, scale = bn.cache.x_hat[:, 0], bn.cache.scale[0, 0]
    dy = rest * dy[:m] + push + tilt * z_hat
    dy[0] += first
    dz = bn.backward(dy[:, None])[:, 0] if backward is None else backward(dy, z[:m], bn)
    arrived = dz / scale
    return SimpleNamespace(z_hat=z_hat, dy=dy, arrived=arrived, removed=dy - arrived)


def mean_and_slope(z_hat, gradient):
    """Mean of a gradient and its component along z_hat: where z_hat has mean 0, the least-squares line."""
    return gradient.mean(), gradient @ z_hat / (z_hat @ z_hat) if z_hat.any() else 0.0


def in_training_mode(function):
    """The backward pass of a reader's dx(dy, x, gamma, eps)."""

    def backward(dy, z, bn):
        given = dy[:, None].copy(), z[:, None].copy(), bn.gamma.copy(), bn.eps
        return called(function, "(dy, x, gamma, eps)", given)[:, 0]

    return backward


def in_eval_mode(function):
    """The backward pass of a reader's dx_constants(dy, gamma, var, eps)."""

    def backward(dy, z, bn):
        given = dy[:, None].copy(), bn.gamma.copy(), bn.running_var.copy(), bn.eps
        return called(function, "(dy, gamma, var, eps)", given)[:, 0]

    return backward


class GradientBeforeAfter(Explorer):
    """The gradient of one unit over one batch: dy at the output of batch normalization, and what arrives at its input.

    z, dy: (n,), n from 4 to 256: the values of a unit and the gradients that the loss sends to its output; without
    them, drawn once. m, push, tilt, first, rest, mode: start values: dy is taken `rest` times, then `push` is added for
    all examples, `tilt` times z_hat, and `first` for example 1 alone. Eval mode uses the statistics of all n examples.
    """

    buttons = {"a gradient of ones": "ones"}

    def __init__(self, *, z=None, dy=None, function=None, constants=None, **start):
        z, dy = (z, dy) if self.given(z=z, dy=dy) else unit_and_gradients()
        self.z, self.dy = (checked_numbers("z or dy", values).astype(float) for values in (z, dy))
        if self.z.ndim != 1 or self.z.shape != self.dy.shape or not 4 <= len(self.z) <= 256:
            raise ValueError(f"z and dy must be (n,), n from 4 to 256, but they are {self.z.shape} and {self.dy.shape}")
        self.arguments += ["function"] * (function is not None) + ["constants"] * (constants is not None)
        self.backward = {
            "training": None if function is None else in_training_mode(function),
            "eval": None if constants is None else in_eval_mode(constants),
        }
        super().__init__(**start)

    def make_controls(self):
        n = len(self.z)
        return {
            "m": whole_slider(min(16, n), 2, n, "m (batch)"),
            "push": slider(0.6, -1, 1, 0.05, "push on all"),
            "tilt": slider(0.5, -1, 1, 0.05, "tilt (· ẑ)"),
            "first": slider(0.0, -2, 2, 0.05, "example 1"),
            "rest": slider(1.0, 0, 1, 0.05, "given dy"),
            "mode": choice(MODES, "mode"),
        }

    def make_figures(self):
        figure, axes = plots.figure(1, 2, sharex=True, sharey=True, height=380)
        widest = highest = 0.0
        for mode, m in itertools.product(MODES, range(2, len(self.z) + 1)):  # no slider leads out of the picture
            z_hat = np.abs(send_back(self.z, self.dy, m, mode=mode).z_hat)
            largest = np.abs(self.dy[:m]) + 1 + z_hat
            largest[0] += 2
            widest, highest = max(widest, z_hat.max()), max(highest, largest.max())
        axes[0].set(xlim=(-1.05 * widest, 1.05 * widest), ylim=(-highest, highest))
        self.sides = []
        for ax, title in zip(axes, ("dy, at the output of BN", "what arrives at z: dz · √(σ² + ε)"), strict=True):
            ax.set(xlabel="ẑ of the example", title=title)
            ax.axhline(0, color=GRAY, linewidth=0.8, linestyle="-")
            side = SimpleNamespace(
                stems=moving_line(ax, "-", color=SKY, linewidth=1),
                line=moving_line(ax, "--", "what BN subtracts", color=BLACK),
                others=moving_line(ax, "o", "an example", color=BLUE, markersize=5),
                first=moving_line(ax, "D", "example 1", color=ORANGE, markersize=9),
                text=ax.text(0.02, 0.97, "", transform=ax.transAxes, va="top", animated=True),
            )
            self.sides.append(side)
        figure.legend(handles=[side.line, side.others, side.first], loc="outside lower center", ncols=3)
        return {"gradient": figure}

    def compute(self, mode, **controls):
        return send_back(self.z, self.dy, mode=mode, backward=self.backward[mode], **controls)

    def show(self, result, mode, **_):
        z_hat = result.z_hat
        order, words = np.argsort(z_hat), []
        shown = (result.dy, result.removed), (result.arrived, 0 * z_hat)
        for side, (gradient, foot) in zip(self.sides, shown, strict=True):
            side.stems.set_data(np.repeat(z_hat[order], 3), np.stack([foot, gradient, foot], axis=1)[order].ravel())
            side.line.set_data(z_hat[order[[0, -1]]], foot[order[[0, -1]]])
            side.others.set_data(z_hat[1:], gradient[1:])
            side.first.set_data(z_hat[:1], gradient[:1])
            mean, slope = mean_and_slope(z_hat, gradient)
            words.append(f"mean {mean:z.2f}, slope along ẑ {slope:z.2f}")
            side.text.set_text(words[-1])
        size = result.dy @ result.dy
        left = f"{result.arrived @ result.arrived / size:.0%}" if size else "nothing"
        return (
            f"{mode.capitalize()} mode, m = {len(z_hat)}. dy: {words[0]}. What arrives: {words[1]}; "
            f"{left} of the squared length of dy."
        )

    def ones(self):
        """An upstream gradient of ones, as in many tests of a backward pass."""
        self.set(push=1.0, tilt=0.0, first=0.0, rest=0.0)
