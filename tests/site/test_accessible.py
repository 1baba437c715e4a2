"""The pages for every reader: axe-core finds nothing serious, and a keyboard is enough."""

import pytest
from built_site import ROOT
from fetch import npm
from test_live_explorers import make_live, picture

AXE = "axe-core@4.14.1"
PAGES = (
    *("index.html", "explorers.html", "notebooks/00_start_here.html", "notebooks/02_scale_and_shift.html"),
    *("notebooks/cheat_sheet.html", "notebooks/find_your_question.html", "search.html"),
)


def serious(page):
    """What axe-core calls serious or critical: its rule, and where."""
    page.add_script_tag(path=npm(AXE, ROOT / "build" / "site-work" / "npm") / "axe.min.js")
    found = page.evaluate("() => axe.run()")["violations"]
    bad = [rule for rule in found if rule["impact"] in ("serious", "critical")]
    return [(rule["id"], node["html"][:150]) for rule in bad for node in rule["nodes"][:3]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_axe_finds_nothing_serious(address, scheme, open_page):
    assert not serious(open_page(address, color_scheme=scheme))


def test_a_live_explorer_is_worked_by_keyboard_alone(open_page):
    page = open_page("notebooks/01_normalization.html")
    box = page.locator(".live").first
    box.locator(".live-start").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("box => box.dataset.seconds", arg=box.element_handle())
    slider = box.locator("input[type=range]").first
    slider.focus()
    alt, drawn = picture(box)[1], box.get_attribute("data-answered") or "0"
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "([box, drawn]) => (box.dataset.answered ?? '0') !== drawn", arg=[box.element_handle(), drawn]
    )
    assert picture(box)[1] != alt
    assert not serious(page)


def test_what_is_loading_is_said_to_a_screen_reader(open_page):
    page = open_page("index.html")
    assert page.locator(".live [role=status]").count() == 1
    make_live(page, page.locator(".live").first)
    for control in page.locator(".live-controls input, .live-controls select").all():
        assert control.evaluate("control => control.labels[0].textContent.trim()")
