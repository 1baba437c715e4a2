"""Exercises of *In practice*: masks, one mean for each time step, batch renormalization."""

import numpy as np

from .draws import EPS, batch, floating, layout
from .exercise import Exercise

LESSON = "In practice"


def masked_statistics_solution(x, mask):
    tokens = x[mask]
    return tokens.mean(axis=0), tokens.var(axis=0)


def draw_padded(rng):
    """Sequences x (m, t, n) of several lengths, zeros behind their ends, and the mask (m, t) of what is real."""
    m, t, n = int(rng.integers(3, 7)), int(rng.integers(4, 8)), int(rng.integers(1, 5))
    lengths = np.append([t, 2], rng.integers(2, t + 1, m - 2))
    mask = np.arange(t) < rng.permutation(lengths)[:, None]
    x = (rng.normal(size=(m, t, n)) * rng.uniform(0.3, 2, n) + rng.normal(2, 1, n)) * mask[:, :, None]
    return layout(rng, x.astype(floating(rng))), mask


def weighted(x, mask, mean_mask=True, var_mask=True):
    """Mean and variance; the sums divided by the number of all places where a mask is not used."""
    w = mask[:, :, None]
    size = mask.sum() if mean_mask else mask.size
    mean = (x * w).sum((0, 1)) / size
    away = (x - mean) ** 2 * (w if var_mask else 1)
    return mean.astype(x.dtype), (away.sum((0, 1)) / (mask.sum() if var_mask else mask.size)).astype(x.dtype)


def of_rows(x, mask):
    """Mean and variance (m, n) of each sequence."""
    parts = [row[real] for row, real in zip(x, mask, strict=True)]
    return np.array([part.mean(0) for part in parts]), np.array([part.var(0) for part in parts])


masked_statistics = Exercise(
    "masked_statistics",
    "Mean and variance of each channel over the real places of padded sequences. Return both.",
    masked_statistics_solution,
    draw_padded,
    {
        "counts the padding, too": lambda x, k: (x.mean((0, 1)), x.var((0, 1))),
        "divides the masked sums by the number of all places": lambda x, k: (
            weighted(x, k, mean_mask=False)[0],
            (((x - x[k].mean(0)) ** 2) * k[:, :, None]).sum((0, 1)) / k.size,
        ),
        "masks the mean, but counts the padding in the variance": lambda x, k: weighted(x, k, var_mask=False),
        "masks the variance, but takes it around the mean with the padding": lambda x, k: (
            x[k].mean(0),
            ((x[k] - x.mean((0, 1))) ** 2).mean(0),
        ),
        "masks the variance only": lambda x, k: (x.mean((0, 1)), x[k].var(0)),
        "takes the mean of each sequence first, and averages these": lambda x, k: (
            of_rows(x, k)[0].mean(0),
            of_rows(x, k)[1].mean(0),
        ),
        "takes the padding, and leaves out what is real": lambda x, k: (x[~k].mean(0), x[~k].var(0)),
        "divides by one less in the variance": lambda x, k: (x[k].mean(0), x[k].var(0, ddof=1)),
        "returns the standard deviation for the variance": lambda x, k: (x[k].mean(0), x[k].std(0)),
        "takes one mean and one variance for all channels": lambda x, k: (
            np.full(x.shape[2], x[k].mean()),
            np.full(x.shape[2], x[k].var()),
        ),
        "divides by the number of sequences": lambda x, k: (x[k].sum(0) / len(x), x[k].var(0) * k.sum() / len(x)),
        "takes the mean of the squares for the variance": lambda x, k: (x[k].mean(0), (x[k] ** 2).mean(0)),
        "exchanges mean and variance": lambda x, k: (x[k].var(0), x[k].mean(0)),
    },
    hints=[
        "How many places are real, and by what do you divide?",
        "x[mask] has one row for each real place; the statistics are those of its columns.",
    ],
    read=f"{LESSON}, The answer depends on the padding",
)


def per_step_statistics_solution(x):
    return x.mean(axis=0), x.var(axis=0)


def draw_sequences(rng):
    m, t, n = int(rng.integers(3, 7)), int(rng.integers(3, 7)), int(rng.integers(2, 5))
    x = (
        rng.normal(size=(m, t, n)) * rng.uniform(0.3, 2, (t, n))
        + rng.normal(0, 2, (t, n))
        + rng.normal(0, 1, (m, 1, n))
    )
    return (layout(rng, x.astype(floating(rng))),)


def everywhere(values, x):
    return np.broadcast_to(values, x.shape[1:]).copy()


def so_far(x, statistic):
    return np.array([statistic(x[:, : t + 1]) for t in range(x.shape[1])])


per_step_statistics = Exercise(
    "per_step_statistics",
    "Mean and variance (t, n) of each time step, of sequences x (m, t, n). Return both.",
    per_step_statistics_solution,
    draw_sequences,
    {
        "takes one mean and one variance for all steps": lambda x: (
            everywhere(x.mean((0, 1)), x),
            everywhere(x.var((0, 1)), x),
        ),
        "takes the variance around one mean for all steps": lambda x: (x.mean(0), ((x - x.mean((0, 1))) ** 2).mean(0)),
        "averages the variance over the steps": lambda x: (x.mean(0), everywhere(x.var(0).mean(0), x)),
        "averages the mean over the steps": lambda x: (everywhere(x.mean((0, 1)), x), x.var(0)),
        "uses the statistics of the first step for all": lambda x: (
            everywhere(x[:, 0].mean(0), x),
            everywhere(x[:, 0].var(0), x),
        ),
        "takes all steps up to this one": lambda x: (
            so_far(x, lambda part: part.mean((0, 1))),
            so_far(x, lambda part: part.var((0, 1))),
        ),
        "takes one mean for all units of a step": lambda x: (
            np.repeat(x.mean((0, 2))[:, None], x.shape[2], 1),
            np.repeat(x.var((0, 2))[:, None], x.shape[2], 1),
        ),
        "takes the first sequence only": lambda x: (x[0].copy(), np.zeros_like(x[0])),
        "divides by one less in the variance": lambda x: (x.mean(0), x.var(0, ddof=1)),
        "returns the standard deviation for the variance": lambda x: (x.mean(0), x.std(0)),
        "takes the mean of the squares for the variance": lambda x: (x.mean(0), (x**2).mean(0)),
        "exchanges mean and variance": lambda x: (x.var(0), x.mean(0)),
    },
    hints=[
        "Which axis holds the examples, and which two must be left?",
        "Average over axis 0 only: each step keeps its own row.",
    ],
    read=f"{LESSON}, A recurrent net is right in training mode, and wrong in eval mode",
)


def renormalize_solution(x, mean, var, r_max, d_max, eps):
    batch_std, std = np.sqrt(x.var(axis=0) + eps), np.sqrt(var + eps)
    r = np.clip(batch_std / std, 1 / r_max, r_max)
    d = np.clip((x.mean(axis=0) - mean) / std, -d_max, d_max)
    return (x - x.mean(axis=0)) / batch_std * r + d


def draw_renorm(rng):
    """Running statistics some way off those of the batch: a part of r and d is clipped, a part is not."""
    x = batch(rng, least=3)
    std = np.sqrt(x.var(axis=0) + EPS)
    n = x.shape[1]
    mean = x.mean(axis=0) + std * rng.choice([-1, 1], n) * rng.uniform(0.1, 1.5, n)
    var = np.maximum((std * np.exp(rng.uniform(-1, 1, n))) ** 2 - EPS, EPS / 5)
    return x, mean, var, float(rng.uniform(1.2, 2.0)), float(rng.uniform(0.3, 1.0)), EPS


def renormed(r=lambda q, top: np.clip(q, 1 / top, top), d=lambda q, top: np.clip(q, -top, top), join=None, **other):
    """Batch renormalization with another r, another d, or put together in another way."""

    def answer(x, mean, var, r_max, d_max, eps):
        center, ddof, inside = x.mean(axis=0), other.get("ddof", 0), other.get("inside", True)
        spread = [np.sqrt(v + eps) if inside else np.sqrt(v) + eps for v in (x.var(axis=0, ddof=ddof), var)]
        rs, ds = r(spread[0] / spread[1], r_max), d((center - mean) / spread[other.get("by", 1)], d_max)
        x_hat = (x - center) / spread[0]
        return x_hat * rs + ds if join is None else join(x_hat, rs, ds)

    return answer


renormalize = Exercise(
    "renormalize",
    "Batch renormalization: normalize x by its own statistics, then correct towards the running ones, within limits.",
    renormalize_solution,
    draw_renorm,
    {
        "corrects nothing: this is plain BN": renormed(join=lambda x_hat, r, d: x_hat),
        "uses the running statistics alone: r and d are not limited": renormed(r=lambda q, top: q, d=lambda q, top: q),
        "does not limit r": renormed(r=lambda q, top: q),
        "does not limit d": renormed(d=lambda q, top: q),
        "limits r from above only": renormed(r=lambda q, top: np.minimum(q, top)),
        "limits d from above only": renormed(d=lambda q, top: np.minimum(q, top)),
        "takes the ratio of the variances for r": renormed(r=lambda q, top: np.clip(q**2, 1 / top, top)),
        "takes r the wrong way round": renormed(r=lambda q, top: np.clip(1 / q, 1 / top, top)),
        "takes d with the wrong sign": renormed(d=lambda q, top: np.clip(-q, -top, top)),
        "divides d by the standard deviation of the batch": renormed(by=0),
        "forgets d": renormed(d=lambda q, top: 0 * q),
        "forgets r": renormed(r=lambda q, top: q**0),
        "adds d before it multiplies by r": renormed(join=lambda x_hat, r, d: (x_hat + d) * r),
        "divides by m − 1 in the variance of the batch": renormed(ddof=1),
        "adds ε outside the root": renormed(inside=False),
    },
    hints=[
        "If nothing were limited, which statistics would be left in the answer?",
        "r is the batch's standard deviation over the running one, d the distance of the means in the running one.",
    ],
    read=f"{LESSON}, Why not normalize by the moving average at once?",
)
