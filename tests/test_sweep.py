"""The sweep: a part of its grid is what plain indexing of its arrays gives, by hand and in the stored file."""

import itertools

import numpy as np
import pytest

from bnlib.datasets.sweep import AXES, Sweep, load_sweep

SEEDS = 3
VALUES = {"bn": ["none", "before"], "depth": [2, 5, 9], "lr": [0.1, 1.0, 10.0, 100.0]}


@pytest.fixture
def small():
    """A grid of 2 x 3 x 4 settings and 3 seeds, in which no two numbers are the same."""
    shape = (2, 3, 4, SEEDS)
    loss = np.arange(72.0).reshape(shape)
    return Sweep({name: np.array(values) for name, values in VALUES.items()}, loss, loss + 100, loss % 5 == 0)


def choices(values):
    """All choices of some axes and one place on each: dicts, name -> place."""
    for names in itertools.chain(*(itertools.combinations(values, n) for n in range(len(values) + 1))):
        for places in itertools.product(*(range(len(values[name])) for name in names)):
            yield dict(zip(names, places, strict=True))


def assert_is_part(part, whole, places):
    """That a part is the whole, indexed by hand at these places of the axes named."""
    index = tuple(places.get(name, slice(None)) for name in whole.axes)
    assert list(part.axes) == [name for name in whole.axes if name not in places]
    for name, values in part.axes.items():
        np.testing.assert_array_equal(values, whole.axes[name], strict=True)
    for found, array in ((part.loss, whole.loss), (part.accuracy, whole.accuracy), (part.diverged, whole.diverged)):
        np.testing.assert_array_equal(found, array[index], strict=True)


@pytest.mark.parametrize("places", list(choices(VALUES)), ids=str)
def test_a_part_is_what_plain_indexing_gives(small, places):
    part = small.at(**{name: VALUES[name][place] for name, place in places.items()})
    assert_is_part(part, small, places)


def test_a_part_of_a_part_is_the_part_with_both_settings(small):
    assert_is_part(small.at(lr=10.0).at(bn="before"), small, {"lr": 2, "bn": 1})


def test_an_axis_that_does_not_exist_is_named_with_those_that_do(small):
    with pytest.raises(KeyError, match=r"\['bn', 'depth', 'lr'\]; there is no momentum, width"):
        small.at(width=3, lr=0.1, momentum=0.9)
    with pytest.raises(KeyError, match="there is no lr"):
        small.at(lr=0.1).at(lr=0.1)


@pytest.mark.parametrize("name, value", [("lr", 0.2), ("bn", "after"), ("depth", "2"), ("depth", None)])
def test_a_setting_that_was_not_measured_is_named_with_those_that_were(small, name, value):
    with pytest.raises(ValueError) as caught:
        small.at(**{name: value})
    assert str(caught.value) == f"{name} was measured at {VALUES[name]}, but not at {value!r}"


def test_the_stored_sweep_has_its_axes_and_20_seeds_at_each_point():
    sweep = load_sweep()
    assert tuple(sweep.axes) == AXES
    sizes = [len(values) for values in sweep.axes.values()]
    assert sizes == [3, 3, 2, 2, 5, 9]
    for values in sweep.axes.values():
        assert values.ndim == 1 and len(set(values.tolist())) == len(values)
    for array in sweep[1:]:
        assert array.shape == (*sizes, 20)
    assert sweep.diverged.dtype == bool
    np.testing.assert_array_equal(np.isnan(sweep.loss), sweep.diverged)
    assert np.nanmin(sweep.loss) >= 0
    assert 0 <= sweep.accuracy.min() and sweep.accuracy.max() <= 1


@pytest.mark.parametrize("name", AXES)
def test_the_stored_sweep_at_a_setting_is_the_slice_of_its_arrays(name):
    sweep = load_sweep()
    for place, value in enumerate(sweep.axes[name].tolist()):
        assert_is_part(sweep.at(**{name: value}), sweep, {name: place})


def test_the_settings_of_a_single_point_give_its_20_nets():
    sweep = load_sweep()
    places = dict(zip(AXES, (2, 1, 0, 1, 3, 4), strict=True))
    part = sweep.at(**{name: sweep.axes[name][place] for name, place in places.items()})
    assert_is_part(part, sweep, places)
    assert part.axes == {} and part.loss.shape == (20,)
