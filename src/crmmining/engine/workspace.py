"""The workspace: all tables of one study in one DuckDB file, written whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.schema import SCHEMA_VERSION, TABLES, VERSION_KEY
from crmmining.errors import SourceError, WorkspaceError

if TYPE_CHECKING:
    import duckdb

# Readable by DuckDB 1.5 and 2.0 alike.
_STORAGE = "v1.5.0"


class Workspace:
    """A connection to the tables of a study; `path` None keeps them in memory."""

    def __init__(
        self, path: Path | None = None, *, read_only: bool = False, memory: str | None = None
    ) -> None:
        self.path = path
        self._connection = _connect(path, read_only)
        self.run("SET TimeZone = 'UTC'")
        if memory:
            self.run("SET memory_limit = ?", [memory])
        if not read_only and not self.tables():
            for statement in TABLES.values():
                self.run(statement)
            self.run("INSERT INTO meta VALUES (?, ?)", [VERSION_KEY, str(SCHEMA_VERSION)])
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
        self._connection.execute(sql, list(values)).fetchall()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result."""
        return self._connection.execute(sql, list(values)).fetchall()

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The single value of a result."""
        return self.rows(sql, values)[0][0]

    def columns(self, sql: str, values: Sequence[Any] = ()) -> dict[str, NDArray[Any]]:
        """A result as NumPy columns; absent integers are -1, absent numbers NaN, absent texts None."""
        found = self._connection.execute(sql, list(values)).fetchnumpy()
        return {name: _filled(column) for name, column in found.items()}

    def insert(self, table: str, columns: Mapping[str, NDArray[Any] | Sequence[Any]]) -> None:
        """Append columns to one of the schema's tables."""
        import pyarrow as pa

        names = ", ".join(columns)
        self._connection.register(
            "incoming", pa.table({key: pa.array(values) for key, values in columns.items()})
        )
        self.run(f"INSERT INTO {table} ({names}) SELECT {names} FROM incoming")
        self._connection.unregister("incoming")

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
    ) -> None:
        """Append a CSV file as text to a table whose first column takes the row number.

        Raises:
            UnicodeError: the file is not in this encoding.
            SourceError: a row has too many or too few columns, or a quote is never closed.
        """
        import duckdb

        sql = f"""
            INSERT INTO {table}
            SELECT row_number() OVER (), *
            FROM read_csv(
                ?, header = true, auto_detect = false, delim = ?, quote = ?, escape = ?, new_line = ?,
                encoding = ?, nullstr = ?, max_line_size = 16777216,
                columns = struct_pack({", ".join(_struct_field(name) for name in names)})
            )
        """
        line_end = new_line.replace("\r", "\\r").replace("\n", "\\n")
        try:
            self.run(sql, [str(path), delimiter, quote, quote, line_end, encoding, list(null)])
        except duckdb.Error as error:
            raise _csv_error(path, str(error)) from None

    def tables(self) -> set[str]:
        """The names of all tables."""
        return {name for (name,) in self.rows("SELECT table_name FROM duckdb_tables()")}

    def meta(self, key: str) -> str | None:
        """A remembered value, None if never set."""
        found = self.rows("SELECT value FROM meta WHERE key = ?", [key])
        return found[0][0] if found else None

    def remember(self, key: str, value: str) -> None:
        """Keep a value under a key."""
        self.run("DELETE FROM meta WHERE key = ?", [key])
        self.run("INSERT INTO meta VALUES (?, ?)", [key, value])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing does."""
        self.run("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            self.run("ROLLBACK")
            raise
        self.run("COMMIT")
        if self.path:
            self.run("CHECKPOINT")

    def _check_version(self) -> None:
        if "meta" not in self.tables():
            raise WorkspaceError(
                f"{self.path} is no workspace of crmmining; name another file in 'workspace:'"
            )
        found = self.meta(VERSION_KEY)
        if found != str(SCHEMA_VERSION):
            raise WorkspaceError(
                f"{self.path} was written by another version (tables {found}, this is {SCHEMA_VERSION}); "
                "delete it and load again: the exports are all it was made of"
            )


def _connect(path: Path | None, read_only: bool) -> duckdb.DuckDBPyConnection:
    import duckdb

    if path is None:
        return duckdb.connect()
    try:
        return duckdb.connect(
            str(path), read_only=read_only, config={"storage_compatibility_version": _STORAGE}
        )
    except duckdb.Error as error:
        text = str(error)
        if "lock" in text.lower():
            raise WorkspaceError(
                f"{path} is in use by another process; wait for it to end and try again"
            ) from None
        raise WorkspaceError(
            f"{path} cannot be opened as a workspace ({text.splitlines()[0]}); "
            "if it is damaged, delete it and load again"
        ) from None


def _struct_field(name: str) -> str:
    return '"' + name.replace('"', '""') + "\" := 'VARCHAR'"


def _csv_error(path: Path, text: str) -> Exception:
    if "unicode" in text.lower() or "not utf-8" in text.lower():
        return UnicodeError(text)
    line = re.search(r"Line: (\d+)", text)
    place = f"{path}: line {line[1]}" if line else f"{path}"
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if counts:
        return SourceError(
            f"{place}: {counts[2]} columns where the header has {counts[1]}; "
            "is a delimiter inside a value not quoted?"
        )
    if "unterminated quote" in text or "quote should be followed" in text.lower():
        return SourceError(
            f"{place}: a quote is not closed; mend the line, or say quote: if another sign quotes"
        )
    if "invalid state" in text:
        return SourceError(
            f"{path}: not readable as CSV: its line ends or quotes are mixed; export it again or convert it"
        )
    return SourceError(f"{place}: {text.splitlines()[0]}")


def _filled(column: Any) -> NDArray[Any]:
    if not isinstance(column, np.ma.MaskedArray):
        return np.asarray(column)
    if column.dtype.kind == "f":
        return np.asarray(column.filled(np.nan))
    if column.dtype.kind in "iu":
        return np.asarray(column.filled(-1))
    texts = column.data.astype(object)
    texts[np.ma.getmaskarray(column)] = None
    return texts
