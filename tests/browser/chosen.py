"""Which notebooks are opened in a browser: the tour by `make test`, all with an explorer by `make test-lessons`."""

import pytest
from lab_server import ROOT
from test_notebooks import explorer_cells

# Beside it `make test` types an exercise of lesson 2 and plays with the playground.
TOUR = "00_start_here"
NOTEBOOKS = [
    pytest.param(path, marks=[pytest.mark.xdist_group(path.stem)] + [pytest.mark.deep] * (path.stem != TOUR))
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb"))
    if explorer_cells(path)  # nbval runs the others, and nothing in them is dragged
]
