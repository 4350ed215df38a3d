"""The columns of a table, or the whole of a small one, whatever form it comes in."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from crmmining.errors import CrmminingError, MissingFileError, SourceError
from crmmining.sources.csv_dialect import HEAD, csv_dialect
from crmmining.sources.formats import PARQUET, reader_for
from crmmining.sources.formats.packed import head_of, inside, is_packed, unpacked
from crmmining.sources.formats.text_rows import as_text

T = TypeVar("T")
Row = dict[str, str | None]


def columns_of(path: Path, within: str | None = None) -> tuple[str, ...]:
    """The names of the columns, as they are written; no row is read.

    Raises:
        MissingFileError: no such file.
        SourceError: no header, a column name twice, not the form its suffix says.
    """
    if not is_packed(path):
        return _of(path, within, _columns)
    member, _ = inside(path, within)
    if reader_for(Path(member)) or Path(member).suffix in PARQUET:
        return _of(path, within, _columns)
    with head_of(path, within, HEAD) as head:
        try:
            return csv_dialect(head).columns
        except CrmminingError as error:
            raise SourceError(str(error).replace(str(head), f"{path}, {member}")) from None


def rows_of(path: Path, within: str | None = None) -> list[Row]:
    """All rows, for a table of names: every value as text, by its column.

    Raises:
        MissingFileError: no such file.
        SourceError: no header, a column name twice, not the form its suffix says.
    """
    return _of(path, within, _rows)


def _of(path: Path, within: str | None, read: Callable[[Path, str | None], T]) -> T:
    if not path.is_file():
        raise MissingFileError(path)
    if not is_packed(path):
        return read(path, within)
    with unpacked(path, within, None) as (file, deeper):
        return read(file, deeper)


def _columns(path: Path, within: str | None) -> tuple[str, ...]:
    if path.suffix in PARQUET:
        import pyarrow.parquet as pq

        return tuple(pq.read_schema(path).names)
    if reader := reader_for(path):
        with reader(path, within) as rows:
            return tuple(rows.columns)
    return csv_dialect(path).columns


def _rows(path: Path, within: str | None) -> list[Row]:
    if path.suffix in PARQUET:
        import pyarrow.parquet as pq

        table = pq.read_table(path)
        return [{name: as_text(value) for name, value in row.items()} for row in table.to_pylist()]
    if reader := reader_for(path):
        with reader(path, within) as found:
            return [dict(zip(found.columns, row, strict=True)) for row in found.rows]
    dialect = csv_dialect(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        _, *rows = csv.reader(file, delimiter=dialect.delimiter)
    return [dict(zip(dialect.columns, row, strict=False)) for row in rows if row]
