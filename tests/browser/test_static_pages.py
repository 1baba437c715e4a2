"""A notebook as a web page, without a kernel and without the network: the stored pictures and their texts are there."""

import os
import subprocess
import sys

import nbformat
import pytest
from lab_server import ROOT

NOTEBOOKS = [path for path in sorted((ROOT / "notebooks").rglob("*.ipynb")) if '"image/png"' in path.read_text()]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """All notebooks, converted with the setting that `make` puts into the environment."""
    folder = tmp_path_factory.mktemp("pages")
    subprocess.run(
        [sys.executable, "-m", "nbconvert", "--to", "html", "--output-dir", folder, *NOTEBOOKS],
        env={**os.environ, "JUPYTER_CONFIG_PATH": str(ROOT / "tools")},
        check=True,
        capture_output=True,
    )
    return folder


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
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
