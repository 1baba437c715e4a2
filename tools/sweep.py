"""Trains nets on the digits over a grid of settings, 20 seeds each, and stores the outcome in data/sweep.npz.

python tools/sweep.py [--jobs 2]    the whole grid on this machine: some minutes

Each point of the grid is one call of `outcome`. joblib shares them out, by its own backend or by the one that a
surrounding `joblib.parallel_config` names: see CONTRIBUTING.md for more than one machine.
"""

import argparse
import itertools
from pathlib import Path

import joblib
import numpy as np
from tqdm import tqdm

from bnlib import MLP, accuracy, datafile, digits, fit, sweep

GRID = {
    "activation": ["relu", "sigmoid"],
    "norm": ["none", "batch"],
    "hidden_layers": [1, 3, 6],
    "batch_size": [16, 60, 240],
    "init_scale": [0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0],
    "lr": [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0],
}


def outcome(activation, norm, hidden_layers, batch_size, init_scale, lr):
    """One point of the grid: name -> (seeds,). What is what: see `bnlib.sweep`."""
    data = digits.load_digits()
    net = MLP(
        (64, *[sweep.WIDTH] * hidden_layers, 10),
        norm=None if norm == "none" else norm,
        activation=activation,
        init_scale=init_scale,
        replicas=sweep.SEEDS,
        rng=np.random.default_rng(0),
    )
    history = fit(
        net,
        data.train_x,
        data.train_labels,
        steps=sweep.STEPS,
        batch_size=batch_size,
        lr=lr,
        rng=np.random.default_rng(1),
    )
    return {
        "loss": history.loss[:, -sweep.LAST_STEPS :].mean(axis=1),
        "accuracy": accuracy(net, data.test_x, data.test_labels).astype(np.float32),
        "diverged": np.isin(np.arange(sweep.SEEDS), list(history.diverged)),
    }


def run(grid, jobs=None, show=True):
    """The arrays of the file: the axes by name, and each result over them, with the seeds as its last axis."""
    points = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator")
    outcomes = list(
        tqdm(parallel(joblib.delayed(outcome)(**point) for point in points), total=len(points), disable=not show)
    )
    shape = [*(len(values) for values in grid.values()), sweep.SEEDS]
    axes = {name: np.array(values) for name, values in grid.items()}
    return axes | {name: np.array([one[name] for one in outcomes]).reshape(shape) for name in outcomes[0]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=-1, help="processes at a time; -1: one for each core")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parents[1] / "data", help="where to write")
    options = parser.parse_args()
    arrays = run(GRID, options.jobs)
    path = options.folder / "sweep.npz"
    np.savez_compressed(path, **arrays)
    print(f"{path}: {path.stat().st_size:,} bytes. The checksums for bnlib/sweep.py:")
    for name, array in arrays.items():
        print(f'    "{name}": "{datafile.checksum(array)}",')


if __name__ == "__main__":
    main()
