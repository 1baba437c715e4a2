"""Train nets over a grid of settings, and store what became of them: data/sweep.npz, described in data/README.md.

python tools/make_sweep.py            on this machine, one process for each core; needs joblib, of the extra "sweep"
python tools/make_sweep.py --jobs 1   one process

Each point of the grid is one call of `train`. joblib shares them out, by its own backend or by the one that a
surrounding `joblib.parallel_config` names: see CONTRIBUTING.md for more than one machine.
"""

import argparse
import itertools
import sys
import time
from pathlib import Path

import numpy as np
from joblib import Parallel, delayed, parallel_config

from bnlib import MLP, accuracy, digits, fit
from bnlib.datasets import sweep

GRID = {
    "activation": ["relu", "tanh", "sigmoid"],
    "bn": ["none", "before", "after"],
    "depth": [2, 5],
    "batch_size": [32, 128],
    "init_scale": [0.1, 0.3, 1.0, 3.0, 10.0],
    "lr": [0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0],
}
SEEDS, EPOCHS, UNITS = 20, 5, 32


def train(data, seeds, *, activation, bn, depth, batch_size, init_scale, lr):
    """Nets with `depth` hidden layers of 32 units, one for each seed, trained by plain gradient descent.

    Returns the mean training loss of the last epoch (NaN where it diverged), the test accuracy in eval mode, and
    whether the loss stopped being finite: three arrays (seeds,). The seeds are the same for all settings.
    """
    net = {"norm": None} if bn == "none" else {"placement": bn}
    net |= {"activation": activation, "init_scale": init_scale, "replicas": seeds}
    model = MLP((64, *[UNITS] * depth, 10), **net, rng=np.random.default_rng(0))
    how = {"epochs": EPOCHS, "batch_size": batch_size, "lr": lr, "sgd_momentum": 0.0}
    history = fit(model, data.train_x, data.train_labels, **how, rng=np.random.default_rng(1))
    loss = history.loss[:, -(len(data.train_x) // batch_size) :].mean(axis=1)
    with np.errstate(over="ignore", invalid="ignore"):  # nets that are close to divergence
        right = accuracy(model, data.test_x, data.test_labels)
    return loss, right.astype(np.float32), np.isin(np.arange(seeds), list(history.diverged))


def run(grid, seeds=SEEDS, progress=lambda done, total: None):
    """The arrays of the file: the values along each axis, and each result over them, with the seeds as its last axis.

    It runs where joblib is told to, and gives the same arrays everywhere.
    """
    data, points = digits.load_digits(), list(itertools.product(*grid.values()))
    calls = (delayed(train)(data, seeds, **dict(zip(grid, point, strict=True))) for point in points)
    results = []
    for result in Parallel(return_as="generator")(calls):
        results.append(result)
        progress(len(results), len(points))
    shape = [*map(len, grid.values()), seeds]
    arrays = {name: np.array(values) for name, values in grid.items()}
    for name, values in zip(("loss", "accuracy", "diverged"), zip(*results, strict=True), strict=True):
        arrays[name] = np.stack(values).reshape(shape)
    return arrays


def bar(begun):
    def show(done, total):
        left = (time.monotonic() - begun) * (total - done) / done
        print(f"\r[{'#' * (40 * done // total):40}] {done}/{total}, {left:.0f} s left ", end="", file=sys.stderr)

    return show


def main():
    from make_data import store  # not at the top: a worker elsewhere has this file alone

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=-1, help="processes; -1, the default: one for each core")
    parser.add_argument("--folder", type=Path, default=Path(__file__).parents[1] / "data", help="where to write")
    options = parser.parse_args()
    with parallel_config(backend="loky", n_jobs=options.jobs):
        arrays = run(GRID, progress=bar(time.monotonic()))
    print(file=sys.stderr)
    store(options.folder / "sweep.npz", arrays, sweep.CHECKSUMS)


if __name__ == "__main__":
    main()
