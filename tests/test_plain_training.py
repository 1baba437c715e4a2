"""The training loop of bnlib is written for speed. Here is a plain one, formula by formula, and both must agree."""

import numpy as np
import pytest

from bnlib.datasets.digits import load_digits
from bnlib.mlp import MLP
from bnlib.training import Training, fit

pytestmark = pytest.mark.filterwarnings("error")

NETS = {"small": ((2, 32, 32, 2), 32), "digits": ((64, 100, 100, 100, 10), 60), "wide": ((768, 64, 64, 2), 64)}
ACTIVATIONS = {
    "relu": (lambda x: np.where(x > 0, x, 0), lambda x: x > 0),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2),
    "tanh": (np.tanh, lambda x: 1 / np.cosh(x) ** 2),
}
EPS, MOMENTUM, SGD_MOMENTUM = 1e-5, 0.1, 0.9


class PlainNet:
    """One net as a list of dicts of arrays, copied out of replica r of an `MLP`; nothing of bnlib computes here."""

    def __init__(self, model, r=None):
        self.norm, self.first, self.dtype = bool(model.batch_norm_layers()), model.normalizes_first, model.dtype
        self.activation, self.slope = ACTIVATIONS[type(model.layers[2 if self.first else 1]).__name__.lower()]
        own = (lambda array: array.copy()) if r is None else (lambda array: array[r].copy())
        self.layers = [{"W": own(linear.W)} for linear in model.linear_layers()]
        for layer, linear in zip(self.layers, model.linear_layers(), strict=True):
            if linear.b is not None:
                layer["b"] = own(linear.b)
        for layer, bn in zip(self.layers, model.batch_norm_layers(), strict=False):
            for name in ("gamma", "beta", "running_mean", "running_var"):
                layer[name] = own(getattr(bn, name))
        self.velocity = [{name: 0 * array for name, array in layer.items()} for layer in self.layers]

    def normalize(self, x, layer):
        m, mean = len(x), x.mean(axis=0)
        var = ((x - mean) ** 2).mean(axis=0)
        layer["running_mean"] = ((1 - MOMENTUM) * layer["running_mean"] + MOMENTUM * mean).astype(self.dtype)
        layer["running_var"] = ((1 - MOMENTUM) * layer["running_var"] + MOMENTUM * var * m / (m - 1)).astype(self.dtype)
        x_hat = (x - mean) / np.sqrt(var + self.dtype.type(EPS))
        return layer["gamma"] * x_hat + layer["beta"], (x_hat, var)

    def normalize_backward(self, dy, kept, layer, gradient):
        x_hat, var = kept
        gradient["beta"], gradient["gamma"] = dy.sum(axis=0), (dy * x_hat).sum(axis=0)
        dx_hat = dy * layer["gamma"]
        centered = dx_hat - dx_hat.mean(axis=0) - x_hat * (dx_hat * x_hat).mean(axis=0)
        return centered / np.sqrt(var + self.dtype.type(EPS))

    def step(self, x, targets, lr, loss="cross_entropy", weight_decay=0.0):
        """One step of training. Returns the loss and the outputs before it."""
        kept, a = [], x
        for layer in self.layers[:-1]:
            z = a @ layer["W"] + layer.get("b", 0)
            before, normalized = z, None
            if self.norm and self.first:
                before, normalized = self.normalize(z, layer)
            after = self.activation(before).astype(self.dtype)
            out = after
            if self.norm and not self.first:
                out, normalized = self.normalize(after, layer)
            kept.append((a, before, normalized))
            a = out
        outputs = a @ self.layers[-1]["W"] + self.layers[-1]["b"]
        if loss == "mse":
            value, dy = ((outputs - targets) ** 2).mean(), 2 * (outputs - targets) / targets.size
        else:
            p = np.exp(outputs - outputs.max(axis=1, keepdims=True))
            p /= p.sum(axis=1, keepdims=True)
            rows = np.arange(len(p))
            value, dy = -np.log(p[rows, targets]).mean(), (p - np.eye(p.shape[1], dtype=p.dtype)[targets]) / len(p)
        gradients = [{} for _ in self.layers]
        gradients[-1] |= {"W": a.T @ dy, "b": dy.sum(axis=0)}
        dy = dy @ self.layers[-1]["W"].T
        for layer, gradient, (a, before, normalized) in reversed(
            list(zip(self.layers[:-1], gradients[:-1], kept, strict=True))
        ):
            if self.norm and not self.first:
                dy = self.normalize_backward(dy, normalized, layer, gradient)
            dy = (dy * self.slope(before)).astype(self.dtype)
            if self.norm and self.first:
                dy = self.normalize_backward(dy, normalized, layer, gradient)
            gradient["W"] = a.T @ dy
            if "b" in layer:
                gradient["b"] = dy.sum(axis=0)
            dy = dy @ layer["W"].T
        for layer, gradient, velocity in zip(self.layers, gradients, self.velocity, strict=True):
            for name, of_loss in gradient.items():
                of_loss = of_loss + weight_decay * layer[name] if name == "W" else of_loss
                velocity[name] = (SGD_MOMENTUM * velocity[name] + of_loss).astype(self.dtype)
                layer[name] = layer[name] - (lr * velocity[name]).astype(self.dtype)
        return value, outputs

    def train(self, x, targets, steps, batch_size, lr, rng, **settings):
        """Losses and accuracies of `steps` steps on mini-batches, every epoch in a new order."""
        losses, accuracies, per_epoch = [], [], len(x) // batch_size
        for step in range(steps):
            if step % per_epoch == 0:
                order = rng.permutation(len(x))
            rows = order[step % per_epoch * batch_size :][:batch_size]
            value, outputs = self.step(x[rows], targets[rows], lr, **settings)
            losses.append(value)
            if settings.get("loss") != "mse":
                accuracies.append((outputs.argmax(axis=1) == targets[rows]).mean())
        return np.array(losses), np.array(accuracies)


def data(sizes, batch, dtype):
    rng = np.random.default_rng(3)
    x = 1 + rng.standard_normal((3 * batch + 5, sizes[0]))  # so that no mean is 0 by chance
    labels = (x[:, 0] * sizes[-1] + x[:, 1]).astype(int) % sizes[-1]
    return x.astype(dtype), labels


def assert_same_net(model, plain, tolerance, r=None):
    """Every parameter and running statistic, relative to the largest value of its array."""
    now = PlainNet(model, r)
    for i, (ours, theirs) in enumerate(zip(now.layers, plain.layers, strict=True)):
        assert ours.keys() == theirs.keys()
        for name, array in theirs.items():
            assert ours[name].dtype == array.dtype == model.dtype
            difference = np.abs(ours[name] - array).max() / np.abs(array).max()
            assert difference <= tolerance, f"{name} of layer {i}: {difference:.1e}"


@pytest.mark.parametrize("dtype, tolerance", [(np.float32, 1e-6), (np.float64, 1e-14)])
@pytest.mark.parametrize("replicas", [None, 20])
@pytest.mark.parametrize("net", NETS)
def test_one_step_is_that_of_the_plain_loop(net, replicas, dtype, tolerance):
    """The second step of a run, whose velocity is not 0, with both loops started from the same state before it."""
    sizes, batch = NETS[net]
    x, labels = data(sizes, batch, dtype)
    model = MLP(sizes, replicas=replicas, rng=np.random.default_rng(0), dtype=dtype)
    for layer in model.batch_norm_layers() + model.linear_layers()[-1:]:  # nothing is 0 or 1 by chance
        for name in set(layer.trained) - {"W"}:
            getattr(layer, name)[...] = np.random.default_rng(2).uniform(0.5, 1.5, getattr(layer, name).shape)
    training = Training(model, x, labels, batch_size=batch, lr=0.05, rng=np.random.default_rng(1))
    generators = [np.random.default_rng(1)] if replicas is None else np.random.default_rng(1).spawn(replicas)
    orders = [rng.permutation(len(x)) for rng in generators]
    velocity = {}
    for step in range(2):
        rows = [order[step * batch : (step + 1) * batch] for order in orders]
        watched = [None] if replicas is None else [0, replicas // 2, replicas - 1]
        plain = {r: PlainNet(model, r) for r in watched}
        for r in velocity:
            plain[r].velocity = velocity[r]
        history = training.advance(1)
        for r in watched:
            value, _ = plain[r].step(x[rows[r or 0]], labels[rows[r or 0]], 0.05)
            assert_same_net(model, plain[r], tolerance, r)
            assert abs(history.loss[..., step].flat[r or 0] - value) <= tolerance * value
        velocity = {r: net.velocity for r, net in plain.items()}


VARIANTS = {
    "batch normalization": {},
    "behind the activation": {"placement": "after"},
    "none": {"norm": None},
    "sigmoid": {"activation": "sigmoid"},
    "tanh": {"activation": "tanh"},
}


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_hundred_steps_in_float64_are_those_of_the_plain_loop(variant, loss):
    sizes, batch = (5, 12, 9, 3), 16
    x, labels = data(sizes, batch, np.float64)
    targets = labels if loss == "cross_entropy" else np.stack([np.sin(x[:, 0]), x[:, 1], x[:, 2] * x[:, 3]], axis=1)
    settings = {"loss": loss, "weight_decay": 1e-3, "steps": 100, "batch_size": batch, "lr": 0.1}
    model = MLP(sizes, rng=np.random.default_rng(0), dtype=np.float64, **VARIANTS[variant])
    plain = PlainNet(model)
    history = fit(model, x, targets, rng=np.random.default_rng(1), **settings)
    losses, accuracies = plain.train(x, targets, rng=np.random.default_rng(1), **settings)
    assert_same_net(model, plain, 1e-12)
    np.testing.assert_allclose(history.loss, losses, rtol=1e-12)
    if loss == "cross_entropy":
        np.testing.assert_array_equal(history.accuracy, accuracies)


def test_over_20_seeds_float32_ends_where_the_plain_loop_ends():
    """Rounding makes another run of each seed; what a lesson shows, medians over seeds, stays within their spread."""
    digits = load_digits()
    sizes, settings = (64, 32, 32, 10), {"steps": 150, "batch_size": 60, "lr": 0.1}
    model = MLP(sizes, replicas=20, rng=np.random.default_rng(0))
    plain = [PlainNet(model, r) for r in range(20)]
    history = fit(model, digits.train_x, digits.train_labels, rng=np.random.default_rng(1), **settings)
    curves = [
        net.train(digits.train_x, digits.train_labels, rng=rng, **settings)
        for net, rng in zip(plain, np.random.default_rng(1).spawn(20), strict=True)
    ]
    for ours, theirs in zip((history.loss, history.accuracy), np.array(curves).swapaxes(0, 1), strict=True):
        ours, theirs = ours[:, -20:].mean(axis=1), theirs[:, -20:].mean(axis=1)
        assert abs(np.median(ours) - np.median(theirs)) < 0.5 * theirs.std()
        np.testing.assert_allclose(ours[0], theirs[0], rtol=0.05)  # the same seed is still the same run, roughly
