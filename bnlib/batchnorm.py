"""Batch normalization: the transform and its gradient as functions, and the layer that keeps running statistics."""

from typing import NamedTuple

import numpy as np

from .layer import Layer, PerFeature, batch_mean, batch_size, batch_sum, check_gradient


class Cache(NamedTuple):
    """What the backward pass needs: centered = x - mean, shaped like x, the statistics used, and scale = gamma / std.

    mean, var, std, scale: (..., 1, features), std = sqrt(var + eps).
    """

    centered: np.ndarray
    mean: np.ndarray
    var: np.ndarray
    std: np.ndarray
    scale: np.ndarray

    @property
    def x_hat(self):
        """The normalized x, shaped like x."""
        return self.centered / self.std

    @property
    def shape(self):
        """Shape of the output: that of x, with an axis of replicas in front if only gamma has one."""
        return self.scale.shape[: max(0, self.scale.ndim - self.centered.ndim)] + self.centered.shape


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


def transform(x, gamma, beta, eps, centered=None):
    """Algorithm 1 on checked input; gamma and beta: (..., 1, features); centered: None, or where to write it."""
    mean = batch_mean(x)  # mu_B = 1/m sum x_i
    centered = np.subtract(x, mean, out=centered)
    squares = np.square(centered)
    var = batch_mean(squares)  # sigma_B^2 = 1/m sum (x_i - mu_B)^2
    return scale_and_shift(centered, mean, var, gamma, beta, eps, squares)


def scale_and_shift(centered, mean, var, gamma, beta, eps, room=None):
    """room: an array shaped like centered that y may be written into, if it has no axis of replicas beside."""
    std = np.sqrt(var + eps)
    scale = gamma / std
    room = room if scale.ndim <= centered.ndim else None
    y = np.multiply(centered, scale, out=room)  # gamma x_hat_i, where x_hat_i = (x_i - mu_B) / sqrt(sigma_B^2 + eps)
    y += beta  # y_i = gamma x_hat_i + beta
    return y, Cache(centered, mean, var, std, scale)


def batch_norm_backward(dy, cache):
    """Gradient of `batch_norm`, through the batch statistics as well.

    dy: gradient of the loss with respect to y, shaped like y; cache: what `batch_norm` returned beside y.
    Returns dx, shaped like x, and dgamma, dbeta of shape (..., features).
    Raises ValueError when dy does not have the shape of x, TypeError when it does not have its dtype.
    Source: Ioffe & Szegedy 2015, section 3, the six gradients, put together into one line for dx.
    """
    dy = check_gradient(dy, cache.shape, cache.centered.dtype)
    dx, dgamma, dbeta = gradients(dy, cache)
    return dx, dgamma[..., 0, :], dbeta[..., 0, :]


def gradients(dy, cache, dgamma=None, dbeta=None):
    """The gradients on checked input; those of gamma and beta are written into dgamma and dbeta, (..., 1, features)."""
    centered, _, _, std, scale = cache
    m = batch_size(dy)
    dbeta = batch_sum(dy, dbeta)  # sum dy_i
    dx = dy * centered
    dgamma = batch_sum(dx, dgamma)
    dgamma /= std  # sum dy_i x_hat_i
    np.multiply(centered, dgamma / (m * std), out=dx)  # the component of dy along x_hat,
    dx += dbeta / m  # and its mean,
    np.subtract(dy, dx, out=dx)  # are taken off
    dx *= scale
    return dx, dgamma, dbeta


class BatchNorm(Layer):
    """Batch normalization of (batch, features), or of (replicas, batch, features) for independent replicas.

    features: number of features; eps: added to the variance, in units of x squared; momentum: the weight of the newest
    batch in the running statistics, in [0, 1] (0: never updated; None: the average of all batches so far); affine:
    whether gamma and beta are trained (if not, they stay 1 and 0); replicas: number of independent replicas.
    gamma, beta, running_mean, running_var: (features,), or (replicas, features).

    In training mode a batch is normalized by its own mean and variance (divided by m), and the running statistics move
    towards its mean and its unbiased variance (divided by m - 1). In eval mode the running statistics take their place.
    cache: what the last forward pass keeps for the backward pass; the next forward pass writes over it.
    Source: Ioffe & Szegedy 2015, Algorithms 1 and 2; the running average is PyTorch's.
    """

    tracked = ("running_mean", "running_var")
    gamma, beta, running_mean, running_var = PerFeature(), PerFeature(), PerFeature(), PerFeature()

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
        for name, value in (("gamma", 1.0), ("beta", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            self.add(name, 1, features, value=value)
        self.batches_seen = 0

    def forward(self, x):
        """x: (batch, features) or (replicas, batch, features). Returns y of the same shape."""
        x, arrays = self.check(x), self.arrays
        if self.training:
            check_batch(x)
            y, self.cache = transform(x, arrays["gamma"], arrays["beta"], self.eps, self.kept(x.shape))
            self.track(x.shape[-2])
        else:
            mean, var = arrays["running_mean"].copy(), arrays["running_var"].copy()
            y, self.cache = scale_and_shift(x - mean, mean, var, arrays["gamma"], arrays["beta"], self.eps)
        self.through_statistics, self.output_shape = self.training, y.shape
        return y

    def kept(self, shape):
        """The array of the last forward pass, if it has this shape, to write into: new memory costs time."""
        return self.cache.centered if self.cache is not None and self.cache.centered.shape == shape else None

    def track(self, batch):
        """Move the running statistics towards those of the batch that has just been normalized."""
        self.batches_seen += 1
        newest = 1 / self.batches_seen if self.momentum is None else self.momentum
        if newest == 0:  # and not 0 times the new value: that would let a NaN through
            return
        mean, var = self.arrays["running_mean"], self.arrays["running_var"]
        mean *= 1 - newest
        mean += newest * self.cache.mean
        var *= 1 - newest
        var += newest * batch / (batch - 1) * self.cache.var  # the unbiased variance: m - 1

    def backward(self, dy):
        """dy: gradient with respect to the last y. Returns dx; leaves dgamma and dbeta, shaped like gamma and beta.

        After a forward pass in eval mode the statistics are constants, so dx is dy gamma / sqrt(running_var + eps).
        """
        dy, cache = self.gradient(dy), self.cache
        dx, dgamma, dbeta = gradients(dy, cache, self.gradients_into.get("gamma"), self.gradients_into.get("beta"))
        self.dgamma, self.dbeta = dgamma[..., 0, :], dbeta[..., 0, :]
        return dx if self.through_statistics else dy * cache.scale


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
