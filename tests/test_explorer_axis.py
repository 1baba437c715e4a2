"""The explorer of the other norms: its numbers again by the functions of bnlib.norms, and its sets by hand."""

import itertools
import re

import numpy as np
import pytest

from bnlib.batchnorm import batch_norm
from bnlib.explorers import Axis
from bnlib.explorers.axis import BLOCK, NORMS, ROOM, places
from bnlib.norms import group_norm, instance_norm, layer_norm, rms_norm

EXPLORER = Axis
WORDS = (
    r"(.+), (\d+) × (\d+) × (\d+) values, count of (mean|divisor)s: (\d+)\. The one you drag shares its \5 with (\d+) "
    r"others; since it went from 0\.5 to (\S+), (\d+) of them have moved, by up to (\S+)\. They lie in (\d+) of (\d+) "
    r"other examples\."
)
STATES = [
    {},
    *({"norm": norm, "value": -2.5, "examples": 4, "channels": 6, "places": 4, "groups": 3} for norm in NORMS),
    {"norm": "group", "channels": 4, "groups": 3},  # 3 does not divide 4: 2 groups
    {"norm": "group", "channels": 5, "groups": 4},
    {"norm": "instance", "places": 2},
    {"examples": 1, "places": 4},
]


def by_bnlib(x, norm, groups):
    """The block (examples, channels, places) normalized, by functions that have the channels last."""
    x = np.moveaxis(x, 1, 2).copy()
    one, zero = np.ones(x.shape[-1]), np.zeros(x.shape[-1])
    y = {
        "batch": lambda: batch_norm(x.reshape(-1, x.shape[-1]), one, zero)[0].reshape(x.shape),
        "layer, each place": lambda: layer_norm(x, one, zero)[0],
        "layer, whole example": lambda: group_norm(x, 1, one, zero)[0],
        "instance": lambda: instance_norm(x, one, zero)[0],
        "group": lambda: group_norm(x, groups, one, zero)[0],
        "RMS, each place": lambda: rms_norm(x, one)[0],
    }[norm]()
    return np.moveaxis(y, 2, 1)


def shared(state, groups):
    """The values that share a mean with the first one, one by one: a set of (example, channel, place)."""
    size = state["channels"] // groups
    same = {
        "batch": lambda n, c, p: c == 0,
        "layer, each place": lambda n, c, p: n == 0 and p == 0,
        "layer, whole example": lambda n, c, p: n == 0,
        "instance": lambda n, c, p: n == 0 and c == 0,
        "group": lambda n, c, p: n == 0 and c < size,
        "RMS, each place": lambda n, c, p: n == 0 and p == 0,
    }[state["norm"]]
    sizes = (range(state[name]) for name in ("examples", "channels", "places"))
    return {index for index in itertools.product(*sizes) if same(*index)}


def case(explorer, changes):
    explorer.set(**changes)
    state = explorer.state
    groups = next(k for k in range(state["groups"], 0, -1) if state["channels"] % k == 0)
    before = BLOCK[: state["examples"], : state["channels"], : state["places"]]
    x = before.copy()
    x[0, 0, 0] = state["value"]
    hats = [by_bnlib(each, state["norm"], groups) for each in (before, x)]
    return state, groups, (before, x), hats


def drawn(line):
    return {tuple(point) for point in line.get_xydata().round(6)}


@pytest.mark.parametrize("changes", STATES)
def test_the_bars_are_the_values_and_what_the_norms_make_of_them(explorer, changes):
    _, _, (before, x), (was, now) = case(explorer, changes)
    for part, values, old in zip(explorer.parts, (x, now), (before, was), strict=True):
        left, middle = places(x.shape)
        bars = part.bars.get_xydata().reshape(-1, 3, 2)
        np.testing.assert_allclose(bars[:, 0], np.stack([left.ravel(), middle.ravel()], 1))
        np.testing.assert_allclose((bars[:, 1, 1] - middle.ravel()) / ROOM, values.ravel(), atol=1e-12)
        assert np.isnan(bars[:, 2, 1]).all()
        shown = (middle + ROOM * old)[np.isclose(old, values, rtol=0, atol=1e-12) == 0]
        far = [height for height in shown if np.abs(part.before.get_ydata() - height).min() < 1e-12]
        assert len(far) == len(shown)


@pytest.mark.parametrize("changes", STATES)
def test_what_lights_up_shares_the_mean_and_what_moves_is_where_the_norms_differ(explorer, changes):
    state, groups, (_, x), (was, now) = case(explorer, changes)
    at = {index: tuple(places(x.shape)[(slice(None), *index)].round(6)) for index in np.ndindex(x.shape)}
    assert drawn(explorer.parts[0].lit) == {at[index] for index in shared(state, groups)}
    moved = {index for index in np.ndindex(x.shape) if abs(now[index] - was[index]) > 1e-9}
    assert drawn(explorer.parts[1].lit) == {at[index] for index in moved}
    assert drawn(explorer.parts[0].cells) == set(at.values())


@pytest.mark.parametrize("changes", STATES)
def test_the_caption_counts_them(explorer, changes):
    state, groups, (_, x), (was, now) = case(explorer, changes)
    name, *found = re.fullmatch(WORDS, explorer.caption).groups()
    assert name.lower().startswith(state["norm"][:3].lower()) and ("G = " in name) == (state["norm"] == "group")
    assert state["norm"] != "group" or name.endswith(f"G = {groups}")
    group = shared(state, groups)
    away = {index: abs(now[index] - was[index]) for index in np.ndindex(x.shape) if any(index)}
    moved = [index for index, change in away.items() if change > 1e-9]
    assert list(map(int, found[:3])) == list(x.shape) and found[3] == "mean divisor".split()["RMS" in state["norm"]]
    assert int(found[4]) == x.size // len(group) and int(found[5]) == len(group) - 1
    assert float(found[6]) == state["value"]
    assert (int(found[7]), float(found[8])) == (len(moved), pytest.approx(max(away.values()), abs=0.0051))
    assert [int(found[9]), int(found[10])] == [len({n for n, *_ in moved} - {0}), x.shape[0] - 1]


def test_one_value_alone_becomes_zero_and_nothing_moves(explorer):
    explorer.set(examples=1, places=1)
    assert "shares its mean with 0 others" in explorer.caption and "0 of them have moved" in explorer.caption
    assert explorer.parts[1].bars.get_ydata()[1] == explorer.parts[1].bars.get_ydata()[0]


def test_only_batch_normalization_touches_other_examples(explorer):
    for norm in NORMS:
        explorer.set(norm=norm)
        assert explorer.caption.endswith(f"in {2 if norm == 'batch' else 0} of 2 other examples.")
