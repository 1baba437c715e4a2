"""The explorer of the running average itself: how much each batch weighs, and how much the start value does."""

from types import SimpleNamespace

import numpy as np

from bnlib.live import Explorer, log_slider, whole_slider
from bnlib.pictures import BLUE, GRAY, SKY, VERMILION, moving_line, plots

MOST_STEPS = 200
MOMENTA = np.geomspace(1e-3, 1, 121)


def weights(momentum, steps):
    """Of each of the batches so far, the newest one first, (steps,), and of the start value.

    Each step is running = (1 - momentum) * running + momentum * batch.
    """
    return momentum * (1 - momentum) ** np.arange(steps), (1 - momentum) ** steps


def noise(of_batches):
    """Spread of a weighted sum of independent values, (..., steps), in spreads of one of them."""
    return np.sqrt(np.square(of_batches).sum(axis=-1))


class Memory(Explorer):
    """The weights in a running average after some steps, and what is left in it of the start and of the noise.

    momentum: the weight of the newest batch; steps: the batches so far, each seen once: start values.
    """

    def make_controls(self):
        return {
            "momentum": log_slider(0.1, -3, 0, 0.05, "momentum", readout_format=".3f"),
            "steps": whole_slider(20, 1, MOST_STEPS, "steps"),
        }

    def make_figures(self):
        figure, (batches, left) = plots.figure(1, 2, height=400, width_ratios=(3, 2))
        batches.set(xlim=(-6, MOST_STEPS + 3), ylim=(1e-4, 1.5), yscale="log", xlabel="batch (0: the start value)")
        batches.set_title("weight in the average")
        self.start_value = moving_line(batches, "D", "start value", color=VERMILION, ms=8)
        self.running = moving_line(batches, ".", "a batch, running average", color=BLUE)
        self.plain = moving_line(batches, ":", "a batch, plain average", color=GRAY)
        left.set(
            xlim=MOMENTA[[0, -1]], ylim=(-0.03, 1.03), xscale="log", xlabel="momentum", title="left after these steps"
        )
        self.left_of_start = moving_line(left, "--", "of the start value", color=VERMILION)
        self.left_of_noise = moving_line(left, "-", "of the noise of a batch", color=BLUE)
        self.here = moving_line(left, "o", color=SKY, ms=9, mec=BLUE)
        self.at = left.axvline(1, color=GRAY, linewidth=1, linestyle=":", animated=True)
        figure.legend(loc="outside upper center", ncols=3, handlelength=2)
        return {"memory": figure}

    def compute(self, momentum, steps):
        of_batches, of_start = weights(momentum, steps)
        curves = [weights(each, steps) for each in MOMENTA]
        return SimpleNamespace(
            of_batches=of_batches,
            of_start=of_start,
            noise=noise(of_batches),
            noise_curve=noise(np.array([of_batches for of_batches, _ in curves])),
            start_curve=[of_start for _, of_start in curves],
        )

    def show(self, result, momentum, steps):
        numbers, of_batches = np.arange(1, steps + 1), result.of_batches
        self.start_value.set_data([0], [result.of_start])
        self.running.set_data(numbers, of_batches[::-1])
        self.plain.set_data([1, steps], [1 / steps] * 2)
        self.left_of_start.set_data(MOMENTA, result.start_curve)
        self.left_of_noise.set_data(MOMENTA, result.noise_curve)
        self.here.set_data([momentum] * 2, [result.of_start, result.noise])
        self.at.set_xdata([momentum] * 2)
        most = 1 + np.searchsorted(np.cumsum(of_batches), 0.9 * of_batches.sum())
        return (
            f"After {steps} batches with momentum {momentum:.3g}: the newest one weighs {of_batches[0]:.3f}, the first "
            f"one {of_batches[-1]:.3f}, and the start value {result.of_start:.3f}; of what the batches weigh, the "
            f"newest {most} hold 90 %. Of the noise of one batch {result.noise:.0%} is left; the plain average leaves "
            f"{steps**-0.5:.0%}."
        )
