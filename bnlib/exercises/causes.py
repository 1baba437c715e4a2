"""The usual cause of a wrong shape, of an answer or within it: what the shapes tell."""

import re
import textwrap

import numpy as np


def shortened(text, most=160):
    """The first line of an error's text."""
    return textwrap.shorten(text.strip().partition("\n")[0], most, placeholder=" …")


def shapes_of(given):
    """The shapes of the arrays among the arguments: dict, name -> shape."""
    return {name: value.shape for name, value in given.items() if isinstance(value, np.ndarray)}


def of_operands(text, arrays):
    """The usual cause of an error of shapes, by numpy's text, or nothing. arrays: dict, the arguments' shapes."""
    if "matmul" in text:
        return (
            "`@` is the matrix product: it needs as many columns on its left as rows on its right. "
            "`*` multiplies number by number. "
        )
    found = [tuple(map(int, re.findall(r"\d+", shape))) for shape in re.findall(r"\([\d,]+\)", text)]
    if "broadcast" not in text or len(found) != 2:
        return ""
    few, many = sorted(found, key=len)
    if len(few) == 1 and len(many) == 2 and few[0] == many[0]:
        return f"{few} has one number for each row of {many}: is that over the wrong axis, or without keepdims? "
    for column, other in ((few, many), (many, few)):
        if len(other) == 2 and column == (other[1], 1):
            return f"{column} is a column, and {other} has rows of {other[1]}: is an axis added where none is needed? "
    for name, shape in arrays.items():
        if shape in (few + many, many + few):
            rows, columns = (few, many) if shape == few + many else (many, few)
            return f"{rows} has one number for each row of {name}, {columns} one for each column. "
    return ""


def cause(got, wanted, arrays=None):
    """The usual cause of a wrong shape. arrays: dict, the shapes of the arguments by their names."""
    arrays = arrays or {}
    if got == wanted[::-1]:
        return "Rows and columns are exchanged."
    if not got:
        return "It is one number: is a mean or a sum taken without an axis, or is an index too many?"
    if len(got) == len(wanted) == 1:
        return of_vectors(got, wanted, arrays)
    if len(got) > len(wanted) and (same := [name for name, shape in arrays.items() if shape == got]):
        return f"It has the shape of {same[0]}: is a mean or a sum over an axis missing?"
    if len(wanted) == 2 and got == (max(wanted),) * 2 and min(wanted) == 1:
        return f"Each number met each other one: a column ({got[0]}, 1) beside {got[:1]} gives all pairs."
    if len(wanted) == 2 and got in (wanted[:1], wanted[1:]) and wanted[0] != wanted[1]:
        line, others = ("row", "column") if got == wanted[:1] else ("column", "row")
        return (
            f"It has one number for each {line}, and must have one for each {line} and {others}: "
            "was an axis taken away by a mean, a sum or an index, or is a factor missing?"
        )
    return of_axes(got, wanted)


def of_vectors(got, wanted, arrays):
    """The usual cause where a vector is not as long as it must be."""
    for name, shape in arrays.items():
        if shape in (got + wanted, wanted + got):
            mine, ours = ("row", "column") if shape == got + wanted else ("column", "row")
            return f"It has one number for each {mine} of {name}, and must have one for each {ours}: over which axis?"
    other = "the other axis?"
    off = {1: f"One too many, or {other}", -1: f"One too few, or {other}"}
    return off.get(got[0] - wanted[0], other.capitalize())


def of_axes(got, wanted):
    """The usual cause where an axis is missing or left over."""
    if len(got) + 1 == len(wanted) and got in (wanted[:-1], wanted[1:]):
        return "One axis is gone: by a mean, a sum or an index? Or is a factor missing that has it?"
    if len(got) == len(wanted) + 1 and 1 in got:
        return "One axis too many: keepdims, where it is not needed?"
    if got[1:] == wanted:
        return "One axis too many: is a sum or a mean over the first axis missing?"
    if len(got) != len(wanted) and np.prod(got) == np.prod(wanted):
        return "It holds as many values as it must: reshape?"
    if len(got) > len(wanted):
        return "An axis is left over: over which axes is it summed or averaged?"
    return ""
