"""The norms beside batch normalization, as functions: layer, instance, group and RMS norm; weight standardization.

The channels are the last axis, as everywhere here, and what lies between the first and the last are places:
x: (examples, ..., channels), such as (examples, features) or (examples, height, width, channels). gamma, beta:
(channels,); eps: in units of x squared. All arrays share one floating dtype, and so does what comes back. No norm here
looks at another example, so none has running statistics, and training and eval mode are the same.
"""

from collections import namedtuple

import numpy as np

from . import checks
from .batchnorm import check_eps

# What the backward pass needs. x_hat: normalized, in the shape in which axes (those of one mean) were taken; std: the
# divisor; centered: whether the mean was subtracted.
Cache = namedtuple("Cache", "x_hat std gamma axes centered")


def layer_norm(x, gamma, beta, eps=1e-5):
    """Normalize the channels of each example, and of each place, by their own mean and variance; scale and shift.

    Returns y, shaped like x, and the cache that `norm_backward` takes. ValueError for one channel, whose variance is 0.
    Source: Ba, Kiros & Hinton 2016 (arXiv:1607.06450); over the last axis, as in transformers and in PyTorch.
    """
    x, gamma, beta = checked(x, gamma, beta)
    several("layer norm", x.shape[-1], x)
    return normalized(x, gamma, beta, eps, (-1,))


def group_norm(x, groups, gamma, beta, eps=1e-5):
    """Normalize each group of neighbouring channels of each example, over its places; scale and shift by channel.

    groups: a divisor of the number of channels; 1 is layer norm over an example as a whole. Returns y and the cache
    that `norm_backward` takes. ValueError for groups of one number.
    Source: Wu & He 2018 (arXiv:1803.08494).
    """
    x, gamma, beta = checked(x, gamma, beta)
    channels = x.shape[-1]
    if channels % checks.whole("groups", groups, 1, channels):
        raise ValueError(f"{channels} channels do not divide into {groups} groups of the same size")
    several("group norm", x[0].size // groups, x)
    in_groups = (groups, channels // groups)
    places = x.reshape(len(x), -1, *in_groups)
    y, cache = normalized(places, gamma.reshape(in_groups), beta.reshape(in_groups), eps, (1, 3))
    return y.reshape(x.shape), cache


def instance_norm(x, gamma, beta, eps=1e-5):
    """Normalize each channel of each example over its places: `group_norm` with groups of one channel.

    Source: Ulyanov, Vedaldi & Lempitsky 2016 (arXiv:1607.08022); gamma and beta as in PyTorch.
    """
    return group_norm(x, np.shape(x)[-1], gamma, beta, eps)


def rms_norm(x, gamma, eps=1e-5):
    """Divide the channels of each example, and of each place, by the root of their mean square + eps; scale.

    Returns y and the cache that `rms_norm_backward` takes.
    Source: Zhang & Sennrich 2019 (arXiv:1910.07467); eps as in PyTorch.
    """
    x, gamma, _ = checked(x, gamma, gamma)
    return normalized(x, gamma, np.zeros_like(gamma), eps, (-1,), centered=False)


def weight_standardize(W, eps=1e-5):
    """W less its mean over its standard deviation, for each output. W: (inputs, outputs), or (..., outputs) of filters.

    Returns the new W, and the cache that `weight_standardize_backward` takes.
    Source: Qiao and others 2019 (arXiv:1903.10520).
    """
    W = checks.rows("W", W)
    checks.finite(W, "W")
    return normalized(W, np.ones((), W.dtype), np.zeros((), W.dtype), eps, tuple(range(W.ndim - 1)))


def normalized(x, gamma, beta, eps, axes, centered=True):
    """What all of them do, on checked input: axes are those that share one mean and one divisor."""
    away = x - x.mean(axis=axes, keepdims=True) if centered else x
    std = np.sqrt((away**2).mean(axis=axes, keepdims=True) + check_eps(eps))
    x_hat = away / std
    return gamma * x_hat + beta, Cache(x_hat, std, gamma, axes, centered)


def norm_backward(dy, cache):
    """Gradient of layer, group and instance norm, through the statistics as well.

    dy: shaped like x. Returns dx, shaped like x, and dgamma, dbeta (channels,).
    """
    checks.kind("cache", cache, Cache)
    x_hat, std, gamma, axes, centered = cache
    dy = np.asarray(dy)
    grouped = checks.gradient(dy.reshape(x_hat.shape) if dy.size == x_hat.size else dy, x_hat.shape, x_hat.dtype)
    dx_hat = grouped * gamma
    along = x_hat * (dx_hat * x_hat).mean(axis=axes, keepdims=True)
    dx = (dx_hat - centered * dx_hat.mean(axis=axes, keepdims=True) - along) / std
    others = tuple(range(x_hat.ndim - gamma.ndim))
    return dx.reshape(dy.shape), (grouped * x_hat).sum(axis=others).ravel(), grouped.sum(axis=others).ravel()


def rms_norm_backward(dy, cache):
    """Gradient of `rms_norm`: dx, shaped like x, and dgamma (channels,)."""
    return norm_backward(dy, cache)[:2]


def weight_standardize_backward(dy, cache):
    """Gradient of `weight_standardize`: that of W, from that of the new W."""
    return norm_backward(dy, cache)[0]


def checked(x, gamma, beta):
    x, gamma, beta = checks.rows("x", x), checks.plain("gamma", gamma), checks.plain("beta", beta)
    checks.alike(x=x, gamma=gamma, beta=beta)
    for name, value in (("gamma", gamma), ("beta", beta)):
        if value.shape != x.shape[-1:]:
            raise ValueError(f"x has shape {x.shape}, so {name} must have shape {x.shape[-1:]}, but has {value.shape}")
    checks.finite(x)
    return x, gamma, beta


def several(norm, count, x):
    if count < 2:
        raise ValueError(f"{norm} of one number is beta, whatever the number is: x has shape {x.shape}")
