"""The forms a table may come in beside CSV and Parquet; each puts every row as text into `raw`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from crmmining.sources.formats.text_rows import Rows


class Reader(Protocol):
    """Opens one table of a file; `within` says which where it holds several."""

    def __call__(self, path: Path, within: str | None) -> AbstractContextManager[Rows]:
        """The table's columns, and its rows one after the other."""


CSV = (".csv", ".tsv")
PARQUET = (".parquet", ".pq")
JSON = (".jsonl", ".ndjson", ".json")
WORKBOOKS = (".xlsx", ".xlsm")
DATABASES = (".sqlite", ".sqlite3", ".db")
LOGS = (".xes", ".xes.gz")
OBJECT_LOGS = (".jsonocel", ".xmlocel", ".xml")
PACKED = (".gz", ".zip")
TABLES = (*JSON, *WORKBOOKS, *DATABASES, *LOGS, *OBJECT_LOGS, *PACKED)
"""Suffixes that are read here."""


def name_of(path: Path) -> str:
    """What a file calls its table: its name without the suffixes that tell its form.

    >>> [name_of(Path(f"a.b{suffix}")) for suffix in (".csv", ".csv.gz", ".xes.gz", ".parquet", "")]
    ['a.b', 'a.b', 'a.b', 'a.b', 'a.b']
    """
    while path.suffix.lower() in (*CSV, *PARQUET, *TABLES):
        path = path.with_suffix("")
    return path.name


def reader_for(path: Path) -> Reader | None:
    """The reader of a file by its suffix; None where it is a CSV or Parquet file, or packed."""
    name = path.name.lower()
    if name.endswith(JSON):
        from crmmining.sources.formats.json_rows import json_rows

        return json_rows
    if name.endswith(WORKBOOKS):
        from crmmining.sources.formats.workbook import sheet_rows

        return sheet_rows
    if name.endswith(DATABASES):
        from crmmining.sources.formats.sqlite_file import database_rows

        return database_rows
    if name.endswith(LOGS):
        from crmmining.sources.formats.xes_rows import event_rows

        return event_rows
    if name.endswith(OBJECT_LOGS):
        from crmmining.sources.formats.ocel import object_rows

        return object_rows
    return None


def chosen(path: Path, what: str, found: list[str], within: str | None) -> str:
    """Which of the tables of a file is meant.

    Raises:
        SourceError: none of this name; or several, and none is named.
    """
    from crmmining.errors import SeveralTablesError, SourceError, listed

    if within is not None:
        if within in found:
            return within
        raise SourceError(f"{path}: has no {what} {within!r}; it has {listed(found)}")
    if len(found) == 1:
        return found[0]
    if not found:
        raise SourceError(f"{path}: holds no {what}; export it again, or take it out of the study file")
    raise SeveralTablesError(path, what, found)


def one_table(path: Path, within: str | None) -> None:
    """Nothing is to be named within a file that is one table.

    Raises:
        SourceError: something is.
    """
    from crmmining.errors import SourceError

    if within is not None:
        raise SourceError(f"{path}: holds one table; take within: {within} out")
