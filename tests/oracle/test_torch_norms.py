"""The other norms against PyTorch, live, on cases drawn anew by hypothesis. Run by `make oracle`."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed here: run `make oracle`")

from golden.norm_cases import by_bnlib, by_torch, distances, output_shapes, random_norm_case
from hypothesis import given, settings
from hypothesis import strategies as st

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "norms.npz"
CASES = st.builds(
    lambda index, scale, offset, eps: replace(
        random_norm_case(index), scale=10.0**scale, offset=offset, eps=10.0**eps, seed=index
    ),
    st.integers(300, 10**6),
    st.floats(-3, 3),
    st.just(0.0) | st.floats(-3, 3).map(lambda power: 10.0**power),
    st.floats(-12, 0),
)


@settings(max_examples=500, deadline=None, print_blob=True)
@given(CASES)
def test_each_norm_equals_pytorch(case):
    far = {name: distance for name, distance in distances(case, by_bnlib(case), by_torch(case)).items() if distance > 1}
    assert not far, f"above the tolerance by these factors: {far}"


def test_the_stored_vectors_are_what_pytorch_gives_today():
    with np.load(GOLDEN) as stored:
        values, count = stored["values"], len(stored["checksums"])
    position = 0
    for case in map(random_norm_case, range(count)):
        stored_here = {}
        for name, shape in output_shapes(case).items():
            size = int(np.prod(shape))
            stored_here[name] = values[position : position + size].reshape(shape)
            position += size
        far = {name: each for name, each in distances(case, stored_here, by_torch(case)).items() if each > 1}
        assert not far, (case, far)
