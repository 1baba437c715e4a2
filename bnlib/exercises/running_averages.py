"""Exercises about a running average by itself: the course's, and its correction for the start at 0."""

import numpy as np

from .exercise import Exercise

DEEPER = "Running averages and exact statistics"


def course_average_solution(values, beta):
    v, path = 0.0, np.empty(len(values))
    for step, value in enumerate(values):
        v = beta * v + (1 - beta) * value
        path[step] = v
    return path


def draw_values(rng):
    return rng.normal(2, 1, int(rng.integers(4, 13))), float(rng.uniform(0.6, 0.85))


def averages(step, start=0.0):
    """The path of v = step(v, value, beta, t, values), t from 1, as a function of (values, beta)."""

    def path(values, beta):
        v, found = start, []
        for t, value in enumerate(values, start=1):
            v = step(v, value, beta, t, values)
            found.append(v)
        return np.array(found)

    return path


def window(values, beta):
    length = round(1 / (1 - beta))
    return np.array([values[max(0, t - length) : t].mean() for t in range(1, len(values) + 1)])


def corrected(values, beta):
    return course_average_solution(values, beta) / (1 - beta ** np.arange(1, len(values) + 1))


course_average = Exercise(
    "course_average",
    "The course's running average v = β v + (1 − β) value, from v = 0: return all v, one after each value.",
    course_average_solution,
    draw_values,
    {
        "exchanges β and 1 − β": lambda x, b: course_average_solution(x, 1 - b),
        "starts at the first value, and not at 0": lambda x, b: averages(lambda v, x, b, *_: b * v + (1 - b) * x, x[0])(
            x, b
        ),
        "starts at 1, as a running variance does": averages(lambda v, x, b, *_: b * v + (1 - b) * x, 1.0),
        "divides by 1 − βᵗ, the bias correction, which is not asked for": corrected,
        "corrects inside the loop, so that the corrected v goes into the next step": averages(
            lambda v, x, b, t, _: (b * v + (1 - b) * x) / (1 - b**t)
        ),
        "returns v before each value, and not after it": lambda x, b: np.append(0, course_average_solution(x, b)[:-1]),
        "takes the plain average of all values so far": lambda x, b: np.cumsum(x) / np.arange(1, len(x) + 1),
        "takes the mean of the last 1/(1 − β) values": window,
        "adds the whole new value, and not (1 − β) of it": averages(lambda v, x, b, *_: b * v + x),
        "keeps the whole old average, and not β of it": averages(lambda v, x, b, *_: v + (1 - b) * x),
        "multiplies the value before by β, and not the average": averages(
            lambda v, x, b, t, values: b * (values[t - 2] if t > 1 else 0) + (1 - b) * x
        ),
        "never stores v, so that each step starts at 0 again": lambda x, b: (1 - b) * x,
        "leaves out the brackets: β v + 1 − β value": averages(lambda v, x, b, *_: b * v + 1 - b * x),
        "sets all entries to the last average": lambda x, b: np.full(len(x), course_average_solution(x, b)[-1]),
        "goes through the values from the last to the first": lambda x, b: course_average_solution(x[::-1], b),
        "returns the newest average first": lambda x, b: course_average_solution(x, b)[::-1],
    },
    properties={"the first v is 1 − β of the first value": lambda v, x, b: np.isclose(v[0], (1 - b) * x[0])},
    hints=[
        "How large is v after the first value, when it was 0 before?",
        "One loop: v becomes β times itself plus (1 − β) times the value; store it after each step.",
    ],
    read="4. Test time, Where do the fixed numbers come from?",
    after="Now drag it, in a new cell: RunningStatistics(function=course_average), from bnlib.explorers.",
)


def bias_correction_solution(v, beta):
    steps = np.arange(1, len(v) + 1)
    return v / (1 - beta**steps)


def by_steps(formula):
    """formula(v, beta, t), t = 1, 2, …, as a function of (v, beta)."""
    return lambda v, beta: formula(v, beta, np.arange(1, len(v) + 1))


bias_correction = Exercise(
    "bias_correction",
    "v holds the course's running average after t = 1, 2, … values, from v = 0: correct each for the start.",
    bias_correction_solution,
    lambda rng: (course_average_solution(*(drawn := draw_values(rng))), drawn[1]),
    {
        "divides all by 1 − β": lambda v, b: v / (1 - b),
        "divides all by 1 − βᵗ of the last step": by_steps(lambda v, b, t: v / (1 - b ** t[-1])),
        "counts one step too many: 1 − β to the power t + 1": by_steps(lambda v, b, t: v / (1 - b ** (t + 1))),
        "multiplies by 1 − βᵗ": by_steps(lambda v, b, t: v * (1 - b**t)),
        "divides by βᵗ, the weight of the start": by_steps(lambda v, b, t: v / b**t),
        "divides by (1 − β)ᵗ": by_steps(lambda v, b, t: v / (1 - b) ** t),
        "takes 1 − β for β: divides by 1 − (1 − β)ᵗ": by_steps(lambda v, b, t: v / (1 - (1 - b) ** t)),
        "divides by 1 + βᵗ": by_steps(lambda v, b, t: v / (1 + b**t)),
        "divides by the root of 1 − βᵗ": by_steps(lambda v, b, t: v / np.sqrt(1 - b**t)),
        "subtracts βᵗ and does not divide": by_steps(lambda v, b, t: v - b**t),
        "corrects for a start at 1, and not at 0": by_steps(lambda v, b, t: (v - b**t) / (1 - b**t)),
        "corrects the first one only": by_steps(lambda v, b, t: np.where(t == 1, v / (1 - b), v)),
        "counts the steps from the end": by_steps(lambda v, b, t: v / (1 - b ** t[::-1])),
        "returns v as it was": lambda v, b: v.copy(),
        "averages once more": course_average_solution,
    },
    properties={"the first one is the first value, v / (1 − β)": lambda c, v, b: np.isclose(c[0], v[0] / (1 - b))},
    hints=[
        "If all values were 1, what would v be after t of them? And what should it be?",
        "After t steps the start has the weight βᵗ, and all values together 1 − βᵗ. Divide each v by its own.",
    ],
    read=f"{DEEPER}, Why are the first evaluations so bad?",
    after="And if the start was 1? Then subtract βᵗ · 1 first, as the lesson does for the variance.",
)
