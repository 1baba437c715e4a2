"""The built site, served on this computer alone, and Chromium. `make test-site` builds it first."""

import os
import sys

import pytest
from built_site import ROOT, SITE, Watch

sys.path[:0] = [str(ROOT / "site"), str(ROOT / "tests" / "browser")]

from notebook_page import NO_CHROMIUM, chromium, find_chromium  # noqa: E402
from serve import SiteServer  # noqa: E402


@pytest.fixture(scope="session")
def server():
    if not (SITE / "index.html").exists():
        pytest.fail(f"there is no site in {SITE}: make test-site builds it")
    with SiteServer(SITE) as server:
        yield server


@pytest.fixture(scope="session")
def browser():
    if find_chromium() is None:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"REQUIRE_BROWSER is 1, but {NO_CHROMIUM}")
        pytest.skip(NO_CHROMIUM)
    with chromium() as browser:
        yield browser


@pytest.fixture
def open_page(browser, server):
    """open_page("index.html", width=380, ...): a page. At the end: no error, nothing asked outside."""
    contexts, watches = [], []

    def open_page(address, *, width=1280, **settings):
        contexts.append(browser.new_context(viewport={"width": width, "height": 900}, **settings))
        watches.append(Watch(contexts[-1], server.url))
        page = contexts[-1].new_page()
        page.set_default_timeout(120_000)
        page.goto(server.url + address)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not [complaint for watch in watches for complaint in watch.complaints]
    assert not [address for watch in watches for address in watch.outside]
