"""Explorers in the pages to read: alive at a click, and moved by keyboard as by hand."""

import pytest
from built_site import ROOT

from bnlib.explorers import EXPLORERS

ANSWERED = "([box, before]) => Number(box.dataset.answered ?? 0) > before"
ALIVE = "box => box.dataset.seconds || box.querySelector('.live-progress')?.textContent.includes('cannot')"


def make_live(page, box):
    """Click the button of an explorer and wait for its first picture. Returns the seconds."""
    box.locator(".live-start").click()
    page.wait_for_function(ALIVE, arg=box.element_handle())
    assert box.get_attribute("data-seconds"), box.inner_text()
    return float(box.get_attribute("data-seconds"))


def press(page, box, control, key):
    """Press a key on a control, wait for the answer; the milliseconds until it was painted."""
    before = int(box.get_attribute("data-answered") or 0)
    control.press(key)
    page.wait_for_function(ANSWERED, arg=[box.element_handle(), before])
    return float(box.get_attribute("data-milliseconds"))


def picture(box):
    image = box.locator(".live-pictures img").first
    return image.get_attribute("src"), image.get_attribute("alt")


def test_every_explorer_of_the_page_is_alive_at_a_click_and_moves_with_a_key(open_page):
    page = open_page("explorers.html")
    boxes = page.locator(".live").all()
    assert len(boxes) == len(EXPLORERS)
    for box in boxes:
        make_live(page, box)
        source, alt = picture(box)
        assert alt == box.locator(".live-caption").inner_text()
        slider = box.locator("input[type=range]").first
        value = slider.input_value()
        press(page, box, slider, "ArrowRight" if value != slider.get_attribute("max") else "ArrowLeft")
        assert slider.input_value() != value and picture(box)[0] != source
    assert page.locator(".cell_output:visible").count() == 0


def test_what_the_first_slider_fetches_is_small(open_page, server):
    server.sent.clear()
    page = open_page("notebooks/02_scale_and_shift.html")
    seconds = make_live(page, page.locator(".live").first)
    parts = {}
    for path, size in server.sent:
        part = path.split("/")[-1].split("-")[0] if path.startswith("/pyodide/") else "the page and its script"
        parts[part] = parts.get(part, 0) + size
    print(f"{sum(parts.values()) / 1e6:.1f} MB and {seconds:.1f} s to the first live slider, of which, in MB:")
    print(*(f"{part} {size / 1e6:.2f}" for part, size in sorted(parts.items(), key=lambda item: -item[1])), sep=", ")
    assert 10e6 < sum(parts.values()) <= 20e6


def test_a_page_loads_one_python_for_all_its_explorers(open_page, server):
    page = open_page("notebooks/00_start_here.html", width=380)
    boxes = page.locator(".live").all()
    server.sent.clear()
    for box in boxes[:2]:
        make_live(page, box)
    assert [path for path, _ in server.sent].count("/pyodide/pyodide.asm.wasm") <= 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 380
    assert len(boxes) == 5


def test_the_state_of_a_lesson_s_cell_is_kept_and_reset_brings_it_back(open_page):
    page = open_page("notebooks/04_test_time.html")
    box = page.locator(".live").first
    stored = page.locator(".cell:has(.live) .cell_output img").first.get_attribute("alt")
    make_live(page, box)
    assert picture(box)[1] == stored
    slider = box.get_by_label("momentum")
    press(page, box, slider, "ArrowRight")
    assert picture(box)[1] != stored
    before = int(box.get_attribute("data-answered"))
    box.get_by_role("button", name="reset").press("Enter")
    page.wait_for_function(ANSWERED, arg=[box.element_handle(), before])
    assert picture(box)[1] == stored


def test_training_plays_and_pauses_in_a_page(open_page):
    page = open_page("notebooks/deeper/playground.html")
    box = page.locator(".live").first
    make_live(page, box)
    play = box.get_by_role("button", name="play")
    before = int(box.get_attribute("data-drawn"))
    play.click()
    page.wait_for_function("([box, before]) => box.dataset.drawn > before + 3", arg=[box.element_handle(), before])
    box.get_by_role("button", name="pause").click()
    play.wait_for()
    assert box.locator(".live-status").inner_text().endswith("paused")
    drawn = box.get_attribute("data-drawn")
    page.wait_for_timeout(500)
    assert box.get_attribute("data-drawn") == drawn


@pytest.mark.deep
def test_every_explorer_of_every_lesson_says_what_its_stored_picture_says(open_page):
    page = open_page("index.html")
    url = page.url.removesuffix("index.html")
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        page.goto(url + str(path.relative_to(ROOT).with_suffix(".html")))
        stored = [image.get_attribute("alt") for image in page.locator(".cell:has(.live) .cell_output img").all()]
        for box, alt in zip(page.locator(".live").all(), stored, strict=True):
            make_live(page, box)
            assert picture(box)[1] == alt, path.name
