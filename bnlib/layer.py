"""What every layer shares: its mode, its parameters, and the check of what comes in."""

import copy
import functools

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
        array = self.__get__(layer)
        if array is None:
            raise AttributeError(f"this {type(layer).__name__} was built without {self.name}, so it cannot be set")
        if isinstance(value, np.ndarray) and value.dtype != array.dtype:
            raise TypeError(
                f"{self.name} is {array.dtype}, but the new value is {value.dtype}: convert it with .astype first"
            )
        if np.asarray(value).dtype.kind not in "biuf":
            raise TypeError(f"{self.name} takes numbers, but got {value!r}")
        try:
            array[...] = value
        except ValueError:
            raise ValueError(
                f"{self.name} has shape {array.shape}; a value of shape {np.shape(value)} does not fit into it"
            ) from None


class PerFeature(Parameter):
    """A parameter with one value a feature: (features,) to the reader, and (1, features) in `arrays`.

    So that replicas, (replicas, 1, features), broadcast over the batch and never over the replicas by mistake.
    """

    def __get__(self, layer, layer_class=None):
        if layer is None:
            return self
        array = layer.arrays[self.name]
        return None if array is None else array[..., 0, :]


class Layer:
    """Base of all layers.

    A layer works on arrays of shape (batch, features), or (replicas, batch, features) for independent replicas.
    `trained` names the parameters that an optimizer changes, `tracked` the statistics kept beside them; the array of
    each is in `arrays`. After `backward` the gradient of parameter `p` is the attribute `dp`; where `gradients_into`
    has an array for it, that is where it is written.
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
        """Make the array of a parameter: `shape`, or (replicas, *shape), as it is kept in `arrays`."""
        lead = () if self.replicas is None else (self.replicas,)
        self.arrays[name] = np.full(lead + shape, value, dtype=self.dtype)

    def train(self):
        self.training = True
        return self

    def eval(self):
        self.training = False
        return self

    def __copy__(self):
        """A layer that shares the arrays, and nothing of what the last forward pass kept."""
        other = object.__new__(type(self))
        vars(other).update(vars(self) | {"cache": None})
        return other

    def part(self, replicas):
        """This layer for some of its replicas, a slice: its arrays are views, and what forward kept stays here."""
        part = copy.copy(self)
        part.arrays = {name: array if array is None else array[replicas] for name, array in self.arrays.items()}
        part.replicas = len(range(self.replicas)[replicas])
        part.gradients_into = {}
        return part

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

    def gradient(self, dy):
        """dy as an array, if it can be the gradient of the last output."""
        if self.cache is None:
            raise RuntimeError(f"{type(self).__name__}.backward needs a forward pass before it: call forward(x) first")
        return check_gradient(dy, self.output_shape, self.dtype)


def check_gradient(dy, shape, dtype):
    """Raise unless a gradient has the shape and the dtype of the output it belongs to."""
    dy = np.asarray(dy)
    if dy.shape != shape:
        raise ValueError(f"the gradient must have the shape of the output, {shape}, but it has {dy.shape}")
    if dy.dtype != dtype:
        raise TypeError(f"the output is {dtype}, but its gradient is {dy.dtype}: give both the same dtype")
    return dy


def product(a, b, out=None):
    """The matrix product a @ b, also of stacks of matrices.

    `np.matmul` does each matrix of a stack as `dot` does one, to the last bit, but takes twice as long to start. Only
    a single number is summed in another order, so that is left to `np.matmul`.
    """
    if a.ndim == b.ndim == 2 and (a.shape[0] > 1 or b.shape[1] > 1):
        return a.dot(b, out)
    return np.matmul(a, b, out=out)


def batch_sum(x, out=None):
    """Sum over the batch: (..., batch, features) to (..., 1, features). A product is much faster than np.sum."""
    return product(row_of_ones(x.shape[-2], x.dtype), x, out)


def batch_mean(x):
    """Mean over the batch: (..., batch, features) to (..., 1, features)."""
    mean = batch_sum(x)
    mean /= batch_size(x)
    return mean


def batch_size(x):
    """The number of examples as an array: numpy divides small arrays by it in half the time it takes for a number."""
    return as_array(x.shape[-2], x.dtype)


@functools.lru_cache(maxsize=64)
def row_of_ones(length, dtype):
    return read_only(np.ones((1, length), dtype))


@functools.lru_cache(maxsize=64)
def as_array(number, dtype):
    return read_only(np.array(number, dtype))


def read_only(array):
    array.flags.writeable = False
    return array
