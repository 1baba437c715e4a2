"""What a legend, a tick or a title of an explorer names is what stands there: all is computed again from the state.

An artist is found as a reader finds it: by the look that the legend gives to a name, by the tick of its row, or by the
title above it. Nothing here knows how an explorer holds its artists.
"""

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch

from bnlib import MLP, SGD, Training, accuracy, cats, cross_entropy, digits, fit
from bnlib.explorers import (
    EXPLORERS,
    BatchMix,
    BatchSize,
    Coat,
    FeatureScale,
    GammaBeta,
    InternalShift,
    Playground,
    RunningStatistics,
    TrainEval,
    TrainLive,
    WeightScale,
)
from bnlib.pictures.words import NAMES, look

NETS = {"with BN": "batch", "without BN": None}
SPECIES = {"dogs": 0, "cats": 1}


@pytest.fixture
def build():
    """Builds explorers, and closes them when the test ends."""
    built = []

    def build(kind, **settings):
        built.append(kind(**settings))
        return built[-1]

    yield build
    for explorer in built:
        explorer.close()


# How a reader finds something.


def figure_of(explorer):
    (drawing,) = explorer.drawings.values()
    return drawing.figure


def titled(explorer, title):
    (ax,) = [ax for ax in figure_of(explorer).axes if ax.get_title("left") == title]
    return ax


def entries(parent):
    """Label and look of each entry of the legends of a figure or an axes."""
    legends = [child for child in parent.get_children() if isinstance(child, Legend)]
    return {
        text.get_text(): look(handle)
        for legend in legends
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True)
    }


def look_of(explorer, label):
    """The look that a legend gives to a label."""
    figure = figure_of(explorer)
    (found,) = {entries(parent)[label] for parent in (figure, *figure.axes) if label in entries(parent)}
    return found


def data_of(artist):
    """Points (n, 2) of an artist: of a line, of the ends of segments, or edges and heights of a histogram."""
    if isinstance(artist, StepPatch):
        values, edges, _ = artist.get_data()
        return np.column_stack([edges[:-1], values])
    if isinstance(artist, LineCollection):
        return np.concatenate([np.empty((0, 2)), *artist.get_segments()])
    return np.column_stack(artist.get_data())


def shown(ax):
    """The lines, segments and histograms of an axes that hold data."""
    artists = (*ax.lines, *ax.patches, *ax.collections)
    return [
        artist for artist in artists if isinstance(artist, Line2D | StepPatch | LineCollection) and len(data_of(artist))
    ]


def named(explorer, ax, label):
    """What a reader finds in an axes by a label: all of its colour, and of its line or its marker."""
    color, *shape = look_of(explorer, label).split()
    looks = [(artist, look(artist).split()) for artist in shown(ax)]
    return [artist for artist, found in looks if found[0] == color and {*found[1:]} <= {*shape, "filled"}]


def colored(explorer, ax, label):
    """The lines and dots of an axes in the colour that a legend gives to a label."""
    color = look_of(explorer, label).split()[0]
    return [line for line in shown(ax) if isinstance(line, Line2D) and look(line).split()[0] == color]


def points_of(explorer, ax, label):
    """The data of the one artist that a label names."""
    (artist,) = named(explorer, ax, label)
    return data_of(artist)


# Plain numpy.


ACTIVATE = {"relu": lambda x: np.maximum(x, 0), "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "tanh": np.tanh}


def passed(net, x, statistics="running", replica=None):
    """The rows x through one net: what enters each hidden activation, what leaves it, z_hat of each BN, the outputs."""
    entering, leaving, z_hats = [], [], []
    for layer in net.layers:
        kind = type(layer).__name__
        names = {"Linear": ("W", "b"), "BatchNorm": ("gamma", "beta", "running_mean", "running_var")}.get(kind, ())
        part = {name: getattr(layer, name) for name in names if getattr(layer, name) is not None}
        if replica is not None:
            part = {name: array[replica] for name, array in part.items()}
        if kind == "Linear":
            x = x @ part["W"] + part.get("b", 0)
        elif kind == "BatchNorm":
            mean, var = part["running_mean"], part["running_var"]
            if statistics == "batch":
                mean, var = x.mean(axis=0), x.var(axis=0)
            z_hats.append((x - mean) / np.sqrt(var + layer.eps))
            x = part["gamma"] * z_hats[-1] + part["beta"]
        else:
            entering.append(x)
            x = ACTIVATE[kind.lower()](x)
            leaving.append(x)
    return entering, leaving, z_hats, x


def heights(values, edges):
    """A histogram whose highest bar is 1; the outermost bars hold all beyond."""
    counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0]
    return counts / max(1, counts.max())


def assert_bars(artist, values):
    found, edges, _ = artist.get_data()
    np.testing.assert_allclose(found, heights(values, edges), atol=1e-12)


# Every explorer.


@pytest.mark.parametrize("name", EXPLORERS)
def test_every_entry_of_a_legend_names_something_that_is_drawn(name, build):
    explorer = build(EXPLORERS[name])
    figure = figure_of(explorer)
    for parent in (figure, *figure.axes):
        for label in entries(parent):
            places = figure.axes if parent is figure else [parent]
            assert any(named(explorer, ax, label) for ax in places), label


# Dogs and cats.


@pytest.fixture(scope="module")
def nets():
    """A net with BN and one without that know black animals a little."""
    images, labels = cats.make_cats(200, rng=np.random.default_rng(0))
    x, made = images.reshape(200, -1).astype(float), []
    for norm, lr in (("batch", 0.05), (None, 0.01)):
        made.append(MLP((3072, 8, 2), norm=norm, rng=np.random.default_rng(1), dtype=float))
        fit(made[-1], x, labels, epochs=6, batch_size=20, lr=lr, rng=np.random.default_rng(2))
    return made


def telling_unit(z_hat, labels):
    """The unit that keeps cats and dogs farthest apart."""
    apart = z_hat[labels == 1].mean(axis=0) - z_hat[labels == 0].mean(axis=0)
    return np.argmax(np.abs(apart) / z_hat.std(axis=0))


@pytest.mark.parametrize(
    ("way", "net", "statistics"),
    [("BN, as trained", 0, "running"), ("BN, test batch", 0, "batch"), ("no BN", 1, None)],
)
def test_dogs_and_cats_of_the_coat_are_dogs_and_cats(way, net, statistics, nets, build):
    gray = 0.85
    explorer = build(Coat, model=nets[0], plain=nets[1], coat=gray, hue="gray", background=0.3, way=way)
    animals = cats.draw_animals(100, rng=np.random.default_rng(3))
    painted = {"this coat": cats.paint(animals, (gray,) * 3, 0.3), "black coats, as in training": cats.paint(animals)}
    rows = {title: images.reshape(100, -1).astype(float) for title, images in painted.items()}
    black = passed(nets[net], rows["black coats, as in training"])
    for title, x in rows.items():
        if net == 0:
            of_black, z_hat = black[2][0], passed(nets[0], x, statistics if title == "this coat" else "running")[2][0]
        else:  # normalized by the statistics of the black animals
            z, of_black = passed(nets[1], x)[0][0], black[0][0]
            scale = np.sqrt(of_black.var(axis=0) + 1e-5)
            z_hat, of_black = (z - of_black.mean(axis=0)) / scale, (of_black - of_black.mean(axis=0)) / scale
        unit, drawn = telling_unit(of_black, animals.labels), {}
        for species, label in SPECIES.items():
            (bars,) = named(explorer, titled(explorer, title), species)
            assert_bars(bars, z_hat[animals.labels == label, unit])
            drawn[species] = bars.get_data().values
        assert np.abs(drawn["dogs"] - drawn["cats"]).max() > 0.1  # so a swap would be seen
    outputs = passed(nets[net], rows["this coat"], statistics)[3]
    wrong = outputs.argmax(axis=1) != animals.labels
    assert 0 < wrong.sum() < 100
    check_crosses(titled(explorer, "dogs, then cats; ×: called wrong"), painted["this coat"], animals.labels, wrong)
    curve = titled(explorer, "share called right")
    np.testing.assert_array_equal(points_of(explorer, curve, "background")[:, 0], 0.3)
    (here,) = [data_of(line) for line in shown(curve) if len(data_of(line)) == 1]
    np.testing.assert_allclose(here, [[gray, 1 - wrong.mean()]])


def check_crosses(ax, images, labels, wrong):
    """Each animal that is called wrong bears a cross, and no other; first come dogs, then cats."""
    tiles = ax.images[0].get_array()
    side = tiles.shape[0] // 4
    crosses = [data_of(line) for line in shown(ax) if line.get_marker() == "x"]
    crossed = {(int(y // side), int(x // side)) for x, y in np.concatenate([np.empty((0, 2)), *crosses])}
    order = []
    for place in np.ndindex(4, 4):
        top, left = np.multiply(place, side)
        tile = tiles[top : top + 32, left : left + 32]
        (animal,) = np.flatnonzero(np.abs(images - tile).max(axis=(1, 2, 3)) < 1e-6)
        assert (place in crossed) == wrong[animal], f"row {place[0]}, column {place[1]}"
        order.append(labels[animal])
    assert order == [0] * 8 + [1] * 8


def test_dogs_and_cats_of_the_batch_mix_are_dogs_and_cats(nets, build):
    animals = cats.draw_animals(384, rng=np.random.default_rng(4))
    animals = cats.Animals(
        *(np.concatenate([part[animals.labels == label][:128] for label in (0, 1)]) for part in animals)
    )
    explorer = build(BatchMix, model=nets[0], m=128, coat="cream", share=1.0)
    x = cats.paint(animals, "cream").reshape(256, -1).astype(float)
    ax, now = titled(explorer, "share called right"), titled(explorer, "these batches")
    for label, rows in enumerate((slice(0, 128), slice(128, 256))):  # a batch of 128 of one species is all of them
        for statistics, name in (("running", "running statistics"), ("batch", "statistics of the batch")):
            right = np.mean(passed(nets[0], x[rows], statistics)[3].argmax(axis=1) == label)
            points = points_of(explorer, ax, name)
            assert points[[0, -1][label]] == pytest.approx([label, right])
        explorer.set(share=float(label))
        for species in SPECIES:
            (bars,) = named(explorer, now, species)
            assert (bars.get_data().values.max() > 0) == (SPECIES[species] == label)
    z_hat = passed(nets[0], cats.paint(animals).reshape(256, -1).astype(float), "batch")[2][0]
    of_animals = z_hat[:, telling_unit(z_hat, animals.labels)]
    for species, label in SPECIES.items():
        (bars,) = named(explorer, titled(explorer, "black, batches half cats"), species)
        values, edges, _ = bars.get_data()
        mean = np.average((edges[1:] + edges[:-1]) / 2, weights=values)
        means = [of_animals[animals.labels == one].mean() for one in (label, 1 - label)]
        assert abs(mean - means[0]) < 0.2 * abs(mean - means[1])


# With and without BN.


def test_the_rows_and_curves_of_the_live_training_are_of_the_nets_they_name(build):
    explorer = build(TrainLive)
    data = digits.load_digits()
    rows, losses = titled(explorer, "right on the test set, eval mode"), explorer_axes(explorer, "training loss")
    for net, norm in NETS.items():
        sizes, settings = (64, 32, 32, 32, 32, 10), {"init_scale": 0.2, "replicas": 6, "dtype": float}
        model = MLP(sizes, norm=norm, rng=np.random.default_rng(1), **settings)
        how = {"batch_size": 60, "lr": 0.1, "sgd_momentum": 0.0, "rng": np.random.default_rng(2)}
        fit(model, data.train_x.astype(float), data.train_labels, steps=100, **how)
        right = accuracy(model, data.test_x.astype(float), data.test_labels)
        (tick,) = [tick.get_position()[1] for tick in rows.get_yticklabels() if tick.get_text() == net]
        points = np.concatenate([data_of(line) for line in shown(rows)])
        np.testing.assert_allclose(points[abs(points[:, 1] - tick) < 0.5, 0], right)
        assert points_of(explorer, losses, net)[-1] == pytest.approx([100, loss_together(model, data)], rel=1e-6)
    text = next(text for text in losses.texts if text.get_text() == "guessing: log 10")
    guess = max(y for line in shown(losses) for y in data_of(line)[:, 1] if y < text.get_position()[1])
    assert guess == pytest.approx(np.log(10), rel=1e-4) and text.get_position()[1] < 1.3 * guess


def loss_together(model, data):
    """Median over the nets of the loss of 360 digits that are normalized together."""
    outputs = model.infer(data.train_x[:360].astype(float), "batch")
    return np.median(cross_entropy(outputs, data.train_labels[:360])[0])


def explorer_axes(explorer, beginning):
    """The one axes whose title begins so."""
    (ax,) = [ax for ax in figure_of(explorer).axes if ax.get_title("left").startswith(beginning)]
    return ax


def circles():
    """The playground's disc (class 0) and the ring around it, of which 512 are learnt and 200 shown."""
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 2, 712)
    angle = rng.uniform(0, 2 * np.pi, 712)
    radius = np.where(labels, rng.uniform(1.3, 2, 712), rng.uniform(0, 1, 712))
    x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    return x[:512], labels[:512], x[512:], labels[512:]


def test_the_playground_shows_classes_and_nets_as_its_legend_names_them(build):
    explorer = build(Playground, problem="circles", shift=0.4, steps=100)
    x, labels, seen, classes = circles()
    seen = seen + [0.4, 0]
    region = [ax for ax in figure_of(explorer).axes if ax.images]
    dots = {label: f"class {label} ({('dog', 'cat')[label]})" for label in (0, 1)}
    hues = [look_of(explorer, name).split()[0] for name in dots.values()]
    for net, norm in NETS.items():
        ax = titled(explorer, f"net 1 of 10 {net}")
        assert ax in region
        for label, name in dots.items():
            np.testing.assert_allclose(points_of(explorer, ax, name), seen[classes == label])
        model = MLP((2, 32, 32, 2), norm=norm, replicas=10, rng=np.random.default_rng(1), dtype=float)
        how = {"batch_size": 32, "lr": 0.1, "sgd_momentum": 0.0, "rng": np.random.default_rng(2)}
        fit(model, x, labels, steps=100, **how)
        loss = np.median(cross_entropy(model.infer(x[:360], "batch"), labels[:360])[0])
        losses = titled(explorer, "training loss, noise off")
        assert points_of(explorer, losses, net)[-1] == pytest.approx([100, loss], rel=1e-6)
        check_region(ax.images[0], passed_on_plane(model, ax.images[0]), hues)
        entering, _, _, outputs = passed(model, seen, replica=0)
        histograms = [ax for ax in figure_of(explorer).axes if ax.get_title("left") == "before its last activation"]
        (bars,) = [bars for ax in histograms for bars in named(explorer, ax, net)]
        assert_bars(bars, entering[-1])
        (right,) = colored(explorer, titled(explorer, "share right, each net"), net)
        assert data_of(right)[0, 0] == pytest.approx(np.mean(outputs.argmax(axis=1) == classes))


def passed_on_plane(model, image):
    """What the first net of a model calls each square of the plane, (rows, columns)."""
    (rows, columns, _), (left, right, low, high) = image.get_array().shape, image.get_extent()
    plane = np.meshgrid(np.linspace(left, right, columns), np.linspace(low, high, rows))
    return passed(model, np.stack(plane, axis=-1).reshape(-1, 2), replica=0)[3].argmax(axis=1).reshape(rows, columns)


def check_region(image, called, hues):
    """Each square has the hue of the class that it is called, but for those that are nearly white."""
    rgb = image.get_array()[..., :3] / 255
    colors = [np.array(to_rgb(color)) for hue in hues for color, name in NAMES.items() if name == hue]
    nearer = np.linalg.norm(rgb - colors[1], axis=-1) < np.linalg.norm(rgb - colors[0], axis=-1)
    sure = rgb.min(axis=-1) < 0.8
    assert sure.mean() > 0.3 and 0.1 < called.mean() < 0.9
    np.testing.assert_array_equal(nearer[sure], called[sure] == 1)


@pytest.mark.parametrize("activation", ["sigmoid", "ReLU"])
def test_what_enters_a_layer_is_shown_under_its_number(activation, build):
    explorer = build(InternalShift, step=0, unit=3, activation=activation)
    data = digits.load_digits()
    x, labels = data.train_x.astype(float), data.train_labels
    rows = np.random.default_rng(1).choice(len(x), 60, replace=False)
    for net, norm in NETS.items():
        rng = np.random.default_rng(0)
        model = MLP((64, 32, 32, 32, 10), norm=norm, activation=activation.lower(), rng=rng, dtype=float)
        before = passed(model, x[:360], "batch")[1]
        for layer in (2, 3, 4):
            bars = shown(titled(explorer, f"into layer {layer}, {net}"))
            assert len(bars) == 2  # now, and at step 0
            for each in bars:
                assert_bars(each, before[layer - 2][:, 3])
        old = passed(model, x[rows], "batch")[1]
        _, gradient = cross_entropy(model.forward(x[rows]), labels[rows])
        model.backward(gradient)
        SGD(model, lr=0.1).step()
        new = passed(model, x[rows], "batch")[1]
        for layer in (2, 3, 4):
            a, b = old[layer - 2], new[layer - 2]
            moved = np.hypot(b.mean(axis=0) - a.mean(axis=0), b.std(axis=0) - a.std(axis=0))
            shift = np.linalg.norm(moved) / np.linalg.norm(a.std(axis=0))
            ax = titled(explorer, f"shift met by layer {layer}")
            (curve,) = [line for line in named(explorer, ax, net) if len(data_of(line)) > 1]
            assert data_of(curve)[0] == pytest.approx([0, shift])


# Training mode and eval mode.


@pytest.fixture(scope="module")
def run():
    """Three steps of a run, of which each has running statistics of its own, and data whose statistics are others."""
    rng = np.random.default_rng(7)
    model = MLP((5, 8, 3), replicas=3, bn={"momentum": 1.0}, rng=rng, dtype=float)
    model.forward(rng.normal(1.0, 2.0, (3, 40, 5)))
    return model, rng.normal(size=(60, 5)), rng.integers(0, 3, 60)


def test_training_and_eval_mode_are_those_that_the_legend_names(run, build):
    model, x, labels = run
    explorer = build(TrainEval, model=model, data=x, labels=labels, momentum=1.0, m=60, step=2, example=4)
    for mode, statistics, side in (("eval mode", "running", -0.15), ("training mode", "batch", 0.15)):
        outputs = [passed(model, x, statistics, replica)[3] for replica in range(3)]
        right = [np.mean(each.argmax(axis=1) == labels) for each in outputs]
        curve, dot = sorted(colored(explorer, titled(explorer, "accuracy"), mode), key=lambda line: -len(data_of(line)))
        np.testing.assert_allclose(data_of(curve), np.column_stack([[1, 2, 3], right]))
        np.testing.assert_allclose(data_of(dot), [[2, right[1]]])
        exp = np.exp(outputs[1][4])
        (points,) = colored(explorer, titled(explorer, "probability, for one example"), mode)
        np.testing.assert_allclose(data_of(points), np.column_stack([np.arange(3) + side, exp / exp.sum()]))


def test_the_curves_of_the_batch_size_are_of_the_nets_and_modes_they_name(build):
    explorer = build(BatchSize, m=20, wrong=0.0)
    data, draws = digits.load_digits(), np.random.default_rng(5)
    rows = np.stack([draws.permutation(len(data.train_x))[:200] for _ in range(10)])
    x, labels = data.train_x[rows].astype(float), data.train_labels[rows]
    for net, norm in NETS.items():
        model = MLP((64, 32, 32, 10), norm=norm, replicas=10, rng=np.random.default_rng(0), dtype=float)
        training = Training(model, x, labels, batch_size=20, lr=0.1, rng=np.random.default_rng(2))
        expected = {
            "training digits, training mode": [],
            "training digits, eval mode": [],
            "unseen digits, eval mode": [],
        }
        for _ in range(2):
            training.advance(10)
            right = (
                training.history.accuracy[:, -10:].mean(axis=1),
                accuracy(model, x, labels),
                accuracy(model, data.test_x.astype(float), data.test_labels),
            )
            for curve, values in zip(expected.values(), right, strict=True):
                curve.append(np.median(values))
        assert len({curve[-1] for curve in expected.values()}) == 3
        for name, curve in expected.items():
            points = points_of(explorer, titled(explorer, net), name)
            np.testing.assert_allclose(points, np.column_stack([[10, 20], curve]))


# What stands under a title.


def test_raw_and_standardized_features_stand_under_their_titles(build):
    ratio, steps = 10.0, 7
    explorer = build(FeatureScale, ratio=ratio, correlation=0.0, rate=0.9, steps=steps)
    curves = titled(explorer, "loss / loss at the start")
    for kind, wide in (("raw", ratio), ("standardized", 1.0)):
        ax = titled(explorer, f"loss: {kind}")
        (goal,) = [data_of(line) for line in shown(ax) if line.get_marker() == "*"]
        np.testing.assert_allclose(goal, [[1.5, 0.5 / wide]])
        rings = max((data_of(line) for line in shown(ax)), key=len)
        width, height = np.nanmax(rings, axis=0) - np.nanmin(rings, axis=0)
        assert width / height == pytest.approx(wide, rel=1e-2)
        kept = 1 - 0.9 * 2 / wide**2 * np.array([1, wide**2])  # what a step leaves of the error of each weight
        errors = np.array([1.5, 0.5]) * kept ** np.arange(steps + 1)[:, None]
        shares = (errors**2).sum(axis=1) / (1.5**2 + 0.5**2)
        np.testing.assert_allclose(points_of(explorer, curves, kind), np.column_stack([np.arange(steps + 1), shares]))


@pytest.mark.parametrize("statistic", ["mean", "variance"])
def test_the_title_of_the_running_statistics_says_which_statistic_is_drawn(statistic, run, build):
    model, x, labels = run
    other = {"mean": "variance", "variance": "mean"}[statistic]
    explorer = build(RunningStatistics, model=model, data=x, labels=labels, unit=2, m=4, momentum=0.3, statistic=other)
    explorer.set(statistic=statistic)
    z = x @ model.layers[0].W[..., 2].T  # (60, 3): the layer has no b, since BN follows
    ax, start = titled(explorer, f"{statistic} of z"), {"mean": 0.0, "variance": 1.0}[statistic]
    exact = {"mean": z.mean(axis=0), "variance": z.var(axis=0, ddof=1)}[statistic]
    drawn = {name: points_of(explorer, ax, name)[:, 1] for name in LINES}
    np.testing.assert_allclose(drawn["exact: all the data"], exact)
    batch, running = drawn["of the batch"], []
    for value in batch:
        start = 0.7 * start + 0.3 * value
        running.append(start)
    np.testing.assert_allclose(drawn["running average"], running)
    np.testing.assert_allclose(drawn["plain average so far"], np.cumsum(batch) / [1, 2, 3])
    assert np.ptp(batch) > 0.1 * abs(batch).max()


LINES = ("exact: all the data", "of the batch", "plain average so far", "running average")


@pytest.mark.parametrize("activation", ACTIVATE)
def test_the_rows_of_gamma_and_beta_show_what_their_titles_say(activation, build):
    rng = np.random.default_rng(3)
    model, x = MLP((6, 4, 2), rng=rng, dtype=float), rng.normal(0.5, 1.0, (30, 6))
    explorer = build(GammaBeta, model=model, data=x, gamma=2.0, beta=-1.0, m=12, unit=1, activation=activation)
    z_hat = passed(model, x[:12], "batch")[2]
    z, z_hat = (x[:12] @ model.layers[0].W)[:, 1], z_hat[0][:, 1]
    rows = {"z, from": z, "ẑ =": z_hat, "y =": 2 * z_hat - 1}
    for beginning, values in rows.items():
        ax = explorer_axes(explorer, beginning)
        (bars,) = [artist for artist in shown(ax) if isinstance(artist, StepPatch)]
        assert_bars(bars, values)
        (numbers,) = [text.get_text() for text in ax.texts if text.get_animated()]
        said = [float(line.replace("−", "-")) for line in numbers.split("\n")]
        assert said == pytest.approx([values.mean(), values.std()], abs=0.00501)
    ax = titled(explorer, f"{activation}(y)")
    y = rows["y ="]
    out = ACTIVATE[activation](y)
    slope = {"relu": y > 0, "sigmoid": 4 * out * (1 - out), "tanh": 1 - out**2}[activation]
    points = {line.get_marker(): data_of(line) for line in shown(ax) if line.get_marker() in ("x", "o")}
    lost = points.get("x", np.empty((0, 2)))
    np.testing.assert_allclose(
        lost[np.argsort(lost[:, 0])], np.column_stack([y, out])[slope < 0.1][np.argsort(y[slope < 0.1])]
    )


def test_the_shade_of_the_plane_of_weights_is_the_loss_at_each_w(build):
    explorer = build(WeightScale, lr=0.3)
    ax = titled(explorer, "the loss over the plane of w (dark: large)")
    figure = figure_of(explorer)
    figure.canvas.draw()  # what does not move
    ink = np.asarray(figure.canvas.buffer_rgba())[::-1, :, :3].mean(axis=-1)

    def shade(w):
        column, row = np.round(ax.transData.transform(w)).astype(int)
        return ink[row, column]

    start, end = points_of(explorer, ax, "w, step by step")[[0, -1]]
    around = [shade(5 * np.array([np.cos(t), np.sin(t)])) for t in np.linspace(0, 2 * np.pi, 24)]
    assert shade(start) < shade(end) > np.quantile(around, 0.8)
