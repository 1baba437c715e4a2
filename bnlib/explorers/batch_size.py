"""The explorer of lesson 08: what the batch size does, while nets learn few digits of which some have wrong labels."""

import numpy as np

from bnlib.inference import accuracy
from bnlib.live import log_slider, slider, whole_slider
from bnlib.pictures import BLUE, EVAL_MODE, TRAINING_MODE, Look, MovingBand, fixed_ticks, plots

from .examples import all_digits, few_digits
from .two_nets import NETS, TwoNets

EVERY = 10  # steps between two looks at the accuracy
CURVES = {
    "batches": ("training digits, training mode", TRAINING_MODE),
    "training": ("training digits, eval mode", EVAL_MODE),
    "unseen": ("unseen digits, eval mode", Look(BLUE, "--", "")),
}


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
        self.looks["unseen"].append(accuracy(model, *all_digits()[2:]))


class BatchSize(TwoNets):
    """Ten nets with batch normalization and ten without, each trained on 200 digits of its own.

    m: batch size; lr: learning rate; wrong: share of wrong labels; dropout: its rate: start values; steps: see
    `TrainingExplorer`.
    """

    first_steps, last_step = 2 * EVERY, 2000

    def make_controls(self):
        return {
            "m": whole_slider(50, 2, 100, "m (batch)"),
            "lr": log_slider(0.1, -3, 0, 0.1, "lr"),
            "wrong": slider(0.2, 0, 0.5, 0.05, "wrong"),
            "dropout": slider(0.0, 0, 0.5, 0.05, "dropout"),
        }

    def make_figures(self):
        figure, axes = plots.figure(1, 2, height=380, sharey=True)
        self.curves = {}
        for ax, net in zip(axes, NETS, strict=True):
            ax.set(xscale="log", xlim=(EVERY, self.last_step), ylim=(0, 1.02), title=net, xlabel="step")
            fixed_ticks(ax.xaxis, [10, 20, 50, 100, 200, 500, 1000, 2000])
            for name, (label, look) in CURVES.items():
                self.curves[net, name] = MovingBand(ax, look, label, alpha=0.15)
        axes[0].set_ylabel("right (median, 10 to 90 %)")
        axes[1].legend(loc="lower right")
        return {"curves": figure}

    def start_run(self, m, lr, wrong, dropout):
        how = {"batch_size": m, "lr": lr, "sgd_momentum": 0.9, "dropout": dropout, "seed": 0}
        run = self.trainings(*few_digits(wrong), (64, 32, 32, 10), **how)
        return {net: Watched(training) for net, training in run.items()}

    def evaluate(self, run, **_):
        return {(net, name): np.array(run[net].looks[name]).T for net, name in self.curves}

    def show(self, result, m, lr, wrong, dropout):
        for key, looks in result.items():
            steps = EVERY * np.arange(1, looks.shape[1] + 1)
            self.curves[key].move(steps, looks)
        ends = {key: f"{100 * np.median(looks[:, -1]):.0f} %" for key, looks in result.items()}
        epochs = steps[-1] / (200 // m)
        return (
            f"Step {steps[-1]} (epoch {epochs:.1f}), m = {m}, learning rate {lr:.3g}, dropout {dropout:.2g}, "
            f"{100 * wrong:.0f} % of the training labels wrong. Training labels reproduced and unseen digits right, in "
            f"eval mode: {ends['with BN', 'training']} and {ends['with BN', 'unseen']} with BN, "
            f"{ends['without BN', 'training']} and {ends['without BN', 'unseen']} without (medians of {self.replicas} "
            "nets)."
        )
