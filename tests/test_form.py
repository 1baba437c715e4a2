"""The form of the lessons, counted: pictures before numbers, ideas open, evidence folded, and short ways."""

import re
import statistics

import pytest
from test_notebooks import CORE, PATHS, START, cells, every_core_lesson, explorer_cells, is_folded, outputs, shows

MOST_WORDS_A_PICTURE = 250
LEAST_SHARE_OF_PICTURES = 0.4
MEDIAN_LINES, MOST_LINES_OF_NINE_IN_TEN = 5, 12
WORDS_OF_THE_TOUR, LINES_OF_THE_TOUR = 900, 25
WORDS_OF_A_CORE_LESSON, OPEN_CELLS_OF_A_CORE_LESSON, PICTURES_OF_A_CORE_LESSON = 1500, 8, 6


def words(path, folded=False):
    """The words of the text; without what <details> folds away, unless asked for."""
    text = "\n".join(cell.source for cell in cells(path, "markdown"))
    return len((text if folded else re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)).split())


def pictures(path):
    drawn = sum("image/png" in output.get("data", {}) for output in outputs(path))
    return drawn + sum(len(re.findall(r"!\[|<img", cell.source)) for cell in cells(path, "markdown"))


def lines(cell):
    return len([line for line in cell.source.splitlines() if line.strip()])


def open_cells(path):
    return [cell for cell in cells(path, "code") if not is_folded(cell)]


def test_there_is_a_picture_for_at_most_250_words():
    assert sum(words(path, folded=True) for path in PATHS) <= MOST_WORDS_A_PICTURE * sum(map(pictures, PATHS))


def test_two_outputs_of_five_are_pictures():
    with_output = [cell for path in PATHS for cell in cells(path, "code") if cell.outputs]
    drawn = [cell for cell in with_output if any("image/png" in output.get("data", {}) for output in cell.outputs)]
    assert len(drawn) >= LEAST_SHARE_OF_PICTURES * len(with_output)


def test_open_cells_are_short():
    lengths = sorted(lines(cell) for path in PATHS for cell in open_cells(path))
    assert statistics.median(lengths) <= MEDIAN_LINES
    assert lengths[int(0.9 * len(lengths))] <= MOST_LINES_OF_NINE_IN_TEN


def test_the_tour_is_short():
    assert words(START) <= WORDS_OF_THE_TOUR
    assert sum(map(lines, open_cells(START))) <= LINES_OF_THE_TOUR


@every_core_lesson
def test_a_core_lesson_is_read_in_half_an_hour(path):
    assert words(path) <= WORDS_OF_A_CORE_LESSON
    assert len(open_cells(path)) - len(cells_of_questions(path)) <= OPEN_CELLS_OF_A_CORE_LESSON
    assert pictures(path) >= PICTURES_OF_A_CORE_LESSON


def cells_of_questions(path):
    return [cell for cell in cells(path, "code") if shows(cell, "Question")]


@pytest.mark.parametrize("path", [START, *CORE], ids=lambda path: path.stem)
def test_the_first_explorer_stands_within_the_first_three_cells(path):
    assert explorer_cells(path)[0] in cells(path)[:3]
