"""What learners write: none of it is called right, and at least 8 of 10 get a message that names a cause.

`python tests/test_wrong_answers.py` prints the table; with the names of exercises, each answer and its message.
"""

import inspect
import sys
from collections import Counter

import numpy as np
import pytest
from wrong_answers import ANSWERS

from bnlib import exercises

NO_CAUSE = "Not right yet. The smallest example"
FREE_FORM = {"clinic", "swap_colour"}  # nothing to write ten wrong ones of
SEEDS = range(2)
every_exercise = pytest.mark.parametrize("name", [name for name in exercises.ALL if name in ANSWERS])


def messages(name, seed):
    """Key of each wrong answer -> what it is told."""
    exercise = exercises.ALL[name]
    return {key: exercise.message(answer, np.random.default_rng(seed)) for key, answer in ANSWERS[name].items()}


def named(told):
    return sum(not message.startswith(NO_CAUSE) for message in told.values())


@every_exercise
def test_no_wrong_answer_is_called_right_and_8_of_10_are_told_a_cause(name):
    for seed in SEEDS:
        told = messages(name, seed)
        assert not [key for key, message in told.items() if message.startswith(("Right", "Not attempted"))]
        assert named(told) >= 8, [key for key, message in told.items() if message.startswith(NO_CAUSE)]


def test_every_exercise_but_those_of_free_form_has_wrong_answers():
    assert set(exercises.ALL) - FREE_FORM <= set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_there_are_ten_wrong_answers_with_the_arguments_of_the_exercise(name):
    answers = ANSWERS[name].values()
    assert len(answers) == 10
    assert all(answer.__doc__ for answer in answers)
    (arguments,) = {tuple(inspect.signature(answer).parameters) for answer in answers}
    if name in exercises.ALL:
        assert list(arguments) == exercises.ALL[name].arguments


def kind(message):
    """How a message names a cause: by the catalogue, a property, or the frame (raised, type, shape, NaN, in place)."""
    starts = {"Your numbers are": "catalogue", "This must hold": "property", NO_CAUSE: "not named"}
    return next((kind for start, kind in starts.items() if message.startswith(start)), "frame")


def main(names):
    """The table; for the exercises named, or for all after --all, each wrong answer's cause and its message."""
    for name in exercises.ALL:
        if name not in ANSWERS or set(names) - {"--all"} and name not in names:
            continue
        told = messages(name, seed=0)
        kinds = Counter(map(kind, told.values()))
        print(f"{name:20} {named(told):2} of {len(told)} named:", ", ".join(f"{k} {n}" for k, n in kinds.items()))
        for key, message in told.items() if names else ():
            print(f"  {ANSWERS[name][key].__doc__}\n    → {message}")


if __name__ == "__main__":
    main(sys.argv[1:])
