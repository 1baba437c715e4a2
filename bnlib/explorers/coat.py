"""Nets that were trained on black animals meet another coat, on another background."""

import functools
from types import SimpleNamespace

import numpy as np

from bnlib import cats
from bnlib.datasets.face import SIDE
from bnlib.live import Explorer, choice, kept, slider
from bnlib.pictures import BLACK, BLUE, GRAY, VERMILION, moving_line, plots

from .arguments import checked_net, number_of, statistics_of
from .chosen_statistics import answers, averaged, with_idle_norms
from .examples import SPECIES, nets_of_black_animals, unseen_animals
from .two_species import SpeciesBars, telling_unit

SHOWN = 8  # of each species
HUES = {"gray": (0.5, 0.5, 0.5), "orange": cats.COATS["orange"], "brown": cats.COATS["brown"], "blue": (0.2, 0.4, 0.9)}
WAYS = {  # which net, and whether it may use the statistics of the animals shown, or has its own running ones only
    "BN, as trained": ("BN", False),
    "BN, test batch": ("BN", True),
    "no BN": ("no BN", False),
    "no BN, re-estimated": ("no BN", True),
}
BRIGHTNESSES = np.linspace(0, 1, 21)
EDGES = np.linspace(-6, 6, 61)


def rgb(brightness, hue):
    """Red, green and blue with this mean: on the way from black to the hue, or from the hue to white."""
    hue = np.array(HUES[hue])
    middle = hue.mean()
    if brightness < middle:
        return hue * (brightness / middle)
    return np.clip(hue + (1 - hue) * ((brightness - middle) / (1 - middle)), 0, 1)


class Coat(Explorer):
    """100 animals in any coat on any background, and what nets that know black ones only make of them.

    model, plain: an `MLP` with batch normalization before each activation and one without, for 3072 features and 2
    classes; coat: brightness of the coat; mix: share of the animals' own statistics, where the way uses these; hue,
    background, way: start values; function: yours, (share, mean_a, var_a, mean_b, var_b) -> mean and variance, mixes
    the animals' own statistics (a) and the running ones (b), which are averaged without it; swap: yours, background ->
    the coat at which you predict that the classes swap. Without model and plain: two small nets.
    """

    def __init__(self, *, model=None, plain=None, function=None, swap=None, **start):
        nets = (model, plain) if self.given(model=model, plain=plain) else nets_of_black_animals()
        self.arguments += [name for name, own in {"function": function, "swap": swap}.items() if own is not None]
        self.mixed_by = averaged if function is None else functools.partial(statistics_of, function)
        self.swap = swap
        model, plain = (checked_net("model or plain", net, features=3072, classes=2) for net in nets)
        for net, norms in ((model, len(model.sizes) - 2), (plain, 0)):
            found = len(net.batch_norm_layers())
            if len(net.sizes) < 3 or found != norms or norms and not net.normalizes_first:
                raise ValueError(
                    "model has batch normalization before each activation, plain has none; got "
                    f"{found} batch normalizations in a net of sizes {net.sizes}"
                )
        self.animals = unseen_animals()
        labels = self.animals.labels
        self.shown = np.concatenate([np.flatnonzero(labels == label)[:SHOWN] for label in SPECIES])
        black = self.painted("black", 0.75)[1]
        self.nets = {"BN": model.eval(), "no BN": with_idle_norms(plain, black.astype(plain.dtype))}
        self.units, self.black = {}, {}
        for name, net in self.nets.items():
            z_hat = answers(net, net.layers[0].forward(black.astype(net.dtype)), 0)[1]
            self.units[name] = telling_unit(z_hat, labels)
            self.black[name] = z_hat[:, self.units[name]]
        super().__init__(**start)

    def make_controls(self):
        return {
            "coat": slider(0.1, 0, 1, 0.01, "coat"),
            "hue": choice(HUES, "its hue"),
            "background": slider(0.75, 0, 1, 0.01, "background"),
            "way": choice(WAYS, "normalize"),
            "mix": slider(1.0, 0, 1, 0.01, "mix"),
        }

    def make_figures(self):
        places = [["animals", "black", "curve"], ["animals", "now", "curve"]]
        figure, axes = plots.figure(mosaic=places, height=400, width_ratios=(4, 3, 3))
        animals, black, now, curve = (axes[name] for name in ("animals", "black", "now", "curve"))
        animals.set_title("dogs, then cats; ×: called wrong")
        self.images = plots.draw_images(animals, np.ones((2 * SHOWN, SIDE, SIDE, 3)), columns=4, moving=True)
        side = SIDE + plots.GAP
        self.corners = np.array([(i % 4 * side + 28, i // 4 * side + 5) for i in range(2 * SHOWN)])
        self.wrong = moving_line(animals, "x", color=VERMILION, ms=9, mew=3)
        self.bars_of_black = SpeciesBars(black, EDGES, "black coats, as in training")
        self.bars = SpeciesBars(now, EDGES, "this coat")
        black.legend(loc="upper right", handlelength=1.5)
        black.tick_params(labelbottom=False)
        now.set_xlabel("ẑ of one hidden unit")
        curve.set(xlim=(0, 1), ylim=(-0.02, 1.02), xlabel="coat", title="share called right")
        curve.axhline(0.5, color=GRAY, linewidth=0.8, linestyle="-")
        self.ground = moving_line(curve, ":", "background", color=GRAY)
        self.predicted = moving_line(curve, "--", "your swap" if self.swap else None, color=BLUE)
        self.curve = moving_line(curve, "-", color=BLACK)
        self.here = moving_line(curve, "D", color=VERMILION, ms=9)
        curve.legend(loc="lower left", handlelength=1.5)
        return {"coat": figure}

    def painted(self, coat, background):
        """The animals as images, and as rows for a net."""
        images = cats.paint(self.animals, coat, background)
        return images, images.reshape(len(images), -1)

    @kept
    def first_z(self, hue, background):
        """What the first linear layer gives at all BRIGHTNESSES: name of a net -> a list, made when it is asked for."""
        return {}

    @kept
    def curve_of(self, hue, background, name, share):
        """Share called right at all BRIGHTNESSES, by a net with a share of the animals' own statistics."""
        net, z = self.nets[name], self.first_z(hue, background)
        if name not in z:
            coats = (self.painted(rgb(brightness, hue), background)[1] for brightness in BRIGHTNESSES)
            z[name] = [net.layers[0].forward(x.astype(net.dtype)) for x in coats]
        called = (answers(net, of_coat, share, self.mixed_by)[0] for of_coat in z[name])
        return [np.mean(each == self.animals.labels) for each in called]

    def compute(self, coat, hue, background, way, mix):
        name, own = WAYS[way]
        net, share = self.nets[name], mix * own
        images, x = self.painted(rgb(coat, hue), background)
        called, z_hat = answers(net, net.layers[0].forward(x.astype(net.dtype)), share, self.mixed_by)
        swap = None if self.swap is None else number_of(self.swap, background)
        curve = self.curve_of(hue, background, name, share)
        z_hat = z_hat[:, self.units[name]]
        return SimpleNamespace(images=images, called=called, z_hat=z_hat, curve=curve, swap=swap)

    def show(self, result, coat, hue, background, way, mix):
        labels = self.animals.labels
        right = result.called == labels
        self.images.set_data(plots.tile(result.images[self.shown], 4))
        self.wrong.set_data(*self.corners[~right[self.shown]].T)
        self.bars_of_black.move(self.black[WAYS[way][0]], labels)
        self.bars.move(result.z_hat, labels)
        self.ground.set_data([background, background], [-1, 2])
        self.curve.set_data(BRIGHTNESSES, result.curve)
        self.here.set_data([coat], [right.mean()])
        way += f" (mix {mix:.2f})" * (mix < 1 and WAYS[way][1])
        of, found = np.bincount(labels), np.bincount(labels[right], minlength=2)
        return (
            f"{hue.capitalize()} coat of brightness {coat:.2f} on a background of {background:.2f}, {way}: "
            f"{right.sum()} of {len(labels)} animals are called right, {found[0]} of {of[0]} dogs and {found[1]} of "
            f"{of[1]} cats.{self.of_the_swap(result)}"
        )

    def of_the_swap(self, result):
        """Show where the reader predicts the swap, and say where the curve has it."""
        if result.swap is None:
            return ""
        self.predicted.set_data([result.swap, result.swap], [-1, 2])
        low = np.flatnonzero(np.array(result.curve) < 0.5)  # the first of them lies just behind the swap
        if not low.size or low[0] == 0:
            return f" You predict a swap at {result.swap:.2f}; the curve does not fall through one half."
        near = slice(low[0] - 1, low[0] + 1)
        found = np.interp(-0.5, -np.array(result.curve[near]), BRIGHTNESSES[near])
        return f" You predict a swap at {result.swap:.2f}; the curve falls through one half at {found:.2f}."
