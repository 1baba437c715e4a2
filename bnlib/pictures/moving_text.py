"""A text that changes with the picture, put together from letters that were drawn once."""

import functools

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgba
from matplotlib.text import Text

from .settings import Settings

HELD_AT = {"left": 0, "center": 0.5, "right": 1}  # the point of a line's width that stands at x
# As a context: letters are those of matplotlib, whatever the reader's own settings are.
our_letters = Settings({"text.hinting": "no_hinting"})


class MovingText(Text):
    """A `Text` of one colour and not turned, each letter on whole pixels. Drawing it takes a tenth of the time.

    Its lines stand where those of a `Text` would.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = {}

    def draw(self, renderer):
        if not self.get_visible() or not self.get_text():
            return
        font, dpi, lines = self.get_fontproperties(), self.get_figure(root=True).dpi, self.get_text().split("\n")
        letters = Letters.of(font, dpi)
        x, y = self.get_transform().transform(self.get_unitless_position())
        place = len(lines), self.get_va(), font.get_size(), dpi
        if place not in self.places:
            with our_letters():
                box = self.get_window_extent(renderer, dpi)
            self.places[place] = box.y1 - y, box.height / len(lines)
        top, pitch = self.places[place]
        gc = renderer.new_gc()
        for i, line in enumerate(lines):
            if line:
                ink = np.concatenate([letters[letter] for letter in line], axis=1)
                image = np.full((*ink.shape, 4), np.round(255 * np.array(to_rgba(self.get_color()))), np.uint8)
                image[..., 3] = ink
                middle = y + top - (i + 0.5) * pitch
                left, bottom = x - HELD_AT[self.get_ha()] * ink.shape[1], middle - letters.middle
                renderer.draw_image(gc, round(left), round(bottom), image)
        gc.restore()


class Letters(dict):
    """The letters of a font, drawn when first asked for: letter -> ink, (height, width), the lowest row first."""

    of = functools.lru_cache(maxsize=64)(lambda font, dpi: Letters(font, dpi))

    def __init__(self, font, dpi):
        self.font, self.dpi = font.copy(), dpi
        _, tall, self.depth = self.size("|Ẑp")
        self.height = round(tall) + 2
        _, height, depth = self.size("lp")
        self.middle = self.depth - depth + height / 2  # that of a line of text, above the lowest row

    def size(self, text):
        with our_letters():
            return RendererAgg(1, 1, self.dpi).get_text_width_height_descent(text, self.font, False)

    def __missing__(self, letter):
        width = round(self.size(f"0{letter}0")[0] - self.size("00")[0])  # with the room to the next one
        renderer = RendererAgg(max(width, 1), self.height, self.dpi)
        with our_letters():
            renderer.draw_text(renderer.new_gc(), 0, self.height - round(self.depth), letter, self.font, 0)
        self[letter] = np.array(renderer.buffer_rgba())[::-1, :, 3]
        return self[letter]
