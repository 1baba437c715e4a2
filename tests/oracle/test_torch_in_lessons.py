"""The PyTorch that lessons show as text prints what they say it prints. Run by `make oracle`."""

import contextlib
import io
import json
import re
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed here: run `make oracle`")

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
PROGRAM_AND_OUTPUT = re.compile(r"```python\n(import torch\n.*?)```\n+```text\n(.*?)```", re.DOTALL)
PROGRAMS = [
    pytest.param(*found.groups(), id=f"{path.stem}-{cell['id']}")
    for path in sorted(NOTEBOOKS.rglob("*.ipynb"))
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    if cell["cell_type"] == "markdown"
    for found in PROGRAM_AND_OUTPUT.finditer("".join(cell["source"]))
]


def test_there_are_such_programs():
    assert PROGRAMS


@pytest.mark.parametrize("program, expected", PROGRAMS)
def test_a_program_shown_as_text_prints_the_output_shown_below_it(program, expected):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program, {})
    assert printed.getvalue() == expected
