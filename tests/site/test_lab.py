"""The same notebooks in the site's JupyterLite: every cell runs, and prints what it prints on a desktop."""

import re
import time

import nbformat
import pytest
from built_site import ROOT, SITE
from lite_page import LitePage

ALWAYS = "0*"  # the tour and the core; the others in the deep run
NOTEBOOKS = [
    pytest.param(path, marks=[pytest.mark.xdist_group(path.stem)] + [pytest.mark.deep] * (not path.match(ALWAYS)))
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb"))
]
LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)")


def test_every_link_of_a_lesson_leads_to_a_file_of_the_lab():
    files = (SITE / "lite" / "files").resolve()
    links = [
        (path.parent / link).resolve()
        for path in (files / "notebooks").rglob("*.ipynb")
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "markdown"
        for link in LINK.findall(cell.source)
    ]
    assert len(links) > 200
    missing = {str(link.relative_to(files)) for link in links if not link.exists()}
    assert missing == {"bnlib/__init__.py"}  # a copy of a file of bnlib would be imported in place of bnlib


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def lesson(request, browser, server):
    lesson = LitePage(browser, server.url, request.param.relative_to(ROOT))
    lesson.path = request.param
    start = time.perf_counter()
    lesson.finished = lesson.run_all()
    lesson.seconds = time.perf_counter() - start
    yield lesson
    lesson.close()


def said(outputs):
    """The texts of outputs: what is printed, and the words of each picture and each value."""
    return [output["text"] if "text" in output else output["data"]["text/plain"] for output in outputs]


def test_every_cell_runs_and_says_what_is_stored(lesson):
    cells = nbformat.read(lesson.path, as_version=4).cells
    stored = [said(cell.outputs) for cell in cells if cell.cell_type == "code"]
    memory = int(lesson.python("import pyodide_js; print(len(pyodide_js._module.HEAPU8))"))
    print(f"{lesson.path.stem}: all cells in {lesson.seconds:.0f} s, {memory / 1e6:.0f} MB of memory")
    assert lesson.finished and not lesson.troubled_outputs()
    assert [said(outputs) for outputs in lesson.outputs()] == stored
    assert not lesson.watch.complaints
    assert not lesson.watch.outside


def test_a_slider_of_each_explorer_moves_its_picture(lesson):
    for box in lesson.page.locator(".jp-OutputArea-output:has(.widget-image)").all():
        image, before = box.locator(".widget-image").first, box.locator(".widget-image").first.get_attribute("src")
        handle = box.locator(".noUi-handle").first
        place = float(handle.get_attribute("aria-valuenow"))
        # A page, not an arrow: one step moves the bars of `Axis` by less than a pixel.
        handle.press("PageUp" if place < float(handle.get_attribute("aria-valuemax")) else "PageDown")
        lesson.page.wait_for_function("([image, before]) => image.src !== before", arg=[image.element_handle(), before])


def test_an_exercise_that_is_typed_is_checked(browser, server):
    lesson = LitePage(browser, server.url, "notebooks/02_scale_and_shift.ipynb")
    lesson.python("import numpy as np\nfrom bnlib import exercises")
    cell = lesson.page.locator(".jp-CodeCell", has_text="exercises.identity.check(identity)").first
    cell.locator(".cm-content").click()
    lesson.page.keyboard.press("Control+a")
    line = "identity = lambda x, eps: (np.sqrt(x.var(axis=0) + eps), x.mean(axis=0))"
    lesson.page.keyboard.insert_text(f"{line}\nexercises.identity.check(identity)")
    lesson.page.keyboard.press("Control+Enter")
    output = cell.locator(".jp-OutputArea-output", has_text="Right")
    output.wait_for()
    assert not lesson.watch.complaints
    assert not lesson.watch.outside
    lesson.close()
