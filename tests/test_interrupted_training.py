"""A run that is interrupted, at any line of bnlib, tells the truth and goes on as if nothing had happened."""

import sys

import numpy as np
import pytest

from bnlib.mlp import MLP
from bnlib.training import Training

BATCH, STEPS = 8, 5  # 20 examples: two steps an epoch, so steps 3 and 5 begin one, and after 2 and 4 is a validation
CASES = {
    "a net": {},
    "three replicas": {"replicas": 3},
    "replicas with dropout": {"replicas": 3, "dropout": 0.3},
    "one replica of three diverges": {"replicas": 3, "diverges": True},
    "no batch normalization": {"norm": None},
}


def begin(replicas=None, diverges=False, **options):
    rng = np.random.default_rng(7)
    x = rng.standard_normal((replicas or 1, 20, 3))
    labels = (x[0, :, 0] * x[0, :, 1] > 0).astype(int)
    if diverges:  # an example of replica 1 that the second epoch takes, and not the first, has no finite square
        order = np.random.default_rng(1).spawn(3)[1]
        first, second = (order.permutation(20)[: 2 * BATCH] for _ in range(2))
        x[1, np.setdiff1d(second, first)[0]] = 1e155
    x = x if replicas else x[0]
    model = MLP((3, 4, 5, 2), replicas=replicas, rng=np.random.default_rng(0), dtype=float, **options)
    settings = {"batch_size": BATCH, "lr": 0.1, "record": ("mean", 50), "weight_decay": 0.01}
    own = x[0] if replicas else x
    return Training(model, x, labels, validation=(own, labels), rng=np.random.default_rng(1), **settings)


def lines_of(run, steps, stop_at=None):
    """Advance; raise KeyboardInterrupt when a line of bnlib is about to run for the stop_at-th time. Count them."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        if not frame.f_globals.get("__name__", "").startswith("bnlib"):
            return None
        if event == "line":
            count += 1
            if count == stop_at:
                sys.settrace(None)
                raise KeyboardInterrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run.advance(steps)
    finally:
        sys.settrace(before)
    return count


def seen(run):
    """All that a run shows of itself."""
    history = run.history
    return [
        *(run.steps_done, run.model.state, history.loss, history.accuracy, history.validation_loss, history.diverged),
        *(history.validation_accuracy, history.validation_steps, *history.recorded["mean"], *history.recorded[50]),
        *(layer.batches_seen for layer in run.model.batch_norm_layers()),
    ]


def assert_the_same(run, other, message):
    for ours, theirs in zip(seen(run), seen(other), strict=True):
        np.testing.assert_equal(ours, theirs, err_msg=message)


@pytest.mark.parametrize("stride", [13, pytest.param(5, marks=pytest.mark.deep)])
@pytest.mark.parametrize("options", CASES.values(), ids=CASES)
def test_interrupted_at_any_line_of_any_step_it_agrees_with_itself_and_can_go_on(options, stride):
    whole = []  # after each step
    run = begin(**options)
    for _ in range(STEPS + 1):
        whole.append(run)
        run = begin(**options)
        run.advance(len(whole))
    assert all(step >= 2 for step in whole[STEPS].history.diverged.values())
    assert list(whole[STEPS].history.diverged) == [1] * ("diverges" in options)
    counts = {steps: lines_of(begin(**options), steps) for steps in (1, STEPS)}
    assert counts[STEPS] > 4 * counts[1] > 400
    for stop_at in range(1, counts[STEPS], stride):
        run = begin(**options)
        with pytest.raises(KeyboardInterrupt):
            lines_of(run, STEPS, stop_at)
        assert np.isfinite(run.model.state).all()
        if run.steps_done:
            assert run.history.loss.shape[-1] == run.steps_done, stop_at
            if not options.get("diverges"):  # a net that has just diverged is set back at once
                np.testing.assert_array_equal(run.model.state, whole[run.steps_done].model.state, f"line {stop_at}")
        seen_batches = {layer.batches_seen for layer in run.model.batch_norm_layers()}
        assert seen_batches <= {run.steps_done}
        run.advance(STEPS - run.steps_done)
        assert_the_same(run, whole[STEPS], f"interrupted before line {stop_at}")
