"""One explorer in an open notebook, as its reader has it: controls, pictures, caption; and its state in the kernel."""

import ast
import base64
import time

BYTES = """async image => {
  const blob = await (await fetch(image.src)).blob();
  return await new Promise(done => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.split(',')[1]);
    reader.readAsDataURL(blob);
  });
}"""

CONTROLS = """{name: {key: getattr(control, key) for key in ("description", "value", "min", "max", "step", "base",
                        "options") if hasattr(control, key)} for name, control in explorer.controls.items()}"""
SLIDERS = """[[control.position(explorer.state[name]), control.step] for name, control in explorer.controls.items()
              if hasattr(control, "position")]"""
CHOICES = "[str(explorer.state[name]) for name, control in explorer.controls.items() if hasattr(control, 'options')]"
# JupyterLab's lists have spaces that do not break.
CHOSEN = """lists => lists.map(list => list.selectedOptions?.[0] ?? list.querySelector('.mod-active'))
  .map(one => one?.textContent.trim().replaceAll('\u00a0', ' '))"""
PICTURES = "[__import__('base64').b64encode(picture.value).decode() for picture in explorer.pictures.values()]"
ARTISTS = """[next(getattr(artist, get)() for get in ("get_xydata", "get_data", "get_offsets", "get_array")
                   if hasattr(artist, get))
              for drawing in explorer.drawings.values() for ax in drawing.figure.axes
              for artist in (*ax.lines, *ax.collections, *ax.images, *ax.patches)]"""


class ExplorerBox:
    """Made by `NotebookPage.explorers`. Controls are found by their description, as the reader sees it."""

    def __init__(self, notebook, model, source):
        self.notebook, self.page, self.source = notebook, notebook.page, source
        self.variable = f"_explorer_{model}"
        notebook.python(
            "from bnlib.live.cells import CELLS\n"
            f"{self.variable} = next(explorer for _, built in CELLS.values() "
            f"for explorer in built if explorer.widget.model_id == {model!r})"
        )
        first = base64.b64decode(self.ask(PICTURES)[0])
        boxes = self.page.locator(".jp-OutputArea-output:has(.widget-image)")
        self.box = next(box for box in boxes.all() if self._bytes_of(box)[0] == first)

    # In the kernel.

    def ask(self, expression):
        """The value of an expression in the kernel, where `explorer` is this explorer."""
        return self.notebook.value(f"(lambda explorer: {expression})({self.variable})")

    def state(self):
        return self.ask("explorer.state")

    def controls(self):
        """Name -> description, value, and what the control has of min, max, step, base and options."""
        return self.ask(CONTROLS)

    def artists(self):
        """The data of every line, patch, collection and image in every picture."""
        return self.ask(ARTISTS)

    def redrawn(self):
        """The pictures, as bytes, that its line of code draws, `model` and `data` being what the cell gave."""
        call = ast.parse(self.source).body[-1].value
        given = {word.arg: ast.unparse(word.value) for word in call.keywords} if isinstance(call, ast.Call) else {}
        names = ", ".join(f"{name!r}: {source}" for name, source in given.items())
        self.notebook.python(
            f"import bnlib.explorers\n_redrawn = eval({self.variable}.code(), {{**vars(bnlib.explorers), {names}}})"
        )
        return [base64.b64decode(text) for text in self.notebook.value(f"(lambda explorer: {PICTURES})(_redrawn)")]

    # In the page.

    def pictures(self):
        """What the page shows: the bytes of each picture."""
        return self._bytes_of(self.box)

    def _bytes_of(self, box):
        return [base64.b64decode(image.evaluate(BYTES)) for image in box.locator(".widget-image").all()]

    def caption(self):
        return self.box.locator(".widget-html-content").last.inner_text()

    def _control(self, description):
        label = self.page.locator(".widget-label", has_text=description)
        return (
            self.box.locator(".widget-hslider, .widget-dropdown, .widget-toggle-buttons, .widget-checkbox")
            .filter(has=label)
            .first
        )

    def press(self, description, key, times=1):
        """Move a slider by keyboard."""
        handle = self._control(description).locator(".noUi-handle")
        handle.focus()
        for _ in range(times):
            handle.press(key)

    def drag(self, description, place, steps=8):
        """Move a slider by mouse to a place between 0, its left end, and 1."""
        control = self._control(description)
        handle, track = control.locator(".noUi-handle"), control.locator(".noUi-base")
        handle.scroll_into_view_if_needed()
        start, way = handle.bounding_box(), track.bounding_box()
        y = start["y"] + start["height"] / 2
        self.page.mouse.move(start["x"] + start["width"] / 2, y)
        self.page.mouse.down()
        self.page.mouse.move(way["x"] + place * way["width"], y, steps=steps)
        self.page.mouse.up()

    def choose(self, description, option):
        """Press one of the toggle buttons, or pick from a list."""
        control = self._control(description)
        if control.locator("select").count():
            control.locator("select").select_option(option)
        else:
            control.get_by_role("button", name=option, exact=True).click()

    def click(self, label):
        """Press a button whose label has this in it."""
        self.box.locator(".widget-button", has_text=label).first.click()

    def settle(self, timeout=30):
        """Wait until the page shows what the kernel holds, twice in a row: pictures, caption, sliders and lists."""
        deadline, equal = time.monotonic() + timeout, 0
        while equal < 2:
            self.notebook.wait_until_idle()
            shown = self.pictures(), self.caption(), self.slider_places(), self.chosen()
            equal = equal + 1 if self._holds(*shown) else 0
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {timeout} s the page shows another state than the kernel holds")

    def slider_places(self):
        return [float(handle.get_attribute("aria-valuetext")) for handle in self.box.locator(".noUi-handle").all()]

    def chosen(self):
        """What each list and each row of toggle buttons shows as chosen."""
        return self.box.locator(".widget-dropdown select, .widget-toggle-buttons").evaluate_all(CHOSEN)

    def _holds(self, pictures, caption, places, chosen):
        held = self.ask(f"[{PICTURES}, explorer.caption, {SLIDERS}, {CHOICES}]")
        held_pictures, held_caption, sliders, choices = held
        return (
            pictures == [base64.b64decode(picture) for picture in held_pictures]
            and caption == held_caption
            and chosen == choices
            and len(places) == len(sliders)
            and all(abs(place - held) < 0.51 * step for place, (held, step) in zip(places, sliders, strict=True))
        )
