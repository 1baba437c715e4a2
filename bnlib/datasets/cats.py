"""Cats and dogs: drawn faces of 32 by 32 pixels, with any coat on any background.

The coat says nothing about the species. A picture is linear in coat and background (up to clipping), so `draw_animals`
does the work once, and `paint` gives the same animals another coat or background, fast enough for a slider.
"""

from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from .. import checks
from . import files
from .face import SIDE, TRAITS, Face, draw_cat, draw_dog

COATS = {
    "black": (0.10, 0.10, 0.11),
    "gray": (0.46, 0.47, 0.50),
    "brown": (0.45, 0.29, 0.18),
    "orange": (0.88, 0.52, 0.20),
    "cream": (0.90, 0.81, 0.64),
    "white": (0.95, 0.94, 0.92),
}
CHECKSUMS = {
    "train_images": "35c26d2cac532e31569dba786329965acfe3b4e11a58dbbbacdc5c0aa52b6576",
    "train_labels": "2c9eaa9a87c7af3d1e29e2c61b8550c6100df0cf66e1ab433ba803a646a6fbe2",
    "test_images": "e24cdcced4484c5b38bf863ecbb2fe0f23e54835cf4c8debed637937092aad04",
    "test_labels": "6123e120f3322fb2356d06e2d38320f1952c04d0713bf5e3d78c3af5cd4eb59f",
    "test_coats": "013290e38d1ca29b91490c8c2c0bfecf0f5c9256971ac44182b572fa9b3cee8d",
}


class Animals(NamedTuple):
    """n animals, not painted yet: image = fur * coat + ground * (background + jitter) + ink, clipped to [0, 1]."""

    labels: np.ndarray  # (n,): 0 dog, 1 cat
    fur: np.ndarray  # (n, 32, 32, 1): how much of the coat's colour each pixel takes
    ground: np.ndarray  # (n, 32, 32, 1): how much of the background shows
    jitter: np.ndarray  # (n, 1, 1, 1)
    ink: np.ndarray  # (n, 32, 32, 3): eyes, nose, mouth, and the shine of the fur


class Cats(NamedTuple):
    """The stored animals. Images are (n, 32, 32, 3) float32 in [0, 1]; labels (n,): 0 dog, 1 cat; coats are names."""

    train_images: np.ndarray  # 1,500, all black
    train_labels: np.ndarray
    test_images: np.ndarray  # 200 other animals, each of them once in every coat
    test_labels: np.ndarray
    test_coats: np.ndarray


def load_cats(folder=None):
    """The animals of data/cats.npz, as `Cats`. Raises what `files.load` raises."""
    stored = files.load("cats.npz", CHECKSUMS, "Run `make data` in the project's folder: it draws the cats.", folder)
    for part in "train", "test":
        stored[f"{part}_images"] = stored[f"{part}_images"] / np.float32(255)
        stored[f"{part}_labels"] = stored[f"{part}_labels"].astype(int)
    return Cats(**stored)


def make_cats(n, coat="black", *, rng, background=0.75):
    """Draw n animals: images (n, 32, 32, 3) float32 in [0, 1] and labels (n,), 0 dog, 1 cat.

    coat and background: see `paint`. Animal i is the same whatever n, coat and background are.
    Raises ValueError for a negative n, an unknown coat, or colours and backgrounds outside [0, 1].
    """
    _check_colours(checks.whole("n", n, 0), coat, background)  # before rng moves on
    animals = draw_animals(n, rng=rng)
    return paint(animals, coat, background), animals.labels


def paint(animals, coat="black", background=0.75):
    """Images (n, 32, 32, 3) of the animals with this coat on this background, give or take each picture's jitter.

    coat: a name of `COATS` or (red, green, blue) in [0, 1], or n of them; background: in [0, 1], one number or n.
    """
    checks.kind("animals", animals, Animals)
    coat, ground = _check_colours(len(animals.labels), coat, background)
    behind = (animals.ground * (ground.reshape(-1, 1, 1, 1) + animals.jitter))[..., 0]
    images = np.empty(animals.ink.shape, np.float32)
    for channel, of_coat in enumerate(coat.reshape(-1, 3).T):  # each by itself: three times as fast
        images[..., channel] = animals.fur[..., 0] * of_coat.reshape(-1, 1, 1) + behind
    images += animals.ink
    return np.clip(images, 0, 1, out=images)


def _check_colours(n, coat, background):
    if isinstance(coat, str) and coat not in COATS:
        raise ValueError(f"unknown coat {coat!r}; the coats are {', '.join(COATS)}, or give red, green, blue in [0, 1]")
    named = [coat] if isinstance(coat, str) else coat if np.iterable(coat) else []
    colours = _in_range([COATS.get(each) if isinstance(each, str) else each for each in named], {(3,), (1, 3), (n, 3)})
    if colours is None:
        raise ValueError(f"coat must be a name or red, green, blue in [0, 1], or {n} of them; got {coat!r}")
    grounds = _in_range(background, {(), (n,)})
    if grounds is None:
        raise ValueError(f"background must be a number in [0, 1], or {n} of them; got {background!r}")
    return colours, grounds


def _in_range(values, shapes):
    try:
        array = np.array(values, np.float32)
    except (TypeError, ValueError):
        return None
    return array if array.shape in shapes and np.all((array >= 0) & (array <= 1)) else None


def draw_animals(n, *, rng):
    """n `Animals` to `paint`. Animal i takes row i of the random numbers, so a larger n only adds animals."""
    checks.generator(rng)
    n = checks.whole("n", n, 0)
    low, high = np.array(list(TRAITS.values())).T
    traits = (low + (high - low) * rng.random((n, len(TRAITS)))).astype(np.float32)
    labels = (traits[:, 0] > 0).astype(int)
    canvas = np.empty((5, n, SIDE, SIDE), np.float32)
    for label, draw in enumerate((draw_dog, draw_cat)):
        face = Face(SimpleNamespace(**dict(zip(TRAITS, traits[labels == label].T[..., None, None], strict=True))))
        draw(face, face.traits, face.x, face.y, face.front)
        canvas[:, labels == label] = face.canvas
    fur, ground = canvas[:2, ..., None]
    return Animals(labels, fur, ground, traits[:, -1].reshape(n, 1, 1, 1), np.moveaxis(canvas[2:], 0, -1))
