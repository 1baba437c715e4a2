"""The linear layer, and the folding of a batch normalization into the linear layer before it."""

import sys

import numpy as np

from . import checks
from .batchnorm import BatchNorm
from .layer import Layer, Parameter, PerFeature, batch_sum

# numpy in a browser has no BLAS: there a layer with so many features in multiplies by einsum, along the features, which
# lie side by side. The products of a step in lesson 5 (ten nets) take 51 ms instead of 287; narrow layers gain nothing.
WIDE = 256 if sys.platform == "emscripten" else np.inf


class Linear(Layer):
    """y = x W + b. x: (batch, features_in) or (replicas, batch, features_in); W: (features_in, features_out), or with a
    leading axis of replicas; b: (features_out,) likewise, or None when bias is False. Both start at 0: `MLP` draws W.

    x itself is kept until `backward`, not a copy of it: what is written into it in between changes dW.
    """

    W, b = Parameter(), PerFeature()

    def __init__(self, features_in, features_out, *, bias=True, replicas=None, dtype=np.float64):
        super().__init__(features_in, replicas, dtype)
        features_out = checks.whole("features_out", features_out, 1)
        self.trained = ("W", "b") if checks.choice("bias", bias, [True, False]) else ("W",)
        self.arrays["b"] = None
        for name, rows in zip(self.trained, (features_in, 1), strict=False):
            self.add(name, rows, features_out)

    def forward(self, x):
        self.cache = x = self.check(x)
        y = self.product(x, self.arrays["W"])
        if self.arrays["b"] is not None:
            y += self.arrays["b"]
        self.output_shape = y.shape
        return y

    def backward(self, dy, input_gradient=True):
        """Leaves dW and db; returns dx, or None when it is not asked for (the first layer of a net needs none)."""
        dy = self.gradient(dy)
        self.dW = self.product(self.cache.mT, dy)
        if self.arrays["b"] is not None:
            self.db = batch_sum(dy)[..., 0, :]
        return self.product(dy, self.arrays["W"].mT) if input_gradient else None

    def product(self, a, b):
        if self.features < WIDE:
            return a @ b
        if a.shape[-2] == self.features:  # of dW
            return np.einsum("...ij,...jk->...ki", a, b).mT
        return np.einsum("...ij,...jk->...ik", a, np.ascontiguousarray(b.mT).mT)


def fold(linear, bn):
    """One linear layer that does what `linear` followed by `bn` in eval mode does, up to rounding.

    linear: Linear with as many features out as bn has features; bn: BatchNorm (its running statistics are used).
    Returns a new Linear with W' = W s and b' = (b - running_mean) s + beta, where s = gamma / sqrt(running_var + eps).
    Raises ValueError when the two do not fit together, TypeError for mixed dtypes. Not allowed when something that is
    not linear stands between them. Source: the affine map of Ioffe & Szegedy 2015, Algorithm 2, line 11.
    """
    checks.kind("linear", linear, Linear)
    checks.kind("bn", bn, BatchNorm)
    if linear.W.shape[-1] != bn.features or linear.replicas != bn.replicas:
        given = f"the linear layer gives {linear.W.shape[-1]} features (replicas: {linear.replicas})"
        raise ValueError(f"{given}, but bn takes {bn.features} (replicas: {bn.replicas}): fold it with the next layer")
    checks.alike(linear=linear, bn=bn)
    scale = bn.gamma / np.sqrt(bn.running_var + bn.eps)
    folded = Linear(linear.features, bn.features, replicas=linear.replicas, dtype=linear.dtype)
    folded.W = linear.W * scale[..., None, :]
    folded.b = ((0 if linear.b is None else linear.b) - bn.running_mean) * scale + bn.beta
    return folded
