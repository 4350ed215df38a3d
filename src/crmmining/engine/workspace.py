"""The workspace: all tables of one study in one DuckDB file; the engine for one machine."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from crmmining.engine.arrow_columns import numpy_columns, table_of
from crmmining.engine.csv_errors import csv_error
from crmmining.engine.duckdb_errors import interruptible, opening_error, running_error
from crmmining.engine.engine import Columns, T, by_place
from crmmining.engine.memory import Memory
from crmmining.engine.parts import split_parts
from crmmining.engine.schema import SCHEMA_VERSION, TABLES, VERSION_KEY, VIEWS
from crmmining.errors import WorkspaceError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# Readable by DuckDB 1.5 and 2.0 alike.
_STORAGE = "v1.5.0"
_BATCH = 1 << 20


class Workspace:
    """A connection to the tables of a study; `path` None keeps them in memory.

    With `memory` the database spills to disk beyond its share, and rows are handed out in parts.
    """

    keeps_order = True

    def __init__(
        self,
        path: Path | None = None,
        *,
        read_only: bool = False,
        memory: Memory | None = None,
        check: bool = True,
    ) -> None:
        self.path, self.memory = path, memory
        self.room = memory.logs if memory else None
        self._connection = _connect(path, read_only)
        self.run("SET TimeZone = 'UTC'")
        if memory:
            share = memory.reading if read_only else memory.loading
            self.run("SET memory_limit = ?", [f"{share >> 20}MiB"])
        if not read_only and not self.is_ours and not self.tables():
            self._create()
        if check:
            self._check_version()

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, *unused: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file free for others."""
        self._connection.close()

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Execute one statement."""
        self.rows(sql, values)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        with self._told():
            return self._connection.execute(sql, list(values)).fetchall()

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The single value of a result."""
        return self.rows(sql, values)[0][0]

    def columns(self, sql: str, values: Sequence[Any] = ()) -> Columns:
        """A result as NumPy columns; absent integers are -1, absent numbers NaN, absent texts None."""
        return numpy_columns(self.arrow(sql, values))

    def arrow(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """A result as an Arrow table."""
        with self._told():
            return self._connection.sql(sql, params=list(values)).to_arrow_table()

    def table(self, name: str, sql: str, values: Sequence[Any] = ()) -> None:
        """Make (or make anew) a working table from a query; it is gone with the connection."""
        self.run(f"CREATE OR REPLACE TEMP TABLE {name} AS {sql}", values)

    def hold(self, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Make (or make anew) a working table from integer columns in memory."""
        with self._incoming(table_of(columns)):
            self.table(name, "SELECT * FROM incoming")

    def drop(self, *names: str) -> None:
        """Give the space of working tables back."""
        for name in names:
            self.run(f"DROP TABLE IF EXISTS temp.{name}")

    def append(self, name: str, sql: str, values: Sequence[Any] = ()) -> None:
        """Add the rows of a query to a table, columns in its order."""
        self.run(f"INSERT INTO {name} {sql}", values)

    def insert(self, name: str, columns: Mapping[str, NDArray[Any] | Sequence[Any]]) -> None:
        """Add columns held in memory to a table."""
        names = ", ".join(columns)
        if all(isinstance(values, list) for values in columns.values()):
            lists = ", ".join(["unnest(?)"] * len(columns))
            self.run(f"INSERT INTO {name} ({names}) SELECT {lists}", list(columns.values()))
            return  # a few rows: Arrow would ask pandas what a list is, and wait for its import
        with self._incoming(table_of(columns)):
            self.run(f"INSERT INTO {name} ({names}) SELECT {names} FROM incoming")

    def map_parts(
        self, function: Callable[[Columns], T], sql: str, values: Sequence[Any] = (), *, by: str
    ) -> Iterator[T]:
        """Give the rows of a query to a function, in parts that fit into memory; numbers only.

        All rows with the same `by` come in the same part. Without a memory limit there is one part.
        """
        n_parts = self._n_parts(sql, values)
        if n_parts == 1:
            yield function(self.columns(sql, values))
            return
        for part in split_parts(self._batches(sql, values), by, n_parts, self.path):
            yield function(part)

    def append_parts(
        self,
        function: Callable[[Columns], Mapping[str, Columns]],
        sql: str,
        values: Sequence[Any] = (),
        *,
        by: str,
    ) -> None:
        """Add to tables, by name, what a function makes of each part of a query."""
        for made in self.map_parts(function, sql, values, by=by):
            for name, columns in made.items():
                self.insert(name, columns)

    def read_csv(
        self,
        table: str,
        path: Path,
        *,
        names: Sequence[str],
        delimiter: str,
        quote: str,
        new_line: str,
        encoding: str,
        null: Sequence[str],
        rows_before: int = 0,
    ) -> None:
        """Append a CSV file as text to a table whose first column takes the row number.

        Raises:
            UnicodeError: the file is not in this encoding.
            SourceError: a row has too many or too few columns, or a quote is never closed.
        """
        import duckdb

        sql = f"""
            INSERT INTO {table}
            SELECT row_number() OVER () + ?, *
            FROM read_csv(
                ?, header = true, auto_detect = false, delim = ?, quote = ?, escape = ?, new_line = ?,
                encoding = ?, nullstr = ?, max_line_size = 16777216,
                columns = struct_pack({", ".join(_struct_field(name) for name in names)})
            )
        """
        line_end = new_line.replace("\r", "\\r").replace("\n", "\\n")
        values = [rows_before, str(path), delimiter, quote, quote, line_end, encoding, list(null)]
        try:
            self._connection.execute(sql, values).fetchall()
        except duckdb.Error as error:
            raise running_error(self.path, str(error)) or csv_error(path, str(error)) from None

    def event_column(self, expression: str) -> NDArray[Any]:
        """An expression over the table events as an array by place; -1, NaN or None where no event is."""
        found = self.columns(f"SELECT rowid AS place, {expression} AS value FROM events")
        return by_place(found["place"], found["value"])

    def tables(self) -> set[str]:
        """The names of all tables."""
        sql = "SELECT table_name FROM duckdb_tables() WHERE schema_name = 'main'"
        return {name for (name,) in self.rows(sql)}

    @property
    def is_ours(self) -> bool:
        """Whether these are the tables of a workspace, of whichever version."""
        import duckdb

        try:  # listing all tables takes far longer
            self.rows("SELECT m.value, f.file, f.path, e.event FROM meta m, files f, events e LIMIT 0")
            return self.meta(VERSION_KEY) is not None
        except (duckdb.CatalogException, duckdb.BinderException):
            return False

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a table nor a view."""
        views = "SELECT count(*) FROM duckdb_views() WHERE NOT internal"
        return self.value(f"SELECT count(*) + ({views}) FROM duckdb_tables()") == 0

    def meta(self, key: str) -> str | None:
        """A remembered value, None if never set."""
        found = self.rows("SELECT value FROM meta WHERE key = ?", [key])
        return found[0][0] if found else None

    def remember(self, key: str, value: str) -> None:
        """Keep a value under a key."""
        self.run("DELETE FROM meta WHERE key = ?", [key])
        self.run("INSERT INTO meta VALUES (?, ?)", [key, value])

    def hide(self, names: Collection[str], copied: Collection[str] = ()) -> None:
        """Of a workspace opened to be read: put tables in memory before those of the file, empty or `copied`.

        What is then written to them is gone with the connection; everything else is read from the file.
        """
        self.run("SET search_path = 'memory.main,study.main'")
        for name in names:
            self.run(TABLES[name])
        for name in copied:
            self.run(f"CREATE TABLE memory.main.{name} AS SELECT * FROM study.main.{name}")
        for name, query in VIEWS.items():
            self.run(f"CREATE VIEW {name} AS {query}")

    def copy_to(self, path: Path) -> None:
        """Write all tables to a new file; what was deleted here is nowhere in it."""
        own = self.value("SELECT current_database()")
        self.run(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS anew")
        self.run(f'COPY FROM DATABASE "{own}" TO anew')
        self.run("DETACH anew")

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """All that is done in the block goes to the disk together at its end, without waiting in between."""
        self.run("SET checkpoint_threshold = '1 byte'")  # into the tables at once, not into a log before
        self.run("BEGIN TRANSACTION")
        yield
        self.run("COMMIT")

    @contextmanager
    def _incoming(self, rows: pa.Table) -> Iterator[None]:
        """Rows in memory under the name `incoming`."""
        with self._told():
            self._connection.register("incoming", rows)
            yield
            self._connection.unregister("incoming")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in one line what stopped the database."""
        import duckdb

        try:
            with interruptible():
                yield
        except duckdb.Error as error:
            if "KeyboardInterrupt" in str(error):
                raise KeyboardInterrupt from None
            told = running_error(self.path, str(error))
            if told is None:
                raise
            raise told from None

    def _create(self) -> None:
        for statement in TABLES.values():
            self.run(statement)
        for name, query in VIEWS.items():
            self.run(f"CREATE VIEW {name} AS {query}")
        self.run("INSERT INTO meta VALUES (?, ?)", [VERSION_KEY, str(SCHEMA_VERSION)])

    def version(self) -> int:
        """The version of the tables.

        Raises:
            WorkspaceError: these are no tables of a workspace.
        """
        import duckdb

        with suppress(ValueError, duckdb.Error):  # a table of this name, but not of ours
            if self.is_ours and (found := self.meta(VERSION_KEY)):
                return int(found)
        raise WorkspaceError(f"{self.path} is no workspace of crmmining; name another file in 'workspace:'")

    def _check_version(self) -> None:
        if (found := self.version()) != SCHEMA_VERSION:
            raise WorkspaceError(
                f"{self.path} was written by another version (tables {found}, this is {SCHEMA_VERSION}); "
                "delete it and load again: the exports are all it was made of"
            )

    def _n_parts(self, sql: str, values: Sequence[Any]) -> int:
        if not self.memory:
            return 1
        n_rows = self.value(f"SELECT count(*) FROM ({sql}) counted", values)
        described = self._connection.execute(f"DESCRIBE {sql}", list(values)).fetchall()
        width = sum(_WIDTHS.get(kind, 8) for _, kind, *_ in described)
        return max(1, -(-n_rows * width // self.memory.part))

    def _batches(self, sql: str, values: Sequence[Any]) -> Iterator[Columns]:
        import pyarrow as pa

        with self._told():
            reader = self._connection.sql(sql, params=list(values)).to_arrow_reader(_BATCH)
            for batch in reader:
                yield numpy_columns(pa.Table.from_batches([batch]), flags_as_numbers=True)


_WIDTHS = {"TINYINT": 1, "BOOLEAN": 1, "SMALLINT": 2, "INTEGER": 4}


def _connect(path: Path | None, read_only: bool) -> duckdb.DuckDBPyConnection:
    import duckdb

    if path is None:
        return duckdb.connect()
    try:
        with interruptible():
            if not read_only:
                return duckdb.connect(str(path), config={"storage_compatibility_version": _STORAGE})
            # Attached, not connected to: in a process a path is one database, even after a load replaced it.
            connection = duckdb.connect()
            connection.execute(f"ATTACH '{str(path).replace(chr(39), chr(39) * 2)}' AS study (READ_ONLY)")
            connection.execute("USE study")
            return connection
    except duckdb.Error as error:
        raise opening_error(path, str(error)) from None


def _struct_field(name: str) -> str:
    return '"' + name.replace('"', '""') + "\" := 'VARCHAR'"
