"""OCEL 2.0 from a SQLite file."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from crmmining.errors import SourceError
from crmmining.eventlog.object_log import LoggedObject, ObjectEvent, ObjectLog, Relation
from crmmining.sources.formats.text_rows import as_text

TABLES = {"event", "object", "event_object", "event_map_type", "object_map_type"}
"""By these a SQLite file is known as an object-centric log."""
_OWN = ("ocel_id", "ocel_time", "ocel_changed_field")


def read_sqlite(path: Path) -> ObjectLog:
    """A log; its types and relations are held.

    Raises:
        SourceError: no SQLite file, or not what OCEL 2.0 says.
    """
    with _opened(path) as file:
        typed = {what: dict(file.execute(f"SELECT * FROM {what}_map_type")) for what in ("event", "object")}
        kinds = {
            what: {name: _attributes(file, f"{what}_{short}") for name, short in types.items()}
            for what, types in typed.items()
        }
        others: dict[str, list[Relation]] = defaultdict(list)
        for event, other, how in file.execute("SELECT * FROM event_object"):
            others[event].append((other, how or ""))
    return ObjectLog(
        kinds["event"], kinds["object"],
        lambda: _events(path, typed["event"], others), lambda: _objects(path, typed["object"]),
    )  # fmt: skip


def _events(path: Path, types: dict[str, str], others: dict[str, list[Relation]]) -> Iterator[ObjectEvent]:
    for name, short in types.items():
        for row in _rows(path, f"event_{short}"):
            attributes = {key: value for key, value in row.items() if key not in _OWN and value is not None}
            id = row["ocel_id"] or ""
            yield ObjectEvent(id, name, row["ocel_time"] or "", attributes, tuple(others.get(id, ())))


def _objects(path: Path, types: dict[str, str]) -> Iterator[LoggedObject]:
    for name, short in types.items():
        found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for row in _rows(path, f"object_{short}"):
            said = {key: value for key, value in row.items() if key not in _OWN and value is not None}
            time = row["ocel_time"] or ""
            found[row["ocel_id"] or ""] += [(key, time, value) for key, value in said.items()]
        for id, attributes in found.items():
            latest = tuple(sorted(attributes, key=lambda said: said[1]))
            yield LoggedObject(id, name, latest, ())


def _attributes(file: sqlite3.Connection, table: str) -> dict[str, str]:
    found = file.execute("SELECT name, type FROM pragma_table_info(?)", [table])
    return {name: str(kind).lower() for name, kind in found if name not in _OWN}


def _rows(path: Path, table: str) -> Iterator[dict[str, str | None]]:
    with _opened(path) as file:
        cursor = file.execute('SELECT * FROM "{}" ORDER BY ocel_time'.format(table.replace('"', '""')))
        names = [column[0] for column in cursor.description]
        for row in cursor:
            yield dict(zip(names, map(as_text, row), strict=True))


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as file:
            yield file
    except sqlite3.Error as error:
        raise SourceError(f"{path}: cannot be read as OCEL 2.0 in SQLite: {error}") from None
