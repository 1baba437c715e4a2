"""The files of data/: found, checked against their checksums, and read without unpickling anything."""

import hashlib
import os
from pathlib import Path

import numpy as np


def load(name, checksums, repair, folder=None):
    """The arrays of the .npz file `name`, as a dict with the keys of checksums.

    checksums: array name -> SHA-256 of the array, see `checksum`; repair: what to do about a bad file, for the message.
    Looks in folder, $BNLIB_DATA, data/, ../data and ../../data from the working directory, beside the package and
    inside it. In a place that nobody named, a file that is another one is passed over, if there is one further on.
    Raises FileNotFoundError where no place has the file; ValueError where the file found is damaged or altered.
    """
    named = [Path(place).resolve() for place in (folder, os.environ.get("BNLIB_DATA")) if place]
    folders = list(dict.fromkeys([*named, *usual_places()]))
    found = [place / name for place in folders if (place / name).is_file()]
    for path in found:
        try:
            return read(path, checksums, repair)
        except ValueError:
            if path.parent in named or path == found[-1]:
                raise
    looked = "\n  ".join(map(str, folders))
    raise FileNotFoundError(
        f"{name} was not found. These folders were looked in:\n  {looked}\n"
        f"{repair} If you keep it elsewhere, set BNLIB_DATA to its folder."
    )


def read(path, checksums, repair):
    """The arrays of one file, or a ValueError that says what is wrong with it."""
    try:
        with open(path, "rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = {key: stored[key] for key in checksums}
    except Exception as error:  # each layer (zip, deflate, npy) has its own errors for a damaged file
        raise ValueError(f"{path} cannot be read ({type(error).__name__}: {error}). {repair}") from error
    for key, expected in checksums.items():
        if (found := checksum(arrays[key])) != expected:
            raise ValueError(f"{path} was altered: SHA-256 of {key} is {found}, expected {expected}. {repair}")
    return arrays


def find(name):
    """The path of a file or folder of data/ in the first usual place that has it. Raises FileNotFoundError if none."""
    path = next((place / name for place in usual_places() if (place / name).exists()), None)
    if path is None:
        raise FileNotFoundError(f"data/{name} was not found: run `git restore data` in the project's folder.")
    return path


def usual_places():
    """The folders to look in where none was named, in this order, as absolute paths."""
    package = Path(__file__).parents[1]
    return [
        Path(place).resolve() for place in ("data", "../data", "../../data", package.parent / "data", package / "data")
    ]


def checksum(array):
    """SHA-256, as 64 hexadecimal digits, of the array's type, shape and bytes, whatever the file around it."""
    header = f"{array.dtype.str} {array.shape} ".encode()
    return hashlib.sha256(header + np.ascontiguousarray(array).tobytes()).hexdigest()
