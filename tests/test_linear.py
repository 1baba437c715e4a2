"""Linear layers and folding: values by hand, gradients by central differences, assignments, copies."""

import copy
import pickle
from unittest.mock import Mock

import numpy as np
import pytest

from bnlib import linear
from bnlib.batchnorm import BatchNorm
from bnlib.elementwise import Dropout, ReLU, Sigmoid, Tanh
from bnlib.gradcheck import numerical_gradient, relative_error
from bnlib.linear import Linear, fold


def drawn(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng([len(shape), *shape, seed]).standard_normal(shape).astype(dtype)


def some_linear(features_in=3, features_out=2, **options):
    layer = Linear(features_in, features_out, **options)
    layer.W = drawn(*layer.W.shape, seed=90, dtype=layer.dtype)
    if layer.b is not None:
        layer.b = drawn(*layer.b.shape, seed=91, dtype=layer.dtype)
    return layer


def test_linear_multiplies_from_the_left_and_adds_b():
    layer = Linear(2, 3)
    layer.W, layer.b = [[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]], [0.5, 0.0, -0.5]
    np.testing.assert_array_equal(layer.forward(np.array([[1.0, 2.0]])), [[21.5, 42.0, 62.5]])


def test_a_new_linear_layer_is_zero_and_has_the_shapes_of_the_contract():
    layer = Linear(2, 3)
    assert layer.W.shape == (2, 3) and layer.b.shape == (3,) and not layer.W.any() and not layer.b.any()
    layer = Linear(2, 3, replicas=5, dtype=np.float32)
    assert layer.W.shape == (5, 2, 3) and layer.b.shape == (5, 3) and layer.W.dtype == layer.b.dtype == np.float32


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("replicas", [None, 4])
def test_the_gradients_of_linear_agree_with_central_differences(replicas, bias):
    layer = some_linear(bias=bias, replicas=replicas)
    lead = () if replicas is None else (replicas,)
    x, dy = drawn(*lead, 4, 3), drawn(*lead, 4, 2, seed=1)
    layer.forward(x)
    found = {"x": layer.backward(dy), "W": layer.dW} | ({"b": layer.db} if bias else {})

    def loss(name, value):
        other = copy.deepcopy(layer)
        if name != "x":
            setattr(other, name, value)
        return np.sum(dy * other.forward(value if name == "x" else x))

    for name, gradient in found.items():
        start = x if name == "x" else getattr(layer, name)
        numerical = numerical_gradient(lambda value, name=name: loss(name, value), start)
        assert relative_error(gradient, numerical) < 1e-8, name


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("replicas", [None, 4])
def test_the_way_of_a_browser_gives_the_same_products(replicas, dtype, monkeypatch):
    layer = some_linear(40, 5, replicas=replicas, dtype=dtype)
    lead = () if replicas is None else (replicas,)
    x, dy = drawn(*lead, 6, 40, dtype=dtype), drawn(*lead, 6, 5, seed=1, dtype=dtype)
    usual = layer.forward(x), layer.backward(dy), layer.dW
    monkeypatch.setattr(linear, "WIDE", 40)
    einsum = Mock(wraps=np.einsum)
    monkeypatch.setattr(np, "einsum", einsum)
    for there, here in zip((layer.forward(x), layer.backward(dy), layer.dW), usual, strict=True):
        assert there.dtype == dtype and there.shape == here.shape
        np.testing.assert_allclose(there, here, rtol=0, atol=50 * np.finfo(dtype).eps * np.abs(here).max())
    assert einsum.call_count == 3


def test_a_linear_layer_without_bias_has_none():
    layer = some_linear(bias=False)
    assert layer.b is None and layer.trained == ("W",)
    x = drawn(4, 3)
    np.testing.assert_array_equal(layer.forward(x), x @ layer.W)
    with pytest.raises(AttributeError, match=r"without b"):
        layer.b = 1.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "replicas, batch, inputs, outputs",
    [
        (2, 5, 3, 3),
        (4, 4, 3, 3),
        (3, 3, 3, 3),
        (1, 1, 3, 3),
        (3, 1, 61, 1),
        (3, 61, 1, 1),
        (3, 1, 1, 61),
        (2, 50, 70, 30),
    ],
)
def test_each_replica_of_linear_is_bit_equal_to_a_layer_of_its_own(replicas, batch, inputs, outputs, dtype):
    layer = some_linear(inputs, outputs, replicas=replicas, dtype=dtype)
    x, dy = drawn(replicas, batch, inputs, dtype=dtype), drawn(replicas, batch, outputs, seed=1, dtype=dtype)
    y, dx = layer.forward(x), layer.backward(dy)
    for r in range(replicas):
        single = Linear(inputs, outputs, dtype=dtype)
        single.W, single.b = layer.W[r], layer.b[r]
        np.testing.assert_array_equal(y[r], single.forward(x[r]))
        np.testing.assert_array_equal(dx[r], single.backward(dy[r]))
        np.testing.assert_array_equal(layer.dW[r], single.dW)
        np.testing.assert_array_equal(layer.db[r], single.db)


@pytest.mark.parametrize("batch", [4, 5])
def test_replicas_of_linear_can_share_one_batch(batch):
    layer, x, dy = some_linear(replicas=4), drawn(batch, 3), drawn(4, batch, 2)
    y = layer.forward(x)
    layer.backward(dy)
    for r in range(4):
        np.testing.assert_allclose(y[r], x @ layer.W[r] + layer.b[r], rtol=0, atol=1e-13)
        np.testing.assert_allclose(layer.dW[r], x.T @ dy[r], rtol=0, atol=1e-13)
        np.testing.assert_allclose(layer.db[r], dy[r].sum(axis=0), rtol=0, atol=1e-13)


@pytest.mark.parametrize("name", ["W", "b"])
def test_assigning_to_a_parameter_copies_into_the_array_that_others_hold(name):
    layer = some_linear()
    held = getattr(layer, name)
    value = np.full(held.shape, 7.0)
    setattr(layer, name, value)
    assert np.shares_memory(getattr(layer, name), held)
    value[...] = 0
    np.testing.assert_array_equal(held, 7)
    with pytest.raises(ValueError, match=rf"{name} has shape"):
        setattr(layer, name, np.zeros((5, 5)))
    with pytest.raises(TypeError, match=r"float64.*float32"):
        setattr(layer, name, value.astype(np.float32))
    np.testing.assert_array_equal(held, 7)


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_a_copied_or_pickled_linear_layer_is_independent(duplicate):
    layer = some_linear()
    other = duplicate(layer)
    np.testing.assert_array_equal(other.W, layer.W)
    other.W = 0.0
    assert layer.W.all() and not other.W.any()


def test_what_linear_returned_is_not_overwritten_by_the_next_call():
    layer, x, dy = some_linear(), drawn(4, 3), drawn(4, 2)
    results = layer.forward(x), layer.backward(dy), layer.dW, layer.db
    kept = [result.copy() for result in results]
    layer.forward(2 * x)
    layer.backward(3 * dy)
    for result, before in zip(results, kept, strict=True):
        np.testing.assert_array_equal(result, before)


@pytest.mark.parametrize("shape", [(4, 2), (3,), (), (2, 4, 3)])
def test_linear_names_a_wrong_shape_and_the_expected_one(shape):
    with pytest.raises(ValueError) as error:
        some_linear().forward(drawn(*shape))
    assert str(shape) in str(error.value) and "(batch, 3)" in str(error.value)


def test_linear_refuses_mixed_dtypes_and_names_both():
    layer = some_linear(dtype=np.float32)
    with pytest.raises(TypeError, match=r"float32.*float64"):
        layer.forward(drawn(4, 3))
    layer.forward(drawn(4, 3, dtype=np.float32))
    with pytest.raises(TypeError, match=r"float32.*float64"):
        layer.backward(drawn(4, 2))


@pytest.mark.parametrize("shape", [(4, 3), (3, 2), (1, 2), (2,), (2, 4, 2)])
def test_linear_refuses_a_gradient_of_another_shape_and_keeps_the_last_ones(shape):
    layer = some_linear()
    layer.forward(drawn(4, 3))
    layer.backward(drawn(4, 2))
    kept = layer.dW.copy(), layer.db.copy()
    with pytest.raises(ValueError) as error:
        layer.backward(drawn(*shape))
    assert str(shape) in str(error.value) and "(4, 2)" in str(error.value)
    np.testing.assert_array_equal(layer.dW, kept[0])
    np.testing.assert_array_equal(layer.db, kept[1])


@pytest.mark.parametrize("dtype", ["int64", "bool", "complex128"])
def test_layers_compute_in_floating_point_only(dtype):
    for make in (Linear, lambda a, b, dtype: BatchNorm(a, dtype=dtype)):
        with pytest.raises(TypeError, match=rf"{dtype}.*float"):
            make(3, 2, dtype=dtype)


@pytest.mark.parametrize("layer", [Linear(3, 2), ReLU(), Sigmoid(), Tanh(), Dropout(0.5, np.random.default_rng(0))])
def test_backward_before_forward_names_the_layer_and_the_cure(layer):
    with pytest.raises(RuntimeError, match=rf"{type(layer).__name__}.*forward"):
        layer.backward(drawn(4, 2))


def trained_norm(features, **options):
    bn = BatchNorm(features, **options)
    shape = bn.gamma.shape
    bn.gamma, bn.beta = drawn(*shape, seed=1, dtype=bn.dtype), drawn(*shape, seed=2, dtype=bn.dtype)
    bn.running_mean = drawn(*shape, seed=3, dtype=bn.dtype) * 3
    bn.running_var = drawn(*shape, seed=4, dtype=bn.dtype) ** 2 + bn.dtype.type(0.01)
    return bn


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("affine", [True, False])
@pytest.mark.parametrize("replicas", [None, 1, 5])
def test_a_folded_layer_does_what_both_did_in_eval_mode(replicas, affine, bias):
    linear = some_linear(3, 5, bias=bias, replicas=replicas)
    bn = trained_norm(5, affine=affine, replicas=replicas, eps=0.1)
    bn.eval()
    kept = linear.W.copy(), bn.running_var.copy()
    x = drawn(*(() if replicas is None else (replicas,)), 5, 3) * 10
    folded = fold(linear, bn)
    expected = bn.forward(linear.forward(x))
    assert isinstance(folded, Linear) and folded.W.shape == linear.W.shape
    assert np.abs(folded.forward(x) - expected).max() < 1e-12 * np.abs(expected).max()
    np.testing.assert_array_equal(linear.W, kept[0])
    np.testing.assert_array_equal(bn.running_var, kept[1])
    folded.W = 0.0
    assert linear.W.all()


def test_folding_float32_gives_float32_also_with_an_eps_from_numpy():
    linear, bn = some_linear(3, 5, dtype=np.float32), trained_norm(5, eps=np.float64(1e-3), dtype=np.float32)
    folded = fold(linear, bn)
    assert folded.W.dtype == folded.b.dtype == np.float32


def test_folding_uses_the_running_statistics_also_when_the_layer_is_in_training_mode():
    linear, bn = some_linear(3, 5), trained_norm(5)
    in_training = fold(linear, bn)
    bn.eval()
    np.testing.assert_array_equal(in_training.W, fold(linear, bn).W)


def test_layers_that_do_not_fit_are_not_folded():
    linear = some_linear(3, 5)
    with pytest.raises(ValueError, match=r"5 features.*4"):
        fold(linear, BatchNorm(4))
    with pytest.raises(ValueError, match=r"replicas: None.*replicas: 5"):
        fold(linear, BatchNorm(5, replicas=5))
    with pytest.raises(TypeError, match=r"float64.*float32"):
        fold(linear, BatchNorm(5, dtype=np.float32))


@pytest.mark.parametrize("value", [None, "one", [1, 2, "x"]])
def test_a_parameter_takes_numbers_alone(value):
    linear = Linear(2, 3)
    with pytest.raises(TypeError, match="W takes numbers"):
        linear.W = value
    np.testing.assert_array_equal(linear.W, 0)
