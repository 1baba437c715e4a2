"""The explorer of lesson 07 on the two modes: accuracy, and the output for one example, in training and eval mode."""

import functools
from types import SimpleNamespace

import ipywidgets
import numpy as np

from bnlib.inference import accuracy
from bnlib.live import Explorer, FloatLogSlider, IntSlider
from bnlib.pictures import colors, plots

from .examples import at_steps, given_or_digits, running_averages

EXAMPLES, LARGEST_BATCH, DRAWS, POINTS = 300, 128, 40, 24
COMPANIES = ("any", "its own class", "copies of itself")


def probabilities(outputs):
    exp = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return exp / exp.sum(axis=-1, keepdims=True)


class TrainEval(Explorer):
    """A net after each step of its training, in training mode and in eval mode.

    model: an `MLP` whose replica t is one net after t + 1 steps, with the newest batch's statistics for running ones
    (momentum 1); data: (n, features), of which 300 are used; labels: (n,). momentum, step, m, example, draw, company:
    start values; company: which examples share the batch; draw: one drawing of them. Without arguments: `digits_run`.
    """

    def __init__(self, *, model=None, data=None, labels=None, **start):
        model, data, labels, given = given_or_digits(model, data, labels)
        if not model.batch_norm_layers():
            raise ValueError("give nets with batch normalization: without it, training mode and eval mode are the same")
        self.model = model
        self.x, self.labels = data[:EXAMPLES].astype(model.dtype), labels[:EXAMPLES]
        self.start_values = np.zeros(model.state.shape[-1])
        for _, name, where, _ in model.slots:
            self.start_values[where] = name == "running_var"
        self.points = np.unique(np.geomspace(1, model.replicas, POINTS).astype(int)) - 1
        self.some, self.one = at_steps(model, self.points), at_steps(model, [0])
        for name in ("averaged", "share_right_in_training_mode", "with_mates"):  # most moves need only one of them anew
            setattr(self, name, functools.lru_cache(maxsize=1)(getattr(self, name)))
        super().__init__(given=given, **start)

    def make_controls(self):
        steps, n = self.model.replicas, len(self.x)
        return {
            "momentum": FloatLogSlider(0.01, min=-3, max=0, step=0.05, description="momentum", readout_format=".3f"),
            "step": IntSlider(min(25, steps), min=1, max=steps, description="step"),
            "m": IntSlider(min(16, n), min=2, max=min(LARGEST_BATCH, n), description="m (batch)"),
            "example": IntSlider(0, min=0, max=n - 1, description="example"),
            "draw": IntSlider(0, min=0, max=DRAWS - 1, description="draw"),
            "company": ipywidgets.ToggleButtons(
                options=list(COMPANIES), description="company", style={"button_width": "auto"}
            ),
        }

    def make_figures(self):
        figure, (steps, self.classes) = plots.figure(1, 2, width_ratios=(1, 1))
        train, evaluated = {"color": colors.ORANGE, "ls": "--"}, {"color": colors.BLACK}
        steps.set(xlabel="step", xlim=(0.9, self.model.replicas * 1.1), xscale="log", ylim=(0, 1.03), title="accuracy")
        steps.xaxis.set_major_formatter("{x:g}")
        (self.train_curve,) = steps.plot([], [], **train, animated=True)
        (self.eval_curve,) = steps.plot([], [], **evaluated, animated=True)
        (self.train_dot,) = steps.plot([], [], "D", ms=8, color=colors.ORANGE, mec=colors.BLACK, animated=True)
        (self.eval_dot,) = steps.plot([], [], "o", ms=8, color=colors.BLACK, animated=True)
        self.here = steps.axvline(1, color=colors.GRAY, lw=1, ls=":", animated=True)
        count = self.model.sizes[-1]
        self.classes.set(xlabel="class", xticks=range(count), xlim=(-0.6, count - 0.4), ylim=(-0.03, 1.03))
        self.classes.set(title="probability, for one example")
        self.ranges = self.classes.vlines(range(count), 0, 0, color=colors.ORANGE, lw=9, alpha=0.35, animated=True)
        (self.mates,) = self.classes.plot([], [], "D", ms=7, color=colors.ORANGE, mec=colors.BLACK, animated=True)
        (self.alone,) = self.classes.plot([], [], "o", ms=7, color=colors.BLACK, animated=True)
        handles = [
            steps.plot([], [], "o-", **evaluated, label="eval mode")[0],
            steps.plot([], [], marker="D", mec=colors.BLACK, **train, label="training mode")[0],
            self.classes.vlines([], 0, 0, color=colors.ORANGE, lw=9, alpha=0.35, label=f"{DRAWS} draws of the company"),
        ]
        figure.legend(handles=handles, loc="outside upper center", ncols=3)
        return {"modes": figure}

    def batches(self, example, m, company):
        """The rows of each draw, (DRAWS, m): the example first, then its company. A larger m adds mates."""
        same = np.flatnonzero(self.labels == self.labels[example])
        pool = {"any": np.arange(len(self.x)), "its own class": same}.get(company, np.array([], int))
        pool = pool[pool != example] if np.any(pool != example) else np.array([example])
        rngs = (np.random.default_rng([example, draw]) for draw in range(DRAWS))
        return np.array([[example, *np.resize(rng.permutation(pool), m - 1)] for rng in rngs])

    def averaged(self, momentum):
        """All of the net after each step, (steps, values), with the running averages in it; and its accuracy."""
        state, tracked = self.model.state.copy(), slice(self.model.parameters.shape[-1], None)
        state[:, tracked] = running_averages(state[:, tracked], momentum, self.start_values[tracked])
        self.some.state[:] = state[self.points]
        return state, accuracy(self.some, self.x, self.labels)

    def share_right_in_training_mode(self, step, m, company):
        """At the points of the curve and, last, at a step: batches of m, shuffled, or by class, or each of copies."""
        self.some.state[:], self.one.state[0] = self.model.state[self.points], self.model.state[step - 1]
        n, nets = len(self.x), (self.some, self.one)
        if company == "copies of itself":  # all values of a unit are equal, so every example gets the same answer
            answers = [net.predict(np.repeat(self.x[:1], 2, axis=0), "batch")[:, :1] for net in nets]
            return np.concatenate([(answer == self.labels).mean(axis=1) for answer in answers])
        order = np.random.default_rng(0).permutation(n) if company == "any" else np.argsort(self.labels, kind="stable")
        batches = [(self.x[rows], self.labels[rows]) for rows in order[: n // m * m].reshape(-1, m)]
        return np.concatenate([np.mean([accuracy(net, *b, "batch") for b in batches], axis=0) for net in nets])

    def with_mates(self, step, m, example, company):
        """Probabilities (DRAWS, classes) of the example in training mode."""
        self.one.state[0] = self.model.state[step - 1]
        rows = self.batches(example, m, company)
        return probabilities(np.array([self.one.infer(self.x[batch], "batch")[0, 0] for batch in rows]))

    def compute(self, momentum, step, m, example, draw, company):
        state, eval_curve = self.averaged(momentum)
        in_training = self.share_right_in_training_mode(step, m, company)
        with_mates = self.with_mates(step, m, example, company)
        self.one.state[0] = state[step - 1]
        outputs = self.one.infer(self.x)[0]
        return SimpleNamespace(
            train_curve=in_training[:-1],
            train=in_training[-1],
            eval_curve=eval_curve,
            eval=np.mean(outputs.argmax(axis=1) == self.labels),
            with_mates=with_mates,
            alone=probabilities(outputs[example]),
        )

    def show(self, result):
        momentum, step, m, example, draw, company = self.state.values()
        self.train_curve.set_data(self.points + 1, result.train_curve)
        self.eval_curve.set_data(self.points + 1, result.eval_curve)
        self.train_dot.set_data([step], [result.train])
        self.eval_dot.set_data([step], [result.eval])
        self.here.set_xdata([step, step])
        classes, low, high = np.arange(len(result.alone)), result.with_mates.min(axis=0), result.with_mates.max(axis=0)
        self.ranges.set_segments([[(c + 0.15, a), (c + 0.15, b)] for c, a, b in zip(classes, low, high, strict=True)])
        self.mates.set_data(classes + 0.15, result.with_mates[draw])
        self.alone.set_data(classes - 0.15, result.alone)
        label = self.labels[example]
        given = [f"{p:.0%}" for p in (result.alone[label], result.with_mates[draw, label], low[label], high[label])]
        return (
            f"After {step} steps, {len(self.x)} examples: {result.eval:.0%} right in eval mode (momentum "
            f"{momentum:.3g}), {result.train:.0%} in training mode (batches of {m}, company: {company}). Example "
            f"{example} is of class {label}: its probability is {given[0]} in eval mode, {given[1]} with these mates, "
            f"and {given[2]} to {given[3]} over {DRAWS} draws."
        )
