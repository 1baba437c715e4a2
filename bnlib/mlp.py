"""The toy MLP: a stack of layers, with the kind of normalization and its place chosen by name."""

import copy
import math

import numpy as np

from .batchnorm import BatchNorm, check_batch, check_finite
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

    def __init__(
        self,
        sizes,
        *,
        norm="batch",
        placement="before",
        activation="relu",
        bias=None,
        init_scale=1.0,
        dropout=0.0,
        bn=None,
        replicas=None,
        rng,
        dtype=np.float32,
    ):
        check_choice("norm", norm, ["batch", None])
        check_choice("placement", placement, ["before", "after"])
        check_choice("activation", activation, list(ACTIVATIONS))
        if len(sizes) < 2 or min(sizes) < 1:
            raise ValueError(f"sizes are the features of the input, the hidden layers and the output; got {sizes}")
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng must be a numpy.random.Generator, such as np.random.default_rng(0); got {rng!r}")
        self.sizes, self.replicas, self.dtype = tuple(sizes), replicas, np.dtype(dtype)
        rngs = [rng] if replicas is None else rng.spawn(replicas)
        self.normalizes_first = norm == "batch" and placement == "before"
        hidden_bias = not self.normalizes_first if bias is None else bias
        common = {"replicas": replicas, "dtype": dtype}
        self.layers = []
        for features_in, features_out in zip(sizes[:-2], sizes[1:-1], strict=True):
            block = [Linear(features_in, features_out, bias=hidden_bias, **common), ACTIVATIONS[activation]()]
            if norm == "batch":
                block.insert(1 if self.normalizes_first else 2, BatchNorm(features_out, **common, **(bn or {})))
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
        arrays = [layer.arrays[name].reshape(*lead, -1) for layer, name in self.in_order()]
        self.spread(np.concatenate(arrays, axis=-1))

    def in_order(self):
        """All (layer, name) of what training changes, in the order of state."""
        weights = [(layer, "W") for layer in self.linear_layers()]
        others = [(layer, name) for layer in self.layers for name in layer.trained if name != "W"]
        return weights + others + [(layer, name) for layer in self.layers for name in layer.tracked]

    def spread(self, state):
        """Make state, (values,) or (replicas, values), the state, and the arrays of the layers views of it."""
        self.state, self.slots, start = state, [], 0
        lead = state.shape[:-1]
        for layer, name in self.in_order():
            shape = lead + layer.arrays[name].shape[len(lead) :]
            stop = start + math.prod(shape[len(lead) :])
            layer.arrays[name] = state[..., start:stop].reshape(shape)
            self.slots.append((layer, name, slice(start, stop), shape))
            start = stop
        stop = {name: where.stop for _, name, where, _ in self.slots}
        self.weights = state[..., : stop["W"]]
        self.parameters = state[..., : max(stop[name] for layer in self.layers for name in layer.trained)]
        self.statistics = state[..., self.parameters.shape[-1] :]

    def part(self, replicas):
        """The nets of some replicas, a slice, as a net of its own that shares its state with this one."""
        part = object.__new__(MLP)
        vars(part).update(vars(self))
        part.replicas = len(range(self.replicas)[replicas])
        part.layers = [layer.part(replicas) for layer in self.layers]
        part.spread(self.state[replicas])
        return part

    def __getstate__(self):
        views = ("state", "slots", "weights", "parameters", "statistics")
        return {name: value for name, value in vars(self).items() if name not in views}

    def __setstate__(self, kept):  # a copied or unpickled net gets a state of its own
        self.__dict__.update(kept)
        self.pack()

    def __copy__(self):  # a net that shared layers with another would take them out of its state
        return copy.deepcopy(self)

    def linear_layers(self):
        return [layer for layer in self.layers if isinstance(layer, Linear)]

    def batch_norm_layers(self):
        return [layer for layer in self.layers if isinstance(layer, BatchNorm)]

    def train(self):
        for layer in self.layers:
            layer.train()
        return self

    def eval(self):
        for layer in self.layers:
            layer.eval()
        return self

    def forward(self, x, outputs=None):
        """x: (batch, features) or (replicas, batch, features). Returns the outputs of the last layer (no softmax).

        outputs: a list to which the output of each layer is appended, for those who want to look inside.
        """
        x = np.asarray(x)
        if x.ndim >= 2 and x.shape[-2] < 2 and any(bn.training for bn in self.batch_norm_layers()):
            check_batch(x)  # before any layer has changed
        for layer in self.layers:
            x = layer.forward(x)
            if outputs is not None:
                outputs.append(x)
        return x

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
        return self.passed_through(x, statistics)[0]

    def predict(self, x, statistics="running"):
        """The class with the largest output for each row of x: (n,), or (replicas, n). Arguments as for `infer`."""
        return self.infer(x, statistics).argmax(axis=-1)

    def passed_through(self, x, statistics):
        """The outputs of `infer`, and the shallow copies of the layers that x went through."""
        check_finite(np.asarray(x))
        return self.passed_unchecked(x, statistics)

    def passed_unchecked(self, x, statistics):
        check_choice("statistics", statistics, ["running", "batch"])
        layers = [copy.copy(layer).eval() for layer in self.layers]
        for layer in layers:
            if isinstance(layer, BatchNorm):
                layer.training, layer.momentum = statistics == "batch", 0
            x = layer.forward(x)
        return x, layers


def check_choice(name, value, choices):
    if value not in choices:
        raise ValueError(f"{name} must be one of {choices}, but it is {value!r}")
