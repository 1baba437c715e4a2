"""The edition that is published: Pyodide from its public CDN. Here the test answers for the CDN, from local files."""

import json
import os
import shutil
from pathlib import Path

import interpreter
import lite
import pytest
from built_site import ROOT, SITE
from fetch import sha256
from lite_page import LitePage
from serve import SiteServer
from test_live_explorers import make_live, picture

LOCAL = Path(os.environ.get("PYODIDE", ROOT / "build" / "pyodide"))
CDN = f"{interpreter.PYODIDE_CDN_URL}/"

pytestmark = pytest.mark.xdist_group("public edition")


@pytest.fixture(scope="module")
def files():
    """What the CDN has to send: name -> file. Its contourpy is another version than the one for this test."""
    packages = json.loads((LOCAL / "pyodide-lock.json").read_text())["packages"]
    return {path.name: path for path in LOCAL.iterdir()} | {
        name: LOCAL / entry["file_name"] for name, entry in packages.items()
    }


@pytest.fixture(scope="module")
def public(tmp_path_factory, files):
    """The published edition, on the pages of the site that is there."""
    site = tmp_path_factory.mktemp("public") / "site"
    shutil.copytree(SITE, site, ignore=shutil.ignore_patterns("lite", "pyodide", "_images"))
    work = SITE.parent / "site-work"
    lite.make(site, interpreter.make(site, None, work), work)
    lock_file = site / "pyodide" / "pyodide-lock.json"
    lock = json.loads(lock_file.read_text())
    for name, entry in lock["packages"].items():
        if entry["file_name"].startswith(CDN) and name in files:
            entry["sha256"] = sha256(files[name])  # of another build of the same version
    lock_file.write_text(json.dumps(lock))
    with SiteServer(site) as server:
        yield server


def answer_for_the_cdn(context, files):
    asked = []

    def answer(route):
        name = route.request.url.removeprefix(CDN)
        asked.append(name)
        path = files.get(name) or files[name.split("-")[0].lower()]
        kinds = {".mjs": "text/javascript", ".wasm": "application/wasm"}
        kind = kinds.get(path.suffix, "application/octet-stream")
        route.fulfill(path=path, content_type=kind, headers={"Access-Control-Allow-Origin": "*"})

    context.route(f"{CDN}**", answer)
    return asked


def test_it_holds_our_wheels_alone(public):
    found = {path.name.split("-")[0] for path in (public.folder / "pyodide").glob("*.whl")}
    assert "bnlib" in found and not {"numpy", "matplotlib", "ipython"} & found


def test_an_explorer_is_alive_in_a_page(public, files, browser):
    context = browser.new_context(service_workers="block")
    asked = answer_for_the_cdn(context, files)
    page = context.new_page()
    page.goto(public.url + "index.html")
    alt = page.locator(".cell_output img").first.get_attribute("alt")
    make_live(page, page.locator(".live").first)
    assert picture(page.locator(".live").first)[1] == alt
    assert any(name.startswith("numpy-") for name in asked)
    context.close()


def test_the_tour_runs_in_the_lab(public, files, browser):
    tour = "notebooks/00_start_here.ipynb"
    lesson = LitePage(browser, public.url, tour, lambda context: answer_for_the_cdn(context, files))
    assert lesson.run_all() and not lesson.troubled_outputs()
    assert all(address.startswith(CDN) for address in lesson.watch.outside)
    lesson.close()
