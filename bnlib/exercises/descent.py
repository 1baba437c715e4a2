"""Exercises of gradient descent: gamma and beta learn, and a step of SGD with momentum."""

import numpy as np

from .draws import floating, layout, units
from .exercise import Exercise


def training_loop_solution(x_hat, target, gamma, beta, lr, steps):
    for _ in range(steps):
        error = gamma * x_hat + beta - target
        dgamma, dbeta = (error * x_hat).mean(axis=0), error.mean(axis=0)
        gamma, beta = gamma - lr * dgamma, beta - lr * dbeta
    return gamma, beta


def draw_training(rng):
    m, n, dtype = int(rng.integers(4, 9)), int(rng.integers(2, 6)), floating(rng)
    x_hat = rng.normal(size=(m, n))
    x_hat = (x_hat - x_hat.mean(0)) / x_hat.std(0) + rng.uniform(0.3, 0.6, n)  # so γ and β have to do with each other
    target = units(rng, n) * x_hat + units(rng, n) + rng.normal(0, 0.3, (m, n))
    x_hat, target = (layout(rng, values.astype(dtype)) for values in (x_hat, target))
    gamma, beta = units(rng, n, signs=False, dtype=dtype), units(rng, n, dtype=dtype)
    return x_hat, target, gamma, beta, round(float(rng.uniform(0.1, 0.5)), 2), int(rng.integers(3, 7))


def slopes(h, t, g, b):
    error = g * h + b - t
    return (error * h).mean(0), error.mean(0)


def loop(step=lambda dg, db, lr: (-lr * dg, -lr * db), find=slopes, more=0):
    """A training loop whose steps, slopes or number of steps may be wrong."""

    def train(h, t, g, b, lr, steps):
        for _ in range(steps + more):
            to_g, to_b = step(*find(h, t, g, b), lr)
            g, b = g + to_g, b + to_b
        return g, b

    return train


def one_after_the_other(h, t, g, b, lr, steps):
    for _ in range(steps):
        g = g - lr * slopes(h, t, g, b)[0]
        b = b - lr * slopes(h, t, g, b)[1]
    return g, b


def stale(h, t, g, b, lr, steps):
    dg, db = slopes(h, t, g, b)
    return g - steps * lr * dg, b - steps * lr * db


def loss_is_not_larger(new, h, t, g, b, *_):
    before, after = ((np.square(one * h + other - t)).sum() for one, other in ((g, b), new))
    return after <= before


def for_all(function):
    """The same number for all units: no axis in the mean."""
    return lambda h, t, g, b: tuple(np.full(len(g), np.mean(part)) for part in function(h, t, g, b))


training_loop = Exercise(
    "training_loop",
    "Gradient descent for γ and β on ½ · mean over the examples, sum over the units, of (γ x̂ + β − target)².",
    training_loop_solution,
    draw_training,
    {
        "takes one step, without a loop": lambda h, t, g, b, lr, steps: loop()(h, t, g, b, lr, 1),
        "takes one step too few": loop(more=-1),
        "takes one step too many": loop(more=1),
        "computes the gradients once, before the loop, and not in each step": stale,
        "goes uphill: + lr times the gradient": loop(lambda dg, db, lr: (lr * dg, lr * db)),
        "leaves the learning rate out": loop(lambda dg, db, lr: (-dg, -db)),
        "sums over the examples, and does not divide by m": lambda h, t, g, b, lr, steps: loop()(
            h, t, g, b, lr * len(h), steps
        ),
        "divides by m · n: the loss is a sum over the units, and no mean": lambda h, t, g, b, lr, steps: loop()(
            h, t, g, b, lr / len(g), steps
        ),
        "has no axis in its means: all units get one gradient": loop(find=for_all(slopes)),
        "has a factor 2 in the gradients: the ½ of the loss takes it away": loop(
            lambda dg, db, lr: (-2 * lr * dg, -2 * lr * db)
        ),
        "puts the new γ into the gradient of β of the same step": one_after_the_other,
        "moves γ only": loop(lambda dg, db, lr: (-lr * dg, 0 * db)),
        "moves β only": loop(lambda dg, db, lr: (0 * dg, -lr * db)),
        "leaves x̂ out of the gradient of γ": loop(find=lambda h, t, g, b: (slopes(h, t, g, b)[1],) * 2),
        "takes the gradient of β as well with x̂": loop(find=lambda h, t, g, b: (slopes(h, t, g, b)[0],) * 2),
        "exchanges the two gradients": loop(find=lambda h, t, g, b: slopes(h, t, g, b)[::-1]),
        "leaves β out of the error": loop(find=lambda h, t, g, b: slopes(h, t, g, 0 * b)),
        "leaves γ out of the error": loop(find=lambda h, t, g, b: slopes(h, t, np.ones_like(g), b)),
        "starts at γ = 1 and β = 0, and not at what is given": lambda h, t, g, b, lr, steps: loop()(
            h, t, np.ones_like(g), np.zeros_like(b), lr, steps
        ),
        "returns the gradients, and not γ and β": lambda h, t, g, b, lr, steps: slopes(
            h, t, *loop(more=-1)(h, t, g, b, lr, steps)
        ),
        "returns β first and γ second": lambda *case: loop()(*case)[::-1],
    },
    properties={"the loss is not larger than at the start": loss_is_not_larger},
    hints=[
        "What is the derivative of ½ (γ x̂ + β − target)² with respect to γ, and with respect to β?",
        "In each step: the errors, their mean, and the mean of errors times x̂; then γ and β move, by the same errors.",
    ],
    read="2. Scale and shift, What gamma and beta are good for",
    after=(
        "Now find the largest lr that still learns: training_loop(z_hat, 2 * z_hat + 1, np.ones(32), np.zeros(32), lr, "
        "200). It is 2; with 10 * z_hat in the first place it is 0.02. Normalized values keep it at 2."
    ),
)


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
    read="The backward pass, Why can the length of w only grow?",
    after="Now let it train: sgd_momentum(w, v, dw, 0.1, 0.9), again and again, with w, dw of the first section.",
)
