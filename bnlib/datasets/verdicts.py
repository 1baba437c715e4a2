"""What is claimed about batch normalization, and what the lessons found: data/verdicts.csv, one claim a row."""

import csv
from typing import NamedTuple

from . import files

NAME = "verdicts.csv"
WORDS = ("right", "right if", "disputed", "wrong")


class Claim(NamedTuple):
    """name: a few words without spaces; claim: what is said, in our words; source: who says it, as far as we know;
    verdict: one of WORDS; trial: its number in claims_on_trial, or 0; boxes: where else it is judged, such as
    "scale_and_shift.3" for the third box of that notebook; settled: file#heading, in notebooks/, of the section that
    settles it, where no trial does.
    """

    name: str
    claim: str
    source: str
    verdict: str
    trial: int
    boxes: tuple
    settled: str


def load_verdicts():
    """All claims of data/verdicts.csv, as a list of `Claim`. Raises FileNotFoundError where no usual place has it."""
    with open(files.find(NAME), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [Claim(**row | {"trial": int(row["trial"] or 0), "boxes": tuple(row["boxes"].split())}) for row in rows]
