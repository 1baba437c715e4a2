"""Numbers of PyTorch's that a lesson quotes are those of the stored golden vectors."""

from pathlib import Path

import nbformat
import numpy as np
from golden.cases import inputs, output_shapes, random_case

ROOT = Path(__file__).resolve().parents[1]


def golden_outputs(index):
    """Case `index` of tests/golden: its outputs by PyTorch."""
    shapes = [output_shapes(random_case(i)) for i in range(index + 1)]
    start = sum(int(np.prod(shape)) for outputs in shapes[:-1] for shape in outputs.values())
    with np.load(ROOT / "tests" / "golden" / "batchnorm.npz") as stored:
        values = stored["values"][start:]
    found = {}
    for name, shape in shapes[-1].items():
        size = int(np.prod(shape))
        found[name], values = values[:size].reshape(shape), values[size:]
    return found


def test_the_deeper_lesson_quotes_case_181():
    notebook = nbformat.read(ROOT / "notebooks" / "deeper" / "folding_freezing_saving.ipynb", as_version=4)
    (cell,) = [cell.source for cell in notebook.cells if cell.cell_type == "code" and "[21, 181]" in cell.source]
    case, expected = random_case(181), golden_outputs(181)
    assert f"momentum={case.momentum!r}" in cell
    for name in ("mean_n", "var_n"):
        assert f"{expected[name].tolist()}" in cell
    namespace = {"np": np, "BatchNorm": Recorder}
    exec(cell.split("\n\n")[0], namespace)
    np.testing.assert_array_equal(namespace["bn"].batches, inputs(case)["x"])


class Recorder:
    """Stands for BatchNorm, and keeps what it is given."""

    def __init__(self, features, momentum):
        self.batches = []

    def forward(self, x):
        self.batches.append(x)
