"""What every layer shares: its mode, its parameters, and the check of what comes in."""

import functools

import numpy as np

from . import checks

# Unless a block of this size has been freed once, glibc gives the memory of a large step back to the system at its end,
# and asks for it again in the next one. That takes up to a third of the time of a step with 20 replicas.
np.empty(2**25 - 2**13, np.uint8)


class Parameter:
    """An array of a layer that others may hold a view of: assigning copies into it, and never replaces it.

    `layer.W = value` takes a finite number, a list, or an array of the layer's dtype; anything that fits by
    broadcasting.
    """

    def __set_name__(self, layer_class, name):
        self.name = name

    def __get__(self, layer, layer_class=None):
        return self if layer is None else layer.arrays[self.name]

    def __set__(self, layer, value):
        array, given = self.__get__(layer), checks.plain(self.name, value)
        if array is None:
            raise AttributeError(f"this {type(layer).__name__} was built without {self.name}, so it cannot be set")
        if given.dtype.kind not in "iuf" or (isinstance(value, np.ndarray) and given.dtype != array.dtype):
            raise TypeError(f"{self.name} takes numbers or an array of {array.dtype}, but got {given.dtype}")
        try:
            with np.errstate(over="ignore"):
                new = np.broadcast_to(given.astype(array.dtype), array.shape)
        except ValueError:
            found = f"a value of shape {given.shape} does not fit into it"
            raise ValueError(f"{self.name} has shape {array.shape}; {found}") from None
        checks.finite(new, f"the new {self.name}, in {array.dtype},")
        array[...] = new


class Checked:
    """An attribute that is checked whenever it is set, by a function that returns what is kept."""

    def __init__(self, check):
        self.check = check

    def __set_name__(self, layer_class, name):
        self.name = name

    def __set__(self, layer, value):
        vars(layer)[self.name] = self.check(value)


class PerFeature(Parameter):
    """A parameter with one value a feature: (features,) to the reader, and (1, features) in `arrays`.

    So that replicas, (replicas, 1, features), broadcast over the batch and never over the replicas by mistake.
    """

    def __get__(self, layer, layer_class=None):
        array = super().__get__(layer)
        return array[..., 0, :] if isinstance(array, np.ndarray) else array


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
        self.features = checks.whole("features", features, 1)
        self.replicas = None if replicas is None else checks.whole("replicas", replicas, 1)
        self.dtype = np.dtype(dtype)
        if self.dtype.char not in checks.FLOATS:
            raise TypeError(f"a layer computes in floating point, not in {self.dtype}: use float32 or float64")
        self.arrays, self.cache = {}, None

    def add(self, name, *shape, value=0.0):
        """Make the array of a parameter: `shape`, or (replicas, *shape), as it is kept in `arrays`."""
        lead = () if self.replicas is None else (self.replicas,)
        self.arrays[name] = np.full(lead + shape, value, dtype=self.dtype)

    def train(self, training=True):
        self.training = training
        return self

    def eval(self):
        return self.train(False)

    def __copy__(self):
        """A layer that shares the arrays, and nothing of what the last forward pass kept."""
        other = object.__new__(type(self))
        vars(other).update(vars(self) | {"cache": None})
        return other

    def check(self, x):
        """Raise unless x is (batch, features) or (replicas, batch, features) of the layer's dtype."""
        x = checks.plain("x", x)
        if x.ndim == 2 or (x.ndim == 3 and x.shape[0] == self.replicas):
            if x.shape[-1] == self.features and x.dtype == self.dtype:
                return x
        kind, alone = type(self).__name__, f"(batch, {self.features})"
        expected = alone if self.replicas is None else f"{alone} or ({self.replicas}, {alone[1:]}"
        if x.dtype != self.dtype and x.shape[-1:] == (self.features,):
            raise TypeError(f"{kind} works in {self.dtype}, but x is {x.dtype}: convert one of them, none is cast here")
        raise ValueError(f"{kind} expects x of shape {expected}, but got {x.shape}")

    def gradient(self, dy):
        """dy as an array, if it can be the gradient of the last output."""
        if self.cache is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward pass before it: call forward(x) first")
        return checks.gradient(dy, self.output_shape, self.dtype)


def batch_sum(x):
    """Sum over the batch: (..., batch, features) to (..., 1, features). A product is three to five times faster than
    np.sum.
    """
    row = ones(x.shape[-2], x.dtype)
    # dot gives the same bits as @, but for a single number, and starts in half the time.
    return row.dot(x) if x.ndim == 2 and x.shape[-1] > 1 else row @ x


def batch_mean(x):
    """Mean over the batch: (..., batch, features) to (..., 1, features)."""
    return batch_sum(x) / x.shape[-2]


@functools.lru_cache(maxsize=64)
def ones(length, dtype):
    row = np.ones((1, length), dtype)
    row.flags.writeable = False
    return row
