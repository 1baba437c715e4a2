"""A new reader's first steps: one cell is run, and there are sliders; a question answers a click; an exercise is typed.

The exercise: a wrong answer is told its mistake, the right one is told so, and then drives the explorer.
"""

import pytest
from notebook_page import NotebookPage


def test_one_run_of_one_cell_shows_the_first_slider_and_a_question_answers_a_click(browser, lab):
    tour = NotebookPage(browser, lab, "00_start_here.ipynb")
    page = tour.page
    assert page.locator(".widget-hslider").count() == 0
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".widget-hslider").first.wait_for()

    page.locator(".jp-CodeCell .cm-content").nth(1).click()
    page.keyboard.press("Shift+Enter")
    page.locator(".widget-radio").get_by_text("nothing").click()
    page.get_by_text("Yes.").wait_for()
    assert not tour.complaints
    tour.close()


@pytest.fixture
def lesson(browser, lab):
    """Lesson 2, its cells run one after the other down to the first exercise, which is opened for typing."""
    lesson = NotebookPage(browser, lab, "02_scale_and_shift.ipynb")
    exercise = lesson.page.locator(".jp-Cell", has=lesson.page.get_by_text("exercises.normalize.check(normalize)"))
    lesson.page.locator(".jp-Cell").first.click()
    for _ in range(5):  # down to the one that imports
        lesson.page.keyboard.press("Shift+Enter")
    lesson.page.locator(".widget-hslider").first.wait_for()
    lesson.wait_until_idle()
    yield lesson, exercise
    lesson.close()


def type_answer(lesson, cell, old, new):
    """Put new lines in the place of old ones, by keyboard, and run the cell."""
    keyboard = lesson.page.keyboard
    cell.locator(".cm-line", has_text=old[0]).click()
    keyboard.press("Home")
    for _ in old[1:]:
        keyboard.press("Shift+ArrowDown")
    keyboard.press("Shift+End")
    keyboard.type(new[0])
    for line in new[1:]:
        keyboard.press("Enter")  # the editor indents as in the line above
        keyboard.type(line)
    keyboard.press("Shift+Enter")


def test_an_exercise_typed_by_keyboard_names_the_mistake_and_then_feeds_the_explorer(lesson):
    lesson, cell = lesson
    lesson.explorers()[0].press("γ", "ArrowRight")  # so that its picture differs from that of the second one
    wrong = ["y = (x - x.mean(axis=0)) / (x.std(axis=0) + eps)", "return gamma * y + beta"]
    right = ["y = (x - x.mean(axis=0)) / np.sqrt(x.var(axis=0) + eps)", "return gamma * y + beta"]
    type_answer(lesson, cell, ["..."], wrong)
    cell.get_by_text("Your numbers are those of a solution that adds ε behind the root.").wait_for()
    type_answer(lesson, cell, wrong, right)
    cell.get_by_text("Now drag it, in a new cell: GammaBeta(function=normalize)").wait_for()

    keyboard = lesson.page.keyboard
    keyboard.press("a")  # a new cell above the one that is selected: below the exercise
    keyboard.press("Enter")
    keyboard.type("GammaBeta(function=normalize)")
    keyboard.press("Shift+Enter")
    cell.locator("xpath=following-sibling::*[1]").locator(".widget-hslider").first.wait_for()
    lesson.wait_until_idle()
    _, box = lesson.explorers()
    assert box.source == "GammaBeta(function=normalize)" and box.ask("explorer.function is normalize")
    before = box.state()["gamma"], box.artists()
    box.press("γ", "ArrowRight", times=3)
    box.settle()
    assert box.state()["gamma"] > before[0] and box.artists() != before[1]
    assert box.pictures() == box.redrawn()
    assert not lesson.complaints and not lesson.troubled_outputs()
