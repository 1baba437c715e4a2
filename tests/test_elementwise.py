"""Activations and dropout: the functions of their names, their gradients, and what dropout draws."""

import numpy as np
import pytest

from bnlib.elementwise import Dropout, ReLU, Sigmoid, Tanh
from bnlib.gradcheck import numerical_gradient, relative_error

ACTIVATIONS = [ReLU, Sigmoid, Tanh]


def drawn(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng([len(shape), *shape, seed]).standard_normal(shape).astype(dtype)


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


def test_dropout_that_refuses_its_input_can_still_go_backward():
    dropout, x = Dropout(0.5, [np.random.default_rng(0), np.random.default_rng(1)]), np.ones((2, 4, 3))
    y = dropout.forward(x)
    with pytest.raises(ValueError, match="2 replicas"):
        dropout.forward(np.ones((4, 3)))
    np.testing.assert_array_equal(dropout.backward(x), y)
