"""Exercise on residual nets: the first step of a BN whose γ is 0."""

import numpy as np

from .draws import EPS, layout
from .exercise import Exercise

RESIDUAL = "Residual nets"


def zero_gamma_step_solution(h, z, dy, lr, eps):
    z_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)
    gamma = -lr * (dy * z_hat).sum(axis=0)
    beta = -lr * dy.sum(axis=0)
    return h + gamma * z_hat + beta


def draw_zero_gamma(rng):
    m, n = int(rng.integers(4, 8)), int(rng.integers(2, 5))
    z = rng.normal(size=(m, n)) * rng.uniform(0.3, 2, n) + rng.normal(0, 2, n)
    return layout(rng, rng.normal(size=(m, n))), z, rng.normal(0.5, 1, (m, n)), float(rng.uniform(0.05, 0.4)), EPS


def bn(z, eps):
    return (z - z.mean(0)) / np.sqrt(z.var(0) + eps)


def stepped(h, z, dy, lr, start=0.0):
    """The block with z for its normalized z, after a step from gamma = start."""
    return h + (start - lr * (dy * z).sum(0)) * z - lr * dy.sum(0)


zero_gamma_step = Exercise(
    "zero_gamma_step",
    "What a residual block whose gamma and beta were 0 gives after one step of SGD, for the same batch.",
    zero_gamma_step_solution,
    draw_zero_gamma,
    {
        "leaves the block as it was: h": lambda h, z, dy, lr, e: h * 1,
        "forgets the step of beta": lambda h, z, dy, lr, e: stepped(h, bn(z, e), dy, lr) + lr * dy.sum(0),
        "forgets the step of gamma": lambda h, z, dy, lr, e: h - lr * dy.sum(0),
        "adds the gradients where SGD subtracts them": lambda h, z, dy, lr, e: stepped(h, bn(z, e), dy, -lr),
        "takes the mean over the examples, and not the sum": lambda h, z, dy, lr, e: stepped(
            h, bn(z, e), dy, lr / len(h)
        ),
        "starts gamma at 1": lambda h, z, dy, lr, e: stepped(h, bn(z, e), dy, lr, start=1.0),
        "forgets the skip connection": lambda h, z, dy, lr, e: stepped(0, bn(z, e), dy, lr),
        "forgets the learning rate": lambda h, z, dy, lr, e: stepped(h, bn(z, e), dy, 1),
        "takes the gradient of gamma with z, and not with the normalized z": lambda h, z, dy, lr, e: (
            h - lr * (dy * z).sum(0) * bn(z, e) - lr * dy.sum(0)
        ),
        "multiplies gamma by z, and not by the normalized z": lambda h, z, dy, lr, e: (
            h - lr * (dy * bn(z, e)).sum(0) * z - lr * dy.sum(0)
        ),
        "does not normalize z": lambda h, z, dy, lr, e: stepped(h, z, dy, lr),
        "normalizes h, and not z": lambda h, z, dy, lr, e: stepped(h, bn(h, e), dy, lr),
        "takes one gamma and one beta for all units": lambda h, z, dy, lr, e: (
            h - lr * (dy * bn(z, e)).sum() * bn(z, e) - lr * dy.sum()
        ),
        "moves the output itself, and not gamma and beta": lambda h, z, dy, lr, e: h - lr * dy,
        "forgets ε": lambda h, z, dy, lr, e: stepped(h, bn(z, 0), dy, lr),
    },
    hints=[
        "dy arrives at y = h + gamma * ẑ + beta. What are the gradients of gamma and of beta, when gamma is 0?",
        "Sum dy * ẑ for gamma and dy for beta, over the examples; take lr times them off 0, and compute y again.",
    ],
    read=f"{RESIDUAL}, Gamma starts at 0: is the block dead?",
    after="Call it with lr = 0: the block is the identity again.",
)
