"""The stored digits: the whole set, split in one way."""

from pathlib import Path

import make_data
import numpy as np

from bnlib import digits

STORED = Path(__file__).parents[1] / "data" / "digits.npz"
# The first line of optdigits.tes in the UCI repository.
FIRST = """0 0 5 13 9 1 0 0 0 0 13 15 10 15 5 0 0 3 15 2 0 11 8 0 0 4 12 0 0 8 8 0
           0 5 8 0 0 9 8 0 0 4 11 0 1 12 7 0 0 2 14 5 10 12 0 0 0 0 6 13 10 0 0 0 0"""


def test_x_is_float32_in_range_with_a_label_for_each_row():
    data = digits.load_digits()
    assert data.train_x.shape == (1437, 64) and data.test_x.shape == (360, 64)
    for x, labels in ((data.train_x, data.train_labels), (data.test_x, data.test_labels)):
        assert x.dtype == np.float32 and x.min() == 0 and x.max() == 1
        assert labels.shape == x.shape[:1] and np.issubdtype(labels.dtype, np.integer)
        assert set(labels) == set(range(10))


def test_the_test_set_has_as_many_of_each_digit():
    np.testing.assert_array_equal(np.bincount(digits.load_digits().test_labels), 36)


def test_train_and_test_are_together_the_whole_set():
    data = digits.load_digits()
    with np.load(STORED) as stored:
        whole = sorted((*image.ravel(), label) for image, label in zip(stored["images"], stored["labels"], strict=True))
    x, labels = np.concatenate([data.train_x, data.test_x]), np.concatenate([data.train_labels, data.test_labels])
    assert sorted((*pixels, label) for pixels, label in zip(x * 16, labels, strict=True)) == whole
    assert len(whole) == 1797


def test_no_digit_is_in_both_train_and_test():
    data = digits.load_digits()
    assert not {x.tobytes() for x in data.train_x} & {x.tobytes() for x in data.test_x}


def test_the_first_digit_is_the_one_of_the_source():
    *pixels, label = map(int, FIRST.split())
    with np.load(STORED) as stored:
        np.testing.assert_array_equal(stored["images"][0].ravel(), pixels)
        assert stored["labels"][0] == label
    first = np.array(pixels) / 16
    assert np.any(np.all(digits.load_digits().train_x == first, axis=1))


def test_the_labels_belong_to_the_pictures():
    data = digits.load_digits()
    means = np.stack([data.train_x[data.train_labels == digit].mean(axis=0) for digit in range(10)])
    distance = ((data.test_x[:, None] - means) ** 2).sum(axis=-1)
    assert np.mean(distance.argmin(axis=1) == data.test_labels) > 0.85


def test_the_tool_makes_the_stored_file_from_the_source(tmp_path):
    with np.load(STORED) as stored:
        arrays = dict(stored)
    table = np.column_stack([arrays["images"].reshape(-1, 64), arrays["labels"]])
    np.savetxt(tmp_path / "source.csv", table, fmt="%d", delimiter=",")
    made = make_data.read_digits(tmp_path / "source.csv")
    for name, array in arrays.items():
        np.testing.assert_array_equal(made[name], array)
        assert made[name].dtype == array.dtype
