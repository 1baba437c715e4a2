"""The layers that work on each value by itself: activations and dropout."""

import numpy as np

from . import checks
from .layer import Layer


class Elementwise(Layer):
    """Base of the layers that work on each value by itself, of any shape and floating dtype.

    `forward` checks x by `self.check(x)`, keeps the derivative of each value in `self.cache`, and returns an array
    shaped like x; `backward` multiplies by the derivative. A layer of your own needs no more than such a `forward`.
    """

    def __init__(self):
        self.arrays, self.cache = {}, None

    def check(self, x):
        x = checks.floating(f"x of {type(self).__name__}", x)
        self.dtype, self.output_shape = x.dtype, x.shape
        return x

    def backward(self, dy):
        return self.gradient(dy) * self.cache


class ReLU(Elementwise):
    """max(0, x)."""

    def forward(self, x):
        x = self.check(x)
        y = np.maximum(x, np.zeros_like(x))  # three times faster than with the number 0
        self.cache = x > 0
        return y


class Sigmoid(Elementwise):
    """1 / (1 + exp(-x)), written so that no x overflows."""

    def forward(self, x):
        y = (np.tanh(self.check(x) / 2) + 1) / 2
        self.cache = y * (1 - y)
        return y


class Tanh(Elementwise):
    """The hyperbolic tangent."""

    def forward(self, x):
        y = np.tanh(self.check(x))
        self.cache = 1 - y * y
        return y


class Dropout(Elementwise):
    """In training mode each value is set to 0 with probability `rate`, and the others are divided by 1 - rate.

    rng: a numpy.random.Generator, or a list of them, one for each replica: x then has a leading axis of replicas.
    Source: Srivastava et al. 2014; the division is at training time, so eval mode changes nothing.
    """

    def __init__(self, rate, rng):
        super().__init__()
        self.rate = checks.number("rate", rate, 0, below=1, meaning=", the share of values set to 0")
        self.rng, self.generators = rng, rng if isinstance(rng, list) else [rng]
        for each in self.generators:
            checks.generator(each)

    def forward(self, x):
        replicas, drops = len(self.rng) if isinstance(self.rng, list) else None, self.training and self.rate > 0
        if drops and replicas and (np.ndim(x) != 3 or len(x) != replicas):
            raise ValueError(f"Dropout has {replicas} replicas: x needs a leading axis for them, got {np.shape(x)}")
        x = self.check(x)
        if not drops:
            self.cache = np.ones_like(x)
            return x.copy()
        drawn = [rng.random(x.shape[1:] if replicas else x.shape) for rng in self.generators]
        self.cache = (np.reshape(drawn, x.shape) >= self.rate).astype(x.dtype) / x.dtype.type(1 - self.rate)
        return x * self.cache


ACTIVATIONS = {"relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh}
