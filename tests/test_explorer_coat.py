"""The explorer of coats: its numbers again, from the pictures and the weights."""

import re

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets
from seen import axes_titled, line_called

from bnlib import MLP, accuracy, cats
from bnlib.explorers import Coat
from bnlib.explorers.chosen_statistics import with_idle_norms
from bnlib.explorers.coat import BRIGHTNESSES, HUES, WAYS, rgb
from bnlib.explorers.examples import nets_of_black_animals, unseen_animals

EXPLORER = Coat
rng = np.random.default_rng(7)
STATES = [
    {"coat": coat, "hue": hue, "background": ground, "way": way, "mix": mix}
    for way in WAYS
    for coat, hue, ground, mix in [
        (0.1, "gray", 0.75, 1.0),
        (0.94, "gray", 0.75, 1.0),
        (0.5, "orange", 0.3, 0.6),
        (0.33, "blue", 0.9, 0.0),
        (0.5, "gray", 0.75, 0.13),
    ]
]


def pictures(coat, background):
    return cats.paint(unseen_animals(), coat, background).reshape(100, 3072).astype(float)


def by_hand(way, x, mix=1.0):
    """What the net calls each row of x, and the standardized units of its first hidden layer."""
    own = mix if way in ("BN, test batch", "no BN, re-estimated") else 0.0
    net, (_, plain) = nets_of_black_animals()[0], nets_of_black_animals()
    source, first = pictures("black", 0.75), None
    if way.startswith("no BN"):
        for linear in plain.linear_layers()[:-1]:
            source, x = (rows @ linear.W + linear.b for rows in (source, x))
            mean, std = source.mean(axis=0), np.sqrt(source.var(axis=0) + 1e-5)
            middle = mean + own * (x.mean(axis=0) - mean)
            z_hat = (x - middle) / np.sqrt(source.var(axis=0) + own * (x.var(axis=0) - source.var(axis=0)) + 1e-5)
            x = z_hat * std + mean
            first = z_hat if first is None else first
            source, x = np.maximum(source, 0), np.maximum(x, 0)
        return (x @ plain.linear_layers()[-1].W + plain.linear_layers()[-1].b).argmax(axis=1), first
    for linear, bn in zip(net.linear_layers()[:-1], net.batch_norm_layers(), strict=True):
        x = x @ linear.W
        mean = bn.running_mean + own * (x.mean(axis=0) - bn.running_mean)
        x = (x - mean) / np.sqrt(bn.running_var + own * (x.var(axis=0) - bn.running_var) + bn.eps)
        first = x if first is None else first
        x = np.maximum(bn.gamma * x + bn.beta, 0)
    return (x @ net.linear_layers()[-1].W + net.linear_layers()[-1].b).argmax(axis=1), first


@pytest.mark.parametrize("state", STATES)
def test_the_caption_counts_what_plain_numpy_calls_right(explorer, state):
    explorer.set(**state)
    labels = unseen_animals().labels
    painted = pictures(rgb(state["coat"], state["hue"]), state["background"])
    called, _ = by_hand(state["way"], painted, state["mix"])
    expected = [(np.sum(called == labels), 100)]
    expected += [(np.sum(called[labels == label] == label), np.sum(labels == label)) for label in (0, 1)]
    share = r"(\d+) of (\d+)"
    counts = re.search(f"{share} animals are called right, {share} dogs and {share} cats", explorer.caption)
    assert [int(count) for count in counts.groups()] == [int(count) for pair in expected for count in pair]
    coat, ground = f"brightness {state['coat']:.2f}", f"background of {state['background']:.2f}"
    mixed = state["mix"] < 1 and state["way"] in ("BN, test batch", "no BN, re-estimated")
    mix = f" (mix {state['mix']:.2f})" if mixed else ""
    assert f"{coat} on a {ground}, {state['way']}{mix}:" in explorer.caption


@pytest.mark.parametrize("state", STATES[1::5] + STATES[4::5])
def test_the_artists_show_what_plain_numpy_computes(explorer, state):
    explorer.set(**state)
    labels, way = unseen_animals().labels, state["way"]
    called, z_hat = by_hand(way, pictures(rgb(state["coat"], state["hue"]), state["background"]), state["mix"])
    _, black = by_hand("no BN" if way.startswith("no BN") else "BN, as trained", pictures("black", 0.75))
    unit = np.argmax(np.abs(black[labels == 1].mean(axis=0) - black[labels == 0].mean(axis=0)) / black.std(axis=0))
    for of_species, values in ((explorer.bars_of_black, black), (explorer.bars, z_hat)):
        for label, bars in enumerate(of_species.bars):
            shown, edges = bars.artist.get_data()[:2]
            counts, _ = np.histogram(np.clip(values[labels == label, unit], edges[0], edges[-1]), edges)
            np.testing.assert_allclose(shown, counts / counts.max(), atol=1e-9)
    shown = np.concatenate([np.flatnonzero(labels == label)[:8] for label in (0, 1)])
    assert len(explorer.wrong.get_xdata()) == np.sum(called[shown] != labels[shown])
    images = cats.paint(unseen_animals(), rgb(state["coat"], state["hue"]), state["background"])
    np.testing.assert_array_equal(explorer.images.get_array()[:32, 34:66], images[shown[1]])
    for at in (0, 10, 18):
        x = pictures(rgb(BRIGHTNESSES[at], state["hue"]), state["background"])
        assert explorer.curve.get_ydata()[at] == np.mean(by_hand(way, x, state["mix"])[0] == labels)
    assert (explorer.here.get_xdata()[0], explorer.here.get_ydata()[0]) == (state["coat"], np.mean(called == labels))


@pytest.mark.parametrize("hue", HUES)
def test_a_coat_has_the_brightness_of_the_slider_in_every_hue(hue):
    for brightness in np.linspace(0, 1, 51):
        coat = rgb(brightness, hue)
        assert coat.mean() == pytest.approx(brightness, abs=1e-12)
        assert coat.min() >= 0 and coat.max() <= 1
    np.testing.assert_allclose(rgb(np.mean(HUES[hue]), hue), HUES[hue], atol=1e-12)


def test_idle_norms_change_nothing_until_their_statistics_are_replaced():
    plain = MLP((6, 5, 4, 2), norm=None, activation="tanh", rng=np.random.default_rng(0), dtype=float)
    x, other = rng.normal(size=(30, 6)), rng.normal(size=(20, 6)) * 3 + 1
    state = plain.state.copy()
    net = with_idle_norms(plain, x)
    assert len(net.batch_norm_layers()) == 2
    np.testing.assert_allclose(net.infer(other), plain.infer(other), atol=1e-12)
    np.testing.assert_allclose(net.infer(x, "batch"), plain.infer(x), atol=1e-12)
    assert np.abs(net.infer(other, "batch") - plain.infer(other)).max() > 0.01
    np.testing.assert_array_equal(plain.state, state)


def test_the_mix_leads_from_the_running_statistics_to_those_of_the_animals(explorer):
    def seen(**state):
        explorer.set(coat=0.5, **state)
        return list(explorer.curve.get_ydata()), [bars.artist.get_data().values.tolist() for bars in explorer.bars.bars]

    for with_own, without in (("BN, test batch", "BN, as trained"), ("no BN, re-estimated", "no BN")):
        ends = seen(way=without), seen(way=with_own, mix=0.0), seen(mix=1.0)
        assert ends[0] == ends[1] != ends[2]
        assert seen(mix=0.5) not in ends
        assert seen(way=without, mix=0.2) == ends[0]


def test_the_mix_of_all_layers_is_kept_apart_from_what_the_nets_hold(explorer):
    states = [net.state.copy() for net in explorer.nets.values()]
    for way in WAYS:
        explorer.set(way=way, mix=0.7, coat=0.9)
    for net, state in zip(explorer.nets.values(), states, strict=True):
        np.testing.assert_array_equal(net.state, state)


def test_its_nets_know_black_animals():
    images, labels = cats.make_cats(200, rng=np.random.default_rng(99))
    for net in nets_of_black_animals():
        assert accuracy(net, images.reshape(200, -1).astype(float), labels) > 0.95


def test_it_shows_the_nets_it_is_given_and_leaves_them_as_they_are():
    model = MLP((3072, 4, 2), rng=np.random.default_rng(0))
    plain = MLP((3072, 4, 2), norm=None, rng=np.random.default_rng(1))
    before = model.state.copy(), plain.state.copy()
    explorer = Coat(model=model, plain=plain, coat=0.4)
    assert explorer.code() == "Coat(model=model, plain=plain, coat=0.4)"
    for way in WAYS:
        explorer.set(way=way)
    np.testing.assert_array_equal(model.state, before[0])
    np.testing.assert_array_equal(plain.state, before[1])
    explorer.set(way="no BN")
    x = pictures((0.4, 0.4, 0.4), 0.75).astype(np.float32)
    assert f"{np.sum(plain.predict(x) == unseen_animals().labels)} of 100" in explorer.caption
    explorer.close()


def net(sizes=(3072, 4, 2), **settings):
    return MLP(sizes, rng=np.random.default_rng(0), **settings)


@pytest.mark.parametrize(
    "model, plain, error, words",
    [
        (net(), None, TypeError, "model and plain together"),
        (net(norm=None), net(norm=None), ValueError, "got 0"),
        (net(), net(), ValueError, "got 1"),
        (net(sizes=(3072, 2)), net(sizes=(3072, 2), norm=None), ValueError, "of sizes \\(3072, 2\\)"),
        (net(replicas=3), net(norm=None), ValueError, "3 replicas"),
        (net(placement="after"), net(norm=None), ValueError, "before each activation"),
        (1, 2, TypeError, "must be an MLP.*but it is 1"),
        (net(sizes=(3072, 4, 10)), net(norm=None), ValueError, "2 classes, but it is one for 10"),
        (net(), net(sizes=(64, 4, 2), norm=None), ValueError, "3072 features, but it is one for 64"),
    ],
)
def test_nets_that_do_not_fit_are_refused(model, plain, error, words):
    with pytest.raises(error, match=words):
        Coat(model=model, plain=plain)


def test_the_curve_follows_the_background_and_the_way(explorer):
    explorer.set(coat=0.5, hue="gray", background=0.3, way="BN, test batch")
    for state in ({"background": 0.8}, {"mix": 0.2}, {"way": "no BN"}, {"hue": "orange"}):
        before = list(explorer.curve.get_ydata())
        explorer.set(**state)
        fresh = Coat(**explorer.state)
        assert list(explorer.curve.get_ydata()) == list(fresh.curve.get_ydata())
        assert list(explorer.curve.get_ydata()) != before
        fresh.close()


@pytest.mark.parametrize("way", WAYS)
def test_a_cross_stands_on_each_animal_that_is_called_wrong_and_on_no_other(explorer, way):
    explorer.set(coat=0.6, hue="gray", background=0.6, way=way)
    gray, labels = (0.6, 0.6, 0.6), unseen_animals().labels
    called, _ = by_hand(way, pictures(gray, 0.6))
    ax = axes_titled(explorer, "dogs, then cats")
    tiles = ax.images[0].get_array().reshape(4, 34, 4, 34, 3).swapaxes(1, 2).reshape(16, 34, 34, 3)[:, :32, :32]
    painted = cats.paint(unseen_animals(), gray, 0.6)
    shown = [int(np.flatnonzero([np.array_equal(tile, animal) for animal in painted])[0]) for tile in tiles]
    (crosses,) = [line for line in ax.lines if line.get_marker() == "x"]
    places = [4 * int(y // 34) + int(x // 34) for x, y in crosses.get_xydata()]
    wrong = [animal for animal in shown if called[animal] != labels[animal]]
    assert [shown[place] for place in places] == wrong and 0 < len(wrong) < 16


def test_the_line_of_the_background_stands_at_its_brightness(explorer):
    explorer.set(coat=0.2, background=0.6)
    line = line_called(axes_titled(explorer, "share called right"), "background")
    np.testing.assert_array_equal(line.get_xdata(), 0.6)
    assert min(line.get_ydata()) <= 0 and max(line.get_ydata()) >= 1


def average(share, mean_a, var_a, mean_b, var_b):
    return mean_b + share * (mean_a - mean_b), var_b + share * (var_a - var_b)


def of_both(share, mean_a, var_a, mean_b, var_b):
    """Mean and variance of `share` values with the statistics a among others with the statistics b."""
    mean, var = average(share, mean_a, var_a, mean_b, var_b)
    return mean, var + share * (mean_a - mean) ** 2 + (1 - share) * (mean_b - mean) ** 2


def test_a_function_of_the_reader_that_averages_gives_the_same_picture():
    state = {"coat": 0.5, "way": "BN, test batch", "mix": 0.4}
    ours, theirs = Coat(**state), Coat(function=average, **state)
    assert theirs.caption == ours.caption and theirs.picture.value == ours.picture.value
    assert theirs.code() == ours.code().replace("Coat(", "Coat(function=function, ")
    assert eval(theirs.code(), {"Coat": Coat, "function": average}).caption == theirs.caption


@pytest.mark.parametrize("way", ["BN, test batch", "no BN, re-estimated"])
def test_a_function_of_the_reader_mixes_the_statistics_of_each_layer(way):
    explorer = Coat(function=of_both, coat=0.5, way=way, mix=0.7)
    net, labels = explorer.nets[way.split(",")[0]], unseen_animals().labels
    x, first = pictures((0.5, 0.5, 0.5), 0.75), None
    for linear, bn in zip(net.linear_layers()[:-1], net.batch_norm_layers(), strict=True):
        z = x @ linear.W + (0 if linear.b is None else linear.b)
        both = np.concatenate([np.tile(z, (7, 1)), bn.running_mean + np.sqrt(3 * bn.running_var) * spread(300)])
        z_hat = (z - both.mean(axis=0)) / np.sqrt(both.var(axis=0) + bn.eps)
        first = z_hat if first is None else first
        x = np.maximum(bn.gamma * z_hat + bn.beta, 0)
    called = (x @ net.linear_layers()[-1].W + net.linear_layers()[-1].b).argmax(axis=1)
    assert f": {np.sum(called == labels)} of 100 animals are called right" in explorer.caption
    unit = explorer.units[way.split(",")[0]]
    for label, bars in enumerate(explorer.bars.bars):
        shown, edges = bars.artist.get_data()[:2]
        counts, _ = np.histogram(np.clip(first[labels == label, unit], edges[0], edges[-1]), edges)
        np.testing.assert_allclose(shown, counts / counts.max(), atol=1e-9)


def spread(n):
    """n numbers with mean 0 and variance 1/3, (n, 1)."""
    values = np.linspace(-1, 1, n)[:, None]
    return values / values.std() / np.sqrt(3)


def test_a_function_that_writes_into_its_arguments_does_not_change_the_nets():
    def function(share, mean_a, var_a, mean_b, var_b):
        for array in (mean_a, var_a, mean_b, var_b):
            array *= 0
        return mean_a, var_a

    explorer = Coat(function=function, way="BN, test batch")
    assert all(bn.running_var.min() > 0 for net in explorer.nets.values() for bn in net.batch_norm_layers())


@pytest.mark.parametrize("ground", [0.1, 0.3, 0.75])
def test_the_predicted_swap_stands_in_the_picture_beside_the_one_that_is_found(ground):
    explorer = Coat(swap=lambda background: 0.9 * background, way="BN, test batch")
    explorer.set(background=ground)
    line = line_called(axes_titled(explorer, "share called right"), "your swap")
    np.testing.assert_allclose(line.get_xdata(), 0.9 * ground, rtol=1e-12)
    words = r"You predict a swap at (\S+); the curve falls through one half at (\S+)\.$"
    predicted, found = map(float, re.search(words, explorer.caption).groups())
    assert predicted == pytest.approx(0.9 * ground, abs=0.0051)
    before, after = (
        np.mean(by_hand("BN, test batch", pictures([found + step] * 3, ground))[0] == unseen_animals().labels)
        for step in (-0.06, 0.06)
    )
    assert before > 0.5 > after
    assert explorer.code() == f"Coat(swap=swap, background={ground}, way='BN, test batch')".replace(
        "background=0.75, ", ""
    )


def test_without_a_fall_through_one_half_the_caption_says_so(explorer):
    assert "your swap" not in [text.get_text() for text in axes_titled(explorer, "share").get_legend().get_texts()]
    with_swap = Coat(swap=lambda background: np.float64(2), way="BN, test batch", background=1.0)
    assert with_swap.caption.endswith("You predict a swap at 2.00; the curve does not fall through one half.")


@pytest.mark.parametrize(
    "arguments, error, words",
    [
        ({"function": 3}, TypeError, "function must be a function of .*got int"),
        ({"function": lambda share, *four: four[0]}, TypeError, "must return two arrays"),
        ({"function": lambda share, *four: (four[0], 1)}, ValueError, r"var has the shape \(\)"),
        ({"function": lambda share, *four: (four[0], -four[1])}, ValueError, "var >= 0"),
        ({"function": lambda share, *four: (four[0] * np.nan, four[1])}, ValueError, "the mean that function returned"),
        ({"swap": 0.4}, TypeError, "swap must be a function of the background; got float"),
        ({"swap": lambda background: None}, TypeError, "what swap returned must hold numbers"),
        ({"swap": lambda background: np.ones(3)}, ValueError, r"one number.*\(3,\)"),
        ({"swap": lambda background: np.inf}, ValueError, "what swap returned"),
    ],
)
def test_a_function_of_the_reader_that_does_not_fit_is_refused(arguments, error, words):
    widgets = len(open_widgets)
    with pytest.raises(error, match=words):
        Coat(way="BN, test batch", **arguments)
    assert len(open_widgets) == widgets
