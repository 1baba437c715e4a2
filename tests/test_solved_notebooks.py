"""A reader who solves every exercise: each check says Right, and nothing else in the notebook changes.

In memory: the text of each solution takes the place of the reader's three dots; the notebook's file stays as it is.
"""

import ast
import copy
import re

import pytest
from compare_pictures import differences
from nbformat.v4 import new_code_cell
from run_notebooks import execute
from test_exercises import exercise_cells
from test_notebooks import output_texts, read

from bnlib.exercises import ALL

ALWAYS = "01_normalization"  # the others in `make test-deep`
PATHS = sorted({path for path, _, _ in exercise_cells()})


def solved(source, text):
    """A cell whose function is another one, and whose other lines stay."""
    (stub,) = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    lines = source.splitlines()
    return "\n".join([*lines[: stub.lineno - 1], text, *lines[stub.end_lineno :]])


def offered(name):
    """A cell with the explorer that the praise offers to feed with the reader's function, or None."""
    if found := re.search(r"\b(\w+)\(.*\bfunction=.*\)", ALL[name].after):
        return new_code_cell(f"from bnlib.explorers import {found[1]}\n\n{found[0]}")


def texts(cell):
    return [text for output in cell.outputs for text in sorted(output_texts(output))]


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[pytest.mark.deep] * (path.stem != ALWAYS), id=path.stem) for path in PATHS],
)
def test_solved_a_notebook_says_right_and_changes_nowhere_else(path, capsys):
    notebook = copy.deepcopy(read(path))
    stored = copy.deepcopy(notebook.cells)
    exercises = {cell.id: name for place, name, cell in exercise_cells() if place == path}
    for cell in notebook.cells:
        if cell.id in exercises:
            ALL[exercises[cell.id]].solution()
            cell.source = solved(cell.source, capsys.readouterr().out.rstrip())
    explorers = list(filter(None, map(offered, exercises.values())))
    notebook.cells += explorers
    execute(notebook, path.parent)

    for before, after in zip(stored, notebook.cells, strict=False):
        if before.id in exercises:
            (told,) = texts(after)
            assert told.startswith("Right: "), f"{exercises[before.id]}: {told}"
        elif before.cell_type == "code":
            assert texts(after) == texts(before), before.source
            assert not differences(before.outputs, after.outputs), before.source
    for cell in explorers:
        assert any("image/png" in output.data for output in cell.outputs), cell.source
