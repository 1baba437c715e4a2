"""Slider events as fast as no hand can make them: the last picture is that of the last position, and nothing piles up."""

import nbformat
import pytest
from notebook_page import NotebookPage

# The key presses come at a fixed rate, whether the page keeps up or not; which slider and which key is drawn by a seed.
FIRE = """async ([events, seconds]) => {
  const handles = [...document.querySelectorAll('.noUi-handle')];
  const keys = ['ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End'];
  let seed = 1;
  const draw = n => (seed = (seed * 48271) % 2147483647) % n;
  const begun = performance.now();
  for (let i = 0; i < events; i++) {
    const key = keys[draw(i < events - 1 ? keys.length : 2)];
    handles[draw(handles.length)].dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}));
    const wait = begun + 1000 * seconds * (i + 1) / events - performance.now();
    if (wait > 0) await new Promise(done => setTimeout(done, wait));
  }
  return (performance.now() - begun) / 1000;
}"""
MEGABYTES = "__import__('psutil').Process().memory_info().rss / 1e6"
KINDS = {"still": "GammaBeta", "training": "Playground"}


@pytest.fixture(params=KINDS)
def notebook(request, browser, lab):
    """A notebook with one explorer of each kind, run; beside the copies of the others."""
    name, kernel = KINDS[request.param], {"name": "python3", "display_name": "Python 3", "language": "python"}
    cell = nbformat.v4.new_code_cell(f"from bnlib.explorers import {name}\n\nexplorer = {name}()\nexplorer")
    page = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    nbformat.write(page, lab.folder / "work" / lab.notebooks.name / f"hand_{name}.ipynb")
    notebook = NotebookPage(browser, lab, f"hand_{name}.ipynb")
    assert notebook.run_all()
    yield notebook
    notebook.close()


def fire(notebook, events, seconds):
    """Fire, pause what trains, and compare what is then in the page with what Python draws from the line of code."""
    (box,) = notebook.explorers()
    before = box.ask("explorer.state")
    trains = box.ask("hasattr(explorer, 'play')")
    notebook.python("shown = []\nexplorer.picture.observe(lambda change: shown.append(1), 'value')")
    if trains:
        box.click("play")
    took = notebook.page.evaluate(FIRE, [events, seconds])
    if trains:
        box.click("pause")
    box.settle()
    assert took < 1.5 * seconds, "the events did not come as fast as they should"
    assert box.state() != before
    assert 2 < notebook.value("len(shown)")
    assert box.pictures() == box.redrawn()
    assert not notebook.troubled_outputs()
    assert not notebook.complaints
    notebook.python("_redrawn.close(); del _redrawn")


def test_two_hundred_events_in_two_seconds_leave_the_picture_of_the_last_position(notebook):
    fire(notebook, 200, 2)


@pytest.mark.deep
def test_a_thousand_events_in_ten_seconds_leave_the_last_picture_and_less_than_20_megabytes(notebook):
    fire(notebook, 200, 2)  # what is loaded or cached at first use does not count
    notebook.python("import gc; gc.collect()")
    before = notebook.value(MEGABYTES)
    fire(notebook, 1000, 10)
    notebook.python("gc.collect()")
    assert notebook.value(MEGABYTES) - before < 20
