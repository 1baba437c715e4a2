"""A figure and its caption, drawn fast where little moves."""

import base64
import numbers

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from . import plots
from .png import Encoder
from .words import words


class Picture:
    """A figure and its caption: as the last value of a cell it is shown, with the caption as its alternative text.

    Its words, line by line, stand in the metadata of the output, so that a stored notebook tells them from others.

    figure: from `plots.figure`; caption: what it shows, in one or two sentences; scale: 2 has four times the pixels,
    for high-density screens, and is shown at the same size.

    Artists made with animated=True are the moving ones: `png` draws them on a copy of all the others, the background.
    matplotlib calls a figure stale once anything else in it has changed: then, and only then, the background is drawn
    anew. It is laid out once, so nothing jumps. Moving artists lie above all others.
    """

    def __init__(self, figure, caption="", *, scale=1):
        if not isinstance(figure, Figure) or not isinstance(figure.canvas, FigureCanvasAgg):
            canvas = f" with a {type(figure.canvas).__name__}" if isinstance(figure, Figure) else ""
            raise TypeError(
                "figure must be one of bnlib.pictures.figure(), which can be drawn in parts, but it is a "
                f"{type(figure).__name__}{canvas}: write `fig, ax = figure()`, and give fig"
            )
        if not isinstance(scale, numbers.Real):
            raise TypeError(f"scale must be a number, 0.25 to 4, but it is {scale!r}, a {type(scale).__name__}")
        if not 0.25 <= scale <= 4:
            raise ValueError(f"scale is the number of pixels drawn for each one shown: 0.25 to 4, but it is {scale}")
        self.figure, self.caption = figure, caption
        self.width, self.height = (round(side * plots.DPI) for side in figure.get_size_inches())
        figure.set_dpi(plots.DPI * scale)
        with plots.style():
            if engine := figure.get_layout_engine():
                engine.execute(figure)
        figure.set_layout_engine("none")
        figure.stale, figure.picture = True, self
        self.backgrounds_drawn = 0
        self.encode = Encoder()

    def png(self):
        """The picture as it is now: the bytes of a PNG file."""
        canvas = self.figure.canvas
        if self.figure.stale or self.figure.picture is not self:  # two pictures of one figure share its stale flag
            self.figure.picture = self
            # The search comes first: it makes matplotlib build ticks, after which the figure would be stale again.
            self.moving = sorted(self.figure.findobj(lambda a: a.get_animated()), key=lambda a: a.get_zorder())
            with plots.style():
                canvas.draw()
            self.background = canvas.copy_from_bbox(self.figure.bbox)
            self.backgrounds_drawn += 1
        canvas.restore_region(self.background)
        with plots.style_of_lines():
            for artist in self.moving:
                self.figure.draw_artist(artist)
        return self.encode(np.asarray(canvas.buffer_rgba()))

    def _repr_mimebundle_(self, include=None, exclude=None):
        data = {"image/png": base64.b64encode(self.png()).decode(), "text/plain": self.caption}
        return data, {"image/png": {"alt": self.caption, "width": self.width, "words": words(self.figure)}}
