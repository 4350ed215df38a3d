"""The one Spark of this process: started with our settings, shared, stopped with its last user."""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmmining.engine.spark_checks import check_java, check_master, check_pyspark
from crmmining.engine.work_folder import Scratch, WorkFolder
from crmmining.errors import WorkspaceError
from crmmining.study.engine_spec import SparkSpec

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

PATIENCE = 60.0
"""Seconds a cluster has to give us the first executor."""

_QUIET = """\
status = error
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n%ex
"""

_SETTINGS = {
    "spark.app.name": "crmmining",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    # Results of any size go through the driver only where a caller asks for columns in its memory.
    "spark.driver.maxResultSize": "0",
    "spark.sql.session.timeZone": "UTC",
    # As in DuckDB a wrong cast or an overflow is an error, and "x" a column. (A backslash in a literal is
    # read differently all the same: bind it.)
    "spark.sql.ansi.enabled": "true",
    "spark.sql.ansi.doubleQuotedIdentifiers": "true",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.adaptive.advisoryPartitionSizeInBytes": "64m",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "65536",
    "spark.sql.parquet.compression.codec": "zstd",
    # Folders are listed where we are, not by a job of their own.
    "spark.sql.sources.parallelPartitionDiscovery.threshold": "100000",
}

_shared: SharedSpark | None = None


def check_needs(spec: SparkSpec) -> None:
    """Look for what Spark needs here, before anything is made for it.

    Raises:
        WorkspaceError: pyspark, Java or the master is missing.
    """
    if _shared is None:
        check_pyspark()
        check_java()
        check_master(spec.spark)


def join_spark(spec: SparkSpec, folder: WorkFolder, patience: float = PATIENCE) -> SharedSpark:
    """Start Spark, or share the one that is running; `leave` it when done.

    Raises:
        WorkspaceError: it does not start, has no executors, or already runs here with other settings.
    """
    global _shared
    if _shared is None:
        _shared = SharedSpark(spec, folder, patience)
    elif (_shared.master, _shared.memory) != (spec.spark, spec.memory):
        raise WorkspaceError(
            f"Spark already runs in this process, with {_shared.master} and {_shared.memory} of memory; "
            "close the other workspaces first"
        )
    _shared.n_users += 1
    return _shared


class SharedSpark:
    """A Spark application and those who use it."""

    def __init__(self, spec: SparkSpec, folder: WorkFolder, patience: float) -> None:
        self.master, self.memory, self.is_local = spec.spark, spec.memory, spec.is_local
        self.n_users = 0
        self._scratch = Scratch(folder.path)
        self.log = self._scratch.path / "spark.log"
        self._gateway: Any = None
        try:
            self._root = self._start(spec, folder)
            if not spec.is_local:
                self._wait_for_executors(patience)
        except BaseException:
            self._stop()
            raise

    def session(self, partitions: int) -> SparkSession:
        """A session with views of its own, whose shuffles are cut into at most `partitions`."""
        session = self._root.newSession()
        session.conf.set("spark.sql.shuffle.partitions", str(partitions))
        return session

    def leave(self) -> None:
        """The last one stops Spark."""
        global _shared
        self.n_users -= 1
        if self.n_users == 0:
            _shared = None
            self._stop()

    def n_executors(self) -> int:
        """How many executors a cluster gives us at the moment."""
        context: Any = self._root.sparkContext
        return len(context._jsc.sc().statusTracker().getExecutorInfos()) - 1

    def _start(self, spec: SparkSpec, folder: WorkFolder) -> SparkSession:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkException
        from pyspark.java_gateway import launch_gateway
        from pyspark.logger import PySparkLogger
        from pyspark.sql import SparkSession

        if SparkContext._active_spark_context is not None:
            raise WorkspaceError("Spark already runs in this process; stop it first (spark.stop())")
        PySparkLogger.getLogger("SQLQueryContextLogger").setLevel(logging.CRITICAL)  # raised anyway
        conf = SparkConf(loadDefaults=False).setAll(list(_settings(spec, folder, self._scratch).items()))
        try:
            with self.log.open("wb") as log, _environment(_variables(spec, self._scratch)):
                self._gateway = launch_gateway(conf, {"stdout": log, "stderr": log})
                return SparkSession(SparkContext(conf=conf, gateway=self._gateway))
        except (Py4JError, PySparkException, OSError) as error:
            raise WorkspaceError(f"Spark does not start: {_cause(str(error), self.log)}") from None

    def _wait_for_executors(self, patience: float) -> None:
        until = time.monotonic() + patience
        while self.n_executors() < 1:
            if time.monotonic() > until:
                raise WorkspaceError(
                    f"{self.master} gave no executor within {patience:g} s; has it workers, are they "
                    f"free, and has one of them {self.memory} of memory ('memory:') to give?"
                )
            time.sleep(0.1)

    def _stop(self) -> None:
        from py4j.protocol import Py4JError
        from pyspark import SparkContext

        if hasattr(self, "_root"):
            self._root.stop()
        if self._gateway is not None:
            with suppress(Py4JError, OSError):  # it may have ended by itself
                self._gateway.shutdown()
            self._gateway.proc.stdin.close()
            self._gateway.proc.wait()
            SparkContext._gateway = SparkContext._jvm = None
        self._scratch.close()


def _settings(spec: SparkSpec, folder: WorkFolder, scratch: Scratch) -> dict[str, str]:
    quiet = scratch.path / "log4j2.properties"
    quiet.write_text(_QUIET, encoding="utf-8")
    settings = {
        **_SETTINGS,
        "spark.master": spec.spark,
        "spark.driver.memory": spec.memory,
        "spark.executor.memory": spec.memory,
        "spark.sql.warehouse.dir": str(scratch.path / "warehouse"),
        "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet.as_uri()}",
        "spark.executorEnv.PYTHONPATH": str(_package(spec, folder)),
    }
    if not spec.is_local:
        settings["spark.executorEnv.NUMBA_CACHE_DIR"] = str(folder.cache)
    if _is_here(spec):
        settings |= {"spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1"}
    return settings


def _variables(spec: SparkSpec, scratch: Scratch) -> dict[str, str]:
    here = {"SPARK_LOCAL_IP": "127.0.0.1"} if _is_here(spec) else {}
    python = sys.executable if spec.is_local else os.environ.get("PYSPARK_PYTHON", sys.executable)
    return {"PYSPARK_PYTHON": python, "SPARK_LOCAL_DIRS": str(scratch.path), **here}


def _is_here(spec: SparkSpec) -> bool:
    return spec.is_local or spec.spark.startswith(("spark://127.0.0.1:", "spark://localhost:"))


def _package(spec: SparkSpec, folder: WorkFolder) -> Path:
    """The folder from which executors import this package: on a cluster a copy on the shared disk.

    Its name is the digest of what is in it, so that compiled kernels stay valid from session to session.
    """
    source = Path(__file__).parents[1]
    if spec.is_local:
        return source.parent
    digest = hashlib.sha256()
    for path in sorted(source.rglob("*.py")):
        digest.update(str(path.relative_to(source)).encode() + b"\0" + path.read_bytes())
    target = folder.code / digest.hexdigest()[:16]
    if not target.exists():
        beside = folder.scratch.folder("code")
        shutil.copytree(source, beside / source.name, ignore=shutil.ignore_patterns("__pycache__"))
        folder.code.mkdir(exist_ok=True)
        beside.rename(target)
    return target


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    """Environment variables that Spark reads only from there, for the time it starts."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value


def _cause(message: str, log: Path) -> str:
    """The first line of the last error in Spark's log, or of the message."""
    logged = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    lines = [line for line in logged.splitlines() if "ERROR" in line or "Exception" in line]
    return (lines[-1] if lines else message.strip().splitlines()[0]).strip()[:300]
