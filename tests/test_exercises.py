"""The feedback of the exercises: each mistake gets its own message and no other, and nothing wrong is called right."""

import ast
import inspect
import itertools
import re

import numpy as np
import pytest
from test_notebooks import PATHS, cells, text_of

from bnlib import exercises
from bnlib.exercises.exercise import CASES, NOT_ATTEMPTED, run
from bnlib.exercises.telling import alike, cause

ALL = exercises.ALL
MISTAKES = [(name, mistake) for name, exercise in ALL.items() for mistake in exercise.mistakes]
every_exercise = pytest.mark.parametrize("name", ALL)
every_mistake = pytest.mark.parametrize(
    ("name", "mistake"), MISTAKES, ids=lambda value: getattr(value, "what", value)[:40]
)
FEW, MANY = range(3), pytest.param(range(3, 20), marks=pytest.mark.deep)


def message(name, function, seed=0):
    return ALL[name].message(function, np.random.default_rng(seed))


def written_with(arguments, body):
    """A function with the exercise's arguments, whose answer is body(*arguments), as a reader would have written it."""
    namespace = {"body": body, "np": np}
    exec(f"def answer({', '.join(arguments)}):\n    return body({', '.join(arguments)})", namespace)
    return namespace["answer"]


def source_of(name):
    return inspect.getsource(ALL[name].solve)


def test_there_are_at_least_24_exercises_and_150_mistakes():
    assert len(ALL) >= 24 and len(MISTAKES) >= 150


@every_exercise
def test_an_exercise_knows_at_least_six_mistakes_and_two_hints(name):
    exercise = ALL[name]
    assert len(exercise.mistakes) >= 6
    assert len(exercise.hints) >= 2 and exercise.hints[0].rstrip().endswith("?")
    assert exercise.name == name


# Right and wrong


@every_exercise
def test_the_solution_is_right_on_200_draws(name):
    exercise = ALL[name]
    for seed in range(200 // CASES):
        assert message(name, written_with(exercise.arguments, exercise.solve), seed).startswith("Right: ")


@pytest.mark.parametrize("seeds", [FEW, MANY], ids=["few", "many"])
@every_mistake
def test_a_mistake_gets_its_own_message(name, mistake, seeds):
    for seed in seeds:
        told = message(name, written_with(ALL[name].arguments, mistake.function), seed)
        assert mistake.what in told, told


@every_exercise
def test_no_two_mistakes_coincide_and_none_is_right(name):
    exercise, rng = ALL[name], np.random.default_rng(7)
    for _ in range(20):
        cases = [exercise.draw(rng) for _ in range(CASES)]
        answers = {mistake.what: [run(mistake.function, case) for case in cases] for mistake in exercise.mistakes}
        answers["right"] = [exercise.right(case) for case in cases]
        for (one, these), (other, those) in itertools.combinations(answers.items(), 2):
            assert not all(map(alike, these, those)), f"{one} / {other}"


JUNK = {
    "zeros": lambda right: np.zeros_like(right),
    "ones": lambda right: np.ones_like(right),
    "random": lambda right: np.random.default_rng(3).normal(size=np.shape(right)),
    "a string": lambda right: "0",
    "an empty list": lambda right: [],
    "an object": lambda right: object(),
    "of another shape": lambda right: np.zeros((2, 3, 4)),
    "not a number": lambda right: np.full(np.shape(right), np.nan),
    "infinite": lambda right: np.full(np.shape(right), np.inf),
    "nothing": lambda right: None,
}


@pytest.mark.parametrize("junk", JUNK)
@every_exercise
def test_junk_is_never_called_right_and_is_answered_in_words(name, junk):
    exercise = ALL[name]

    def answer(*case):
        right = exercise.right(case)
        made = [JUNK[junk](part) for part in right] if isinstance(right, tuple) else JUNK[junk](right)
        return tuple(made) if isinstance(right, tuple) else made

    told = message(name, written_with(exercise.arguments, answer))
    assert not told.startswith("Right") and told != NOT_ATTEMPTED
    assert "Traceback" not in told and "exercise.py" not in told


@every_exercise
def test_returning_an_argument_is_never_called_right(name):
    exercise = ALL[name]
    for place in range(len(exercise.arguments)):
        told = message(name, written_with(exercise.arguments, lambda *case, place=place: case[place]))
        assert not told.startswith("Right")


@every_exercise
def test_writing_into_an_argument_is_noticed(name):
    exercise = ALL[name]
    arrays = [i for i, value in enumerate(exercise.draw(np.random.default_rng(0))) if isinstance(value, np.ndarray)]
    if not arrays:
        pytest.skip("no argument is an array")

    def answer(*case):
        right = exercise.right(case)
        case[arrays[0]][...] = 0
        return right

    assert f"writes into its argument {exercise.arguments[arrays[0]]}" in message(
        name, written_with(exercise.arguments, answer)
    )


# The order of a check


def normalize_cell(source):
    """What a reader's cell defines, with its lines where a traceback finds them."""
    import linecache

    linecache.cache["<cell>"] = (len(source), None, source.splitlines(keepends=True), "<cell>")
    namespace = {"np": np}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace["normalize"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("...", NOT_ATTEMPTED),
        ("y = x", "Your function returns nothing: is there a `return`?"),
        ("return x.men(axis=0)", "Your line `return x.men(axis=0)` raises AttributeError"),
        ("return normalize(x, gamma, beta, eps)", "raises RecursionError"),
        ("return x.mean(axis=0)", "One axis was summed away: keepdims?"),
        ("return x.tolist()", "is a list, and must be an array"),
        ("return x / 0", "NaN or infinite"),
        ("return x, gamma", "must return one value, but it returns 2 values"),
        (
            "x -= x.mean(axis=0)\n    return gamma * x / np.sqrt(x.var(axis=0) + eps) + beta",
            "writes into its argument x",
        ),
        (
            "print('here')\n    return x * 0",
            "This must hold, and does not: the mean of each column of the answer is beta.",
        ),
        (
            "return gamma * (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + 2 * eps) + beta",
            "The smallest example I found",
        ),
    ],
)
def test_the_first_thing_that_is_wrong_is_told(body, told, capsys):
    function = normalize_cell(f"def normalize(x, gamma, beta, eps):\n    # Replace the dots.\n    {body}\n")
    assert told in message("normalize", function)


@pytest.mark.parametrize(
    ("got", "wanted", "told"),
    [
        ((3, 4), (4, 3), "exchanged"),
        ((), (3,), "one number"),
        ((), (4, 3), "one number"),
        ((3,), (4, 3), "summed away"),
        ((1, 3), (3,), "keepdims, where it is not needed"),
        ((4, 3), (3,), "over the first axis missing"),
        ((12,), (4, 3), "reshape"),
        ((4, 4, 2), (2,), "An axis is left over"),
        ((4,), (3,), "One too many, or the other axis"),
        ((2,), (3,), "One too few, or the other axis"),
        ((7,), (3,), "The other axis"),
        ((7, 2), (4, 3), ""),
    ],
)
def test_a_wrong_shape_is_told_its_usual_cause(got, wanted, told):
    assert told in cause(got, wanted) and bool(told) == bool(cause(got, wanted))


def test_the_place_to_read_ends_in_one_mark():
    ends = [exercise.where()[-2:] for exercise in ALL.values()]
    assert all(end[-1] in ".?" and end != "?." for end in ends)


def test_a_function_with_other_arguments_is_told_what_it_is_called_with():
    assert "The exercise calls your function with" in message("normalize", lambda x: x)


@pytest.mark.parametrize("given", [None, 3, np.ones(2), np.sqrt])
def test_what_is_no_function_of_the_readers_is_refused_kindly(given):
    assert message("normalize", given).startswith("Give the function itself, as in check(normalize)")


def test_a_call_of_the_ready_made_function_is_noticed():
    from bnlib import batch_norm

    def normalize(x, gamma, beta, eps):
        return batch_norm(x, gamma, beta, eps)[0]

    told = message("normalize", normalize)
    assert told.startswith("Right") and "It calls batch_norm" in told


def test_the_smallest_example_is_small():
    function = normalize_cell("def normalize(x, gamma, beta, eps):\n    return np.where(x > 0, x, 0) + beta * 2\n")
    assert len(message("normalize", function)) < 700


def test_check_prints_one_message_and_the_report_follows(capsys):
    exercise = ALL["normalize"]
    exercise.check(written_with(exercise.arguments, exercise.solve))
    exercise.hint()
    exercise.hint(9)
    exercise.solution()
    exercises.report()
    printed = capsys.readouterr().out
    assert printed.startswith("Right: ") and "def normalize(x, gamma, beta, eps):" in printed
    assert re.search(r"^normalize +right$", printed, re.MULTILINE) and f"1 of {len(ALL)} right" in printed
    exercise.state = "not attempted"


def test_a_printed_message_has_short_lines_and_all_its_words(capsys):
    exercise = ALL["normalize"]
    answer = normalize_cell("def normalize(x, gamma, beta, eps):\n    return (x - x.mean()) / (x.std() + eps)\n")
    told = exercise.message(answer, np.random.default_rng(0))
    exercise.check(answer, np.random.default_rng(0))
    exercise.state = "not attempted"
    printed = capsys.readouterr().out
    assert printed.split() == told.split()
    assert max(map(len, printed.splitlines())) <= 76 < max(map(len, told.splitlines()))


# In the notebooks


def exercise_cells():
    """(path, name, cell) of each cell that ends with exercises.NAME.check(...)."""
    for path in PATHS:
        for cell in cells(path, "code"):
            if found := re.search(r"^exercises\.(\w+)\.check\(\w+\)", cell.source, re.MULTILINE):
                yield path, found[1], cell


def test_every_exercise_stands_in_one_notebook_not_attempted():
    found = [(name, cell) for _, name, cell in exercise_cells()]
    assert sorted(name for name, _ in found) == sorted(ALL)
    for name, cell in found:
        assert [output.text for output in cell.outputs] == [NOT_ATTEMPTED + "\n"], name


def test_a_stub_has_the_arguments_of_the_solution():
    for _, name, cell in exercise_cells():
        (stub,) = [node for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)]
        assert (stub.name, [argument.arg for argument in stub.args.args]) == (name, ALL[name].arguments)


def test_no_notebook_holds_the_text_of_a_solution():
    text = "\n".join(cell.source for path in PATHS for cell in cells(path)).replace(" ", "")
    for name in ALL:
        body = source_of(name).split(":\n", 1)[1].replace(" ", "").strip()
        assert body not in text, name


def test_every_exercise_says_where_to_read_and_the_section_exists():
    headings = {line.lstrip("# ") for path in PATHS for line in text_of(path).splitlines() if line.startswith("#")}
    for name, exercise in ALL.items():
        assert exercise.read.split(", ", 1)[1] in headings, f"{name}: {exercise.read}"
