"""A row for each part of a cell: the elements of a list in JSON, or the texts between separators."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from crmmining.engine.workspace import Workspace
from crmmining.errors import MissingFileError, SourceError
from crmmining.sources.expressions import Columns
from crmmining.sources.formats import JSON
from crmmining.sources.formats.contents import columns_of
from crmmining.sources.formats.json_rows import json_rows
from crmmining.sources.formats.packed import is_packed, unpacked
from crmmining.sources.formats.text_rows import Rows


@contextmanager
def elements(path: Path, within: str | None, column: str) -> Iterator[Rows]:
    """The elements of the lists under one name of a JSON file, each beside what it stands in.

    Raises:
        SourceError: the file is no JSON, or what is under the name no list.
    """
    if is_packed(path):
        with unpacked(path, within, None) as (file, deeper), elements(file, deeper, column) as rows:
            yield rows
        return
    if path.suffix.lower() not in JSON:
        raise SourceError(
            f"{path}: only JSON has lists in its columns; say each: {{column: {column}, separator: …}}"
        )
    if not path.is_file():
        raise MissingFileError(path)
    with json_rows(path, within, column) as rows:
        yield rows


def known_columns(path: Path, within: str | None, each: str | None = None) -> tuple[str, ...]:
    """The names of a file's columns, or those its lists' elements have; a file that stays is read once."""
    if not path.is_file():
        raise MissingFileError(path)
    stat = path.stat()
    return _columns(path, within, each, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=1024)
def _columns(path: Path, within: str | None, each: str | None, size: int, modified: int) -> tuple[str, ...]:
    if each is None:
        return columns_of(path, within)
    with elements(path, within, each) as rows:
        return tuple(rows.columns)


def one_row_each(workspace: Workspace, columns: Columns, column: str, separator: str, n_before: int) -> None:
    """Make of each row of `raw` as many as its cell has parts, in their order; an empty cell has none.

    Rows are numbered anew, from `n_before` on.
    """
    cell = columns.quoted(column)
    others = [columns.quoted(name) for name in columns.names]
    chosen = ", ".join(f"trim(part) AS {cell}" if name == cell else name for name in others)
    workspace.run(
        f"""
        CREATE OR REPLACE TEMP TABLE raw_each AS
        SELECT CAST(? AS BIGINT) + row_number() OVER (ORDER BY _row, place) AS _row, {chosen}
        FROM (
            SELECT *, unnest(parts) AS part, generate_subscripts(parts, 1) AS place
            FROM (SELECT *, string_split({cell}, ?) AS parts FROM raw WHERE {cell} IS NOT NULL)
        )
        WHERE trim(part) <> ''
        """,
        [n_before, separator],
    )
    workspace.run("DROP TABLE temp.raw")
    workspace.run("ALTER TABLE raw_each RENAME TO raw")
