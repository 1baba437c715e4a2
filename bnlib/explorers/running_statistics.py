"""The explorer of running statistics: batch statistics of one unit along a training run, and what is made of them."""

from types import SimpleNamespace

import numpy as np

from bnlib.live import Explorer, kept, log_slider, toggle, whole_slider
from bnlib.pictures import BLACK, BLUE, SKY, VERMILION, moving_line, plots

from .arguments import averages_of
from .recorded_run import checked_run, digits_run, running_averages

LARGEST_BATCH = 256
STARTS = {"mean": 0.0, "variance": 1.0}
LINES = {
    "exact": ("exact: all the data", "-", {"color": BLACK, "lw": 2.5}),
    "batch": ("of the batch", ".", {"color": SKY, "ms": 5}),
    "plain": ("plain average so far", ":", {"color": VERMILION}),
    "running": ("running average", "--", {"color": BLUE, "lw": 2.5}),
}


class RunningStatistics(Explorer):
    """The statistics of one unit of the first hidden layer, after each step of a training run.

    model: an `MLP` whose replica t is one net after t + 1 steps, at least 2; data: (n, features), of which the
    statistics are taken; labels: (n,), to sort the data by. Batches are drawn from the data anew, so m is not the batch
    size of the training. momentum, m, unit, statistic, order: start values. function: yours, (values, beta) -> all
    running averages of values (steps,), from 0, with beta = 1 - momentum. Without model, data, labels: `digits_run`.
    """

    def __init__(self, *, model=None, data=None, labels=None, function=None, **start):
        given = self.given(model=model, data=data, labels=labels)
        self.model, data, labels = checked_run(*((model, data, labels) if given else digits_run()))
        self.arguments += ["function"] * (function is not None)
        self.function, self.starts = function, STARTS if function is None else dict.fromkeys(STARTS, 0.0)
        self.data = data.astype(float)
        self.steps, self.largest = self.model.replicas, min(LARGEST_BATCH, len(self.data))
        epochs, rng = -(-self.steps * self.largest // len(self.data)), np.random.default_rng(0)
        self.orders = {
            "shuffled": np.concatenate([rng.permutation(len(self.data)) for _ in range(epochs)]),
            "sorted by class": np.tile(np.argsort(labels, kind="stable"), epochs),
        }
        self.limits = self.common_limits()
        super().__init__(**start)

    def common_limits(self):
        """For each statistic, from where to where it is drawn, for all units alike."""
        W = self.model.layers[0].W.astype(float)
        means = self.data.mean(axis=0) @ W + (0 if self.model.layers[0].b is None else self.model.layers[0].b)
        largest = np.einsum("sfu,fg,sgu->su", W, np.atleast_2d(np.cov(self.data.T)), W, optimize=True).max()
        room = 0.6 * np.sqrt(largest)
        mean = min(means.min(), 0) - room, max(means.max(), 0) + room
        return {"mean": mean, "variance": (0, 1.1 * max(2 * largest, STARTS["variance"]))}

    def make_controls(self):
        return {
            "momentum": log_slider(0.1, -3, 0, 0.05, "momentum", readout_format=".3f"),
            "m": whole_slider(min(60, self.largest), 2, self.largest, "m (batch)"),
            "unit": whole_slider(0, 0, self.model.layers[0].W.shape[-1] - 1, "unit"),
            "statistic": toggle(STARTS, "statistic"),
            "order": toggle(self.orders, "order"),
        }

    def make_figures(self):
        figure, (self.ax, errors) = plots.figure(1, 2, width_ratios=(3, 2))
        self.ax.set(xlabel="step", xlim=(0, self.steps), ylim=self.limits["mean"], title="mean of z")
        errors.set(xlabel="step", xlim=(0, self.steps), yscale="log", ylim=(1e-3, 10), title="distance from exact")
        self.lines, self.errors = {}, {}
        for name, (label, line, look) in LINES.items():
            self.lines[name] = moving_line(self.ax, line, label, **look)
            if name != "exact":
                self.errors[name] = moving_line(errors, line, **look)
        figure.legend(handles=self.lines.values(), loc="outside upper center", ncols=4)
        return {"run": figure}

    @kept
    def pre_activations(self, unit):
        """z of one unit for all data after each step, (steps, n), its mean and variance, (steps,)."""
        linear = self.model.layers[0]
        z = linear.W[..., unit] @ self.data.T + (0 if linear.b is None else linear.b[:, unit, None])
        return z, z.mean(axis=1), z.var(axis=1, ddof=1)

    def compute(self, momentum, m, unit, statistic, order):
        z, mean, var = self.pre_activations(unit)
        rows = self.orders[order][: self.steps * m].reshape(self.steps, m)
        batches = z[np.arange(self.steps)[:, None], rows]
        if statistic == "mean":
            exact, batch, scale = mean, batches.mean(axis=1), np.sqrt(var)
        else:
            exact, batch, scale = var, batches.var(axis=1, ddof=1), var
        if self.function is None:
            running = running_averages(batch, momentum, STARTS[statistic])
        else:
            running = averages_of(self.function, batch, 1 - momentum)
        plain = np.cumsum(batch) / np.arange(1, self.steps + 1)
        return SimpleNamespace(exact=exact, batch=batch, plain=plain, running=running, scale=scale)

    def show(self, result, momentum, m, unit, statistic, order):
        symbol, steps = "σ" if statistic == "mean" else "σ²", np.arange(1, self.steps + 1)
        if self.ax.get_ylim() != self.limits[statistic]:
            self.ax.set(ylim=self.limits[statistic], title=f"{statistic} of z")
        for name, line in self.lines.items():
            line.set_data(steps, getattr(result, name))
        away, half = {}, self.steps // 2
        for name, line in self.errors.items():
            distance = np.abs(getattr(result, name) - result.exact) / np.where(result.scale > 0, result.scale, 1)
            line.set_data(steps, distance)
            away[name] = f"{distance[half:].mean():.2f} {symbol}"
        return (
            f"Unit {unit}, {statistic} of z over batches of {m} ({order}), momentum {momentum:.3g}. Mean distance from "
            f"the exact {statistic} over the last {self.steps - half} steps: running average {away['running']}, plain "
            f"average {away['plain']}, a single batch {away['batch']}. After {self.steps} steps the start value "
            f"{self.starts[statistic]:.0f} has the weight {(1 - momentum) ** self.steps:.2f}."
        )
