"""The explorer of lesson 05 on who is in the batch: the share of cats, and what a test in batch mode makes of it."""

import copy
import functools
from types import SimpleNamespace

import ipywidgets
import numpy as np

from bnlib import cats
from bnlib.batchnorm import BatchNorm, batch_norm
from bnlib.linear import Linear
from bnlib.live import Explorer, FloatSlider, IntSlider
from bnlib.pictures import colors, plots

from .examples import LOOKS, nets_of_black_animals

LARGEST_BATCH = 128
ROWS = 2048  # animals in all batches of one state together, if that makes 32 batches or more
SHARES = np.linspace(0, 1, 11)
EDGES = np.linspace(-4, 4, 49)


@functools.cache
def dogs_and_cats():
    """As many dogs as the largest batch holds, and then as many cats."""
    drawn = cats.draw_animals(3 * LARGEST_BATCH, rng=np.random.default_rng(4))
    rows = np.concatenate([np.flatnonzero(drawn.labels == label)[:LARGEST_BATCH] for label in LOOKS])
    return cats.Animals(*(part[rows] for part in drawn))


def in_batch_mode(layers, x):
    """Layers on x (batches, m, features), each batch with its own statistics: outputs, and z_hat of the first layer."""
    first = None
    for layer in layers:
        if isinstance(layer, BatchNorm):
            x, cache = batch_norm(x, layer.gamma, layer.beta, layer.eps)
            first = cache.x_hat if first is None else first
        elif isinstance(layer, Linear):
            x = x @ layer.W + (0 if layer.b is None else layer.b)
        else:
            x = copy.copy(layer).eval().forward(x)
    return x, first


class BatchMix(Explorer):
    """Batches of m animals of one coat with a given share of cats, tested in batch mode and with running statistics.

    model: an `MLP` for 3072 features and 2 classes, with batch normalization and without replicas; share: of cats; m:
    batch size; coat: start values. Without arguments: a small net trained on black animals.
    """

    def __init__(self, *, model=None, **start):
        given = () if model is None else ("model",)
        self.model = copy.copy(nets_of_black_animals()[0] if model is None else model)  # as it is now
        if self.model.replicas is not None or not self.model.batch_norm_layers():
            raise ValueError(
                f"give a single net with batch normalization; this one has {self.model.replicas} replicas and "
                f"{len(self.model.batch_norm_layers())} batch normalizations"
            )
        ranks = np.tile(np.arange(LARGEST_BATCH), (2, ROWS // 2, 1))
        self.orders = np.random.default_rng(5).permuted(ranks, axis=-1) + [[[0]], [[LARGEST_BATCH]]]
        self.passed, self.kept = {}, (None, None)
        z, labels = self.pass_on("black")[0], dogs_and_cats().labels
        apart = z[labels == 1].mean(axis=0) - z[labels == 0].mean(axis=0)
        self.unit = np.argmax(np.abs(apart) / z.std(axis=0))  # keeps black cats and dogs farthest apart
        super().__init__(given=given, **start)

    def pass_on(self, coat):
        """The animals in this coat after the first linear layer, and which are called right with running statistics."""
        if coat not in self.passed:
            x = cats.paint(dogs_and_cats(), coat).reshape(2 * LARGEST_BATCH, -1).astype(self.model.dtype)
            z = copy.copy(self.model.layers[0]).forward(x)
            self.passed[coat] = z, self.model.predict(x) == dogs_and_cats().labels
        return self.passed[coat]

    def make_controls(self):
        return {
            "share": FloatSlider(0.5, min=0, max=1, step=0.05, description="cat share"),
            "m": IntSlider(64, min=2, max=LARGEST_BATCH, description="m (batch)"),
            "coat": ipywidgets.Dropdown(options=list(cats.COATS), description="coat"),
        }

    def make_figures(self):
        figure, axes = plots.figure(mosaic=[["black", "curve"], ["now", "curve"]], width_ratios=(4, 5))
        self.bars = {}
        titles = {"black": "black, batches half cats", "now": "these batches"}
        for row, title in titles.items():
            ax = axes[row]
            ax.set(xlim=EDGES[[0, -1]], ylim=(0, 1.05), yticks=[], title=title)
            ax.spines.left.set_visible(False)
            self.bars[row] = [
                plots.draw_histogram(ax, EDGES[1:], EDGES, color=color, line=line, label=label, moving=row == "now")
                for label, color, line in LOOKS.values()
            ]
        self.fill("black", *self.in_batches(0.5, 64, "black")[1:])
        axes["black"].legend(loc="upper right", handlelength=1.5)
        axes["black"].tick_params(labelbottom=False)
        ax.set_xlabel("ẑ of one hidden unit, in batch mode")
        ax = axes["curve"]
        ax.set(xlim=(0, 1), ylim=(-0.02, 1.05), xlabel="share of cats in the batch", title="share called right")
        self.curves = {}
        for name, color, style in (("running", colors.BLUE, "--"), ("batch", colors.BLACK, "-")):
            label = {"running": "running statistics", "batch": "statistics of the batch"}[name]
            (self.curves[name],) = ax.plot([], [], style, color=color, label=label, animated=True)
        (self.here,) = ax.plot([], [], "D", color=colors.VERMILION, ms=9, animated=True)
        ax.legend(loc="lower center")
        return {"mix": figure}

    def in_batches(self, share, m, coat):
        """In batch mode: whether each animal is called right, (batches, m), z_hat of the unit, and which are cats."""
        found = round(share * m)
        batches = max(32, ROWS // m)
        dogs, felines = self.orders[:, :batches]
        rows = np.concatenate([felines[:, :found], dogs[:, : m - found]], axis=1)
        outputs, z_hat = in_batch_mode(self.model.layers[1:], self.pass_on(coat)[0][rows])
        is_cat = rows >= LARGEST_BATCH
        return (outputs.argmax(axis=-1) == 1) == is_cat, z_hat[..., self.unit], is_cat

    def curve_of(self, m, coat):
        """Share called right in batch mode at all SHARES. Kept, since the slider of the share does not change it."""
        if self.kept[0] != (m, coat):
            self.kept = (m, coat), [self.in_batches(share, m, coat)[0].mean() for share in SHARES]
        return self.kept[1]

    def compute(self, share, m, coat):
        right, z_hat, is_cat = self.in_batches(share, m, coat)
        dogs, felines = self.pass_on(coat)[1].reshape(2, LARGEST_BATCH).mean(axis=1)
        found = is_cat.mean()
        running, curve = found * felines + (1 - found) * dogs, self.curve_of(m, coat)
        return SimpleNamespace(
            right=right, z_hat=z_hat, is_cat=is_cat, found=found, running=running, ends=(dogs, felines), curve=curve
        )

    def fill(self, row, z_hat, is_cat):
        for label, bars in zip(LOOKS, self.bars[row], strict=True):
            plots.move_histogram(bars, z_hat[is_cat == label], EDGES)

    def show(self, result):
        _, m, coat = self.state.values()
        self.fill("now", result.z_hat, result.is_cat)
        self.curves["running"].set_data([0, 1], result.ends)
        self.curves["batch"].set_data(SHARES, result.curve)
        self.here.set_data([result.found], [result.right.mean()])
        share, running = (f"{100 * share:.1f} %" for share in (result.right.mean(), result.running))
        return (
            f"{len(result.right)} batches of {m} animals with a {coat} coat, {round(result.found * m)} of them cats. "
            f"In batch mode {share} are called right; with the running statistics, those of the training, {running}."
        )
