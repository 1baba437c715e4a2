"""Exercises about a net that is done: its exact statistics, and BN folded into the linear layer before it."""

import numpy as np

from .draws import EPS, layout, units
from .exercise import Exercise


def reestimate_solution(x, W1, gamma1, beta1, W2, eps):
    z1 = x @ W1
    mean1, var1 = z1.mean(axis=0), z1.var(axis=0)
    hidden = np.maximum(gamma1 * (z1 - mean1) / np.sqrt(var1 + eps) + beta1, 0)
    z2 = hidden @ W2
    return mean1, var1, z2.mean(axis=0), z2.var(axis=0)


def draw_net_and_data(rng):
    n = int(rng.integers(2, 6))  # all widths are equal, so that an exchanged matrix stays silent
    m, W1 = int(rng.integers(n + 1, 13)), rng.normal(size=(n, n))
    W1[:, rng.integers(n)] *= np.sqrt(EPS)
    x = layout(rng, rng.normal(size=(m, n)) + rng.normal(0, 1, n))
    return x, W1, units(rng, n), units(rng, n) * 0.5, layout(rng, rng.normal(size=(n, n))), EPS


def relu(y):
    return np.maximum(y, 0)


def hat(z, eps, ddof=0):
    return (z - z.mean(0)) / np.sqrt(z.var(0, ddof=ddof) + eps)


def of(first, second, var=lambda z: z.var(0)):
    return first.mean(0), var(first), second.mean(0), var(second)


def net(second=lambda z, g, b, W, e: relu(g * hat(z, e) + b) @ W, first=lambda x, z: z, var=lambda z: z.var(0)):
    """A wrong answer: the statistics of first(x, x W1), and those of second(x W1, γ1, β1, W2, ε)."""
    return lambda x, W1, g, b, W2, e: of(first(x, x @ W1), second(x @ W1, g, b, W2, e), var)


def of_halves(z):
    return (z[: len(z) // 2].var(0) + z[len(z) // 2 :].var(0)) / 2


def exact_first(answer, x, W1, *more):
    return np.allclose(answer[0], (x @ W1).mean(0)) and np.allclose(answer[1], (x @ W1).var(0))


reestimate = Exercise(
    "reestimate",
    "A net is linear, BN, ReLU, linear, BN. The exact mean and variance, over all of x and divided by its number of "
    "rows, of what reaches each BN in eval mode: return mean1, var1, mean2, var2.",
    reestimate_solution,
    draw_net_and_data,
    {
        "goes on to the second layer with the statistics of the start, 0 and 1": net(
            lambda z, g, b, W, e: relu(g * z / np.sqrt(1 + e) + b) @ W
        ),
        "leaves the first BN out on the way to the second": net(lambda z, g, b, W, e: relu(z) @ W),
        "leaves BN and ReLU out on the way to the second": net(lambda z, g, b, W, e: z @ W),
        "leaves the ReLU out": net(lambda z, g, b, W, e: (g * hat(z, e) + b) @ W),
        "applies the ReLU before the first BN, and not after it": net(
            lambda z, g, b, W, e: (g * hat(relu(z), e) + b) @ W
        ),
        "applies the ReLU to the sums of the second layer": net(
            lambda z, g, b, W, e: relu(relu(g * hat(z, e) + b) @ W)
        ),
        "leaves γ and β of the first BN out": net(lambda z, g, b, W, e: relu(hat(z, e)) @ W),
        "leaves γ out": net(lambda z, g, b, W, e: relu(hat(z, e) + b) @ W),
        "leaves β out": net(lambda z, g, b, W, e: relu(g * hat(z, e)) @ W),
        "exchanges γ and β": net(lambda z, g, b, W, e: relu(b * hat(z, e) + g) @ W),
        "leaves ε out": net(lambda z, g, b, W, e: relu(g * hat(z, 0) + b) @ W),
        "divides by the variance, and not by its root": net(
            lambda z, g, b, W, e: relu(g * (z - z.mean(0)) / (z.var(0) + e) + b) @ W
        ),
        "takes what W2 is applied to for the second layer": net(lambda z, g, b, W, e: relu(g * hat(z, e) + b)),
        "takes x itself for the first layer": net(first=lambda x, z: x),
        "takes what comes out of the first BN, and not what goes in": lambda x, W1, g, b, W2, e: of(
            g * hat(x @ W1, e) + b, relu(g * hat(x @ W1, e) + b) @ W2
        ),
        "divides by one less than the number of rows in what it returns": net(var=lambda z: z.var(0, ddof=1)),
        "divides by one less than the number of rows everywhere": net(
            lambda z, g, b, W, e: relu(g * hat(z, e, 1) + b) @ W, var=lambda z: z.var(0, ddof=1)
        ),
        "returns the standard deviations for the variances": net(var=lambda z: z.std(0)),
        "takes the variance in each half of x, and averages the two": net(var=of_halves),
        "returns each variance before its mean": lambda *case: tuple(
            reestimate_solution(*case)[i] for i in (1, 0, 3, 2)
        ),
        "returns the second layer before the first": lambda *case: tuple(
            reestimate_solution(*case)[i] for i in (2, 3, 0, 1)
        ),
    },
    properties={"mean1 and var1 are those of the columns of x @ W1": exact_first},
    hints=[
        "In eval mode, what comes out of the first BN when it already has its new statistics?",
        "Front to back: x W1 gives the first two; normalize with them, γ and β, ReLU, times W2 gives the others.",
    ],
    read="Running averages and exact statistics, Running average, plain average, or exact?",
    after="For a whole net: bnlib.reestimate(net, x). It divides the variance by one less.",
)


def fold_solution(W, b, gamma, beta, mean, var, eps):
    scale = gamma / np.sqrt(var + eps)
    return W * scale, (b - mean) * scale + beta


def draw_layer(rng):
    n = int(rng.integers(2, 6))  # W is square, so that the wrong axis stays silent
    var = units(rng, n, signs=False)
    var[rng.integers(n)] = EPS
    return layout(rng, rng.normal(size=(n, n))), *(units(rng, n) for _ in range(4)), var, EPS


def folded(new_b, new_W=lambda W, s: W * s):
    """new_b(b, s, mean, β), new_W(W, s), where s = γ / √(variance + ε)."""
    return lambda W, b, g, beta, m, v, e: (
        new_W(W, g / np.sqrt(v + e)),
        new_b(b, g / np.sqrt(v + e), m, beta),
    )


def scaled(scale):
    """Right but for s = scale(γ, variance, ε)."""
    return lambda W, b, g, beta, m, v, e: (W * scale(g, v, e), (b - m) * scale(g, v, e) + beta)


def right_b(b, s, m, beta):
    return (b - m) * s + beta


def same_outputs(answer, W, b, gamma, beta, mean, var, eps):
    x = np.linspace(-2, 2, 3 * len(W)).reshape(3, -1) ** 3
    y = gamma * (x @ W + b - mean) / np.sqrt(var + eps) + beta
    return np.allclose(x @ answer[0] + answer[1], y)


fold = Exercise(
    "fold",
    "A linear layer x @ W + b is followed by BN in eval mode. Return W and b of one linear layer that does both.",
    fold_solution,
    draw_layer,
    {
        "multiplies the rows of W, and not its columns": folded(right_b, lambda W, s: W * s[:, None]),
        "folds forward, as if BN stood in front of W": lambda W, b, g, beta, m, v, e: (
            W * (s := g / np.sqrt(v + e))[:, None],
            b + (beta - m * s) @ W,
        ),
        "transposes W": folded(right_b, lambda W, s: (W * s).T),
        "leaves W as it was": folded(right_b, lambda W, s: W.copy()),
        "leaves b as it was": folded(lambda b, s, m, beta: b.copy()),
        "forgets the running mean": folded(lambda b, s, m, beta: b * s + beta),
        "forgets β and the running mean": folded(lambda b, s, m, beta: b * s),
        "forgets the old b": folded(lambda b, s, m, beta: beta - m * s),
        "forgets β": folded(lambda b, s, m, beta: (b - m) * s),
        "adds the running mean": folded(lambda b, s, m, beta: (b + m) * s + beta),
        "does not scale the old b": folded(lambda b, s, m, beta: b - m * s + beta),
        "does not scale the running mean": folded(lambda b, s, m, beta: b * s - m + beta),
        "scales neither b nor the running mean": folded(lambda b, s, m, beta: b - m + beta),
        "scales β, too": folded(lambda b, s, m, beta: (b - m + beta) * s),
        "leaves γ out": scaled(lambda g, v, e: 1 / np.sqrt(v + e)),
        "divides by the variance, and not by its root": scaled(lambda g, v, e: g / (v + e)),
        "multiplies by the root of the variance": scaled(lambda g, v, e: g * np.sqrt(v + e)),
        "leaves ε out": scaled(lambda g, v, e: g / np.sqrt(v)),
        "adds ε behind the root": scaled(lambda g, v, e: g / (np.sqrt(v) + e)),
        "exchanges γ and β": lambda W, b, g, beta, *more: fold_solution(W, b, beta, g, *more),
        "exchanges mean and b": lambda W, b, g, beta, m, *more: fold_solution(W, m, g, beta, b, *more),
    },
    properties={"x @ new_W + new_b is BN of x @ W + b": same_outputs},
    hints=[
        "Write γ (x W + b − mean) / √(variance + ε) + β as s · (x W) + t. What are s and t?",
        "s = γ / √(variance + ε), one number for each column of W: the new W is W times s, and the rest of b follows.",
    ],
    read="deeper/folding_freezing_saving, Folding BN into the layer before it",
    after="For the layers of a net: bnlib.fold(linear, bn).",
)
