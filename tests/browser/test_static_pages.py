"""A notebook as a web page, without a kernel and without the network: the stored pictures and their texts are there."""

import os
import subprocess
import sys

import nbformat
import pytest
from lab_server import ROOT

ALWAYS = "00_start_here", "02_scale_and_shift", "cheat_sheet"  # the others in `make test-lessons`
NOTEBOOKS = [path for path in sorted((ROOT / "notebooks").rglob("*.ipynb")) if '"image/png"' in path.read_text()]


@pytest.fixture(scope="module")
def pages(tmp_path_factory, request):
    """The notebooks that are asked for, converted with the setting that `make` puts into the environment."""
    folder = tmp_path_factory.mktemp("pages")
    tests = [item for item in request.session.items if item.path == request.path]
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", folder]
        + [item.callspec.params["path"] for item in tests],
        env={**os.environ, "JUPYTER_CONFIG_PATH": str(ROOT / "tools")},
        check=True,
        capture_output=True,
    )
    return folder


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[pytest.mark.deep] * (path.stem not in ALWAYS), id=path.stem) for path in NOTEBOOKS],
)
def test_a_static_page_shows_every_picture_with_its_alternative_text(path, browser, pages):
    cells = nbformat.read(path, as_version=4).cells
    stored = [
        output
        for cell in cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    page = browser.new_page()
    page.route("http*://**", lambda route: route.abort())
    page.goto((pages / f"{path.stem}.html").as_uri())
    shown = page.eval_on_selector_all(
        "img", "images => images.filter(i => i.src.startsWith('data:image/png')).map(i => [i.alt, i.naturalWidth])"
    )
    page.close()
    assert stored
    assert [alt for alt, _ in shown] == [output.data["text/plain"] for output in stored]
    assert all(width > 0 for _, width in shown)
