"""The feedback of the exercises: each mistake gets its own message and no other, and nothing wrong is called right."""

import ast
import inspect
import itertools
import re

import numpy as np
import pytest
from test_notebooks import FOLDER, PATHS, cells, text_of

from bnlib import exercises
from bnlib.exercises.causes import cause, of_operands, shortened
from bnlib.exercises.exercise import CASES, NOT_ATTEMPTED, run
from bnlib.exercises.telling import alike, what_it_is

ALL = exercises.ALL
MISTAKES = [(name, mistake) for name, exercise in ALL.items() for mistake in exercise.mistakes]
every_exercise = pytest.mark.parametrize("name", ALL)
every_mistake = pytest.mark.parametrize(
    ("name", "mistake"), MISTAKES, ids=lambda value: getattr(value, "what", value)[:40]
)
FEW, MANY = range(2), pytest.param(range(2, 20), marks=pytest.mark.deep)
every_seeds = pytest.mark.parametrize("seeds", [FEW, MANY], ids=["few", "many"])


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


@every_seeds
@every_mistake
def test_a_mistake_gets_its_own_message(name, mistake, seeds):
    for seed in seeds:
        told = message(name, written_with(ALL[name].arguments, mistake.function), seed)
        assert mistake.what in told, told


@every_seeds
@every_exercise
def test_no_two_mistakes_coincide_and_none_is_right(name, seeds):
    exercise = ALL[name]
    for rng in map(np.random.default_rng, seeds):
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
    namespace = {"np": np, "elsewhere": np.ones((1, 1))}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace["normalize"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("...", NOT_ATTEMPTED),
        ("y = x", "Your function returns nothing: is there a `return`?"),
        ("return x.men(axis=0)", "Your line `return x.men(axis=0)` raises AttributeError"),
        ("return normalize(x, gamma, beta, eps)", "raises RecursionError"),
        ("print(x)", "`print` shows a value, and hands nothing back"),
        ("return x.mean()", "It is one number: is a mean or a sum taken without an axis"),
        ("return x", "Your function returns its argument x as it came."),
        (
            "x = elsewhere - elsewhere.mean()\n    return gamma * x[:1] + beta",
            "It reads elsewhere from a cell above",
        ),
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
        ((4,), (4, 3), "one number for each row, and must have one for each row and column"),
        ((3,), (4, 3), "one number for each column, and must have one for each column and row"),
        ((3,), (3, 3), "One axis is gone"),
        ((4, 4), (4, 1), "a column (4, 1) beside (4,) gives all pairs"),
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


@pytest.mark.parametrize(
    ("got", "wanted", "told"),
    [
        ((5,), (3,), "one number for each row of x, and must have one for each column"),
        ((3,), (5,), "one number for each column of x, and must have one for each row"),
        ((5, 3), (3,), "It has the shape of x: is a mean or a sum over an axis missing?"),
        ((1, 3), (3,), "keepdims, where it is not needed"),
    ],
)
def test_the_shapes_of_the_arguments_tell_which_axis_is_meant(got, wanted, told):
    assert told in cause(got, wanted, {"x": (5, 3), "gamma": (3,)})


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("x - x.mean(axis=1)", "(5,) has one number for each row of (5, 3)"),
        ("x.mean(axis=1) * gamma", "(5,) has one number for each row of x, (3,) one for each column"),
        ("gamma * x.mean(axis=1)", "(5,) has one number for each row of x, (3,) one for each column"),
        ("x * gamma[:, None]", "(3, 1) is a column, and (5, 3) has rows of 3"),
        ("gamma @ x", "`*` multiplies number by number"),
        ("x.reshape(2)", ""),
    ],
)
def test_an_error_of_shapes_is_told_its_usual_cause(line, told):
    case = {"x": np.ones((5, 3)), "gamma": np.ones(3)}
    with pytest.raises(ValueError) as error:
        eval(line, dict(case))
    why = of_operands(str(error.value), {name: value.shape for name, value in case.items()})
    assert told in why and bool(told) == bool(why)


def test_the_text_of_an_error_is_one_line_and_ends_with_a_word():
    assert shortened("shapes (4,2) (4,) \nand more") == "shapes (4,2) (4,)"
    assert re.fullmatch(r"(word )+…", shortened("word " * 99)) and len(shortened("word " * 99)) <= 160


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda x, eps: np.array([x.std(0), x.mean(0)]), "Are they put together into one array?"),
        (lambda x, eps: x.std(0), "must return 2 values, but it returns an array of shape (1,)"),
    ],
)
def test_two_values_in_one_array_are_noticed(answer, told):
    exercise = ALL["identity"]
    case = np.arange(7.0)[:, None], 1e-3
    assert told in what_it_is(answer(*case), exercise.right(case))


def test_values_in_the_wrong_order_are_told_by_their_shapes():
    told = what_it_is((np.ones((2, 3)), np.ones(3)), (np.ones(3), np.ones((2, 3))))
    assert "the shapes (2, 3) and (3,), and must have (3,) and (2, 3): are they in the wrong order?" in told


def test_a_name_of_the_notebook_is_told_and_an_attribute_of_this_name_is_not():
    cell = "def normalize(x, gamma, beta, eps):\n    return gamma * x.{} + beta\n"
    assert "It reads" not in message("normalize", normalize_cell(cell.format("T.elsewhere")))
    assert "It reads elsewhere from" in message("normalize", normalize_cell(cell.format("mean(elsewhere)")))


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
    sections = {}  # of each notebook, by its title and by its path
    for path in PATHS:
        headings = [line.lstrip("# ") for line in text_of(path).splitlines() if line.startswith("#")]
        sections[headings[0].partition(":")[0]] = headings
        sections[path.relative_to(FOLDER).with_suffix("").as_posix()] = headings
    for name, exercise in ALL.items():
        lesson, section = exercise.read.split(", ", 1)
        assert section in sections.get(lesson, []), f"{name}: {exercise.read}"
        assert exercise.where() == f"Read “{section}” in {lesson}."
