"""Notebooks are stored clean, and a stored picture that is not what its cell draws fails the notebook's test.

A kernel takes seconds to start: two do all that needs one.
"""

import base64
import io
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
from compare_pictures import difference, different_words, pixels
from fewer_colors import EVER, OFTEN, fewer_colors, shrink_pictures
from matplotlib.figure import Figure
from nbconvert import HTMLExporter
from nbformat import v4
from PIL import Image
from run_notebooks import METADATA, run

ROOT = Path(__file__).resolve().parents[1]
DRAWING = """from bnlib.pictures import Picture, figure
fig, ax = figure(width=300, height=200)
ax.plot([0, 1], [0, 1], label="with BN")
ax.legend()
Picture(fig, "A line.")"""
WIDGET = "import ipywidgets\nprint(1)\nipywidgets.IntSlider(3)"


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


def shown():
    """The output of the cell that draws: data and metadata."""
    names = {}
    exec(DRAWING.removesuffix('Picture(fig, "A line.")'), names)
    return names["Picture"](names["fig"], "A line.")._repr_mimebundle_()


def test_few_colours_are_less_than_half_as_many_bytes_and_all_pixels_are_close():
    picture = base64.b64decode(notebook(nothing).cells[1].outputs[0].data["image/png"])
    assert Image.open(io.BytesIO(picture)).mode == "P" and fewer_colors(picture) == picture
    whole = base64.b64decode(shown()[0]["image/png"])
    off = np.abs(pixels(base64.b64encode(picture)).astype(int) - pixels(base64.b64encode(whole)))
    assert len(picture) < len(whole) / 2 and off.max() <= EVER and np.quantile(off.max(axis=-1), 0.999) <= OFTEN


def test_a_picture_of_too_many_colours_stays_as_it_is():
    rgb = np.random.default_rng(0).integers(0, 256, (90, 90, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "png")
    assert fewer_colors(file.getvalue()) == file.getvalue()


def notebook(*changes):
    """A notebook as `run` stores it, of a widget and a picture for each change that is then made to its output."""
    described = "IntSlider(value=3)"
    widget = [
        v4.new_output("stream", text="1\n"),
        v4.new_output("execute_result", {"text/plain": described}, execution_count=1),
    ]
    cells = [v4.new_code_cell(WIDGET, outputs=widget, execution_count=1, id="0")]
    for count, change in enumerate(changes, 2):
        data, metadata = shown()
        output = v4.new_output("execute_result", data, metadata=metadata, execution_count=count)
        change(output)
        shrink_pictures([output])
        cells.append(v4.new_code_cell(DRAWING, outputs=[output], execution_count=count, id=str(count)))
    return v4.new_notebook(cells=cells, metadata=METADATA)


def nothing(output):
    pass


def paint(output, place):
    """Make a part of the picture black."""
    array = pixels(output.data["image/png"]).copy()
    array[place] = 0
    file = io.BytesIO()
    Image.fromarray(array).save(file, "png")
    output.data["image/png"] = base64.b64encode(file.getvalue()).decode()


def a_pixel(output):
    paint(output, (5, 5))


def a_square(output):
    paint(output, (slice(50, 60), slice(50, 60)))  # 100 of 60,000 pixels


def a_word(output):
    words = output.metadata["image/png"]["words"]
    output.metadata["image/png"]["words"] = [line.replace("with BN", "without BN") for line in words]


def no_words(output):
    del output.metadata["image/png"]["words"]


def compare(path):
    """What pytest says, run on a notebook as `make test` runs it: beside the conftest.py of the top level."""
    shutil.copy(ROOT / "conftest.py", path.parent)
    options = ["-c", ROOT / "pyproject.toml", "--nbval", "--nbval-current-env", "-rf", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, path]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=path.parent, env=variables, capture_output=True, text=True).stdout


def test_running_a_notebook_stores_it_clean_and_again_changes_no_byte(tmp_path):
    path, expected = tmp_path / "picture.ipynb", tmp_path / "expected.ipynb"
    stored = notebook(nothing, a_pixel)  # within the tolerance, so it is kept as stored
    nbformat.write(stored, expected)
    stored.cells[0].outputs.clear()
    stored.cells[1].outputs.clear()
    stored.cells[1].metadata["trusted"] = True
    nbformat.write(stored, path)
    run(path)
    assert path.read_bytes() == expected.read_bytes()
    assert nbformat.read(path, as_version=4).cells[1].outputs != stored.cells[2].outputs


def test_a_notebook_passes_as_stored_and_fails_when_pixels_or_words_of_its_pictures_were_altered(tmp_path):
    nbformat.write(notebook(nothing, a_pixel, a_square, a_word, no_words), tmp_path / "altered.ipynb")
    answer = compare(tmp_path / "altered.ipynb")
    assert "3 failed, 3 passed" in answer, answer
    assert re.findall(r"FAILED .*::Cell (\d)", answer) == ["3", "4", "5"]
    assert answer.count("Pictures differ from the stored ones") >= 3
    assert "of the pixels differ" in answer
    assert "words - 1. legend: without BN: black -" in answer and "words + 1. legend: with BN: black -" in answer
    assert "no words are stored" in answer


def test_every_line_of_words_that_differs_is_named():
    stored = {"words": ["1. title: a", "1. x: b", "1. legend: dogs: blue -"]}
    new = {"words": ["1. title: a", "1. legend: cats: blue -"]}
    assert different_words(stored, stored) == []
    assert different_words(stored, new) == [
        *("words - 1. x: b", "words - 1. legend: dogs: blue -"),
        "words + 1. legend: cats: blue -",
    ]


def test_a_picture_with_words_is_a_valid_notebook_and_a_page():
    stored = notebook(nothing)
    nbformat.validate(stored)
    page, _ = HTMLExporter().from_notebook_node(stored)
    assert page.count('width="300"') == 1
