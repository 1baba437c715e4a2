"""Central differences, checked on functions whose gradient is known."""

import numpy as np
import pytest

from bnlib.gradcheck import numerical_gradient, relative_error


def test_the_gradient_of_a_product_of_sines_is_found_in_any_shape():
    x = np.random.default_rng(0).standard_normal((2, 3, 2))
    weights = np.arange(1.0, 13.0).reshape(x.shape)
    found = numerical_gradient(lambda value: np.sum(weights * np.sin(value)), x)
    np.testing.assert_allclose(found, weights * np.cos(x), rtol=0, atol=1e-8)


def test_the_difference_is_central():
    """The error of a one-sided difference of x^2 is h; a central one has none but rounding."""
    found = numerical_gradient(lambda value: float(value[0] ** 2), np.array([0.5]), step=1e-3)
    np.testing.assert_allclose(found, [1.0], rtol=0, atol=1e-12)


def test_the_step_can_be_chosen():
    """For x^3 the error of a central difference is exactly h^2."""
    found = numerical_gradient(lambda value: float(value[0] ** 3), np.array([0.5]), step=1e-2)
    np.testing.assert_allclose(found - 0.75, 1e-4, rtol=1e-9)


def test_large_values_get_a_step_in_proportion():
    found = numerical_gradient(lambda value: float(value[0] ** 2), np.array([1e9]))
    np.testing.assert_allclose(found, [2e9], rtol=1e-9)


def test_the_point_is_left_as_it_was_also_when_the_function_raises():
    x = np.array([1.0, 2.0])
    numerical_gradient(lambda value: float(np.sum(value)), x)
    np.testing.assert_array_equal(x, [1, 2])

    def fails(value):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        numerical_gradient(fails, x)
    np.testing.assert_array_equal(x, [1, 2])


def test_a_function_that_changes_the_mode_of_nothing_sees_each_value_moved_alone():
    seen = []
    numerical_gradient(lambda value: seen.append(value.copy()) or 0.0, np.zeros(2), step=0.5)
    np.testing.assert_array_equal(seen, [[0.5, 0], [-0.5, 0], [0, 0.5], [0, -0.5]])


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_only_float64_is_precise_enough(dtype):
    with pytest.raises(TypeError, match=rf"{dtype}.*float64"):
        numerical_gradient(lambda value: float(np.sum(value)), np.ones(2, dtype))


def test_the_relative_error_is_the_largest_difference_over_the_largest_value():
    assert relative_error([1.0, -10.0], [1.5, -9.0]) == pytest.approx(1 / 10, rel=1e-15)
    assert relative_error([0.0, 2.0], [0.0, -4.0]) == pytest.approx(6 / 4, rel=1e-15)
    assert relative_error(np.zeros(3), np.zeros(3)) == 0
    assert relative_error(np.zeros(3), np.full(3, 1e-300)) == 1


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_nan_and_infinity_are_never_a_small_error(bad):
    for a, b in (([bad, 1.0], [1.0, 1.0]), ([1.0, 1.0], [1.0, bad]), ([bad], [bad]), ([0.0], [bad])):
        with np.errstate(invalid="ignore"):
            assert not relative_error(a, b) < 1e6


def test_only_equal_shapes_are_compared():
    with pytest.raises(ValueError, match=r"\(2,\).*\(1, 2\)"):
        relative_error(np.zeros(2), np.zeros((1, 2)))


def test_a_function_that_returns_a_view_of_its_argument_has_its_gradient():
    np.testing.assert_allclose(numerical_gradient(lambda x: x[..., 0], np.array([1.0, 2.0])), [1, 0], atol=1e-9)


def test_unsigned_integers_are_compared_as_numbers():
    assert relative_error(np.array([1], np.uint8), np.array([2], np.uint8)) == 0.5
