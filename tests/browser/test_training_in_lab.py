"""The playground in JupyterLab: played, dragged while it plays, paused, and run again; also by keyboard alone."""

import time

import pytest
from notebook_page import NotebookPage, write_notebook

PLAYGROUND = "from bnlib.explorers import Playground\n\nPlayground()"
TASKS = "sum('keep_training' in repr(task) for task in asyncio.all_tasks(asyncio.get_running_loop()))"


@pytest.fixture(scope="module")
def notebook(browser, lab):
    write_notebook(lab.folder / "work" / lab.notebooks.name / "playing.ipynb", [PLAYGROUND])
    page = NotebookPage(browser, lab, "playing.ipynb")
    assert page.run_all()
    page.python("import asyncio")
    yield page
    page.close()


@pytest.fixture
def box(notebook):
    box = notebook.explorers()[0]
    box.click("reset")
    box.settle()
    return box


def wait_until(box, condition, seconds=30):
    deadline = time.monotonic() + seconds
    while not box.ask(condition):
        assert time.monotonic() < deadline, condition
        time.sleep(0.05)


def press_button(box, label, key):
    button = box.box.locator(".widget-button", has_text=label).first
    button.focus()
    button.press(key)


def run_again(notebook, cell):
    prompt = cell.locator(".jp-InputPrompt")
    before = prompt.inner_text()
    cell.locator(".jp-InputArea-editor").click()
    notebook.page.keyboard.press("Control+Enter")
    deadline = time.monotonic() + 30
    while prompt.inner_text() in (before, "[*]:"):
        assert time.monotonic() < deadline, "the cell was not run"
        time.sleep(0.05)
    notebook.wait_until_idle()


def test_by_keyboard_alone_it_is_played_changed_and_paused(notebook, box):
    press_button(box, "play", "Enter")
    wait_until(box, "explorer.steps_done > 340")
    box.press("learning rate", "ArrowRight", times=5)
    wait_until(box, "explorer.state['lr'] > 0.3")
    assert box.ask("explorer.playing")
    wait_until(box, "explorer.steps_done > 40")
    press_button(box, "pause", "Space")
    box.settle()
    assert not box.ask("explorer.playing") and "paused" in box.box.inner_text()
    assert box.ask("explorer.state['lr']") == pytest.approx(10**-0.5)
    assert box.pictures() == box.redrawn()
    assert not notebook.complaints and not notebook.troubled_outputs()


def test_dragged_while_it_plays_it_plays_on_from_the_start(box):
    box.click("play")
    wait_until(box, "explorer.steps_done > 400")
    box.drag("initial scale", 0.8)
    wait_until(box, "explorer.state['init_scale'] > 2")
    assert box.ask("explorer.playing and explorer.steps_done < 300")
    box.click("pause")
    box.settle()
    assert box.pictures() == box.redrawn()


def test_three_runs_of_its_cell_leave_one_explorer_and_no_task(notebook, box):
    notebook.python("_redrawn = None")
    cell = notebook.page.locator(".jp-CodeCell", has_text="Playground(").last
    for _ in range(3):  # ten, without a browser, in test_training_explorer.py
        box = notebook.explorers()[0]
        box.click("play")
        wait_until(box, "explorer.steps_done > 300")
        run_again(notebook, cell)
    box = notebook.explorers()[0]
    assert not box.ask("explorer.playing") and notebook.value(TASKS) == 0
    assert len(notebook.explorers()) == 1
    box.click("play")
    wait_until(box, "explorer.steps_done > 300")
    assert notebook.value(TASKS) == 1
    box.click("pause")
    assert not notebook.complaints and not notebook.troubled_outputs()
