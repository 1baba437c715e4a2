"""The explorer of the two modes: accuracy, and the output for one example, in training and eval mode."""

from types import SimpleNamespace

import numpy as np

from bnlib.inference import accuracy
from bnlib.live import Explorer, kept, log_slider, toggle, whole_slider
from bnlib.pictures import BLACK, EVAL_MODE, GRAY, TRAINING_MODE, moving_dots, moving_line, plots

from .recorded_run import at_steps, checked_run, digits_run, running_averages

EXAMPLES, LARGEST_BATCH, DRAWS, POINTS = 300, 128, 40, 24
OTHERS = ("any", "its own class", "copies of itself")


def probabilities(outputs):
    exp = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


class TrainEval(Explorer):
    """A net after each step of its training, in training mode and in eval mode.

    model: an `MLP` whose replica t is one net after t + 1 steps, with the newest batch's statistics for running ones
    (momentum 1); data: (n, features), of which 300 are used; labels: (n,). momentum, step, m, example, draw, others:
    start values; others: the other examples of its batch; draw: one drawing of them. Without arguments: `digits_run`.
    """

    def __init__(self, *, model=None, data=None, labels=None, **start):
        given = self.given(model=model, data=data, labels=labels)
        model, data, labels = checked_run(*((model, data, labels) if given else digits_run()))
        if not model.batch_norm_layers():
            raise ValueError("give nets with batch normalization: without it, training mode and eval mode are the same")
        self.model = model
        self.x, self.labels = data[:EXAMPLES].astype(model.dtype), labels[:EXAMPLES]
        self.start_values = np.zeros(model.state.shape[-1])
        for _, name, where, _ in model.slots:
            self.start_values[where] = name == "running_var"
        self.points = np.unique(np.geomspace(1, model.replicas, POINTS).astype(int)) - 1
        self.some, self.one = at_steps(model, self.points), at_steps(model, [0])
        super().__init__(**start)

    def make_controls(self):
        steps, n = self.model.replicas, len(self.x)
        return {
            "momentum": log_slider(0.001, -3, 0, 0.05, "momentum", readout_format=".3f"),
            "step": whole_slider(steps, 1, steps, "step"),
            "m": whole_slider(min(60, n), 2, min(LARGEST_BATCH, n), "m (batch)"),
            "example": whole_slider(min(7, n - 1), 0, n - 1, "example"),
            "draw": whole_slider(0, 0, DRAWS - 1, "draw"),
            "others": toggle(OTHERS, "others"),
        }

    def make_figures(self):
        figure, (steps, self.classes) = plots.figure(1, 2, width_ratios=(1, 1))
        steps.set(xlabel="step", xlim=(0.9, self.model.replicas * 1.1), xscale="log", ylim=(0, 1.03), title="accuracy")
        steps.xaxis.set_major_formatter("{x:g}")
        self.train_curve, self.eval_curve = moving_line(steps, TRAINING_MODE), moving_line(steps, EVAL_MODE)
        self.train_dot = moving_dots(steps, TRAINING_MODE, ms=8, mec=BLACK)
        self.eval_dot = moving_dots(steps, EVAL_MODE, ms=8)
        self.here = steps.axvline(1, color=GRAY, lw=1, ls=":", animated=True)
        count, ax = self.model.sizes[-1], self.classes
        ax.set(xlabel="class", xticks=range(count), xlim=(-0.6, count - 0.4), ylim=(-0.03, 1.03))
        ax.set(title="probability, for one example")
        self.ranges = ax.vlines(range(count), 0, 0, color=TRAINING_MODE.color, lw=9, alpha=0.35, animated=True)
        self.dots = moving_dots(ax, TRAINING_MODE, ms=7, mec=BLACK)
        self.alone = moving_dots(ax, EVAL_MODE, ms=7)
        handles = [(self.eval_curve, self.eval_dot), (self.train_curve, self.train_dot), self.ranges]
        labels = ["eval mode", "training mode", f"{DRAWS} draws of the others"]
        figure.legend(handles, labels, loc="outside upper center", ncols=3, markerscale=0.75)
        return {"modes": figure}

    def batches(self, example, m, others):
        """The rows of each draw, (DRAWS, m): the example first, then the others. A larger m adds some."""
        same = np.flatnonzero(self.labels == self.labels[example])
        pool = {"any": np.arange(len(self.x)), "its own class": same}.get(others, np.array([], int))
        pool = pool[pool != example] if np.any(pool != example) else np.array([example])
        rngs = (np.random.default_rng([example, draw]) for draw in range(DRAWS))
        return np.array([[example, *np.resize(rng.permutation(pool), m - 1)] for rng in rngs])

    @kept
    def averaged(self, momentum):
        """All of the net after each step, (steps, values), with the running averages in it; and its accuracy."""
        state, tracked = self.model.state.copy(), slice(self.model.parameters.shape[-1], None)
        state[:, tracked] = running_averages(state[:, tracked], momentum, self.start_values[tracked])
        self.some.state[:] = state[self.points]
        return state, accuracy(self.some, self.x, self.labels)

    @kept
    def share_right_in_training_mode(self, step, m, others):
        """At the points of the curve and, last, at a step: batches of m, shuffled, or by class, or each of copies."""
        self.some.state[:], self.one.state[0] = self.model.state[self.points], self.model.state[step - 1]
        n, nets = len(self.x), (self.some, self.one)
        if others == "copies of itself":  # all values of a unit are equal, so every example gets the same answer
            answers = [net.predict(np.repeat(self.x[:1], 2, axis=0), "batch")[:, :1] for net in nets]
            return np.concatenate([(answer == self.labels).mean(axis=1) for answer in answers])
        order = np.random.default_rng(0).permutation(n) if others == "any" else np.argsort(self.labels, kind="stable")
        batches = [(self.x[rows], self.labels[rows]) for rows in order[: n // m * m].reshape(-1, m)]
        return np.concatenate([np.mean([accuracy(net, *b, "batch") for b in batches], axis=0) for net in nets])

    @kept
    def with_others(self, step, m, example, others):
        """Probabilities (DRAWS, classes) of the example in training mode."""
        self.one.state[0] = self.model.state[step - 1]
        rows = self.batches(example, m, others)
        return probabilities(np.array([self.one.infer(self.x[batch], "batch")[0, 0] for batch in rows]))

    def compute(self, momentum, step, m, example, draw, others):
        state, eval_curve = self.averaged(momentum)
        in_training = self.share_right_in_training_mode(step, m, others)
        with_others = self.with_others(step, m, example, others)
        self.one.state[0] = state[step - 1]
        outputs = self.one.infer(self.x)[0]
        right = np.mean(outputs.argmax(axis=1) == self.labels)
        curves = {"train_curve": in_training[:-1], "train": in_training[-1], "eval_curve": eval_curve, "eval": right}
        return SimpleNamespace(**curves, with_others=with_others, alone=probabilities(outputs[example]))

    def show(self, result, momentum, step, m, example, draw, others):
        self.train_curve.set_data(self.points + 1, result.train_curve)
        self.eval_curve.set_data(self.points + 1, result.eval_curve)
        self.train_dot.set_data([step], [result.train])
        self.eval_dot.set_data([step], [result.eval])
        self.here.set_xdata([step, step])
        classes = np.arange(len(result.alone))
        low, high = result.with_others.min(axis=0), result.with_others.max(axis=0)
        self.ranges.set_segments([[(c + 0.15, a), (c + 0.15, b)] for c, a, b in zip(classes, low, high, strict=True)])
        self.dots.set_data(classes + 0.15, result.with_others[draw])
        self.alone.set_data(classes - 0.15, result.alone)
        label = self.labels[example]
        told = [f"{p:.0%}" for p in (result.alone[label], result.with_others[draw, label], low[label], high[label])]
        return (
            f"After {step} steps, {len(self.x)} examples: {result.eval:.0%} right in eval mode (momentum "
            f"{momentum:.3g}), {result.train:.0%} in training mode (batches of {m}, the others: {others}). Example "
            f"{example} is of class {label}: its probability is {told[0]} in eval mode, {told[1]} with these others, "
            f"and {told[2]} to {told[3]} over {DRAWS} draws."
        )
