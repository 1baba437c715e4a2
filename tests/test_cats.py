"""The drawn animals: their promises (same animal, linear picture, range) and that cats look like cats."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnlib.datasets.cats import COATS, Animals, draw_animals, make_cats, paint

UNIT = st.floats(0, 1)
COLOURS = st.sampled_from(list(COATS)) | st.tuples(UNIT, UNIT, UNIT)


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.fixture(scope="module")
def animals():
    return draw_animals(1000, rng=rng(5))


@settings(max_examples=20, deadline=None)
@given(n=st.integers(0, 9), coat=COLOURS, background=UNIT, seed=st.integers(0, 2**32))
def test_images_are_float32_in_range_and_labels_are_0_or_1(n, coat, background, seed):
    images, labels = make_cats(n, coat, rng=rng(seed), background=background)
    assert images.shape == (n, 32, 32, 3) and images.dtype == np.float32
    assert images.size == 0 or (images.min() >= 0 and images.max() <= 1)
    assert labels.shape == (n,) and np.issubdtype(labels.dtype, np.integer) and set(labels) <= {0, 1}


@settings(max_examples=20, deadline=None)
@given(n=st.integers(1, 9), more=st.integers(0, 9), coat=COLOURS, background=UNIT, seed=st.integers(0, 2**32))
def test_animal_i_is_the_same_whatever_n_coat_and_background_are(n, more, coat, background, seed):
    few, many = draw_animals(n, rng=rng(seed)), draw_animals(n + more, rng=rng(seed))
    for one, other in zip(few, many, strict=True):
        np.testing.assert_array_equal(one, other[:n])
    images, labels = make_cats(n + more, coat, rng=rng(seed), background=background)
    np.testing.assert_array_equal(labels[:n], few.labels)
    np.testing.assert_array_equal(images[:n], paint(few, coat, background))


def test_drawing_goes_on_where_it_stopped():
    once, twice = rng(), rng()
    images, labels = make_cats(5, rng=once)
    first, second = make_cats(2, "white", rng=twice), make_cats(3, rng=twice)
    np.testing.assert_array_equal(images[2:], second[0])
    np.testing.assert_array_equal(labels, np.concatenate([first[1], second[1]]))
    assert once.random() == twice.random()


def test_no_two_animals_are_alike(animals):
    images = paint(animals)
    assert len({image.tobytes() for image in images}) == len(images)


def test_half_of_the_animals_are_cats_in_no_order(animals):
    assert abs(animals.labels.mean() - 0.5) < 0.07  # more than 4 standard deviations
    changes = np.mean(animals.labels[1:] != animals.labels[:-1])
    assert abs(changes - 0.5) < 0.07


@settings(max_examples=20, deadline=None)
@given(coats=st.tuples(COLOURS, COLOURS), grounds=st.tuples(UNIT, UNIT), share=UNIT)
def test_a_picture_is_linear_in_coat_and_background_up_to_clipping(coats, grounds, share):
    few = draw_animals(4, rng=rng(3))
    first, second = (np.array(COATS.get(coat, coat)) if isinstance(coat, str) else np.array(coat) for coat in coats)
    between = paint(few, share * first + (1 - share) * second, share * grounds[0] + (1 - share) * grounds[1])
    ends = [paint(few, coat, ground) for coat, ground in zip(coats, grounds, strict=True)]
    unclipped = np.all([(0 < end) & (end < 1) for end in ends], axis=0)
    mixed = share * ends[0] + (1 - share) * ends[1]
    np.testing.assert_allclose(between[unclipped], mixed[unclipped], atol=1e-6)


def test_the_parts_of_an_animal_give_its_picture(animals):
    coat = np.array(COATS["brown"])
    image = animals.fur * coat + animals.ground * (0.6 + animals.jitter) + animals.ink
    np.testing.assert_allclose(paint(animals, "brown", 0.6), np.clip(image, 0, 1), atol=1e-6)
    assert all(part.dtype == np.float32 for part in animals[1:])


@pytest.mark.parametrize("coat", COATS)
def test_the_fur_has_the_colour_of_the_coat_on_average(animals, coat):
    fur = animals.fur[..., 0] > 0.55
    colour = paint(animals, coat)[fur].mean(axis=0)
    np.testing.assert_allclose(colour, COATS[coat], rtol=0.1, atol=0.06)


def test_the_background_is_even_and_differs_by_at_most_a_twentieth_between_pictures(animals):
    images = paint(animals, background=0.6)
    corner = images[:, 0, 0]
    np.testing.assert_array_equal(images * (animals.ground == 1), corner[:, None, None] * (animals.ground == 1))
    assert np.all(np.abs(corner - 0.6) <= 0.05 + 1e-6)
    np.testing.assert_allclose([corner.min(), corner.max(), corner.mean()], [0.55, 0.65, 0.6], atol=0.003)


def test_ears_stand_above_a_cats_head_and_hang_beside_a_dogs(animals):
    cover = 1 - animals.ground[..., 0]
    above, beside = cover[:, :8].mean(axis=(1, 2)), cover[:, 14:24, [2, 3, 4, 5, 26, 27, 28, 29]].mean(axis=(1, 2))
    cat = animals.labels == 1
    assert above[cat].mean() > 2 * above[~cat].mean()
    assert beside[~cat].mean() > 2 * beside[cat].mean()


def test_the_outline_alone_tells_the_species(animals):
    cover = 1 - animals.ground.reshape(len(animals.ground), -1)
    known, labels = cover[:500], animals.labels[:500]
    cat, dog = (known[labels == label].mean(axis=0) for label in (1, 0))
    guess = cover[500:] @ (cat - dog) > (cat + dog) @ (cat - dog) / 2
    assert np.mean(guess == animals.labels[500:]) > 0.95


def test_each_animal_can_have_its_own_coat_and_background():
    few = draw_animals(3, rng=rng())
    coats, grounds = ["white", (0.2, 0.3, 0.4), "black"], [0.1, 0.5, 0.9]
    images = paint(few, coats, grounds)
    for i, (coat, ground) in enumerate(zip(coats, grounds, strict=True)):
        np.testing.assert_array_equal(images[i], paint(few, coat, ground)[i])
    triples = np.array([COATS["gray"]] * 3)
    np.testing.assert_array_equal(paint(few, triples), paint(few, np.array(["gray"] * 3)))


def test_some_of_the_animals_can_be_painted():
    few = draw_animals(9, rng=rng())
    cats = Animals(*(part[few.labels == 1] for part in few))
    np.testing.assert_array_equal(paint(cats), paint(few)[few.labels == 1])


@pytest.mark.parametrize(
    "arguments, error, message",
    [
        ({"coat": "purple"}, ValueError, "unknown coat 'purple'; the coats are black, gray, .*, or give red, green"),
        ({"coat": ["black", "purple"]}, ValueError, r"coat must be a name .* or 2 of them; got \['black', 'purple'\]"),
        ({"coat": (1, 2, 0)}, ValueError, r"red, green, blue in \[0, 1\], or 2 of them; got \(1, 2, 0\)"),
        ({"coat": (0.5, np.nan, 0)}, ValueError, "red, green, blue .* got .*nan"),
        ({"coat": ["black"] * 3}, ValueError, "or 2 of them; got"),
        ({"coat": 0.5}, ValueError, "coat must be a name or red, green, blue .* got 0.5"),
        ({"coat": None}, ValueError, "coat must be a name or red, green, blue .* got None"),
        ({"background": 1.2}, ValueError, r"background must be a number in \[0, 1\], or 2 of them; got 1.2"),
        ({"background": np.nan}, ValueError, "background must be .* got nan"),
        ({"background": [0.1, 0.2, 0.3]}, ValueError, r"background must be .* or 2 of them; got \[0.1, 0.2, 0.3\]"),
        ({"background": "dark"}, ValueError, "background must be .* got 'dark'"),
        ({"n": -1}, ValueError, "n must be a whole number, 0 or more, but it is -1"),
    ],
)
def test_bad_input_is_named_and_the_generator_stays_where_it_was(arguments, error, message):
    generator = rng()
    before = generator.bit_generator.state
    with pytest.raises(error, match=message):
        make_cats(**{"n": 2, "rng": generator} | arguments)
    assert generator.bit_generator.state == before


def test_a_seed_in_place_of_a_generator_is_named():
    with pytest.raises(TypeError, match=r"rng must be a numpy.random.Generator, such as .*default_rng\(0\); got 7"):
        make_cats(2, rng=7)
