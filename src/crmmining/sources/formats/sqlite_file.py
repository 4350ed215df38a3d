"""A table or view of a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from crmmining.errors import SourceError
from crmmining.sources.formats import chosen
from crmmining.sources.formats.ocel import object_rows
from crmmining.sources.formats.ocel.sqlite_tables import TELLING
from crmmining.sources.formats.text_rows import Rows, as_text


@contextmanager
def database_rows(path: Path, within: str | None) -> Iterator[Rows]:
    """The rows of a table, in the order the file gives them, or of an object-centric log; nothing is written.

    Raises:
        SourceError: no SQLite file, no such table, several and none named.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = [
                name
                for (name,) in connection.execute(
                    "SELECT name FROM sqlite_master "
                    "WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY name"
                )
            ]
            if TELLING & set(found) and within not in found:
                with object_rows(path, within) as rows:
                    yield rows
                return
            name = chosen(path, "table", found, within).replace('"', '""')
            cursor = connection.execute(f'SELECT * FROM "{name}"')
            columns = [column[0] for column in cursor.description]
            yield Rows(columns, (tuple(map(as_text, row)) for row in cursor))
    except sqlite3.Error as error:
        raise SourceError(f"{path}: cannot be read as a SQLite file: {error}") from None
