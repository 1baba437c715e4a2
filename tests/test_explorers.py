"""Every explorer, driven from Python: ends, middle and random states. A new one is tested by being in EXPLORERS."""

import functools
import itertools
import re

import matplotlib
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets
from matplotlib.text import Text

from bnlib import MLP, BatchNorm, accuracy, cats
from bnlib.explorers import EXPLORERS, GammaBeta
from bnlib.explorers.gamma_beta import small_net
from bnlib.live.sliders import Exact
from bnlib.pictures import plots

pytestmark = pytest.mark.filterwarnings("error")
every_explorer = pytest.mark.parametrize("name", EXPLORERS)


@functools.cache
def built(name):
    """The explorer that is built without arguments, once for all tests."""
    return EXPLORERS[name]()


@pytest.fixture
def explorer(name):
    built(name).reset()
    return built(name)


def values_of(control):
    """Ends and middle of a control, or all of its options."""
    if hasattr(control, "options"):
        return list(control.options)
    if not hasattr(control, "min"):
        return [False, True]
    low, high = control.min, control.max
    if hasattr(control, "base"):
        return [control.base**low, control.base ** ((low + high) / 2), control.base**high]
    return [low, type(control.value)((low + high) / 2), high]


def random_state(explorer, rng):
    state = {}
    for name, control in explorer.controls.items():
        low, *_, high = values = values_of(control)
        if hasattr(control, "options") or isinstance(low, bool):
            state[name] = values[rng.integers(len(values))]
        elif isinstance(low, int):
            state[name] = int(rng.integers(low, high, endpoint=True))
        else:
            state[name] = float(rng.uniform(low, high))
    return state


def states(explorer, random=50):
    """Each control at each of its ends and its middle, two corners, then random joint states."""
    for name, control in explorer.controls.items():
        for value in values_of(control):
            yield explorer.start | {name: value}
    for corner in (0, -1):
        yield {name: values_of(control)[corner] for name, control in explorer.controls.items()}
    rng = np.random.default_rng(0)
    for _ in range(random):
        yield random_state(explorer, rng)


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


@every_explorer
def test_each_state_has_a_picture_of_the_same_size_and_a_short_caption_with_numbers(explorer):
    sizes = {key: picture.value[16:24] for key, picture in explorer.pictures.items()}
    for state in states(explorer):
        explorer.set(**state)
        assert {key: picture.value[16:24] for key, picture in explorer.pictures.items()} == sizes
        assert explorer.state == state
        assert re.search(r"\d", explorer.caption) and not re.search(r"nan|inf\b|[-−]0\.0*\b(?!\d)", explorer.caption)
        assert len(explorer.caption) < 400
        assert 1 <= len(re.findall(r"\.(?= [A-Z]|$)", explorer.caption)) <= 3


@every_explorer
def test_the_same_state_gives_the_same_picture_whatever_came_before(explorer):
    seen, chosen = {}, list(states(explorer, random=4))[-6:]
    for state in chosen:
        explorer.set(**state)
        seen[explorer.code()] = [picture.value for picture in explorer.pictures.values()]
    for state in reversed(chosen):
        explorer.set(**state)
        assert [picture.value for picture in explorer.pictures.values()] == seen[explorer.code()]


@every_explorer
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


@every_explorer
def test_each_control_moves_the_data_and_each_picture_is_moved_by_some(explorer):
    start, moved = data_of(explorer), set()
    for name, control in explorer.controls.items():
        explorer.reset()
        pictures = {key: picture.value for key, picture in explorer.pictures.items()}
        other = next(value for value in reversed(values_of(control)) if value != explorer.state[name])
        explorer.set(**{name: other})
        assert not same(data_of(explorer), start), name
        moved |= {key for key, picture in explorer.pictures.items() if picture.value != pictures[key]}
    assert moved == set(explorer.pictures)


@every_explorer
def test_each_picture_is_what_matplotlib_draws_as_a_whole(name):
    explorer = EXPLORERS[name]()
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


@every_explorer
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


@every_explorer
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


@every_explorer
def test_the_steps_of_a_slider_end_at_the_end_of_its_range(explorer):
    for name, control in explorer.controls.items():
        if hasattr(control, "step"):
            steps = (control.max - control.min) / control.step
            assert steps == pytest.approx(round(steps), abs=1e-6), name


@every_explorer
def test_the_ranges_hold_what_the_buttons_set(explorer):
    rng = np.random.default_rng(4)
    for method in explorer.buttons.values():
        for _ in range(3):
            explorer.set(**random_state(explorer, rng))
            getattr(explorer, method)()
            assert explorer.state == {name: control.value for name, control in explorer.controls.items()}


@every_explorer
def test_wrong_start_values_are_refused_and_leave_nothing_open(name):
    explorer = EXPLORERS[name]()
    sliders = {key: control for key, control in explorer.controls.items() if hasattr(control, "min")}
    key, control = next(iter(sliders.items()))
    too_much = 2 * values_of(control)[-1] + 1
    widgets = len(open_widgets)
    with pytest.raises(ValueError, match=f"{key}.*{re.escape(repr(too_much))}"):
        EXPLORERS[name](**{key: too_much})
    with pytest.raises(TypeError, match=f"no control 'colour'.*{key}"):
        EXPLORERS[name](colour=1)
    assert len(open_widgets) == widgets
    explorer.close()


@every_explorer
def test_building_and_closing_one_leaves_no_widget(name):
    before = len(open_widgets)
    EXPLORERS[name]().close()
    assert len(open_widgets) == before


@every_explorer
def test_a_high_density_picture_is_shown_at_the_same_size(name, explorer):
    sharp = EXPLORERS[name](scale=2)
    for key, picture in explorer.pictures.items():
        one, two = (np.frombuffer(p.value[16:24], ">u4") for p in (picture, sharp.pictures[key]))
        np.testing.assert_array_equal(two, 2 * one)
        assert (picture.width, picture.height) == (sharp.pictures[key].width, sharp.pictures[key].height)
    sharp.close()


@every_explorer
def test_each_control_says_what_it_is_and_answers_while_it_is_dragged(explorer):
    for name, control in explorer.controls.items():
        assert control.description, name
        assert getattr(control, "continuous_update", True), name


# The explorer of gamma and beta.

of_gamma_and_beta = pytest.mark.parametrize("name", ["gamma_beta"])
DERIVATIVE = {
    "relu": lambda y: (y > 0) * 1.0,
    "sigmoid": lambda y: np.exp(-y) / (1 + np.exp(-y)) ** 2 * 4,  # in units of the largest, 1 / 4
    "tanh": lambda y: 1 / np.cosh(y) ** 2,
}
ACTIVATION = {"relu": lambda y: np.maximum(y, 0), "sigmoid": lambda y: 1 / (1 + np.exp(-y)), "tanh": np.tanh}


def z_of(state, start=0):
    """Pre-activations of the unit, straight from the net and the animals."""
    model, x = small_net()
    return x[start : start + state["m"]] @ model.layers[0].W[:, state["unit"]]


def y_of(z, gamma, beta):
    return gamma * (z - np.mean(z)) / np.sqrt(np.var(z) + 1e-5) + beta


def number(text):
    return 0.0 if text == "under 1e-12" else float(text.replace("−", "-"))


@of_gamma_and_beta
def test_the_caption_of_gamma_and_beta_holds_what_plain_numpy_computes(explorer):
    words = (
        r"mean (\S+) and the standard deviation (\S+); (\d+) %.*\|y − z\| is (.+) in this batch, and (.+) in another"
    )
    for state in states(explorer):
        explorer.set(**state)
        gamma, beta = state["gamma"], state["beta"]
        z, other = z_of(state), z_of(state, start=256)
        y = y_of(z, gamma, beta)
        share = np.mean(DERIVATIVE[state["activation"]](y) < 0.1)
        gaps = np.abs(y - z).max(), np.abs(y_of(other, gamma, beta) - other).max()
        mean, std, percent, gap, gap_of_other = map(number, re.search(words, explorer.caption).groups())
        assert (mean, std) == pytest.approx((y.mean(), y.std()), abs=0.0051)
        assert percent == pytest.approx(100 * share, abs=0.51)
        assert (gap, gap_of_other) == pytest.approx(gaps, rel=0.051)
        assert f"Unit {state['unit']}, {state['m']} animals" in explorer.caption
        assert ("dead" if state["activation"] == "relu" else "saturated") in explorer.caption


@of_gamma_and_beta
def test_the_artists_of_gamma_and_beta_hold_what_plain_numpy_computes(explorer):
    beyond = 0
    wide = {"gamma": explorer.controls["gamma"].max, "beta": explorer.controls["beta"].max, "m": 256}
    extremes = [explorer.start | wide | {"unit": unit} for unit in range(explorer.controls["unit"].max + 1)]
    for state in [*extremes, *states(explorer, random=20)]:
        explorer.set(**state)
        z = z_of(state)
        y = y_of(z, state["gamma"], state["beta"])
        beyond += np.sum(y > explorer.edges[-1])
        for row, values in {"z": z, "z_hat": y_of(z, 1, 0), "y": y}.items():
            bars, spread, _ = explorer.rows[row]
            counts, edges = np.histogram(np.clip(values, *explorer.edges[[0, -1]]), explorer.edges)
            np.testing.assert_array_equal(bars.get_data().values, counts / counts.max())
            low, middle, high = spread.get_xdata()
            assert (middle, high - low) == pytest.approx((values.mean(), 2 * values.std()), abs=1e-9)
        lost = DERIVATIVE[state["activation"]](y) < 0.1
        for artist, chosen in ((explorer.lost, lost), (explorer.alive, ~lost)):
            np.testing.assert_allclose(artist.get_xdata(), y[chosen], atol=1e-9)
            np.testing.assert_allclose(artist.get_ydata(), ACTIVATION[state["activation"]](y[chosen]), atol=1e-9)
        x, curve = explorer.curve.get_data()
        np.testing.assert_allclose(curve, ACTIVATION[state["activation"]](x), atol=1e-12)
        low, high = explorer.ax.get_ylim()
        assert low < curve.min() and curve.max() < high
    assert beyond > 0  # so that the outermost bars were tried


@of_gamma_and_beta
def test_the_identity_button_gives_back_z_exactly_for_each_unit_and_this_batch_only(explorer):
    (button,) = [part for part in explorer.widget.children[0].children if part.description.startswith("identity")]
    for unit, m in itertools.product(range(explorer.controls["unit"].max + 1), (2, 7, 256)):
        explorer.set(unit=unit, m=m, gamma=1.0, beta=0.0)
        button.click()
        state = explorer.state
        z = z_of(state)
        assert np.abs(y_of(z, state["gamma"], state["beta"]) - z).max() < 1e-12
        assert re.search(r"largest \|y − z\| is under 1e-12 in this batch, and \d", explorer.caption)
        for name in ("gamma", "beta"):  # the browser's answers do not undo it
            control = explorer.controls[name]
            control.set_state({"value": control.min + round((state[name] - control.min) / 0.05) * 0.05})
        assert explorer.state == state
        explorer.set(m=m + 1 if m < 256 else 255)
        assert "is under 1e-12 in this batch" not in explorer.caption


@of_gamma_and_beta
def test_the_ranges_of_gamma_and_beta_hold_the_identity_of_each_unit_and_batch_size(explorer):
    gamma, beta = explorer.controls["gamma"], explorer.controls["beta"]
    for m in range(2, explorer.controls["m"].max + 1):
        z = explorer.pre_activations[:m]
        assert np.sqrt(z.var(axis=0) + 1e-5).max() <= gamma.max
        assert np.abs(z.mean(axis=0)).max() <= beta.max
    assert (gamma.min, beta.min) == (-gamma.max, -beta.max)


def test_the_net_of_the_explorer_is_a_real_one():
    model, _ = small_net()
    images, labels = cats.make_cats(200, rng=np.random.default_rng(99))
    assert accuracy(model, images.reshape(200, -1).astype(np.float64), labels) > 0.95


def test_it_shows_the_net_and_the_animals_it_is_given_and_leaves_them_as_they_are():
    rng = np.random.default_rng(0)
    model, data = MLP((12, 5, 2), rng=rng), 100 + 20 * rng.random((30, 2, 2, 3), dtype=np.float32)
    state, cache = model.state.copy(), model.layers[0].cache
    explorer = GammaBeta(model=model, data=data, unit=4, activation="tanh")
    assert explorer.code() == "GammaBeta(model=model, data=data, unit=4, activation='tanh')"
    assert (explorer.controls["m"].max, explorer.controls["unit"].max) == (15, 4)
    explorer.set(m=11)
    z = data.reshape(30, 12)[:11].astype(np.float64) @ model.layers[0].W[:, 4].astype(np.float64)
    np.testing.assert_allclose(explorer.rows["z"][1].get_xdata()[1], z.mean(), rtol=1e-5)
    explorer.identity()
    assert "is under 1e-12 in this batch" in explorer.caption or abs(z).max() > 100
    assert eval(explorer.code(), {"GammaBeta": GammaBeta, "model": model, "data": data}).caption == explorer.caption
    np.testing.assert_array_equal(model.state, state)
    assert model.layers[0].cache is cache
    assert all(layer.training for layer in model.layers if isinstance(layer, BatchNorm))


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ({"model": MLP((12, 5, 2), rng=np.random.default_rng(0))}, TypeError, "model and data together"),
        (
            {"model": MLP((12, 5, 2), replicas=3, rng=np.random.default_rng(0)), "data": np.ones((8, 12))},
            ValueError,
            "3 replicas",
        ),
        ({"model": MLP((12, 5, 2), rng=np.random.default_rng(0)), "data": np.ones((3, 12))}, ValueError, "3 rows"),
        ({"model": MLP((12, 5, 2), rng=np.random.default_rng(0)), "data": np.ones((8, 11))}, ValueError, "12.*11"),
        (
            {"model": MLP((12, 5, 2), rng=np.random.default_rng(0)), "data": np.full((8, 12), np.nan)},
            ValueError,
            "NaN",
        ),
    ],
)
def test_a_model_or_data_that_does_not_fit_is_refused(arguments, error, words):
    widgets = len(open_widgets)
    with pytest.raises(error, match=words):
        GammaBeta(**arguments)
    assert len(open_widgets) == widgets
