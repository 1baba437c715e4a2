"""Slider events faster than any hand: the last picture is that of the last position, and nothing piles up."""

import pytest
from notebook_page import NotebookPage, write_notebook

# The key presses come at a fixed rate, whether the page keeps up or not; which slider and which key is drawn by a seed.
FIRE = """async (box, [events, seconds]) => {
  const handles = [...box.querySelectorAll('.noUi-handle')];
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
  const places = handles.map(handle => Number(handle.getAttribute('aria-valuetext')));
  return [(performance.now() - begun) / 1000, places];
}"""
MEGABYTES = "__import__('psutil').Process().memory_info().rss / 1e6"
KINDS = ["GammaBeta", "Playground"]  # one that stands still, and one that trains


@pytest.fixture(scope="module")
def notebook(browser, lab):
    """A notebook with one explorer of each kind, run; it lies beside the copies of the others."""
    sources = [f"from bnlib.explorers import {name}\n\n{name}()" for name in KINDS]
    write_notebook(lab.folder / "work" / lab.notebooks.name / "hand.ipynb", sources)
    notebook = NotebookPage(browser, lab, "hand.ipynb")
    assert notebook.run_all()
    yield notebook
    notebook.close()


@pytest.fixture(params=KINDS)
def box(request, notebook):
    return notebook.explorers()[KINDS.index(request.param)]


def fire(box, events, seconds):
    """Fire, while it plays if it can, and pause.

    Returns the places of the sliders and the pictures, twice: as the page shows them, and as they should be: where
    the hand left the sliders, and what Python draws from the line of code.
    """
    before, trains, notebook = box.state(), box.ask("hasattr(explorer, 'play')"), box.notebook
    notebook.python(f"shown = []\n{box.variable}.picture.observe(lambda change: shown.append(1), 'value')")
    if trains:
        box.click("play")
    took, places = box.box.evaluate(FIRE, [events, seconds])
    if trains:
        box.click("pause")
    box.settle()
    assert took < 1.5 * seconds, "the events did not come as fast as they should"
    assert box.state() != before and notebook.value("len(shown)") > 2
    shown, expected = (box.slider_places(), box.pictures()), (places, box.redrawn())
    assert not notebook.troubled_outputs()
    assert not notebook.complaints
    notebook.python(f"{box.variable}.picture.unobserve_all('value')\n_redrawn.close()\ndel _redrawn")
    return shown, expected


def test_two_hundred_events_in_two_seconds_leave_the_picture_of_the_last_position(box):
    shown, expected = fire(box, 200, 2)
    assert shown == expected


@pytest.mark.deep
def test_a_thousand_events_in_ten_seconds_leave_the_last_picture_and_less_than_20_megabytes(box):
    fire(box, 200, 2)  # what is loaded or cached at first use does not count
    box.notebook.python("import gc; gc.collect()")
    before = box.notebook.value(MEGABYTES)
    shown, expected = fire(box, 1000, 10)
    assert shown == expected
    box.notebook.python("gc.collect()")
    assert box.notebook.value(MEGABYTES) - before < 20
