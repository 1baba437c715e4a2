"""What is refused, and how it is said: what came, what was expected, and what to do. Nothing is changed here."""

import numbers

import numpy as np

FLOATS = "fd"  # numpy's characters for float32 and float64


def plain(name, value):
    """value as an array. TypeError for a masked array, whose mask would be lost."""
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} has a mask, which would be lost: fill the masked values or leave these rows out")
    return np.asarray(value)


def floating(name, value):
    """value as an array of float32 or float64."""
    array = plain(name, value)
    if array.dtype.char not in FLOATS:
        raise TypeError(f"{name} is {array.dtype}, but must be an array of float32 or float64: convert it first")
    return array


def rows(name, value, least=1):
    """value as a floating array (..., n, features) with n >= least."""
    array = floating(name, value)
    if array.ndim < 2:
        raise ValueError(f"{name} must have the shape (..., batch, features), but it has {array.shape}")
    if array.shape[-2] < least:
        raise ValueError(f"{name} has shape {array.shape}: it has {array.shape[-2]} rows, but needs at least {least}")
    return array


def alike(**arrays):
    """Raise unless all arrays have one dtype."""
    if len({array.dtype for array in arrays.values()}) > 1:
        found = ", ".join(f"{name} is {array.dtype}" for name, array in arrays.items())
        raise TypeError(f"{found}: give all of them the same dtype, none is converted here")


def batch(x):
    """Raise if x, (..., batch, features), has fewer than two examples."""
    if x.shape[-2] < 2:
        cure = "give at least two examples, since one alone has variance 0 and comes out as beta, or use eval mode"
        raise ValueError(f"a batch of {x.shape[-2]} in training mode (x has shape {x.shape}): {cure}")


def finite(x, name="x"):
    """Raise if x, an array of any shape, holds NaN or infinity."""
    bad = x.size - np.count_nonzero(np.isfinite(x))
    if bad:
        raise ValueError(f"{name} has {bad} values that are NaN or infinite: remove or replace them first")


def labels(value, classes):
    """value as an array of classes, integers from 0 to classes - 1."""
    array = plain("labels", value)
    last = classes - 1
    if array.dtype.kind not in "iu":
        raise TypeError(f"labels are {array.dtype}: give the number of the class, an integer from 0 to {last}")
    if array.size and (array.min() < 0 or array.max() > last):
        low, high = array.min(), array.max()
        raise ValueError(
            f"labels go from {low} to {high}, but with {classes} classes they must lie between 0 and {last}"
        )
    return array


def gradient(dy, shape, dtype):
    """dy as an array, if it has the shape and the dtype of the output it belongs to."""
    dy = plain("the gradient", dy)
    if dy.shape != shape or dy.dtype != dtype:
        wrong = ValueError if dy.shape != shape else TypeError
        raise wrong(f"the output is {dtype} of shape {shape}, so its gradient cannot be {dy.dtype} of shape {dy.shape}")
    return dy


def number(name, value, least=-np.inf, most=np.inf, below=np.inf, meaning=""):
    """value as a float from least to most, less than below. meaning: what the number is, for the message."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number{meaning}, but it is {value!r}")
    if not (least <= value <= most and value < below):
        limits = f"less than {below:g}" if below < np.inf else f"at most {most:g}" if most < np.inf else "finite"
        raise ValueError(f"{name} must be a number, at least {least:g} and {limits}{meaning}, but it is {value}")
    return float(value)


def whole(name, value, least, most=None):
    """value as an int from least to most."""
    fits = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not fits or value < least or (most is not None and value > most):
        upto = f"{least} or more" if most is None else f"from {least} to {most}"
        kind = ValueError if fits else TypeError
        raise kind(f"{name} must be a whole number, {upto}, but it is {value!r}")
    return int(value)


def choice(name, value, choices):
    """value, if it is one of the choices: strings, None, True or False."""
    if not any(value is each or (isinstance(value, str) and value == each) for each in choices):
        raise ValueError(f"{name} must be one of {list(choices)}, but it is {value!r}")
    return value


def kind(name, value, expected):
    """Raise unless value is an instance of the class expected."""
    if not isinstance(value, expected):
        found = f"the class {value.__name__}" if isinstance(value, type) else f"of type {type(value).__name__}"
        raise TypeError(f"{name} must be of type {expected.__name__}, but it is {found}")


def generator(rng):
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a numpy.random.Generator, such as np.random.default_rng(0); got {rng!r}")
