"""What an explorer is given beside start values, checked: nets, numbers to show, and a function."""

import copy

import numpy as np

from bnlib import checks
from bnlib.mlp import MLP

LARGEST_ANSWER = 1e100


def checked_net(name, net, *, features=None, classes=None, replicas=False):
    """A copy of an MLP, as it is now, or an error. replicas: whether it holds several nets, or is a single one."""
    if not isinstance(net, MLP):
        raise TypeError(f"{name} must be an MLP, such as MLP((64, 32, 10), rng=rng), but it is {net!r:.80}")
    if replicas and (net.replicas or 1) < 2:
        raise ValueError(f"give the steps of a run as the replicas of one MLP, at least 2; {name} has {net.replicas}")
    if not replicas and net.replicas is not None:
        raise ValueError(f"give a single net; {name} has {net.replicas} replicas")
    for what, expected, found in (("features", features, net.sizes[0]), ("classes", classes, net.sizes[-1])):
        if expected not in (None, found):
            raise ValueError(f"{name} must be a net for {expected} {what}, but it is one for {found}")
    return copy.copy(net)


def checked_numbers(name, values):
    """Values as an array of finite numbers, or an error."""
    array = checks.plain(name, values)
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} must hold numbers, but it is an array of {array.dtype}: convert it first")
    checks.finite(array, name)
    return array


def answer_of(function, z, gamma, beta, eps):
    """What a reader's function of (x, gamma, beta, eps) makes of one unit, z: (m,). An error says what is odd."""
    given = z[:, None].copy(), np.array([gamma]), np.array([beta]), eps
    return called(function, "(x, gamma, beta, eps)", given)[:, 0]


def averages_of(function, values, beta):
    """What a reader's function of (values, beta) makes of values: (steps,). An error says what is odd."""
    return called(function, "(values, beta)", (values.copy(), beta))


def run_readers(name, function, arguments, given):
    """What a reader's function returns, unchecked. Its warnings are silent: the callers name what is odd."""
    if not callable(function):
        raise TypeError(f"{name} must be a function of {arguments}; got {type(function).__name__}")
    with np.errstate(all="ignore"):
        return function(*given)


def called(function, arguments, given):
    """The answer of a reader's function, which must have the shape of the first thing it is given, or an error."""
    answer = np.asarray(run_readers("function", function, arguments, given))
    wanted = given[0].shape
    if answer.dtype.kind not in "fiu":
        raise TypeError(f"function must return an array of numbers, but it returned {answer.dtype}")
    if answer.shape != wanted:
        first = arguments[1:].split(",")[0]
        raise ValueError(f"function must return the shape of {first}, {wanted}, but it returned {answer.shape}")
    if not np.abs(answer).max() <= LARGEST_ANSWER:
        raise ValueError(f"function returned NaN, or numbers above {LARGEST_ANSWER:g}: these cannot be drawn")
    return answer.astype(np.float64)


def statistics_of(function, share, *statistics):
    """What a reader's function of (share, mean_a, var_a, mean_b, var_b) makes of two means and variances, (units,)."""
    given = share, *(array.copy() for array in statistics)
    answer = run_readers("function", function, "(share, mean_a, var_a, mean_b, var_b)", given)
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise TypeError(f"function must return two arrays, mean and var, but it returned {answer!r:.60}")
    for name, values in zip(("mean", "var"), answer, strict=True):
        values = checked_numbers(f"the {name} that function returned", values)
        if values.shape != statistics[0].shape or name == "var" and values.min() < 0:
            raise ValueError(
                f"function must return a mean and a var >= 0 of shape {statistics[0].shape}; its {name} has the shape "
                f"{values.shape} and the smallest value {values.min():.3g}"
            )
    return answer


def number_of(function, value):
    """What a reader's function makes of one number: a number."""
    answer = checked_numbers("what swap returned", run_readers("swap", function, "the background", (value,)))
    if answer.size != 1:
        raise ValueError(f"swap must return one number, but it returned an array of shape {answer.shape}")
    return float(answer.item())
