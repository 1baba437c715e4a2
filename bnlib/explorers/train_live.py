"""Nets with and without batch normalization learn digits while you watch."""

import numpy as np

from bnlib.elementwise import ACTIVATIONS
from bnlib.inference import accuracy
from bnlib.live import choice, log_slider, slider, whole_slider
from bnlib.pictures import GRAY, plots

from .examples import all_digits
from .two_nets import NETS, PROBES, TwoNets

UNITS = 32


class TrainLive(TwoNets):
    """Six nets with batch normalization, and six without: the same digits, first weights, batches and learning rate.

    lr, batch, depth, init_scale, activation, jitter (see `Jitter`), nets: start values; steps: see `TrainingExplorer`.
    """

    first_steps, last_step, steps_a_picture = 100, 1000, 5
    replicas = 6

    def make_controls(self):
        long = {"style": {"description_width": "initial"}}  # the label
        return {
            "lr": log_slider(0.1, -3, 2, 0.1, "learning rate", **long),
            "batch": whole_slider(60, 2, 120, "batch size"),
            "init_scale": log_slider(0.2, -1, 1, 0.1, "initial scale"),
            "depth": whole_slider(4, 1, 6, "hidden layers", **long),
            "activation": choice(ACTIVATIONS, "activation"),
            "jitter": slider(0.0, 0, 1, 0.05, "jitter"),
            "nets": choice(["both", *NETS], "train"),
        }

    def make_figures(self):
        figure, (loss, right) = plots.figure(1, 2, width_ratios=(3, 2))
        self.draw_losses(loss, percentiles=(0, 100), alpha=0.25)
        loss.set(xlabel="step", title=f"training loss, noise off: median and range of {self.replicas} nets")
        loss.axhline(np.log(10), color=GRAY, linewidth=1, linestyle=":")
        loss.text(self.last_step, np.log(10) * 1.12, "guessing: log 10", color=GRAY, ha="right")
        loss.legend(loc="lower left")
        self.draw_shares(right, 0.25, ms=8)
        right.set(yticks=range(len(NETS)), yticklabels=list(NETS), title="right on the test set, eval mode")
        return {"training": figure}

    def start_run(self, lr, batch, depth, nets, **settings):
        x, labels, *_ = all_digits()
        nets = NETS if nets == "both" else [nets]
        return self.trainings(x, labels, (64, *[UNITS] * depth, 10), nets=nets, batch_size=batch, lr=lr, **settings)

    @np.errstate(over="ignore", invalid="ignore")  # a net that diverges
    def evaluate(self, run, **_):
        _, _, x, labels = all_digits()
        return {name: self.seen(watched, accuracy(watched.model, x, labels)) for name, watched in run.items()}

    def show(self, result, jitter, **_):
        told = []
        for name in NETS:
            self.move(name, result.get(name))
        for name, seen in result.items():
            last = np.median(seen.losses[:, -1])
            loss = f"{last:.2g}" if np.isfinite(last) else "not finite"
            right, diverged = f"{np.median(seen.right):.0%} right", f"diverged {seen.diverged} of {self.replicas}"
            told.append(f"{name}: {right}, loss {loss}, {diverged}")
        return (
            f"Step {self.steps_done}, jitter {jitter:.2f}, {'; '.join(told)}. Medians of {self.replicas} nets: the "
            f"share of the test digits that is right, in eval mode, and the loss of {PROBES} training digits with the "
            "noise off: without jitter, and normalized all together."
        )
