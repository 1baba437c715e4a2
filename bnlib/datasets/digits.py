"""1,797 handwritten digits of 8 by 8 pixels, stored in data/digits.npz."""

from typing import NamedTuple

import numpy as np

from . import files

CHECKSUMS = {
    "images": "c55c7dda5b6f74f83ce6c4cbc3bf7f3e315e68c05207dea6a68b3b84d161113c",
    "labels": "d5977c0a81d4ab86b41c88d21dba6aea6a914e4e0a901b0b9e29f94f5a322858",
    "test": "e8a5bc81f81a4df9e79e5761c5972f7565963ea1816385a7c711bbf048012cd0",
}


class Digits(NamedTuple):
    """x: (n, 64) float32 in [0, 1], row by row of the 8 by 8 picture, 1 is ink; labels: (n,), 0 to 9."""

    train_x: np.ndarray  # 1,437 digits
    train_labels: np.ndarray
    test_x: np.ndarray  # 360 digits, 36 of each kind
    test_labels: np.ndarray


def load_digits(folder=None):
    """The digits of data/digits.npz, as `Digits`, always split in the same way. Raises what `files.load` raises.

    Source: E. Alpaydin and C. Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository, 1998.
    """
    repair = "Run `git restore data` in the project's folder: it brings the stored digits back."
    stored = files.load("digits.npz", CHECKSUMS, repair, folder)
    x = stored["images"].reshape(-1, 64) / np.float32(16)
    labels, test = stored["labels"].astype(int), stored["test"]
    return Digits(x[~test], labels[~test], x[test], labels[test])
