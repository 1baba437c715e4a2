"""The index of 00, "Find your question": each row leads to a section that settles it by what the row says."""

import ast
import re
from urllib.parse import unquote

import nbformat
import pytest
from test_notebooks import START, text_of

from bnlib.explorers import EXPLORERS

ROW = re.compile(r"^\| (.+?) \| \[\d+\. .+?\]\((\w+\.ipynb)#(\S+)\) \| (\w+) \|(?: [a-z ]+ \|)?$", re.MULTILINE)
ROWS = ROW.findall(text_of(START))
CLASSES = {explorer.__name__ for explorer in EXPLORERS.values()}


def code_cells_below(file, anchor):
    """The code cells between a heading and the next one of any level."""
    found, inside = [], False
    for cell in nbformat.read(START.parent / file, as_version=4).cells:
        if cell.cell_type == "markdown":
            for heading in re.findall(r"^#+ (.+)$", cell.source, re.MULTILINE):
                inside = re.sub("[*`]", "", heading).strip().replace(" ", "-") == unquote(anchor)
        elif inside:
            found.append(cell)
    return found


def asserts(cell):
    return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(cell.source)))


def prints_a_number(cell):
    return any(re.search(r"\d", output.text) for output in cell.outputs if output.output_type == "stream")


def shows_an_explorer(cell):
    last = ast.parse(cell.source).body[-1]
    value = getattr(last, "value", None)
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in CLASSES


SETTLED = {"assertion": asserts, "number": prints_a_number, "explorer": shows_an_explorer}


def test_the_index_has_at_least_80_different_questions():
    assert len({question for question, *_ in ROWS}) == len(ROWS) >= 80


def test_no_row_of_the_index_is_written_so_that_the_other_tests_overlook_it():
    index = text_of(START).split("## Find your question")[1].split("\n## ")[0]
    rows = [line for line in index.splitlines() if line.startswith("|") and not line.startswith(("| question", "|---"))]
    assert len(rows) == len(ROWS)


@pytest.mark.parametrize(("question", "file", "anchor", "kind"), ROWS, ids=lambda value: value[:40])
def test_the_section_of_an_index_row_holds_a_cell_that_settles_it(question, file, anchor, kind):
    assert any(map(SETTLED[kind], code_cells_below(file, anchor))), f"{question}: no {kind} in {file}#{unquote(anchor)}"
