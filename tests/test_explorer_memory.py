"""The explorer of the memory of a running average: its weights again, from averages taken step by step."""

import re

import numpy as np
import pytest

from bnlib import BatchNorm
from bnlib.explorers import Memory
from bnlib.explorers.memory import MOMENTA

EXPLORER = Memory
STATES = [(0.1, 20), (0.001, 200), (1.0, 7), (0.03, 1), (0.5, 60)]
WORDS = (
    r"After (\d+) batches with momentum (\S+): the newest one weighs (\S+), the first one (\S+), and the start value "
    r"(\S+); .* newest (\d+) hold 90 %\. Of the noise of one batch (\d+)% is left; the plain average leaves (\d+)%\."
)


def step_by_step(momentum, steps):
    """What the average becomes when one batch, or the start value, is 1 and all others are 0: (1 + steps,)."""
    weights = []
    for one in range(steps + 1):
        running = float(one == 0)
        for batch in range(1, steps + 1):
            running = (1 - momentum) * running + momentum * (batch == one)
        weights.append(running)
    return np.array(weights)


@pytest.mark.parametrize("momentum, steps", STATES)
def test_artists_and_caption_hold_the_weights_that_the_steps_of_an_average_give(explorer, momentum, steps):
    explorer.set(momentum=momentum, steps=steps)
    of_start, *of_batches = step_by_step(momentum, steps)
    np.testing.assert_array_equal(explorer.running.get_xdata(), range(1, steps + 1))
    np.testing.assert_allclose(explorer.running.get_ydata(), of_batches, atol=1e-12)
    assert explorer.start_value.get_xydata().tolist() == [[0, pytest.approx(of_start, abs=1e-12)]]
    np.testing.assert_allclose(explorer.plain.get_ydata(), 1 / steps)
    spread = np.sqrt(np.sum(np.square(of_batches)))
    np.testing.assert_allclose(explorer.here.get_ydata(), [of_start, spread], atol=1e-12)
    shares = np.cumsum(of_batches[::-1]) / np.sum(of_batches)
    newest = next(count for count, share in enumerate(shares, start=1) if share >= 0.9)
    found = [float(number) for number in re.fullmatch(WORDS, explorer.caption).groups()]
    assert found[:2] == [steps, pytest.approx(momentum, rel=0.0051)]
    assert found[2:5] == pytest.approx([momentum, of_batches[0], of_start], abs=0.00051)
    assert found[5] == newest
    assert found[6:] == pytest.approx([100 * spread, 100 / np.sqrt(steps)], abs=0.51)


def test_the_curves_hold_for_each_momentum_what_is_left_of_start_and_noise(explorer):
    explorer.set(steps=30)
    for at in (0, 40, 97, 120):
        of_start, *of_batches = step_by_step(MOMENTA[at], 30)
        assert explorer.left_of_start.get_xydata()[at] == pytest.approx([MOMENTA[at], of_start])
        assert explorer.left_of_noise.get_ydata()[at] == pytest.approx(np.linalg.norm(of_batches))


def test_the_weights_are_those_of_the_running_mean_of_a_layer(explorer):
    explorer.set(momentum=0.07, steps=40)
    batches, bn = np.random.default_rng(0).normal(size=(40, 8, 1)), BatchNorm(1, momentum=0.07)
    bn.running_mean = np.array([5.0])
    for batch in batches:
        bn.forward(batch)
    weighted = explorer.running.get_ydata() @ batches.mean(axis=(1, 2)) + explorer.start_value.get_ydata()[0] * 5
    assert bn.running_mean[0] == pytest.approx(weighted)


def test_a_longer_memory_leaves_less_noise_and_more_of_the_start(explorer):
    start, noise = explorer.left_of_start.get_ydata(), explorer.left_of_noise.get_ydata()
    assert (np.diff(start) <= 0).all() and (np.diff(noise) > 0).all()
