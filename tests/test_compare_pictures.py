"""Notebooks are stored clean, and a stored picture that is not what its cell draws fails the notebook's test."""

import base64
import io
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from compare_pictures import difference, pictures, pixels
from matplotlib.figure import Figure
from nbformat import v4
from PIL import Image
from run_notebooks import run

ROOT = Path(__file__).resolve().parents[1]
DRAWING = """import ipywidgets
from bnlib.pictures import Picture
from bnlib.pictures.plots import figure
fig, ax = figure(width=300, height=200)
ax.plot([0, 1], [0, 1])
Picture(fig, "A line.")"""


def drawn(slope, width=3.0):
    figure = Figure(figsize=(width, 2), dpi=100)
    figure.subplots().plot([0, 1, 1], [0, slope, 2])
    file = io.BytesIO()
    figure.savefig(file)
    return base64.b64encode(file.getvalue()).decode()


def test_a_line_may_lie_half_a_pixel_off_and_not_three_pixels():
    assert difference(drawn(1.0), drawn(1.0 + 1e-12)) is None
    assert difference(drawn(1.0), drawn(1.006)) is None
    assert "of the pixels differ" in difference(drawn(1.0), drawn(1.04))
    assert "of the pixels differ" in difference(drawn(1.04), drawn(1.0))
    assert "300 x 200 pixels, new 400 x 200" in difference(drawn(1.0), drawn(1.0, width=4.0))


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The path of a notebook with a picture and a widget, run and stored."""
    path = tmp_path_factory.mktemp("notebooks") / "picture.ipynb"
    cells = [v4.new_code_cell(DRAWING), v4.new_code_cell("print(1)\nipywidgets.IntSlider(3)")]
    nbformat.write(v4.new_notebook(cells=cells), path)
    return run(path)


def altered(path, name, change):
    """A copy of the notebook beside it, with a change made to the array of its stored picture."""
    notebook = nbformat.read(path, as_version=4)
    output = notebook.cells[0].outputs[0]
    array = pixels(output.data["image/png"]).astype(np.uint8)
    change(array)
    file = io.BytesIO()
    Image.fromarray(array).save(file, "png")
    output.data["image/png"] = base64.b64encode(file.getvalue()).decode()
    nbformat.write(notebook, path.with_name(name))
    return path.with_name(name)


def compare(*paths):
    """What pytest says, run on notebooks as `make test` runs it."""
    variables = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tools'}"}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        ROOT / "pyproject.toml",
        "-p",
        "conftest",
        "--nbval",
        "--nbval-current-env",
        "-p",
        "no:cacheprovider",
        *paths,
    ]
    return subprocess.run(command, cwd=paths[0].parent, env=variables, capture_output=True, text=True).stdout


def test_running_a_notebook_again_changes_no_byte(stored):
    before = stored.read_bytes()
    run(stored)
    assert stored.read_bytes() == before


def test_pictures_and_texts_are_stored_and_live_views_are_not(stored):
    first, second = (cell.outputs for cell in nbformat.read(stored, as_version=4).cells)
    assert [metadata["alt"] for _, metadata in pictures(first)] == ["A line."]
    assert first[0].data["text/plain"] == "A line."
    assert list(second[1].data) == ["text/plain"]


def test_a_picture_that_differs_within_the_tolerance_is_kept_as_stored(stored):
    def one_pixel(array):
        array[5, 5] = (0, 0, 0, 255)

    path = altered(stored, "one_pixel.ipynb", one_pixel)
    before = path.read_bytes()
    run(path)
    assert path.read_bytes() == before != stored.read_bytes()


def test_a_notebook_passes_as_stored_and_fails_when_its_picture_was_altered(stored):
    def a_square(array):
        array[50:60, 50:60] = (0, 0, 0, 255)  # 100 of 60,000 pixels

    answer = compare(stored, altered(stored, "square.ipynb", a_square))
    assert "Pictures differ from the stored ones" in answer
    assert "1 failed, 3 passed" in answer
