"""What each colour means, and which line and marker go with it: the same in every picture."""

from typing import NamedTuple

# Okabe and Ito's palette. Neighbours differ in lightness, and green, which has a meaning below, comes late.
COLORS = ("#000000", "#0072B2", "#E69F00", "#D55E00", "#56B4E9", "#009E73", "#F0E442", "#CC79A7")
BLACK, BLUE, ORANGE, VERMILION, SKY, GREEN, YELLOW, PURPLE = COLORS
GRAY = "#767676"  # for what helps to read the data and is none
LINES = ("-", "--", "-.", ":", (0, (6, 2, 1, 2, 1, 2)), (0, (1, 1)), (0, (8, 3)), (0, (3, 1, 1, 1)))


class Look(NamedTuple):
    """A colour, a line style and a marker. What can meet in one axes is told apart without the colour as well."""

    color: str
    line: str
    marker: str


WITH_BN = Look(BLACK, "-", "o")
WITHOUT_BN = Look(GREEN, "--", "s")
DOG = Look(BLUE, "--", "o")
CAT = Look(ORANGE, "-", "x")
TRAINING_MODE = Look(VERMILION, "-.", "D")
EVAL_MODE = Look(SKY, "-", "o")
