"""Nets with batch normalization beside nets without: the same first weights, the same batches, the same colours."""

from types import SimpleNamespace

import numpy as np

from bnlib.live import TrainingExplorer
from bnlib.mlp import MLP
from bnlib.pictures import WITH_BN, WITHOUT_BN, MovingBand, fixed_ticks, moving_dots
from bnlib.training import Training

NETS = {"with BN": WITH_BN, "without BN": WITHOUT_BN}
NORMS = {"with BN": "batch", "without BN": None}
BLOCK = 10  # steps whose mean loss is one point of a curve
LOWEST, HIGHEST = 1e-3, 10.0  # of the losses drawn


def mean_of_blocks(loss, block):
    """loss: (replicas, steps). Means of `block` steps each: (replicas, steps // block), infinite where it diverged."""
    blocks = loss.shape[1] // block
    means = loss[:, : blocks * block].reshape(len(loss), blocks, block).mean(axis=2)
    return np.nan_to_num(means, nan=np.inf)


class TwoNets(TrainingExplorer):
    """Base of the explorers that train `replicas` nets with batch normalization beside as many without."""

    replicas = 10

    def trainings(self, x, labels, sizes, *, nets=NETS, seed=1, bn=None, batch_size, lr, sgd_momentum=0.0, **settings):
        """A new run: name -> `Training`. seed: of the first weights; settings: of `MLP`."""
        run = {}
        for name in nets:
            of_bn = {"norm": NORMS[name], "bn": bn if NORMS[name] else None}
            rng, order = np.random.default_rng(seed), np.random.default_rng(2)
            model = MLP(sizes, replicas=self.replicas, rng=rng, dtype=float, **of_bn, **settings)
            how = {"batch_size": batch_size, "lr": lr, "sgd_momentum": sgd_momentum, "rng": order}
            run[name] = Training(model, x, labels, **how)
        return run

    def draw_losses(self, ax, **band):
        """The loss over the steps: median and band for each kind of net. band: of `MovingBand`."""
        ax.set(xlim=(0, self.last_step), ylim=(LOWEST, HIGHEST), yscale="log")
        fixed_ticks(ax.yaxis, [0.001, 0.01, 0.1, 1, 10])
        self.losses = {name: MovingBand(ax, look, name, **band) for name, look in NETS.items()}

    def draw_shares(self, ax, height, **dots):
        """The share right of each net, the nets of a kind in a row that is 2 `height` high. dots: their look."""
        ax.set(xlim=(-0.03, 1.03), ylim=(1.6, -0.6))
        fixed_ticks(ax.xaxis, [0, 0.25, 0.5, 0.75, 1], "{:.0%}")
        self.heights = {name: row + np.linspace(-height, height, self.replicas) for row, name in enumerate(NETS)}
        self.shares = {name: moving_dots(ax, look, alpha=0.6, **dots) for name, look in NETS.items()}

    def seen(self, training, right, **more):
        """What is shown of one kind of nets. right: the share right of each, (replicas,)."""
        losses, diverged = mean_of_blocks(training.history.loss, BLOCK), len(training.history.diverged)
        return SimpleNamespace(losses=losses, diverged=diverged, right=right, **more)

    def move(self, name, seen):
        """Show one kind of nets, or hide it (None)."""
        if seen is None:
            self.losses[name].hide()
            self.shares[name].set_data([], [])
            return
        steps = BLOCK * (np.arange(seen.losses.shape[1]) + 0.5)
        self.losses[name].move(steps, np.clip(seen.losses, LOWEST, HIGHEST))
        self.shares[name].set_data(seen.right, self.heights[name])
