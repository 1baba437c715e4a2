"""Find your question: each symptom and each question leads to a section that settles it by something that runs."""

import ast
import re
from pathlib import PurePosixPath
from urllib.parse import unquote

import pytest
from test_notebooks import EXPLORER_NAMES, FOLDER, PATHS, cells, shows, text_of

PAGE = FOLDER / "find_your_question.ipynb"
TEXT = text_of(PAGE)
QUESTION = re.compile(r"^- \[(.+)\]\(([\w/]+\.ipynb)#(\S+)\)(?:: [a-z ]+)?$", re.MULTILINE)
SYMPTOM = re.compile(r"^\| (.+) \| .+ \| .+ \| \[.+\]\(([\w/]+\.ipynb)#(\S+)\) \|$", re.MULTILINE)
QUESTIONS, SYMPTOMS = QUESTION.findall(TEXT), SYMPTOM.findall(TEXT)
ALL = TEXT.split("## All questions")[1]


def code_cells_below(file, anchor):
    """The code cells between a heading and the next one."""
    found, inside = [], False
    for cell in cells(FOLDER / PurePosixPath(file)):
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


def draws_a_number(cell):
    """A picture whose caption, computed in the cell, has a number."""
    drawn = [output for output in cell.outputs if "image/png" in output.get("data", {})]
    return "{" in cell.source and any(re.search(r"\d", output.data["text/plain"]) for output in drawn)


def settles(cell):
    return asserts(cell) or prints_a_number(cell) or draws_a_number(cell) or shows(cell, *EXPLORER_NAMES)


def test_there_are_ten_open_symptoms_ten_open_questions_and_a_hundred_in_all():
    assert len(SYMPTOM.findall(re.sub(r"<details>.*?</details>", "", TEXT, flags=re.DOTALL))) == 10
    assert len(QUESTION.findall(TEXT.split("## Asked most")[1].split("\n## ")[0])) == 10
    listed = QUESTION.findall(ALL)
    assert len({question for question, *_ in listed}) == len(listed) >= 120


def test_no_row_is_written_so_that_the_other_tests_overlook_it():
    rows = [line for line in TEXT.splitlines() if line.startswith(("| ", "- ")) and "what you see" not in line]
    assert len(rows) == len(QUESTIONS) + len(SYMPTOMS)


def test_all_questions_but_the_ten_are_folded():
    assert not QUESTION.findall(re.sub(r"<details>.*?</details>", "", ALL, flags=re.DOTALL))


@pytest.mark.parametrize(("question", "file", "anchor"), QUESTIONS + SYMPTOMS, ids=lambda value: value[:40])
def test_a_section_holds_a_cell_that_settles_its_question(question, file, anchor):
    assert any(map(settles, code_cells_below(file, anchor))), f"{question}: nothing in {file}#{unquote(anchor)}"


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_heading_can_be_linked_to_everywhere(path):
    headings = [heading for _, heading in re.findall(r"^(#+) (.+)$", text_of(path), re.MULTILINE)]
    assert not [heading for heading in headings if re.search(r"[\"“”/`\\]|[α-ωΑ-Ω]", heading)]
    assert len(set(headings)) == len(headings)
