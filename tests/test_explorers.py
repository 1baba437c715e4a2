"""Every explorer, driven from Python: ends, middle and random states. A new one is tested by being in EXPLORERS."""

import inspect
import itertools
import re

import matplotlib
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets
from matplotlib.text import Text
from states import random_state, states, values_of

from bnlib.explorers import EXPLORERS
from bnlib.live.sliders import Exact
from bnlib.pictures import plots


@pytest.fixture(scope="module", params=EXPLORERS)
def make(request):
    """An explorer; one that trains does 20 steps at first, which show all that is asked here as 100 do."""
    explorer = EXPLORERS[request.param]
    with pytest.MonkeyPatch.context() as patch:
        if hasattr(explorer, "first_steps"):
            patch.setattr(explorer, "first_steps", 20)
        yield explorer


def data_of(explorer):
    """What the moving artists show, without the text."""
    found = []
    for drawing in explorer.drawings.values():
        for artist in drawing.figure.findobj(lambda artist: artist.get_animated() and not isinstance(artist, Text)):
            getters = ("get_xydata", "get_data", "get_offsets", "get_array")
            data = next(getattr(artist, getter)() for getter in getters if hasattr(artist, getter))
            parts = data if isinstance(data, tuple) else (data,)
            found.append([np.array(part, dtype=float) for part in parts if part is not None])
    return found


def same(these, those):
    return all(map(np.array_equal, itertools.chain(*these), itertools.chain(*those)))


@pytest.mark.parametrize("random", [5, pytest.param(500, marks=pytest.mark.deep)])
def test_each_state_has_a_picture_of_the_same_size_and_a_short_caption_with_numbers(explorer, random):
    sizes = {key: picture.value[16:24] for key, picture in explorer.pictures.items()}
    for state in states(explorer, random):
        explorer.set(**state)
        assert {key: picture.value[16:24] for key, picture in explorer.pictures.items()} == sizes
        assert explorer.state == state
        assert re.search(r"\d", explorer.caption) and not re.search(r"nan|inf\b|[-−]0\.0*\b(?!\d)", explorer.caption)
        assert len(explorer.caption) < 400
        assert 1 <= len(re.findall(r"\.(?= [A-Z]|$)", explorer.caption)) <= 3


def test_the_same_state_gives_the_same_picture_whatever_came_before(explorer):
    seen, chosen = {}, list(states(explorer, random=4))[-6:]
    for state in chosen:
        explorer.set(**state)
        seen[explorer.code()] = [picture.value for picture in explorer.pictures.values()]
    for state in reversed(chosen):
        explorer.set(**state)
        assert [picture.value for picture in explorer.pictures.values()] == seen[explorer.code()]


def test_its_line_of_code_rebuilds_pictures_and_caption(explorer):
    first = explorer.code(), explorer.caption
    assert explorer.code() == f"{type(explorer).__name__}()"
    explorer.set(**random_state(explorer, np.random.default_rng(3)))
    rebuilt = eval(explorer.code(), vars(__import__("bnlib.explorers").explorers))
    assert [picture.value for picture in rebuilt.pictures.values()] == [
        picture.value for picture in explorer.pictures.values()
    ]
    assert rebuilt.caption == explorer.caption
    explorer.reset()
    assert (explorer.code(), explorer.caption) == first
    rebuilt.close()


def test_each_control_moves_the_data_and_each_picture_is_moved_by_some(explorer):
    moved = set()
    for name, control in explorer.controls.items():
        assert any(moves(explorer, name, control, menu, moved) for menu in menus(explorer, name)), name
    assert moved == set(explorer.pictures)


def menus(explorer, name):
    """The start, and each option of each other menu: a control may act on one of them only."""
    yield {}
    for menu, control in explorer.controls.items():
        for option in getattr(control, "options", ()) if menu != name else ():
            yield {menu: option}


def moves(explorer, name, control, menu, moved):
    """Whether a control moves the data, beside this option of a menu. Pictures that it moves are put into `moved`."""
    explorer.reset()
    explorer.set(**menu)
    start, pictures = data_of(explorer), {key: picture.value for key, picture in explorer.pictures.items()}
    other = next(value for value in reversed(values_of(control)) if value != explorer.state[name])
    explorer.set(**{name: other})
    moved |= {key for key, picture in explorer.pictures.items() if picture.value != pictures[key]}
    return not same(data_of(explorer), start)


def test_each_picture_is_what_matplotlib_draws_as_a_whole(make):
    explorer = make()
    explorer.set(**random_state(explorer, np.random.default_rng(1)))
    for drawing in explorer.drawings.values():
        drawing.png()
        blitted = np.array(drawing.figure.canvas.buffer_rgba())
        for artist in drawing.figure.findobj(lambda artist: artist.get_animated()):
            artist.set(animated=False, zorder=artist.get_zorder() + 100)
        with matplotlib.rc_context(plots.STYLE):
            drawing.figure.canvas.draw()
        np.testing.assert_array_equal(blitted, np.asarray(drawing.figure.canvas.buffer_rgba()))
    explorer.close()


def test_a_small_move_of_a_slider_does_not_draw_the_background_again(explorer):
    for name, control in explorer.controls.items():
        if not hasattr(control, "min"):
            continue
        explorer.reset()
        start = explorer.state[name]
        before = [drawing.backgrounds_drawn for drawing in explorer.drawings.values()]
        low, *_, high = values_of(control)
        factor = control.base**control.step if hasattr(control, "base") else 1
        step = 0 if hasattr(control, "base") else control.step
        other = start * factor + step if start * factor + step <= high else start / factor - step
        explorer.set(**{name: other})
        assert explorer.state[name] != start
        assert [drawing.backgrounds_drawn for drawing in explorer.drawings.values()] == before, name


def test_the_browsers_answer_changes_nothing_and_a_step_does(explorer):
    rng = np.random.default_rng(2)
    for name, control in explorer.controls.items():
        if not hasattr(control, "step"):
            continue
        assert isinstance(control, Exact), f"{name} must be one of the sliders of bnlib.live"
        explorer.reset()
        explorer.set(**{name: random_state(explorer, rng)[name]})
        position = np.log(control.value) / np.log(control.base) if hasattr(control, "base") else control.value
        nearest = control.min + np.floor((position - control.min) / control.step + 0.5) * control.step
        away = nearest - control.step if nearest - control.step >= control.min else nearest + control.step
        answer, step = (control.base**at if hasattr(control, "base") else at for at in (nearest, away))
        whole = isinstance(control.value, int)
        picture, state = explorer.picture.value, dict(explorer.state)
        control.set_state({"value": int(answer) if whole else answer})
        assert explorer.state == state and explorer.picture.value == picture, name
        control.set_state({"value": int(step) if whole else step})
        assert explorer.state[name] == pytest.approx(step, rel=1e-9, abs=1e-9), name


def test_the_steps_of_a_slider_end_at_the_end_of_its_range(explorer):
    for name, control in explorer.controls.items():
        if hasattr(control, "step"):
            steps = (control.max - control.min) / control.step
            assert steps == pytest.approx(round(steps), abs=1e-6), name


def test_the_ranges_hold_what_the_buttons_set(explorer):
    rng = np.random.default_rng(4)
    for method in explorer.buttons.values():
        for _ in range(3):
            explorer.set(**random_state(explorer, rng))
            getattr(explorer, method)()
            assert explorer.state == {name: control.value for name, control in explorer.controls.items()}


def test_wrong_start_values_are_refused_and_leave_nothing_open(make):
    explorer = make()
    widgets = len(open_widgets)
    for key, control in explorer.controls.items():
        wrong = 2 * values_of(control)[-1] + 1 if hasattr(control, "min") else "no such choice"
        with pytest.raises(ValueError, match=f"{key}.*{re.escape(repr(wrong))}"):
            make(**{key: wrong})
    with pytest.raises(TypeError, match=f"no control 'colour'.*{key}"):
        make(colour=1)
    assert len(open_widgets) == widgets
    explorer.close()


def test_building_and_closing_one_leaves_no_widget(make):
    before = len(open_widgets)
    make().close()
    assert len(open_widgets) == before


def test_a_high_density_picture_is_shown_at_the_same_size(make, explorer):
    sharp = make(scale=2)
    for key, picture in explorer.pictures.items():
        one, two = (np.frombuffer(p.value[16:24], ">u4") for p in (picture, sharp.pictures[key]))
        np.testing.assert_array_equal(two, 2 * one)
        assert (picture.width, picture.height) == (sharp.pictures[key].width, sharp.pictures[key].height)
    sharp.close()


def test_each_control_says_what_it_is_and_answers_while_it_is_dragged(explorer):
    for name, control in explorer.controls.items():
        assert control.description, name
        assert getattr(control, "continuous_update", True), name


def test_explorers_stay_short():
    """CONTRIBUTING promises 60 to 90 lines for a new one; those that bring nets of their own are longer."""
    lengths = sorted(
        len(inspect.getsource(inspect.getmodule(explorer)).splitlines()) for explorer in EXPLORERS.values()
    )
    assert lengths[len(lengths) // 2] <= 115 and lengths[-1] <= 165


def test_the_order_of_the_controls_plays_no_part(explorer, monkeypatch):
    shown, state = explorer.caption, explorer.state
    monkeypatch.setattr(explorer, "_state", dict(reversed(state.items())))
    explorer.redraw(explorer.compute(**explorer.state))
    assert explorer.caption == shown and list(explorer.state) == list(reversed(state))
