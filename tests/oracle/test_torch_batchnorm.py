"""Batch normalization against PyTorch, live, on cases drawn anew by hypothesis. Run by `make oracle`."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed here: run `make oracle`")

from golden.cases import Case, by_bnlib, by_torch, distances, output_shapes, random_case
from hypothesis import example, given, settings
from hypothesis import strategies as st

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "batchnorm.npz"
CASES = st.builds(
    Case,
    batch=st.integers(2, 200),
    features=st.integers(1, 40),
    steps=st.integers(1, 4),
    scale=st.floats(-3, 3).map(lambda power: 10.0**power),
    offset=st.just(0.0) | st.floats(-3, 6).map(lambda power: 10.0**power),
    eps=st.floats(-12, 1).map(lambda power: 10.0**power),
    momentum=st.none() | st.just(0.1) | st.floats(0, 1),
    affine=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)


@settings(max_examples=500, deadline=None, print_blob=True)
@given(CASES)
@example(replace(random_case(1), batch=200, features=40, offset=1e6))
@example(replace(random_case(1), batch=2, features=1, offset=1e6, momentum=None))
def test_batch_norm_equals_pytorch(case):
    far = {name: distance for name, distance in distances(case, by_bnlib(case), by_torch(case)).items() if distance > 1}
    assert not far, f"above the tolerance by these factors: {far}"


def test_the_stored_vectors_are_what_pytorch_gives_today():
    with np.load(GOLDEN) as stored:
        values, count = stored["values"], len(stored["checksums"])
    position = 0
    for case in map(random_case, range(count)):
        expected = by_torch(case)
        stored_here = {}
        for name, shape in output_shapes(case).items():
            size = int(np.prod(shape))
            stored_here[name] = values[position : position + size].reshape(shape)
            position += size
        far = {name: distance for name, distance in distances(case, stored_here, expected).items() if distance > 1}
        assert not far, (case, far)
