"""The live picture and the base of all explorers, tried on a small explorer of this file. No browser."""

import base64
import builtins
import gc
import html
import io
import weakref
from types import SimpleNamespace

import ipywidgets
import matplotlib
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets
from PIL import Image

from bnlib.live import Explorer, FloatLogSlider, FloatSlider, IntSlider, cells, kept
from bnlib.pictures import Picture, plots
from bnlib.pictures.moving_text import Letters

X = np.linspace(-4, 4, 201)


class Bell(Explorer):
    """A bell curve, and the running total of it."""

    buttons = {"narrow": "narrow"}

    def make_controls(self):
        return {
            "mean": FloatSlider(0.0, min=-3, max=3, step=0.1, description="mean"),
            "width": FloatLogSlider(1.0, min=-1, max=1, step=0.1, description="width"),
            "power": IntSlider(2, min=1, max=8, description="power"),
            "sign": ipywidgets.ToggleButtons(options=["up", "down"], description="sign"),
            "tall": ipywidgets.Checkbox(False, description="tall"),
        }

    def make_figures(self):
        first, ax = plots.figure(width=300, height=200)
        (self.line,) = ax.plot(X, X, animated=True)
        self.readout = ax.text(0.02, 0.9, "", transform=ax.transAxes, animated=True)
        ax.set(xlim=(-4, 4), ylim=(-1, 1), title="bell")
        ax.annotate("0", (0, 0))
        self.ax = ax
        second, ax = plots.figure(width=300, height=100)
        (self.total,) = ax.plot(X, X, animated=True)
        ax.set(ylim=(-8, 8))
        ax.axis("off")
        return {"bell": first, "total": second}

    def compute(self, mean, width, power, sign, tall):
        return (1 if sign == "up" else -1) * (1 + tall) * np.exp(-(np.abs((X - mean) / width) ** power))

    def show(self, y, tall, **_):
        self.line.set_ydata(y)
        self.total.set_ydata(np.cumsum(y) * (X[1] - X[0]))
        self.readout.set_text(f"{y.mean():.3f}")
        if self.ax.get_ylim()[1] != 1 + tall:
            self.ax.set_ylim(-1 - tall, 1 + tall)
        return f"The mean is {y.mean():.2f} < 3."

    def narrow(self):
        self.set(width=0.123, mean=0.456)


@pytest.fixture
def bell():
    explorer = Bell()
    yield explorer
    explorer.close()


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))


def send(control, value):
    """What arrives from the browser when its slider goes to a value."""
    control.set_state({"value": value})


def full_redraw(figure):
    """The figure drawn by matplotlib as a whole, its moving artists on top."""
    for artist in figure.findobj(lambda artist: artist.get_animated()):
        artist.set(animated=False, zorder=artist.get_zorder() + 100)
    with matplotlib.rc_context(plots.STYLE):
        figure.canvas.draw()
    rgba = np.array(figure.canvas.buffer_rgba())
    assert rgba[..., 3].min() == 255  # nothing is lost with the fourth channel
    return rgba[..., :3]


# The picture.


@pytest.mark.parametrize("scale", [1, 2])
def test_a_blitted_picture_equals_a_full_redraw_pixel_for_pixel(scale):
    explorer = Bell(scale=scale)
    for state in ({"mean": 1.0}, {"mean": -2.2, "width": 0.3}, {"tall": True}, {"power": 5, "sign": "down"}):
        explorer.set(**state)
    for name, drawing in explorer.drawings.items():
        shown = pixels(explorer.pictures[name].value)
        np.testing.assert_array_equal(shown, full_redraw(drawing.figure))
        assert len(np.unique(shown.reshape(-1, 3), axis=0)) > 10  # it is not empty


def test_a_moving_artist_with_a_higher_zorder_lies_above_the_others():
    figure, ax = plots.figure(width=200, height=150)
    for color, zorder in (("red", 5), ("blue", 4)):
        ax.plot([0, 1], [0, 1], color=color, linestyle="-", linewidth=9, zorder=zorder, animated=True)
    colours = pixels(Picture(figure).png()).reshape(-1, 3)
    assert [255, 0, 0] in colours.tolist() and [0, 0, 255] not in colours.tolist()


def test_while_only_moving_artists_change_the_background_is_drawn_once(bell):
    before = bell.picture.value
    for mean in np.linspace(-3, 3, 20):
        bell.set(mean=mean, power=4)
    assert [drawing.backgrounds_drawn for drawing in bell.drawings.values()] == [1, 1]
    assert bell.picture.value != before


@pytest.mark.parametrize(
    "change",
    [
        lambda ax: ax.set_xlim(-5, 5),
        lambda ax: ax.set_ylim(-2, 2),
        lambda ax: ax.set_title("another"),
        lambda ax: ax.set_xlabel("x"),
        lambda ax: ax.set_yticks([0, 0.5]),
        lambda ax: ax.title.set_color("red"),
        lambda ax: ax.plot([0, 1], [0, 1]),
        lambda ax: ax.lines[1].set_ydata([0.5, 0.5]),
        lambda ax: ax.lines[1].remove(),
        lambda ax: ax.get_figure().text(0.5, 0.5, "over all"),
    ],
)
def test_the_background_is_drawn_again_when_anything_that_stands_still_changes(change):
    def drawn(changed_from_the_start):
        figure, ax = plots.figure(width=200, height=150)
        ax.plot([0, 1], [0.2, 0.9], animated=True)
        ax.plot([0, 1], [0.1, 0.1])
        picture = Picture(figure)
        if not changed_from_the_start:
            picture.png()
        change(ax)
        return picture.png(), picture.backgrounds_drawn

    later, count = drawn(changed_from_the_start=False)
    assert count == 2
    assert later == drawn(changed_from_the_start=True)[0]


def test_an_explorer_that_changes_its_limits_draws_the_background_once_for_each_change(bell):
    counts = []
    for state in ({"tall": True}, {"mean": 1.0}, {"mean": 2.0}, {"tall": False}, {"mean": 0.0}):
        bell.set(**state)
        counts.append(bell.drawings["bell"].backgrounds_drawn)
    assert counts == [2, 2, 2, 3, 3]
    assert bell.drawings["total"].backgrounds_drawn == 1
    assert bell.picture.value == Bell().picture.value


def test_scale_2_has_twice_as_many_pixels_each_way_and_the_same_size_in_the_page():
    one, two = Bell(), Bell(scale=2)
    assert pixels(one.picture.value).shape == (200, 300, 3)
    assert pixels(two.picture.value).shape == (400, 600, 3)
    assert (one.picture.width, one.picture.height) == (two.picture.width, two.picture.height) == ("300", "200")
    assert two._repr_mimebundle_()[1]["image/png"]["width"] == 300
    assert two.code() == "Bell(scale=2)"
    two.scale = np.float64(2)
    assert two.code() == "Bell(scale=2.0)"
    for scale in (-1, 0.2, 5):
        with pytest.raises(ValueError, match=f"scale.*{scale}"):
            Bell(scale=scale)


@pytest.mark.parametrize(
    "own",
    [
        {"lines.linewidth": 9, "font.size": 30, "axes.facecolor": "black", "text.hinting": "native"},
        {"axes.unicode_minus": False, "axes.autolimit_mode": "round_numbers"},
        {"font.sans-serif": ["cmr10"]},
        {"path.simplify": False},
        {"path.simplify_threshold": 1.0},
        {"path.snap": False},
        *(matplotlib.style.library[name] for name in ("classic", "fast", "seaborn-v0_8-darkgrid")),
    ],
)
def test_what_a_reader_has_set_for_matplotlib_does_not_change_a_picture(own, bell):
    Letters.of.cache_clear()
    with matplotlib.rc_context(own):
        first = Bell()
        first.set(mean=-1.0, width=0.3)
    Letters.of.cache_clear()
    second = Bell()
    with matplotlib.rc_context(own):
        second.set(mean=-1.0, width=0.3)
    bell.set(mean=-1.0, width=0.3)
    for name, picture in bell.pictures.items():
        assert first.pictures[name].value == second.pictures[name].value == picture.value


def test_a_static_picture_stands_in_the_page_with_its_caption_as_alternative_text():
    figure, ax = plots.figure(width=200, height=150)
    ax.plot([0, 1], [0, 1])
    data, metadata = Picture(figure, "A line.", scale=2)._repr_mimebundle_()
    assert pixels(base64.b64decode(data["image/png"])).shape == (300, 400, 3)
    assert data["text/plain"] == "A line."
    assert metadata["image/png"].pop("words")
    assert metadata == {"image/png": {"alt": "A line.", "width": 200}}


# The explorer in the page.


def test_an_explorer_is_shown_as_its_widget_and_as_its_first_picture(bell):
    bell.set(mean=1.0)
    data, metadata = bell._repr_mimebundle_()
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == bell.widget.model_id
    assert base64.b64decode(data["image/png"]) == bell.picture.value == bell.pictures["bell"].value
    assert data["text/plain"] == bell.caption == metadata["image/png"]["alt"]


def test_the_caption_under_the_pictures_follows_them(bell):
    bell.set(mean=3.0, width=0.5)
    assert f"{bell.compute(**bell.state).mean():.2f} < 3" in bell.caption
    assert bell.widget.children[-1].value == html.escape(bell.caption)
    assert bell.widget.children[1:-1] == tuple(bell.pictures.values())


def test_building_one_shows_nothing_by_itself(capsys):
    Bell()
    assert capsys.readouterr() == ("", "")


# The state.


def test_moving_a_control_from_python_gives_exactly_that_state(bell):
    before = bell.picture.value
    bell.controls["mean"].value = 0.01234
    assert bell.state["mean"] == 0.01234
    assert bell.picture.value != before
    bell.set(mean=-1 / 3, width=0.1 + 0.2)
    assert (bell.state["mean"], bell.controls["mean"].value) == (-1 / 3, -1 / 3)
    assert bell.state["width"] == 0.1 + 0.2


@pytest.mark.parametrize("name, exact, answer", [("mean", 1.234, 1.2000000000000002), ("width", 0.123, 10**-0.9)])
def test_the_browsers_answer_to_a_value_leaves_the_state_as_it_is_however_often_it_comes(bell, name, exact, answer):
    bell.set(**{name: exact})
    picture = bell.picture.value
    for _ in range(3):
        send(bell.controls[name], answer)
    assert bell.state[name] == bell.controls[name].value == exact
    assert bell.picture.value == picture


def test_one_step_of_the_hand_is_a_move_whatever_the_state_before(bell):
    for exact, answer, move in ((1.234, 1.2, 1.3), (1.234, 1.2, 1.1), (1.25, 1.3, 1.2), (1.25, 1.2, 1.3)):
        bell.set(mean=exact)
        send(bell.controls["mean"], answer)
        assert bell.state["mean"] == exact
        send(bell.controls["mean"], move)
        assert bell.state["mean"] == move
        send(bell.controls["mean"], answer)
        assert bell.state["mean"] == answer
    bell.set(width=0.123)
    send(bell.controls["width"], 10**-0.8)
    assert bell.state["width"] == pytest.approx(10**-0.8, rel=1e-9)


def test_a_step_has_the_number_a_reader_would_write(bell):
    send(bell.controls["mean"], 1.0999999999999996)
    send(bell.controls["power"], 3)
    assert bell.code() == "Bell(mean=1.1, power=3)"


def test_what_the_hand_did_is_not_sent_back_to_the_slider(bell, monkeypatch):
    sent = []
    for name, control in bell.controls.items():
        monkeypatch.setattr(control, "_send", lambda message, buffers=None, name=name: sent.append((name, message)))
    send(bell.controls["mean"], 1.0999999999999996)
    send(bell.controls["power"], 5)
    assert sent == []
    bell.set(mean=0.5)
    assert [(name, message["state"]) for name, message in sent] == [("mean", {"value": 0.5})]


def test_a_change_of_several_controls_is_drawn_once(bell):
    shown = []
    show = bell.show
    bell.show = lambda y, **state: shown.append(1) or show(y, **state)
    bell.set(mean=1.0, width=0.5, power=3, sign="down", tall=True)
    assert len(shown) == 1
    bell.reset()
    assert len(shown) == 2
    bell.narrow()
    assert len(shown) == 3 and (bell.state["mean"], bell.state["width"]) == (0.456, 0.123)
    bell.set(mean=0.456)
    assert len(shown) == 3  # nothing changed


def test_buttons_call_their_methods(bell):
    narrow, reset = [child for child in bell.widget.children[0].children if isinstance(child, ipywidgets.Button)]
    first = bell.picture.value
    narrow.click()
    assert bell.code() == "Bell(mean=0.456, width=0.123)"
    reset.click()
    assert bell.code() == "Bell()" and bell.picture.value == first


def test_reset_goes_back_to_the_state_it_was_built_with():
    preset = Bell(mean=0.7, sign="down")
    first = [picture.value for picture in preset.pictures.values()]
    preset.set(mean=-1.0, sign="up", tall=True)
    preset.reset()
    assert preset.state == preset.start and preset.code() == "Bell(mean=0.7, sign='down')"
    assert [picture.value for picture in preset.pictures.values()] == first


def test_its_line_of_code_rebuilds_the_state_and_the_pictures(bell):
    bell.set(mean=-1 / 3, width=np.float64(0.2), power=np.int64(7), sign=np.str_("down"), tall=True)
    assert bell.code() == f"Bell(mean={-1 / 3!r}, width=0.2, power=7, sign='down', tall=True)"
    rebuilt = eval(bell.code())
    assert [picture.value for picture in rebuilt.pictures.values()] == [
        picture.value for picture in bell.pictures.values()
    ]


def test_the_state_is_read_as_a_copy_so_reset_and_code_tell_the_truth(bell):
    bell.set(mean=1.0)
    bell.state["mean"] = 2.0
    bell.state.clear()
    assert bell.state["mean"] == bell.controls["mean"].value == 1.0 and bell.code() == "Bell(mean=1.0)"
    for fixed in (bell.start, bell.defaults):
        with pytest.raises(TypeError, match="item assignment"):
            fixed["mean"] = 2.0
    with pytest.raises(AttributeError, match="state"):
        bell.state = {"mean": 2.0}
    bell.reset()
    assert bell.state["mean"] == bell.controls["mean"].value == 0.0 and bell.code() == "Bell()"


def test_the_last_picture_is_that_of_the_last_position_whatever_came_before(bell):
    rng = np.random.default_rng(0)
    for _ in range(100):
        name = rng.choice(["mean", "width", "power"])
        control = bell.controls[name]
        low, high = (0.1, 10) if name == "width" else (control.min, control.max)
        send(control, int(rng.integers(low, high)) if name == "power" else float(rng.uniform(low, high)))
    assert bell.picture.value == eval(bell.code()).picture.value


# Errors.


@pytest.mark.parametrize(
    "bad, error, words",
    [
        ({"middle": 1}, TypeError, "no control 'middle'.*mean, width, power, sign, tall"),
        ({"mean": 3.1}, ValueError, "mean.*-3.0 to 3.0.*3.1"),
        ({"mean": float("nan")}, ValueError, "mean.*nan"),
        ({"mean": "left"}, ValueError, "mean.*'left'"),
        ({"mean": None}, ValueError, "mean.*None"),
        ({"width": 0.05}, ValueError, "width.*0.1 to 10.*0.05"),
        ({"power": 2.5}, ValueError, "power.*int.*2.5"),
        ({"power": float("inf")}, ValueError, "power.*int.*inf"),
        ({"sign": "sideways"}, ValueError, "sign.*'up', 'down'.*'sideways'"),
        ({"tall": 2}, ValueError, "tall.*2"),
        ({"mean": True}, ValueError, "mean.*float.*True"),
        ({"mean": np.array([1.0, 2.0])}, ValueError, r"mean.*-3.0 to 3.0.*array\(\[1"),
        ({"mean": np.array([1.0])}, ValueError, r"mean.*-3.0 to 3.0.*array\(\[1"),
        ({"power": [2]}, ValueError, r"power.*int.*\[2\]"),
        ({"sign": np.array(["up", "down"])}, ValueError, r"sign.*'up', 'down'.*array\(\['up'"),
        ({"sign": ["up"]}, ValueError, r"sign.*'up', 'down'.*\['up'\]"),
    ],
)
def test_a_value_that_does_not_fit_is_named_and_leaves_everything_as_it_was(bell, bad, error, words):
    state, picture, widgets = dict(bell.state), bell.picture.value, len(open_widgets)
    with pytest.raises(error, match=words):
        bell.set(**{"power": 3, **bad})
    with pytest.raises(error, match=words):
        Bell(**bad)
    assert bell.state == state and bell.picture.value == picture
    assert {name: control.value for name, control in bell.controls.items()} == state
    assert len(open_widgets) == widgets


def test_a_control_cannot_have_the_name_of_a_setting():
    class Clash(Bell):
        def make_controls(self):
            return {"scale": FloatSlider(description="scale")}

    widgets = len(open_widgets)
    with pytest.raises(ValueError, match="another name"):
        Clash()
    assert len(open_widgets) == widgets


def test_a_model_that_raises_leaves_state_controls_and_picture_as_they_were(bell):
    bell.set(mean=1.0)
    state, picture, caption = dict(bell.state), bell.picture.value, bell.caption

    def broken(**state):
        raise ArithmeticError("no such bell")

    bell.compute = broken
    with pytest.raises(ArithmeticError):
        bell.set(mean=2.0, tall=True)
    with pytest.raises(ArithmeticError):
        bell.controls["mean"].value = 2.0
    assert (bell.state, bell.picture.value, bell.caption) == (state, picture, caption)
    assert bell.controls["mean"].value == 1.0


# What an explorer keeps.


class Sums:
    def __init__(self):
        self.computed = []

    @kept
    def sum_of(self, a, b):
        """The sum."""
        self.computed.append((a, b))
        return a + b


def test_what_is_kept_is_computed_anew_when_an_argument_changes_and_only_then():
    sums = Sums()
    assert [sums.sum_of(*pair) for pair in ((1, 2), (1, 2), (1, 3), (1, 3), (1, 2))] == [3, 3, 4, 4, 3]
    assert sums.computed == [(1, 2), (1, 3), (1, 2)]
    assert Sums.sum_of.__doc__ == "The sum."


def test_what_is_kept_belongs_to_one_object_and_goes_with_it():
    one, other = Sums(), Sums()
    assert one.sum_of(1, 2) == other.sum_of(1, 2) == 3
    assert one.computed == other.computed == [(1, 2)]
    gone = weakref.ref(one)
    del one
    gc.collect()
    assert gone() is None


class Named(Bell):
    def __init__(self, *, model=None, data=None, **start):
        self.was_given = self.given(model=model, data=data)
        super().__init__(**start)


def test_arguments_are_given_all_or_none_and_stand_in_the_line_of_code():
    explorer, plain = Named(model=1, data=0, mean=0.5), Named()
    assert explorer.was_given and explorer.code() == "Named(model=model, data=data, mean=0.5)"
    assert not plain.was_given and plain.code() == "Named()"
    for each in (explorer, plain):
        each.close()
    before = len(open_widgets)
    with pytest.raises(TypeError, match=r"model and data together.*\['data'\]"):
        Named(data=0)
    assert len(open_widgets) == before


# The end.


@pytest.mark.parametrize(
    "use",
    [
        lambda bell: bell.set(mean=1.0),
        lambda bell: bell.narrow(),
        lambda bell: bell.reset(),
        lambda bell: bell.code(),
        lambda bell: bell.state,
        lambda bell: bell.start,
        lambda bell: bell.controls,
        lambda bell: bell.picture,
        lambda bell: bell.caption,
        lambda bell: bell.ax,
    ],
)
def test_a_closed_explorer_says_so_and_what_to_do(use):
    explorer = Bell()
    explorer.close()
    with pytest.raises(AttributeError, match=r"this Bell is closed.*make another, Bell\("):
        use(explorer)


def test_what_an_open_explorer_does_not_have_is_named_as_everywhere(bell):
    with pytest.raises(AttributeError, match="'Bell' object has no attribute 'colour'"):
        _ = bell.colour


def test_closing_leaves_no_widget_and_frees_the_figure():
    gc.collect()
    before = len(open_widgets)
    explorer = Bell()
    figure = weakref.ref(explorer.drawings["bell"].figure)
    assert len(open_widgets) > before
    explorer.close()
    explorer.touched = 1  # as the buttons of a training run do at once
    explorer.close()
    gc.collect()
    assert len(open_widgets) == before
    assert figure() is None  # though the explorer itself is still held
    assert "closed" in explorer._repr_mimebundle_()[0]["text/plain"]


@pytest.mark.parametrize("broken", ["make_controls", "make_figures", "compute", "show"])
def test_an_explorer_that_cannot_be_built_leaves_no_widget(monkeypatch, broken):
    def fail(*_, **__):
        raise ZeroDivisionError

    before = len(open_widgets)
    monkeypatch.setattr(Bell, broken, fail)
    with pytest.raises(ZeroDivisionError):
        Bell()
    assert len(open_widgets) == before


def run_of_a_cell(monkeypatch, cell, run, in_a_browser=False):
    parent = {"metadata": {"cellId": cell}, "header": {"msg_id": run}}
    asked = SimpleNamespace(get_parent=lambda: parent)
    shell = SimpleNamespace(kernel=asked) if in_a_browser else asked  # Pyodide's shell
    monkeypatch.setattr(builtins, "get_ipython", lambda: shell, raising=False)


@pytest.mark.parametrize("in_a_browser", [False, True])
def test_running_a_cell_again_ends_what_its_last_run_built_and_nothing_else(monkeypatch, in_a_browser):
    monkeypatch.setattr(cells, "CELLS", {})
    run_of_a_cell(monkeypatch, "another cell", "run 0")
    other = Bell()
    before = len(open_widgets)
    for run in range(10):
        run_of_a_cell(monkeypatch, "a cell", f"run {run + 1}", in_a_browser)
        explorer = Bell()
        if run == 0:
            widgets = len(open_widgets) - before
        assert len(open_widgets) - before == widgets
    twin = Bell()  # of the same run
    assert len(open_widgets) - before == 2 * widgets
    assert other.state == explorer.state == twin.state  # all three live
    for each in (other, explorer, twin):
        each.close()


def test_a_control_is_observed_once_however_often_explorers_are_built():
    explorers = [Bell() for _ in range(10)]
    shown = []
    for explorer in explorers:
        show = explorer.show
        explorer.show = lambda y, show=show, **state: shown.append(1) or show(y, **state)
    explorers[3].controls["mean"].value = 1.0
    assert len(shown) == 1
    for explorer in explorers:
        explorer.close()
