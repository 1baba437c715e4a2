"""Exercises on residual nets: the block, the backward pass of SkipInit, the balance of growth and decay."""

import numpy as np

from .draws import EPS, bn, layout, units
from .exercise import Exercise

RESIDUAL = "Residual nets"


def residual_block_solution(h, W1, W2, gamma, beta, eps):
    def norm(z):
        return (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + eps)

    branch = np.maximum(norm(h @ W1), 0) @ W2
    return h + gamma * norm(branch) + beta


def draw_block(rng):
    m, n = int(rng.integers(5, 9)), int(rng.integers(2, 5))
    h = layout(rng, rng.normal(size=(m, n)) + rng.normal(0, 1, n))
    return h, rng.normal(size=(n, n)), rng.normal(size=(n, n)), units(rng, n), rng.normal(size=n), EPS


def relu(z):
    return np.maximum(z, 0)


def branch_of(h, W1, W2, eps):
    return bn(relu(bn(h @ W1, eps)) @ W2, eps)


residual_block = Exercise(
    "residual_block",
    "The forward pass of a residual block in training mode: linear, BN, ReLU, linear, BN, and the skip connection.",
    residual_block_solution,
    draw_block,
    {
        "forgets the skip connection": lambda h, U, V, g, b, e: g * branch_of(h, U, V, e) + b,
        "puts the last BN behind the sum": lambda h, U, V, g, b, e: g * bn(h + relu(bn(h @ U, e)) @ V, e) + b,
        "multiplies the skip path by gamma too": lambda h, U, V, g, b, e: g * (h + branch_of(h, U, V, e)) + b,
        "forgets the first BN": lambda h, U, V, g, b, e: h + g * bn(relu(h @ U) @ V, e) + b,
        "forgets the last BN": lambda h, U, V, g, b, e: h + g * (relu(bn(h @ U, e)) @ V) + b,
        "forgets the ReLU": lambda h, U, V, g, b, e: h + g * bn(bn(h @ U, e) @ V, e) + b,
        "takes the ReLU before the first BN": lambda h, U, V, g, b, e: h + g * bn(bn(relu(h @ U), e) @ V, e) + b,
        "takes one more ReLU at the end": lambda h, U, V, g, b, e: relu(h + g * branch_of(h, U, V, e) + b),
        "takes the ReLU of the branch's output": lambda h, U, V, g, b, e: h + relu(g * branch_of(h, U, V, e) + b),
        "gives gamma and beta to the first BN, and not to the last": lambda h, U, V, g, b, e: (
            h + bn(relu(g * bn(h @ U, e) + b) @ V, e)
        ),
        "gives gamma and beta to both": lambda h, U, V, g, b, e: h + g * bn(relu(g * bn(h @ U, e) + b) @ V, e) + b,
        "forgets beta": lambda h, U, V, g, b, e: h + g * branch_of(h, U, V, e),
        "exchanges W1 and W2": lambda h, U, V, g, b, e: h + g * branch_of(h, V, U, e) + b,
        "normalizes each row, and not each column": lambda h, U, V, g, b, e: (
            h + g * bn((relu(bn((h @ U).T, e).T) @ V).T, e).T + b
        ),
    },
    hints=[
        "What must come out when gamma and beta are 0?",
        "The branch is linear, BN, ReLU, linear, BN times gamma plus beta; h itself is added last.",
    ],
    read=f"{RESIDUAL}, The values grow from block to block",
    after="Call it with gamma and beta 0: the block is the identity.",
)


def skipinit_backward_solution(dy, branch, alpha):
    return float((dy * branch).sum()), alpha * dy, dy.copy()


def draw_skipinit(rng):
    shape = tuple(rng.integers(3, 7, 2))
    return layout(rng, rng.normal(size=shape)), rng.normal(1, 1, shape), float(rng.uniform(0.2, 0.8))


skipinit_backward = Exercise(
    "skipinit_backward",
    "The gradients of alpha, of the branch and of h by the skip path, for y = h + alpha * branch.",
    skipinit_backward_solution,
    draw_skipinit,
    {
        "takes the mean over all values for alpha, not the sum": lambda dy, r, a: (np.mean(dy * r), a * dy, dy * 1),
        "divides the sum for alpha by the number of examples": lambda dy, r, a: (
            (dy * r).sum() / len(dy),
            a * dy,
            dy * 1,
        ),
        "forgets the branch in the gradient of alpha": lambda dy, r, a: (dy.sum(), a * dy, dy * 1),
        "multiplies the gradient of alpha by alpha": lambda dy, r, a: (a * (dy * r).sum(), a * dy, dy * 1),
        "adds the branch over its values, and forgets dy": lambda dy, r, a: (r.sum(), a * dy, dy * 1),
        "multiplies the sums of dy and of the branch": lambda dy, r, a: (dy.sum() * r.sum(), a * dy, dy * 1),
        "forgets alpha in the gradient of the branch": lambda dy, r, a: ((dy * r).sum(), dy * 1, dy * 1),
        "multiplies the gradient of the branch by the branch": lambda dy, r, a: ((dy * r).sum(), a * dy * r, dy * 1),
        "divides by alpha where it must multiply": lambda dy, r, a: ((dy * r).sum(), dy / a, dy * 1),
        "multiplies the gradient of the skip path by alpha": lambda dy, r, a: ((dy * r).sum(), a * dy, a * dy),
        "gives 1 + alpha times dy to the skip path": lambda dy, r, a: ((dy * r).sum(), a * dy, (1 + a) * dy),
        "gives 1 − alpha times dy to the skip path": lambda dy, r, a: ((dy * r).sum(), a * dy, (1 - a) * dy),
        "exchanges the branch and the skip path": lambda dy, r, a: ((dy * r).sum(), dy * 1, a * dy),
    },
    hints=[
        "Every value of y holds the same alpha. What happens to the gradients of a number that is used many times?",
        "Sum of dy * branch for alpha; alpha * dy for the branch; dy itself for h.",
    ],
    read=f"{RESIDUAL}, No norm at all: how far does SkipInit go?",
    after="Put alpha = 0: the branch gets no gradient, and alpha does. It is γ = 0 with one number.",
)


def balanced_length_solution(lr, decay, c):
    return (lr * c**2 / (2 * decay)) ** 0.25


def draw_balance(rng):
    return float(rng.choice([0.03, 0.1, 0.3])), float(10 ** rng.uniform(-3, -1)), float(rng.uniform(0.3, 4))


balanced_length = Exercise(
    "balanced_length",
    "The length of w at which the growth by plain SGD and the decay are equal.",
    balanced_length_solution,
    draw_balance,
    {
        "takes the square root, not the fourth one": lambda lr, d, c: (lr * c**2 / (2 * d)) ** 0.5,
        "returns the fourth power of the length": lambda lr, d, c: lr * c**2 / (2 * d),
        "takes a third root": lambda lr, d, c: (lr * c**2 / (2 * d)) ** (1 / 3),
        "forgets the 2": lambda lr, d, c: (lr * c**2 / d) ** 0.25,
        "multiplies by the 2": lambda lr, d, c: (2 * lr * c**2 / d) ** 0.25,
        "forgets to square c": lambda lr, d, c: (lr * c / (2 * d)) ** 0.25,
        "forgets c": lambda lr, d, c: (lr / (2 * d)) ** 0.25,
        "keeps lr² although one lr cancels": lambda lr, d, c: (lr**2 * c**2 / (2 * d)) ** 0.25,
        "cancels lr altogether": lambda lr, d, c: (c**2 / (2 * d)) ** 0.25,
        "exchanges growth and decay": lambda lr, d, c: (2 * d / (lr * c**2)) ** 0.25,
        "multiplies by the decay where it must divide": lambda lr, d, c: (lr * c**2 * d / 2) ** 0.25,
    },
    properties={"the length is above 0": lambda answer, lr, decay, c: answer > 0},
    hints=[
        "Write both changes of |w|² with |w| and c only. Which power of |w| stands on each side?",
        "lr² c² / |w|² = 2 lr decay |w|²: solve for |w|⁴.",
    ],
    read=f"{RESIDUAL}, Weight decay and BN: do the weights go to 0?",
    after="Compare balanced_length(0.1, 0.1, c) with the gray line, for the c of your own net.",
)
