"""Stochastic gradient descent."""

import numpy as np

from . import checks


class SGD:
    """Stochastic gradient descent with momentum, on all parameters of a model at once.

    velocity = momentum * velocity + gradient + weight_decay * W; parameter -= lr * velocity (PyTorch's convention).
    lr: a number, or (replicas,), one for each net; weight_decay acts on the weights W only, not on b, gamma and beta.
    """

    def __init__(self, model, lr, momentum=0.9, weight_decay=0.0):
        model.check_packed()
        self.model, self.lr = model, rates(lr, model)[..., None]
        self.momentum = checks.number("sgd_momentum", momentum, 0, below=1)
        self.weight_decay = checks.number("weight_decay", weight_decay, 0)
        self.velocity = np.zeros_like(model.parameters)

    def step(self):
        """Move the parameters by the gradients that `backward` has left in the layers."""
        velocity, weights = self.model.gradient(), self.model.weights
        if self.weight_decay:
            velocity[..., : weights.shape[-1]] += self.weight_decay * weights
        velocity += self.momentum * self.velocity
        self.model.parameters -= self.lr * velocity
        self.velocity = velocity


def rates(lr, model):
    given, numbers = checks.plain("lr", lr), np.asarray(lr).dtype.kind in "iuf"
    with np.errstate(over="ignore"):
        found = given.astype(model.dtype) if numbers else np.array(np.nan)
    if not (np.isfinite(found).all() and (found >= 0).all() and found.shape in ((), (model.replicas,))):
        wrong = ValueError if numbers else TypeError
        raise wrong(f"lr must be a number (or one a replica), 0 or more, finite in {model.dtype}; it is {lr!r}")
    return found
