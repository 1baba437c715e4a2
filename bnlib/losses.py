"""Losses: the value, averaged over the batch, and its gradient."""

import functools

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
    gradient, *needed = cross_entropy_gradient(logits, labels)
    return cross_entropy_value(*needed), gradient


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
    gradient, *needed = mse_gradient(outputs, targets)
    return mse_value(*needed), gradient


# Each loss again in two parts, on checked input: a training step needs the gradient at once, and the values of many
# steps are found together. The gradient comes with what the value needs.


def cross_entropy_gradient(logits, labels):
    """The gradient; the logits minus their largest, the sum of their exponentials, and the labels.

    Where the classes count, they stand in front of the batch: numpy is slow along a short last axis.
    """
    shifted = logits.mT.copy()
    shifted -= shifted.max(axis=-2, keepdims=True)  # so that exp cannot overflow
    softmax = np.exp(shifted)
    total = softmax.sum(axis=-2, keepdims=True)
    softmax /= total
    gradient = softmax.mT.copy()
    gradient -= one_hot_rows(logits.shape[-1], logits.dtype).take(labels, axis=0)
    gradient /= logits.shape[-2]
    return gradient, shifted, total, labels


def cross_entropy_value(shifted, total, labels):
    labels = np.broadcast_to(labels, total[..., 0, :].shape)
    picked = np.take_along_axis(shifted, labels[..., None, :], axis=-2)
    return (np.log(total) - picked)[..., 0, :].mean(axis=-1)


def mse_gradient(outputs, targets):
    """The gradient; and the error."""
    error = outputs - targets
    return error * (2 / (error.shape[-2] * error.shape[-1])), error


def mse_value(error):
    return np.square(error).reshape(*error.shape[:-2], -1).mean(axis=-1)


@functools.lru_cache(maxsize=16)
def one_hot_rows(classes, dtype):
    return np.eye(classes, dtype=dtype)


def check_labels(labels, classes):
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"labels are {labels.dtype}: give the number of the class, an integer from 0 to {classes - 1}")
    if labels.size and (labels.min() < 0 or labels.max() >= classes):
        raise ValueError(
            f"labels go from {labels.min()} to {labels.max()}, but with {classes} classes they must lie between 0 and "
            f"{classes - 1}"
        )
