"""The explorer of lesson 04: nets with and without batch normalization learn digits while you watch."""

import functools
from types import SimpleNamespace

import ipywidgets
import numpy as np

from bnlib import digits
from bnlib.elementwise import ACTIVATIONS
from bnlib.history import mean_of_blocks
from bnlib.inference import accuracy
from bnlib.live import FloatLogSlider, IntSlider
from bnlib.live.training_explorer import TrainingExplorer
from bnlib.mlp import MLP
from bnlib.pictures import colors, plots
from bnlib.training import Training

NETS = {"with BN": colors.BLACK, "without BN": colors.ORANGE}
LINES = {"with BN": "-", "without BN": "--"}
REPLICAS, UNITS = 6, 32
BLOCK = 10  # steps whose mean loss is one point of the curve
LOWEST, HIGHEST = 1e-3, 10.0  # of the losses drawn


@functools.cache
def split():
    """The digits in float64, so that the numbers of a caption are the same everywhere."""
    data = digits.load_digits()
    return data.train_x.astype(float), data.train_labels, data.test_x.astype(float), data.test_labels


class TrainLive(TrainingExplorer):
    """Six nets with batch normalization, and six without: the same digits, first weights, batches and learning rate.

    lr, batch, depth, init_scale, activation, nets: start values; steps: see `TrainingExplorer`.
    """

    first_steps, last_step, steps_a_picture = 20, 1000, 5

    def make_controls(self):
        whole = {"style": {"description_width": "initial"}}  # these two labels are long
        return {
            "lr": FloatLogSlider(0.1, min=-3, max=2, step=0.1, description="learning rate", **whole),
            "batch": IntSlider(60, min=2, max=120, description="batch size"),
            "init_scale": FloatLogSlider(1.0, min=-1, max=1, step=0.1, description="initial scale"),
            "depth": IntSlider(2, min=1, max=6, description="hidden layers", **whole),
            "activation": ipywidgets.Dropdown(options=list(ACTIVATIONS), description="activation"),
            "nets": ipywidgets.Dropdown(options=["both", *NETS], description="train"),
        }

    def make_figures(self):
        figure, (loss, right) = plots.figure(1, 2, width_ratios=(3, 2))
        self.views = {}
        for row, (net, colour) in enumerate(NETS.items()):
            (line,) = loss.plot([], [], LINES[net], color=colour, label=net, animated=True)
            band = loss.fill_between([0, 1], 1, 1, color=colour, alpha=0.25, linewidth=0, animated=True)
            (each,) = right.plot([], [], "os"[row], color=colour, ms=8, alpha=0.6, animated=True)
            self.views[net] = SimpleNamespace(line=line, band=band, each=each)
        loss.set(xlim=(0, self.last_step), ylim=(LOWEST, HIGHEST), yscale="log", xlabel="step")
        loss.set(title=f"training loss: median and range of {REPLICAS} nets")
        loss.set(yticks=[0.001, 0.01, 0.1, 1, 10], yticklabels=["0.001", "0.01", "0.1", "1", "10"])
        loss.minorticks_off()
        loss.axhline(np.log(10), color=colors.GRAY, linewidth=1, linestyle=":")
        loss.text(self.last_step, np.log(10) * 1.12, "guessing: log 10", color=colors.GRAY, ha="right")
        loss.legend(loc="lower left")
        right.set(xlim=(-0.03, 1.03), ylim=(1.6, -0.6), xticks=[0, 0.25, 0.5, 0.75, 1])
        right.set(yticks=range(len(NETS)), yticklabels=list(NETS), title="right on the test set, eval mode")
        right.xaxis.set_major_formatter("{x:.0%}")
        return {"training": figure}

    def start_run(self, lr, batch, init_scale, depth, activation, nets):
        x, labels, _, _ = split()
        run = {}
        for net in NETS if nets == "both" else [nets]:
            settings = {"norm": "batch" if net == "with BN" else None, "activation": activation, "dtype": float}
            sizes, rng = (64, *[UNITS] * depth, 10), np.random.default_rng(1)
            model = MLP(sizes, init_scale=init_scale, replicas=REPLICAS, rng=rng, **settings)
            rng = np.random.default_rng(2)
            run[net] = Training(model, x, labels, batch_size=batch, lr=lr, sgd_momentum=0.0, rng=rng)
        return run

    @np.errstate(over="ignore", invalid="ignore")  # a net that diverges
    def evaluate(self, run, **_):
        _, _, x, labels = split()
        result = {}
        for net, training in run.items():
            history = training.history
            losses, right = mean_of_blocks(history.loss, BLOCK), accuracy(training.model, x, labels)
            result[net] = SimpleNamespace(losses=losses, right=right, diverged=len(history.diverged))
        return result

    def show(self, result):
        told = []
        for row, (net, view) in enumerate(self.views.items()):
            if net not in result:
                view.line.set_data([], [])
                view.each.set_data([], [])
                view.band.set_verts([[(0, 1)] * 3])  # has no area
                continue
            found = result[net]
            steps = BLOCK * (np.arange(found.losses.shape[1]) + 0.5)
            plots.move_band(view.line, view.band, steps, np.clip(found.losses, LOWEST, HIGHEST), percentiles=(0, 100))
            view.each.set_data(found.right, row + np.linspace(-0.25, 0.25, REPLICAS))
            last = np.median(found.losses[:, -1])
            told.append(
                f"{net}: {np.median(found.right):.0%} right, "
                f"loss {f'{last:.2g}' if np.isfinite(last) else 'not finite'}, diverged {found.diverged} of {REPLICAS}"
            )
        return (
            f"Step {self.steps_done}, {'; '.join(told)}. Medians of {REPLICAS} nets: the share of the test digits that "
            f"is right, in eval mode, and the training loss of the last full {BLOCK} steps."
        )
