"""The explorer of the scale of W: its numbers and its artists, in plain numpy."""

import re

import numpy as np
import pytest
from seen import axes_titled

from bnlib import batch_norm, batch_norm_backward
from bnlib.explorers import WeightScale
from bnlib.explorers.examples import inputs_and_targets
from bnlib.explorers.weight_scale import descend, loss, loss_gradient, moments

EXPLORER = WeightScale
STATES = [
    {},
    {"a": 4.0},
    {"a": 0.5, "lr": 1.5, "steps": 40},
    {"a": 2.0, "lr": 0.3, "decay": 0.2, "steps": 77},
    {"lr": 0.01, "decay": 0.05, "steps": 1},
]
WORDS = (
    r"a = (\S+): .* differ by (.+) at most, the first gradient is (\S+) times .* After (\d+) steps ‖w‖ is (\S+), "
    r".* lr/‖w‖² is (\S+) \(at the start (\S+)\), and w is (\d+)° .* \(at the start (\d+)°\)"
)


def gradient(w, u, targets):
    """Of half the mean squared error of the standardized u w, from its derivative with respect to w by hand."""
    c, t = u - u.mean(axis=0), targets[:, 0]
    covariance, product = c.T @ c / len(u), c.T @ t / len(u)
    sigma = np.sqrt(w @ covariance @ w)
    return -product / sigma + (product @ w) * (covariance @ w) / sigma**3


def of_the_backward_pass(w, u, targets):
    y, cache = batch_norm((u @ w)[:, None], np.ones(1), np.zeros(1), 0.0)
    dz, _, _ = batch_norm_backward((y - targets) / len(u), cache)
    return u.T @ dz[:, 0]


def path_of(a, lr, decay, steps):
    u, targets = inputs_and_targets()
    w = [a * np.array([0.6, -0.8])]
    for step in range(steps):
        rows = (np.arange(16) + 16 * step) % 256
        w.append((1 - lr * decay) * w[-1] - lr * gradient(w[-1], u[rows], targets[rows]))
    return np.array(w)


def degrees_from_the_best(path):
    u, targets = inputs_and_targets()
    best = np.linalg.solve(np.cov(u.T), np.cov(u.T, targets[:, 0])[:2, 2])
    return np.abs(np.degrees(np.angle((path @ [1, 1j]) / (best @ [1, 1j]))))


@pytest.mark.parametrize("changes", STATES)
def test_the_caption_of_the_scale_holds_what_plain_numpy_computes(explorer, changes):
    explorer.set(**changes)
    a, lr, decay, steps = explorer.state.values()
    path = path_of(a, lr, decay, steps)
    norms, degrees = np.linalg.norm(path, axis=1), degrees_from_the_best(path)
    found = re.match(WORDS, explorer.caption).groups()
    assert found[1] == "under 1e-12"
    numbers = [float(text) for i, text in enumerate(found) if i != 1]
    assert numbers[:4] == pytest.approx([a, 1 / a, steps, norms[-1]], abs=0.0051)
    assert numbers[4:6] == pytest.approx([lr / norms[-1] ** 2, lr / a**2], rel=0.051)
    assert numbers[6:] == pytest.approx([degrees[-1], degrees[0]], abs=0.51)


@pytest.mark.parametrize("changes", STATES)
def test_the_artists_of_the_scale_hold_the_path_the_gradient_and_the_circle(explorer, changes):
    explorer.set(**changes)
    a, lr, decay, steps = explorer.state.values()
    path = path_of(a, lr, decay, steps)
    np.testing.assert_allclose(np.transpose(explorer.path.get_data()), path, atol=1e-9)
    np.testing.assert_allclose(np.hypot(*explorer.circle.get_data()), a)
    (x0, x1), (y0, y1) = explorer.gradient.get_data()
    u, targets = inputs_and_targets()
    np.testing.assert_allclose([x1 - x0, y1 - y0], -8 * gradient(path[0], u[:16], targets[:16]), atol=1e-9)
    assert (x0, y0) == pytest.approx(path[0])
    shown = degrees_from_the_best(path), np.linalg.norm(path, axis=1)
    for curve, values in zip(explorer.curves, shown, strict=True):
        np.testing.assert_allclose(curve.get_data(), (np.arange(steps + 1), values), atol=1e-5)


def test_the_button_gives_the_run_the_directions_it_has_at_a_scale_of_1(explorer):
    (button,) = [part for part in explorer.widget.children[0].children if part.description.startswith("lr = ")]
    before = explorer.curves[0].get_ydata()
    for a in (0.5, 4.0):
        explorer.set(a=a, lr=0.1)
        assert np.abs(explorer.curves[0].get_ydata() - before).max() > 30
        button.click()
        assert explorer.state["lr"] == pytest.approx(0.1 * a**2)
        np.testing.assert_allclose(explorer.curves[0].get_ydata(), before, atol=1e-5)


@pytest.mark.parametrize("lr", [0.01, 0.1, 1.7])
def test_without_decay_the_length_never_falls_and_with_decay_it_does(explorer, lr):
    explorer.set(lr=lr)
    assert np.diff(explorer.curves[1].get_ydata()).min() > 0
    explorer.set(decay=0.2)
    assert np.diff(explorer.curves[1].get_ydata()).min() < 0


def test_the_loss_is_the_same_along_a_ray_least_in_the_best_direction_and_its_gradient_is_at_a_right_angle():
    u, targets = inputs_and_targets()
    angles, losses = np.radians(np.arange(360)), []
    for w in np.stack([np.cos(angles), np.sin(angles)], axis=1):
        z = u @ w
        losses.append(np.mean(((z - z.mean()) / z.std() - targets[:, 0]) ** 2) / 2)
        for scale in (1, 3):
            slope = loss_gradient(scale * w, *moments(u, targets))
            assert loss(scale * w, u, targets) == pytest.approx(losses[-1], abs=1e-12)
            np.testing.assert_allclose(slope, gradient(scale * w, u, targets), atol=1e-12)
            np.testing.assert_allclose(slope, of_the_backward_pass(scale * w, u, targets), atol=1e-12)
            assert abs(slope @ w) < 1e-12
    best = angles[np.argmin(losses)]
    assert degrees_from_the_best(np.array([[np.cos(best), np.sin(best)]]))[0] < 1


def test_a_step_of_the_path_takes_off_the_gradient_of_the_backward_pass():
    u, targets = inputs_and_targets()
    batches = [moments(u[at : at + 16], targets[at : at + 16]) for at in range(0, 256, 16)]
    path = descend(batches, a=2.0, lr=0.3, decay=0.1, steps=20)
    for step, (w, after) in enumerate(zip(path[:-1], path[1:], strict=True)):
        rows = (np.arange(16) + 16 * step) % 256
        gradient = of_the_backward_pass(w, u[rows], targets[rows])
        np.testing.assert_allclose(after, w - 0.3 * (gradient + 0.1 * w), rtol=1e-12)


def test_each_place_of_the_plane_has_the_shade_of_the_loss_of_its_weights(explorer):
    u, targets, rng = explorer.u, explorer.targets, np.random.default_rng(0)
    (contours,) = axes_titled(explorer, "the loss over the plane").collections
    bands = list(zip(contours.levels[:-1], contours.levels[1:], contours.get_paths(), strict=True))
    seen = set()
    for w in rng.uniform(-5.5, 5.5, (300, 2)):
        z = u @ w
        expected = np.mean(((z - z.mean()) / z.std() - targets[:, 0]) ** 2) / 2
        if np.hypot(*w) > 1 and np.abs(contours.levels - expected).min() > 0.02:  # not where two shades meet
            (band,) = [(low, high) for low, high, path in bands if path.contains_point(w)]
            assert band[0] < expected < band[1]
            seen.add(band)
    assert len(seen) > 5
    shades = [np.mean(contours.cmap(contours.norm((low + high) / 2))[:3]) for low, high, _ in bands]
    assert (np.diff(shades) < 0).all()  # the title says it: dark is large
