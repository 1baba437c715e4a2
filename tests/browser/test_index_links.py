"""Every link of *Find your question* jumps to its heading in JupyterLab, at the second click at the latest."""

import re
from urllib.parse import unquote

import pytest
from lab_server import ROOT
from test_index import QUESTION, SYMPTOM
from test_notebooks import text_of

PAGE = "find_your_question.ipynb"
TEXT = text_of(ROOT / "notebooks" / PAGE)
FOUND = SYMPTOM.findall(TEXT) + QUESTION.findall(TEXT)
LINKS = sorted({(file, unquote(anchor)) for _, file, anchor in FOUND})
# The names of the headings that stand in the window, of the notebook in front.
SEEN = """() => [...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) [data-jupyter-id]')]
  .map(heading => [heading.dataset.jupyterId, heading.getBoundingClientRect()])
  .filter(([, box]) => box.height && box.top >= 0 && box.bottom <= innerHeight)
  .map(([name]) => name)"""
FOLLOW = """([path, id]) => jupyterapp.commands.execute('rendermime:handle-local-link', {path, id})"""


@pytest.fixture(scope="module")
def page(browser, lab):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(f"{lab.url}lab/tree/notebooks/{PAGE}?reset&token={lab.token}")
    page.wait_for_selector(".jp-Notebook td a")
    yield page
    page.close()


def seen(page):
    return {unquote(name) for name in page.evaluate(SEEN)}


def arrives(page, anchor, milliseconds):
    for _ in range(milliseconds // 50):
        if anchor in seen(page):
            return True
        page.wait_for_timeout(50)
    return False


@pytest.mark.deep
@pytest.mark.xdist_group("index")
def test_every_link_of_the_index_leads_to_its_heading(page):
    missed = []
    for file, anchor in LINKS:
        for wait in (500, 5000):
            page.evaluate(FOLLOW, [f"notebooks/{file}", f"#{anchor}"])
            if arrives(page, anchor, wait):
                break
        else:
            missed.append((file, anchor))
    assert not missed


@pytest.mark.deep
@pytest.mark.xdist_group("index")
def test_a_link_is_clicked_as_a_reader_clicks_it(page):
    page.locator(".lm-TabBar-tab", has_text=PAGE).first.click()
    link = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) td a").nth(4)
    label = link.text_content()
    anchor = unquote(re.search(rf"\[{re.escape(label)}\]\([^#]+#(\S+)\)", TEXT)[1])
    for _ in range(2):
        page.locator(".lm-TabBar-tab", has_text=PAGE).first.click()
        link.click()
        if arrives(page, anchor, 3000):
            return
    pytest.fail(f"{label}: {anchor} is not in the window")
