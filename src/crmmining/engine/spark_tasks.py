"""What runs on an executor: a function gets a part or a task, what it makes goes into files.

The files lie in a scratch folder that all machines share; only their names go back through Spark. A
task that fails half-way and is run again leaves files that nobody names, so nothing counts twice.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from crmmining.engine.arrow_columns import arrow_table, numpy_columns
from crmmining.engine.engine import Columns
from crmmining.engine.schema import TABLES
from crmmining.errors import CrmminingError

if TYPE_CHECKING:
    import pyarrow as pa

REPORT = "what string, file string"
"""One row per file written: a table's name, or `RESULT` or `FAILURE`, and where it lies."""
RESULT, FAILURE = "<result>", "<failure>"

# What a pure function raises again however often it is called; anything else Spark may try again.
_FINAL = (CrmminingError, ArithmeticError, AssertionError, LookupError, TypeError, ValueError)
Made = Mapping[str, Any]
"""Rows by table: `Columns` for the schema's tables; Arrow tables or readers of batches for any."""


@dataclass(frozen=True)
class OverParts:
    """Give the rows of a partition to a function, at most about `rows_per_part` at once, whole keys."""

    function: Callable[[Columns], Any]
    by: str
    rows_per_part: int
    folder: str
    into_tables: bool

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """One report for what became of the partition."""
        parts = _parts([batch for batch in batches if batch.num_rows], self.by, self.rows_per_part)
        yield _reported(self.function, parts, Path(self.folder), self.into_tables)


@dataclass(frozen=True)
class OverTasks:
    """Give tasks, kept as numbered files in `folder`, to a function."""

    function: Callable[[Any], Any]
    folder: str
    into_tables: bool

    def __call__(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """One report for what became of the tasks whose numbers came in."""
        numbers = (number for batch in batches for number in batch.column(0).to_pylist())
        tasks = (read_pickle(task_file(self.folder, number)) for number in numbers)
        yield _reported(self.function, tasks, Path(self.folder), self.into_tables)


def task_file(folder: Path | str, number: int) -> Path:
    """Where a task waits."""
    return Path(folder, f"task-{number}.pickle")


def read_pickle(path: Path) -> Any:
    """What was put into a file by a session of our own."""
    with path.open("rb") as file:
        return pickle.load(file)


class Failure:
    """An exception on its way to the driver: ours are rebuilt without calling their constructor."""

    def __init__(self, error: BaseException) -> None:
        where = "".join(traceback.format_exception(error))
        self.kind, self.args, self.facts = type(error), error.args, dict(vars(error))
        if not isinstance(error, CrmminingError):
            self.facts["__notes__"] = [f"on the executor:\n{where}"]

    def raise_again(self) -> None:
        """Raise the same exception here."""
        ours = issubclass(self.kind, CrmminingError)
        error = self.kind.__new__(self.kind, *self.args) if ours else self.kind(*self.args)
        vars(error).update(self.facts)
        raise error


def _reported(
    function: Callable[[Any], Any], inputs: Iterable[Any], folder: Path, into_tables: bool
) -> pa.RecordBatch:
    files = TableFiles(folder)
    reports: list[tuple[str, str]] = []
    try:
        for given in inputs:
            if into_tables:
                files.write(function(given))
            else:
                reports.append((RESULT, _write_pickle(folder, function(given))))
        reports += files.close()
    except _FINAL as error:
        reports = [(FAILURE, _write_pickle(folder, Failure(error)))]
    return _batch(reports)


def _batch(reports: list[tuple[str, str]]) -> pa.RecordBatch:
    import pyarrow as pa

    what, file = [report[0] for report in reports], [report[1] for report in reports]
    return pa.record_batch({"what": pa.array(what, pa.string()), "file": pa.array(file, pa.string())})


def _write_pickle(folder: Path, value: Any) -> str:
    from pyspark import cloudpickle

    path = folder / f"{uuid4().hex}.pickle"
    with path.open("wb") as file:
        file.write(cloudpickle.dumps(value))
    return str(path)


class TableFiles:
    """The rows a task makes, one Parquet file per table."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writers: dict[str, tuple[Path, Any]] = {}

    def write(self, made: Made) -> None:
        """Add rows, by table."""
        import pyarrow as pa

        for name, rows in made.items():
            if isinstance(rows, Mapping | pa.Table):
                self._add(name, rows)
            else:
                for batch in rows:
                    self._add(name, pa.Table.from_batches([batch]))

    def close(self) -> list[tuple[str, str]]:
        """Finish the files; table and path of each."""
        for _, writer in self._writers.values():
            writer.close()
        return [(name, str(path)) for name, (path, _) in self._writers.items()]

    def _add(self, name: str, given: Columns | pa.Table) -> None:
        from pyarrow import parquet

        rows: Any = arrow_table(name, given) if name in TABLES else given
        if name not in self._writers:
            path = self._folder / f"{name}-{uuid4().hex}.parquet"
            self._writers[name] = (path, parquet.ParquetWriter(path, rows.schema, compression="zstd"))
        self._writers[name][1].write_table(rows)


def _parts(batches: list[pa.RecordBatch], by: str, rows_per_part: int) -> Iterator[Columns]:
    import pyarrow as pa

    n_rows = sum(batch.num_rows for batch in batches)
    n_parts = -(-n_rows // rows_per_part)
    if n_parts == 1:
        yield numpy_columns(pa.Table.from_batches(batches), flags_as_numbers=True)
    for part in range(n_parts if n_parts > 1 else 0):
        mine = [_rows_of_part(batch, by, n_parts, part) for batch in batches]
        table = pa.Table.from_batches([batch for batch in mine if batch.num_rows], batches[0].schema)
        if table.num_rows:
            yield numpy_columns(table, flags_as_numbers=True)


def _rows_of_part(batch: pa.RecordBatch, by: str, n_parts: int, part: int) -> pa.RecordBatch:
    import pyarrow as pa

    keys = batch.column(by).fill_null(-1).to_numpy()
    return batch.filter(pa.array(keys.astype(np.int64) % n_parts == part))
