"""The base class of all explorers: pictures that follow the hand."""

import html
import math

import ipywidgets

from ..pictures import Picture, plots
from .cells import replace_earlier_run


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
