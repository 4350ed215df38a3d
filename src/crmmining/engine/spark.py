"""The engine for many machines: a study's tables as Parquet in a shared folder, moved by Apache Spark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.arrow_columns import arrow_schema, arrow_table, numpy_columns, table_of
from crmmining.engine.engine import Columns, T
from crmmining.engine.schema import SCHEMA_VERSION, TABLES, VERSION_KEY
from crmmining.engine.spark_jobs import Jobs
from crmmining.engine.spark_session import PATIENCE, check_needs, join_spark
from crmmining.engine.spark_tables import SparkTables, as_rows_of, storable
from crmmining.engine.stored_columns import stored_column
from crmmining.engine.work_folder import WorkFolder
from crmmining.errors import WorkspaceError
from crmmining.study.engine_spec import SparkSpec

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


class SparkWorkspace:
    """The tables of a study in the folder `work`; `StoredTables` once they are filled.

    What is added counts at once, or at the end of a `transaction`. One session may write, any number
    may read. `patience` is how many seconds the cluster may leave us without any executor.

    Raises:
        WorkspaceError: something Spark needs is missing, the folder is in use, of another version or
            no workspace.
    """

    keeps_order = False
    room = 0

    def __init__(
        self, work: Path, spec: SparkSpec, *, read_only: bool = False, patience: float = PATIENCE
    ) -> None:
        self.path, self.spec = work, spec
        check_needs(spec)
        self._folder = WorkFolder(work, read_only=read_only)
        self._in_transaction = False
        try:
            self._check_version()
            self._shared = join_spark(spec, self._folder, patience)
        except BaseException:
            self._folder.close()
            raise
        try:
            self._open(patience, read_only)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> SparkWorkspace:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    def close(self) -> None:
        """Remove the working tables, let others write, and stop Spark if nobody else here uses it."""
        self._shared.leave()
        self._folder.close()

    def n_executors(self) -> int:
        """How many executors a cluster gives us at the moment; 0 where all runs in this process."""
        return self._shared.n_executors()

    def tables(self) -> set[str]:
        """The names of all tables."""
        return self._tables.names()

    def meta(self, key: str) -> str | None:
        """A remembered value, None if never set."""
        return self._remembered().get(key)

    def remember(self, key: str, value: str) -> None:
        """Keep a value under a key."""
        known = {**self._remembered(), key: value}
        with self._change():
            self._tables.clear("meta")
            self._store_here("meta", {"key": list(known), "value": list(known.values())})

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing does."""
        self._in_transaction = True
        try:
            with self._all_or_nothing():
                yield
        finally:
            self._in_transaction = False

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        with self._jobs.watched():
            return [tuple(row) for row in self._frame(sql, values).collect()]

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The single value of a result."""
        return self.rows(sql, values)[0][0]

    def columns(self, sql: str, values: Sequence[Any] = ()) -> Columns:
        """A result as NumPy columns in memory; absent integers -1, absent numbers NaN, absent texts None."""
        with self._jobs.watched():
            return numpy_columns(self._frame(sql, values).toArrow())

    def table(self, name: str, sql: str, values: Sequence[Any] = ()) -> None:
        """Make (or make anew) a working table from a query; it is gone with the connection."""
        place, frame = self._folder.scratch.folder(name), storable(self._frame(sql, values))
        self._write(frame, place)
        self._tables.keep(name, place, frame.schema)

    def hold(self, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Make (or make anew) a working table from integer columns in memory."""
        from pyarrow import parquet

        place = self._folder.scratch.folder(name)
        place.mkdir()
        parquet.write_table(table_of(columns), place / "rows.parquet")
        self._tables.keep(name, place)

    def drop(self, *names: str) -> None:
        """Give the space of working tables back."""
        for name in names:
            self._tables.drop(name)

    def append(self, name: str, sql: str, values: Sequence[Any] = ()) -> None:
        """Add the rows of a query to one of the schema's tables, columns in its order."""
        with self._change():
            place = self._folder.new_folder(name)
            self._write(as_rows_of(name, self._frame(sql, values)), place)
            self._tables.add(name, place)

    def replace(self, name: str, sql: str, values: Sequence[Any] = ()) -> None:
        """Let the rows of a query, which may read the table itself, be all rows of a schema's table."""
        with self._change():
            place = self._folder.new_folder(name)
            self._write(as_rows_of(name, self._frame(sql, values)), place)
            self._tables.clear(name)
            self._tables.add(name, place)

    def delete(self, name: str, condition: str, values: Sequence[Any] = ()) -> None:
        """Remove the rows of one of the schema's tables for which a condition holds."""
        self.replace(name, f"SELECT * FROM {name} WHERE NOT coalesce({condition}, FALSE)", values)

    def clear(self, *names: str) -> None:
        """Leave these of the schema's tables without rows; all but what is remembered when none is named."""
        with self._change():
            for name in names or [table for table in TABLES if table != "meta"]:
                self._tables.clear(name)

    def insert(self, name: str, columns: Mapping[str, NDArray[Any] | Sequence[Any]]) -> None:
        """Add columns held in memory to one of the schema's tables."""
        with self._change():
            self._store_here(name, columns)

    def map_parts(
        self, function: Callable[[Columns], T], sql: str, values: Sequence[Any] = (), *, by: str
    ) -> Iterator[T]:
        """Give the rows of a query to a function on the executors, in parts that fit into memory.

        All rows with the same value of the integer column `by` come in the same part, in no particular
        order; booleans come as 0, 1 and -1. What the function returns waits on the shared disk until it
        is asked for. What it raises of ours, or as a wrong value, is raised here as it is.
        """
        yield from self._jobs.results_of_parts(function, self._frame(sql, values), by)

    def append_parts(
        self,
        function: Callable[[Columns], Mapping[str, Columns]],
        sql: str,
        values: Sequence[Any] = (),
        *,
        by: str,
    ) -> None:
        """Add to the schema's tables, by name, what a function makes of each part of a query.

        The executors write the rows; they never come here.
        """
        with (
            self._change(),
            self._jobs.files_of_parts(function, self._frame(sql, values), by) as files,
        ):
            self._tables.take(files)

    def map_tasks(self, function: Callable[[Any], T], tasks: Iterable[Any]) -> Iterator[T]:
        """Run a pure function on each task, somewhere; results in no particular order.

        Tasks and results are pickled; neither are all in memory here at once.
        """
        yield from self._jobs.results_of_tasks(function, tasks)

    def append_tasks(self, function: Callable[[Any], Mapping[str, Any]], tasks: Iterable[Any]) -> None:
        """Add to tables, by name, what a function makes of each task; the executors write the rows.

        For the schema's tables it gives columns; an Arrow table, or a reader of Arrow batches (which
        need not fit into memory), may also go to a working table of any name, made if it is not there.
        """
        with self._change(), self._jobs.files_of_tasks(function, tasks) as files:
            self._tables.take(files)

    def event_column(self, expression: str) -> NDArray[Any]:
        """An expression over the table events as an array by place; -1, NaN or None where it is absent."""
        return stored_column(self._folder.folders("events"), expression)

    def _open(self, patience: float, read_only: bool) -> None:
        self._session = self._shared.session(self.spec.partitions)
        make_folder, rows_per_part = self._folder.scratch.folder, self.spec.rows_per_part
        self._jobs = Jobs(self._shared, self._session, make_folder, rows_per_part, patience)
        if not self.spec.is_local:
            self._check_executors()
        self._tables = SparkTables(self._session, self._folder)
        if not read_only and self.meta(VERSION_KEY) is None:
            self.remember(VERSION_KEY, str(SCHEMA_VERSION))

    def _frame(self, sql: str, values: Sequence[Any]) -> DataFrame:
        self._tables.prepare(sql)
        return self._session.sql(sql, args=[_plain(value) for value in values])

    def _write(self, frame: DataFrame, place: Path) -> None:
        with self._jobs.watched():
            frame.write.parquet(str(place))

    def _store_here(self, name: str, columns: Mapping[str, NDArray[Any] | Sequence[Any]]) -> None:
        from pyarrow import parquet

        place = self._folder.new_folder(name)
        place.mkdir(parents=True)
        parquet.write_table(arrow_table(name, columns), place / "rows.parquet", compression="zstd")
        self._tables.add(name, place)

    @contextmanager
    def _change(self) -> Iterator[None]:
        """A change of its own, or a part of the transaction it stands in."""
        if self._in_transaction:
            yield
        else:
            with self._all_or_nothing():
                yield

    @contextmanager
    def _all_or_nothing(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self._folder.rollback()
            self._tables.forget_stored()
            raise
        self._folder.commit()

    def _remembered(self) -> dict[str, str]:
        from pyarrow import parquet

        rows = [
            row
            for place in self._folder.folders("meta")
            for row in parquet.read_table(place, schema=arrow_schema("meta")).to_pylist()
        ]
        return {row["key"]: row["value"] for row in rows}

    def _check_version(self) -> None:
        found = self.meta(VERSION_KEY)
        if found not in (None, str(SCHEMA_VERSION)):
            raise WorkspaceError(
                f"{self.path} was written by another version (tables {found}, this is {SCHEMA_VERSION}); "
                "delete it and load again: the exports are all it was made of"
            )

    def _check_executors(self) -> None:
        """One executor has to run our Python and to see the shared folder."""
        try:
            list(self.map_tasks(str, [self._folder.path]))
        except WorkspaceError as error:
            raise WorkspaceError(
                f"the executors of {self.spec.spark} cannot work for us ({error}); they need the "
                f"folder {self._folder.path} under this name, and a Python with what this package needs "
                "(PYSPARK_PYTHON)"
            ) from None


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value
