"""What came out of training nets on the digits over a grid of settings, stored in data/sweep.npz."""

from typing import NamedTuple

import numpy as np

from . import files

AXES = ("activation", "bn", "depth", "batch_size", "init_scale", "lr")
CHECKSUMS = {
    "activation": "853ee228f4d60768ec7ba6c957c7322d61642d0873d19c68ad78f917db2598d3",
    "bn": "8dd902655de5da50953652f7ca3f51b89da69d29ed37fa5140007435085eb799",
    "depth": "a21e9a6ebe94d142198e126bebbad5d65445c8f9e051cdc22662db3e7c272935",
    "batch_size": "9d6a9c6d72ecf8fbbd31830d58de3a73996b4d78f805d6dd4be75ccec4b16be5",
    "init_scale": "625194adcc47175ab56b84d901f294b2283941225e7ee29f7ce0518ccd6170ed",
    "lr": "345d0839704aeb9e254a40fbcccf8f87e5d1057045588f390538cafe522f940c",
    "loss": "520fe0a7dabd864f17a330613fe7c0cba0996a83f75ea80ac42ada7a5d822bce",
    "accuracy": "2f2b3182a7737e3463193428e0abb2a860c0b033652cadb9314eab069178a867",
    "diverged": "2b22c7b0531c236bbb3c9990ef56f3133af939a75e73e899cb929a21246ce56e",
}


class Sweep(NamedTuple):
    """Arrays over the grid: one axis for each name in AXES, in that order, and the seeds as the last.

    How each net was trained: `train` of tools/make_sweep.py, and data/README.md.
    """

    axes: dict  # name -> the settings along this axis
    loss: np.ndarray  # training loss, mean of the last epoch; NaN where the net diverged
    accuracy: np.ndarray  # on the test digits, in eval mode
    diverged: np.ndarray  # whether a loss, or a running statistic, was not finite

    def at(self, **settings):
        """The part of the grid with these settings, such as bn="before", lr=0.1, as a `Sweep` over the other axes.

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
    """The sweep of data/sweep.npz, as `Sweep`. Raises what `files.load` raises."""
    repair = "Run `git restore data` in the project's folder: it brings the stored sweep back."
    stored = files.load("sweep.npz", CHECKSUMS, repair, folder)
    axes = {name: stored[name] for name in AXES}
    return Sweep(axes, stored["loss"], stored["accuracy"], stored["diverged"])
