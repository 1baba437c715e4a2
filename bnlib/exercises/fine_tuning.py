"""Exercises of *Fine-tuning and loading*: what a frozen layer moves, and whose average it is after ordered data."""

import numpy as np

from .exercise import Exercise

LESSON = "Fine-tuning and loading"


def what_moves_solution(trained, batch_statistics, momentum):
    running = batch_statistics & (momentum != 0)
    return trained, running, batch_statistics


def draw_settings(rng):
    """Each setting once, in random order, and some again."""
    grid = np.array([(t, b, m) for t in (0, 1) for b in (0, 1) for m in (0.0, 0.1, 1.0)])
    rows = grid[np.append(rng.permutation(len(grid)), rng.integers(len(grid), size=rng.integers(4)))]
    return rows[:, 0] == 1, rows[:, 1] == 1, rows[:, 2].copy()


what_moves = Exercise(
    "what_moves",
    "Which of gamma, the running statistics and the output's dependence on the batch does each setting leave on?",
    what_moves_solution,
    draw_settings,
    {
        "lets bn.eval() stop gamma, too": lambda t, b, m: (t & b, b & (m != 0), b),
        "lets requires_grad = False stop the running statistics": lambda t, b, m: (t, t & b & (m != 0), b),
        "forgets that momentum 0 stops the running statistics": lambda t, b, m: (t, b, b),
        "makes the output independent of the batch where momentum is 0": lambda t, b, m: (
            t,
            b & (m != 0),
            b & (m != 0),
        ),
        "lets momentum 0 stop gamma": lambda t, b, m: (t & (m != 0), b & (m != 0), b),
        "reads momentum as Keras does, where 1 stops the running statistics": lambda t, b, m: (t, b & (m != 1), b),
        "moves the running statistics in eval mode, too": lambda t, b, m: (t, m != 0, b),
        "takes training mode for what trains gamma": lambda t, b, m: (b, b & (m != 0), b),
        "lets requires_grad decide about all three": lambda t, b, m: (t, t, t),
        "takes batch_statistics the wrong way round": lambda t, b, m: (t, ~b & (m != 0), ~b),
        "takes trained the wrong way round": lambda t, b, m: (~t, b & (m != 0), b),
        "makes the output depend on the batch only where gamma is trained": lambda t, b, m: (t, b & (m != 0), b & t),
        "takes the third answer the wrong way round": lambda t, b, m: (t, b & (m != 0), ~b),
        "exchanges the second answer and the third": lambda t, b, m: (t, b, b & (m != 0)),
    },
    hints=[
        "Who changes gamma, and who changes the running statistics: the optimizer, or the forward pass?",
        "Gamma follows its own switch. The statistics need training mode and a momentum that is not 0.",
    ],
    read=f"{LESSON}, It was frozen, and moves again in the second epoch",
)


def ordered_weights_solution(classes, batches, a):
    kept = (1 - a) ** batches
    after = kept ** np.arange(classes - 1, -1, -1)
    return np.append(kept**classes, (1 - kept) * after)


def draw_order(rng):
    return int(rng.integers(3, 7)), int(rng.integers(2, 7)), float(rng.uniform(0.05, 0.3))


def weights_of(kept, one, start=None, later=0):
    """Weights of the start and of each class: `one` right after its batches, times `kept` for each class after it."""

    def weights(c, b, a):
        k = kept(b, a)
        first = k**c if start is None else start(c, b, a)
        return np.append(first, one(k, b, a) * k ** (np.arange(c - 1, -1, -1) + later))

    return weights


def power(b, a):
    return (1 - a) ** b


def rest(k, b, a):
    return 1 - k


right = weights_of(power, rest)

ordered_weights = Exercise(
    "ordered_weights",
    "The weights of the start value and of each class in a running average, after classes that came in order.",
    ordered_weights_solution,
    draw_order,
    {
        "gives the first class the weight of the last one": lambda c, b, a: np.append(
            right(c, b, a)[0], right(c, b, a)[:0:-1]
        ),
        "forgets the start value": weights_of(power, rest, lambda c, b, a: 0.0),
        "takes a for the weight of the old average": weights_of(lambda b, a: a**b, rest),
        "lets one batch of each class come": weights_of(lambda b, a: 1 - a, rest),
        "counts one batch of each class, and shrinks it as often as is right": weights_of(power, lambda k, b, a: a),
        "lets the weight of a class stay as it is when others come": lambda c, b, a: np.append(
            power(b, a) ** c, np.full(c, 1 - power(b, a))
        ),
        "gives all classes the same weight": lambda c, b, a: np.append(
            power(b, a) ** c, np.full(c, (1 - power(b, a) ** c) / c)
        ),
        "shares all weight evenly among the classes": lambda c, b, a: np.append(0.0, np.full(c, 1 / c)),
        "keeps the last class only": lambda c, b, a: np.append(np.zeros(c), 1.0),
        "forgets that a class brings in 1 − kept only": weights_of(power, lambda k, b, a: 1.0),
        "shrinks each class once too often": weights_of(power, rest, later=1),
        "adds up the weights of a class without letting them shrink": weights_of(power, lambda k, b, a: a * b),
        "lets the start value shrink for one class only": weights_of(power, rest, lambda c, b, a: power(b, a)),
        "puts the start value at the end": lambda c, b, a: np.roll(right(c, b, a), -1),
    },
    hints=[
        "What share of the old average is left after all batches of one class?",
        "With kept = (1 − a) to the power of batches, a class has 1 − kept, times kept for each class that came later.",
    ],
    read=f"{LESSON}, The data came in order, and one class is lost",
)
