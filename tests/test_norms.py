"""The norms beside batch normalization: against stored results of PyTorch, central differences, and loops by hand."""

from pathlib import Path

import numpy as np
import pytest
from golden.norm_cases import NORMS, by_bnlib, checksum, distances, output_shapes, random_norm_case

from bnlib import norms
from bnlib.batchnorm import batch_norm
from bnlib.gradcheck import numerical_gradient, relative_error

GOLDEN = Path(__file__).parent / "golden" / "norms.npz"


def normal(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng([len(shape), *shape, seed]).standard_normal(shape).astype(dtype)


def test_every_stored_case_equals_pytorch():
    with np.load(GOLDEN, allow_pickle=False) as stored:
        values, checksums = stored["values"], stored["checksums"]
    position, failures, seen = 0, [], set()
    for index, crc in enumerate(checksums):
        case, expected = random_norm_case(index), {}
        assert checksum(case) == crc, f"case {index}: the inputs drawn here are not those PyTorch was given"
        for name, shape in output_shapes(case).items():
            size = int(np.prod(shape))
            expected[name] = values[position : position + size].reshape(shape)
            position += size
        far = distances(case, by_bnlib(case), expected)
        failures += [f"{name}: {far[name]:.3g} tolerances in {case}" for name in far if far[name] > 1]
        seen.add((case.norm, len(case.shape)))
    assert position == values.size and len(checksums) >= 300
    assert {norm for norm, _ in seen} == set(NORMS) and {("group", 2), ("group", 3), ("group", 4)} <= seen
    assert not failures, f"{len(failures)} arrays differ:\n" + "\n".join(failures[:10])


GAMMA, BETA = normal(6, seed=1), normal(6, seed=2)
CALLS = {
    "layer": lambda x, g, b: norms.layer_norm(x, g, b, 0.01),
    "group": lambda x, g, b: norms.group_norm(x, 3, g, b, 0.01),
    "one group": lambda x, g, b: norms.group_norm(x, 1, g, b, 0.01),
    "instance": lambda x, g, b: norms.instance_norm(x, g, b, 0.01),
    "rms": lambda x, g, b: norms.rms_norm(x, g, 0.01),
}


@pytest.mark.parametrize("name", CALLS)
def test_gradients_pass_central_differences(name):
    arrays, dy = {"x": normal(2, 4, 6) * 2 + 1, "gamma": GAMMA, "beta": BETA}, normal(2, 4, 6, seed=3)
    _, cache = CALLS[name](*arrays.values())
    found = norms.rms_norm_backward(dy, cache) if name == "rms" else norms.norm_backward(dy, cache)
    for (argument, value), gradient in zip(arrays.items(), found, strict=name != "rms"):
        expected = numerical_gradient(
            lambda v, argument=argument: np.sum(dy * CALLS[name](*(arrays | {argument: v}).values())[0]), value
        )
        assert relative_error(gradient, expected) < 1e-8, argument


@pytest.mark.parametrize("shape", [(5, 3), (3, 3, 2, 4)])
def test_the_gradient_of_weight_standardization_passes_central_differences(shape):
    W, dy = normal(*shape) + 0.5, normal(*shape, seed=3)
    found = norms.weight_standardize_backward(dy, norms.weight_standardize(W, 0.01)[1])
    expected = numerical_gradient(lambda v: np.sum(dy * norms.weight_standardize(v, 0.01)[0]), W)
    assert relative_error(found, expected) < 1e-8


def by_hand(values, eps, centered=True):
    """A list of numbers, normalized with their own mean and variance, written out."""
    mean = sum(values) / len(values) if centered else 0.0
    var = sum((v - mean) ** 2 for v in values) / len(values)
    return [(v - mean) / (var + eps) ** 0.5 for v in values]


def test_each_norm_takes_its_mean_over_its_own_axes():
    x, eps = normal(2, 3, 4) * [1, 10, 3, 5] + [0, 5, -7, 1], 0.2
    places, channels = range(3), range(4)
    sets = {  # for each norm: the lists of (place, channel) of one example that share one mean
        "layer": [[(p, c) for c in channels] for p in places],
        "two groups": [[(p, c) for p in places for c in pair] for pair in ((0, 1), (2, 3))],
        "instance": [[(p, c) for p in places] for c in channels],
    }
    ones, zeros = np.ones(4), np.zeros(4)
    found = {
        "layer": norms.layer_norm(x, ones, zeros, eps)[0],
        "two groups": norms.group_norm(x, 2, ones, zeros, eps)[0],
        "instance": norms.instance_norm(x, ones, zeros, eps)[0],
    }
    for name, groups in sets.items():
        for example in range(2):
            for group in groups:
                expected = by_hand([float(x[example, p, c]) for p, c in group], eps)
                np.testing.assert_allclose([found[name][example, p, c] for p, c in group], expected, rtol=1e-12)
    rms = norms.rms_norm(x, ones, eps)[0]
    np.testing.assert_allclose(rms[1, 2], by_hand(list(map(float, x[1, 2])), eps, centered=False), rtol=1e-12)


def test_gamma_and_beta_act_by_channel_in_every_norm():
    x = normal(2, 5, 6)
    for name, call in CALLS.items():
        plain = call(x, np.ones(6), np.zeros(6))[0]
        beta = 0 if name == "rms" else BETA
        np.testing.assert_allclose(call(x, GAMMA, BETA)[0], GAMMA * plain + beta, rtol=1e-12, atol=1e-12)


def test_they_are_one_family():
    x, one, zero = normal(3, 5, 4), np.ones(4), np.zeros(4)
    same = np.testing.assert_allclose
    single = batch_norm(x[0], one, zero, eps=0.1)[0]  # batch normalization of one example with places
    same(norms.instance_norm(x[:1], one, zero, 0.1)[0][0], single, atol=1e-13)
    rows = x[:, 0]
    transposed = batch_norm(rows.T.copy(), np.ones(3), np.zeros(3), eps=0.1)[0].T
    same(norms.layer_norm(rows, one, zero, 0.1)[0], transposed, atol=1e-13)
    same(norms.group_norm(rows, 1, one, zero, 0.1)[0], transposed, atol=1e-13)
    centered = rows - rows.mean(axis=1, keepdims=True)
    same(norms.rms_norm(centered, one, 0.1)[0], transposed, atol=1e-13)
    same(norms.weight_standardize(rows.T.copy(), 0.1)[0], transposed.T, atol=1e-13)


def test_float32_stays_float32():
    x, g = normal(3, 4, dtype=np.float32), np.ones(4, np.float32)
    for y, cache in (norms.layer_norm(x, g, g), norms.group_norm(x, 2, g, g), norms.rms_norm(x, g)):
        assert {y.dtype, *(gradient.dtype for gradient in norms.norm_backward(x, cache))} == {np.dtype(np.float32)}
    assert norms.weight_standardize(x)[0].dtype == np.float32


ROW = normal(3, 4)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: norms.layer_norm(ROW, np.ones(3), np.zeros(4)), ValueError, r"gamma must have shape \(4,\).*\(3,\)"),
        (lambda: norms.layer_norm(ROW[:, :1], np.ones(1), np.zeros(1)), ValueError, "layer norm of one number is beta"),
        (lambda: norms.layer_norm(ROW[0], np.ones(4), np.zeros(4)), ValueError, r"shape \(..., batch, features\)"),
        (lambda: norms.layer_norm(ROW, np.ones(4, np.float32), np.zeros(4)), TypeError, "gamma is float32"),
        (lambda: norms.layer_norm(ROW * np.nan, np.ones(4), np.zeros(4)), ValueError, "12 values that are NaN"),
        (lambda: norms.layer_norm(ROW, np.ones(4), np.zeros(4), -1.0), ValueError, "eps must be a number, at least 0"),
        (lambda: norms.group_norm(ROW, 3, np.ones(4), np.zeros(4)), ValueError, "4 channels do not divide into 3"),
        (lambda: norms.group_norm(ROW, 5, np.ones(4), np.zeros(4)), ValueError, "groups must be a whole number"),
        (lambda: norms.instance_norm(ROW, np.ones(4), np.zeros(4)), ValueError, "group norm of one number is beta"),
        (lambda: norms.rms_norm(ROW.astype(int), np.ones(4)), TypeError, "x is int64"),
        (lambda: norms.weight_standardize(ROW[0]), ValueError, "W must have the shape"),
        (lambda: norms.norm_backward(ROW, "cache"), TypeError, "cache must be of type Cache"),
        (lambda: norms.norm_backward(ROW.T[:2], norms.rms_norm(ROW, np.ones(4))[1]), ValueError, r"shape \(3, 4\)"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_came_and_what_was_expected(call, error, words):
    with pytest.raises(error, match=words):
        call()
