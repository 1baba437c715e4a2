"""Runs in a reading page's Python: builds the explorers of its cells, moves them, and says what to show."""

import ast
import math
import sys
import types

# ipywidgets asks IPython for a kernel and a display. Here is neither, and IPython is large.
stub = types.SimpleNamespace(InteractiveShell=object, version_info=(9, 0))
stub.get_ipython = stub.display = stub.clear_output = lambda *_, **__: None
sys.modules |= dict.fromkeys(("IPython", "IPython.core", "IPython.core.interactiveshell", "IPython.display"), stub)

built = {}  # number of the explorer in its page -> the explorer


def handle(message, post):
    """One message of the page. post(kind, dict) answers."""
    number = message.explorer
    if message.kind == "build":
        explorer = built[number] = value_of(message.source)
        post(
            "built",
            {"controls": [control_of(*item) for item in explorer.controls.items()], "buttons": labels(explorer)},
        )
        report_all(explorer, post)
        post("drawn", shown(explorer))
    elif message.kind == "move":
        control = built[number].controls[message.name]
        built[number].set(**{message.name: value_at(control, message.value)})
    else:
        buttons(built[number])[message.index].click()


def report_all(explorer, post):
    """Let each new picture of an explorer, and each word on how far it is, go to the page."""
    redraw, report = explorer.redraw, getattr(explorer, "report", None)

    def redraw_and_post(result):
        redraw(result)
        post("drawn", shown(explorer))

    def report_and_post(*why):
        report(*why)
        post("said", words(explorer))

    explorer.redraw = redraw_and_post
    if report:
        explorer.report = report_and_post


def value_of(source):
    """The last value of a cell."""
    *before, last = ast.parse(source).body
    names = {}
    exec(compile(ast.Module(before, []), "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)


def control_of(name, control):
    """What the page needs to make a control."""
    about = {"name": name, "words": control.description, "kind": "slider"}
    if hasattr(control, "options"):
        return about | {"kind": "choice", "options": [str(option) for option in control.options]}
    if isinstance(control.value, bool):
        return about | {"kind": "check"}
    return about | {"min": control.min, "max": control.max, "step": control.step}


def place_of(control, value):
    """Where a value lies on its control: an option's number, an exponent, or the value itself."""
    if hasattr(control, "options"):
        return control.options.index(value)
    return math.log(value, control.base) if hasattr(control, "base") else value


def value_at(control, place):
    if hasattr(control, "options"):
        return control.options[int(place)]
    if isinstance(control.value, bool):
        return bool(place)
    if hasattr(control, "base"):
        return control.tidied(control.base**place)
    return type(control.value)(control.tidied(place) if hasattr(control, "tidied") else place)


def said(control, value):
    if hasattr(control, "options") or isinstance(value, bool):
        return ""
    return f"{value:.3g}".replace("-", "−")


def buttons(explorer):
    """The buttons of an explorer, from the left."""
    return [part for row in explorer.widget.children for part in getattr(row, "children", ()) if hasattr(part, "click")]


def labels(explorer):
    return [button.description for button in buttons(explorer)]


def shown(explorer):
    """All that the page shows of an explorer now."""
    state, drawings = explorer.state, explorer.drawings
    places = {n: {"place": place_of(c, state[n]), "said": said(c, state[n])} for n, c in explorer.controls.items()}
    pictures = [
        {"png": explorer.pictures[name].value, "width": drawing.width, "height": drawing.height}
        for name, drawing in drawings.items()
    ]
    return words(explorer) | {"pictures": pictures, "caption": explorer.caption, "state": places}


def words(explorer):
    """What the buttons say, and how far a training run is."""
    return {"labels": labels(explorer), "status": explorer.status.value if hasattr(explorer, "status") else ""}
