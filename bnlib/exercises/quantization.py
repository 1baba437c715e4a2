"""An exercise on training at scale: weights with few bits."""

import numpy as np

from .draws import floating, layout
from .exercise import Exercise


def quantize_solution(W, bits):
    largest = 2 ** (bits - 1) - 1
    scale = np.abs(W).max(axis=0) / largest
    return np.round(W / scale) * scale


def draw_uneven(rng):
    n_in, n = map(int, rng.integers(4, 8, 2))
    W = rng.normal(size=(n_in, n)) * 10 ** rng.uniform(-1, 1, n) + rng.normal(0, 0.1, n)
    W[rng.integers(n_in), 0] = -np.abs(W[:, 0]).max() * 1.3  # the largest of the first column is below 0
    return layout(rng, W.astype(floating(rng))), int(rng.integers(3, 6))


def rounded(W, scale, how=np.round):
    return how(W / scale) * scale


def top(bits):
    return 2 ** (bits - 1) - 1


quantize = Exercise(
    "quantize",
    "Round weights to the integers of a few bits, with one scale for each column.",
    quantize_solution,
    draw_uneven,
    {
        "takes one scale for the whole layer": lambda W, b: rounded(W, np.abs(W).max() / top(b)),
        "takes one scale for each row": lambda W, b: rounded(W, np.abs(W).max(1, keepdims=True) / top(b)),
        "takes the largest weight, and not the largest |weight|": lambda W, b: rounded(W, W.max(0) / top(b)),
        "makes 2^(bits − 1) the largest integer": lambda W, b: rounded(W, np.abs(W).max(0) / 2 ** (b - 1)),
        "makes 2^bits − 1 the largest integer": lambda W, b: rounded(W, np.abs(W).max(0) / (2**b - 1)),
        "makes the number of bits the largest integer": lambda W, b: rounded(W, np.abs(W).max(0) / b),
        "rounds down": lambda W, b: rounded(W, np.abs(W).max(0) / top(b), np.floor),
        "rounds towards 0": lambda W, b: rounded(W, np.abs(W).max(0) / top(b), np.trunc),
        "returns the integers, without the scale": lambda W, b: np.round(W * top(b) / np.abs(W).max(0)),
        "does not round": lambda W, b: W * 1,
        "scales by the standard deviation": lambda W, b: rounded(W, W.std(0) / top(b)),
        "scales by half the range, largest minus smallest": lambda W, b: rounded(W, np.ptp(W, 0) / 2 / top(b)),
        "multiplies where it must divide by the scale, and divides where it must multiply": lambda W, b: (
            np.round(W * (np.abs(W).max(0) / top(b))) / (np.abs(W).max(0) / top(b))
        ),
    },
    properties={
        "the largest |weight| of each column stays as it is": lambda Q, W, bits: np.allclose(
            np.abs(Q).max(0), np.abs(W).max(0), rtol=1e-3
        ),
    },
    hints=[
        "How large is one step of the integers, in units of the weights of this column?",
        "scale = largest |weight| of the column / largest integer; divide by it, round, multiply by it.",
    ],
    read="Training at scale, Quantized after folding: the accuracy is gone",
    after="Count the different values in each column: at most 2^bits − 1.",
)
