"""The linear layer, and the folding of a batch normalization into the linear layer before it."""

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
