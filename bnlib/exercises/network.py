"""Exercises of lesson 3: a layer's forward pass, and the bias that is left out."""

import numpy as np

from .draws import EPS, floating, layout, units
from .exercise import Exercise


def layer_forward_solution(x, W, gamma, beta, eps):
    z = x @ W
    z_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)
    return np.maximum(gamma * z_hat + beta, 0)


def draw_layer(rng):
    dtype, m, n = floating(rng), int(rng.integers(4, 9)), int(rng.integers(3, 6))
    x = rng.normal(size=(m, n)) * rng.uniform(0.5, 2, n) + rng.normal(size=n)
    W = rng.normal(size=(n, n))  # square, so that a transposed W stays silent
    W[:, rng.integers(n)] *= np.sqrt(EPS / n)
    gamma, beta = units(rng, n, dtype=dtype), units(rng, n, dtype=dtype)
    return layout(rng, x.astype(dtype)), layout(rng, W.astype(dtype)), gamma, beta, EPS


def relu(y):
    return np.maximum(y, 0)


def hat(z, eps, axis=0, ddof=0):
    return (z - z.mean(axis, keepdims=True)) / np.sqrt(z.var(axis, ddof=ddof, keepdims=True) + eps)


layer_forward = Exercise(
    "layer_forward",
    "One layer in training mode: linear (no bias), BN, ReLU.",
    layer_forward_solution,
    draw_layer,
    {
        "has no ReLU at the end": lambda x, W, g, b, e: g * hat(x @ W, e) + b,
        "has the ReLU before BN: linear, ReLU, BN": lambda x, W, g, b, e: g * hat(relu(x @ W), e) + b,
        "has a ReLU before BN and one behind it": lambda x, W, g, b, e: relu(g * hat(relu(x @ W), e) + b),
        "has the ReLU before γ and β": lambda x, W, g, b, e: g * relu(hat(x @ W, e)) + b,
        "has no BN": lambda x, W, g, b, e: relu(x @ W),
        "has γ and β, but does not normalize": lambda x, W, g, b, e: relu(g * (x @ W) + b),
        "normalizes x, and not x W": lambda x, W, g, b, e: relu(g * (hat(x, e) @ W) + b),
        "leaves the linear layer out": lambda x, W, g, b, e: relu(g * hat(x, e) + b),
        "transposes W": lambda x, W, g, b, e: relu(g * hat(x @ W.T, e) + b),
        "leaves γ and β out": lambda x, W, g, b, e: relu(hat(x @ W, e)),
        "leaves γ out": lambda x, W, g, b, e: relu(hat(x @ W, e) + b),
        "leaves β out, or adds it before BN, which subtracts it again": lambda x, W, g, b, e: relu(g * hat(x @ W, e)),
        "exchanges γ and β": lambda x, W, g, b, e: relu(b * hat(x @ W, e) + g),
        "takes the mean and the variance of each example, over its units": lambda x, W, g, b, e: relu(
            g * hat(x @ W, e, 1) + b
        ),
        "takes one mean and one variance for all units": lambda x, W, g, b, e: relu(g * hat(x @ W, e, None) + b),
        "divides by m − 1 in the variance": lambda x, W, g, b, e: relu(g * hat(x @ W, e, ddof=1) + b),
        "leaves ε out": lambda x, W, g, b, e: relu(g * hat(x @ W, 0) + b),
        "adds ε behind the root": lambda x, W, g, b, e: relu(g * (x @ W - (x @ W).mean(0)) / ((x @ W).std(0) + e) + b),
        "divides by the variance, and not by its root": lambda x, W, g, b, e: relu(
            g * (x @ W - (x @ W).mean(0)) / ((x @ W).var(0) + e) + b
        ),
        "does not subtract the mean": lambda x, W, g, b, e: relu(g * (x @ W) / np.sqrt((x @ W).var(0) + e) + b),
        "takes the mean and the variance of x, and not of x W": lambda x, W, g, b, e: relu(
            g * (x @ W - x.mean(0)) / np.sqrt(x.var(0) + e) + b
        ),
        "adds β before it multiplies by γ": lambda x, W, g, b, e: relu(g * (hat(x @ W, e) + b)),
        "takes abs for the ReLU": lambda x, W, g, b, e: np.abs(g * hat(x @ W, e) + b),
        "takes a sigmoid for the ReLU": lambda x, W, g, b, e: 1 / (1 + np.exp(-g * hat(x @ W, e) - b)),
        "keeps what is below 0 and drops what is above": lambda x, W, g, b, e: np.minimum(g * hat(x @ W, e) + b, 0),
    },
    properties={"no value of the answer is below 0": lambda y, *_: (y >= 0).all()},
    hints=[
        "Three parts, one behind the other. Which of them looks at the whole batch, and what does it get?",
        "z = x W; the mean and the variance of each column of z; γ ẑ + β; what is below 0 becomes 0.",
    ],
    read="3. In a network, Linear, BN, activation",
    after=(
        "Now let it run the net: in the cell that begins with a = x, make a = layer_forward(a, linear.W, bn.gamma, "
        "bn.beta, bn.eps) the only line of the loop. The last line still compares with bnlib."
    ),
)


def leave_bias_out_solution(b, gamma, beta, mean, var, eps):
    return beta, mean - b


def draw_bias(rng):
    n, dtype = int(rng.integers(1, 6)), floating(rng)
    b, gamma, beta, mean = (units(rng, n, dtype=dtype) for _ in range(4))
    var = rng.uniform(0.2, 5, n)
    var[rng.integers(n)] = rng.uniform(0.5, 1.5) * EPS
    return b, gamma, beta, mean, var.astype(dtype), EPS


def through(g, v, e):
    """What a change of z by 1 does to y in eval mode."""
    return g / np.sqrt(v + e)


def same_in_eval_mode(new, b, gamma, beta, mean, var, eps):
    z, scale = np.linspace(-2, 2, 5)[:, None], through(gamma, var, eps)
    return np.allclose(scale * (z - new[1]) + new[0], scale * (z + b - mean) + beta, rtol=1e-3, atol=1e-3)


leave_bias_out = Exercise(
    "leave_bias_out",
    "Take b out of BN(x W + b): return the β and the running mean that leave both modes as they are.",
    leave_bias_out_solution,
    draw_bias,
    {
        "changes nothing: right in training mode, where BN subtracts b, and wrong in eval mode": (
            lambda b, g, t, m, v, e: (t, m)
        ),
        "puts b into β and leaves the mean: right in eval mode, and wrong in training mode": (
            lambda b, g, t, m, v, e: (t + b * through(g, v, e), m)
        ),
        "puts b and the mean into β: right in eval mode, and wrong in training mode": (
            lambda b, g, t, m, v, e: (t + (b - m) * through(g, v, e), 0 * m)
        ),
        "takes from β what b adds to y in eval mode: b is then missing twice": (
            lambda b, g, t, m, v, e: (t - b * through(g, v, e), m)
        ),
        "subtracts b from β, which is right in no mode": lambda b, g, t, m, v, e: (t - b, m),
        "moves β and the mean, which cancels in eval mode: the output is as if b were just dropped": (
            lambda b, g, t, m, v, e: (t - b * through(g, v, e), m - b)
        ),
        "subtracts b from both": lambda b, g, t, m, v, e: (t - b, m - b),
        "adds b to both": lambda b, g, t, m, v, e: (t + b, m + b),
        "counts b twice, in β and in the mean": lambda b, g, t, m, v, e: (t + b * through(g, v, e), m - b),
        "adds b to the mean, and does not subtract it": lambda b, g, t, m, v, e: (t, m + b),
        "takes b − mean for the new mean: its sign is wrong": lambda b, g, t, m, v, e: (t, b - m),
        "forgets the old mean": lambda b, g, t, m, v, e: (t, -b),
        "sets the mean to b": lambda b, g, t, m, v, e: (t, b),
        "sets the mean to 0": lambda b, g, t, m, v, e: (t, 0 * m),
        "adds b to β, though γ and σ stand between them": lambda b, g, t, m, v, e: (t + b, m),
        "adds γ b to β, and forgets σ": lambda b, g, t, m, v, e: (t + g * b, m),
        "adds b to β and subtracts it from the mean": lambda b, g, t, m, v, e: (t + b, m - b),
        "subtracts b from β and adds it to the mean": lambda b, g, t, m, v, e: (t - b, m + b),
        "divides b by σ before it is subtracted from the mean": lambda b, g, t, m, v, e: (t, m - b / np.sqrt(v + e)),
        "multiplies b by γ before it is subtracted from the mean": lambda b, g, t, m, v, e: (t, m - g * b),
        "multiplies b by γ/σ, as behind BN, before it is subtracted from the mean": (
            lambda b, g, t, m, v, e: (t, m - b * through(g, v, e))
        ),
        "returns the mean first and β second": lambda b, g, t, m, v, e: (m - b, t),
    },
    properties={
        "in training mode the mean of y is β, without b as with b": lambda new, b, g, beta, *_: np.allclose(
            new[0], beta
        ),
        "eval mode stays as it is": same_in_eval_mode,
    },
    hints=[
        "In training mode BN subtracts the mean of the batch. What of b is left behind it, and so what must β do?",
        "In eval mode BN subtracts the running mean from x W + b. Write x W alone, and see what is subtracted from it.",
    ],
    read="Placement, A bias that is kept",
    after=(
        "Now do it to the nets of this section: bn = with_b.batch_norm_layers()[0]; bn.beta, bn.running_mean = "
        "leave_bias_out(with_b.layers[0].b, bn.gamma, bn.beta, bn.running_mean, bn.running_var, bn.eps); "
        "with_b.layers[0].b = 0; then with_b.infer(test_x) gives what it gave before."
    ),
)
