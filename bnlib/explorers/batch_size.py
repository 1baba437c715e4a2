"""The explorer of lesson 08: what the batch size does, while nets learn few digits of which some have wrong labels."""

import functools
from types import SimpleNamespace

import numpy as np

from bnlib import digits
from bnlib.inference import accuracy
from bnlib.live import FloatLogSlider, FloatSlider, IntSlider
from bnlib.live.training_explorer import TrainingExplorer
from bnlib.mlp import MLP
from bnlib.pictures import colors, plots
from bnlib.training import Training

NETS = {"with BN": "batch", "without BN": None}
REPLICAS, TRAINED = 10, 200
EVERY = 10  # steps between two looks at the accuracy
STEPS = [10, 20, 50, 100, 200, 500, 1000, 2000]  # marked on the axis
CURVES = {
    "batches": ("training digits, training mode", colors.ORANGE, "-."),
    "training": ("training digits, eval mode", colors.BLACK, "-"),
    "unseen": ("unseen digits, eval mode", colors.BLUE, "--"),
}


@functools.cache
def few_digits(wrong):
    """200 digits for each net, (10, 200, 64), with a share of wrong labels, (10, 200). A larger share keeps them."""
    data, draws = digits.load_digits(), np.random.default_rng(5)
    rows = np.stack([draws.permutation(len(data.train_x))[:TRAINED] for _ in range(REPLICAS)])
    off = draws.integers(1, 10, size=(REPLICAS, TRAINED)) * (np.arange(TRAINED) < round(wrong * TRAINED))
    return data.train_x[rows].astype(float), (data.train_labels[rows] + off) % 10


@functools.cache
def unseen_digits():
    data = digits.load_digits()
    return data.test_x.astype(float), data.test_labels


class Watched:
    """A training run that notes accuracies of all nets every 10 steps: (10,) each."""

    def __init__(self, training):
        self.training, self.looks = training, {name: [] for name in CURVES}

    def advance(self, steps):
        while steps:
            chunk = min(steps, EVERY - self.training.steps_done % EVERY)
            self.training.advance(chunk)
            steps -= chunk
            if self.training.steps_done % EVERY == 0:
                self.look()

    @np.errstate(over="ignore", invalid="ignore")  # a net that has diverged
    def look(self):
        run, model = self.training, self.training.model
        # After divergence there is no accuracy of the batches: nothing is right then.
        self.looks["batches"].append(np.nan_to_num(run.history.accuracy[:, -EVERY:]).mean(axis=1))
        self.looks["training"].append(accuracy(model, run.x, run.labels))
        self.looks["unseen"].append(accuracy(model, *unseen_digits()))


class BatchSize(TrainingExplorer):
    """Ten nets with batch normalization and ten without, each trained on 200 digits of its own.

    m: batch size; lr: learning rate; wrong: share of wrong labels; dropout: its rate: start values; steps: see
    `TrainingExplorer`.
    """

    first_steps, last_step = 2 * EVERY, 2000

    def make_controls(self):
        return {
            "m": IntSlider(50, min=2, max=100, description="m (batch)"),
            "lr": FloatLogSlider(0.1, min=-3, max=0, step=0.1, description="lr"),
            "wrong": FloatSlider(0.2, min=0, max=0.5, step=0.05, description="wrong"),
            "dropout": FloatSlider(0.0, min=0, max=0.5, step=0.05, description="dropout"),
        }

    def make_figures(self):
        figure, axes = plots.figure(1, 2, height=380, sharey=True)
        self.curves = {}
        for ax, net in zip(axes, NETS, strict=True):
            ax.set(xscale="log", xlim=(EVERY, self.last_step), ylim=(0, 1.02), title=net, xlabel="step")
            ax.set(xticks=STEPS, xticklabels=STEPS)
            ax.minorticks_off()
            for name, (label, color, style) in CURVES.items():
                (line,) = ax.plot([], [], style, color=color, label=label, animated=True)
                band = ax.fill_between([0, 1], 1, 1, color=color, alpha=0.15, linewidth=0, animated=True)
                self.curves[net, name] = line, band
        axes[0].set_ylabel("right (median, 10 to 90 %)")
        axes[1].legend(loc="lower right")
        return {"curves": figure}

    def start_run(self, m, lr, wrong, dropout):
        x, labels = few_digits(wrong)
        run = {}
        for net, norm in NETS.items():
            rng = np.random.default_rng(0)
            model = MLP((64, 32, 32, 10), norm=norm, dropout=dropout, replicas=REPLICAS, rng=rng, dtype=float)
            run[net] = Watched(Training(model, x, labels, batch_size=m, lr=lr, rng=np.random.default_rng(2)))
        return run

    def evaluate(self, run, **_):
        return SimpleNamespace(looks={(net, name): np.array(run[net].looks[name]).T for net, name in self.curves})

    def show(self, result):
        ends = {}
        for key, (line, band) in self.curves.items():
            looks = result.looks[key]
            steps = EVERY * np.arange(1, looks.shape[1] + 1)
            plots.move_band(line, band, steps, looks)
            ends[key] = f"{100 * np.median(looks[:, -1]):.0f} %"
        m, lr, wrong, dropout = self.state.values()
        epochs = steps[-1] / (TRAINED // m)
        return (
            f"Step {steps[-1]} (epoch {epochs:.1f}), m = {m}, learning rate {lr:.3g}, dropout {dropout:.2g}, "
            f"{100 * wrong:.0f} % of the training labels wrong. Training labels reproduced and unseen digits right, in "
            f"eval mode: {ends['with BN', 'training']} and {ends['with BN', 'unseen']} with BN, "
            f"{ends['without BN', 'training']} and {ends['without BN', 'unseen']} without (medians of {REPLICAS} nets)."
        )
