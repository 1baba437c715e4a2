"""The other layers of the toy MLP, and the folding of a batch normalization into the linear layer before it."""

import copy

import numpy as np

from .layer import Layer, Parameter, PerFeature, batch_sum, product


class Linear(Layer):
    """y = x W + b. x: (batch, features_in) or (replicas, batch, features_in); W: (features_in, features_out), or with a
    leading axis of replicas; b: (features_out,) likewise, or None when bias is False. Both start at 0: `MLP` draws W.
    """

    W, b = Parameter(), PerFeature()

    def __init__(self, features_in, features_out, *, bias=True, replicas=None, dtype=np.float64):
        super().__init__(features_in, replicas, dtype)
        self.trained = ("W", "b") if bias else ("W",)
        self.add("W", features_in, features_out)
        if bias:
            self.add("b", 1, features_out)
        else:
            self.arrays["b"] = None

    def forward(self, x):
        self.cache = x = self.check(x)
        y = product(x, self.arrays["W"])
        if self.arrays["b"] is not None:
            y += self.arrays["b"]
        self.output_shape = y.shape
        return y

    def backward(self, dy, input_gradient=True):
        """Leaves dW and db; returns dx, or None when it is not asked for (the first layer of a net needs none)."""
        dy, W = self.gradient(dy), self.arrays["W"]
        self.dW = product(self.cache.mT, dy, self.gradients_into.get("W"))
        if self.arrays["b"] is not None:
            self.db = batch_sum(dy, self.gradients_into.get("b"))[..., 0, :]
        return product(dy, W.mT) if input_gradient else None


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


def fold(linear, bn):
    """One linear layer that does what `linear` followed by `bn` in eval mode does, up to rounding.

    linear: Linear with as many features out as bn has features; bn: BatchNorm (its running statistics are used).
    Returns a new Linear with W' = W s and b' = (b - running_mean) s + beta, where s = gamma / sqrt(running_var + eps).
    Raises ValueError when the two do not fit together, TypeError for mixed dtypes. Not allowed when something that is
    not linear stands between them. Source: the affine map of Ioffe & Szegedy 2015, Algorithm 2, line 11.
    """
    if linear.W.shape[-1] != bn.features or linear.replicas != bn.replicas:
        raise ValueError(
            f"the linear layer gives {linear.W.shape[-1]} features (replicas: {linear.replicas}), but the batch "
            f"normalization takes {bn.features} (replicas: {bn.replicas}): fold a layer with the one right after it"
        )
    if linear.dtype != bn.dtype:
        raise TypeError(f"linear is {linear.dtype}, but bn is {bn.dtype}: give both the same dtype")
    scale = bn.gamma / np.sqrt(bn.running_var + bn.eps)
    folded = Linear(linear.features, bn.features, replicas=linear.replicas, dtype=linear.dtype)
    folded.W = linear.W * scale[..., None, :]
    folded.b = ((0 if linear.b is None else linear.b) - bn.running_mean) * scale + bn.beta
    return folded
