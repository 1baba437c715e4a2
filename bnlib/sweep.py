"""What came out of training nets on the digits over a grid of settings, stored in data/sweep.npz."""

from typing import NamedTuple

import numpy as np

from . import datafile

WIDTH, STEPS, LAST_STEPS, SEEDS = 32, 200, 20, 20
AXES = ("activation", "norm", "hidden_layers", "batch_size", "init_scale", "lr")
CHECKSUMS = {}


class Sweep(NamedTuple):
    """Arrays over the grid: one axis for each name in AXES, in that order, and the seeds as the last.

    Each net has hidden layers of WIDTH units and was trained for STEPS steps in float32; the seeds are the replicas of
    MLP(..., rng=np.random.default_rng(0)), shuffled by fit(..., rng=np.random.default_rng(1)).
    """

    axes: dict  # name -> the settings along this axis
    loss: np.ndarray  # training loss, mean of the last LAST_STEPS steps; NaN where the net diverged
    accuracy: np.ndarray  # on the test digits, in eval mode
    diverged: np.ndarray  # whether a loss was not finite

    def at(self, **settings):
        """The part of the grid with these settings, such as norm="batch", lr=0.1, as a `Sweep` over the other axes.

        Raises KeyError for an axis that does not exist, ValueError for a setting that was not measured.
        """
        where = []
        for name, values in self.axes.items():
            where.append(slice(None))
            if name in settings:
                found = np.flatnonzero(values == settings[name])
                if not len(found):
                    raise ValueError(f"{name} was measured at {values.tolist()}, but not at {settings[name]!r}")
                where[-1] = found[0]
        if unknown := settings.keys() - self.axes.keys():
            raise KeyError(f"the axes are {list(self.axes)}; there is no {', '.join(sorted(unknown))}")
        axes = {name: values for name, values in self.axes.items() if name not in settings}
        return Sweep(axes, *(array[tuple(where)] for array in self[1:]))


def load_sweep(folder=None):
    """The sweep of data/sweep.npz, as `Sweep`. Raises what `datafile.load` raises."""
    repair = "Run `git restore data` in the project's folder: it brings the stored sweep back."
    stored = datafile.load("sweep.npz", CHECKSUMS, repair, folder)
    axes = {name: stored[name] for name in AXES}
    return Sweep(axes, stored["loss"], stored["accuracy"], stored["diverged"])
