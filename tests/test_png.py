"""Pictures as PNG files."""

import io
import zlib

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bnlib.pictures import png
from bnlib.pictures.png import Encoder

SIDE = st.integers(1, 3 * png.BAND + 2)
pictures = st.tuples(SIDE, st.integers(1, 9), st.just(4)).flatmap(
    lambda shape: st.lists(arrays.arrays(np.uint8, shape), min_size=1, max_size=4)
)


def pixels(file):
    return np.asarray(Image.open(io.BytesIO(file)))


@given(pictures)
def test_every_picture_of_a_series_comes_back_whole_and_its_file_does_not_depend_on_those_before_it(series):
    encode = Encoder()
    for rgba in series:
        file = encode(rgba)
        np.testing.assert_array_equal(pixels(file), rgba[..., :3])
        assert file == Encoder()(rgba)


def test_a_drawing_that_changes_in_a_few_rows_gives_the_file_of_the_whole():
    rgba, encode = np.full((360, 900, 4), 255, np.uint8), Encoder()
    rng = np.random.default_rng(0)
    for _ in range(20):
        row, column = rng.integers(0, 330), rng.integers(0, 800)
        rgba[row : row + 30, column : column + 99, :3] = rng.integers(0, 256, (30, 99, 3))
        assert (file := encode(rgba)) == Encoder()(rgba)
    np.testing.assert_array_equal(pixels(file), rgba[..., :3])


@pytest.mark.parametrize("channel", range(3))
def test_a_change_of_one_channel_alone_is_sent(channel):
    rgba, encode = np.full((40, 9, 4), 255, np.uint8), Encoder()
    encode(rgba)
    rgba[20, 4, channel] = 7
    np.testing.assert_array_equal(pixels(encode(rgba)), rgba[..., :3])


def test_the_checksums_are_those_of_zlib():
    rgba = np.random.default_rng(1).integers(0, 256, (70, 31, 4), dtype=np.uint8)
    file = Encoder()(rgba)
    start, length = file.index(b"IDAT"), int.from_bytes(file[33:37], "big")
    data = file[start + 4 : start + 4 + length]
    rows = zlib.decompress(data)  # raises where the checksum is wrong
    assert rows == b"".join(b"\0" + row.tobytes() for row in rgba[..., :3])
    assert zlib.crc32(file[start : start + 4 + length]).to_bytes(4, "big") == file[start + 4 + length :][:4]
    with pytest.raises(zlib.error):
        zlib.decompress(data[:-1] + bytes([data[-1] ^ 1]))


def test_an_encoder_may_be_given_another_size():
    encode, rng = Encoder(), np.random.default_rng(2)
    for shape in ((20, 30, 4), (20, 31, 4), (47, 31, 4), (20, 30, 4)):
        rgba = rng.integers(0, 256, shape, dtype=np.uint8)
        np.testing.assert_array_equal(pixels(encode(rgba)), rgba[..., :3])


def test_what_did_not_change_is_not_compressed_again():
    encode, rgba = Encoder(), np.zeros((4 * png.BAND, 5, 4), np.uint8)
    encode(rgba)
    kept = dict(encode.packed)
    rgba[png.BAND + 3, 2] = 9
    encode(rgba)
    assert [start for start in kept if encode.packed[start] is not kept[start]] == [png.BAND]
