"""The first minute of a new reader: one cell is run, and there are sliders; a question is answered by a click."""

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
