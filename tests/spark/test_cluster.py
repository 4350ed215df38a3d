"""Two workers as processes of their own: our package travels, and one of them may die."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from crmmining.engine.spark import SparkWorkspace
from crmmining.errors import WorkspaceError
from crmmining.eventlog.case_order import order_cases
from crmmining.study.engine_spec import SparkSpec


@pytest.fixture
def cluster(make_cluster):
    cluster = make_cluster(2)
    yield cluster
    cluster.stop()


@pytest.fixture
def spec(cluster, tmp_path) -> SparkSpec:
    master = f"spark://127.0.0.1:{cluster.port}"
    return SparkSpec(spark=master, memory="512MB", partitions=4, work=tmp_path / "work")


def where(number: int) -> tuple[str, str, str, int]:
    """Which package an executor has, where it keeps compiled kernels; and that one runs."""
    import crmmining

    order = order_cases(np.array([0, 0]), np.array([2, 1]), np.array([0, 1]), 1)
    return crmmining.__file__, os.environ["NUMBA_CACHE_DIR"], os.environ["PYTHONPATH"], int(order.rows[0])


class SlowSum:
    """Says that it began, and takes its time."""

    def __init__(self, begun: Path) -> None:
        self.begun = begun

    def __call__(self, part: dict) -> tuple[int, int]:
        (self.begun / uuid4().hex).touch()
        time.sleep(3)
        return part["id"].size, int(part["id"].sum())


def test_the_package_travels_and_a_worker_may_die(cluster, spec, tmp_path, until) -> None:
    with SparkWorkspace(tmp_path / "work", spec, patience=10) as workspace:
        until(lambda: workspace.n_executors() == 2)
        for package, cache, _, first in workspace.map_tasks(where, range(4)):
            assert Path(package).is_relative_to(tmp_path / "work" / "_code") and first == 1
            assert Path(cache) == tmp_path / "work" / "_cache"

        n, begun = 600_000, tmp_path / "begun"
        begun.mkdir()

        def kill_in_the_midst() -> None:
            until(lambda: len(list(begun.iterdir())) >= 2)
            cluster.kill("worker0")

        killer = threading.Thread(target=kill_in_the_midst)
        killer.start()
        rows = f"SELECT id, id % 1000 AS k FROM range({n})"
        found = list(workspace.map_parts(SlowSum(begun), rows, by="k"))
        killer.join()
        assert sum(size for size, _ in found) == n and sum(total for _, total in found) == n * (n - 1) // 2
        assert len(list(begun.iterdir())) > len(found) >= 2  # what the dead one had begun was done again
        until(lambda: workspace.n_executors() == 1)

        workspace.insert("links", {"record": [1], "linked": [2]})
        cluster.kill("worker1")
        began = time.monotonic()
        with pytest.raises(WorkspaceError, match="has had no executor for 10 s"):
            workspace.append("links", "SELECT CAST(id AS INT), 0 FROM range(100)")
        assert time.monotonic() - began < 60
    cluster.add_worker("worker2")
    with SparkWorkspace(tmp_path / "work", spec) as workspace:
        assert workspace.rows("SELECT record, linked FROM links") == [(1, 2)]


def test_a_python_the_executors_do_not_have_is_told(spec, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PYSPARK_PYTHON", "/nowhere/python")
    with pytest.raises(WorkspaceError, match=r"executors of spark.* cannot work for us .*PYSPARK_PYTHON"):
        SparkWorkspace(tmp_path / "work", spec)
