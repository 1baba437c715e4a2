"""What a trained net is used for, and how its running statistics are found again."""

from . import checks
from .batchnorm import BatchNorm
from .mlp import MLP


def accuracy(model, x, labels, statistics="running"):
    """Share of the rows of x whose predicted class is the label: a number, or (replicas,). Leaves the model as it is.

    x: (n, features) or (replicas, n, features); labels: (n,) or (replicas, n); statistics: as for `MLP.infer`.
    """
    checks.kind("model", model, MLP)
    labels = checks.labels(labels, model.sizes[-1])
    predicted = model.predict(x, statistics)
    if labels.shape not in (predicted.shape, predicted.shape[-1:]):
        raise ValueError(f"x has {predicted.shape[-1]} rows, but the labels have shape {labels.shape}")
    return (predicted == labels).mean(axis=-1)


def reestimate(model, x):
    """Replace the running statistics of each batch normalization by those of x, with all parameters as they are.

    x: (n, features) or (replicas, n, features), n >= 2, taken as one batch: each layer sees x normalized by the layers
    before it, and keeps the mean and the unbiased variance of what reaches it. Labels are not needed. Dropout is off.
    Source: Ioffe & Szegedy 2015, Algorithm 2, with one batch of all the data; for new data: AdaBN, Li et al. 2016.
    """
    checks.kind("model", model, MLP)
    checks.finite(checks.rows("x", x))
    _, layers = model.passed_through(x, "batch")
    caches = [probed.cache for probed in layers if isinstance(probed, BatchNorm)]
    for cache in caches:
        checks.finite(cache.var, "the variance of what x becomes in a layer")
    for layer, cache in zip(model.batch_norm_layers(), caches, strict=True):
        batch = cache.x_hat.shape[-2]
        layer.running_mean = cache.mean[..., 0, :]
        layer.running_var = cache.var[..., 0, :] * (batch / (batch - 1))
        layer.batches_seen = 1
