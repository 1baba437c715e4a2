"""Stochastic gradient descent."""

import copy

import numpy as np


class SGD:
    """Stochastic gradient descent with momentum, on all parameters of a model at once.

    velocity = momentum * velocity + gradient + weight_decay * W; parameter -= lr * velocity (PyTorch's convention).
    lr: a number, or (replicas,), one for each net; weight_decay acts on the weights W only, not on b, gamma and beta.
    """

    def __init__(self, model, lr, momentum=0.9, weight_decay=0.0):
        self.model, self.momentum, self.weight_decay = model, float(momentum), float(weight_decay)
        self.lr = np.asarray(lr, dtype=model.dtype)
        self.gradient = np.zeros_like(model.parameters)
        self.velocity = np.zeros_like(model.parameters)
        self.views = self.gradient_views()

    def __setstate__(self, kept):  # the views of a copied or unpickled optimizer are those of its own gradient
        self.__dict__.update(kept)
        self.views = self.gradient_views()

    def gradient_views(self):
        slots = [slot for slot in self.model.slots if slot[1] in slot[0].trained]
        return [(layer, name, self.gradient[..., where].reshape(shape)) for layer, name, where, shape in slots]

    def part(self, model, replicas):
        """The optimizer of some replicas, a slice, that shares its arrays with this one. model: their nets."""
        part = copy.copy(self)
        part.model = model
        part.gradient, part.velocity = self.gradient[replicas], self.velocity[replicas]
        part.lr = self.lr[replicas] if self.lr.size > 1 else self.lr
        part.views = part.gradient_views()
        return part

    def __enter__(self):
        """Inside `with sgd:` the layers write their gradients to where `step` reads them."""
        for layer, name, view in self.views:
            layer.gradients_into[name] = view
        return self

    def __exit__(self, *error):
        for layer, name, _ in self.views:
            layer.gradients_into = {}
            vars(layer).pop("d" + name, None)  # `step` computes in their place, and would overwrite what is held

    def step(self):
        lr = self.lr[:, None] if self.lr.size > 1 else self.lr
        for layer, name, view in self.views:
            gradient = getattr(layer, "d" + name)
            if gradient.base is not view.base:
                view[...] = gradient.reshape(view.shape)
        if self.weight_decay:
            weights = self.model.weights
            self.gradient[..., : weights.shape[-1]] += self.weight_decay * weights
        self.velocity *= self.momentum
        self.velocity += self.gradient
        np.multiply(self.velocity, lr, out=self.gradient)
        self.model.parameters -= self.gradient
