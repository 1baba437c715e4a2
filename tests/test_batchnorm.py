"""Batch normalization: against stored results of PyTorch, against central differences, and convention by convention."""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest
from golden.cases import by_bnlib, checksum, distances, output_shapes, random_case
from hypothesis import given, settings
from hypothesis import strategies as st

from bnlib.batchnorm import BatchNorm, batch_norm, batch_norm_backward
from bnlib.gradcheck import numerical_gradient, relative_error

GOLDEN = Path(__file__).parent / "golden" / "batchnorm.npz"
STATE = ("gamma", "beta", "running_mean", "running_var")


def normal(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng([len(shape), *shape, seed]).standard_normal(shape).astype(dtype)


def some_layer(features=3, **options):
    """A layer in the middle of its life: nothing is 0 or 1 by chance."""
    layer = BatchNorm(features, **options)
    shape = layer.running_mean.shape
    layer.gamma = normal(*shape, seed=91, dtype=layer.dtype)
    layer.beta = normal(*shape, seed=92, dtype=layer.dtype)
    layer.running_mean = normal(*shape, seed=93, dtype=layer.dtype)
    layer.running_var = 0.5 + normal(*shape, seed=94, dtype=layer.dtype) ** 2
    return layer


def state(layer):
    return {name: getattr(layer, name).copy() for name in STATE} | {"seen": layer.batches_seen, "on": layer.training}


def assert_same_state(before, after):
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value, err_msg=name)


# --- PyTorch's results, stored ---


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def test_the_stored_collection_is_large_and_varied(golden):
    cases = [random_case(i) for i in range(len(golden["checksums"]))]
    assert len(cases) >= 500
    assert {case.batch for case in cases} >= {2, 3, 200} and {case.features for case in cases} >= {1, 2, 40}
    assert {case.offset for case in cases} >= {0, 1e6} and {case.scale for case in cases} >= {1e-3, 1e3}
    assert {case.momentum for case in cases} >= {None, 0.0, 0.1, 1.0}
    assert {case.affine for case in cases} == {True, False}
    assert GOLDEN.stat().st_size < 1.5e6


def test_every_stored_case_equals_pytorch(golden):
    position, failures = 0, []
    for index, crc in enumerate(golden["checksums"]):
        case, expected = random_case(index), {}
        assert checksum(case) == crc, f"case {index}: the inputs drawn here are not those PyTorch was given"
        for name, shape in output_shapes(case).items():
            size = int(np.prod(shape))
            expected[name] = golden["values"][position : position + size].reshape(shape)
            position += size
        for name, distance in distances(case, by_bnlib(case), expected).items():
            if distance > 1:
                failures.append(f"{name} differs by {distance:.3g} tolerances in case {index}: {case}")
    assert position == golden["values"].size
    assert not failures, f"{len(failures)} arrays differ:\n" + "\n".join(failures[:10])


# --- training mode: what comes out ---


def test_each_feature_is_normalized_over_the_batch_axis():
    x = normal(5, 3) * [1, 10, 100] + [0, 5, -7]
    y, _ = batch_norm(x, np.ones(3), np.zeros(3), eps=0.0)
    for j in range(3):
        column = [float(v) for v in x[:, j]]
        mean = sum(column) / 5
        var = sum((v - mean) ** 2 for v in column) / 5
        np.testing.assert_allclose(y[:, j], [(v - mean) / var**0.5 for v in column], rtol=1e-12)


def test_the_variance_divides_by_m():
    x = np.array([[0.0], [0.0], [3.0]])  # mean 1, squares 1 + 1 + 4 = 6, over 3: 2
    y, _ = batch_norm(x, np.ones(1), np.zeros(1), eps=0.0)
    np.testing.assert_allclose(y[:, 0], np.array([-1, -1, 2]) / 2**0.5, rtol=1e-15)


def test_eps_is_added_to_the_variance_inside_the_root():
    x = np.array([[-4.0], [4.0]])  # variance 16; with eps 9 the root is 5, outside it would be 4 + 9 or 4 + 3
    y, _ = batch_norm(x, np.ones(1), np.zeros(1), eps=9.0)
    np.testing.assert_allclose(y[:, 0], [-0.8, 0.8], rtol=1e-15)


def test_eps_is_1e_5_when_not_given():
    x = np.array([[-1e-3], [1e-3]])
    expected = 1e-3 / (1e-6 + 1e-5) ** 0.5
    np.testing.assert_allclose(batch_norm(x, np.ones(1), np.zeros(1))[0][:, 0], [-expected, expected], rtol=1e-14)
    np.testing.assert_allclose(BatchNorm(1).forward(x)[:, 0], [-expected, expected], rtol=1e-14)


def test_gamma_multiplies_and_beta_is_added_afterwards():
    x = np.array([[-1.0, -1.0], [1.0, 1.0]])
    y, _ = batch_norm(x, np.array([2.0, -3.0]), np.array([10.0, 20.0]), eps=0.0)
    np.testing.assert_allclose(y, [[8, 23], [12, 17]], rtol=1e-15)


def test_function_and_layer_give_the_same_bits():
    layer, x, dy = some_layer(4, eps=0.03), normal(6, 4), normal(6, 4, seed=1)
    y, cache = batch_norm(x, layer.gamma, layer.beta, eps=0.03)
    dx, dgamma, dbeta = batch_norm_backward(dy, cache)
    np.testing.assert_array_equal(layer.forward(x), y)
    np.testing.assert_array_equal(layer.backward(dy), dx)
    np.testing.assert_array_equal(layer.dgamma, dgamma)
    np.testing.assert_array_equal(layer.dbeta, dbeta)


numbers = st.floats(-100, 100).map(lambda value: round(value, 3))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(2, 50), st.floats(1e-3, 1e3), numbers, st.booleans(), st.integers(0, 10**6))
def test_a_shift_and_a_positive_factor_change_nothing_and_a_negative_one_the_sign(batch, a, b, negative, seed):
    x = normal(batch, 2, seed=seed) * [1, 5] + [3, 0]
    sign = -1 if negative else 1
    before, _ = batch_norm(x, np.ones(2), np.zeros(2), eps=0.0)
    after, _ = batch_norm(sign * a * x + b, np.ones(2), np.zeros(2), eps=0.0)
    condition = 1 + np.max((np.abs(b) / a + np.abs(x.mean(axis=0))) / x.std(axis=0))
    np.testing.assert_allclose(after, sign * before, atol=1e-12 * condition * batch**0.5, rtol=0)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.integers(2, 50), numbers, numbers, st.floats(0, 10), st.integers(0, 10**6))
def test_the_output_has_mean_beta_and_variance_gamma_squared_but_for_the_share_of_eps(batch, gamma, beta, eps, seed):
    x = normal(batch, 1, seed=seed) * 2 + 7
    y, _ = batch_norm(x, np.array([gamma]), np.array([beta]), eps=eps)
    expected = gamma**2 * x.var() / (x.var() + eps)
    size = abs(gamma) + abs(beta)
    np.testing.assert_allclose(y.mean(), beta, rtol=0, atol=1e-12 * (1 + 9 / x.std()) * size)
    np.testing.assert_allclose(y.var(), expected, rtol=0, atol=1e-12 * (1 + 9 / x.std()) * size**2)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(numbers, numbers)
def test_a_batch_of_two_becomes_minus_one_and_plus_one(a, b):
    y, _ = batch_norm(np.array([[a], [b]]), np.ones(1), np.zeros(1), eps=1e-300)
    np.testing.assert_allclose(y[:, 0], [np.sign(a - b), np.sign(b - a)], atol=1e-12)


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(2, 30), st.integers(0, 10**6))
def test_the_order_of_the_examples_in_a_batch_does_not_matter(batch, seed):
    x, order = normal(batch, 3, seed=seed), np.random.default_rng(seed).permutation(batch)
    one, other = BatchNorm(3), BatchNorm(3)
    np.testing.assert_allclose(other.forward(x[order]), one.forward(x)[order], rtol=0, atol=1e-12)
    np.testing.assert_allclose(other.running_var, one.running_var, rtol=1e-12)


def test_a_constant_feature_becomes_beta_and_gets_no_huge_gradient():
    x = normal(8, 2)
    x[:, 0] = 4.0
    y, cache = batch_norm(x, np.array([3.0, 1.0]), np.array([0.5, 0.0]))
    np.testing.assert_array_equal(y[:, 0], 0.5)
    dx, dgamma, _ = batch_norm_backward(normal(8, 2, seed=1), cache)
    assert dgamma[0] == 0 and np.isfinite(dx).all()


@pytest.mark.parametrize("deviation", [1, 100, 10_000])
@pytest.mark.parametrize("batch", [8, 32])
def test_the_float32_variance_survives_an_offset_of_a_million(batch, deviation):
    """Two passes: the mean is off by at most batch * u * |mean|, and the variance by the square of that, beside its own
    rounding. E[x^2] - E[x]^2 would be off by about u * mean^2 = 60,000, and below 0 half of the time."""
    u = 2.0**-24
    for seed in range(20):
        x = (1e6 + deviation * normal(batch, 1, seed=seed)).astype(np.float32)
        layer = BatchNorm(1, momentum=1.0, dtype=np.float32)
        y = layer.forward(x)
        exact = x.astype(np.float64).var(ddof=1)
        bound = 2 * (batch * u * 1e6) ** 2 + (batch + 6) * u * exact
        assert layer.running_var[0] >= 0 and np.isfinite(y).all()
        assert abs(float(layer.running_var[0]) - exact) <= bound
        assert float(np.mean(y.astype(float) ** 2)) <= 1 + 1e-5  # no value is blown up by a variance too small


# --- running statistics ---


def test_momentum_is_the_weight_of_the_newest_batch():
    layer = BatchNorm(1, momentum=0.25)
    layer.forward(np.array([[1.0], [3.0]]))  # mean 2, variance by m - 1: 2
    np.testing.assert_allclose([layer.running_mean[0], layer.running_var[0]], [0.5, 0.75 + 0.5], rtol=1e-15)
    layer.forward(np.array([[10.0], [14.0]]))  # mean 12, variance by m - 1: 8
    np.testing.assert_allclose(layer.running_mean, 0.75 * 0.5 + 0.25 * 12, rtol=1e-15)
    np.testing.assert_allclose(layer.running_var, 0.75 * 1.25 + 0.25 * 8, rtol=1e-15)


def test_momentum_is_a_tenth_and_statistics_start_at_zero_and_one():
    layer = BatchNorm(2)
    assert (layer.momentum, layer.eps, layer.batches_seen, layer.training) == (0.1, 1e-5, 0, True)
    for name, value in zip(STATE, (1, 0, 0, 1), strict=True):
        np.testing.assert_array_equal(getattr(layer, name), np.full(2, value))
        assert getattr(layer, name).dtype == np.float64


def test_the_running_variance_divides_by_m_minus_one():
    layer = BatchNorm(1, momentum=1.0)
    layer.forward(np.array([[0.0], [0.0], [3.0]]))
    np.testing.assert_allclose(layer.running_var, [3.0], rtol=1e-15)  # 6 / 2


def test_momentum_none_is_the_plain_average_over_all_batches():
    layer, batches = BatchNorm(2, momentum=None), [normal(5, 2, seed=k) * (k + 1) + k for k in range(4)]
    for batch in batches:
        layer.forward(batch)
    np.testing.assert_allclose(layer.running_mean, np.mean([b.mean(axis=0) for b in batches], axis=0), rtol=1e-12)
    np.testing.assert_allclose(layer.running_var, np.mean([b.var(axis=0, ddof=1) for b in batches], axis=0), rtol=1e-12)


@pytest.mark.parametrize("momentum", [1.0, None])
@pytest.mark.parametrize("dtype, rtol", [(np.float32, 1e-5), (np.float64, 1e-13)])
def test_the_first_values_of_the_statistics_leave_no_trace_when_their_weight_is_zero(momentum, dtype, rtol):
    layer, x = BatchNorm(3, momentum=momentum, dtype=dtype), normal(50, 3, dtype=dtype) * dtype(1e-4)
    layer.forward(x)
    np.testing.assert_allclose(layer.running_var, x.astype(np.float64).var(axis=0, ddof=1), rtol=rtol)


def test_momentum_zero_keeps_the_statistics_even_from_nan_and_counts_the_batch():
    layer = some_layer(momentum=0.0)
    before = state(layer)
    layer.forward(normal(5, 3))
    with np.errstate(invalid="ignore"):
        layer.forward(np.full((5, 3), np.nan))
    assert_same_state(before | {"seen": 2}, state(layer))


def test_batches_are_counted_in_training_mode_only():
    layer = BatchNorm(3)
    for _ in range(3):
        layer.forward(normal(5, 3))
    layer.eval()
    layer.forward(normal(5, 3))
    assert layer.batches_seen == 3
    layer.train()
    layer.forward(normal(5, 3))
    assert layer.batches_seen == 4


def test_backward_changes_no_statistics():
    layer = some_layer()
    layer.forward(normal(5, 3))
    before = state(layer)
    layer.backward(normal(5, 3, seed=1))
    assert_same_state(before, state(layer))


# --- eval mode ---


def test_eval_mode_uses_the_running_statistics_and_leaves_them_alone():
    layer = some_layer(eps=0.5)
    layer.eval()
    before, x = state(layer), normal(5, 3) + 4
    expected = layer.gamma * (x - layer.running_mean) / np.sqrt(layer.running_var + 0.5) + layer.beta
    np.testing.assert_allclose(layer.forward(x), expected, rtol=1e-12)
    layer.backward(x)
    assert_same_state(before, state(layer))


def test_in_eval_mode_an_example_does_not_depend_on_its_batch():
    layer, x = some_layer(), normal(5, 3)
    layer.eval()
    together = layer.forward(x)
    for i in range(5):
        np.testing.assert_array_equal(layer.forward(x[i : i + 1]), together[i : i + 1])


def test_train_and_eval_switch_the_mode():
    layer = BatchNorm(2)
    layer.eval()
    assert layer.training is False
    layer.train()
    assert layer.training is True


def test_the_gradient_belongs_to_the_mode_of_its_forward_pass():
    layer, x, dy = some_layer(), normal(5, 3), normal(5, 3, seed=1)
    layer.eval()
    layer.forward(x)
    layer.train()
    expected = dy * layer.gamma / np.sqrt(layer.running_var + layer.eps)
    np.testing.assert_allclose(layer.backward(dy), expected, rtol=1e-12)


# --- gradients ---


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("shape", [(2, 3), (3, 1), (7, 4), (3, 3, 2)])
@pytest.mark.parametrize("eps", [1e-5, 0.7])
def test_all_gradients_agree_with_central_differences(mode, shape, eps):
    layer = some_layer(shape[-1], eps=eps, replicas=shape[0] if len(shape) == 3 else None)
    getattr(layer, mode)()
    x, dy = normal(*shape) * 2 + 1, normal(*shape, seed=1)
    layer.forward(x)
    found = {"x": layer.backward(dy), "gamma": layer.dgamma, "beta": layer.dbeta}

    def loss(name, value):
        other = copy.deepcopy(layer)
        if name != "x":
            setattr(other, name, value)
        return np.sum(dy * other.forward(value if name == "x" else x))

    for name, start in (("x", x), ("gamma", layer.gamma.copy()), ("beta", layer.beta.copy())):
        numerical = numerical_gradient(lambda value, name=name: loss(name, value), start)
        assert np.max(np.abs(numerical)) > 1e-6
        # what a difference with h = 1e-5 can resolve: about 1e-10 of the values it subtracts
        np.testing.assert_allclose(found[name], numerical, rtol=1e-7, atol=2e-9, err_msg=name)


def test_the_gradient_sums_to_zero_over_the_batch_and_eps_alone_leaves_a_part_along_x_hat():
    x, dy, gamma, eps = normal(9, 4) * 3 + 2, normal(9, 4, seed=1), normal(4, seed=2), 0.4
    y, cache = batch_norm(x, gamma, np.zeros(4), eps=eps)
    dx, dgamma, _ = batch_norm_backward(dy, cache)
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-12)
    root = np.sqrt(x.var(axis=0) + eps)
    np.testing.assert_allclose((dx * y / gamma).sum(axis=0), gamma / root * dgamma * eps / root**2, atol=1e-12)
    _, cache = batch_norm(x, gamma, np.zeros(4), eps=0.0)
    dx, _, _ = batch_norm_backward(dy, cache)
    np.testing.assert_allclose((dx * y).sum(axis=0), 0, atol=1e-12)


def test_an_upstream_gradient_of_ones_gives_zero_which_is_why_tests_use_a_random_one():
    _, cache = batch_norm(normal(6, 3), np.ones(3), np.zeros(3))
    dx, dgamma, dbeta = batch_norm_backward(np.ones((6, 3)), cache)
    np.testing.assert_allclose(dx, 0, atol=1e-14)
    np.testing.assert_allclose(dgamma, 0, atol=1e-14)
    np.testing.assert_array_equal(dbeta, 6)


def test_the_gradient_of_a_batch_of_two_is_what_eps_leaves_of_it():
    """y = d / sqrt(d^2 + eps) for half the difference d: dy/dd = eps / (d^2 + eps)^(3/2)."""
    x, dy, eps = np.array([[1.0], [4.0]]), np.array([[0.3], [-1.1]]), 0.5
    _, cache = batch_norm(x, np.array([2.0]), np.zeros(1), eps=eps)
    slope = 2.0 * eps / (1.5**2 + eps) ** 1.5 * (0.3 + 1.1) / 2
    np.testing.assert_allclose(batch_norm_backward(dy, cache)[0][:, 0], [slope, -slope], rtol=1e-12)


def test_gradients_are_replaced_and_not_added_up():
    layer, x, dy = some_layer(), normal(5, 3), normal(5, 3, seed=1)
    layer.forward(x)
    layer.backward(dy)
    first = layer.dgamma.copy(), layer.dbeta.copy()
    layer.backward(dy)
    np.testing.assert_array_equal(layer.dgamma, first[0])
    np.testing.assert_array_equal(layer.dbeta, first[1])


def test_without_affine_the_output_is_x_hat_and_nothing_is_trained():
    layer, x, dy = BatchNorm(3, affine=False), normal(5, 3), normal(5, 3, seed=1)
    y, cache = batch_norm(x, np.ones(3), np.zeros(3))
    np.testing.assert_allclose(layer.forward(x), y, rtol=0, atol=1e-15)
    np.testing.assert_allclose(layer.backward(dy), batch_norm_backward(dy, cache)[0], rtol=0, atol=1e-15)
    assert layer.trained == ()
    assert BatchNorm(3).trained == ("gamma", "beta")


# --- replicas ---


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "replicas, batch, features", [(2, 5, 3), (4, 4, 3), (3, 3, 3), (1, 2, 1), (20, 20, 7), (3, 61, 1)]
)
def test_each_replica_is_bit_equal_to_a_layer_of_its_own(replicas, batch, features, dtype):
    layer = some_layer(features, replicas=replicas, dtype=dtype)
    singles = [BatchNorm(features, dtype=dtype) for _ in range(replicas)]
    for r, single in enumerate(singles):
        for name in STATE:
            setattr(single, name, getattr(layer, name)[r])
    for step in range(3):
        if step == 2:
            for each in (layer, *singles):
                each.eval()
        x, dy = (normal(replicas, batch, features, seed=seed, dtype=dtype) for seed in (step, 50))
        y, dx = layer.forward(x), layer.backward(dy)
        for r, single in enumerate(singles):
            np.testing.assert_array_equal(y[r], single.forward(x[r]))
            np.testing.assert_array_equal(dx[r], single.backward(dy[r]))
            for name in (*STATE, "dgamma", "dbeta"):
                assert getattr(layer, name).shape == (replicas, features)
                np.testing.assert_array_equal(getattr(layer, name)[r], getattr(single, name), err_msg=name)


def test_the_function_gives_each_replica_its_own_gamma_also_when_there_are_as_many_as_examples():
    x, gamma, beta, dy = normal(4, 4, 2), normal(4, 2, seed=1), normal(4, 2, seed=2), normal(4, 4, 2, seed=3)
    y, cache = batch_norm(x, gamma, beta)
    gradients = batch_norm_backward(dy, cache)
    for r in range(4):
        single, single_cache = batch_norm(x[r], gamma[r], beta[r])
        np.testing.assert_array_equal(y[r], single)
        for whole, part in zip(gradients, batch_norm_backward(dy[r], single_cache), strict=True):
            np.testing.assert_array_equal(whole[r], part)


def test_one_gamma_for_all_replicas_is_allowed_in_the_function():
    x, gamma, beta = normal(3, 4, 2), normal(2, seed=1), normal(2, seed=2)
    y, _ = batch_norm(x, gamma, beta)
    for r in range(3):
        np.testing.assert_array_equal(y[r], batch_norm(x[r], gamma, beta)[0])


def test_replicas_that_share_one_batch_each_count_it():
    layer, x = some_layer(3, replicas=5), normal(5, 3)
    y = layer.forward(x)
    assert y.shape == (5, 5, 3)
    copy_of_x = np.repeat(x[None], 5, axis=0)
    other = some_layer(3, replicas=5)
    np.testing.assert_array_equal(y, other.forward(copy_of_x))
    assert_same_state(state(other), state(layer))
    dy = normal(5, 5, 3, seed=1)
    np.testing.assert_array_equal(layer.backward(dy), other.backward(dy))
    np.testing.assert_array_equal(layer.dgamma, other.dgamma)


# --- parameters and what is returned ---


@pytest.mark.parametrize("name", STATE)
def test_assigning_copies_into_the_array_that_others_hold(name):
    layer = BatchNorm(3)
    held, value = getattr(layer, name), np.array([3.0, 4.0, 5.0])
    setattr(layer, name, value)
    assert np.shares_memory(getattr(layer, name), held)
    np.testing.assert_array_equal(held, value)
    value[0] = 99
    assert held[0] == 3
    setattr(layer, name, 7.0)
    np.testing.assert_array_equal(held, 7)


@pytest.mark.parametrize("name", STATE)
def test_assigning_a_wrong_shape_or_dtype_raises_and_changes_nothing(name):
    layer = some_layer()
    before = state(layer)
    with pytest.raises(ValueError, match=rf"{name}.*\(3,\).*\(4,\)"):
        setattr(layer, name, np.zeros(4))
    with pytest.raises(TypeError, match=rf"{name}.*float64.*float32"):
        setattr(layer, name, np.zeros(3, np.float32))
    assert_same_state(before, state(layer))


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))])
def test_a_copied_or_pickled_layer_is_the_same_and_independent(duplicate):
    layer = some_layer()
    layer.forward(normal(5, 3))
    other = duplicate(layer)
    assert_same_state(state(layer), state(other))
    before = state(layer)
    other.gamma = 0.0
    other.forward(normal(5, 3, seed=1))
    assert_same_state(before, state(layer))
    np.testing.assert_array_equal(other.gamma, 0)


@pytest.mark.parametrize("mode", ["train", "eval"])
def test_what_a_call_returned_is_not_overwritten_by_the_next_and_input_is_left_alone(mode):
    layer, x, dy = some_layer(), normal(5, 3), normal(5, 3, seed=1)
    getattr(layer, mode)()
    inputs = x.copy(), dy.copy()
    y, dx = layer.forward(x), layer.backward(dy)
    kept = y.copy(), dx.copy()
    layer.forward(x + normal(5, 3, seed=2))
    layer.backward(dy * 2)
    for now, then in zip((y, dx, x, dy), (*kept, *inputs), strict=True):
        np.testing.assert_array_equal(now, then)


def test_changing_an_output_in_place_does_not_change_the_gradient():
    layer, x, dy = some_layer(), normal(5, 3), normal(5, 3, seed=1)
    layer.forward(x)
    expected = layer.backward(dy)
    y = layer.forward(x)
    y *= 0
    np.testing.assert_array_equal(layer.backward(dy), expected)


def test_a_forward_pass_of_a_copy_leaves_the_backward_pass_of_the_original_as_it_was():
    layer, x, dy = some_layer(), normal(5, 3), normal(5, 3, seed=1)
    layer.forward(x)
    expected = layer.backward(dy)
    layer.forward(x)
    copy.copy(layer).forward(x + dy)
    np.testing.assert_array_equal(layer.backward(dy), expected)


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("number", [float, np.float64])
def test_float32_in_gives_float32_out_everywhere(mode, number):
    layer = BatchNorm(3, eps=number(1e-3), momentum=number(0.2), dtype=np.float32)
    getattr(layer, mode)()
    x = normal(5, 3, dtype=np.float32)
    results = {"y": layer.forward(x), "dx": layer.backward(x)}
    results |= {name: getattr(layer, name) for name in (*STATE, "dgamma", "dbeta")}
    assert {name: result.dtype for name, result in results.items()} == dict.fromkeys(results, np.dtype(np.float32))
    y, cache = batch_norm(x, layer.gamma, layer.beta, eps=number(1e-3))
    results = [y, *cache, *batch_norm_backward(x, cache)]
    assert {result.dtype for result in results} == {np.dtype(np.float32)}


# --- bad input ---


def test_a_batch_of_one_is_refused_in_training_mode_and_welcome_in_eval_mode():
    layer = some_layer()
    before = state(layer)
    for call in (lambda x: layer.forward(x), lambda x: batch_norm(x, np.ones(3), np.zeros(3))):
        with pytest.raises(ValueError, match=r"batch of 1.*\(1, 3\).*at least two.*eval"):
            call(normal(1, 3))
    assert_same_state(before, state(layer))
    layer.eval()
    assert layer.forward(normal(1, 3)).shape == (1, 3)


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("shape", [(5, 2), (5, 1), (3,), (), (2, 5, 3), (1, 5, 3)])
def test_a_wrong_shape_is_named_together_with_the_expected_one(shape, mode):
    layer = some_layer()
    getattr(layer, mode)()
    before = state(layer)
    with pytest.raises(ValueError) as error:
        layer.forward(normal(*shape))
    assert str(shape) in str(error.value) and "(batch, 3)" in str(error.value)
    assert_same_state(before, state(layer))


def test_a_wrong_number_of_replicas_is_refused():
    layer = some_layer(replicas=4)
    before = state(layer)
    for shape in [(3, 4, 3), (1, 4, 3), (4, 4, 2)]:
        with pytest.raises(ValueError) as error:
            layer.forward(normal(*shape))
        assert str(shape) in str(error.value) and "(4, batch, 3)" in str(error.value)
    assert_same_state(before, state(layer))


@pytest.mark.parametrize("mode", ["train", "eval"])
@pytest.mark.parametrize("ours, given", [("float64", "float32"), ("float32", "float64"), ("float32", "int64")])
def test_mixed_dtypes_are_refused_and_both_named(ours, given, mode):
    layer = some_layer(dtype=ours)
    getattr(layer, mode)()
    before = state(layer)
    with pytest.raises(TypeError, match=rf"(?s)(?=.*{ours})(?=.*{given})"):
        layer.forward(np.arange(12).reshape(4, 3).astype(given))
    assert_same_state(before, state(layer))
    layer.forward(normal(4, 3, dtype=ours))
    with pytest.raises(TypeError, match=rf"(?s)(?=.*{ours})(?=.*{given})"):
        layer.backward(np.ones((4, 3), given))
    with pytest.raises(TypeError, match=rf"(?s)(?=.*{ours})(?=.*{given})"):
        batch_norm(np.arange(12).reshape(4, 3).astype(given), np.ones(3, ours), np.zeros(3, ours))


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_the_function_refuses_nan_and_infinity(bad):
    x = normal(5, 3)
    x[2, 1] = bad
    with pytest.raises(ValueError, match=r"(?i)x.* 1 .*(nan|infini)"):
        batch_norm(x, np.ones(3), np.zeros(3))


def test_one_nan_stays_in_the_running_statistics_of_its_feature_for_ever():
    layer, x = BatchNorm(3), normal(5, 3)
    x[2, 1] = np.nan
    with np.errstate(invalid="ignore"):
        layer.forward(x)
    for _ in range(100):
        layer.forward(normal(5, 3))
    np.testing.assert_array_equal(np.isnan(layer.running_mean), [False, True, False])
    np.testing.assert_array_equal(np.isnan(layer.running_var), [False, True, False])


@pytest.mark.parametrize("eps", [-1e-5, np.nan, np.inf])
def test_eps_must_be_finite_and_not_negative(eps):
    for call in (lambda: BatchNorm(3, eps=eps), lambda: batch_norm(normal(5, 3), np.ones(3), np.zeros(3), eps=eps)):
        with pytest.raises(ValueError, match=rf"eps.*{eps}"):
            call()


@pytest.mark.parametrize("momentum", [-0.1, 1.1, np.nan, 99])
def test_momentum_must_lie_between_zero_and_one(momentum):
    with pytest.raises(ValueError, match=rf"momentum.*0 to 1.*None.*{momentum}"):
        BatchNorm(3, momentum=momentum)


@pytest.mark.parametrize("name", ["gamma", "beta"])
@pytest.mark.parametrize("shape", [(4,), (1,), (), (5, 3), (1, 3)])
def test_the_function_refuses_a_gamma_or_beta_that_does_not_fit(name, shape):
    arguments = {"gamma": np.ones(3), "beta": np.zeros(3)} | {name: np.ones(shape)}
    with pytest.raises(ValueError) as error:
        batch_norm(normal(5, 3), **arguments)
    assert name in str(error.value) and str(shape) in str(error.value) and "(3,)" in str(error.value)


def test_the_function_refuses_a_vector():
    with pytest.raises(ValueError, match=r"\(\.\.\., batch, features\).*\(3,\)"):
        batch_norm(normal(3), np.ones(3), np.zeros(3))


def test_backward_before_forward_says_to_call_forward_first():
    layer = BatchNorm(3)
    with pytest.raises(RuntimeError, match=r"backward.*forward"):
        layer.backward(normal(5, 3))


@pytest.mark.parametrize("shape", [(4, 3), (5, 2), (3,), (1, 3), (5, 1), (2, 5, 3)])
@pytest.mark.parametrize("mode", ["train", "eval"])
def test_an_upstream_gradient_of_another_shape_is_refused(shape, mode):
    layer = some_layer()
    getattr(layer, mode)()
    layer.forward(normal(5, 3))
    layer.backward(normal(5, 3))
    before = layer.dgamma.copy()
    with pytest.raises(ValueError) as error:
        layer.backward(normal(*shape))
    assert str(shape) in str(error.value) and "(5, 3)" in str(error.value)
    np.testing.assert_array_equal(layer.dgamma, before)
    assert relative_error(layer.dgamma, before) == 0
