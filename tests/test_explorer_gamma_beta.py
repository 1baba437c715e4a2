"""The explorer of gamma and beta: its numbers and its artists, in plain numpy."""

import itertools
import re

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets
from states import states

from bnlib import MLP, BatchNorm, accuracy, cats
from bnlib.explorers import GammaBeta
from bnlib.explorers.examples import net_and_animals

EXPLORER = GammaBeta
DERIVATIVE = {
    "relu": lambda y: (y > 0) * 1.0,
    "sigmoid": lambda y: np.exp(-y) / (1 + np.exp(-y)) ** 2 * 4,  # in units of the largest, 1 / 4
    "tanh": lambda y: 1 / np.cosh(y) ** 2,
}
ACTIVATION = {"relu": lambda y: np.maximum(y, 0), "sigmoid": lambda y: 1 / (1 + np.exp(-y)), "tanh": np.tanh}


def z_of(state, start=0):
    """Pre-activations of the unit with its changed W and b, straight from the net and the animals."""
    model, x = net_and_animals()
    return x[start : start + state["m"]] @ (state["w_scale"] * model.layers[0].W[:, state["unit"]]) + state["b_shift"]


def y_of(z, gamma, beta):
    return gamma * (z - np.mean(z)) / np.sqrt(np.var(z) + 1e-5) + beta


def number(text):
    return 0.0 if text == "under 1e-12" else float(text.replace("−", "-"))


def test_the_caption_of_gamma_and_beta_holds_what_plain_numpy_computes(explorer):
    words = (
        r"mean (\S+) and the standard deviation (\S+); (\d+) %.*\|y − z\| is (.+) in this batch, and (.+) in another"
    )
    for state in states(explorer, random=20):
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
        assert ("off (y ≤ 0)" if state["activation"] == "relu" else "saturated") in explorer.caption


@pytest.mark.parametrize("w_scale, b_shift", [(3.0, 5.0), (0.5, -5.0), (-3.0, 5.0), (0.0, 2.0), (1.0, 0.5), (1.0, 0.0)])
@pytest.mark.parametrize("unit, m", [(0, 64), (3, 5), (15, 256)])
def test_w_and_b_move_z_and_leave_z_hat_and_y_where_they_were(explorer, w_scale, b_shift, unit, m):
    explorer.set(unit=unit, m=m, gamma=1.5, beta=-0.4)
    z, z_hat, y = (explorer.rows[row][0].artist.get_data().values for row in ("z", "z_hat", "y"))
    before, points = z_of(explorer.state), np.sort(np.hstack([explorer.alive.get_xdata(), explorer.lost.get_xdata()]))
    explorer.set(w_scale=w_scale, b_shift=b_shift)
    after = z_of(explorer.state)
    words = r"W × (\S+) and b ([+−] \S+) turn z from (\S+) ± (\S+) \(mean ± std\) into (\S+) ± (\S+); ẑ (.+)\."
    said = re.search(words, explorer.caption)
    if (w_scale, b_shift) == (1, 0):
        assert said is None and "turn z" not in explorer.caption
        return
    assert [number(part.replace(" ", "")) for part in said.groups()[:2]] == [w_scale, b_shift]
    expected = before.mean(), before.std(), after.mean(), after.std()
    assert [number(part) for part in said.groups()[2:6]] == pytest.approx(expected, abs=0.0051)
    now = np.sort(np.hstack([explorer.alive.get_xdata(), explorer.lost.get_xdata()]))
    if w_scale == 0:
        assert said[7] == "is 0, since all z are equal" and set(now) == {-0.4}
        return
    moved = np.abs(y_of(after, 1, 0) - np.sign(w_scale) * y_of(before, 1, 0)).max()
    told = re.fullmatch(("is mirrored and else " if w_scale < 0 else "") + r"moves by (less than )?(\S+)", said[7])
    assert number(told[2]) == pytest.approx(max(moved, 1e-4), rel=0.5) and bool(told[1]) == (moved < 1e-4)
    mirrored = now if w_scale > 0 else np.sort(-0.8 - now)  # about beta
    np.testing.assert_allclose(mirrored, points, atol=0.01)
    assert not np.array_equal(explorer.rows["z"][0].artist.get_data().values, z)
    if w_scale == 3 and moved < 1e-4:  # no value crosses the edge of a bar
        np.testing.assert_array_equal(explorer.rows["z_hat"][0].artist.get_data().values, z_hat)
        np.testing.assert_array_equal(explorer.rows["y"][0].artist.get_data().values, y)


def test_the_bars_have_room_for_three_times_z_and_five_more(explorer):
    z = explorer.pre_activations[:64, 0]
    assert np.abs(3 * z + 5).max() < explorer.edges[-1] < 20


def test_the_artists_of_gamma_and_beta_hold_what_plain_numpy_computes(explorer):
    beyond = 0
    wide = {"gamma": explorer.controls["gamma"].max, "beta": explorer.controls["beta"].max, "m": 256, "b_shift": 5.0}
    extremes = [explorer.start | wide | {"unit": unit} for unit in range(explorer.controls["unit"].max + 1)]
    for state in [*extremes, *states(explorer, random=20)]:
        explorer.set(**state)
        z = z_of(state)
        y = y_of(z, state["gamma"], state["beta"])
        beyond += np.sum(y > explorer.edges[-1])
        for row, values in {"z": z, "z_hat": y_of(z, 1, 0), "y": y}.items():
            bars, spread, _ = explorer.rows[row]
            counts, edges = np.histogram(np.clip(values, *explorer.edges[[0, -1]]), explorer.edges)
            np.testing.assert_array_equal(bars.artist.get_data().values, counts / counts.max())
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


def test_the_identity_button_gives_back_z_exactly_for_each_unit_and_this_batch_only(explorer):
    (button,) = [part for part in explorer.widget.children[0].children if part.description.startswith("identity")]
    changes = itertools.cycle([(1.0, 0.0), (3.0, 5.0), (-3.0, -5.0), (0.7, 0.0)])
    for unit, m in itertools.product(range(explorer.controls["unit"].max + 1), (2, 7, 256)):
        w_scale, b_shift = next(changes)
        explorer.set(unit=unit, m=m, gamma=1.0, beta=0.0, w_scale=w_scale, b_shift=b_shift)
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


def test_the_ranges_of_gamma_and_beta_hold_the_identity_of_each_unit_and_batch_size(explorer):
    gamma, beta = explorer.controls["gamma"], explorer.controls["beta"]
    for m in range(2, explorer.controls["m"].max + 1):
        z = np.hstack([w * explorer.pre_activations[:m] + b for w in (-3, 3) for b in (-5, 5)])
        assert np.sqrt(z.var(axis=0) + 1e-5).max() <= gamma.max
        assert np.abs(z.mean(axis=0)).max() <= beta.max
    assert (gamma.min, beta.min) == (-gamma.max, -beta.max)
    explorer.set(w_scale=0.0, b_shift=-5.0, m=2)
    explorer.identity()
    assert explorer.state["gamma"] == pytest.approx(np.sqrt(1e-5)) and explorer.state["beta"] == -5


def test_the_net_of_the_explorer_is_a_real_one():
    model, _ = net_and_animals()
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


NET = MLP((12, 5, 2), rng=np.random.default_rng(0), dtype=float)


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ({"model": MLP((12, 5, 2), rng=np.random.default_rng(0))}, TypeError, "model and data together"),
        (
            {"model": MLP((12, 5, 2), replicas=3, rng=np.random.default_rng(0)), "data": np.ones((8, 12))},
            ValueError,
            "3 replicas",
        ),
        (
            {"model": MLP((12, 5, 2), rng=np.random.default_rng(0)), "data": np.ones((3, 12))},
            ValueError,
            r"n >= 4.*\(3, 12\)",
        ),
        ({"model": MLP((12, 5, 2), rng=np.random.default_rng(0)), "data": np.ones((8, 11))}, ValueError, "12.*11"),
        ({"model": NET, "data": np.full((8, 12), 1e160)}, ValueError, r"above 1e\+12 cannot be drawn"),
        ({"model": NET, "data": np.full((8, 12), 1e300)}, ValueError, r"above 1e\+12 cannot be drawn"),
        ({"model": NET, "data": 1e160}, ValueError, r"n >= 4.*\(\)"),
        ({"model": NET, "data": [["a"] * 12] * 8}, TypeError, "data must hold numbers"),
        ({"model": MLP, "data": np.ones((8, 12))}, TypeError, "model must be an MLP.*class"),
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


def four_lines(x, gamma, beta, eps):
    mean, var = x.mean(axis=0), x.var(axis=0)
    return gamma * (x - mean) / np.sqrt(var + eps) + beta


def test_a_right_function_of_the_reader_gives_the_same_picture():
    state = {"gamma": 2.0, "beta": 1.0, "m": 20, "w_scale": -2.0, "unit": 3}
    ours, theirs = GammaBeta(**state), GammaBeta(function=four_lines, **state)
    assert theirs.caption == ours.caption and theirs.picture.value == ours.picture.value
    assert theirs.code() == ours.code().replace("GammaBeta(", "GammaBeta(function=function, ")
    again = eval(theirs.code(), {"GammaBeta": GammaBeta, "function": four_lines})
    assert again.caption == theirs.caption
    theirs.identity()
    assert "is under 1e-12 in this batch" in theirs.caption


def test_a_wrong_function_is_drawn_as_it_is():
    explorer = GammaBeta(function=lambda x, gamma, beta, eps: beta + 0.5 * gamma * x, gamma=2.0, beta=1.0, m=20)
    z = explorer.pre_activations[:20, 0]
    for row, values in {"z": z, "z_hat": 0.5 * z, "y": 1 + z}.items():
        low, middle, high = explorer.rows[row][1].get_xdata()
        assert (middle, high - low) == pytest.approx((values.mean(), 2 * values.std()), abs=1e-9)


def test_a_function_that_writes_into_x_does_not_change_the_net():
    def function(x, gamma, beta, eps):
        x *= 0
        return x

    explorer = GammaBeta(function=function)
    assert np.abs(explorer.pre_activations).max() > 0 and explorer.rows["z"][1].get_xdata()[0] != 0


@pytest.mark.parametrize(
    "function, error, words",
    [
        (3, TypeError, "function must be a function of .*got int"),
        (lambda x, gamma, beta, eps: None, TypeError, "must return an array of numbers"),
        (lambda x, gamma, beta, eps: x[:, 0], ValueError, r"the shape of x, \(64, 1\), but it returned \(64,\)"),
        (lambda x, gamma, beta, eps: x * np.nan, ValueError, "returned NaN"),
        (lambda x, gamma, beta, eps: x / 0, ValueError, "cannot be drawn"),
    ],
)
def test_a_function_that_does_not_fit_is_refused(function, error, words):
    widgets = len(open_widgets)
    with pytest.raises(error, match=words):
        GammaBeta(function=function)
    assert len(open_widgets) == widgets
