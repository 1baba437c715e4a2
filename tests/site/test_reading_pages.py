"""The pages to read: complete without Python, without a network and without a script."""

from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from built_site import ROOT, SITE

NOTEBOOKS = sorted(path.relative_to(ROOT) for path in (ROOT / "notebooks").rglob("*.ipynb"))
PAGES = ["index.html", "explorers.html", *(str(path.with_suffix(".html")) for path in NOTEBOOKS)]


class Links(HTMLParser):
    """The anchors of a page, and the addresses it points to or loads."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.addresses = set(), []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.anchors.add(attributes.get("id"))
        self.addresses += [attributes[name] for name in ("href", "src") if attributes.get(name)]


FOUND = {path: Links(path) for path in sorted(SITE.rglob("*.html")) if "lite" not in path.relative_to(SITE).parts}


@pytest.mark.parametrize("path", FOUND, ids=lambda path: str(path.relative_to(SITE)))
def test_every_link_leads_to_a_file_and_an_anchor_of_the_site(path):
    inside = [urlsplit(address) for address in FOUND[path].addresses if not urlsplit(address).scheme]
    assert inside
    for address in inside:
        target = (path.parent / unquote(address.path)).resolve() if address.path else path
        assert target.exists(), address.geturl()
        if address.fragment and target in FOUND:
            assert {address.fragment, unquote(address.fragment)} & FOUND[target].anchors, address.geturl()


@pytest.mark.parametrize("path", FOUND, ids=lambda path: str(path.relative_to(SITE)))
def test_a_page_loads_nothing_from_elsewhere(path):
    text = path.read_text()
    assert "mathjax" not in text.lower().replace("mathjax_", "")
    outside = [address for address in FOUND[path].addresses if urlsplit(address).scheme in ("http", "https")]
    for address in outside:  # links that a reader may click, and nothing that is loaded
        assert f'href="{address}"' in text and f'src="{address}"' not in text


def test_a_page_has_the_stored_pictures_with_their_texts_and_folds_what_is_folded(open_page, server):
    page = open_page(PAGES[0], java_script_enabled=False)
    for notebook in NOTEBOOKS:
        page.goto(server.url + str(notebook.with_suffix(".html")))
        check_page(page, notebook)


def check_page(page, notebook):
    cells = [cell for cell in nbformat.read(ROOT / notebook, as_version=4).cells if cell.cell_type == "code"]
    outputs = [output.get("data", {}) for cell in cells for output in cell.outputs]
    texts = [data["text/plain"] for data in outputs if "image/png" in data]
    folded = [cell for cell in cells if "hide-input" in cell.metadata.get("tags", [])]
    images = page.locator(".cell_output img").evaluate_all("all => all.map(one => [one.alt, one.naturalWidth > 0])")
    assert images == [[text, True] for text in texts], notebook
    assert page.locator("details.hide").count() == len(folded), notebook
    assert page.locator("details[open]").count() == 0, notebook


def test_a_formula_is_set_without_a_script(open_page):
    page = open_page("notebooks/deeper/backward_pass.html", java_script_enabled=False)
    assert page.locator(".katex-display .katex-html").count() >= 3
    font = "document.fonts.load('16px KaTeX_Main').then(found => found.length)"
    assert open_page("notebooks/deeper/backward_pass.html").evaluate(font) >= 1


def test_no_page_is_wider_than_its_window(open_page, server):
    page = open_page(PAGES[0])
    for address in PAGES:
        page.goto(server.url + address)
        for width in (1280, 800, 380):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (address, width)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_has_the_colours_that_the_reader_s_system_asks_for(scheme, open_page):
    page = open_page("notebooks/00_start_here.html", color_scheme=scheme)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")


def test_the_search_finds_a_lesson(open_page):
    page = open_page("search.html?q=weight+decay")
    page.wait_for_selector("#search-results li a[href*=backward_pass]")
