"""A whole net against torch.nn: 20 steps of training in float64. Run by `make oracle`."""

import copy

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch is not installed here: run `make oracle`")

import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bnlib.batchnorm import BatchNorm
from bnlib.inference import reestimate
from bnlib.linear import Linear
from bnlib.losses import cross_entropy, mse
from bnlib.mlp import MLP
from bnlib.training import fit

torch.set_num_threads(1)  # these nets are small
STEPS = 20
ACTIVATIONS = {"relu": torch.nn.ReLU, "sigmoid": torch.nn.Sigmoid, "tanh": torch.nn.Tanh}


def to_torch(model, activation):
    """The same net in torch.nn, with the same parameters."""
    modules = []
    for layer in model.layers:
        if isinstance(layer, Linear):
            inputs, outputs = layer.W.shape
            module = torch.nn.Linear(inputs, outputs, bias=layer.b is not None, dtype=torch.float64)
            with torch.no_grad():
                module.weight.copy_(torch.from_numpy(layer.W.T.copy()))
                if layer.b is not None:
                    module.bias.copy_(torch.from_numpy(layer.b))
        elif isinstance(layer, BatchNorm):
            module = torch.nn.BatchNorm1d(layer.features, layer.eps, layer.momentum, layer.affine, dtype=torch.float64)
        else:
            module = ACTIVATIONS[activation]()
        modules.append(module)
    return torch.nn.Sequential(*modules)


def assert_equal_nets(model, twin, tolerance):
    for layer, module in zip(model.layers, twin, strict=True):
        pairs = {}
        if isinstance(layer, Linear):
            pairs = {"W": (layer.W, module.weight.T), "b": (layer.b, module.bias)}
        elif isinstance(layer, BatchNorm):
            pairs = {"mean": (layer.running_mean, module.running_mean), "var": (layer.running_var, module.running_var)}
            if layer.affine:
                pairs |= {"gamma": (layer.gamma, module.weight), "beta": (layer.beta, module.bias)}
            assert layer.batches_seen == module.num_batches_tracked
        for name, (ours, theirs) in pairs.items():
            if ours is not None:
                theirs = theirs.detach().numpy()
                scale = max(1.0, np.abs(theirs).max())
                assert np.abs(ours - theirs).max() <= tolerance * scale, name


@settings(max_examples=60, deadline=None, print_blob=True)
@given(
    seed=st.integers(0, 2**32 - 1),
    hidden=st.lists(st.integers(1, 12), min_size=1, max_size=3),
    norm=st.sampled_from(["batch", "batch", "batch", None]),
    placement=st.sampled_from(["before", "after"]),
    activation=st.sampled_from(list(ACTIVATIONS)),
    bias=st.sampled_from([None, True, False]),
    bn=st.fixed_dictionaries(
        {"eps": st.sampled_from([1e-5, 1e-3]), "momentum": st.sampled_from([0.1, None, 0.4]), "affine": st.booleans()}
    ),
    weight_decay=st.sampled_from([0.0, 0.01]),
    sgd_momentum=st.sampled_from([0.9, 0.0]),
    loss=st.sampled_from(["cross_entropy", "mse"]),
)
def test_twenty_steps_of_training_equal_pytorchs(
    seed, hidden, norm, placement, activation, bias, bn, weight_decay, sgd_momentum, loss
):
    inputs, outputs, n, batch_size, lr = 4, 3, 50, 16, 0.02
    options = {"norm": norm, "activation": activation, "bias": bias}
    options |= {"placement": placement, "bn": bn} if norm else {}
    rng = np.random.default_rng(seed)
    model = MLP((inputs, *hidden, outputs), rng=rng, dtype=np.float64, **options)
    x, labels = rng.standard_normal((n, inputs)) * 2 + 1, rng.integers(0, outputs, n)
    targets = labels if loss == "cross_entropy" else rng.standard_normal((n, outputs))
    twin, nudged = to_torch(model, activation), copy.deepcopy(model)
    nudged.state *= 1 + 1e-14
    weights = [module.weight for module in twin if isinstance(module, torch.nn.Linear)]
    others = [p for p in twin.parameters() if not any(p is weight for weight in weights)]
    groups = [{"params": weights, "weight_decay": weight_decay}, {"params": others}]
    sgd = torch.optim.SGD(groups, lr=lr, momentum=sgd_momentum)
    criterion = {"cross_entropy": torch.nn.CrossEntropyLoss(), "mse": torch.nn.MSELoss()}[loss]

    run = {"steps": STEPS, "batch_size": batch_size, "lr": lr, "sgd_momentum": sgd_momentum}
    run |= {"weight_decay": weight_decay, "loss": loss}
    history = fit(model, x, targets, **run, rng=np.random.default_rng(seed))
    fit(nudged, x, targets, **run, rng=np.random.default_rng(seed))
    assume(np.abs(nudged.state - model.state).max() < 1e-10)  # a few nets magnify rounding 10,000 times and more

    order, losses, per_epoch = np.random.default_rng(seed), [], n // batch_size
    for step in range(STEPS):
        if step % per_epoch == 0:
            shuffled = order.permutation(n)
        batch = shuffled[step % per_epoch * batch_size :][:batch_size]
        sgd.zero_grad()
        value = criterion(twin(torch.from_numpy(x[batch])), torch.from_numpy(targets[batch]))
        value.backward()
        sgd.step()
        losses.append(value.item())
    np.testing.assert_allclose(history.loss, losses, rtol=1e-10, atol=1e-12)
    assert_equal_nets(model, twin, 1e-10)
    with torch.no_grad():
        expected = twin.eval()(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(model.infer(x), expected, rtol=0, atol=1e-10 * max(1, np.abs(expected).max()))


@settings(max_examples=100, deadline=None)
@given(st.integers(2, 40), st.integers(1, 12), st.floats(0.01, 100), st.integers(0, 2**32 - 1))
def test_the_losses_and_their_gradients_equal_pytorchs(batch, classes, scale, seed):
    rng = np.random.default_rng(seed)
    outputs, labels = scale * rng.standard_normal((batch, classes)), rng.integers(0, classes, batch)
    targets = rng.standard_normal((batch, classes))
    pairs = ((cross_entropy, torch.nn.CrossEntropyLoss(), labels), (mse, torch.nn.MSELoss(), targets))
    for ours, theirs, goal in pairs:
        loss, gradient = ours(outputs, goal)
        variable = torch.from_numpy(outputs).requires_grad_()
        expected = theirs(variable, torch.from_numpy(goal))
        expected.backward()
        np.testing.assert_allclose(loss, expected.item(), rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(gradient, variable.grad.numpy(), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("placement", ["before", "after"])
def test_reestimating_is_one_training_pass_with_momentum_one(placement):
    rng = np.random.default_rng(0)
    model = MLP((4, 6, 5, 3), placement=placement, rng=rng, dtype=np.float64)
    x = rng.standard_normal((30, 4)) * 3 + 1
    twin = to_torch(model, "relu")
    for module in twin:
        if isinstance(module, torch.nn.BatchNorm1d):
            module.momentum = 1.0
    with torch.no_grad():
        twin(torch.from_numpy(x))
    reestimate(model, x)
    assert_equal_nets(model, twin, 1e-12)
