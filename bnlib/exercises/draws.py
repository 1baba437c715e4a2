"""Fresh inputs for the exercises: other shapes and values at every check; and what several exercises do with them."""

import numpy as np

EPS = 1e-3


def batch(rng, least=2, dtype=np.float64):
    """Values (m, n) of n units, of other means and scales; one unit has a variance near EPS."""
    m, n = int(rng.integers(least, 9)), int(rng.integers(1, 6))
    scale = rng.uniform(0.3, 3, n)
    scale[rng.integers(n)] = rng.uniform(0.5, 1.5) * np.sqrt(EPS)
    x = rng.normal(size=(m, n)) * scale + rng.normal(0, 2, n)
    return layout(rng, x.astype(dtype))


def rows(rng, n, dtype):
    """Values (m, n) of m examples, of other means and scales; one example has a variance near EPS."""
    m = int(rng.integers(2, 7))
    scale = rng.uniform(0.3, 3, (m, 1))
    scale[rng.integers(m)] = rng.uniform(0.5, 1.5) * np.sqrt(EPS)
    x = (rng.normal(size=(m, n)) + rng.normal(0, 0.7, n)) * scale + rng.normal(0, 2, (m, 1))
    return layout(rng, x.astype(dtype))


def layout(rng, x):
    """The same values, now and then in another order in memory: not contiguous."""
    return np.asfortranarray(x) if rng.random() < 0.3 else x


def floating(rng):
    """float64 most of the time, float32 otherwise."""
    return np.float32 if rng.random() < 0.25 else np.float64


def units(rng, n, signs=True, dtype=np.float64):
    """n numbers away from 0, of both signs if asked for."""
    values = rng.uniform(0.5, 2.0, n)
    return (values * rng.choice([-1, 1], n) if signs else values).astype(dtype)


def bn(z, eps):
    """Normalized by its own statistics, without gamma and beta."""
    return (z - z.mean(0)) / np.sqrt(z.var(0) + eps)
