"""The toy MLP: a stack of layers, with the kind of normalization and its place chosen by name."""

import copy

import numpy as np

from . import checks
from .batchnorm import BatchNorm
from .elementwise import ACTIVATIONS, Dropout
from .linear import Linear


class MLP:
    """A multi-layer perceptron: hidden layers of linear, batch normalization, activation, dropout, and a linear output.

    sizes: features of the input, of each hidden layer, and of the output; norm: "batch" or None; placement: batch
    normalization "before" or "after" the activation; activation: "relu", "sigmoid" or "tanh"; bias: whether hidden
    linear layers have b (None: yes, unless batch normalization follows at once, which takes b off again); init_scale:
    the initial weights are normal with standard deviation init_scale * g / sqrt(features_in), g = sqrt(2) before a ReLU
    (He et al. 2015) and 1 elsewhere; dropout: rate after each hidden activation; bn: arguments for each `BatchNorm`;
    replicas: number of independent nets trained side by side, net r drawn from rng.spawn(replicas)[r]; rng: a
    numpy.random.Generator; dtype: float32 or float64. Raises ValueError or TypeError for what does not exist.

    layers: the list of layers, in order. state: one array (values,) or (replicas, values) of all that training changes,
    of which the arrays of the layers are views: first all W, then the other parameters, then the running statistics.
    weights, parameters, statistics: its first part, its first two, and its last.
    """

    def __init__(self, sizes, *, norm="batch", placement="before", activation="relu", bias=None, init_scale=1.0,
                 dropout=0.0, bn=None, replicas=None, rng, dtype=np.float32):  # fmt: skip
        checks.choice("norm", norm, ["batch", None])
        checks.choice("placement", placement, ["before", "after"])
        checks.choice("activation", activation, list(ACTIVATIONS))
        checks.kind("bn", bn := {} if bn is None else bn, dict)
        if norm is None and (bn or placement != "before"):
            raise ValueError(f"with norm=None, bn={bn} and placement={placement!r} say nothing: leave them out")
        checks.number("init_scale", init_scale)
        checks.number("dropout", dropout, 0, below=1)
        checks.generator(rng)
        self.sizes, self.dtype = (sizes := checked_sizes(sizes)), np.dtype(dtype)
        self.replicas = replicas = None if replicas is None else checks.whole("replicas", replicas, 1)
        rngs = [rng] if replicas is None else rng.spawn(replicas)
        self.normalizes_first = norm == "batch" and placement == "before"
        hidden_bias = not self.normalizes_first if bias is None else bias
        common = {"replicas": replicas, "dtype": dtype}
        self.layers = []
        for features_in, features_out in zip(sizes[:-2], sizes[1:-1], strict=True):
            block = [Linear(features_in, features_out, bias=hidden_bias, **common), ACTIVATIONS[activation]()]
            if norm == "batch":
                block.insert(1 if self.normalizes_first else 2, BatchNorm(features_out, **common, **bn))
            if dropout:
                block.append(Dropout(dropout, rng if replicas is None else rngs))
            self.layers += block
        self.layers.append(Linear(sizes[-2], sizes[-1], **common))
        for layer in self.linear_layers():
            gain = np.sqrt(2) if activation == "relu" and layer is not self.layers[-1] else 1.0
            std = init_scale * gain / np.sqrt(layer.features)
            drawn = [rng.standard_normal(layer.W.shape[-2:]) * std for rng in rngs]
            layer.W = (drawn[0] if replicas is None else np.stack(drawn)).astype(dtype)
        self.pack()

    def pack(self):
        """Put all that training changes into one array, and make the arrays of the layers views of it."""
        lead = () if self.replicas is None else (self.replicas,)
        flat = {key: key[0].arrays[key[1]].reshape(*lead, -1) for key in self.in_order()}
        self.state, self.slots, start = np.concatenate(list(flat.values()), axis=-1), [], 0
        for (layer, name), array in flat.items():
            where, shape = slice(start, start + array.shape[-1]), layer.arrays[name].shape
            layer.arrays[name] = self.state[..., where].reshape(shape)
            self.slots.append((layer, name, where, shape))
            start = where.stop
        self.gradients = [(layer, "d" + name) for layer, name in flat if name in layer.trained]
        ends = {name: where.stop for _, name, where, _ in self.slots if name not in BatchNorm.tracked}
        self.weights = self.state[..., : ends["W"]]
        self.parameters = self.state[..., : max(ends.values())]
        self.statistics = self.state[..., max(ends.values()) :]

    def in_order(self):
        """All (layer, name) of what training changes, in the order of state."""
        weights = [(layer, "W") for layer in self.linear_layers()]
        others = [(layer, name) for layer in self.layers for name in layer.trained if name != "W"]
        return weights + others + [(layer, name) for layer in self.layers for name in layer.tracked]

    def gradient(self):
        """The gradients that `backward` has left in the layers, as one new array shaped like parameters."""
        shape = (*self.state.shape[:-1], -1)
        return np.concatenate([getattr(layer, name).reshape(shape) for layer, name in self.gradients], axis=-1)

    def check_packed(self):
        """Raise unless all that training changes lies in state: a layer that was put in later is not."""
        for layer, name in self.in_order():
            if layer.arrays[name].base is not self.state:
                raise ValueError(f"{name} of a {type(layer).__name__} is not in the net's state: call pack() first")

    def __setstate__(self, kept):  # a copied or unpickled net gets a state of its own
        self.__dict__.update(kept)
        self.pack()

    def __copy__(self):  # a net that shared layers with another would take them out of its state
        return copy.deepcopy(self)

    def linear_layers(self):
        return [layer for layer in self.layers if isinstance(layer, Linear)]

    def batch_norm_layers(self):
        return [layer for layer in self.layers if isinstance(layer, BatchNorm)]

    def train(self, training=True):
        for layer in self.layers:
            layer.training = training
        return self

    def eval(self):
        return self.train(False)

    def forward(self, x, outputs=None):
        """x: (batch, features) or (replicas, batch, features). Returns the outputs of the last layer (no softmax).

        outputs: a list to which the output of each layer is appended, for those who want to look inside. If a layer
        refuses its input, all layers are as before.
        """
        statistics, kept = self.statistics.copy(), [vars(layer).copy() for layer in self.layers]
        try:
            for layer in self.layers:
                x = layer.forward(x)
                if outputs is not None:
                    outputs.append(x)
        except BaseException:
            self.statistics[...] = statistics
            for layer, attributes in zip(self.layers, kept, strict=True):
                vars(layer).update(attributes)
            raise
        return x

    def hidden(self, outputs):
        """For each hidden layer, of all outputs: that of its linear part, and what enters its activation."""
        z, pairs, activations = None, [], tuple(ACTIVATIONS.values())
        for i, layer in enumerate(self.layers):
            z = outputs[i] if isinstance(layer, Linear) else z
            pairs += [(z, outputs[i - 1])] if isinstance(layer, activations) else []
        return pairs

    def backward(self, dy, input_gradient=True):
        """dy: gradient with respect to the last outputs. Leaves the gradients in the layers; returns dx, or None."""
        for layer in reversed(self.layers[1:]):
            dy = layer.backward(dy)
        first = self.layers[0]
        return first.backward(dy, input_gradient) if isinstance(first, Linear) else first.backward(dy)

    def infer(self, x, statistics="running"):
        """Outputs for x without any trace in the net: mode, statistics and what backward needs stay as they are.

        x: (n, features) or (replicas, n, features), finite; statistics: batch normalization uses the "running" ones
        (eval mode), or those of x itself, "batch" (training mode). Dropout is off. Returns (n, outputs), or
        (replicas, n, outputs).
        """
        checks.finite(checks.rows("x", x))
        return self.passed_through(x, statistics)[0]

    def predict(self, x, statistics="running"):
        """The class with the largest output for each row of x: (n,), or (replicas, n). Arguments as for `infer`.

        -1, no class, where an output is NaN. Raises ValueError for a net that holds NaN or infinity itself.
        """
        checks.finite(self.state, "the net has diverged: its state")
        outputs = self.infer(x, statistics)
        return np.where(np.isnan(outputs).any(axis=-1), -1, outputs.argmax(axis=-1))

    def passed_through(self, x, statistics):
        """The outputs of `infer`, also for NaN, and the shallow copies of the layers that x went through."""
        checks.choice("statistics", statistics, ["running", "batch"])
        layers = [copy.copy(layer).eval() for layer in self.layers]
        for layer in layers:
            if isinstance(layer, BatchNorm):
                layer.training, layer.momentum = statistics == "batch", 0
            x = layer.forward(x)
        return x, layers


def checked_sizes(sizes):
    if isinstance(sizes, str) or not np.iterable(sizes) or len(sizes := tuple(sizes)) < 2:
        raise ValueError(
            f"sizes are the features of the input, of each hidden layer and of the output, but got {sizes!r}"
        )
    return tuple(checks.whole(f"each of sizes={sizes}", size, 1) for size in sizes)
