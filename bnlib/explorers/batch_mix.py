"""The explorer of who is in the batch: the share of cats, and what a test in batch mode makes of it."""

import copy
from types import SimpleNamespace

import numpy as np

from bnlib import cats
from bnlib.batchnorm import BatchNorm
from bnlib.live import Explorer, choice, kept, slider, whole_slider
from bnlib.pictures import EVAL_MODE, TRAINING_MODE, moving_dots, moving_line, plots

from .arguments import checked_net
from .examples import as_many_dogs_as_cats, nets_of_black_animals
from .two_species import SpeciesBars, telling_unit

LARGEST_BATCH = 128
ROWS = 2048  # animals in all batches of one state together, if that makes 32 batches or more
SHARES = np.linspace(0, 1, 11)
EDGES = np.linspace(-4, 4, 49)


def for_batches(layer, batches):
    """A layer as so many replicas of the same parameters, each of which normalizes by the batch it gets."""
    layer = copy.copy(layer).eval()
    layer.arrays = {n: a if a is None else np.broadcast_to(a, (batches, *a.shape)) for n, a in layer.arrays.items()}
    layer.replicas = batches
    if isinstance(layer, BatchNorm):
        layer.training, layer.momentum = True, 0  # 0: the running statistics stay
    return layer


class BatchMix(Explorer):
    """Batches of m animals of one coat with a given share of cats, tested in batch mode and with running statistics.

    model: an `MLP` for 3072 features and 2 classes, with batch normalization and without replicas; share: of cats; m:
    batch size; coat: start values. Without arguments: a small net trained on black animals.
    """

    def __init__(self, *, model=None, **start):
        net = model if self.given(model=model) else nets_of_black_animals()[0]
        self.model = checked_net("model", net, features=3072, classes=2)
        if not self.model.batch_norm_layers():
            raise ValueError("give a net with batch normalization; this one has 0 batch normalizations")
        ranks = np.tile(np.arange(LARGEST_BATCH), (2, ROWS // 2, 1))
        self.orders = np.random.default_rng(5).permuted(ranks, axis=-1) + [[[0]], [[LARGEST_BATCH]]]
        self.unit = telling_unit(self.pass_on("black")[0], as_many_dogs_as_cats().labels)
        super().__init__(**start)

    @kept
    def pass_on(self, coat):
        """The animals in this coat after the first linear layer, and which are called right with running statistics."""
        animals = as_many_dogs_as_cats()
        x = cats.paint(animals, coat).reshape(2 * LARGEST_BATCH, -1).astype(self.model.dtype)
        return copy.copy(self.model.layers[0]).forward(x), self.model.predict(x) == animals.labels

    def make_controls(self):
        return {
            "share": slider(0.5, 0, 1, 0.05, "cat share"),
            "m": whole_slider(64, 2, LARGEST_BATCH, "m (batch)"),
            "coat": choice(cats.COATS, "coat"),
        }

    def make_figures(self):
        figure, axes = plots.figure(mosaic=[["black", "curve"], ["now", "curve"]], width_ratios=(4, 5))
        black, now, curve = (axes[name] for name in ("black", "now", "curve"))
        still = SpeciesBars(black, EDGES, "black, batches half cats")
        still.move(*self.in_batches(0.5, 64, "black")[1:])
        for bars in still.bars:
            bars.artist.set_animated(False)
        self.bars = SpeciesBars(now, EDGES, "these batches")
        black.legend(loc="upper right", handlelength=1.5)
        black.tick_params(labelbottom=False)
        now.set_xlabel("ẑ of one hidden unit, in batch mode")
        curve.set(xlim=(0, 1), ylim=(-0.02, 1.05), xlabel="share of cats in the batch", title="share called right")
        self.running = moving_line(curve, EVAL_MODE, "running statistics")
        self.curve = moving_line(curve, TRAINING_MODE, "statistics of the batch")
        self.here = moving_dots(curve, TRAINING_MODE, ms=9)
        curve.legend(loc="lower center")
        return {"mix": figure}

    def in_batches(self, share, m, coat):
        """In batch mode: whether each animal is called right, (batches, m), z_hat of the unit, and which are cats."""
        found, batches = round(share * m), max(32, ROWS // m)
        dogs, felines = self.orders[:, :batches]
        rows = np.concatenate([felines[:, :found], dogs[:, : m - found]], axis=1)
        x, layers = self.pass_on(coat)[0][rows], [for_batches(layer, batches) for layer in self.model.layers[1:]]
        for layer in layers:
            x = layer.forward(x)
        first = next(layer for layer in layers if isinstance(layer, BatchNorm))
        is_cat = rows >= LARGEST_BATCH
        return (x.argmax(axis=-1) == 1) == is_cat, first.cache.x_hat[..., self.unit], is_cat.astype(int)

    @kept
    def curve_of(self, m, coat):
        """Share called right in batch mode at all SHARES."""
        return [self.in_batches(share, m, coat)[0].mean() for share in SHARES]

    def compute(self, share, m, coat):
        right, z_hat, labels = self.in_batches(share, m, coat)
        ends = self.pass_on(coat)[1].reshape(2, LARGEST_BATCH).mean(axis=1)  # of a batch of dogs, and of cats
        return SimpleNamespace(right=right, z_hat=z_hat, labels=labels, ends=ends, curve=self.curve_of(m, coat))

    def show(self, result, m, coat, **_):
        found, right = result.labels.mean(), result.right.mean()
        self.bars.move(result.z_hat, result.labels)
        self.running.set_data([0, 1], result.ends)
        self.curve.set_data(SHARES, result.curve)
        self.here.set_data([found], [right])
        share, running = (f"{100 * share:.1f} %" for share in (right, result.ends @ [1 - found, found]))
        return (
            f"{len(result.right)} batches of {m} animals with a {coat} coat, {round(found * m)} of them cats. "
            f"In batch mode {share} are called right; with the running statistics, those of the training, {running}."
        )
