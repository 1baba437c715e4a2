"""Stored pictures against new ones, pixel by pixel.

Another processor rounds differently, so an antialiased edge may come out one shade darker: such pixels are allowed, a
moved line is not. The tolerance: at most 1 pixel in 1,000 may differ by more than 8 of 255 levels in any channel.
"""

import base64
import io

import numpy as np
from PIL import Image

LEVELS = 8
SHARE = 1e-3


def pixels(base64_text):
    """The picture in a notebook's output, as an array (height, width, 4) of 0 to 255."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(base64_text))).convert("RGBA"), dtype=int)


def difference(stored, new):
    """Say how two base64 pictures differ beyond the tolerance; None when they are equal within it."""
    stored, new = pixels(stored), pixels(new)
    if stored.shape != new.shape:
        return f"stored {stored.shape[1]} x {stored.shape[0]} pixels, new {new.shape[1]} x {new.shape[0]}"
    share = (abs(stored - new).max(axis=2) > LEVELS).mean()
    if share > SHARE:
        return f"{share:.2%} of the pixels differ by more than {LEVELS} levels (allowed: {SHARE:.2%})"
    return None


def pictures(outputs):
    """The pictures in a cell's outputs, in order: base64 and metadata of each."""
    return [(data, output.get("metadata", {}).get(kind, {}))
            for output in outputs
            for kind, data in output.get("data", {}).items() if kind in ("image/png", "image/jpeg")]


def differences(stored_outputs, new_outputs):
    """Say, one line each, how the pictures of a cell differ from the stored ones, their alternative texts included."""
    stored, new = pictures(stored_outputs), pictures(new_outputs)
    if len(stored) != len(new):
        return [f"{len(stored)} pictures are stored, {len(new)} were drawn"]
    lines = []
    for number, ((old_data, old_metadata), (new_data, new_metadata)) in enumerate(zip(stored, new, strict=True), 1):
        if found := difference(old_data, new_data):
            lines.append(f"picture {number}: {found}")
        if old_metadata != new_metadata:
            lines.append(f"picture {number}: stored metadata {old_metadata}, new {new_metadata}")
    return lines
