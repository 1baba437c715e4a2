"""The explorer of who is in the batch: its numbers again, batch by batch."""

import copy
import re

import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances as open_widgets

from bnlib import MLP, cats
from bnlib.explorers import BatchMix
from bnlib.explorers.batch_mix import EDGES, LARGEST_BATCH, SHARES
from bnlib.explorers.examples import as_many_dogs_as_cats, nets_of_black_animals

EXPLORER = BatchMix
STATES = [(0.5, 64, "black"), (0.0, 64, "black"), (1.0, 33, "gray"), (0.85, 16, "white"), (0.5, 2, "orange")]


def outputs(net, x, statistics):
    """Outputs, and the standardized units of the first hidden layer, for one batch."""
    first = None
    for linear, bn in zip(net.linear_layers()[:-1], net.batch_norm_layers(), strict=True):
        z = x @ linear.W
        mean, var = (z.mean(axis=0), z.var(axis=0)) if statistics == "batch" else (bn.running_mean, bn.running_var)
        z_hat = (z - mean) / np.sqrt(var + bn.eps)
        first = z_hat if first is None else first
        x = np.maximum(bn.gamma * z_hat + bn.beta, 0)
    return x @ net.linear_layers()[-1].W + net.linear_layers()[-1].b, first


def batches(explorer, share, m):
    """Rows of the animals in each batch of a state, dogs being the first 128 animals and cats the next."""
    found, number = round(share * m), max(32, 2048 // m)
    dogs, felines = explorer.orders
    return np.concatenate([felines[:number, :found], dogs[:number, : m - found]], axis=1)


@pytest.mark.parametrize("share, m, coat", STATES)
def test_caption_and_artists_hold_what_plain_numpy_computes_batch_by_batch(explorer, share, m, coat):
    explorer.set(share=share, m=m, coat=coat)
    net, animals = nets_of_black_animals()[0], as_many_dogs_as_cats()
    x = cats.paint(animals, coat).reshape(len(animals.labels), -1).astype(float)
    running = outputs(net, x, "running")[0].argmax(axis=1) == animals.labels
    found, right, felines, units = round(share * m), [], [], []
    for rows in batches(explorer, share, m):
        logits, z_hat = outputs(net, x[rows], "batch")
        felines.append(animals.labels[rows])
        right.append(logits.argmax(axis=1) == felines[-1])
        units.append(z_hat[:, explorer.unit])
    expected = found / m * running[animals.labels == 1].mean() + (1 - found / m) * running[animals.labels == 0].mean()
    shown = [float(number) for number in re.findall(r"(\d+\.\d) %", explorer.caption)]
    assert shown == pytest.approx([100 * np.mean(right), 100 * expected], abs=0.051)
    assert explorer.caption.startswith(f"{len(right)} batches of {m} animals with a {coat} coat, {found} of them cats.")
    assert np.sum(felines, axis=1).tolist() == [found] * len(right)
    for label, bars in enumerate(explorer.bars.bars):
        values = np.clip(np.array(units)[np.array(felines) == label], EDGES[0], EDGES[-1])
        counts = np.histogram(values, EDGES)[0]
        shown, room = bars.artist.get_data().values * counts.max(), 1e-3 * len(values)  # a value may lie on an edge
        np.testing.assert_allclose(shown, counts, atol=room)
        assert bars.artist.axes.get_ylim()[1] > 1
    assert explorer.here.get_xydata()[0] == pytest.approx([found / m, np.mean(right)])
    at = int(np.argmin(np.abs(SHARES - share)))
    if SHARES[at] == share:
        assert explorer.curve.get_ydata()[at] == pytest.approx(np.mean(right))
    assert explorer.running.get_ydata() == pytest.approx([running[animals.labels == label].mean() for label in (0, 1)])


def test_a_step_of_the_share_replaces_few_animals_and_no_animal_is_twice_in_a_batch(explorer):
    for share in (0.1, 0.5, 0.9):
        here, next_to_it = batches(explorer, share, 60), batches(explorer, share + 0.05, 60)
        for these, those in zip(here, next_to_it, strict=True):
            assert len(set(these)) == 60 and len(set(these) & set(those)) == 57


def test_there_are_as_many_dogs_as_cats():
    labels = as_many_dogs_as_cats().labels
    assert np.sum(labels[:LARGEST_BATCH]) == 0 and np.sum(labels[LARGEST_BATCH:]) == LARGEST_BATCH == len(labels) / 2


def test_it_shows_the_net_it_is_given_and_leaves_it_as_it_is():
    model = MLP((3072, 4, 2), placement="after", activation="tanh", rng=np.random.default_rng(0))
    state = model.state.copy()
    explorer = BatchMix(model=model, m=20)
    assert explorer.code() == "BatchMix(model=model, m=20)"
    explorer.set(share=0.25, coat="gray")
    x = cats.paint(as_many_dogs_as_cats(), "gray").reshape(256, -1)
    right = [np.mean(model.predict(x[rows], "batch") == (rows >= 128)) for rows in batches(explorer, 0.25, 20)]
    assert f"In batch mode {100 * np.mean(right):.1f} %" in explorer.caption
    np.testing.assert_array_equal(model.state, state)
    explorer.close()


def test_a_net_that_is_trained_further_stays_in_the_explorer_as_it_was():
    model = MLP((3072, 4, 2), rng=np.random.default_rng(0))
    explorer, twin = BatchMix(model=model), BatchMix(model=copy.copy(model))
    model.state[:] = model.state[::-1]
    for state in ({"share": 0.3}, {"coat": "white"}):
        explorer.set(**state)
        twin.set(**state)
        assert explorer.picture.value == twin.picture.value and explorer.caption == twin.caption
    explorer.close()
    twin.close()


@pytest.mark.parametrize(
    "sizes, settings, words",
    [
        ((3072, 4, 2), {"replicas": 3}, "3 replicas"),
        ((3072, 4, 2), {"norm": None}, "0 batch normalizations"),
        ((3072, 4, 10), {}, "2 classes, but it is one for 10"),
        ((64, 4, 2), {}, "3072 features, but it is one for 64"),
    ],
)
def test_a_net_that_does_not_fit_is_refused_and_leaves_nothing_open(sizes, settings, words):
    before = len(open_widgets)
    with pytest.raises(ValueError, match=words):
        BatchMix(model=MLP(sizes, rng=np.random.default_rng(0), **settings))
    with pytest.raises(TypeError, match="model must be an MLP.*'a net'"):
        BatchMix(model="a net")
    assert len(open_widgets) == before


def test_the_curve_follows_the_batch_size_and_the_coat(explorer):
    explorer.set(share=0.5, m=64, coat="black")
    for state in ({"m": 5}, {"coat": "white"}):
        before = list(explorer.curve.get_ydata())
        explorer.set(**state)
        fresh = BatchMix(**explorer.state)
        assert list(explorer.curve.get_ydata()) == list(fresh.curve.get_ydata()) != before
        fresh.close()
