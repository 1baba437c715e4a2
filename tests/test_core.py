"""What holds for all of the core: dtypes, arrays that others hold, assignments, layers of one's own."""

import copy

import numpy as np
import pytest

from bnlib import batchnorm, losses
from bnlib.batchnorm import BatchNorm, batch_norm, batch_norm_backward
from bnlib.elementwise import Elementwise
from bnlib.inference import accuracy
from bnlib.mlp import MLP
from bnlib.sgd import SGD
from bnlib.training import Training, fit

pytestmark = pytest.mark.filterwarnings("error")

SIZES = (3, 6, 5, 2)


def rng(seed=0):
    return np.random.default_rng(seed)


def problem(n=40):
    x = rng(7).standard_normal((n, 3)).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] > 0).astype(int)


def start(model, **options):
    return Training(model, *problem(), **({"batch_size": 8, "lr": 0.1, "rng": rng(1)} | options))


# --- dtypes ---


class Watched(np.ndarray):
    """An array that notes the dtype of all that is computed from it, also what is not kept."""

    seen = set()

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **settings):
        plain = [np.asarray(each) for each in inputs if isinstance(each, np.ndarray)]
        arrays = iter(plain)
        inputs = [next(arrays) if isinstance(each, np.ndarray) else each for each in inputs]
        if out is not None:
            settings["out"] = tuple(np.asarray(each) for each in out)
        result = getattr(ufunc, method)(*inputs, **settings)
        self.seen.add(result.dtype)
        return out[0] if out is not None else np.asarray(result).view(Watched)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(8, 5), (3, 8, 5)])
def test_no_step_of_the_computation_leaves_the_dtype(shape, dtype):
    x, dy = (rng(seed).standard_normal(shape).astype(dtype).view(Watched) for seed in (0, 1))
    gamma, beta = rng(2).uniform(0.5, 1.5, (2, *shape[:-2], 1, 5)).astype(dtype)
    labels = rng(3).integers(0, 5, shape[:-1])
    Watched.seen.clear()
    _, cache = batchnorm.transform(x, gamma, beta, 1e-5)
    batchnorm.gradients(dy, cache)
    losses.unchecked_cross_entropy(x, labels)
    losses.unchecked_mse(x, dy)
    assert Watched.seen == {np.dtype(dtype)}


def arrays_in(thing, seen):
    """Every array that can be reached from an object."""
    if id(thing) in seen:
        return
    seen[id(thing)] = thing
    if isinstance(thing, np.ndarray):
        yield thing
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from arrays_in(value, seen)
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from arrays_in(value, seen)
    elif type(thing).__module__.startswith("bnlib"):
        yield from arrays_in(vars(thing), seen)


@pytest.mark.parametrize("options", [{}, {"placement": "after", "activation": "tanh"}, {"dropout": 0.3}], ids=str)
@pytest.mark.parametrize("replicas", [None, 3])
def test_a_run_in_float32_holds_no_float64(replicas, options):
    run = start(MLP(SIZES, replicas=replicas, rng=rng(), **options), weight_decay=np.float64(0.1), record=("std", 50))
    run.advance(3)
    run.model.backward(run.model.forward(problem()[0]))
    accuracies = run.history.pieces.pop("accuracy")
    held = list(arrays_in(run, {}))
    assert len(held) > 40
    assert {array.dtype for array in held} <= {np.dtype(kind) for kind in (np.float32, bool, int)}
    assert {array.dtype for array in accuracies} == {np.dtype(np.float64)}  # a share, not a value of the net


# --- arrays that others hold ---


@pytest.mark.parametrize("replicas", [None, 3])
def test_nothing_that_was_returned_is_overwritten_later(replicas):
    x, labels = problem()
    model = MLP(SIZES, replicas=replicas, rng=rng())
    run = start(model, record=("mean",), validation=(x, labels))
    history = run.advance(5)
    outputs = []
    dy = np.ones_like(model.forward(x, outputs))
    held = [*outputs, model.backward(dy), model.infer(x), model.predict(x), accuracy(model, x, labels)]
    held += [getattr(layer, "d" + name) for layer in model.layers for name in layer.trained]
    held += [history.loss, history.accuracy, history.validation_loss, *history.recorded["mean"]]
    y, cache = batch_norm(x, np.ones(3, np.float32), np.zeros(3, np.float32))
    held += [y, *cache, *batch_norm_backward(y, cache), *losses.cross_entropy(model.infer(x), np.zeros(40, int))]
    kept = copy.deepcopy(held)
    run.advance(7)
    fit(model, x, labels, steps=3, batch_size=40, lr=0.1, rng=rng(5))
    model.backward(2 * model.forward(x + 1))
    SGD(model, 0.1).step()
    model.infer(x + 1), accuracy(model, x + 1, 1 - labels)
    batch_norm_backward(y + 1, batch_norm(x + 1, np.ones(3, np.float32), np.zeros(3, np.float32))[1])
    for array, before in zip(held, kept, strict=True):
        np.testing.assert_array_equal(array, before)


def test_a_run_leaves_its_input_and_constants_as_they_were():
    """The kept rows of ones would spoil every later call, if one were written to."""
    x, labels = problem()
    start(MLP(SIZES, replicas=3, rng=rng())).advance(5)
    first = start(MLP(SIZES, replicas=3, rng=rng())).advance(5).loss
    np.testing.assert_array_equal(x, problem()[0])
    np.testing.assert_array_equal(first, start(MLP(SIZES, replicas=3, rng=rng())).advance(5).loss)


# --- assignments ---


@pytest.mark.parametrize("replicas", [None, 3])
def test_what_is_assigned_in_the_middle_of_a_run_is_what_the_next_step_starts_from(replicas):
    assigned, written = (start(MLP(SIZES, replicas=replicas, rng=rng())) for _ in range(2))
    assigned.advance(4)
    written.advance(4)
    for layer, twin in zip(assigned.model.layers, written.model.layers, strict=True):
        for name in layer.trained + layer.tracked:
            value = rng(len(name)).uniform(0.5, 1.5, getattr(layer, name).shape).astype(np.float32)
            setattr(layer, name, value)
            twin.arrays[name][...] = value.reshape(twin.arrays[name].shape)
    start_from = assigned.model.state.copy()
    np.testing.assert_array_equal(start_from, written.model.state)
    assigned.advance(1)
    written.advance(1)
    np.testing.assert_array_equal(assigned.model.state, written.model.state)
    step = np.abs(assigned.model.state - start_from)[..., : assigned.model.parameters.shape[-1]]
    assert 0 < step.max() < 0.5  # a step from there, and not from the old values
    held = assigned.model.layers[0].W
    assigned.advance(1)
    assert held is assigned.model.layers[0].W and np.shares_memory(held, assigned.model.state)


def test_a_momentum_changed_in_the_middle_of_a_run_holds_from_the_next_step_on():
    run = start(MLP(SIZES, replicas=3, rng=rng()))
    run.advance(2)
    for bn in run.model.batch_norm_layers():
        bn.momentum = 0.0
    before = run.model.statistics.copy()
    run.advance(2)
    np.testing.assert_array_equal(run.model.statistics, before)
    assert [bn.batches_seen for bn in run.model.batch_norm_layers()] == [4, 4]


# --- layers of one's own ---


class Jitter(Elementwise):
    """Scales and shifts each unit by noise, drawn anew at each step."""

    def __init__(self, rng):
        super().__init__()
        self.rng, self.calls = rng, 0

    def forward(self, x):
        x = self.check(x)
        self.calls += 1
        scale, shift = self.rng.uniform(0.5, 1.5, (2, *x.shape[:-2], 1, x.shape[-1])).astype(x.dtype)
        self.cache = np.broadcast_to(scale, x.shape)
        return x * self.cache + shift


@pytest.mark.parametrize("replicas", [None, 3])
def test_a_layer_of_ones_own_can_be_put_into_a_net(replicas):
    """It is one for all replicas, with its own generator, so it is neither copied nor split."""
    model = MLP(SIZES, replicas=replicas, rng=rng(), dtype=np.float64)
    jitters = [Jitter(rng(3)), Jitter(rng(4))]
    new = iter(jitters)
    model.layers[:] = [
        each for layer in model.layers for each in ([layer, next(new)] if isinstance(layer, BatchNorm) else [layer])
    ]
    x, labels = problem()
    start_from = model.state.copy()
    history = fit(model, x.astype(float), labels, steps=60, batch_size=20, lr=0.05, rng=rng(1))
    assert [jitter.calls for jitter in jitters] == [60, 60]
    assert np.isfinite(history.loss).all() and (history.loss[..., -10:].mean(-1) < history.loss[..., :5].mean(-1)).all()
    assert (model.parameters != start_from[..., : model.parameters.shape[-1]]).any()
    assert np.isfinite(model.infer(x.astype(float))).all()


class ByHand(BatchNorm):
    """Makes its gradients itself."""

    def backward(self, dy):
        cache = self.cache
        self.dgamma, self.dbeta = (dy * cache.x_hat).sum(axis=-2), dy.sum(axis=-2)
        dx = dy - dy.mean(axis=-2, keepdims=True) - cache.x_hat * (dy * cache.x_hat).mean(axis=-2, keepdims=True)
        return dx * cache.scale


@pytest.mark.parametrize("replicas", [None, 3])
def test_a_subclass_with_a_backward_of_its_own_trains_like_the_original(replicas):
    ours, theirs = (MLP(SIZES, replicas=replicas, rng=rng(), dtype=np.float64) for _ in range(2))
    theirs.layers = [
        ByHand(layer.features, replicas=replicas) if isinstance(layer, BatchNorm) else layer for layer in theirs.layers
    ]
    theirs.pack()
    x, labels = problem()
    for model in (ours, theirs):
        fit(model, x.astype(float), labels, steps=20, batch_size=8, lr=0.1, rng=rng(1))
    np.testing.assert_allclose(theirs.state, ours.state, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("replicas", [None, 3])
def test_batch_normalization_can_be_the_first_layer(replicas):
    x, labels = problem()
    x = 100 + 10 * x
    model = MLP(SIZES, replicas=replicas, rng=rng())
    model.layers.insert(0, BatchNorm(3, replicas=replicas, dtype=np.float32))
    model.pack()
    history = fit(model, x, labels, steps=30, batch_size=8, lr=0.1, rng=rng(1))
    assert np.isfinite(history.loss).all()
    first = model.layers[0]
    np.testing.assert_allclose(first.running_mean, np.broadcast_to(100, first.running_mean.shape), atol=12)
    assert (first.gamma != 1).any()
    assert model.backward(np.ones_like(model.forward(x))).shape[-2:] == (40, 3)


@pytest.mark.parametrize("replicas", [None, 3])
def test_a_step_of_the_optimizer_leaves_the_gradients_in_the_layers_as_they_are(replicas):
    x, labels = problem()
    model = MLP(SIZES, replicas=replicas, rng=rng())
    sgd = SGD(model, 0.1, weight_decay=0.01)
    for _ in range(2):  # in the second one the velocity is not 0
        model.backward(losses.cross_entropy(model.forward(x), labels)[1])
        held = [getattr(layer, "d" + name) for layer in model.layers for name in layer.trained]
        kept = copy.deepcopy(held)
        sgd.step()
        now = [getattr(layer, "d" + name) for layer in model.layers for name in layer.trained]
        for gradients in (held, now):
            for array, before in zip(gradients, kept, strict=True):
                np.testing.assert_array_equal(array, before)
