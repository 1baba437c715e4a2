"""Exercise of the optimizer: a step of SGD with momentum."""

import numpy as np

from .draws import floating, layout
from .exercise import Exercise


def sgd_momentum_solution(w, v, gradient, lr, momentum):
    v = momentum * v + gradient
    return w - lr * v, v


def draw_step(rng):
    dtype = floating(rng)
    shape = tuple(int(k) for k in rng.integers(2, 5, size=int(rng.integers(1, 3))))
    w, v, gradient = (layout(rng, rng.normal(size=shape).astype(dtype)) for _ in range(3))
    return w, v, gradient, round(float(rng.uniform(0.05, 0.5)), 2), round(float(rng.uniform(0.6, 0.95)), 2)


sgd_momentum = Exercise(
    "sgd_momentum",
    "One step of SGD with momentum, in PyTorch's convention: return the new w and the new v.",
    sgd_momentum_solution,
    draw_step,
    {
        "takes the course's average, with 1 − momentum in front of the gradient": lambda w, v, d, lr, p: (
            w - lr * (p * v + (1 - p) * d),
            p * v + (1 - p) * d,
        ),
        "exchanges momentum and 1 − momentum": lambda w, v, d, lr, p: (
            w - lr * ((1 - p) * v + p * d),
            (1 - p) * v + p * d,
        ),
        "keeps lr inside v, as Keras does: v = momentum v − lr gradient, w + v": lambda w, v, d, lr, p: (
            w + p * v - lr * d,
            p * v - lr * d,
        ),
        "keeps lr inside v: v = momentum v + lr gradient, w − v": lambda w, v, d, lr, p: (
            w - p * v - lr * d,
            p * v + lr * d,
        ),
        "takes Nesterov's step": lambda w, v, d, lr, p: (w - lr * (d + p * (p * v + d)), p * v + d),
        "moves w by the old v, before v is new": lambda w, v, d, lr, p: (w - lr * v, p * v + d),
        "moves w by the gradient alone, and not by v": lambda w, v, d, lr, p: (w - lr * d, p * v + d),
        "takes a plain step, and leaves v as it was": lambda w, v, d, lr, p: (w - lr * d, v),
        "counts the gradient twice: it is in the new v already": lambda w, v, d, lr, p: (
            w - lr * (p * v + d) - lr * d,
            p * v + d,
        ),
        "multiplies the step by momentum as well": lambda w, v, d, lr, p: (w - lr * p * (p * v + d), p * v + d),
        "returns the gradient for the new v": lambda w, v, d, lr, p: (w - lr * (p * v + d), d.copy()),
        "has no momentum at all: v becomes the gradient": lambda w, v, d, lr, p: (w - lr * d, d.copy()),
        "leaves momentum out: v + gradient": lambda w, v, d, lr, p: (w - lr * (v + d), v + d),
        "multiplies the gradient by momentum, and not v": lambda w, v, d, lr, p: (w - lr * (v + p * d), v + p * d),
        "multiplies both, v and the gradient, by momentum": lambda w, v, d, lr, p: (
            w - lr * p * (v + d),
            p * (v + d),
        ),
        "goes uphill: w + lr v": lambda w, v, d, lr, p: (w + lr * (p * v + d), p * v + d),
        "subtracts the gradient from v, and lr v from w: uphill": lambda w, v, d, lr, p: (
            w - lr * (p * v - d),
            p * v - d,
        ),
        "leaves lr out": lambda w, v, d, lr, p: (w - (p * v + d), p * v + d),
        "returns the old v: the next step forgets this gradient": lambda w, v, d, lr, p: (w - lr * (p * v + d), v),
        "returns the step, and not the new w": lambda w, v, d, lr, p: (-lr * (p * v + d), p * v + d),
        "returns v first and w second": lambda w, v, d, lr, p: (p * v + d, w - lr * (p * v + d)),
    },
    properties={
        "w has moved by −lr times the v that is returned": lambda new, w, v, d, lr, p: np.allclose(
            new[0], w - lr * new[1], rtol=1e-3, atol=1e-3
        )
    },
    hints=[
        "v remembers the old gradients. How much of the old v is kept, and what is added to it?",
        "First the new v: momentum times the old one, plus the whole gradient. Then w goes against it, lr times.",
    ],
    read="Scale and weight decay, Why can the length of w only grow?",
    after=(
        "Now let it train, with w and dw of this lesson: new = w, 0 * w; then new = sgd_momentum(*new, dw, 0.1, "
        "0.9), again and again. new[0] @ new[0], the squared length of w, grows in each step."
    ),
)
