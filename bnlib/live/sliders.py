"""Sliders whose values in Python stay exact."""

import math

import ipywidgets


class Exact:
    """A slider whose value in Python stays exact.

    The browser moves its slider to the step nearest to a value it is given, and sends that step back: an answer, not a
    move. The page keeps one message of a slider under way and then sends its newest position, so the last one arrives.
    """

    answer = None

    def set_state(self, sync_data):
        """Take what the browser sends, unless it is the answer."""
        if "value" in sync_data:
            step = self.tidied(sync_data["value"])
            near = abs(self.position(step) - self.position(self.value)) < (0.5 + 1e-6) * self.step
            if near and self.answer in (None, step):
                self.answer = step
                return
            sync_data = sync_data | {"value": step}
        super().set_state(sync_data)

    def position(self, value):
        return value

    def tidied(self, value):
        return round(value, 10)  # the browser's 1.0499999999999998 is the step 1.05

    def notify_change(self, change):
        if change["name"] == "value":
            self.answer = None
        super().notify_change(change)

    def trait_metadata(self, traitname, key, default=None):
        """The browser's slider is where the hand put it: what comes in is not sent back to it."""
        return False if key == "echo_update" else super().trait_metadata(traitname, key, default)


class IntSlider(Exact, ipywidgets.IntSlider):
    pass


class FloatSlider(Exact, ipywidgets.FloatSlider):
    pass


class FloatLogSlider(Exact, ipywidgets.FloatLogSlider):
    def position(self, value):
        return math.log(value, self.base)

    def tidied(self, value):
        return float(f"{value:.10g}")


# How explorers make their controls: the start value first, then the range, then the words beside it.


def slider(start, low, high, step, words, **more):
    return FloatSlider(start, min=low, max=high, step=step, description=words, **more)


def whole_slider(start, low, high, words, **more):
    return IntSlider(start, min=low, max=high, description=words, **more)


def log_slider(start, low, high, step, words, **more):
    """low, high, step: exponents of 10, or of `base`."""
    return FloatLogSlider(start, min=low, max=high, step=step, description=words, **more)


def choice(options, words):
    """A list to choose from; the first one is the start."""
    return ipywidgets.Dropdown(options=list(options), description=words)


def toggle(options, words):
    """Buttons to choose from, as wide as their words; the first one is the start."""
    return ipywidgets.ToggleButtons(options=list(options), description=words, style={"button_width": "auto"})
