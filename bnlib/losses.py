"""Losses: the value, averaged over the batch, and its gradient."""

import numpy as np


def cross_entropy(logits, labels):
    """Softmax cross-entropy.

    logits: (..., batch, classes), floating; labels: (batch,) or (..., batch), integers from 0 to classes - 1.
    Returns the mean loss over the batch, of shape (...), and its gradient with respect to logits.
    Raises ValueError for labels out of range or of a wrong shape, TypeError for labels that are not integers.
    """
    logits, labels = np.asarray(logits), np.asarray(labels)
    check_labels(labels, logits.shape[-1])
    if labels.shape not in (logits.shape[-2:-1], logits.shape[:-1]):
        raise ValueError(
            f"logits of shape {logits.shape} need labels of shape {logits.shape[:-1]}, but got {labels.shape}"
        )
    batch, classes = logits.shape[-2:]
    shifted = np.subtract(logits, logits.max(axis=-1, keepdims=True), order="C")  # so that exp cannot overflow
    gradient = np.exp(shifted)
    total = gradient.sum(axis=-1, keepdims=True)
    gradient /= total  # softmax
    picked = np.arange(logits.size // classes), np.broadcast_to(labels, logits.shape[:-1]).ravel()
    loss = np.log(total[..., 0]) - shifted.reshape(-1, classes)[picked].reshape(logits.shape[:-1])
    gradient.reshape(-1, classes)[picked] -= 1
    gradient /= batch
    return loss.mean(axis=-1), gradient


def mse(outputs, targets):
    """Mean squared error, averaged over the batch and the outputs.

    outputs: (..., batch, features); targets: (batch, features) or shaped like outputs, of the same dtype.
    Returns the loss, of shape (...), and its gradient with respect to outputs.
    """
    outputs, targets = np.asarray(outputs), np.asarray(targets)
    if targets.shape not in (outputs.shape[-2:], outputs.shape):
        raise ValueError(f"outputs of shape {outputs.shape} need targets of the same shape, but got {targets.shape}")
    if targets.dtype != outputs.dtype:
        raise TypeError(f"outputs are {outputs.dtype}, but targets are {targets.dtype}: give both the same dtype")
    error = outputs - targets
    values = error.shape[-2] * error.shape[-1]
    return np.square(error).mean(axis=(-1, -2)), error * (2 / values)


def check_labels(labels, classes):
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels are {labels.dtype}: give the number of the class, an integer from 0 to {classes - 1}")
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            f"labels go from {labels.min()} to {labels.max()}, but with {classes} classes they must lie between 0 and "
            f"{classes - 1}"
        )
