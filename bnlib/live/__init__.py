"""Live pictures: sliders that stay exact, and the bases of all explorers."""

from .explorer import Explorer
from .sliders import FloatLogSlider, FloatSlider, IntSlider
from .training_explorer import TrainingExplorer

__all__ = ["Explorer", "FloatLogSlider", "FloatSlider", "IntSlider", "TrainingExplorer"]
