"""Stored pictures against new ones, word by word and pixel by pixel.

Words (`bnlib.pictures.words`) must be equal: two names that are swapped change few pixels. Another processor rounds
differently, so a line may come out a part of a pixel higher, and its edge one shade darker: that is allowed, and a line
that is elsewhere is not. The tolerance: a pixel is equal when it lies, in each channel, within 8 of 255 levels of the
range that the other picture has there and in the 8 pixels around; 1 pixel in 1,000 may be unequal.
"""

import base64
import difflib
import io

import numpy as np
from PIL import Image

LEVELS = 8
SHARE = 1e-3


def pixels(base64_text):
    """The picture in a notebook's output, as an array (height, width, 3), uint8."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(base64_text))).convert("RGB"))


def unequal(picture, other):
    """Which pixels of a picture (height, width) lie outside the range of the other one there and around."""
    padded = np.pad(other.astype(int), ((1, 1), (1, 1), (0, 0)), mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    low, high = around.min(axis=(-2, -1)) - LEVELS, around.max(axis=(-2, -1)) + LEVELS
    return ((picture < low) | (picture > high)).any(axis=-1)


def difference(stored, new):
    """Say how two base64 pictures differ beyond the tolerance; None when they are equal within it."""
    if stored == new:
        return None
    stored, new = pixels(stored), pixels(new)
    if stored.shape != new.shape:
        return f"stored {stored.shape[1]} x {stored.shape[0]} pixels, new {new.shape[1]} x {new.shape[0]}"
    off = np.maximum(stored, new) - np.minimum(stored, new)
    if (off > LEVELS).any(axis=-1).mean() <= SHARE:  # as nearly always, and at once
        return None
    share = max(unequal(stored, new).mean(), unequal(new, stored).mean())
    return f"{share:.2%} of the pixels differ (allowed: {SHARE:.2%})" if share > SHARE else None


def pictures(outputs):
    """The pictures in a cell's outputs, in order: base64 and metadata of each."""
    return [
        (data, output.get("metadata", {}).get(kind, {}))
        for output in outputs
        for kind, data in output.get("data", {}).items()
        if kind in ("image/png", "image/jpeg")
    ]


def differences(stored_outputs, new_outputs):
    """Say, one line each, how the pictures of a cell differ from the stored ones, alternative texts included."""
    stored, new = pictures(stored_outputs), pictures(new_outputs)
    if len(stored) != len(new):
        return [f"{len(stored)} pictures are stored, {len(new)} were drawn"]
    lines = []
    for number, ((old_data, old_metadata), (new_data, new_metadata)) in enumerate(zip(stored, new, strict=True), 1):
        lines += [f"picture {number}: {line}" for line in different_words(old_metadata, new_metadata)]
        if found := difference(old_data, new_data):
            lines.append(f"picture {number}: {found}")
        old_metadata, new_metadata = ({**metadata, "words": None} for metadata in (old_metadata, new_metadata))
        if old_metadata != new_metadata:
            lines.append(f"picture {number}: stored metadata {old_metadata}, new {new_metadata}")
    return lines


def different_words(stored, new):
    """Say, one line each, which lines of words are only in the stored metadata (-) or only in the new ones (+)."""
    if any("words" not in metadata for metadata in (stored, new)):
        return ["no words are stored or none were drawn: show it by bnlib.pictures.Picture, and run `make notebooks`"]
    lines = difflib.ndiff(stored["words"], new["words"])
    return [f"words {line}" for line in lines if line[0] in "-+"]
