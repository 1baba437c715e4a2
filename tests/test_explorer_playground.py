"""The playground: its nets trained again in plain numpy, its caption and its artists recomputed."""

import asyncio
import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb

from bnlib import cats
from bnlib.datasets.plane import points
from bnlib.explorers import Playground
from bnlib.explorers.playground import CLASSES, GRID
from bnlib.pictures import CAT, DOG

EXPLORER = Playground
WORDS = (
    r"Step (\d+), (.+), (eval|training) mode, shift (\S+): (\d+)% right with BN, (\d+)% without .*over 75 % right: "
    r"(\d+) and (\d+) nets; diverged: (\d+) and (\d+)\. "
    r"The loss of 360 training points, noise off, is (.+) with BN and (.+) without"
)
ACTIVATIONS = {
    "relu": (lambda z: np.maximum(z, 0), lambda z, a: z > 0),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z, a: a * (1 - a)),
    "tanh": (np.tanh, lambda z, a: 1 - a**2),
}


class Net:
    """One net of the playground, trained by plain SGD in the fewest lines of numpy."""

    def __init__(self, state, bn, replica):
        self.state, self.bn = state, bn
        rng = np.random.default_rng(1).spawn(10)[replica]
        sizes = [2, *[32] * state["depth"], 2]
        gain = np.sqrt(2) if state["activation"] == "relu" else 1.0
        self.W = []
        for i, (a, b) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
            g = gain if i < state["depth"] else 1.0
            self.W.append(rng.standard_normal((a, b)) * state["init_scale"] * g / np.sqrt(a))
        self.b = [np.zeros(size) for size in sizes[1:]]  # beta, where BN is
        self.gamma = [np.ones(size) for size in sizes[1:-1]]
        self.mean, self.var = [np.zeros(32)] * state["depth"], [np.ones(32)] * state["depth"]
        self.order, self.steps, self.losses = np.random.default_rng(2).spawn(10)[replica], 0, []

    def forward(self, x, mode):
        """Outputs, what enters each activation, and all that `step` needs."""
        act, _ = ACTIVATIONS[self.state["activation"]]
        kept = []
        for layer in range(self.state["depth"]):
            z, mu, var = x @ self.W[layer], 0.0, 1.0
            if self.bn:
                mu, var = (z.mean(axis=0), z.var(axis=0)) if mode == "training" else (self.mean[layer], self.var[layer])
            std = np.sqrt(var + 1e-5) if self.bn else 1.0
            z_hat = (z - mu) / std
            y = self.gamma[layer] * z_hat + self.b[layer] if self.bn else z + self.b[layer]
            kept.append((x, z_hat, y, mu, var, std))
            x = act(y)
        return x @ self.W[-1] + self.b[-1], x, kept

    def step(self, x, labels):
        m, lr, momentum = len(x), self.state["lr"], self.state["momentum"]
        out, last, kept = self.forward(x, "training")
        p = np.exp(out - out.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        d = (p - np.eye(2)[labels]) / m
        dx = d @ self.W[-1].T
        self.W[-1] = self.W[-1] - lr * last.T @ d
        self.b[-1] = self.b[-1] - lr * d.sum(axis=0)
        act, slope = ACTIVATIONS[self.state["activation"]]
        for layer in reversed(range(self.state["depth"])):
            x, z_hat, y, mu, var, std = kept[layer]
            dy = dx * slope(y, act(y))
            dz = dy
            if self.bn:
                g = dy * self.gamma[layer]
                dz = (g - g.mean(axis=0) - z_hat * (g * z_hat).mean(axis=0)) / std
                self.gamma[layer] = self.gamma[layer] - lr * (dy * z_hat).sum(axis=0)
                self.mean[layer] = (1 - momentum) * self.mean[layer] + momentum * mu
                self.var[layer] = (1 - momentum) * self.var[layer] + momentum * var * m / (m - 1)
            self.b[layer] = self.b[layer] - lr * dy.sum(axis=0)
            dx = dz @ self.W[layer].T
            self.W[layer] = self.W[layer] - lr * x.T @ dz

    def train(self, steps):
        x, labels, *_ = points(self.state["problem"])
        batch = self.state["batch"]
        while self.steps < steps:
            order = self.order.permutation(512)
            for start in range(0, 512 - batch + 1, batch):
                if self.steps < steps:
                    self.step(x[order[start : start + batch]], labels[order[start : start + batch]])
                    self.steps += 1
                    if self.steps % 10 == 0:  # the loss of 360 points, normalized together
                        out = self.forward(x[:360], "training")[0]
                        own = out[np.arange(360), labels[:360]]
                        self.losses.append(np.mean(np.log(np.exp(out).sum(axis=1)) - own))
        return self


def nets_of(state, steps):
    return {bn: [Net(state, bn, replica).train(steps) for replica in range(10)] for bn in (True, False)}


def share_right(net, state):
    _, _, x, labels = points(state["problem"])
    return np.mean(net.forward(x + [state["shift"], 0], state["mode"])[0].argmax(axis=1) == labels)


STATES = [
    {},
    {"mode": "training", "shift": -0.7, "init_scale": 2.0},
    {"momentum": 0.01, "lr": 0.5, "problem": "cats and dogs", "activation": "tanh"},
    {"depth": 3, "problem": "circles", "shift": 1.3},
    {"depth": 1, "activation": "sigmoid", "problem": "circles"},
    {"batch": 3, "momentum": 1.0, "depth": 1},
]


@pytest.mark.parametrize("changed", STATES)
def test_caption_and_artists_hold_what_nets_in_plain_numpy_give(explorer, changed):
    explorer.set(**changed)
    explorer.advance(20)
    state, steps = explorer.state, 120
    nets = nets_of(state, steps)
    found = re.search(WORDS, explorer.caption).groups()
    assert found[:3] == (str(steps), state["problem"], state["mode"]) and float(found[3]) == state["shift"]
    _, _, x, labels = points(state["problem"])
    for i, (of_a_kind, name) in enumerate(zip(nets.values(), ("with BN", "without BN"), strict=True)):
        band = explorer.losses[name]
        right = np.array([share_right(net, state) for net in of_a_kind])
        losses = np.array([net.losses for net in of_a_kind])
        assert int(found[4 + i]) == pytest.approx(100 * np.median(right), abs=0.51)
        assert found[6 + i] == str(np.sum(right > 0.75)) and found[8 + i] == "0"
        assert float(found[10 + i]) == pytest.approx(np.median(losses[:, -1]), rel=0.051)

        np.testing.assert_allclose(explorer.shares[name].get_xdata(), right, atol=1e-12)
        np.testing.assert_allclose(band.line.get_xdata(), range(10, 121, 10))
        np.testing.assert_allclose(band.line.get_ydata(), np.median(losses, axis=0), rtol=1e-6)
        corners = band.area.get_paths()[0].vertices[:, 1]
        np.testing.assert_allclose(corners[:12], np.percentile(losses, 10, axis=0), rtol=1e-6)
        np.testing.assert_allclose(corners[12:24], np.percentile(losses, 90, axis=0)[::-1], rtol=1e-6)
        for label, dots in enumerate(explorer.dots[name]):
            np.testing.assert_allclose(dots.get_xydata(), x[labels == label] + [state["shift"], 0])

        _, _, kept = of_a_kind[0].forward(x + [state["shift"], 0], state["mode"])
        counts, _ = np.histogram(np.clip(kept[-1][2], -6, 6), np.linspace(-6, 6, 49))
        np.testing.assert_allclose(explorer.bars[name].artist.get_data().values, counts / counts.max(), atol=1e-12)


@pytest.mark.parametrize("mode", ["eval", "training"])
def test_the_regions_have_the_colour_of_the_class_that_the_first_net_gives_there(explorer, mode):
    explorer.set(mode=mode, shift=0.5)
    state = explorer.state
    _, _, x, _ = points(state["problem"])
    for bn, region in zip((True, False), explorer.regions.values(), strict=True):
        net = Net(state, bn, 0).train(100)
        _, _, kept = net.forward(x + [0.5, 0], mode)
        if bn and mode == "training":  # the plane is seen with the statistics of the points
            net.mean, net.var = [k[3] for k in kept], [k[4] for k in kept]
        out = net.forward(GRID, "eval")[0]
        p = 1 / (1 + np.exp(out[:, 0] - out[:, 1]))
        shown = np.asarray(region.get_array()).reshape(-1, 4).astype(int)
        yellower = shown[:, 1] - shown[:, 2]
        assert np.all(yellower[p > 0.55] > 0) and np.all(yellower[p < 0.45] < 0)
        assert np.all(np.abs(yellower[np.abs(p - 0.5) < 0.01]) < 5)
        assert np.sum(p > 0.55) > 200 and np.sum(p < 0.45) > 200


def test_a_cat_is_yellower_than_a_dog_as_the_regions_are():
    (dog, _), (cat, _) = CLASSES.values()
    assert (dog, cat) == (DOG, CAT)
    for look, sign in ((cat, 1), (dog, -1)):
        _, green, blue = to_rgb(look.color)
        assert sign * (green - blue) > 0


def test_with_bn_a_shift_changes_nothing_in_training_mode_and_much_in_eval_mode(explorer):
    explorer.set(problem="cats and dogs")
    explorer.advance(100)
    share = {}
    for mode in ("eval", "training"):
        for shift in (0.0, 1.5):
            explorer.set(mode=mode, shift=shift)
            share[mode, shift] = [np.median(dots.get_xdata()) for dots in explorer.shares.values()]
    assert share["training", 1.5][0] == pytest.approx(share["training", 0.0][0], abs=0.011)
    assert share["eval", 1.5][0] < share["eval", 0.0][0] - 0.15
    assert share["training", 1.5][1] == share["eval", 1.5][1] < share["eval", 0.0][1] - 0.15
    assert explorer.steps_done == 200


def test_nets_that_diverge_are_counted_and_still_drawn(explorer):
    explorer.set(depth=4, init_scale=10**0.5, lr=1.0, problem="cats and dogs")
    found = re.search(WORDS, explorer.caption).groups()
    history = explorer.run["without BN"].training.history
    assert int(found[9]) == len(history.diverged) == np.isnan(history.loss[:, -1]).sum() >= 6
    assert found[11] == "not finite" and found[8] == "0"
    assert explorer.losses["without BN"].line.get_ydata()[-1] == 10  # at the upper end of the axis


def test_the_two_kinds_of_nets_start_with_the_same_weights(explorer):
    models = [watched.model for watched in explorer.start_run(**explorer.state).values()]
    for one, other in zip(*(model.linear_layers() for model in models), strict=True):
        np.testing.assert_array_equal(one.W, other.W)


def test_it_opens_where_bn_makes_a_difference(explorer):
    with_bn, without = (np.median(dots.get_xdata()) for dots in explorer.shares.values())
    assert with_bn > without + 0.15
    explorer.advance(900)  # and it is one of speed: both get there
    assert min(np.median(dots.get_xdata()) for dots in explorer.shares.values()) > 0.95


def test_the_features_of_the_animals_are_measured_in_their_pictures():
    x, labels, shown, of_shown = points("cats and dogs")
    rng = np.random.default_rng(0)
    animals = cats.draw_animals(712, rng=rng)
    grays = rng.uniform(0.05, 0.95, (712, 1))
    pictures = cats.paint(animals, np.repeat(grays, 3, axis=1), background=0.5).mean(axis=3).astype(float)
    tips = np.concatenate([pictures[:, 6:10, 8:11], pictures[:, 6:10, 22:25]], axis=2).mean(axis=(1, 2))
    features = np.stack([pictures[:, 6:10, 14:19].mean(axis=(1, 2)) - tips, pictures[:, 19:28, 8:25].mean((1, 2))], 1)
    standardized = (features - features.mean(axis=0)) / features.std(axis=0)
    np.testing.assert_allclose(np.concatenate([x, shown]), standardized, atol=1e-4)
    np.testing.assert_array_equal(np.concatenate([labels, of_shown]), animals.labels)


def test_played_in_a_loop_and_paused_it_shows_what_its_line_of_code_draws(explorer):
    async def play():
        explorer.play()
        async with asyncio.timeout(20):
            while explorer.steps_done < 140:
                await asyncio.sleep(0.01)
            explorer.controls["lr"].set_state({"value": 10**-0.5})
            while explorer.steps_done < 130:
                await asyncio.sleep(0.01)
        explorer.pause()
        await asyncio.sleep(0.02)

    asyncio.run(play())
    again = eval(explorer.code(), {"Playground": Playground})
    assert again.steps_done >= 130 and again.state["lr"] == pytest.approx(10**-0.5)
    assert (again.picture.value, again.caption) == (explorer.picture.value, explorer.caption)
    again.close()
