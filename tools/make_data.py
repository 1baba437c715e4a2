"""Make the files of data/, as described in data/README.md.

python tools/make_data.py                   draws the cats again: data/cats.npz
python tools/make_data.py --digits SOURCE   stores the digits: data/digits.npz. SOURCE has 65 numbers a line, 64 pixels
    and the label: digits.csv.gz, in the folder sklearn/datasets/data of scikit-learn, or optdigits.tes, from UCI.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from bnlib.datasets import cats, digits, files

TRAIN, TEST = 1500, 200


def draw_cats():
    train = cats.draw_animals(TRAIN, rng=np.random.default_rng(1))
    test = cats.draw_animals(TEST, rng=np.random.default_rng(2))
    in_each_coat = np.concatenate([cats.paint(test, coat) for coat in cats.COATS])
    return {
        "train_images": as_bytes(cats.paint(train, "black")),
        "train_labels": train.labels.astype(np.uint8),
        "test_images": as_bytes(in_each_coat),
        "test_labels": np.tile(test.labels.astype(np.uint8), len(cats.COATS)),
        "test_coats": np.repeat(list(cats.COATS), TEST),
    }


def as_bytes(images):
    return np.rint(images * 255).astype(np.uint8)


def read_digits(source):
    table = np.loadtxt(source, delimiter=",").astype(np.uint8)
    labels = table[:, 64]
    test = np.zeros(len(labels), bool)
    for digit, rng in enumerate(np.random.default_rng(0).spawn(10)):
        test[rng.permutation(np.flatnonzero(labels == digit))[:36]] = True
    return {"images": table[:, :64].reshape(-1, 8, 8), "labels": labels, "test": test}


def store(path, arrays, expected):
    np.savez_compressed(path, **arrays)
    print(f"{path}: {path.stat().st_size:,} bytes")
    checksums = {name: files.checksum(array) for name, array in arrays.items()}
    for name, checksum in checksums.items():
        print(f'    "{name}": "{checksum}",')
    if checksums != expected:
        sys.exit(
            "bnlib has other checksums. If you meant to change the data, put these there and in data/README.md; "
            "if not, bring the stored file back: git restore data"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--digits", metavar="SOURCE", help="store the digits from this file, and leave the cats alone")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parents[1] / "data", help="where to write")
    options = parser.parse_args()
    if options.digits:
        store(options.folder / "digits.npz", read_digits(options.digits), digits.CHECKSUMS)
    else:
        store(options.folder / "cats.npz", draw_cats(), cats.CHECKSUMS)


if __name__ == "__main__":
    main()
