"""Live pictures: sliders that stay exact, and the bases of all explorers."""

from .explorer import Explorer
from .kept import kept
from .sliders import FloatLogSlider, FloatSlider, IntSlider, choice, log_slider, slider, toggle, whole_slider
from .training_explorer import TrainingExplorer

__all__ = [
    "Explorer",
    "FloatLogSlider",
    "FloatSlider",
    "IntSlider",
    "TrainingExplorer",
    "choice",
    "kept",
    "log_slider",
    "slider",
    "toggle",
    "whole_slider",
]
