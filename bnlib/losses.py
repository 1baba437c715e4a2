"""Losses: the value, averaged over the batch, and its gradient."""

import numpy as np

from . import checks


def cross_entropy(logits, labels):
    """Softmax cross-entropy.

    logits: (..., batch, classes), floating; labels: (batch,) or (..., batch), integers from 0 to classes - 1.
    Returns the mean loss over the batch, of shape (...), and its gradient with respect to logits.
    Raises ValueError for labels out of range or of a wrong shape, TypeError for labels that are not integers.
    """
    logits = checks.rows("logits", logits)
    labels = checks.labels(labels, logits.shape[-1])
    if labels.shape not in (expected := logits.shape[:-1], logits.shape[-2:-1]):
        raise ValueError(f"logits of shape {logits.shape} need labels of shape {expected}, but got {labels.shape}")
    return unchecked_cross_entropy(logits, labels)


def unchecked_cross_entropy(logits, labels):
    batch, classes = logits.shape[-2:]
    z = logits.mT.copy()  # the classes in front of the batch: numpy is slow along a short last axis
    z -= z.max(axis=-2, keepdims=True)  # so that exp cannot overflow
    exp = np.exp(z)
    total = exp.sum(axis=-2, keepdims=True)
    one_hot = np.arange(classes)[:, None] == labels[..., None, :]
    loss = np.log(total[..., 0, :]) - np.where(one_hot, z, 0).sum(axis=-2)
    return loss.sum(axis=-1) / batch, ((exp / total - one_hot) / batch).mT.copy()


def mse(outputs, targets):
    """Mean squared error, averaged over the batch and the outputs.

    outputs: (..., batch, features); targets: (batch, features) or shaped like outputs, of the same dtype.
    Returns the loss, of shape (...), and its gradient with respect to outputs.
    """
    outputs, targets = checks.rows("outputs", outputs), checks.floating("targets", targets)
    if targets.shape not in (outputs.shape[-2:], outputs.shape):
        raise ValueError(f"outputs of shape {outputs.shape} need targets of the same shape, but got {targets.shape}")
    checks.alike(outputs=outputs, targets=targets)
    return unchecked_mse(outputs, targets)


def unchecked_mse(outputs, targets):
    batch, features = outputs.shape[-2:]
    error = outputs - targets
    return (error**2).mean(axis=-1).mean(axis=-1), error * (2 / (batch * features))
