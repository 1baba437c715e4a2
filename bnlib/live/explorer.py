"""The base class of all explorers: pictures that follow the hand."""

import html
import reprlib
from types import MappingProxyType

import ipywidgets

from ..pictures import Picture, plots
from .cells import replace_earlier_run


class Explorer:
    """Base of all explorers: controls, pictures and a caption that follow one state.

    A subclass gives
        make_controls()   dict: name -> control, with its default value; sliders are the exact ones of this module
        make_figures()    dict: name -> figure; what moves is made with animated=True
        compute(**state)  a pure function of the controls' values
        show(result, **state)   sets the artists to what compute returned, and returns the caption; it names the
                          controls whose values it needs, and takes the others by **_
        buttons           dict: label -> name of a method, for instance one that calls `set`
    and hands what it was given beside start values to `given`, before it calls this class's __init__.

    The state is `state`, and the controls follow it. Start values and `set` are exact and are checked.
    """

    buttons = {}
    arguments = ()  # the names of what was given beside start values
    closed = False

    def __init__(self, *, scale=1, **start):
        """scale: see `Picture`; start: values of controls."""
        self.controls = {}
        try:
            with plots.style():
                self.controls = self.make_controls()
                if "scale" in self.controls:
                    raise ValueError("scale is a setting of every explorer: give the control another name")
                self._state = {name: control.value for name, control in self.controls.items()}
                self.defaults = MappingProxyType(self._state)
                self._state = self.checked(start)
                self.start = MappingProxyType(self._state)
                self.drawings = {name: Picture(figure, scale=scale) for name, figure in self.make_figures().items()}
            self.scale = scale
            result = self.compute(**self._state)
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

    def given(self, **arguments):
        """Whether the arguments were given, all of them or none. TypeError names what is missing."""
        self.arguments = [name for name, value in arguments.items() if value is not None]
        if len(self.arguments) not in (0, len(arguments)):
            raise TypeError(f"give {' and '.join(arguments)} together, or none of them; got only {self.arguments}")
        return bool(self.arguments)

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
    def state(self):
        """The values of the controls now, as a dict of your own: to change them, use `set`."""
        return dict(self._state)

    @property
    def picture(self):
        return next(iter(self.pictures.values()))

    @property
    def caption(self):
        return next(iter(self.drawings.values())).caption

    def set(self, **values):
        """Set some controls, exactly, and draw once. ValueError or TypeError leaves everything as it was."""
        state = self.checked(values)
        if state == self._state:
            return
        result = self.compute(**state)
        self._state = state
        self.follow()
        self.redraw(result)

    def reset(self):
        """Back to the state it was built with."""
        self.set(**self.start)

    def code(self):
        """The line of Python that builds an explorer in this state."""
        settings = [f"{name}={name}" for name in self.arguments] + [f"scale={self.scale}"] * bool(self.scale != 1)
        settings += [f"{name}={value!r}" for name, value in self._state.items() if value != self.defaults[name]]
        return f"{type(self).__name__}({', '.join(settings)})"

    def checked(self, values):
        """The state with these values, or an error."""
        kind, names = type(self).__name__, ", ".join(self.controls)
        if unknown := [name for name in values if name not in self.controls]:
            raise TypeError(f"{kind} has no control {unknown[0]!r}; it has {names}")
        return self._state | {name: checked(name, self.controls[name], value) for name, value in values.items()}

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
            if control.value != self._state[name]:
                control.value = self._state[name]

    def redraw(self, result):
        caption = self.show(result, **self._state)
        for name, drawing in self.drawings.items():
            drawing.caption = caption
            self.pictures[name].value = drawing.png()
        self.label.value = html.escape(caption)

    def close(self):
        """Take it off the page and let go of everything, since `Out` keeps the object itself."""
        if "widget" in vars(self):
            close(self.widget)
            vars(self).clear()
            self.closed = True

    def __getattr__(self, name):
        """Only what a closed explorer, or one that is not built yet, does not have."""
        if self.closed:
            kind = type(self).__name__
            raise AttributeError(f"this {kind} is closed and has no {name!r} any more: make another, {kind}(...)")
        return object.__getattribute__(self, name)

    def _repr_mimebundle_(self, include=None, exclude=None):
        if "widget" not in vars(self):
            return {"text/plain": f"{type(self).__name__}, closed"}, {}
        data, metadata = next(iter(self.drawings.values()))._repr_mimebundle_()
        return self.widget._repr_mimebundle_() | data, metadata


def checked(name, control, value):
    """The value as the control holds it, or a ValueError."""
    kind = type(control.value)
    try:
        if hasattr(control, "options"):
            expected = f"one of {list(control.options)}"
            exact = control.options[control.options.index(value)]
            fits = True
        else:
            low, high = (control.min, control.max) if hasattr(control, "min") else (False, True)
            if hasattr(control, "base"):
                low, high = control.base**low, control.base**high
            expected = f"of type {kind.__name__}, from {low} to {high}"
            exact = kind(value)
            fits = exact == value and low <= exact <= high and (kind is bool or not isinstance(value, bool))
    except (TypeError, ValueError, OverflowError):
        fits = False
    if not fits:
        raise ValueError(f"{name} must be {expected}, but it is {reprlib.repr(value)}")
    return exact


def close(widget):
    """Close a widget and all that belongs to it."""
    widget.unobserve_all()
    for part in (*getattr(widget, "children", ()), getattr(widget, "style", None), getattr(widget, "layout", None)):
        if part is not None:
            close(part)
    widget.close()
