"""Exercise of gradient descent: gamma and beta learn."""

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


def with_error(change):
    """Slopes that are wrong as `change` says: of the error, x̂, y and γ."""
    return lambda h, t, g, b: tuple(part.mean(0) for part in change(g * h + b - t, h, g * h + b, g))


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
        "takes y for x̂ in the gradient of γ": loop(find=with_error(lambda e, h, y, g: (e * y, e))),
        "takes the loss for its derivative: ½ (y − target)²": loop(
            find=with_error(lambda e, h, y, g: (e * e * h / 2, e * e / 2))
        ),
        "drops the sign of the error": loop(find=with_error(lambda e, h, y, g: (abs(e) * h, abs(e)))),
        "multiplies the gradient of β by γ": loop(find=with_error(lambda e, h, y, g: (e * h, e * g))),
        "multiplies the gradient of γ by γ": loop(find=with_error(lambda e, h, y, g: (e * h * g, e))),
        "multiplies the means of the error and of x̂: the mean of the product is needed": loop(
            find=with_error(lambda e, h, y, g: (e * h.mean(0), e))
        ),
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
