"""Batch normalization: the transform and its gradient as functions, and the layer that keeps running statistics."""

from collections import namedtuple

import numpy as np

from . import checks
from .layer import Checked, Layer, PerFeature, batch_mean, batch_sum


class Cache(namedtuple("Cache", "x_hat mean var std gamma")):
    """What the backward pass needs: the normalized x, shaped like x, and the statistics and gamma it came from.

    mean, var, std, gamma: (..., 1, features), std = sqrt(var + eps).
    """

    @property
    def scale(self):
        """gamma / std, (..., 1, features): by how much one x moves its own y, the statistics held."""
        return self.gamma / self.std

    @property
    def shape(self):
        """Shape of the output: that of x, with an axis of replicas in front if only gamma has one."""
        return self.gamma.shape[: max(0, self.gamma.ndim - self.x_hat.ndim)] + self.x_hat.shape


def batch_norm(x, gamma, beta, eps=1e-5):
    """Normalize each feature over the batch, then scale by gamma and shift by beta.

    x: (..., batch, features), batch >= 2; gamma, beta: (features,), or (..., features) with the leading axes of x;
    eps: in units of x squared. All arrays share one floating dtype, and so does what comes back.
    Returns y, shaped like x, and the cache that `batch_norm_backward` takes.
    Raises ValueError for a batch of one (its variance is 0, so y would be beta whatever x is), for NaN or infinity,
    for shapes that do not fit and for a negative eps; TypeError for mixed dtypes.
    Source: Ioffe & Szegedy 2015 (arXiv:1502.03167), Algorithm 1.
    """
    x, gamma, beta = checks.rows("x", x, 0), checks.plain("gamma", gamma), checks.plain("beta", beta)
    checks.alike(x=x, gamma=gamma, beta=beta)
    for name, value in (("gamma", gamma), ("beta", beta)):
        if value.shape not in (x.shape[-1:], shape := x.shape[:-2] + x.shape[-1:]):
            raise ValueError(f"x has shape {x.shape}, so {name} must have shape {shape}, but it has {value.shape}")
    checks.batch(x)
    checks.finite(x)
    return transform(x, gamma[..., None, :], beta[..., None, :], check_eps(eps))


def transform(x, gamma, beta, eps):
    """Algorithm 1 on checked input; gamma and beta: (..., 1, features)."""
    mu = batch_mean(x)
    centered = x - mu
    var = batch_mean(centered**2)
    return scale_and_shift(centered, mu, var, gamma, beta, eps)


def scale_and_shift(centered, mu, var, gamma, beta, eps):
    """Normalize x, of which centered = x - mu, by these statistics, then scale and shift."""
    std = np.sqrt(var + eps)
    x_hat = centered / std
    y = gamma * x_hat
    y += beta
    return y, Cache(x_hat, mu, var, std, gamma)


def batch_norm_backward(dy, cache):
    """Gradient of `batch_norm`, through the batch statistics as well.

    dy: gradient of the loss with respect to y, shaped like y; cache: what `batch_norm` returned beside y.
    Returns dx, shaped like x, and dgamma, dbeta of shape (..., features).
    Raises ValueError when dy does not have the shape of x, TypeError when it does not have its dtype.
    Source: Ioffe & Szegedy 2015, section 3, the six gradients, put together into one line for dx.
    """
    checks.kind("cache", cache, Cache)
    dx, dgamma, dbeta = gradients(checks.gradient(dy, cache.shape, cache.x_hat.dtype), cache)
    return dx, dgamma[..., 0, :], dbeta[..., 0, :]


def gradients(dy, cache):
    """The gradients on checked input; those of gamma and beta are (..., 1, features)."""
    x_hat, _, _, std, gamma = cache
    m = dy.shape[-2]
    dgamma, dbeta = batch_sum(dy * x_hat), batch_sum(dy)
    # The mean of dy is taken off, and its part along x_hat.
    dx = gamma / std * (dy - dbeta / m - x_hat * (dgamma / m))
    return dx, dgamma, dbeta


def check_eps(eps):
    return checks.number("eps", eps, 0, meaning=" (it is added to a variance)")


def check_momentum(momentum):
    meaning = ", the weight of the newest batch, from 0 to 1 (or None for the plain average)"
    return None if momentum is None else checks.number("momentum", momentum, 0, 1, meaning=meaning)


class BatchNorm(Layer):
    """Batch normalization of (batch, features), or of (replicas, batch, features) for independent replicas.

    features: number of features; eps: added to the variance, in units of x squared; momentum: the weight of the newest
    batch in the running statistics, in [0, 1] (0: never updated; None: the average of all batches so far); affine:
    whether gamma and beta are trained (if not, they stay 1 and 0); replicas: number of independent replicas.
    gamma, beta, running_mean, running_var: (features,), or (replicas, features).

    In training mode a batch is normalized by its own mean and variance (divided by m), and the running statistics move
    towards its mean and its unbiased variance (divided by m - 1). In eval mode the running statistics take their place.
    Source: Ioffe & Szegedy 2015, Algorithms 1 and 2; the running average is PyTorch's.
    """

    tracked = ("running_mean", "running_var")
    gamma, beta, running_mean, running_var = PerFeature(), PerFeature(), PerFeature(), PerFeature()
    eps, momentum = Checked(check_eps), Checked(check_momentum)

    def __init__(self, features, *, eps=1e-5, momentum=0.1, affine=True, replicas=None, dtype=np.float64):
        super().__init__(features, replicas, dtype)
        self.eps, self.momentum, self.affine = eps, momentum, checks.choice("affine", affine, [True, False])
        self.trained = ("gamma", "beta") if affine else ()
        for name, value in (("gamma", 1.0), ("beta", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            self.add(name, 1, features, value=value)
        self.batches_seen = 0

    def forward(self, x):
        """x: (batch, features) or (replicas, batch, features). Returns y of the same shape."""
        x, arrays = self.check(x), self.arrays
        gamma, beta = arrays["gamma"], arrays["beta"]
        if self.training:
            checks.batch(x)
            y, self.cache = transform(x, gamma, beta, self.eps)
            self.track(x.shape[-2])
        else:
            mu, var = arrays["running_mean"].copy(), arrays["running_var"].copy()
            y, self.cache = scale_and_shift(x - mu, mu, var, gamma, beta, self.eps)
        self.through_statistics, self.output_shape = self.training, y.shape
        return y

    def track(self, m):
        """Move the running statistics towards those of the batch of m examples that has just been normalized."""
        self.batches_seen += 1
        newest = 1 / self.batches_seen if self.momentum is None else self.momentum
        if newest == 0:  # and not 0 times the new value: that would let a NaN through
            return
        mean, var = self.arrays["running_mean"], self.arrays["running_var"]
        mean *= 1 - newest
        mean += newest * self.cache.mean
        var *= 1 - newest
        var += newest * m / (m - 1) * self.cache.var  # the unbiased variance

    def backward(self, dy):
        """dy: gradient with respect to the last y. Returns dx; leaves dgamma and dbeta, shaped like gamma and beta.

        After a forward pass in eval mode the statistics are constants, so dx is dy gamma / sqrt(running_var + eps).
        """
        dy, cache = self.gradient(dy), self.cache
        dx, dgamma, dbeta = gradients(dy, cache)
        self.dgamma, self.dbeta = dgamma[..., 0, :], dbeta[..., 0, :]
        return dx if self.through_statistics else dy * cache.scale
