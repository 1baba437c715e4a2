"""Histograms of what a hidden unit makes of dogs and of cats."""

import numpy as np

from bnlib.pictures import MovingBars, number_line

from .examples import SPECIES


class SpeciesBars:
    """One histogram for the dogs and one for the cats, in the same axes. edges: (bins + 1,)."""

    def __init__(self, ax, edges, title):
        number_line(ax, xlim=edges[[0, -1]], ylim=(0, 1.05), title=title)
        self.bars = [MovingBars(ax, edges, look, name) for name, look in SPECIES.values()]

    def move(self, values, labels):
        """values, labels: one of each for every animal, of the same shape."""
        for label, bars in zip(SPECIES, self.bars, strict=True):
            bars.move(values[labels == label])


def telling_unit(values, labels):
    """The unit that keeps cats and dogs farthest apart. values: (animals, units)."""
    apart = values[labels == 1].mean(axis=0) - values[labels == 0].mean(axis=0)
    return np.argmax(np.abs(apart) / values.std(axis=0))
