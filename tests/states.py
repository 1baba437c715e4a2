"""States of an explorer to be tried: ends, middles, corners, and random ones."""

import numpy as np


def values_of(control):
    """Ends and middle of a control, or all of its options."""
    if hasattr(control, "options"):
        return list(control.options)
    if not hasattr(control, "min"):
        return [False, True]
    low, high = control.min, control.max
    if hasattr(control, "base"):
        return [control.base**low, control.base ** ((low + high) / 2), control.base**high]
    return [low, type(control.value)((low + high) / 2), high]


def random_state(explorer, rng):
    state = {}
    for name, control in explorer.controls.items():
        low, *_, high = values = values_of(control)
        if hasattr(control, "options") or isinstance(low, bool):
            state[name] = values[rng.integers(len(values))]
        elif isinstance(low, int):
            state[name] = int(rng.integers(low, high, endpoint=True))
        else:
            state[name] = float(rng.uniform(low, high))
    return state


def states(explorer, random):
    """Each control at each of its ends and its middle, two corners, then random joint states."""
    for name, control in explorer.controls.items():
        for value in values_of(control):
            yield explorer.start | {name: value}
    for corner in (0, -1):
        yield {name: values_of(control)[corner] for name, control in explorer.controls.items()}
    rng = np.random.default_rng(0)
    for _ in range(random):
        yield random_state(explorer, rng)
