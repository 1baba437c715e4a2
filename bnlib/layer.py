"""What every layer shares: its mode, its parameters, and the check of what comes in."""

import numpy as np


class Parameter:
    """An array of a layer that others may hold a view of: assigning copies into it, and never replaces it.

    `layer.W = value` takes a number, a list, or an array of the layer's dtype; anything that fits by broadcasting.
    """

    def __set_name__(self, layer_class, name):
        self.name = name

    def __get__(self, layer, layer_class=None):
        return self if layer is None else layer.arrays[self.name]

    def __set__(self, layer, value):
        array = layer.arrays[self.name]
        if array is None:
            raise AttributeError(f"this {type(layer).__name__} was built without {self.name}, so it cannot be set")
        if isinstance(value, np.ndarray) and value.dtype != array.dtype:
            raise TypeError(
                f"{self.name} is {array.dtype}, but the new value is {value.dtype}: convert it with .astype first"
            )
        try:
            array[...] = value
        except ValueError:
            raise ValueError(
                f"{self.name} has shape {array.shape}; a value of shape {np.shape(value)} does not fit into it"
            ) from None


class Layer:
    """Base of all layers.

    A layer works on arrays of shape (batch, features), or (replicas, batch, features) for independent replicas.
    `trained` names the parameters that an optimizer changes, `tracked` the statistics kept beside them; the array of
    each is in `arrays`. After `backward` the gradient of parameter `p` is the attribute `dp`.
    """

    trained = ()
    tracked = ()
    training = True

    def __init__(self, features, replicas, dtype):
        self.features = features
        self.replicas = replicas
        self.dtype = np.dtype(dtype)
        if self.dtype.kind != "f":
            raise TypeError(f"a layer computes in floating point, not in {self.dtype}: use float32 or float64")
        self.arrays = {}
        self.gradients_into = {}
        self.cache = None

    def add(self, name, *shape, value=0.0):
        """Make the array of a parameter: `shape`, or (replicas, *shape)."""
        lead = () if self.replicas is None else (self.replicas,)
        self.arrays[name] = np.full(lead + shape, value, dtype=self.dtype)

    def train(self):
        self.training = True
        return self

    def eval(self):
        self.training = False
        return self

    def check(self, x):
        """Raise unless x is (batch, features) or (replicas, batch, features) of the layer's dtype."""
        x = np.asarray(x)
        if x.ndim == 2 or (x.ndim == 3 and x.shape[0] == self.replicas):
            if x.shape[-1] == self.features and x.dtype == self.dtype:
                return x
        kind = type(self).__name__
        expected = f"(batch, {self.features})"
        if self.replicas is not None:
            expected += f" or ({self.replicas}, batch, {self.features})"
        if x.dtype != self.dtype and x.shape[-1:] == (self.features,):
            raise TypeError(f"{kind} works in {self.dtype}, but x is {x.dtype}: convert one of them, none is cast here")
        raise ValueError(f"{kind} expects x of shape {expected}, but got {x.shape}")

    def remembered(self):
        """What forward kept for backward."""
        if self.cache is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward pass before it: call forward(x) first")
        return self.cache


def check_gradient(dy, shape, dtype):
    """Raise unless a gradient has the shape and the dtype of the output it belongs to."""
    dy = np.asarray(dy)
    if dy.shape != shape:
        raise ValueError(f"the gradient must have the shape of the output, {shape}, but it has {dy.shape}")
    if dy.dtype != dtype:
        raise TypeError(f"the output is {dtype}, but its gradient is {dy.dtype}: give both the same dtype")
    return dy
