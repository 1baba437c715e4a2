"""The layers that work on each value by itself: activations and dropout."""

import copy

import numpy as np

from .layer import Layer


class Elementwise(Layer):
    """Base of the layers that work on each value by itself, of any shape and floating dtype.

    `forward` checks x by `self.check(x)`, keeps the derivative of each value in `self.cache`, and returns an array
    shaped like x; `backward` multiplies by the derivative. A layer of your own needs no more than such a `forward`.
    """

    def __init__(self):
        self.arrays = {}
        self.gradients_into = {}
        self.cache = None

    def part(self, replicas):
        return copy.copy(self)

    def check(self, x):
        x = np.asarray(x)
        if x.dtype.kind != "f":
            raise TypeError(f"{type(self).__name__} needs floating point numbers, but x is {x.dtype}: convert it first")
        self.dtype, self.output_shape = x.dtype, x.shape
        return x

    def backward(self, dy):
        return self.gradient(dy) * self.cache


class ReLU(Elementwise):
    """max(0, x)."""

    zeros = np.zeros(())

    def forward(self, x):
        x = self.check(x)
        if self.zeros.shape != x.shape or self.zeros.dtype != x.dtype:
            self.zeros = np.zeros_like(x)
        y = np.maximum(x, self.zeros)  # three times faster than with the number 0
        self.cache = y > self.zeros
        return y


class Sigmoid(Elementwise):
    """1 / (1 + exp(-x)), written so that no x overflows."""

    def forward(self, x):
        y = np.tanh(self.check(x) / 2)
        y += 1
        y /= 2
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
        if not 0 <= rate < 1:
            raise ValueError(f"rate is the share of values set to 0: at least 0 and less than 1, but it is {rate}")
        super().__init__()
        self.rate, self.rng = rate, rng

    def part(self, replicas):
        part = super().part(replicas)
        part.rng = self.rng[replicas]
        return part

    def forward(self, x):
        drops = self.training and self.rate > 0
        if drops and isinstance(self.rng, list) and (np.ndim(x) != 3 or len(x) != len(self.rng)):
            raise ValueError(
                f"Dropout has {len(self.rng)} replicas: x needs a leading axis for them, got {np.shape(x)}"
            )
        x = self.check(x)
        if not drops:
            self.cache = np.ones(x.shape, x.dtype)
            return x.copy()
        if isinstance(self.rng, list):
            drawn = np.stack([rng.random(x.shape[1:]) for rng in self.rng])
        else:
            drawn = self.rng.random(x.shape)
        self.cache = (drawn >= self.rate).astype(x.dtype) / x.dtype.type(1 - self.rate)
        return x * self.cache


ACTIVATIONS = {"relu": ReLU, "sigmoid": Sigmoid, "tanh": Tanh}
