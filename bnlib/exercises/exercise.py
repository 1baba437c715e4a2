"""Exercise: a function the reader writes is run on fresh inputs, and a wrong answer is told which mistake it is."""

import copy
import dis
import inspect
import linecache
import traceback
from typing import NamedTuple

import numpy as np

from .causes import of_operands, shapes_of, shortened
from .telling import alike, argument_list, in_lines, side_by_side, the_number, what_it_is

NOT_ATTEMPTED = "Not attempted yet: replace the three dots, then run the cell again."
CASES = 8  # fresh inputs in each check
SMALL = 40  # tries to find the smallest failing example
SHORTCUTS = {"batch_norm", "batch_norm_backward", "BatchNorm", "torch", "keras"}


class Mistake(NamedTuple):
    """what: what was done, the end of *Your numbers are those of a solution that …*; function: gives those numbers."""

    what: str
    function: object


def stub(): ...


class Exercise:
    """One exercise. `check(function)` tells whether the reader's function is right, or the first thing that is wrong.

    name: also the variable in bnlib.exercises; task: one sentence; solution: a right function; draw: rng -> its
    arguments, new ones at every call; mistakes: dict, what was done -> a function that gives the numbers of this
    mistake; properties: dict, a sentence that holds of each right answer -> function of (answer, *arguments), true or
    false; hints: the first asks a question, the second names the step; read: where to read; after: what to do with the
    function once it is right.
    """

    def __init__(self, name, task, solution, draw, mistakes, *, hints, read, properties=None, after=""):
        self.name, self.task, self.solve, self.draw, self.hints = name, task, solution, draw, hints
        self.mistakes = [Mistake(what, function) for what, function in mistakes.items()]
        self.properties, self.read, self.after = properties or {}, read, after
        self.state = "not attempted"

    @property
    def arguments(self):
        return list(inspect.signature(self.solve).parameters)

    def check(self, function, rng=None):
        """Print what a function gets right or wrong: one message. rng: for tests; without one, every check is new."""
        message = self.message(function, np.random.default_rng() if rng is None else rng)
        if message != NOT_ATTEMPTED:
            self.state = "right" if message.startswith("Right") else "not right yet"
        print(in_lines(message))

    def hint(self, number=1):
        print(self.hints[min(number, len(self.hints)) - 1])

    def solution(self):
        print(inspect.getsource(self.solve).rstrip().replace(self.solve.__name__, self.name))

    def message(self, function, rng):
        """The message of `check`: the first that fits."""
        if not inspect.isfunction(function):
            return f"Give the function itself, as in check({self.name}), without brackets behind its name."
        if not_attempted(function):
            return NOT_ATTEMPTED
        cases = [self.draw(rng) for _ in range(CASES)]
        if problem := self.problem(function, cases, rng):
            return f"{problem}{of_outside(function)}\n{self.where()}"
        return self.praise(function)

    def problem(self, function, cases, rng):
        """The first thing that is wrong, or None."""
        answers = []
        for case in cases:
            given = copy.deepcopy(case)
            answer, problem = self.answer(function, given)
            problem = problem or of_nothing(function, answer)
            problem = problem or what_it_is(answer, self.right(case), dict(zip(self.arguments, case, strict=True)))
            problem = problem or self.of_changed(given, case)
            if problem:
                return problem
            answers.append(answer)
        return self.of_numbers(function, cases, answers, rng)

    def of_changed(self, given, case):
        """What to say if a function has written into one of its arguments, or None."""
        for name, after, before in zip(self.arguments, given, case, strict=True):
            if not alike(after, before, exact=True):
                return f"Your function writes into its argument {name}, which is its caller's. Make a new array."

    def of_numbers(self, function, cases, answers, rng):
        """What to say of the numbers, or None."""
        right = [self.right(case) for case in cases]
        wrong = [i for i in range(CASES) if not alike(answers[i], right[i])]
        if not wrong:
            return None
        number = the_number(answers[wrong[0]], right[wrong[0]])
        for mistake in self.mistakes:
            if all(alike(answers[i], run(mistake.function, cases[i])) for i in range(CASES)):
                return f"Your numbers are those of a solution that {mistake.what}. {number}"
        for place, name in enumerate(self.arguments):
            if all(alike(answers[i], cases[i][place]) for i in range(CASES)):
                return f"Your function returns its argument {name} as it came. {number}"
        for sentence, holds in self.properties.items():
            for i in wrong:
                if not holds(answers[i], *cases[i]):
                    return f"This must hold, and does not: {sentence}. {the_number(answers[i], right[i])}"
        return self.smallest(function, cases, rng)

    def smallest(self, function, cases, rng):
        """The smallest example found for which the function is wrong, with both answers side by side."""
        tried = sorted(cases + [self.draw(rng) for _ in range(SMALL)], key=size)
        for case in tried:
            answer, problem = self.answer(function, copy.deepcopy(case))
            if problem or not alike(answer, self.right(case)):
                break
        return "Not right yet. The smallest example I found:\n" + side_by_side(
            self.arguments, case, answer, self.right(case)
        )

    def praise(self, function):
        note = ""
        if used := SHORTCUTS & {*function.__code__.co_names, *function.__code__.co_freevars}:
            note = f" It calls {min(used)}; the exercise is to write that by hand."
        return f"Right: equal to our solution on {CASES} fresh inputs, within rounding.{note}\n{self.after}".rstrip()

    def where(self):
        lesson, section = self.read.split(", ", 1)
        return f"Read “{section}” in {lesson}."

    def right(self, case):
        return run(self.solve, copy.deepcopy(case))

    def answer(self, function, case):
        """What a function answers, and what to say if it raised."""
        try:
            return run(function, case), None
        except Exception as error:
            return None, self.of_error(function, error, case)

    def of_error(self, function, error, case):
        given = argument_list(self.arguments, case)
        steps = [
            step for step in traceback.extract_tb(error.__traceback__) if step.filename == function.__code__.co_filename
        ]
        if not steps:
            return f"The exercise calls your function with ({given}), but it takes {inspect.signature(function)}."
        line = linecache.getline(steps[0].filename, steps[-1].lineno).strip()
        text = shortened(str(error))
        why = of_operands(text, shapes_of(dict(zip(self.arguments, case, strict=True))))
        return f"Your line `{line}` raises {type(error).__name__}: {text}. {why}It was called with {given}."


def run(function, case):
    with np.errstate(all="ignore"):
        return function(*case)


def size(case):
    return sum(size(value) if isinstance(value, list) else np.size(value) for value in case)


def not_attempted(function):
    """Whether a function holds no more than three dots, and perhaps a docstring."""
    code = function.__code__
    return code.co_code == stub.__code__.co_code and not code.co_names


def of_nothing(function, answer):
    if answer is None:
        shown = " `print` shows a value, and hands nothing back." if "print" in function.__code__.co_names else ""
        return f"Your function returns nothing: is there a `return`?{shown}"


def of_outside(function):
    """What to say of the numbers and arrays that a function takes from elsewhere, and not from its arguments."""
    names = {step.argval for step in dis.get_instructions(function) if step.opname == "LOAD_GLOBAL"}
    values = {name: function.__globals__.get(name) for name in sorted(names)}
    found = [name for name, value in values.items() if isinstance(value, np.ndarray | np.generic | int | float)]
    return f" It reads {' and '.join(found)} from a cell above, and not from its arguments." if found else ""
