"""The playground: two nets, with and without batch normalization, learn a problem in the plane while you watch."""

import functools
from types import SimpleNamespace

import ipywidgets
import numpy as np

from bnlib import cats
from bnlib.batchnorm import BatchNorm, scale_and_shift
from bnlib.elementwise import ACTIVATIONS
from bnlib.history import mean_of_blocks
from bnlib.linear import Linear
from bnlib.live import FloatLogSlider, FloatSlider, IntSlider
from bnlib.live.training_explorer import TrainingExplorer
from bnlib.mlp import MLP
from bnlib.pictures import colors, plots
from bnlib.training import Training

NETS = {"with BN": colors.BLACK, "without BN": colors.GREEN}
LINES = {"with BN": "-", "without BN": "--"}
CLASSES = {0: ("o", colors.ORANGE, colors.BLACK), 1: ("x", colors.BLUE, colors.BLUE)}  # marker, colour, edge
TRAINED, SHOWN = 512, 200  # points
REPLICAS, UNITS = 10, 32
BLOCK = 10  # steps whose mean loss is one point of the curve
WIDE, HIGH = 3.2, 2.6  # half the part of the plane that is shown
SIDE = 60  # squares of the decision regions
GRID = np.stack(np.meshgrid(np.linspace(-WIDE, WIDE, SIDE), np.linspace(-HIGH, HIGH, SIDE)), axis=-1).reshape(-1, 2)
EDGES = np.linspace(-6, 6, 49)  # of the histograms
LOWEST, HIGHEST = 1e-3, 10.0  # of the losses drawn


def cats_and_dogs(n, rng):
    """Two numbers measured in each of n pictures of animals: between the ears minus at their tips, and the lower face.

    All three are mean brightnesses. The coat is any gray, the background a middle one: so the ears of a cat are darker
    than what is around them, or brighter, depending on the coat.
    """
    animals = cats.draw_animals(n, rng=rng)
    images = cats.paint(animals, np.repeat(rng.uniform(0.05, 0.95, (n, 1)), 3, axis=1), background=0.5).mean(axis=-1)
    tips = (images[:, 6:10, 8:11] + images[:, 6:10, 22:25]).mean(axis=(1, 2)) / 2
    between, face = images[:, 6:10, 14:19].mean(axis=(1, 2)), images[:, 19:28, 8:25].mean(axis=(1, 2))
    return np.stack([between - tips, face], axis=1).astype(float), animals.labels


def circles(n, rng):
    """A disc, and a ring around it."""
    labels = rng.integers(0, 2, n)
    angle, radius = rng.uniform(0, 2 * np.pi, n), np.where(labels, rng.uniform(1.3, 2, n), rng.uniform(0, 1, n))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1), labels


def spirals(n, rng):
    """Two arms of one and a half turns, with noise."""
    labels = rng.integers(0, 2, n)
    along = np.sqrt(rng.uniform(0.02, 1, n))
    angle = 3 * np.pi * along + np.pi * labels
    return np.stack([along * np.cos(angle), along * np.sin(angle)], axis=1) + rng.normal(0, 0.03, (n, 2)), labels


PROBLEMS = {"cats and dogs": cats_and_dogs, "circles": circles, "two spirals": spirals}


@functools.cache
def points(problem):
    """The points to train on, (512, 2), and those that are shown, (200, 2), each with labels. Mean 0, variance 1."""
    x, labels = PROBLEMS[problem](TRAINED + SHOWN, np.random.default_rng(0))
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return x[:TRAINED], labels[:TRAINED], x[TRAINED:], labels[TRAINED:]


def look(model, x, mode):
    """The nets of a model on x, (n, 2), and the first of them on the plane, in eval or training mode.

    In training mode the statistics are those of x, also for the plane. Returns the class that each net gives each
    point, (replicas, n); the finite values that enter the last hidden activation of the first net, all units in a row;
    and its probability of class 1 over the plane, (SIDE * SIDE,), one half where its outputs are not finite.
    """
    plane = GRID
    for layer in model.layers:
        if isinstance(layer, Linear):
            b = np.zeros((len(layer.W), 1)) if layer.b is None else layer.b
            x, plane = x @ layer.W + b[:, None], plane @ layer.W[0] + b[0]
        elif isinstance(layer, BatchNorm):
            mean, var = layer.running_mean[:, None], layer.running_var[:, None]
            if mode == "training":
                mean, var = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
            gamma, beta = layer.gamma[:, None], layer.beta[:, None]
            plane, _ = scale_and_shift(plane - mean[0], mean[0], var[0], gamma[0], beta[0], layer.eps)
            x, _ = scale_and_shift(x - mean, mean, var, gamma, beta, layer.eps)
        else:
            entering, activation = x[0], type(layer)()
            x, plane = activation.forward(x), activation.forward(plane)
    margin = np.nan_to_num(plane[:, 1] - plane[:, 0], posinf=np.inf, neginf=-np.inf)
    return x.argmax(axis=-1), entering[np.isfinite(entering)], (1 + np.tanh(margin / 2)) / 2


def colours():
    """For a probability in 256 steps: orange over white to blue, as RGBA bytes."""
    ends = [np.array(plots.matplotlib.colors.to_rgb(colour)) for _, colour, _ in CLASSES.values()]
    sure = np.abs(np.linspace(-1, 1, 256))[:, None] * 0.6
    rgb = 1 - sure + sure * np.where(np.arange(256)[:, None] < 128, *ends)
    return np.append(rgb * 255, np.full((256, 1), 255), axis=1).astype(np.uint8)


class Playground(TrainingExplorer):
    """Ten nets with batch normalization, and ten without: the same first weights, batches and learning rate.

    problem, lr, batch, depth, init_scale, activation, momentum, shift, mode: start values; steps: see
    `TrainingExplorer`. shift and mode are those of the evaluation: they leave the nets as they are.
    """

    continues = ("shift", "mode")
    first_steps, last_step = 20, 2000

    def make_controls(self):
        controls = {
            "problem": ipywidgets.Dropdown(options=list(PROBLEMS), description="problem"),
            "lr": FloatLogSlider(0.1, min=-3, max=2, step=0.1, description="learning rate"),
            "batch": IntSlider(32, min=2, max=64, description="batch size"),
            "depth": IntSlider(2, min=1, max=5, description="hidden layers"),
            "init_scale": FloatLogSlider(1.0, min=-1, max=1, step=0.1, description="initial scale"),
            "activation": ipywidgets.Dropdown(options=list(ACTIVATIONS), description="activation"),
            "momentum": FloatLogSlider(0.1, min=-3, max=0, step=0.1, description="momentum"),
            "shift": FloatSlider(0.0, min=-2, max=2, step=0.1, description="shift of input"),
            "mode": ipywidgets.Dropdown(options=["eval", "training"], description="mode"),
        }
        for control in controls.values():
            control.style.description_width = "95px"
        return controls

    def make_figures(self):
        mosaic = [["region", "histogram", "loss"], ["region ", "histogram ", "right"]]
        figure, axes = plots.figure(mosaic=mosaic, height=470)
        self.colours, self.views = colours(), {}
        loss, right = axes["loss"], axes["right"]
        for row, (net, colour) in enumerate(NETS.items()):
            region, histogram = axes["region" + row * " "], axes["histogram" + row * " "]
            blank = np.zeros((SIDE, SIDE, 4), np.uint8)
            extent = (-WIDE, WIDE, -HIGH, HIGH)
            image = region.imshow(blank, extent=extent, origin="lower", aspect="auto", animated=True)
            dots = [
                region.plot([], [], marker, color=fill, ms=4, mec=edge, mew=0.8, animated=True)[0]
                for marker, fill, edge in CLASSES.values()
            ]
            region.set(xticks=[], yticks=[], title=f"net 1 of {REPLICAS} {net}")
            bars = plots.draw_histogram(histogram, EDGES[1:], EDGES, color=colour, line=LINES[net], moving=True)
            histogram.set(xlim=EDGES[[0, -1]], xticks=[-5, 0, 5], ylim=(0, 1.05), yticks=[])
            histogram.set_title("before its last activation")
            (line,) = loss.plot([], [], LINES[net], color=colour, animated=True)
            band = loss.fill_between([0, 1], 1, 1, color=colour, alpha=0.2, linewidth=0, animated=True)
            (each,) = right.plot([], [], "o", color=colour, ms=6, alpha=0.6, animated=True)
            self.views[net] = SimpleNamespace(image=image, dots=dots, bars=bars, line=line, band=band, each=each)
        loss.set(xscale="log", yscale="log", title="training loss, step by step")
        loss.set(xlim=(BLOCK / 2, self.last_step), ylim=(LOWEST, HIGHEST), yticks=[0.001, 0.01, 0.1, 1, 10])
        for axis in (loss.xaxis, loss.yaxis):
            axis.set_major_formatter("{x:g}")
        loss.minorticks_off()
        right.set(xlim=(-0.03, 1.03), ylim=(1.6, -0.6), xticks=[0, 0.25, 0.5, 0.75, 1], yticks=[])
        right.set_title("share right, each net")
        right.xaxis.set_major_formatter("{x:.0%}")
        handles = [loss.plot([], [], LINES[net], color=colour, label=net)[0] for net, colour in NETS.items()]
        for label, (marker, fill, edge) in CLASSES.items():
            name = f"class {label} ({('dog', 'cat')[label]})"
            handles += region.plot([], [], marker, color=fill, ms=6, mec=edge, label=name)
        figure.legend(handles=handles, loc="outside upper center", ncols=4)
        return {"playground": figure}

    def start_run(self, problem, lr, batch, depth, init_scale, activation, momentum, **_):
        x, labels, *_ = points(problem)
        sizes, run = (2, *[UNITS] * depth, 2), {}
        for net in NETS:
            norm, rng = ("batch" if net == "with BN" else None), np.random.default_rng(1)
            settings = {"activation": activation, "init_scale": init_scale}
            settings |= {"bn": {"momentum": momentum}} if norm else {}
            model = MLP(sizes, norm=norm, replicas=REPLICAS, rng=rng, dtype=float, **settings)
            rng = np.random.default_rng(2)
            run[net] = Training(model, x, labels, batch_size=batch, lr=lr, sgd_momentum=0.0, rng=rng)
        return run

    @np.errstate(over="ignore", invalid="ignore")  # a net that diverges
    def evaluate(self, run, problem, shift, mode, **_):
        _, _, x, labels = points(problem)
        result = {}
        for net, training in run.items():
            history = training.history
            predicted, entering, probability = look(training.model, x + [shift, 0], mode)
            result[net] = SimpleNamespace(
                losses=mean_of_blocks(history.loss, BLOCK),
                diverged=len(history.diverged),
                right=(predicted == labels).mean(axis=1),
                entering=entering,
                probability=probability,
            )
        return result

    def show(self, result):
        problem, shift, mode = (self.state[name] for name in ("problem", "shift", "mode"))
        _, _, x, labels = points(problem)
        for row, (net, view) in enumerate(self.views.items()):
            found = result[net]
            shades = (found.probability * 255).astype(np.uint8)
            view.image.set_data(self.colours[shades].reshape(SIDE, SIDE, 4))
            for label, dots in enumerate(view.dots):
                dots.set_data(*(x[labels == label] + [shift, 0]).T)
            plots.move_histogram(view.bars, found.entering, EDGES)
            steps = BLOCK * (np.arange(found.losses.shape[1]) + 0.5)
            plots.move_band(view.line, view.band, steps, np.clip(found.losses, LOWEST, HIGHEST))
            view.each.set_data(found.right, row + np.linspace(-0.3, 0.3, REPLICAS))
        with_bn, without = result.values()
        loss = [f"{np.median(found.losses[:, -1]):.2g}".replace("inf", "not finite") for found in result.values()]
        return (
            f"Step {self.steps_done}, {problem}, {mode} mode, shift {shift:z.1f}: {np.median(with_bn.right):.0%} right "
            f"with BN, {np.median(without.right):.0%} without (medians of {REPLICAS} nets); over 75 % right: "
            f"{(with_bn.right > 0.75).sum()} and {(without.right > 0.75).sum()} nets; diverged: {with_bn.diverged} and "
            f"{without.diverged}. The loss of the last {BLOCK} steps is {loss[0]} with BN and {loss[1]} without."
        )
