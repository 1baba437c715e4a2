"""The sweep gives the same arrays wherever joblib runs it: here, in processes, and on a real local Dask cluster."""

import numpy as np
import pytest

pytestmark = pytest.mark.deep

joblib = pytest.importorskip("joblib", reason="needs the extra 'sweep'")
distributed = pytest.importorskip("distributed", reason="needs the extra 'sweep'")

import make_sweep  # noqa: E402  of tools/

GRID = {
    "activation": ["relu"],
    "bn": ["none", "after"],
    "depth": [2],
    "batch_size": [128, 256],
    "init_scale": [1.0, 10.0],
    "lr": [0.1, 1000.0],
}


@pytest.fixture(scope="module")
def here():
    with joblib.parallel_config(backend="sequential"):
        return make_sweep.run(GRID, seeds=2)


def assert_same(found, expected):
    assert list(found) == list(expected)
    for name in expected:
        assert found[name].dtype == expected[name].dtype
        np.testing.assert_array_equal(found[name], expected[name])


def test_each_place_in_the_arrays_is_the_run_with_these_settings(here):
    data = make_sweep.digits.load_digits()
    assert here["loss"].shape == here["accuracy"].shape == here["diverged"].shape == (1, 2, 1, 2, 2, 2, 2)
    settings = {"activation": "relu", "bn": "after", "depth": 2, "batch_size": 256, "init_scale": 1.0, "lr": 0.1}
    loss, right, diverged = make_sweep.train(data, 2, **settings)
    at = (0, 1, 0, 1, 0, 0)
    np.testing.assert_array_equal(here["loss"][at], loss)
    np.testing.assert_array_equal(here["accuracy"][at], right)
    np.testing.assert_array_equal(here["diverged"][at], diverged)
    assert right.min() > 0.3 and not diverged.any()
    assert here["diverged"].any() and np.isnan(here["loss"][here["diverged"]]).all()


def test_the_local_backend_gives_the_same_and_reports_each_point(here):
    seen = []
    with joblib.parallel_config(backend="loky", n_jobs=2):
        found = make_sweep.run(GRID, seeds=2, progress=lambda done, total: seen.append((done, total)))
    assert_same(found, here)
    assert seen == [(done, 16) for done in range(1, 17)]


def test_a_dask_cluster_gives_the_same(here):
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, processes=True
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        client.upload_file(make_sweep.__file__)
        with distributed.get_task_stream(client) as tasks, joblib.parallel_config(backend="dask"):
            found = make_sweep.run(GRID, seeds=2)
    assert len({task["worker"] for task in tasks.data}) == 2, "the cluster did not do the work"
    assert_same(found, here)
