"""Nets with batch normalization beside nets without: the same first weights, batches, jitter and colours."""

from types import SimpleNamespace

import numpy as np

from bnlib.elementwise import Elementwise
from bnlib.live import TrainingExplorer
from bnlib.losses import cross_entropy
from bnlib.mlp import MLP
from bnlib.pictures import WITH_BN, WITHOUT_BN, MovingBand, fixed_ticks, moving_dots
from bnlib.training import Training

NETS = {"with BN": WITH_BN, "without BN": WITHOUT_BN}
NORMS = {"with BN": "batch", "without BN": None}
EVERY = 10  # steps between two looks at the nets
PROBES = 360  # training examples whose loss is read
LOWEST, HIGHEST = 1e-3, 10.0  # of the losses drawn


class Jitter(Elementwise):
    """In training mode y = scale x + shift for each unit, both drawn anew at each step and for the batch as a whole.

    The shift and the logarithm of the scale are normal with the standard deviation `size`. In eval mode y = x.
    Source: after Santurkar et al. 2018, section 2.1, who shake each value as well.
    """

    def __init__(self, size, rng):
        super().__init__()
        self.size, self.rng = size, rng

    def forward(self, x):
        x = self.check(x)
        if not self.training:
            self.cache = np.ones_like(x)
            return x.copy()
        shift, log_scale = self.size * self.rng.normal(size=(2, *x.shape[:-2], 1, x.shape[-1]))
        self.cache = np.broadcast_to(np.exp(log_scale), x.shape)
        return x * self.cache + shift


def shake(model, size):
    """Put jitter behind each batch normalization, or behind each hidden linear layer where there is none."""
    rng, before = np.random.default_rng(3), model.batch_norm_layers() or model.linear_layers()[:-1]
    pairs = ([layer, Jitter(size, rng)] if layer in before else [layer] for layer in model.layers)
    model.layers = [layer for pair in pairs for layer in pair]


class Watched:
    """A training run whose nets are looked at every 10 steps. look(training): name -> a number of each, (replicas,)."""

    def __init__(self, training, look):
        self.training, self.model, self.look, self.looks = training, training.model, look, {}

    def advance(self, steps):
        while steps:
            chunk = min(steps, EVERY - self.training.steps_done % EVERY)
            self.training.advance(chunk)
            steps -= chunk
            if self.training.steps_done % EVERY == 0:
                for name, numbers in self.look(self.training).items():
                    self.looks.setdefault(name, []).append(numbers)


class TwoNets(TrainingExplorer):
    """Base of the explorers that train `replicas` nets with batch normalization beside as many without."""

    replicas = 10

    def trainings(
        self, x, labels, sizes, *, nets=NETS, seed=1, bn=None, jitter=0, batch_size, lr, sgd_momentum=0.0, **settings
    ):
        """A new run: name -> `Watched`. seed: of the first weights; jitter: its size; settings: of `MLP`."""
        run = {}
        for name in nets:
            of_bn = {"norm": NORMS[name], "bn": bn if NORMS[name] else None}
            rng, order = np.random.default_rng(seed), np.random.default_rng(2)
            model = MLP(sizes, replicas=self.replicas, rng=rng, dtype=float, **of_bn, **settings)
            if jitter:
                shake(model, jitter)
            how = {"batch_size": batch_size, "lr": lr, "sgd_momentum": sgd_momentum, "rng": order}
            run[name] = Watched(Training(model, x, labels, **how), self.look)
        return run

    @np.errstate(over="ignore", invalid="ignore")  # a net that diverges
    def look(self, training):
        """The loss of each net with all noise off: of PROBES training examples, normalized together, without jitter."""
        outputs, _ = training.model.passed_through(training.x[:PROBES], "batch")
        loss, _ = cross_entropy(outputs, training.labels[:PROBES])
        return {"loss": np.where(training.frozen | np.isnan(loss), np.inf, loss)}

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

    def seen(self, watched, right, **more):
        """What is shown of one kind of nets. right: the share right of each, (replicas,)."""
        losses, diverged = np.array(watched.looks["loss"]).T, len(watched.training.history.diverged)
        return SimpleNamespace(losses=losses, diverged=diverged, right=right, **more)

    def move(self, name, seen):
        """Show one kind of nets, or hide it (None)."""
        if seen is None:
            self.losses[name].hide()
            self.shares[name].set_data([], [])
            return
        steps = EVERY * np.arange(1, seen.losses.shape[1] + 1)
        self.losses[name].move(steps, np.clip(seen.losses, LOWEST, HIGHEST))
        self.shares[name].set_data(seen.right, self.heights[name])
