"""What the batch size does, while nets learn few digits of which some have wrong labels."""

import numpy as np

from bnlib.inference import accuracy
from bnlib.live import log_slider, slider, whole_slider
from bnlib.pictures import BLUE, EVAL_MODE, TRAINING_MODE, Look, MovingBand, fixed_ticks, plots

from .examples import all_digits, few_digits
from .two_nets import EVERY, NETS, TwoNets

CURVES = {
    "batches": ("training digits, training mode", TRAINING_MODE),
    "training": ("training digits, eval mode", EVAL_MODE),
    "unseen": ("unseen digits, eval mode", Look(BLUE, ":", "")),
}


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
        return self.trainings(*few_digits(wrong), (64, 32, 32, 10), **how)

    @np.errstate(over="ignore", invalid="ignore")  # a net that has diverged
    def look(self, training):
        model, lately = training.model, training.history.accuracy[:, -EVERY:]
        # After divergence there is no accuracy of the batches: nothing is right then.
        looks = np.nan_to_num(lately).mean(axis=1), accuracy(model, training.x, training.labels)
        return dict(zip(CURVES, (*looks, accuracy(model, *all_digits()[2:])), strict=True))

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
