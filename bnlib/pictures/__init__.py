"""Pictures: the style, functions that draw arrays, and the picture with its caption."""

from .picture import Picture
from .plots import (
    BLACK,
    BLUE,
    COLORS,
    GRAY,
    GREEN,
    LINES,
    ORANGE,
    PURPLE,
    SKY,
    VERMILION,
    YELLOW,
    draw_band,
    draw_histogram,
    draw_images,
    figure,
)

__all__ = [
    "BLACK",
    "BLUE",
    "COLORS",
    "GRAY",
    "GREEN",
    "LINES",
    "ORANGE",
    "PURPLE",
    "SKY",
    "VERMILION",
    "YELLOW",
    "Picture",
    "draw_band",
    "draw_histogram",
    "draw_images",
    "figure",
]
