"""A figure and its caption, drawn fast where little moves."""

import base64

import numpy as np

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
        if not 0.25 <= scale <= 4:
            raise ValueError(f"scale is the number of pixels drawn for each one shown: 0.25 to 4, but it is {scale}")
        self.figure, self.caption = figure, caption
        self.width, self.height = (round(side) for side in figure.bbox.size)
        figure.set_dpi(figure.dpi * scale)
        with plots.style():
            figure.draw_without_rendering()
        figure.set_layout_engine("none")
        figure.stale = True
        self.backgrounds_drawn = 0
        self.encode = Encoder()

    def png(self):
        """The picture as it is now: the bytes of a PNG file."""
        canvas = self.figure.canvas
        if self.figure.stale:
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
