"""Jobs that run Python on executors: parts of a query, and tasks; what they made is picked up from files."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crmmining.engine.spark_tasks import FAILURE, REPORT, RESULT, OverParts, OverTasks, read_pickle, task_file
from crmmining.errors import WorkspaceError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from crmmining.engine.spark_session import SharedSpark

_MOST_SLICES = 10_000
_LOOK_EVERY = 5.0


class Jobs:
    """Runs functions over partitions and tasks of one session; `scratch` makes the names of folders."""

    def __init__(
        self,
        shared: SharedSpark,
        session: SparkSession,
        scratch: Callable[[str], Path],
        rows_per_part: int,
        patience: float,
    ) -> None:
        self._shared, self._session, self._scratch = shared, session, scratch
        self._rows_per_part, self._patience = rows_per_part, patience

    def results_of_parts(self, function: Callable[..., Any], frame: DataFrame, by: str) -> Iterator[Any]:
        """What a function makes of each part, one after the other."""
        with self._over_parts(function, frame, by, into_tables=False) as files:
            yield from _results(files)

    def results_of_tasks(self, function: Callable[..., Any], tasks: Iterable[Any]) -> Iterator[Any]:
        """What a function makes of each task, one after the other."""
        with self._over_tasks(function, tasks, into_tables=False) as files:
            yield from _results(files)

    @contextmanager
    def files_of_parts(
        self, function: Callable[..., Any], frame: DataFrame, by: str
    ) -> Iterator[list[tuple[str, Path]]]:
        """Table and Parquet file of what a function makes of the parts; gone afterwards if not moved."""
        with self._over_parts(function, frame, by, into_tables=True) as files:
            yield files

    @contextmanager
    def files_of_tasks(
        self, function: Callable[..., Any], tasks: Iterable[Any]
    ) -> Iterator[list[tuple[str, Path]]]:
        """Table and Parquet file of what a function makes of the tasks; gone afterwards if not moved."""
        with self._over_tasks(function, tasks, into_tables=True) as files:
            yield files

    @contextmanager
    def _over_parts(
        self, function: Callable[..., Any], frame: DataFrame, by: str, *, into_tables: bool
    ) -> Iterator[list[tuple[str, Path]]]:
        with self._folder() as folder:
            work = OverParts(function, by, self._rows_per_part, str(folder), into_tables)
            yield self._reports(frame.repartition(f"`{by}`").mapInArrow(work, REPORT))

    @contextmanager
    def _over_tasks(
        self, function: Callable[..., Any], tasks: Iterable[Any], *, into_tables: bool
    ) -> Iterator[list[tuple[str, Path]]]:
        from pyspark import cloudpickle

        with self._folder() as folder:
            n = 0
            for task in tasks:
                with task_file(folder, n).open("wb") as file:
                    file.write(cloudpickle.dumps(task))
                n += 1
            numbers = self._session.range(0, n, 1, max(1, min(n, _MOST_SLICES)))
            work = OverTasks(function, str(folder), into_tables)
            yield self._reports(numbers.mapInArrow(work, REPORT)) if n else []

    @contextmanager
    def _folder(self) -> Iterator[Path]:
        folder = self._scratch("job")
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _reports(self, frame: DataFrame) -> list[tuple[str, Path]]:
        with self.watched():
            reports = [(row["what"], Path(row["file"])) for row in frame.collect()]
        for what, file in reports:
            if what == FAILURE:
                read_pickle(file).raise_again()
        return reports

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Spark's failures in one line; no endless wait for a cluster that lost all its executors."""
        from py4j.protocol import Py4JError
        from pyspark.errors import PythonException

        with self._watch() as lost:
            try:
                yield
            except (Py4JError, PythonException, ConnectionError) as error:
                if lost.is_set():
                    raise WorkspaceError(
                        f"{self._shared.master} has had no executor for {self._patience:g} s; are its "
                        "workers up? What was stored before is untouched"
                    ) from None
                raise WorkspaceError(f"a job failed on Spark: {told(str(error))}") from None

    @contextmanager
    def _watch(self) -> Iterator[threading.Event]:
        lost, done = threading.Event(), threading.Event()
        if self._shared.is_local:
            yield lost
            return

        def look() -> None:
            alone = 0.0
            while not done.wait(_LOOK_EVERY):
                alone = alone + _LOOK_EVERY if self._shared.n_executors() < 1 else 0.0
                if alone >= self._patience:
                    lost.set()
                    self._session.sparkContext.cancelAllJobs()

        watcher = threading.Thread(target=look, daemon=True)
        watcher.start()
        try:
            yield lost
        finally:
            done.set()
            watcher.join()


def _results(files: list[tuple[str, Path]]) -> Iterator[Any]:
    for what, file in files:
        if what == RESULT:
            yield read_pickle(file)
            file.unlink()


def told(text: str) -> str:
    """The line of a Java or Python trace that says what happened.

    >>> told("Failed.\\nTraceback (most recent call last):\\n  File x\\nOSError: disk full\\n\\n\\tat org")
    'OSError: disk full'
    >>> told("Failed.\\n: org.apache.spark.SparkException: Job aborted: no workers.\\n\\tat org")
    'Job aborted: no workers.'
    """
    python = re.findall(r"^(\w[\w.]*(?:Error|Exception|Interrupt|Exit)\b.*)$", text, re.MULTILINE)
    if python and "Traceback" in text:
        return str(python[-1]).strip()
    java = re.search(r"^:? ?(?:Caused by: )?[\w.$]+(?:Exception|Error): (.*)$", text, re.MULTILINE)
    line = java[1] if java else next((line for line in text.splitlines() if line.strip()), "no reason given")
    return line.strip()[:300]
