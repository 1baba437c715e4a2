"""What a reader does with a notebook: run all, drag everything, look at the picture and the caption."""

import math
import re

import numpy as np
import pytest
from chosen import NOTEBOOKS


def same_points(these, those):
    return len(these) == len(those) and all(map(np.array_equal, flat(these), flat(those)))


def flat(artists):
    """The data of each artist as one array; what `stairs` holds is a list of arrays of different length."""
    return [np.hstack([[], *(np.ravel(part) for part in data if part is not None)]) for data in artists]


def place_of(control, value):
    """Where a value lies on a slider, in the units of its min, max and step."""
    return math.log(value, control["base"]) if "base" in control else value


def drag_and_press(box, name, control):
    """Drag a slider far away by mouse, then three steps back by keyboard. Returns the artists after the drag."""
    low, high, step, description = (control[key] for key in ("min", "max", "step", "description"))
    right = place_of(control, control["value"]) < (low + high) / 2
    target = 0.85 if right else 0.15

    box.drag(description, target)
    box.settle()
    dragged = place_of(control, box.state()[name])
    assert abs(dragged - (low + target * (high - low))) <= max(step, 0.03 * (high - low)), name
    artists = box.artists()  # three steps back may be where a short slider was at first

    box.press(description, "ArrowLeft" if right else "ArrowRight", times=3)
    box.settle()
    assert place_of(control, box.state()[name]) == pytest.approx(dragged + (-3 if right else 3) * step, abs=1e-9), name
    return artists


def choose_all(box, name, control):
    """Choose every option once, and end with another one than at the start. Returns the artists then."""
    options = [option for option in control["options"] if option != control["value"]]
    for option in [control["value"], *options]:
        box.choose(control["description"], option)
        box.settle()
        assert box.state()[name] == option
    return box.artists()


def test_every_cell_runs_without_an_error_and_without_a_warning(notebook):
    assert notebook.finished
    assert not notebook.troubled_outputs()
    assert not notebook.complaints


def move(box, name, control):
    """Move a control; nothing but its own value changes, and the drawn data does."""
    state, artists = box.state(), box.artists()
    moved = (choose_all if "options" in control else drag_and_press)(box, name, control)
    assert box.state() | {name: None} == state | {name: None}, f"{name} moved other values"
    assert not same_points(artists, moved), f"{name} moved, and no artist of the data did"


@pytest.mark.parametrize("notebook", [NOTEBOOKS[0]], ids=["the tour"], indirect=True)
def test_a_slider_and_a_menu_of_each_explorer_of_the_tour_move_the_drawn_data(notebook):
    for box in notebook.explorers():
        kinds = {"options" in control: (name, control) for name, control in reversed(box.controls().items())}
        for name, control in kinds.values():
            move(box, name, control)
    assert not notebook.complaints


@pytest.mark.deep
def test_every_control_moves_its_own_value_and_the_drawn_data(notebook):
    for box in notebook.explorers():
        for name, control in box.controls().items():
            move(box, name, control)
    assert not notebook.complaints


def test_the_picture_in_the_page_is_the_one_that_its_line_of_code_draws(notebook):
    for box in notebook.explorers():
        box.settle()
        assert box.pictures() == box.redrawn()


def gamma_beta_boxes(notebook):
    own = [box for box in notebook.explorers() if "function=" not in box.source]  # not one that shows a mistake
    boxes = [box for box in own if {"gamma", "beta", "unit"} <= set(box.controls())]
    if not boxes:
        pytest.skip("no explorer of gamma and beta in this notebook")
    return boxes


def scaled_and_shifted(box):
    """The state, z of the unit and the batch chosen with the changed W and b, and y, by the formula."""
    state = box.state()
    z = np.array(box.ask("explorer.pre_activations[:explorer.state['m'], explorer.state['unit']]"))
    z = state["w_scale"] * z + state["b_shift"]
    return state, z, state["gamma"] * (z - z.mean()) / np.sqrt(z.var() + 1e-5) + state["beta"]


def test_gamma_and_beta_do_to_the_drawn_data_what_theory_says(notebook):
    for box in gamma_beta_boxes(notebook):
        box.choose("activation", "relu")
        box.drag("γ", 0.8)
        box.drag("β", 0.3)
        box.settle()
        state, z, y = scaled_and_shifted(box)
        std = abs(state["gamma"]) * np.sqrt(z.var() / (z.var() + 1e-5))
        edges = np.array(box.ask("explorer.edges"))
        counts, _ = np.histogram(np.clip(y, edges[0], edges[-1]), edges)
        bars, spread = box.ask("[explorer.rows['y'][0].get_data().values, explorer.rows['y'][1].get_xdata()]")

        assert state["gamma"] > 1 and state["beta"] < -0.5  # the sliders went where the mouse took them
        np.testing.assert_allclose(spread, [state["beta"] - std, state["beta"], state["beta"] + std], atol=1e-12)
        np.testing.assert_array_equal(bars, counts / counts.max())
        assert len(box.ask("explorer.lost.get_xdata()")) == np.sum(y <= 0)
        assert re.search(rf"\b{100 * np.mean(y <= 0):.0f} % (are )?off", box.caption())


def test_the_identity_button_gives_z_back_as_the_page_says(notebook):
    for box in gamma_beta_boxes(notebook):
        box.click("identity")
        box.settle()
        assert "largest |y − z| is under 1e-12 in this batch" in box.caption()
        _, z, y = scaled_and_shifted(box)
        assert np.abs(y - z).max() < 1e-12
    assert not notebook.complaints
