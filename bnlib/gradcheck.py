"""Gradients by central differences, to check the ones derived by hand."""

import numpy as np

from . import checks


def numerical_gradient(f, x, step=1e-5):
    """Gradient of a scalar function by central differences, (f(x + h) - f(x - h)) / 2h for each value of x in turn.

    f: takes an array shaped like x, returns a number; x: float64, any shape, left as it was; step: h for values up to
    1, and h |x| for larger ones. The error is of order h^2 from the formula and 1e-16 |f| / h from rounding.
    Raises TypeError when x is not float64: in float32 the differences would be mostly rounding.
    """
    if np.asarray(x).dtype != np.float64:
        raise TypeError(f"x is {np.asarray(x).dtype}: differences need float64, in which rounding is small enough")
    x, gradient, step = np.array(x), np.empty(np.shape(x)), checks.number("step", step, 1e-12)
    for i in np.ndindex(x.shape):
        h, values = step * max(1.0, abs(x[i])), []
        for moved in (x[i] + h, x[i] - h):
            there = x.copy()  # f may write into it
            there[i] = moved
            values.append(np.asarray(f(there)))
        if values[0].size != 1:
            raise ValueError(f"f must return one number, a loss, but it returned an array of shape {values[0].shape}")
        gradient[i] = (values[0].item() - values[1].item()) / (2 * h)
    return gradient


def relative_error(a, b):
    """Largest difference of two arrays of one shape, relative to the largest value in either.

    0 when both are all 0; NaN when either has a NaN.
    """
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"cannot compare shapes {a.shape} and {b.shape}: both must be the same")
    size = np.maximum(np.max(np.abs(a), initial=0.0), np.max(np.abs(b), initial=0.0))
    return 0.0 if size == 0 else float(np.max(np.abs(a - b), initial=0.0) / size)
