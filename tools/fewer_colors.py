"""Pictures with a palette: a notebook holds each of them as text, and is a third as large with few colours."""

import base64
import io

import numpy as np
from PIL import Image

# How far 999 of 1,000 pixels, and all, may be off, of 255 levels; twice as far where no palette does better.
OFTEN, EVER = 4, 8
COUNTS = 32, 48, 64, 96, 128, 192, 256


def fewer_colors(png):
    """The file of a picture, in the fewest colours that are close enough, or as it is where that is no smaller."""
    picture = Image.open(io.BytesIO(png))
    if picture.mode != "RGB":
        return png
    for count in COUNTS:
        small = picture.quantize(count, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE)
        off = np.abs(np.asarray(small.convert("RGB"), dtype=np.int16) - np.asarray(picture)).max(axis=-1)
        limit = 2 if count == COUNTS[-1] else 1
        if off.max() <= limit * EVER and np.quantile(off, 0.999) <= limit * OFTEN:
            break
    else:
        return png
    file = io.BytesIO()
    small.save(file, "png", optimize=True)
    return min(file.getvalue(), png, key=len)


def shrink_pictures(outputs):
    """Give the pictures of a cell's outputs fewer colours; those that have a palette stay as they are."""
    for output in outputs:
        if data := output.get("data", {}).get("image/png"):
            output.data["image/png"] = base64.b64encode(fewer_colors(base64.b64decode(data))).decode()
