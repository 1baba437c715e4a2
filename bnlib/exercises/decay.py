"""Exercise of *In practice*: which arrays of a net get weight decay."""

import numpy as np

from .exercise import Exercise


def weight_decays_solution(names, shapes, decay):
    return np.array([decay if len(shape) > 1 else 0.0 for shape in shapes])


def draw_parameters(rng):
    """Names and shapes as PyTorch gives them: three linear layers or convolutions with BN, then an output layer."""
    found, norms = [], rng.permutation(["", "bn", "norm"])  # a layer of BN is named as its author liked
    for place in range(3):
        out, kernel = int(rng.integers(2, 9)), (3, 3) if rng.random() < 0.5 else ()
        found += [(f"{2 * place}.weight", (out, 4, *kernel))]
        found += [(f"{2 * place}.bias", (out,))] if rng.random() < 0.5 else []
        found += [(f"{norms[place]}{2 * place + 1}.{what}", (out,)) for what in ("weight", "bias")]
    found += [("head.weight", (10, out)), ("head.bias", (10,))]
    return [name for name, _ in found], [shape for _, shape in found], float(rng.uniform(1e-4, 1e-2))


def by(rule):
    """A decay for each array of which rule(name, shape) is true."""

    def decays(names, shapes, decay):
        return np.array([decay * bool(rule(*pair)) for pair in zip(names, shapes, strict=True)])

    return decays


weight_decays = Exercise(
    "weight_decays",
    "The weight decay of each array of a net: matrices and filters get it, biases, gamma and beta do not.",
    weight_decays_solution,
    draw_parameters,
    {
        "gives decay to all arrays, as an optimizer without groups does": by(lambda name, shape: True),
        "goes by the name `weight`, which gamma has, too": by(lambda name, shape: "weight" in name),
        "looks for bn or norm in the name, which not every BN has, and gives decay to biases": by(
            lambda name, shape: "bn" not in name and "norm" not in name
        ),
        "leaves out what has bn in its name, and nothing else": by(lambda name, shape: "bn" not in name),
        "leaves out what has bn or norm in its name, and biases: some BN have neither": by(
            lambda name, shape: "bn" not in name and "norm" not in name and "bias" not in name
        ),
        "takes arrays of two axes only, and so leaves out convolutions": by(lambda name, shape: len(shape) == 2),
        "takes convolutions only": by(lambda name, shape: len(shape) == 4),
        "gives decay to gamma, beta and biases, and to nothing else": by(lambda name, shape: len(shape) == 1),
        "leaves out the output layer": by(lambda name, shape: len(shape) > 1 and "head" not in name),
        "leaves out the first layer": by(lambda name, shape: len(shape) > 1 and not name.startswith("0.")),
        "gives decay to the biases only": by(lambda name, shape: "bias" in name),
        "returns yes and no, and not the decay": lambda names, shapes, decay: np.array(
            [float(len(shape) > 1) for shape in shapes]
        ),
        "keeps 1 − decay, the factor": lambda names, shapes, decay: np.array(
            [1 - decay if len(shape) > 1 else 1.0 for shape in shapes]
        ),
    },
    hints=[
        "Look at the shapes: what do biases, gamma and beta have in common, and W never?",
        "An array of two axes or more gets the decay, a vector gets 0. The names mislead: gamma is called weight.",
    ],
    read="In practice, Weight decay on gamma and beta, or not?",
)
