"""What is said about an answer: its type, its shape, its numbers."""

import textwrap
from collections import Counter

import numpy as np

from .causes import cause, shapes_of

PLACES = 4  # significant digits
WIDTH = 76  # of a line: a longer one would be cut within a word where the page is narrow


def tolerance(array):
    return 2e-4 if array.dtype == np.float32 else 1e-7


def alike(one, other, exact=False):
    """Whether two answers are equal within rounding: numbers, arrays, and tuples of them."""
    if isinstance(one, tuple | list) or isinstance(other, tuple | list):
        if not isinstance(one, tuple | list) or not isinstance(other, tuple | list) or len(one) != len(other):
            return False
        return all(alike(a, b, exact) for a, b in zip(one, other, strict=True))
    one, other = np.asarray(one), np.asarray(other)
    if one.shape != other.shape:
        return False
    if exact or one.dtype.kind not in "fiu" or other.dtype.kind not in "fiu":
        return bool(np.array_equal(one, other))
    close = max(tolerance(one), tolerance(other))
    with np.errstate(all="ignore"):
        largest = np.max(np.abs(other), initial=0)
        return bool(np.allclose(one, other, rtol=close, atol=close * 1e-2 * largest, equal_nan=True))


def parts(answer):
    return list(answer) if isinstance(answer, tuple | list) else [answer]


def shapes(value):
    return f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"


def in_lines(text):
    """A message in lines that are not too long, cut between words."""
    return "\n".join(
        textwrap.fill(line, WIDTH, subsequent_indent=" " * 4 * line.startswith(" "), break_on_hyphens=False)
        for line in text.splitlines()
    )


def argument_list(names, case):
    values = [
        f"{name} of shape {v.shape}" if isinstance(v, np.ndarray) else f"{name}={v!r}"
        for name, v in zip(names, case, strict=True)
    ]
    return ", ".join(value[:60] for value in values)


def what_it_is(answer, right, given=None):
    """What is wrong with the kind of an answer, or None: number of parts, type, shape, dtype, NaN.

    given: dict, the names and values of the arguments.
    """
    several = isinstance(right, tuple)
    if isinstance(answer, tuple) != several and not (several and isinstance(answer, list)):
        returned = f"{len(answer)} values" if isinstance(answer, tuple) else shapes(answer)
        wanted = f"{len(right)} values" if several else "one value"
        joined = several and np.shape(answer) in [(len(right), *part.shape) for part in right if np.ndim(part)]
        why = " Are they put together into one array? Return them with a comma between." if joined else ""
        return f"Your function must return {wanted}, but it returns {returned}.{why}"
    wanted, got = (list(right), list(answer)) if several else ([right], [answer])
    if len(wanted) != len(got):
        return f"Your function must return {len(wanted)} values, but it returns {len(got)}."
    told = (of_part(*each, given or {}) for each in named(got, wanted))
    return of_order(got, wanted) or next(filter(None, told), None)


def named(got, wanted):
    """Each part of an answer: what it is called, what it is, what it must be."""
    for place, pair in enumerate(zip(got, wanted, strict=True), start=1):
        yield f"Value {place} of your answer" if len(wanted) > 1 else "Your answer", *pair


def of_order(got, wanted):
    """What to say of values of which each has the shape of another one, or None."""
    mine, ours = ([getattr(value, "shape", None) for value in values] for values in (got, wanted))
    if mine != ours and None not in mine and Counter(mine) == Counter(ours):
        shown = [" and ".join(map(str, shapes)) for shapes in (mine, ours)]
        return f"Your values have the shapes {shown[0]}, and must have {shown[1]}: are they in the wrong order?"


def of_part(which, mine, ours, given):
    if isinstance(ours, np.ndarray) and not isinstance(mine, np.ndarray | np.generic):
        return f"{which} is {shapes(mine)}, and must be an array of shape {ours.shape}."
    mine, ours = np.asarray(mine), np.asarray(ours)
    if mine.dtype.kind not in "fiub":
        return f"{which} holds {mine.dtype}, and must hold numbers."
    if mine.shape != ours.shape:
        why = cause(mine.shape, ours.shape, shapes_of(given))
        return f"{which} has shape {mine.shape}, and must have {ours.shape}. {why}".rstrip()
    if not np.isfinite(mine).all() and np.isfinite(ours).all():
        bad = np.sum(~np.isfinite(mine))
        return f"{which} holds {bad} values that are NaN or infinite: is a divisor 0, or a root taken of less than 0?"


def number(value):
    return f"{value:.{PLACES}g}"


def the_number(answer, right):
    """The place where an answer is most wrong, in numbers."""
    worst = None
    for place, (mine, ours) in enumerate(zip(parts(answer), parts(right), strict=True), start=1):
        mine, ours = np.asarray(mine, float), np.asarray(ours, float)
        off = np.abs(mine - ours) / (np.max(np.abs(ours), initial=0) or 1)
        if worst is None or off.max(initial=0) > worst[0]:
            index = np.unravel_index(np.argmax(off), off.shape) if off.size else ()
            where = f" at [{', '.join(map(str, index))}]" if index else ""
            which = f"value {place} of your answer" if len(parts(right)) > 1 else "your answer"
            worst = (
                off.max(initial=0),
                f"For example, {which} is {number(mine[index])}{where}, and {number(ours[index])} is right.",
            )
    return worst[1]


def side_by_side(names, case, answer, right):
    lines = [f"  {name} = {written(value)}" for name, value in zip(names, case, strict=True)]
    return "\n".join([*lines, f"  yours: {written(answer)}", f"  right: {written(right)}"])


def written(value):
    if isinstance(value, tuple | list):
        return "(" + ", ".join(map(written, value)) + ")"
    if isinstance(value, np.ndarray):
        text = np.array2string(value, precision=PLACES, threshold=24, separator=", ", suppress_small=False)
        return " ".join(text.split())
    return number(value) if isinstance(value, float | np.floating) else repr(value)[:60]
