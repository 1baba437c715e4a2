"""The explorer of lesson 05: nets that were trained on black animals meet another coat, on another background."""

import copy
import functools
from types import SimpleNamespace

import ipywidgets
import numpy as np

from bnlib import cats
from bnlib.batchnorm import BatchNorm
from bnlib.datasets.face import SIDE
from bnlib.linear import Linear
from bnlib.live import Explorer, FloatSlider
from bnlib.pictures import colors, plots

from .examples import LOOKS, nets_of_black_animals

ANIMALS, SHOWN = 100, 8  # shown: of each species
HUES = {"gray": (0.5, 0.5, 0.5), "orange": cats.COATS["orange"], "brown": cats.COATS["brown"], "blue": (0.2, 0.4, 0.9)}
WAYS = {  # which net, and which statistics it uses: its own running ones, or those of the animals shown
    "BN, as trained": ("BN", "running"),
    "BN, test batch": ("BN", "batch"),
    "no BN": ("no BN", "running"),
    "no BN, re-estimated": ("no BN", "batch"),
}
COATS = np.linspace(0, 1, 21)
EDGES = np.linspace(-6, 6, 61)


@functools.cache
def unseen_animals():
    return cats.draw_animals(ANIMALS, rng=np.random.default_rng(3))


def with_idle_norms(plain, x):
    """A copy of a net with a batch normalization after each hidden linear layer, which in eval mode changes nothing.

    The running statistics are those of each unit over x, and γ and β are the standard deviation and the mean.
    """
    net, layers = copy.copy(plain).eval(), []
    for layer in net.layers:
        x = layer.forward(x)
        layers.append(layer)
        if isinstance(layer, Linear) and layer is not net.layers[-1]:
            bn = BatchNorm(x.shape[-1], dtype=net.dtype)
            mean, var = x.mean(axis=0), x.var(axis=0)
            bn.running_mean, bn.running_var, bn.beta, bn.gamma = mean, var, mean, np.sqrt(var + bn.eps)
            layers.append(bn)
    net.layers = layers
    net.pack()
    return net.eval()


def colour(brightness, hue):
    """Red, green and blue with this mean: on the way from black to the hue, or from the hue to white."""
    hue = np.array(HUES[hue])
    middle = hue.mean()
    if brightness < middle:
        return hue * (brightness / middle)
    return np.clip(hue + (1 - hue) * ((brightness - middle) / (1 - middle)), 0, 1)


class Coat(Explorer):
    """100 animals in any coat on any background, and what nets that know black ones only make of them.

    model, plain: an `MLP` with batch normalization before each activation and one without, for 3072 features and 2
    classes; coat: brightness of the coat; hue, background, way: start values. Without arguments: two small nets.
    """

    def __init__(self, *, model=None, plain=None, **start):
        if (model is None) != (plain is None):
            raise TypeError("give model and plain together: a net with batch normalization, and one without")
        given = () if model is None else ("model", "plain")
        model, plain = map(copy.copy, nets_of_black_animals() if model is None else (model, plain))  # as they are now
        for net, norms in ((model, len(model.sizes) - 2), (plain, 0)):
            found = len(net.batch_norm_layers())
            if len(net.sizes) < 3 or net.replicas is not None or found != norms or norms and not net.normalizes_first:
                raise ValueError(
                    "model has batch normalization before each activation, plain has none, neither has replicas; got "
                    f"{found} batch normalizations in a net of sizes {net.sizes}, replicas {net.replicas}"
                )
        self.animals = unseen_animals()
        labels = self.animals.labels
        self.shown = np.concatenate([np.flatnonzero(labels == label)[:SHOWN] for label in LOOKS])
        black = self.painted("black", 0.75)[1]
        self.nets = {"BN": model, "no BN": with_idle_norms(plain, black.astype(plain.dtype))}
        self.units, self.black = {}, {}
        for name, net in self.nets.items():
            z_hat = self.answers(net, black, "running")[1]
            apart = z_hat[labels == 1].mean(axis=0) - z_hat[labels == 0].mean(axis=0)
            self.units[name] = unit = np.argmax(np.abs(apart) / z_hat.std(axis=0))
            self.black[name] = z_hat[:, unit]
        self.kept = None, None
        super().__init__(given=given, **start)

    def make_controls(self):
        return {
            "coat": FloatSlider(0.1, min=0, max=1, step=0.01, description="coat"),
            "hue": ipywidgets.Dropdown(options=list(HUES), description="its hue"),
            "background": FloatSlider(0.75, min=0, max=1, step=0.01, description="background"),
            "way": ipywidgets.Dropdown(options=list(WAYS), description="normalize"),
        }

    def make_figures(self):
        places = [["animals", "black", "curve"], ["animals", "now", "curve"]]
        figure, axes = plots.figure(mosaic=places, height=400, width_ratios=(4, 3, 3))
        ax = axes["animals"]
        ax.set_title("dogs, then cats; ×: called wrong")
        self.images = plots.draw_images(ax, np.ones((2 * SHOWN, SIDE, SIDE, 3)), columns=4, moving=True)
        side = SIDE + plots.GAP
        self.corners = np.array([(i % 4 * side + 28, i // 4 * side + 5) for i in range(2 * SHOWN)])
        (self.wrong,) = ax.plot([], [], "x", color=colors.VERMILION, ms=9, mew=3, animated=True)
        self.bars = {}
        for row, title in (("black", "black coats, as in training"), ("now", "this coat")):
            ax = axes[row]
            ax.set(xlim=EDGES[[0, -1]], ylim=(0, 1.05), yticks=[], title=title)
            ax.spines.left.set_visible(False)
            self.bars[row] = [
                plots.draw_histogram(ax, EDGES[1:], EDGES, color=color, line=line, label=label, moving=True)
                for label, color, line in LOOKS.values()
            ]
        axes["black"].legend(loc="upper right", handlelength=1.5)
        axes["black"].tick_params(labelbottom=False)
        ax.set_xlabel("ẑ of one hidden unit")
        ax = axes["curve"]
        ax.set(xlim=(0, 1), ylim=(-0.02, 1.02), xlabel="coat", title="share called right")
        ax.axhline(0.5, color=colors.GRAY, linewidth=0.8, linestyle="-")
        (self.ground,) = ax.plot([], [], ":", color=colors.GRAY, animated=True)
        ax.plot([], [], ":", color=colors.GRAY, label="background")
        (self.curve,) = ax.plot([], [], "-", color=colors.BLACK, animated=True)
        (self.here,) = ax.plot([], [], "D", color=colors.VERMILION, ms=9, animated=True)
        ax.legend(loc="lower left", handlelength=1.5)
        return {"coat": figure}

    def painted(self, coat, background):
        """The animals as images, and as rows for a net."""
        images = cats.paint(self.animals, coat, background)
        return images, images.reshape(ANIMALS, -1)

    def answers(self, net, x, statistics):
        """What the net calls each animal, and the first hidden layer's z_hat (animals, units)."""
        outputs, layers = net.passed_through(x.astype(net.dtype), statistics)
        first = next(layer for layer in layers if isinstance(layer, BatchNorm))
        return outputs.argmax(axis=-1), first.cache.x_hat

    def curve_of(self, hue, background, way):
        """Share called right at all COATS. Kept, since the slider of the coat does not change it."""
        if self.kept[0] != (hue, background, way):
            name, statistics = WAYS[way]
            shares = []
            for coat in COATS:
                x = self.painted(colour(coat, hue), background)[1]
                shares.append(np.mean(self.answers(self.nets[name], x, statistics)[0] == self.animals.labels))
            self.kept = (hue, background, way), shares
        return self.kept[1]

    def compute(self, coat, hue, background, way):
        name, statistics = WAYS[way]
        images, x = self.painted(colour(coat, hue), background)
        called, z_hat = self.answers(self.nets[name], x, statistics)
        curve = self.curve_of(hue, background, way)
        return SimpleNamespace(images=images, called=called, z_hat=z_hat[:, self.units[name]], curve=curve)

    def show(self, result):
        coat, hue, background, way = self.state.values()
        labels = self.animals.labels
        right = result.called == labels
        self.images.set_data(plots.tile(result.images[self.shown], 4))
        self.wrong.set_data(*self.corners[~right[self.shown]].T)
        for row, values in (("black", self.black[WAYS[way][0]]), ("now", result.z_hat)):
            for label, bars in zip(LOOKS, self.bars[row], strict=True):
                plots.move_histogram(bars, values[labels == label], EDGES)
        self.ground.set_data([background, background], [-1, 2])
        self.curve.set_data(COATS, result.curve)
        self.here.set_data([coat], [right.mean()])
        dogs, found = np.sum(labels == 0), [np.sum(right[labels == label]) for label in LOOKS]
        return (
            f"{hue.capitalize()} coat of brightness {coat:.2f} on a background of {background:.2f}, {way}: "
            f"{right.sum()} of {ANIMALS} animals are called right, {found[0]} of {dogs} dogs and {found[1]} of "
            f"{ANIMALS - dogs} cats."
        )
