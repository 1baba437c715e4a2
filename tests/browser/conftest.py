"""JupyterLab and Chromium for the tests of a file; every notebook is opened and run once, on a copy.

Not for the whole session: while it lives, Playwright keeps an event loop running, and other tests start their own.
"""

import os

import pytest
from chosen import NOTEBOOKS
from lab_server import ROOT, LabServer
from notebook_page import NO_CHROMIUM, NotebookPage, chromium, find_chromium


@pytest.fixture(scope="module")
def browser():
    if find_chromium() is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"REQUIRE_BROWSER is 1, but {NO_CHROMIUM}")
        pytest.skip(NO_CHROMIUM)
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def lab(browser):
    with LabServer() as lab:
        yield lab


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request, browser, lab):
    """A notebook whose cells were all run; `finished` says whether none raised."""
    page = NotebookPage(browser, lab, request.param.relative_to(ROOT / "notebooks"))
    page.finished = page.run_all()
    yield page
    page.close()
