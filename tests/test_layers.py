"""The layers beside batch normalization: values by hand, gradients by central differences, and folding."""

import copy
import pickle

import numpy as np
import pytest

from bnlib.batchnorm import BatchNorm
from bnlib.elementwise import Dropout, ReLU, Sigmoid, Tanh
from bnlib.gradcheck import numerical_gradient, relative_error
from bnlib.linear import Linear, fold

ACTIVATIONS = [ReLU, Sigmoid, Tanh]


def drawn(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng([len(shape), *shape, seed]).standard_normal(shape).astype(dtype)


def some_linear(features_in=3, features_out=2, **options):
    layer = Linear(features_in, features_out, **options)
    layer.W = drawn(*layer.W.shape, seed=90, dtype=layer.dtype)
    if layer.b is not None:
        layer.b = drawn(*layer.b.shape, seed=91, dtype=layer.dtype)
    return layer


# --- Linear ---


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


# --- activations ---


def test_the_activations_are_the_functions_of_their_names():
    x = np.array([[-2.0, -0.5, 0.0, 0.5, 2.0]])
    np.testing.assert_array_equal(ReLU().forward(x), [[0, 0, 0, 0.5, 2]])
    np.testing.assert_allclose(Sigmoid().forward(x), 1 / (1 + np.exp(-x)), rtol=1e-14)
    np.testing.assert_allclose(Tanh().forward(x), (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)), rtol=1e-14)


def test_the_gradient_of_relu_at_zero_is_zero():
    layer = ReLU()
    layer.forward(np.array([[-1.0, 0.0, 1.0]]))
    np.testing.assert_array_equal(layer.backward(np.full((1, 3), 5.0)), [[0, 0, 5]])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", [(5, 4), (2, 3, 4)])
def test_the_gradients_of_the_activations_agree_with_central_differences(activation, shape):
    layer, x, dy = activation(), drawn(*shape) * 2, drawn(*shape, seed=1)
    assert np.abs(x).min() > 1e-4  # away from the corner of ReLU
    layer.forward(x)
    numerical = numerical_gradient(lambda value: np.sum(dy * activation().forward(value)), x)
    assert relative_error(layer.backward(dy), numerical) < 1e-8


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation, limits", [(Sigmoid, (0, 1)), (Tanh, (-1, 1))])
def test_saturated_activations_reach_their_limits_without_overflow(activation, limits, dtype):
    layer = activation()
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        y = layer.forward(np.array([[-1e5, 1e5]], dtype))
        dx = layer.backward(np.ones((1, 2), dtype))
    np.testing.assert_array_equal(y, [limits])
    np.testing.assert_array_equal(dx, [[0, 0]])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_nan_goes_through_an_activation_and_is_not_hidden(activation):
    assert np.isnan(activation().forward(np.array([[np.nan, 1.0]]))).tolist() == [[True, False]]


def every_elementwise_layer():
    return [ReLU(), Sigmoid(), Tanh(), Dropout(0.5, np.random.default_rng(0))]


@pytest.mark.parametrize("layer", every_elementwise_layer(), ids=lambda layer: type(layer).__name__)
def test_elementwise_layers_keep_float32_refuse_other_dtypes_and_change_no_array_of_others(layer):
    x, dy = drawn(4, 3, dtype=np.float32), drawn(4, 3, seed=1, dtype=np.float32)
    kept = x.copy(), dy.copy()
    y = layer.forward(x)
    dx = layer.backward(dy)
    assert y.dtype == dx.dtype == np.float32
    with pytest.raises(TypeError, match=r"float32.*float64"):
        layer.backward(dy.astype(np.float64))
    with pytest.raises(TypeError, match="int64"):
        layer.forward(np.ones((4, 3), np.int64))
    for shape in [(3, 4), (1, 3), (3,), (4, 1)]:
        with pytest.raises(ValueError) as error:
            layer.backward(np.ones(shape, np.float32))
        assert str(shape) in str(error.value) and "(4, 3)" in str(error.value)
    before = y.copy(), dx.copy()
    layer.forward(2 * x)
    layer.backward(3 * dy)
    for now, then in zip((x, dy, y, dx), (*kept, *before), strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("layer", every_elementwise_layer(), ids=lambda layer: type(layer).__name__)
def test_changing_the_output_of_a_layer_in_place_does_not_change_its_gradient(layer):
    x, dy = drawn(4, 3), drawn(4, 3, seed=1)
    y = layer.forward(x)
    expected = layer.backward(dy)
    y += 100
    np.testing.assert_array_equal(layer.backward(dy), expected)


@pytest.mark.parametrize("layer", [Linear(3, 2), ReLU(), Sigmoid(), Tanh(), Dropout(0.5, np.random.default_rng(0))])
def test_backward_before_forward_names_the_layer_and_the_cure(layer):
    with pytest.raises(RuntimeError, match=rf"{type(layer).__name__}.*forward"):
        layer.backward(drawn(4, 2))


# --- dropout ---


def test_dropout_drops_the_given_share_and_scales_what_is_left():
    layer, x = Dropout(0.3, np.random.default_rng(0)), np.full((200, 500), 7.0)
    y = layer.forward(x)
    assert set(np.unique(y).tolist()) == {0.0, 7 / 0.7}
    share = (y == 0).mean()
    assert abs(share - 0.3) < 5 * (0.3 * 0.7 / y.size) ** 0.5
    np.testing.assert_allclose(layer.backward(x), y, rtol=1e-15)  # the same values are dropped on the way back


def test_dropout_draws_anew_each_time_and_only_in_training_mode():
    layer, x = Dropout(0.5, np.random.default_rng(0)), drawn(20, 20)
    first, second = layer.forward(x), layer.forward(x)
    assert (first != second).any()
    layer.eval()
    generator_state = layer.rng.bit_generator.state
    np.testing.assert_array_equal(layer.forward(x), x)
    np.testing.assert_array_equal(layer.backward(x), x)
    assert layer.rng.bit_generator.state == generator_state
    assert layer.forward(x) is not x


def test_each_replica_of_dropout_draws_from_its_own_generator():
    for replicas, shape in ((3, (3, 5, 4)), (4, (4, 4, 4))):
        layer = Dropout(0.5, np.random.default_rng(1).spawn(replicas))
        x = drawn(*shape)
        y = layer.forward(x)
        for r, rng in enumerate(np.random.default_rng(1).spawn(replicas)):
            np.testing.assert_array_equal(y[r], Dropout(0.5, rng).forward(x[r]))


@pytest.mark.parametrize("shape", [(4, 4), (4, 5), (3, 4, 4)])
def test_dropout_with_replicas_refuses_an_input_that_does_not_have_them(shape):
    layer = Dropout(0.5, np.random.default_rng(1).spawn(4))
    with pytest.raises(ValueError, match="4 replicas"):
        layer.forward(drawn(*shape))


@pytest.mark.parametrize("rate", [-0.1, 1.0, 2.0, np.nan])
def test_the_rate_of_dropout_is_at_least_zero_and_less_than_one(rate):
    with pytest.raises(ValueError, match=rf"rate.*{rate}"):
        Dropout(rate, np.random.default_rng(0))


# --- fold ---


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


def test_dropout_that_refuses_its_input_can_still_go_backward():
    dropout, x = Dropout(0.5, [np.random.default_rng(0), np.random.default_rng(1)]), np.ones((2, 4, 3))
    y = dropout.forward(x)
    with pytest.raises(ValueError, match="2 replicas"):
        dropout.forward(np.ones((4, 3)))
    np.testing.assert_array_equal(dropout.backward(x), y)


@pytest.mark.parametrize("value", [None, "one", [1, 2, "x"]])
def test_a_parameter_takes_numbers_alone(value):
    linear = Linear(2, 3)
    with pytest.raises(TypeError, match="W takes numbers"):
        linear.W = value
    np.testing.assert_array_equal(linear.W, 0)
