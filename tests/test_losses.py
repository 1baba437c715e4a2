"""Losses: values by hand, gradients by central differences."""

import math

import numpy as np
import pytest

from bnlib.gradcheck import numerical_gradient, relative_error
from bnlib.losses import cross_entropy, mse


def drawn(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng([len(shape), *shape, seed]).standard_normal(shape).astype(dtype)


def test_cross_entropy_is_minus_the_log_of_the_softmax_averaged_over_the_batch():
    logits, labels = drawn(4, 3), np.array([0, 2, 1, 2])
    by_hand = 0.0
    for row, label in zip(logits.tolist(), labels.tolist(), strict=True):
        by_hand -= math.log(math.exp(row[label]) / sum(math.exp(value) for value in row)) / 4
    loss, _ = cross_entropy(logits, labels)
    assert np.shape(loss) == () and loss == pytest.approx(by_hand, rel=1e-14)


def test_equal_logits_cost_the_log_of_the_number_of_classes():
    assert cross_entropy(np.full((6, 10), 3.0), np.arange(6))[0] == pytest.approx(math.log(10), rel=1e-14)


def test_the_gradient_of_cross_entropy_agrees_with_central_differences():
    logits, labels = drawn(5, 4) * 3, np.array([0, 3, 1, 1, 2])
    _, gradient = cross_entropy(logits, labels)
    numerical = numerical_gradient(lambda value: cross_entropy(value, labels)[0], logits)
    assert relative_error(gradient, numerical) < 1e-8


def test_huge_logits_neither_overflow_nor_lose_the_loss():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        loss, gradient = cross_entropy(np.array([[1e4, 0.0], [0.0, -1e4]]), np.array([1, 0]))
    assert loss == 5000
    np.testing.assert_array_equal(gradient, [[0.5, -0.5], [0, 0]])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("own_labels", [False, True])
@pytest.mark.parametrize("shape", [(3, 5, 4), (4, 4, 4), (2, 2, 2), (3, 60, 10)])
def test_each_replica_has_its_own_loss_and_gradient_bit_equal_to_that_of_a_single_net(shape, own_labels, dtype):
    logits = drawn(*shape, dtype=dtype)
    labels = np.random.default_rng(1).integers(0, shape[2], shape[:2] if own_labels else shape[1])
    loss, gradient = cross_entropy(logits, labels)
    assert loss.shape == shape[:1] and gradient.shape == shape
    for r in range(shape[0]):
        single, single_gradient = cross_entropy(logits[r], labels[r] if own_labels else labels)
        assert loss[r] == single
        np.testing.assert_array_equal(gradient[r], single_gradient)
    targets = drawn(*shape, seed=1, dtype=dtype) if own_labels else drawn(*shape[1:], seed=1, dtype=dtype)
    loss, gradient = mse(logits, targets)
    assert loss.shape == shape[:1] and gradient.shape == shape
    for r in range(shape[0]):
        single, single_gradient = mse(logits[r], targets[r] if own_labels else targets)
        assert loss[r] == single
        np.testing.assert_array_equal(gradient[r], single_gradient)


@pytest.mark.parametrize("axes", [(1, 0, 2), (2, 1, 0), (0, 2, 1)])
def test_the_layout_of_the_logits_in_memory_does_not_matter(axes):
    logits, labels = drawn(3, 4, 5), np.array([0, 1, 2, 0])
    strange = np.ascontiguousarray(logits.transpose(axes)).transpose(np.argsort(axes))
    for one, other in zip(cross_entropy(strange, labels), cross_entropy(logits, labels), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-14)
    everywhere = np.broadcast_to(logits[0], (3, 4, 5))
    np.testing.assert_array_equal(cross_entropy(everywhere, labels)[1][2], cross_entropy(logits[0], labels)[1])


def test_the_losses_leave_their_input_alone():
    logits, labels, targets = drawn(4, 3), np.array([0, 2, 1, 2]), drawn(4, 3, seed=1)
    kept = logits.copy(), targets.copy()
    cross_entropy(logits, labels)
    mse(logits, targets)
    np.testing.assert_array_equal(logits, kept[0])
    np.testing.assert_array_equal(targets, kept[1])


def test_mse_is_averaged_over_batch_and_outputs():
    loss, gradient = mse(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1.0, 0.0], [0.0, 5.0]]))
    assert loss == (0 + 4 + 9 + 1) / 4
    np.testing.assert_array_equal(gradient, [[0, 1], [1.5, -0.5]])
    outputs, targets = drawn(5, 3), drawn(5, 3, seed=1)
    numerical = numerical_gradient(lambda value: mse(value, targets)[0], outputs)
    assert relative_error(mse(outputs, targets)[1], numerical) < 1e-9


def test_float32_stays_float32():
    logits = drawn(4, 3, dtype=np.float32)
    for loss, gradient in (cross_entropy(logits, np.array([0, 1, 2, 0])), mse(logits, logits + 1)):
        assert loss.dtype == gradient.dtype == np.float32


@pytest.mark.parametrize("labels", [[0, 1, 3], [0, -1, 2], [5, 5, 5]])
def test_labels_out_of_range_are_refused_and_the_range_is_named(labels):
    with pytest.raises(ValueError, match=rf"{min(labels)}.*{max(labels)}.*3 classes.*0 and 2"):
        cross_entropy(drawn(3, 3), np.array(labels))


@pytest.mark.parametrize("labels", [np.array([0.0, 1.0, 2.0]), np.eye(3), np.array([True, False, True])])
def test_labels_that_are_not_integers_are_refused(labels):
    with pytest.raises(TypeError, match=rf"{labels.dtype}.*integer"):
        cross_entropy(drawn(3, 3), labels)


@pytest.mark.parametrize("shape", [(2,), (4,), (3, 1), (3, 3), (2, 3), ()])
def test_a_wrong_number_of_labels_is_refused(shape):
    with pytest.raises(ValueError) as error:
        cross_entropy(drawn(3, 3), np.zeros(shape, int))
    assert str(shape) in str(error.value) and "(3,)" in str(error.value)


@pytest.mark.parametrize("shape", [(3,), (2, 2), (3, 1), (1, 3, 2)])
def test_targets_of_a_wrong_shape_are_refused_and_never_broadcast(shape):
    with pytest.raises(ValueError) as error:
        mse(drawn(3, 2), drawn(*shape))
    assert str(shape) in str(error.value) and "(3, 2)" in str(error.value)


def test_outputs_and_targets_of_mixed_dtypes_are_refused_and_both_named():
    with pytest.raises(TypeError, match=r"float32.*float64"):
        mse(drawn(3, 2, dtype=np.float32), drawn(3, 2))
