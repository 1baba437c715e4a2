"""The teachers' page lists the exercises, with lesson and minutes; `python tests/test_for_teachers.py` stores them."""

import re

import nbformat
from test_exercises import exercise_cells
from test_notebooks import FOLDER, cells, text_of

from bnlib.exercises import ALL

PAGE = FOLDER / "for_teachers.ipynb"
HEAD = "| lesson | exercises, and the minutes of each |\n|---|---|\n"


def minutes(path, cell):
    """What the text above an exercise says, such as **Exercise (5 minutes).**"""
    above = [other.source for other in cells(path)[: cells(path).index(cell)]]
    said = [re.search(r"\*\*Exercises?\b\W*\((\d+) minutes", source) for source in above]
    return int([found[1] for found in said if found][-1])


def table():
    """A row for each notebook that has exercises, in the order of the notebooks."""
    rows = {}
    for path, name, cell in exercise_cells():
        title = re.match(r"# ([^:\n]+)", cells(path)[0].source)[1]
        row = f"[{title}]({path.relative_to(FOLDER).as_posix()})"
        rows.setdefault(row, []).append(f"`{name}` {minutes(path, cell)}")
    return HEAD + "".join(f"| {row} | {' · '.join(found)} |\n" for row, found in rows.items())


def test_the_table_of_the_page_is_that_of_the_notebooks():
    assert table() in text_of(PAGE) + "\n", "run: python tests/test_for_teachers.py"


def test_what_the_page_names_as_code_exists():
    assert set(re.findall(r"`([a-z]+_?[a-z]+)`", text_of(PAGE))) <= set(ALL)


def store():
    notebook = nbformat.read(PAGE, as_version=4)
    for cell in notebook.cells:
        cell.source = re.sub(re.escape(HEAD) + r"(\|.*\n?)*", lambda _: table(), cell.source).rstrip("\n")
    nbformat.write(notebook, PAGE)


if __name__ == "__main__":
    store()
