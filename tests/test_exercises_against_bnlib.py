"""The solutions of exercises against bnlib, which computes the same another way, and what is promised after them."""

import copy

import numpy as np
import pytest

from bnlib import MLP, SGD, BatchNorm, Linear, batch_norm, batch_norm_backward, exercises
from bnlib.elementwise import ReLU
from bnlib.gradcheck import numerical_gradient

SEEDS = range(20)
every_seed = pytest.mark.parametrize("seed", SEEDS)


def drawn(name, seed):
    """Arguments and answer of an exercise, in float64."""
    exercise = exercises.ALL[name]
    case = tuple(
        value.astype(float) if isinstance(value, np.ndarray) else value
        for value in exercise.draw(np.random.default_rng(seed))
    )
    return case, exercise.right(copy.deepcopy(case))


def close(found, expected, tolerance=1e-9):
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * np.abs(expected).max())


@every_seed
def test_dx_is_that_of_batch_norm_backward(seed):
    (dy, x, gamma, eps), found = drawn("dx", seed)
    close(found, batch_norm_backward(dy, batch_norm(x, gamma, 0 * gamma, eps)[1])[0])


@every_seed
def test_dgamma_and_dbeta_are_what_moving_gamma_and_beta_shows(seed):
    (dy, x_hat), (dgamma, dbeta) = drawn("dgamma_dbeta", seed)
    ones, zeros = np.ones(dy.shape[1]), np.zeros(dy.shape[1])
    close(dgamma, numerical_gradient(lambda gamma: (dy * (gamma * x_hat)).sum(), ones), 1e-6)
    close(dbeta, numerical_gradient(lambda beta: (dy * (x_hat + beta)).sum(), zeros), 1e-6)


@every_seed
def test_dx_constants_is_that_of_a_layer_in_eval_mode(seed):
    (dy, gamma, var, eps), found = drawn("dx_constants", seed)
    bn = BatchNorm(len(gamma), eps=eps)
    bn.gamma, bn.running_var = gamma, var
    bn.eval()
    bn.forward(np.random.default_rng(seed).normal(size=dy.shape))
    close(found, bn.backward(dy))


@every_seed
def test_central_difference_is_numerical_gradient_where_its_steps_are_h(seed):
    (f, x, h), _ = drawn("central_difference", seed)
    x = x / 4  # numerical_gradient takes longer steps for |x| > 1
    close(exercises.central_difference.right((f, x, h)), numerical_gradient(f, x, step=h))


@every_seed
def test_layer_forward_is_three_layers(seed):
    (x, W, gamma, beta, eps), found = drawn("layer_forward", seed)
    linear, bn = Linear(*W.shape, bias=False), BatchNorm(W.shape[1], eps=eps)
    linear.W, bn.gamma, bn.beta = W, gamma, beta
    close(found, ReLU().forward(bn.forward(linear.forward(x))))


def two_layers(n, eps, *, bias):
    linear, bn = Linear(3, n, bias=bias), BatchNorm(n, eps=eps)
    linear.W = np.random.default_rng(1).normal(size=(3, n))
    return linear, bn


@every_seed
def test_without_its_bias_a_layer_gives_the_same_in_both_modes(seed):
    (b, gamma, beta, mean, var, eps), (new_beta, new_mean) = drawn("leave_bias_out", seed)
    x, outputs = np.random.default_rng(seed).normal(size=(6, 3)), []
    for bias, *others in ((b, beta, mean), (None, new_beta, new_mean)):
        linear, bn = two_layers(len(b), eps, bias=bias is not None)
        bn.gamma, bn.running_var, (bn.beta, bn.running_mean) = gamma, var, others
        if bias is not None:
            linear.b = bias
        bn.eval()
        in_eval_mode = bn.forward(linear.forward(x))
        bn.train()
        outputs.append((in_eval_mode, bn.forward(linear.forward(x))))
    for one, other in zip(*outputs, strict=True):
        close(one, other)


@every_seed
def test_the_training_loop_is_a_layer_trained_with_sgd(seed):
    (x_hat, target, gamma, beta, lr, steps), found = drawn("training_loop", seed)
    m = len(x_hat)
    for _ in range(steps):
        loss = lambda both: np.square(both[0] * x_hat + both[1] - target).sum() / (2 * m)  # noqa: E731
        gamma, beta = np.stack([gamma, beta]) - lr * numerical_gradient(loss, np.stack([gamma, beta]))
    for one, other in zip(found, (gamma, beta), strict=True):
        close(one, other, 1e-6)


@every_seed
def test_a_step_with_momentum_is_that_of_bnlib(seed):
    rng = np.random.default_rng(seed)
    model = MLP((2, 3), norm=None, rng=rng, dtype=float)
    sgd = SGD(model, lr=0.1, momentum=0.9)
    w, v = model.layers[0].W.copy(), np.zeros((2, 3))
    for _ in range(4):
        model.forward(rng.normal(size=(5, 2)))
        model.backward(rng.normal(size=(5, 3)))
        w, v = exercises.sgd_momentum.right((w, v, model.layers[0].dW, 0.1, 0.9))
        sgd.step()
    close(w, model.layers[0].W)


# What is promised after the check


@pytest.mark.parametrize(("scale", "limit"), [(1, 2.0), (10, 0.02)])
def test_a_training_loop_on_normalized_values_learns_up_to_a_rate_of_2(scale, limit):
    z_hat = batch_norm(np.random.default_rng(0).normal(size=(200, 32)), np.ones(32), np.zeros(32))[0]
    learned, gone = (
        exercises.training_loop.right((scale * z_hat, 2 * z_hat + 1, np.ones(32), np.zeros(32), lr, 200))
        for lr in (0.95 * limit, 1.05 * limit)
    )
    assert np.abs(learned[0] - 2 / scale).max() < 1e-3 and np.abs(gone[0]).max() > 1e3


def test_the_f_of_central_difference_can_be_read_and_says_what_it_must_be_given():
    f = exercises.central_difference.draw(np.random.default_rng(0))[0]
    assert eval(repr(f), {"x": np.ones(f.shape), "sum": np.sum}) == pytest.approx(f(np.ones(f.shape)), rel=1e-12)

    def central_difference(f, x, h):
        return np.array([[f(value + h) - f(value - h) for value in row] for row in x]) / (2 * h)

    told = exercises.central_difference.message(central_difference, np.random.default_rng(0))
    assert "raises ValueError: f takes all of x, of shape" in told and "It was called with f=0." in told
    assert " at 0x" not in told


def test_a_point_that_does_not_stay_where_it_was_is_noticed():
    def central_difference(f, x, h):
        gradient = np.empty(x.shape)
        for i in np.ndindex(x.shape):
            x[i] += h
            up = f(x)
            x[i] -= 2 * h
            gradient[i] = (up - f(x)) / (2 * h)
        return gradient

    told = exercises.central_difference.message(central_difference, np.random.default_rng(0))
    assert told.startswith("Your function writes into its argument x")
