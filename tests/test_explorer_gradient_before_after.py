"""The explorer of a gradient before and after BN: its numbers and its artists, in plain numpy."""

import re

import numpy as np
import pytest
from seen import axes_titled

from bnlib.explorers import GradientBeforeAfter
from bnlib.explorers.examples import unit_and_gradients

EXPLORER = GradientBeforeAfter
STATES = [
    {},
    {"m": 64, "push": -1.0, "tilt": 1.0},
    {"m": 5, "first": -2.0, "rest": 0.35},
    {"mode": "eval"},
    {"mode": "eval", "m": 3, "first": 2.0, "tilt": -0.8},
]
WORDS = (
    r"(\w+) mode, m = (\d+)\. dy: mean (\S+), slope along ẑ (\S+)\. "
    r"What arrives: mean (\S+), slope along ẑ (\S+); (\d+)%"
)


def expected(m, push, tilt, first, rest, mode, data=None):
    """z_hat, dy and what arrives, (m,) each; in training mode by the m x m Jacobian of the batch."""
    z, dy = unit_and_gradients() if data is None else data
    mean, var = (z[:m].mean(), z[:m].var()) if mode == "training" else (z.mean(), z.var(ddof=1))
    z_hat = (z[:m] - mean) / np.sqrt(var + 1e-5)
    dy = rest * dy[:m] + push + tilt * z_hat + first * (np.arange(m) == 0)
    jacobian = np.eye(m) - 1 / m - np.outer(z_hat, z_hat) / m if mode == "training" else np.eye(m)
    return z_hat, dy, jacobian @ dy


@pytest.mark.parametrize("changes", STATES)
def test_the_caption_of_the_gradient_holds_what_plain_numpy_computes(explorer, changes):
    explorer.set(**changes)
    z_hat, dy, arrived = expected(**explorer.state)
    mode, *numbers = re.match(WORDS, explorer.caption).groups()
    assert mode.lower() == explorer.state["mode"]
    slopes = [np.sum(gradient * z_hat) / np.sum(z_hat**2) for gradient in (dy, arrived)]
    left = 100 * np.sum(arrived**2) / np.sum(dy**2)
    found = [float(number) for number in numbers]
    assert found[:-1] == pytest.approx([len(dy), dy.mean(), slopes[0], arrived.mean(), slopes[1]], abs=0.0051)
    assert found[-1] == pytest.approx(left, abs=0.51)


@pytest.mark.parametrize("changes", STATES)
def test_the_points_are_the_gradients_and_the_line_is_what_is_taken_off(explorer, changes):
    explorer.set(**changes)
    z_hat, dy, arrived = expected(**explorer.state)
    for side, gradient in zip(explorer.sides, (dy, arrived), strict=True):
        for artist, part in ((side.first, slice(0, 1)), (side.others, slice(1, None))):
            np.testing.assert_allclose(artist.get_data(), (z_hat[part], gradient[part]), atol=1e-9)
    slope, mean = np.polyfit(z_hat, dy, 1) if explorer.state["mode"] == "training" else (0, 0)
    x, line = explorer.sides[0].line.get_data()
    np.testing.assert_allclose(line, mean + slope * x, atol=1e-4)  # but for the share of ε
    assert tuple(x) == pytest.approx((min(z_hat), max(z_hat)))
    feet = np.reshape(explorer.sides[0].stems.get_ydata(), (-1, 3))
    np.testing.assert_allclose(feet[:, 1] - feet[:, 0], arrived[np.argsort(z_hat)], atol=1e-9)


def test_push_and_tilt_change_nothing_that_arrives_and_example_1_changes_all(explorer):
    def arrived():
        return np.concatenate([explorer.sides[1].first.get_ydata(), explorer.sides[1].others.get_ydata()])

    before = arrived()
    explorer.set(push=-0.7, tilt=-0.9)
    np.testing.assert_allclose(arrived(), before, atol=1e-4)
    explorer.set(first=1.5)
    assert np.abs(arrived() - before).min() > 0.02


def test_a_gradient_of_ones_leaves_nothing_in_training_mode_and_all_of_it_in_eval_mode(explorer):
    (button,) = [part for part in explorer.widget.children[0].children if part.description == "a gradient of ones"]
    button.click()
    np.testing.assert_array_equal(explorer.sides[0].others.get_ydata(), 1)
    np.testing.assert_allclose(explorer.sides[1].others.get_ydata(), 0, atol=1e-12)
    assert "; 0% of the squared length" in explorer.caption
    explorer.set(mode="eval")
    np.testing.assert_allclose(explorer.sides[1].others.get_ydata(), 1, atol=1e-12)
    explorer.set(push=0.0)
    assert "; nothing of the squared length" in explorer.caption


def test_no_slider_leads_out_of_the_picture(explorer):
    (low, high), (left, right) = explorer.sides[0].text.axes.get_ylim(), explorer.sides[0].text.axes.get_xlim()
    ends = {"push": (-1, 1), "tilt": (-1, 1), "first": (-2, 2), "mode": ("training", "eval")}
    for m in (2, 3, 9, 64):
        for push, tilt, first, mode in np.stack(np.meshgrid(*map(np.arange, (2, 2, 2, 2))), axis=-1).reshape(-1, 4):
            chosen = (ends["push"][push], ends["tilt"][tilt], ends["first"][first])
            z_hat, dy, arrived = expected(m, *chosen, rest=1, mode=ends["mode"][mode])
            assert left < z_hat.min() and z_hat.max() < right
            assert low < min(dy.min(), arrived.min()) and max(dy.max(), arrived.max()) < high


def test_it_shows_the_unit_it_is_given_also_where_two_values_agree():
    z, dy = np.array([2.0, 2.0, 5.0, 1.0]), np.array([0.1, -0.2, 0.3, 0.4])
    explorer = GradientBeforeAfter(z=z, dy=dy, m=3, push=0.0, tilt=0.0)
    assert explorer.code() == "GradientBeforeAfter(z=z, dy=dy, m=3, push=0.0, tilt=0.0)"
    np.testing.assert_allclose(explorer.sides[1].others.get_ydata(), expected(**explorer.state, data=(z, dy))[2][1:])
    explorer.set(m=2)
    assert "What arrives: mean 0.00, slope along ẑ 0.00" in explorer.caption
    explorer.close()


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ({"z": np.ones(8)}, TypeError, "z and dy together"),
        ({"z": np.ones(8), "dy": np.ones(7)}, ValueError, r"\(8,\) and \(7,\)"),
        ({"z": np.ones(3), "dy": np.ones(3)}, ValueError, "n from 4 to 256"),
        ({"z": np.ones((8, 2)), "dy": np.ones((8, 2))}, ValueError, r"\(8, 2\)"),
        ({"z": np.full(8, np.nan), "dy": np.ones(8)}, ValueError, "NaN"),
    ],
)
def test_a_unit_or_gradients_that_do_not_fit_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        GradientBeforeAfter(**arguments)


def test_example_1_stays_in_the_picture_also_where_its_own_gradient_is_the_largest():
    explorer = GradientBeforeAfter(z=np.linspace(2, -2, 9), dy=np.array([4.0, *np.zeros(8)]))
    for m in (2, 9):
        explorer.set(m=m, push=1.0, tilt=1.0, first=2.0)
        for title in ("dy", "what arrives"):
            ax = axes_titled(explorer, title)
            (first,) = [line for line in ax.lines if line.get_label() == "example 1"]
            low, high = ax.get_ylim()
            assert low - 1e-9 < first.get_ydata()[0] < high + 1e-9
            assert title == "what arrives" or first.get_ydata()[0] > 7
    explorer.close()


# With the reader's own backward pass


def six_lines(dy, x, gamma, eps):
    """The six gradients of the paper, section 3."""
    m, away = len(x), x - x.mean(axis=0)
    var = x.var(axis=0)
    d_hat = gamma * dy
    dvar = -0.5 * (var + eps) ** -1.5 * (d_hat * away).sum(axis=0)
    dmu = -d_hat.sum(axis=0) / np.sqrt(var + eps)
    return d_hat / np.sqrt(var + eps) + dvar * 2 * away / m + dmu / m


def slope_only(dy, gamma, var, eps):
    return gamma / np.sqrt(var + eps) * dy


@pytest.mark.parametrize("changes", STATES)
def test_a_right_backward_pass_of_the_reader_gives_the_same_picture(changes):
    ours = GradientBeforeAfter(**changes)
    theirs = GradientBeforeAfter(function=six_lines, constants=slope_only, **changes)
    assert theirs.caption == ours.caption
    np.testing.assert_allclose(theirs.sides[1].others.get_ydata(), ours.sides[1].others.get_ydata(), atol=1e-9)
    given = ours.code().replace("After(", "After(function=function, constants=constants, ").replace(", )", ")")
    assert theirs.code() == given
    ours.close()
    theirs.close()


def test_each_of_the_two_functions_counts_in_its_own_mode_and_is_drawn_as_it_is():
    explorer = GradientBeforeAfter(
        function=lambda dy, x, gamma, eps: dy / np.sqrt(x.var(axis=0) + eps),
        constants=lambda dy, gamma, var, eps: 0.5 * dy / np.sqrt(var + eps),
        tilt=0.0,
    )
    z_hat, dy, _ = expected(**explorer.state)
    np.testing.assert_allclose(explorer.sides[1].others.get_ydata(), dy[1:], atol=1e-12)
    explorer.set(mode="eval")
    np.testing.assert_allclose(explorer.sides[1].others.get_ydata(), dy[1:] / 2, atol=1e-12)
    explorer.close()


def test_a_backward_pass_that_writes_into_its_arguments_changes_nothing_else():
    def function(dy, x, gamma, eps):
        right = six_lines(dy, x, gamma, eps)
        dy[...], x[...], gamma[...] = 0, 0, 0
        return right

    explorer = GradientBeforeAfter(function=function)
    np.testing.assert_allclose(explorer.sides[1].others.get_ydata(), expected(**explorer.state)[2][1:], atol=1e-9)
    explorer.close()


@pytest.mark.parametrize(
    "given, error, words",
    [
        ({"function": 3}, TypeError, r"function must be a function of \(dy, x, gamma, eps\); got int"),
        ({"constants": 3, "mode": "eval"}, TypeError, r"must be a function of \(dy, gamma, var, eps\)"),
        ({"function": lambda dy, x, gamma, eps: dy[:, 0]}, ValueError, r"of dy, \(16, 1\), but it returned \(16,\)"),
        ({"function": lambda dy, x, gamma, eps: dy * np.nan}, ValueError, "function returned NaN"),
        ({"function": lambda dy, x, gamma, eps: None}, TypeError, "must return an array of numbers"),
    ],
)
def test_a_backward_pass_that_does_not_fit_is_refused(given, error, words):
    with pytest.raises(error, match=words):
        GradientBeforeAfter(**given)
