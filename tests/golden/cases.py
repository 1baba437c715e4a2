"""Batch norm cases: drawn inputs, what PyTorch and bnlib make of them, and how far the two are apart."""

import zlib
from dataclasses import dataclass

import numpy as np

TOLERANCE = 1e-12  # times (1 + |mean| / standard deviation), relative to the largest value of the array


@dataclass(frozen=True)
class Case:
    batch: int
    features: int
    steps: int
    scale: float
    offset: float  # in standard deviations
    eps: float
    momentum: float | None
    affine: bool
    seed: int


def random_case(index):
    """Case `index` of the stored collection. At most 300 values a batch, so that all outputs can be stored in full."""
    rng = np.random.default_rng([20, index])
    batch, features = (200, 40) if index == 0 else (2, 1)
    while index and not 8 <= batch * features <= 300:
        batch = int(2 * 100 ** rng.random() + 0.5)
        features = int(40 ** rng.random() + 0.5)
    return Case(
        batch=batch,
        features=features,
        steps=int(rng.integers(1, 5)),
        scale=10.0 ** int(rng.integers(-3, 4)),
        offset=float(rng.choice([0, 0, 1, 30, 1e3, 1e6])),
        eps=float(rng.choice([1e-12, 1e-8, 1e-5, 1e-5, 1e-3, 0.1, 2.0])),
        momentum=[0.1, None, float(rng.random()), 0.1, None, float(rng.random()), 0.0, 1.0][index % 8],
        affine=bool(rng.random() < 0.8),
        seed=index,
    )


def inputs(case):
    """The arrays of a case, by sums and products of uniform numbers only: the same bits on every machine."""
    rng = np.random.default_rng([21, case.seed])

    def uniform(*shape):  # mean 0, variance 1
        return 3**0.5 * (2 * rng.random(shape) - 1)

    shape = (case.batch, case.features)
    offset, scale = case.offset * (0.5 + rng.random(case.features)), case.scale * (0.5 + rng.random(case.features))
    return {
        "x": [scale * (1 + 0.2 * k) * (uniform(*shape) + offset + 0.5 * k) for k in range(case.steps)],
        "dy": uniform(*shape) + 0.3,
        "x_eval": scale * (uniform(3, case.features) + offset),
        "dy_eval": uniform(3, case.features),
        "gamma": uniform(case.features) if case.affine else None,
        "beta": uniform(case.features) if case.affine else None,
    }


def checksum(case):
    """CRC-32 of all inputs: tells a changed random generator from a changed result."""
    arrays = inputs(case)
    parts = [*arrays["x"], *(arrays[name] for name in ("dy", "x_eval", "dy_eval", "gamma", "beta"))]
    return zlib.crc32(b"".join(part.tobytes() for part in parts if part is not None))


def output_shapes(case):
    """Name and shape of each output, in the order in which they are stored."""
    train, small, row = (case.batch, case.features), (3, case.features), (case.features,)
    shapes = {"y": train, "dx": train, "mean_1": row, "var_1": row, "mean_n": row, "var_n": row}
    shapes |= {"y_eval": small, "dx_eval": small}
    if case.affine:
        shapes |= {"dgamma": row, "dbeta": row, "dgamma_eval": row, "dbeta_eval": row}
    return shapes


def by_torch(case):
    """`steps` batches in training mode (outputs and gradients: those of the last one), then one in eval mode."""
    import torch

    torch.set_num_threads(1)  # these arrays are small
    arrays = inputs(case)
    layer = torch.nn.BatchNorm1d(case.features, case.eps, case.momentum, case.affine, dtype=torch.float64)
    if case.affine:
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(arrays["gamma"]))
            layer.bias.copy_(torch.from_numpy(arrays["beta"]))
    out = {}

    def run(x, dy, suffix):
        layer.zero_grad()
        x = torch.from_numpy(x).requires_grad_()
        y = layer(x)
        y.backward(torch.from_numpy(dy))
        out["y" + suffix], out["dx" + suffix] = y.detach().numpy(), x.grad.numpy()
        if case.affine:
            out["dgamma" + suffix] = layer.weight.grad.numpy().copy()
            out["dbeta" + suffix] = layer.bias.grad.numpy().copy()

    for step, x in enumerate(arrays["x"]):
        run(x, arrays["dy"], "")
        when = ["_1"] * (step == 0) + ["_n"] * (step == case.steps - 1)
        out |= {"mean" + key: layer.running_mean.numpy().copy() for key in when}
        out |= {"var" + key: layer.running_var.numpy().copy() for key in when}
    layer.eval()
    run(arrays["x_eval"], arrays["dy_eval"], "_eval")
    return out


def by_bnlib(case):
    """The same by bnlib."""
    from bnlib.batchnorm import BatchNorm

    arrays = inputs(case)
    layer = BatchNorm(case.features, eps=case.eps, momentum=case.momentum, affine=case.affine)
    if case.affine:
        layer.gamma, layer.beta = arrays["gamma"], arrays["beta"]
    out = {}

    def run(x, dy, suffix):
        out["y" + suffix], out["dx" + suffix] = layer.forward(x), layer.backward(dy)
        if case.affine:
            out["dgamma" + suffix], out["dbeta" + suffix] = layer.dgamma.copy(), layer.dbeta.copy()

    for step, x in enumerate(arrays["x"]):
        run(x, arrays["dy"], "")
        when = ["_1"] * (step == 0) + ["_n"] * (step == case.steps - 1)
        out |= {"mean" + key: layer.running_mean.copy() for key in when}
        out |= {"var" + key: layer.running_var.copy() for key in when}
    layer.eval()
    run(arrays["x_eval"], arrays["dy_eval"], "_eval")
    return out


def distances(case, ours, theirs):
    """For each output: the largest difference in units of the tolerance. Above 1 is a failure; NaN is infinite."""
    arrays = inputs(case)
    ratio = np.max([np.abs(x.mean(axis=0)) / x.std(axis=0) for x in arrays["x"]], axis=0)
    result = {}
    for name, shape in output_shapes(case).items():
        assert ours[name].shape == shape, f"{name}: shape {ours[name].shape}, expected {shape}"
        largest = np.abs(theirs[name]).max()
        if name == "dx" and case.batch == 2:
            # Two values become +1 and -1 (up to eps), so the terms of dx cancel, and hardly more than rounding is left.
            gamma = 1.0 if arrays["gamma"] is None else arrays["gamma"]
            largest = max(largest, np.abs(gamma * arrays["dy"] / (arrays["x"][-1].var(axis=0) + case.eps) ** 0.5).max())
        excess = np.abs(ours[name] - theirs[name]) / (TOLERANCE * (1 + ratio) * max(largest, np.finfo(float).tiny))
        result[name] = float(np.nan_to_num(excess, nan=np.inf).max())
    return result
