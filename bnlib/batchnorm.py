"""Batch normalization: the transform and its gradient as functions, and the layer that keeps running statistics."""

from typing import NamedTuple

import numpy as np

from .layer import Layer, Parameter, check_gradient


class Cache(NamedTuple):
    """What the backward pass needs, x_hat (shaped like x) and scale = gamma / sqrt(var + eps), and the statistics used.

    scale, mean, var: (..., 1, features).
    """

    x_hat: np.ndarray
    scale: np.ndarray
    mean: np.ndarray
    var: np.ndarray

    @property
    def shape(self):
        """Shape of the output: that of x_hat, with an axis of replicas in front if only gamma has one."""
        return self.scale.shape[: max(0, self.scale.ndim - self.x_hat.ndim)] + self.x_hat.shape


def batch_norm(x, gamma, beta, eps=1e-5):
    """Normalize each feature over the batch, then scale by gamma and shift by beta.

    x: (..., batch, features), batch >= 2; gamma, beta: (features,), or (..., features) with the leading axes of x;
    eps: in units of x squared. All arrays share one floating dtype, and so does what comes back.
    Returns y, shaped like x, and the cache that `batch_norm_backward` takes.
    Raises ValueError for a batch of one (its variance is 0, so y would be beta whatever x is), for NaN or infinity,
    for shapes that do not fit and for a negative eps; TypeError for mixed dtypes.
    Source: Ioffe & Szegedy 2015 (arXiv:1502.03167), Algorithm 1.
    """
    x, gamma, beta = np.asarray(x), np.asarray(gamma), np.asarray(beta)
    if x.ndim < 2:
        raise ValueError(f"batch_norm expects x of shape (..., batch, features), but got {x.shape}")
    if x.dtype.kind != "f" or x.dtype != gamma.dtype or x.dtype != beta.dtype:
        raise TypeError(
            f"x is {x.dtype}, gamma is {gamma.dtype}, beta is {beta.dtype}: give all three the same floating dtype"
        )
    shapes = (x.shape[-1:], x.shape[:-2] + x.shape[-1:])
    for name, value in (("gamma", gamma), ("beta", beta)):
        if value.shape not in shapes:
            raise ValueError(f"x has shape {x.shape}, so {name} must have shape {shapes[-1]}, but it has {value.shape}")
    check_eps(eps)
    check_batch(x)
    check_finite(x)
    return transform(x, gamma[..., None, :], beta[..., None, :], float(eps))


def transform(x, gamma, beta, eps):
    """Algorithm 1 on checked input; gamma and beta: (..., 1, features)."""
    mean = x.mean(axis=-2, keepdims=True)  # mu_B = 1/m sum x_i
    x_hat = x - mean
    var = np.square(x_hat).mean(axis=-2, keepdims=True)  # sigma_B^2 = 1/m sum (x_i - mu_B)^2
    inv_std = 1 / np.sqrt(var + eps)
    x_hat *= inv_std  # (x_i - mu_B) / sqrt(sigma_B^2 + eps)
    y = x_hat * gamma
    y += beta  # y_i = gamma x_hat_i + beta
    return y, Cache(x_hat, gamma * inv_std, mean, var)


def batch_norm_backward(dy, cache):
    """Gradient of `batch_norm`, through the batch statistics as well.

    dy: gradient of the loss with respect to y, shaped like y; cache: what `batch_norm` returned beside y.
    Returns dx, shaped like x, and dgamma, dbeta of shape (..., features).
    Raises ValueError when dy does not have the shape of x, TypeError when it does not have its dtype.
    Source: Ioffe & Szegedy 2015, section 3, the six gradients, put together into one line for dx.
    """
    x_hat = cache.x_hat
    dy = check_gradient(dy, cache.shape, x_hat.dtype)
    batch = dy.shape[-2]
    dbeta = dy.sum(axis=-2, keepdims=True)  # sum dy_i
    dgamma = (dy * x_hat).sum(axis=-2, keepdims=True)  # sum dy_i x_hat_i
    dx = dy - dbeta / batch  # takes the mean off the gradient,
    dx -= x_hat * (dgamma / batch)  # and its component along x_hat
    dx *= cache.scale
    return dx, dgamma[..., 0, :], dbeta[..., 0, :]


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
    gamma, beta, running_mean, running_var = Parameter(), Parameter(), Parameter(), Parameter()

    def __init__(self, features, *, eps=1e-5, momentum=0.1, affine=True, replicas=None, dtype=np.float64):
        check_eps(eps)
        if momentum is not None and not 0 <= momentum <= 1:
            raise ValueError(
                f"momentum is the weight of the newest batch: a number from 0 to 1, or None for the plain average; "
                f"got {momentum}"
            )
        super().__init__(features, replicas, dtype)
        self.eps, self.momentum, self.affine = float(eps), momentum, affine
        self.trained = ("gamma", "beta") if affine else ()
        self.add("gamma", features, value=1.0)
        self.add("beta", features)
        self.add("running_mean", features)
        self.add("running_var", features, value=1.0)
        self.batches_seen = 0

    def forward(self, x):
        """x: (batch, features) or (replicas, batch, features). Returns y of the same shape."""
        x = self.check(x)
        gamma, beta = self.gamma[..., None, :], self.beta[..., None, :]
        if self.training:
            check_batch(x)
            y, self.cache = transform(x, gamma, beta, self.eps)
            self.track(x.shape[-2])
            self.through_statistics = True
            return y
        mean, var = self.running_mean[..., None, :], self.running_var[..., None, :]
        inv_std = 1 / np.sqrt(var + self.eps)
        x_hat = (x - mean) * inv_std
        self.cache = Cache(x_hat, gamma * inv_std, mean, var)
        self.through_statistics = False
        return x_hat * gamma + beta

    def track(self, batch):
        """Move the running statistics towards those of the batch that has just been normalized."""
        self.batches_seen += 1
        newest = 1 / self.batches_seen if self.momentum is None else self.momentum
        if newest == 0:  # and not 0 times the new value: that would let a NaN through
            return
        unbiased = self.cache.var * (batch / (batch - 1))
        for running, new in ((self.running_mean, self.cache.mean), (self.running_var, unbiased)):
            running *= 1 - newest
            running += newest * new[..., 0, :]

    def backward(self, dy):
        """dy: gradient with respect to the last y. Returns dx; leaves dgamma and dbeta, shaped like gamma and beta.

        After a forward pass in eval mode the statistics are constants, so dx is dy gamma / sqrt(running_var + eps).
        """
        cache = self.remembered()
        if self.through_statistics:
            dx, self.dgamma, self.dbeta = batch_norm_backward(dy, cache)
            return dx
        dy = check_gradient(dy, cache.shape, self.dtype)
        self.dgamma, self.dbeta = (dy * cache.x_hat).sum(axis=-2), dy.sum(axis=-2)
        return dy * cache.scale


def check_eps(eps):
    if not (np.isfinite(eps) and eps >= 0):
        raise ValueError(f"eps is added to a variance: it must be a finite number, 0 or larger, but it is {eps}")


def check_batch(x):
    if x.shape[-2] < 2:
        raise ValueError(
            f"a batch of {x.shape[-2]} in training mode (x has shape {x.shape}): a batch needs at least two examples, "
            "since one alone has variance 0 and comes out as beta, whatever it is; give more, or use eval mode"
        )


def check_finite(x, name="x"):
    """Raise if x, an array of any shape, holds NaN or infinity."""
    bad = x.size - np.count_nonzero(np.isfinite(x))
    if bad:
        raise ValueError(f"{name} has {bad} values that are NaN or infinite: remove or replace them first")
