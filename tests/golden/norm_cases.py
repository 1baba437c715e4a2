"""Cases of the other norms: drawn inputs, what PyTorch and bnlib make of them, and how far the two are apart."""

import zlib
from dataclasses import dataclass

import numpy as np

TOLERANCE = 1e-12  # times (1 + |mean| / standard deviation), relative to the largest value of the array
NORMS = ("layer", "group", "instance", "rms", "weight")


@dataclass(frozen=True)
class NormCase:
    norm: str
    shape: tuple  # (examples, ..., channels); of a weight: (inputs, outputs) or (height, width, inputs, outputs)
    groups: int
    scale: float
    offset: float  # in standard deviations
    eps: float
    seed: int


def random_norm_case(index):
    """Case `index` of the stored collection: the five norms in turn, with 0, 1 or 2 axes of places."""
    rng = np.random.default_rng([22, index])
    norm = NORMS[index % len(NORMS)]
    groups = int(rng.integers(1, 5))
    channels = groups * int(rng.integers(2, 5))
    places = tuple(int(side) for side in rng.integers(2, 5, rng.integers(0, 3)))
    if norm == "instance" and not places:
        places = (int(rng.integers(2, 9)),)
    if norm == "weight" and len(places) == 1:
        places *= 2
    return NormCase(
        norm=norm,
        shape=(int(rng.integers(1, 5)) + (norm == "weight"), *places, channels),
        groups=groups,
        scale=10.0 ** int(rng.integers(-3, 4)),
        offset=float(rng.choice([0, 0, 1, 30, 1e3])),
        eps=float(rng.choice([1e-12, 1e-8, 1e-5, 1e-5, 1e-3, 0.1])),
        seed=index,
    )


def inputs(case):
    """The arrays of a case, by sums and products of uniform numbers only: the same bits on every machine."""
    rng = np.random.default_rng([23, case.seed])

    def uniform(*shape):  # mean 0, variance 1
        return 3**0.5 * (2 * rng.random(shape) - 1)

    channels = case.shape[-1]
    scale, offset = case.scale * (0.5 + rng.random(channels)), case.offset * (0.5 + rng.random())
    x = scale * uniform(*case.shape) + case.scale * offset
    return {"x": x, "dy": uniform(*case.shape) + 0.3, "gamma": uniform(channels), "beta": uniform(channels)}


def checksum(case):
    """CRC-32 of all inputs: tells a changed random generator from a changed result."""
    return zlib.crc32(b"".join(array.tobytes() for array in inputs(case).values()))


def output_shapes(case):
    """Name and shape of each output, in the order in which they are stored."""
    shapes, row = {"y": case.shape, "dx": case.shape}, case.shape[-1:]
    if case.norm != "weight":
        shapes["dgamma"] = row
    return shapes | ({"dbeta": row} if case.norm in ("layer", "group", "instance") else {})


def by_torch(case):
    """PyTorch has the channels behind the examples, so they are moved there and back.

    All arrays are contiguous: PyTorch 2.13's `instance_norm` of one example has a wrong gradient where dy is not, and
    even that of beta is not the sum of dy then.
    """
    import torch
    from torch.nn import functional

    torch.set_num_threads(1)  # these arrays are small
    given, channels = inputs(case), case.shape[-1]
    gamma, beta = (torch.from_numpy(given[name]).requires_grad_() for name in ("gamma", "beta"))
    shape = (1, channels, -1) if case.norm == "weight" else None  # of one example whose channels are the outputs
    axis = {"layer": -1, "rms": -1, "weight": 0}.get(case.norm, 1)  # where PyTorch has the channels
    moved = [torch.from_numpy(given[name]).movedim(-1, axis).contiguous() for name in ("x", "dy")]
    x, dy = (array.reshape(shape) if shape else array for array in moved)
    x.requires_grad_()
    y = {
        "layer": lambda: functional.layer_norm(x, (channels,), gamma, beta, case.eps),
        "rms": lambda: functional.rms_norm(x, (channels,), gamma, case.eps),
        "weight": lambda: functional.batch_norm(x, None, None, training=True, eps=case.eps),
        "group": lambda: functional.group_norm(x, case.groups, gamma, beta, case.eps),
        "instance": lambda: functional.instance_norm(x, weight=gamma, bias=beta, eps=case.eps),
    }[case.norm]()
    y.backward(dy)
    y, dx = (array.reshape(moved[0].shape).movedim(axis, -1) for array in (y.detach(), x.grad))
    found = {"y": y, "dx": dx, "dgamma": gamma.grad, "dbeta": beta.grad}
    return {name: found[name].numpy() for name in output_shapes(case)}


def by_bnlib(case):
    """The same by bnlib."""
    from bnlib import norms

    x, dy, gamma, beta = inputs(case).values()
    if case.norm == "weight":
        y, cache = norms.weight_standardize(x, case.eps)
        return {"y": y, "dx": norms.weight_standardize_backward(dy, cache)}
    if case.norm == "rms":
        y, cache = norms.rms_norm(x, gamma, case.eps)
        return dict(zip(("y", "dx", "dgamma"), (y, *norms.rms_norm_backward(dy, cache)), strict=True))
    if case.norm == "group":
        y, cache = norms.group_norm(x, case.groups, gamma, beta, case.eps)
    else:
        y, cache = {"layer": norms.layer_norm, "instance": norms.instance_norm}[case.norm](x, gamma, beta, case.eps)
    return dict(zip(("y", "dx", "dgamma", "dbeta"), (y, *norms.norm_backward(dy, cache)), strict=True))


def distances(case, ours, theirs):
    """For each output: the largest difference in units of the tolerance. Above 1 is a failure; NaN is infinite."""
    x, dy, gamma, _ = inputs(case).values()
    assert set(ours) == set(theirs) == set(output_shapes(case))
    parts, factor = {
        "layer": (x.reshape(-1, case.shape[-1]), gamma),
        "rms": (x.reshape(-1, case.shape[-1]), gamma),
        "weight": (x.reshape(-1, case.shape[-1]).T, 1.0),
        "group": (in_groups(x, case.groups), gamma),
        "instance": (in_groups(x, case.shape[-1]), gamma),
    }[case.norm]
    std = np.sqrt(parts.var(axis=-1) + case.eps)
    ratio = np.max(np.abs(parts).max(axis=-1) / std)
    result = {}
    for name, shape in output_shapes(case).items():
        assert ours[name].shape == shape, f"{name}: shape {ours[name].shape}, expected {shape}"
        largest = np.abs(theirs[name]).max()
        if name == "dx":  # the terms of dx cancel where few values share one mean
            largest = max(largest, np.abs(dy * factor).max() / std.min())
        excess = np.abs(ours[name] - theirs[name]) / (TOLERANCE * (1 + ratio) * max(largest, np.finfo(float).tiny))
        result[name] = float(np.nan_to_num(excess, nan=np.inf).max())
    return result


def in_groups(x, groups):
    """The values of each group of each example as a row."""
    x = x.reshape(len(x), -1, groups, x.shape[-1] // groups)
    return x.swapaxes(1, 2).reshape(len(x) * groups, -1)
