"""The files of data/: how they were made, where they are found, and what happens when one is bad."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import make_data
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bnlib.datasets import cats, digits, files, sweep

ROOT = Path(__file__).parents[1]
DATA = ROOT / "data"
BOTH = pytest.mark.parametrize(
    "load, name, cure",
    [(cats.load_cats, "cats.npz", "`make data`"), (digits.load_digits, "digits.npz", "`git restore data`")],
    ids=["cats", "digits"],
)


@pytest.fixture(autouse=True)
def no_folder_in_the_environment(monkeypatch):
    monkeypatch.delenv("BNLIB_DATA", raising=False)


def small_file(folder, value, name="small.npz"):
    """A file with one array, in a new folder; returns its checksums."""
    folder.mkdir(parents=True, exist_ok=True)
    array = np.array([value])
    np.savez_compressed(folder / name, x=array)
    return {"x": files.checksum(array)}


# What is stored


def test_make_data_draws_the_stored_cats_again(tmp_path):
    subprocess.run([sys.executable, ROOT / "tools/make_data.py", "--folder", tmp_path], stdout=subprocess.DEVNULL)
    with np.load(DATA / "cats.npz") as stored, np.load(tmp_path / "cats.npz") as drawn:
        assert stored.files == drawn.files == list(cats.CHECKSUMS)
        for name in stored.files:
            assert stored[name].dtype == drawn[name].dtype
            if "images" in name:
                levels = np.abs(stored[name].astype(int) - drawn[name]).max(axis=-1)
                assert levels.max() <= 1 and np.mean(levels > 0) <= 1e-4
            else:
                np.testing.assert_array_equal(stored[name], drawn[name])


def test_changed_data_are_reported_by_the_tool(tmp_path, capsys):
    with pytest.raises(SystemExit, match="bnlib has other checksums.*data/README.md"):
        make_data.store(tmp_path / "small.npz", {"x": np.arange(3)}, {"x": "0" * 64})
    assert f'"x": "{files.checksum(np.arange(3))}"' in capsys.readouterr().out


def test_training_animals_are_black_and_every_coat_is_tested_on_the_same_other_animals():
    data = cats.load_cats()
    assert data.train_images.shape == (1500, 32, 32, 3) and data.train_labels.shape == (1500,)
    animals = cats.draw_animals(1500, rng=np.random.default_rng(1))
    np.testing.assert_allclose(data.train_images, cats.paint(animals, "black"), atol=1.5 / 255)
    np.testing.assert_array_equal(data.train_labels, animals.labels)
    assert set(data.test_coats) == set(cats.COATS)
    labels = [data.test_labels[data.test_coats == coat] for coat in cats.COATS]
    assert all(len(each) == 200 and np.array_equal(each, labels[0]) for each in labels)
    train = {image.tobytes() for image in data.train_images}
    black = data.test_images[data.test_coats == "black"]
    assert not train & {image.tobytes() for image in black} and len({image.tobytes() for image in black}) == 200
    for part in (data.train_labels, labels[0]):
        assert 0.45 < part.mean() < 0.55


def test_stored_images_are_float32_in_range_and_labels_are_integers():
    data = cats.load_cats()
    for images, labels in ((data.train_images, data.train_labels), (data.test_images, data.test_labels)):
        assert images.dtype == np.float32 and images.min() >= 0 and images.max() == 1
        assert np.issubdtype(labels.dtype, np.signedinteger) and set(labels) == {0, 1}


def test_the_file_of_cats_is_at_most_5_megabytes():
    assert (DATA / "cats.npz").stat().st_size <= 5e6


def test_the_data_card_and_the_code_have_the_same_checksums():
    card = (DATA / "README.md").read_text(encoding="utf-8")
    sections = {name: text for name, text in re.findall(r"^## `(\w+)\.npz`(.*?)(?=^## |\Z)", card, re.M | re.S)}
    for module, name in ((cats, "cats"), (digits, "digits"), (sweep, "sweep")):
        assert dict(re.findall(r"`(\w+)` .*`([0-9a-f]{64})`", sections[name])) == module.CHECKSUMS


# Where it is found


@BOTH
def test_a_missing_file_is_reported_with_every_place_and_the_cure(load, name, cure, tmp_path, monkeypatch):
    package = tmp_path / "site" / "bnlib"
    monkeypatch.setattr(files, "__file__", str(package / "datasets" / "files.py"))
    work = tmp_path / "work" / "notebooks" / "deeper"
    work.mkdir(parents=True)
    monkeypatch.chdir(work)
    monkeypatch.setenv("BNLIB_DATA", str(tmp_path / "mine"))
    with pytest.raises(FileNotFoundError) as caught:
        load(tmp_path / "given")
    message = str(caught.value)
    places = ["given", "mine", "work/notebooks/deeper/data", "work/notebooks/data", "work/data"]
    places += ["site/data", "site/bnlib/data"]
    positions = [message.index(f"  {tmp_path / place}\n") for place in places]
    assert positions == sorted(positions)
    assert name in message and cure in message and "BNLIB_DATA" in message


def test_the_first_place_that_has_the_file_wins(tmp_path, monkeypatch):
    package = tmp_path / "site" / "bnlib"
    monkeypatch.setattr(files, "__file__", str(package / "datasets" / "files.py"))
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    places = [package / "data", package.parent / "data", tmp_path / "data", work / "data", tmp_path / "mine"]
    for value, place in enumerate(places):
        checksums = small_file(place, value)
        if place.name == "mine":
            monkeypatch.setenv("BNLIB_DATA", str(place))
        assert files.load("small.npz", checksums, "")["x"] == [value]
    checksums = small_file(tmp_path / "given", 99)
    assert files.load("small.npz", checksums, "", tmp_path / "given")["x"] == [99]
    assert files.load("small.npz", checksums, "", "../given")["x"] == [99]


def test_an_empty_variable_is_no_place(tmp_path, monkeypatch):
    (tmp_path / "digits.npz").write_bytes(b"not asked for")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BNLIB_DATA", "")
    assert digits.load_digits().test_labels.shape == (360,)


@BOTH
def test_the_files_are_found_from_any_working_directory(load, name, cure, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert len(load()[0]) > 1000


# When it is bad


@BOTH
@pytest.mark.parametrize("share", [0, 0.3, 0.999])
def test_a_truncated_file_is_named_with_its_cure(load, name, cure, share, tmp_path):
    content = (DATA / name).read_bytes()
    (tmp_path / name).write_bytes(content[: int(share * len(content))])
    with pytest.raises(ValueError, match=re.escape(f"{tmp_path / name} cannot be read") + f".*{cure}"):
        load(tmp_path)


@BOTH
def test_an_altered_array_is_named_with_the_file_and_the_cure(load, name, cure, tmp_path):
    with np.load(DATA / name) as stored:
        arrays = dict(stored)
    for key, array in arrays.items():
        changed = array.copy()
        changed.flat[-1] = "pink" if array.dtype.kind == "U" else ~array.flat[-1]
        np.savez_compressed(tmp_path / name, **(arrays | {key: changed}))
        message = re.escape(f"{tmp_path / name} was altered: SHA-256 of {key}") + f".*{cure}"
        with pytest.raises(ValueError, match=message):
            load(tmp_path)


def test_the_checksum_covers_type_and_shape_and_not_the_zip(tmp_path):
    array = np.arange(6, dtype=np.uint8)
    others = [array[:5], array.astype(np.int8), array.astype(np.int64), array.reshape(2, 3), array[::-1], array + 1]
    assert files.checksum(array) not in [files.checksum(other) for other in others]
    assert files.checksum(np.asfortranarray(array.reshape(2, 3))) == files.checksum(array.reshape(2, 3))
    np.savez(tmp_path / "plain.npz", x=array)
    assert files.load("plain.npz", {"x": files.checksum(array)}, "", tmp_path)["x"].tolist() == array.tolist()


@BOTH
def test_a_missing_array_is_reported(load, name, cure, tmp_path):
    np.savez(tmp_path / name, nothing=np.zeros(3))
    with pytest.raises(ValueError, match=f"cannot be read.*not a file in the archive.*{cure}"):
        load(tmp_path)


@BOTH
def test_a_single_array_in_place_of_the_archive_is_reported(load, name, cure, tmp_path):
    with open(tmp_path / name, "wb") as file:
        np.save(file, np.zeros(3))
    with pytest.raises(ValueError, match=f"cannot be read.*{cure}"):
        load(tmp_path)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_wrong_bit_raises_or_does_not_matter(data, tmp_path):
    content = bytearray((DATA / "digits.npz").read_bytes())
    content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (tmp_path / "digits.npz").write_bytes(content)
    try:
        loaded = digits.load_digits(tmp_path)
    except ValueError as error:
        assert "`git restore data`" in str(error)
    else:
        for one, other in zip(loaded, digits.load_digits(DATA), strict=True):
            np.testing.assert_array_equal(one, other)


class Trap:
    """Makes a file when unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@BOTH
def test_loading_never_unpickles(load, name, cure, tmp_path):
    sprung = tmp_path / "sprung"
    trap = np.array([Trap(sprung)], dtype=object)
    np.savez(tmp_path / name, **{key: trap for key in (*cats.CHECKSUMS, *digits.CHECKSUMS)})
    with pytest.raises(ValueError, match=f"cannot be read.*allow_pickle=False.*{cure}"):
        load(tmp_path)
    with open(tmp_path / name, "wb") as file:
        trap.dump(file)
    with pytest.raises(ValueError, match=f"cannot be read.*{cure}"):
        load(tmp_path)
    assert not sprung.exists()


def test_a_good_copy_is_used_after_the_bad_one_is_replaced(tmp_path):
    (tmp_path / "digits.npz").write_bytes(b"")
    with pytest.raises(ValueError):
        digits.load_digits(tmp_path)
    shutil.copy(DATA / "digits.npz", tmp_path)
    assert len(digits.load_digits(tmp_path).test_x) == 360
