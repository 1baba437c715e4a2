"""The playground: two nets, with and without batch normalization, learn a problem in the plane while you watch."""

import numpy as np
from matplotlib.colors import to_rgb

from bnlib.datasets.plane import PROBLEMS, points
from bnlib.elementwise import ACTIVATIONS
from bnlib.live import choice, log_slider, slider, whole_slider
from bnlib.pictures import BLACK, CAT, DOG, MovingBars, fixed_ticks, moving_dots, plots

from .recorded_run import at_steps
from .two_nets import EVERY, NETS, PROBES, TwoNets

UNITS = 32
WIDE, HIGH = 3.2, 2.6  # half the part of the plane that is shown
SIDE = 60  # squares of the decision regions
GRID = np.stack(np.meshgrid(np.linspace(-WIDE, WIDE, SIDE), np.linspace(-HIGH, HIGH, SIDE)), axis=-1).reshape(-1, 2)
EDGES = np.linspace(-6, 6, 49)  # of the histograms
CLASSES = {
    "class 0 (dog)": (DOG, {"ms": 4, "mec": BLACK, "mew": 0.8}),
    "class 1 (cat)": (CAT, {"ms": 4.5, "mew": 1.5}),
}


def first_net(model, x, mode):
    """The first of the nets of a model on x, (n, 2), and on the plane. In training mode with the statistics of x.

    Returns the finite values that enter its last activation, all units in a row; and its probability of class 1 over
    the plane, (SIDE * SIDE,), one half where its outputs are not finite.
    """
    net, outputs = at_steps(model, [0]).eval(), []
    for bn in net.batch_norm_layers():
        bn.training, bn.momentum = mode == "training", 0
    net.forward(x, outputs)
    for bn in net.batch_norm_layers():
        bn.running_mean, bn.running_var = bn.cache.mean[..., 0, :], bn.cache.var[..., 0, :]
    entering, plane = outputs[-3][0], net.eval().forward(GRID)[0]
    margin = np.nan_to_num(plane[:, 1] - plane[:, 0], posinf=np.inf, neginf=-np.inf)
    return entering[np.isfinite(entering)], (1 + np.tanh(margin / 2)) / 2


def shades():
    """For a probability in 256 steps: from the colour of class 0 over white to that of class 1, as RGBA bytes."""
    sure = np.abs(np.linspace(-1, 1, 256))[:, None] * 0.35  # so that the points stand out
    ends = [np.array(to_rgb(look.color)) for look, _ in CLASSES.values()]
    rgb = 1 - sure + sure * np.where(np.arange(256)[:, None] < 128, *ends)
    return np.append(rgb * 255, np.full((256, 1), 255), axis=1).astype(np.uint8)


class Playground(TwoNets):
    """Ten nets with batch normalization, and ten without: the same first weights, batches and learning rate.

    problem, lr, batch, depth, init_scale, activation, momentum, shift, mode: start values; steps: see
    `TrainingExplorer`. shift and mode are those of the evaluation: they leave the nets as they are.
    """

    continues = ("shift", "mode")
    first_steps, last_step = 100, 2000

    def make_controls(self):
        controls = {
            "problem": choice(reversed(PROBLEMS), "problem"),
            "lr": log_slider(0.1, -3, 2, 0.1, "learning rate"),
            "batch": whole_slider(32, 2, 64, "batch size"),
            "depth": whole_slider(2, 1, 5, "hidden layers"),
            "init_scale": log_slider(1.0, -1, 1, 0.1, "initial scale"),
            "activation": choice(ACTIVATIONS, "activation"),
            "momentum": log_slider(0.1, -3, 0, 0.1, "momentum"),
            "shift": slider(0.0, -2, 2, 0.1, "shift of input"),
            "mode": choice(["eval", "training"], "mode"),
        }
        for control in controls.values():
            control.style.description_width = "95px"
        return controls

    def make_figures(self):
        mosaic = [["region", "histogram", "loss"], ["region ", "histogram ", "right"]]
        figure, axes = plots.figure(mosaic=mosaic, height=470)
        self.shades, self.regions, self.dots, self.bars = shades(), {}, {}, {}
        for row, (net, look) in enumerate(NETS.items()):
            region, histogram = axes["region" + row * " "], axes["histogram" + row * " "]
            blank, extent = np.zeros((SIDE, SIDE, 4), np.uint8), (-WIDE, WIDE, -HIGH, HIGH)
            self.regions[net] = region.imshow(blank, extent=extent, origin="lower", aspect="auto", animated=True)
            self.dots[net] = [moving_dots(region, kind, name, **dots) for name, (kind, dots) in CLASSES.items()]
            region.set(xticks=[], yticks=[], title=f"net 1 of {self.replicas} {net}")
            self.bars[net] = MovingBars(histogram, EDGES, look)
            histogram.set(xlim=EDGES[[0, -1]], xticks=[-5, 0, 5], ylim=(0, 1.05), yticks=[])
            histogram.set_title("before its last activation")
        loss, right = axes["loss"], axes["right"]
        self.draw_losses(loss)
        loss.set(xscale="log", xlim=(EVERY, self.last_step), title="training loss, noise off")
        fixed_ticks(loss.xaxis, [10, 100, 1000])
        self.draw_shares(right, 0.3, ms=6)
        right.set(yticks=[], title="share right, each net")
        handles = [*(band.line for band in self.losses.values()), *self.dots[net]]
        figure.legend(handles=handles, loc="outside upper center", ncols=4, markerscale=1.5)
        return {"playground": figure}

    def start_run(self, problem, lr, batch, depth, momentum, shift, mode, **settings):
        x, labels, *_ = points(problem)
        how = {"batch_size": batch, "lr": lr, "bn": {"momentum": momentum}}
        return self.trainings(x, labels, (2, *[UNITS] * depth, 2), **how, **settings)

    @np.errstate(over="ignore", invalid="ignore")  # a net that diverges
    def evaluate(self, run, problem, shift, mode, **_):
        _, _, x, labels = points(problem)
        x, statistics, result = x + [shift, 0], "running" if mode == "eval" else "batch", {}
        for net, watched in run.items():
            right = (watched.model.predict(x, statistics) == labels).mean(axis=1)
            entering, probability = first_net(watched.model, x, mode)
            result[net] = self.seen(watched, right, entering=entering, probability=probability)
        return result

    def show(self, result, problem, shift, mode, **_):
        _, _, x, labels = points(problem)
        for net, seen in result.items():
            colors = self.shades[(seen.probability * 255).astype(np.uint8)]
            self.regions[net].set_data(colors.reshape(SIDE, SIDE, 4))
            for label, dots in enumerate(self.dots[net]):
                dots.set_data(*(x[labels == label] + [shift, 0]).T)
            self.bars[net].move(seen.entering)
            self.move(net, seen)
        with_bn, without = result.values()
        loss = [f"{np.median(seen.losses[:, -1]):.2g}".replace("inf", "not finite") for seen in result.values()]
        return (
            f"Step {self.steps_done}, {problem}, {mode} mode, shift {shift:z.1f}: {np.median(with_bn.right):.0%} right "
            f"with BN, {np.median(without.right):.0%} without (medians of {self.replicas} nets); over 75 % right: "
            f"{(with_bn.right > 0.75).sum()} and {(without.right > 0.75).sum()} nets; diverged: {with_bn.diverged} and "
            f"{without.diverged}. The loss of {PROBES} training points, noise off, is {loss[0]} with BN and {loss[1]} "
            "without."
        )
