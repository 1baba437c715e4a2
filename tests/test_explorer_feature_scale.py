"""The explorer of two features of different scale: its numbers and its artists, in plain numpy."""

import re

import numpy as np
import pytest

from bnlib.explorers import FeatureScale

EXPLORER = FeatureScale
STATES = [
    {},
    {"ratio": 30.0, "steps": 200},
    {"ratio": 1.0, "correlation": 0.9, "steps": 60},
    {"ratio": 4.5, "correlation": -0.95, "rate": 0.3, "steps": 7},
    {"ratio": 7.0, "correlation": 0.4, "rate": 1.05, "steps": 90},
]
WORDS = r"condition number (\S+) with raw features, (\S+) with.* loss is (.+) of the first one, standardized (.+)\."


def descent(ratio, correlation, rate, steps):
    """Both problems from their second derivatives alone: the path of each, its losses, its condition number."""
    for scale in (ratio, 1.0):
        hessian = np.array([[1, correlation * scale], [correlation * scale, scale**2]])
        best = np.array([1.5, 0.5 / scale])
        curvatures = np.linalg.eigvalsh(hessian)
        w, path = np.zeros(2), [np.zeros(2)]
        for _ in range(steps):
            w = w - 2 * rate / curvatures[1] * hessian @ (w - best)
            path.append(w)
        losses = [(w - best) @ hessian @ (w - best) / 2 for w in path]
        yield np.array(path), np.array(losses), curvatures[1] / curvatures[0], hessian, best


def number(text):
    return 0.0 if text.startswith("under") else float(text.removesuffix(" %"))


@pytest.mark.parametrize("changes", STATES)
def test_the_caption_of_feature_scale_holds_what_plain_numpy_computes(explorer, changes):
    explorer.set(**changes)
    runs = list(descent(**explorer.state))
    *conditions, raw, standardized = map(number, re.search(WORDS, explorer.caption).groups())
    assert conditions == pytest.approx([kappa for _, _, kappa, _, _ in runs], rel=0.0051)
    shares = [100 * losses[-1] / losses[0] for _, losses, *_ in runs]
    assert (raw, standardized) == pytest.approx(shares, rel=0.0051, abs=1e-4)


@pytest.mark.parametrize("changes", STATES)
def test_paths_and_curves_of_feature_scale_are_those_of_gradient_descent(explorer, changes):
    explorer.set(**changes)
    for name, (path, losses, _, _, best) in zip(("raw", "standardized"), descent(**explorer.state), strict=True):
        rings, line, goal = explorer.valleys[name]
        np.testing.assert_allclose(line.get_xydata(), path, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(goal.get_xydata()[0], best, atol=1e-9)
        np.testing.assert_allclose(explorer.curves[name].get_ydata(), losses / losses[0], rtol=1e-5, atol=1e-18)


@pytest.mark.parametrize("changes", STATES)
def test_on_each_ring_of_feature_scale_the_loss_is_one_number(explorer, changes):
    explorer.set(**changes)
    for name, (_, losses, _, hessian, best) in zip(("raw", "standardized"), descent(**explorer.state), strict=True):
        points = explorer.valleys[name][0].get_xydata() - best
        height = ((points @ hessian) * points).sum(axis=1) / 2 / losses[0]
        rings = np.split(height, np.flatnonzero(np.isnan(height)))
        shares = [np.sqrt(np.nanmean(ring)) for ring in rings if np.isfinite(ring).any()]
        assert shares == pytest.approx([0.25, 0.5, 0.75, 1, 1.25], rel=1e-6)
        assert max(np.nanmax(ring) - np.nanmin(ring) for ring in rings if np.isfinite(ring).any()) < 1e-6


def test_standardizing_takes_the_scale_out_and_leaves_the_correlation_in(explorer):
    explorer.set(ratio=20.0, correlation=0.9)
    path = explorer.valleys["standardized"][1].get_xydata().copy()
    explorer.set(ratio=2.0)
    np.testing.assert_allclose(explorer.valleys["standardized"][1].get_xydata(), path, atol=1e-9)
    assert "19 with standardized ones" in explorer.caption
