"""Spark beside DuckDB: one Spark in this process, and a cluster of two workers as processes of their own.

Collected only where CRMMINING_TEST_SPARK is set, as `make test-spark` does: the other tests need neither
Java nor pyspark.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from crmmining.engine.spark import SparkWorkspace
from crmmining.engine.workspace import Workspace
from crmmining.study.engine_spec import SparkSpec

if "CRMMINING_TEST_SPARK" not in os.environ:
    collect_ignore_glob = ["test_*.py"]

START_UP = 60.0
LIGHT_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The shared Spark comes last: it stays to the end, and a process has one."""
    items.sort(key=lambda item: "spark" in getattr(item, "fixturenames", ()))


@dataclass
class Cluster:
    """A master and workers of Apache Spark on 127.0.0.1, one core each."""

    folder: Path
    port: int = 0
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, n_workers: int) -> None:
        self.port = free_port()
        self._launch("master", "master.Master", "--host", "127.0.0.1", "--port", str(self.port))
        wait_until(lambda: answers(self.port))
        for k in range(n_workers):
            self.add_worker(f"worker{k}")

    def add_worker(self, name: str) -> None:
        place = str(self.folder / name)
        options = ["--cores", "1", "--memory", "1g", "--host", "127.0.0.1", "--work-dir", place]
        self._launch(name, "worker.Worker", *options, f"spark://127.0.0.1:{self.port}")

    def kill(self, name: str) -> None:
        """As if the machine were gone: the worker and its executors at once."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for name in list(self.processes):
            self.kill(name)

    def _launch(self, name: str, what: str, *options: str) -> None:
        import pyspark

        home = Path(pyspark.__file__).parent
        # Nothing of ours on the workers: no PYTHONPATH, no virtual environment.
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "JAVA_HOME", "LANG") if key in os.environ}
        scratch = self.folder / f"{name}-local"
        scratch.mkdir(parents=True)
        environment = kept | {
            "JAVA_TOOL_OPTIONS": LIGHT_JAVA,
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_LOCAL_DIRS": str(scratch),
            "SPARK_WORKER_OPTS": "-Dspark.worker.ui.port=0",
        }
        with (self.folder / f"{name}.log").open("wb") as log:
            command = [home / "bin" / "spark-class", f"org.apache.spark.deploy.{what}", "--webui-port", "0"]
            self.processes[name] = subprocess.Popen(
                [*map(str, command), *options],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,
            )


def die_with_parent() -> None:
    """Before a child begins: the system kills it when this process ends without having stopped it."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def wait_until(true: Callable[[], bool], patience: float = START_UP) -> None:
    until = time.monotonic() + patience
    while not true():
        assert time.monotonic() < until, "waited too long"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def make_cluster(tmp_path_factory) -> Iterator[Callable[[int], Cluster]]:
    made: list[Cluster] = []

    def make(n_workers: int) -> Cluster:
        made.append(Cluster(tmp_path_factory.mktemp("cluster")))
        made[-1].start(n_workers)
        return made[-1]

    yield make
    for cluster in made:
        cluster.stop()


@pytest.fixture(scope="session", autouse=True)
def far_from_utc() -> Iterator[None]:
    """The machine's own time zone must not matter. And Java compiles lightly: nothing here runs for long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        patch.setenv("JAVA_TOOL_OPTIONS", LIGHT_JAVA)
        time.tzset()
        yield
    time.tzset()


@pytest.fixture(scope="module", autouse=True)
def tests_travel(request) -> Iterator[None]:
    """Functions of a test module go to the executors by value: they cannot import it."""
    from pyspark import cloudpickle

    cloudpickle.register_pickle_by_value(request.module)
    yield
    cloudpickle.unregister_pickle_by_value(request.module)


def local_spec(**more: Any) -> SparkSpec:
    return SparkSpec(spark="local[2]", memory="1GB", partitions=8, **more)


@pytest.fixture(scope="session")
def spec() -> SparkSpec:
    return local_spec()


@pytest.fixture(scope="session", params=["local", "cluster"])
def spark(request, make_cluster, tmp_path_factory) -> Iterator[SparkWorkspace]:
    """A workspace that holds both logs, in this process and on two workers."""
    work = tmp_path_factory.mktemp("work") / request.param
    spec = local_spec()
    if request.param == "cluster":
        master = f"spark://127.0.0.1:{make_cluster(2).port}"
        spec = SparkSpec(spark=master, memory="512MB", partitions=8, work=work)
    with SparkWorkspace(work, spec) as workspace:
        if not spec.is_local:
            wait_until(lambda: workspace.n_executors() == 2)
        store_logs(workspace, tmp_path_factory.mktemp("logs"))
        yield workspace


@pytest.fixture(scope="session")
def duck(tmp_path_factory) -> Iterator[Workspace]:
    """The same logs in DuckDB."""
    with Workspace() as workspace:
        store_logs(workspace, tmp_path_factory.mktemp("logs"))
        yield workspace


def store_logs(workspace: Any, folder: Path) -> None:
    """The working tables `clean` and `nasty`, from Parquet as both engines read it."""
    for name, rows in {"clean": clean_log(), "nasty": nasty_log()}.items():
        file = folder / f"{name}.parquet"
        parquet.write_table(rows, file)
        source = f"read_parquet('{file}')" if isinstance(workspace, Workspace) else f"parquet.`{file}`"
        workspace.table(name, f"SELECT * FROM {source}")


def clean_log(n: int = 6000) -> pa.Table:
    """Many events at equal times, put in order by their number."""
    random = np.random.default_rng(7)
    customer = random.integers(0, 400, n)
    no_record, no_answer = random.random(n) < 0.2, random.random(n) < 0.9
    return pa.table(
        {
            "event": random.permutation(n),
            "time": random.integers(1_700_000_000, 1_700_002_000, n) * 1_000_000,
            "activity": pa.array(random.integers(0, 9, n), pa.int32()),
            "customer": pa.array(customer, pa.int32()),
            "record": pa.array(customer * 4 + random.integers(0, 4, n), pa.int32(), mask=no_record),
            "visible": random.random(n) < 0.5,
            "satisfaction": pa.array(random.integers(1, 6, n), pa.float64(), mask=no_answer),
        }
    )


def nasty_log() -> pa.Table:
    """Absent keys, doubled ids, times of 1960 and 9999, any script, names that differ in case only."""
    year_1960, year_9999 = -315_619_200_000_000, 253_402_300_799_999_999
    texts = ["ä", "Ä", "a", "A", "ß", "SS", "i", "日本", "🙂", "", " ", "it's", 'say "x"', "a\\b", "%_", None]
    rows = [
        {"file": file, "record": record, "name": text, "take": text if k % 3 else None, "time": time}
        for k, text in enumerate(texts)
        for file, record, time in [(0, k, year_1960), (0, k, year_9999), (None, k, 0), (1, None, None)]
    ]
    return pa.Table.from_pylist(rows)


@pytest.fixture
def port() -> int:
    """A port nobody listens at."""
    return free_port()


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], None]:
    """Waits until something is so."""
    return wait_until


@pytest.fixture
def python() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs code in another Python."""
    return run_python


def run_python(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Another Python, with this package."""
    source = str(Path(__file__).parents[2] / "src")
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def small_parts(spark, tmp_path) -> Iterator[SparkWorkspace]:
    """Another workspace on the same Spark, whose functions get a thousand rows at once."""
    spec = spark.spec.model_copy(update={"rows_per_part": 1000})
    with SparkWorkspace(tmp_path / "work", spec) as workspace:
        yield workspace
