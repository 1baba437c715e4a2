"""Batch normalization and a toy MLP in numpy, made to be read, dragged and checked."""

from . import cats, digits
from .batchnorm import BatchNorm, batch_norm, batch_norm_backward
from .gradcheck import numerical_gradient, relative_error
from .history import History
from .layers import Dropout, Linear, ReLU, Sigmoid, Tanh, fold
from .losses import cross_entropy, mse
from .mlp import MLP
from .sgd import SGD
from .training import Training, accuracy, fit, reestimate

__all__ = [
    "MLP",
    "SGD",
    "BatchNorm",
    "Dropout",
    "History",
    "Linear",
    "ReLU",
    "Sigmoid",
    "Tanh",
    "Training",
    "accuracy",
    "batch_norm",
    "batch_norm_backward",
    "cats",
    "cross_entropy",
    "digits",
    "fit",
    "fold",
    "mse",
    "numerical_gradient",
    "reestimate",
    "relative_error",
]
