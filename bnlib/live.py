"""The live picture, and the base class of all explorers: a picture that follows the hand."""

import base64
import builtins
import html
import math

import ipywidgets
import numpy as np

from . import plots
from .png import Encoder


class Picture:
    """A figure and its caption: as the last value of a cell it is shown, with the caption as its alternative text.

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
        return data, {"image/png": {"alt": self.caption, "width": self.width}}


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


class Explorer:
    """Base of all explorers: controls, pictures and a caption that follow one state.

    A subclass gives
        make_controls()   dict: name -> control, with its default value; sliders are the exact ones of this module
        make_figures()    dict: name -> figure; what moves is made with animated=True
        compute(**state)  a pure function of the controls' values
        show(result)      sets the artists to what compute returned, and returns the caption
        buttons           dict: label -> name of a method, for instance one that calls `set`

    The state is `state`, and the controls follow it. Start values and `set` are exact and are checked.
    """

    buttons = {}

    def __init__(self, *, scale=1, given=(), **start):
        """scale: see `Picture`; given: names of further arguments, for `code`; start: values of controls."""
        self.controls = {}
        try:
            with plots.style():
                self.controls = self.make_controls()
                if "scale" in self.controls:
                    raise ValueError("scale is a setting of every explorer: give the control another name")
                self.state = self.defaults = {name: control.value for name, control in self.controls.items()}
                self.state = self.start = self.checked(start)
                self.drawings = {name: Picture(figure, scale=scale) for name, figure in self.make_figures().items()}
            self.given, self.scale = given, scale
            result = self.compute(**self.state)
            self.make_widget()
            self.follow()
            self.redraw(result)
        except Exception:
            for widget in [self.widget] if "widget" in vars(self) else self.controls.values():
                close(widget)
            raise
        for control in self.controls.values():
            control.observe(self.moved, "value")
        replace_earlier_run(self)

    def make_widget(self):
        width = f"{max(drawing.width for drawing in self.drawings.values())}px"
        self.pictures = {n: ipywidgets.Image(width=d.width, height=d.height) for n, d in self.drawings.items()}
        self.label = ipywidgets.HTML(style={"font_size": "15px"}, layout={"min_height": "4em", "margin": "0 8px"})
        buttons = []
        for label, method in {**self.buttons, "reset": "reset"}.items():
            buttons.append(ipywidgets.Button(description=label, layout={"width": "auto"}))
            buttons[-1].on_click(lambda _, method=method: getattr(self, method)())
        for control in self.controls.values():
            control.layout.width = "290px"  # three to a row
        row = ipywidgets.HBox([*self.controls.values(), *buttons], layout={"flex_flow": "row wrap"})
        self.widget = ipywidgets.VBox([row, *self.pictures.values(), self.label], layout={"max_width": width})

    @property
    def picture(self):
        return next(iter(self.pictures.values()))

    @property
    def caption(self):
        return next(iter(self.drawings.values())).caption

    def set(self, **values):
        """Set some controls, exactly, and draw once. ValueError or TypeError leaves everything as it was."""
        state = self.checked(values)
        if state == self.state:
            return
        result = self.compute(**state)
        self.state = state
        self.follow()
        self.redraw(result)

    def reset(self):
        """Back to the state it was built with."""
        self.set(**self.start)

    def code(self):
        """The line of Python that builds an explorer in this state."""
        settings = [f"{name}={name}" for name in self.given] + [f"scale={self.scale}"] * bool(self.scale != 1)
        settings += [f"{name}={value!r}" for name, value in self.state.items() if value != self.defaults[name]]
        return f"{type(self).__name__}({', '.join(settings)})"

    def checked(self, values):
        """The state with these values, or an error."""
        kind, names = type(self).__name__, ", ".join(self.controls)
        if unknown := [name for name in values if name not in self.controls]:
            raise TypeError(f"{kind} has no control {unknown[0]!r}; it has {names}")
        return self.state | {name: checked(name, self.controls[name], value) for name, value in values.items()}

    def moved(self, change):
        """A control was moved, in the browser or from Python, or has followed the state."""
        name = next(name for name, control in self.controls.items() if control is change["owner"])
        try:
            self.set(**{name: change["new"]})
        except Exception:
            self.follow()
            raise

    def follow(self):
        """Show the state on the controls."""
        for name, control in self.controls.items():
            if control.value != self.state[name]:
                control.value = self.state[name]

    def redraw(self, result):
        caption = self.show(result)
        for name, drawing in self.drawings.items():
            drawing.caption = caption
            self.pictures[name].value = drawing.png()
        self.label.value = html.escape(caption)

    def close(self):
        """Take it off the page and let go of everything, since `Out` keeps the object itself."""
        if "widget" in vars(self):
            close(self.widget)
            vars(self).clear()

    def _repr_mimebundle_(self, include=None, exclude=None):
        if "widget" not in vars(self):
            return {"text/plain": f"{type(self).__name__}, closed"}, {}
        data, metadata = next(iter(self.drawings.values()))._repr_mimebundle_()
        return self.widget._repr_mimebundle_() | data, metadata


def checked(name, control, value):
    """The value as the control holds it, or a ValueError."""
    if hasattr(control, "options"):
        if value not in control.options:
            raise ValueError(f"{name} must be one of {list(control.options)}, but it is {value!r}")
        return control.options[control.options.index(value)]
    kind = type(control.value)
    low, high = (control.min, control.max) if hasattr(control, "min") else (False, True)
    if hasattr(control, "base"):
        low, high = control.base**low, control.base**high
    try:
        exact = kind(value)
    except (TypeError, ValueError, OverflowError):
        exact = math.nan
    if exact != value or not low <= exact <= high:
        raise ValueError(f"{name} must be of type {kind.__name__}, from {low} to {high}, but it is {value!r}")
    return exact


def close(widget):
    """Close a widget and all that belongs to it."""
    widget.unobserve_all()
    for part in (*getattr(widget, "children", ()), getattr(widget, "style", None), getattr(widget, "layout", None)):
        if part is not None:
            close(part)
    widget.close()


CELLS = {}  # cell -> its last run, and the explorers built in that


def replace_earlier_run(explorer):
    """Close what an earlier run of the same notebook cell built. Where no cell can be told, nothing is closed."""
    shell = getattr(builtins, "get_ipython", lambda: None)()
    parent = shell.get_parent() if hasattr(shell, "get_parent") else {}
    cell, run = parent.get("metadata", {}).get("cellId"), parent.get("header", {}).get("msg_id")
    if cell is None:
        return
    last, explorers = CELLS.get(cell, (None, []))
    if last != run:
        for old in explorers:
            old.close()
        explorers = []
    CELLS[cell] = run, [*explorers, explorer]
