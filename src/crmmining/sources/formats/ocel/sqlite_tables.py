"""The tables of OCEL 2.0 in a SQLite file, and whether they are there and agree."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from crmmining.errors import MissingColumnError, SourceError, listed

_NEEDED = {
    "event": ("ocel_id", "ocel_type"),
    "object": ("ocel_id", "ocel_type"),
    "event_object": ("ocel_event_id", "ocel_object_id", "ocel_qualifier"),
    "event_map_type": ("ocel_type", "ocel_type_map"),
    "object_map_type": ("ocel_type", "ocel_type_map"),
}
_OBJECTS_OF_OBJECTS = ("ocel_source_id", "ocel_target_id", "ocel_qualifier")
_OF_TYPE = {"event": ("ocel_id", "ocel_time"), "object": ("ocel_id",)}
TELLING = {"event_map_type", "object_map_type"}
"""By one of these a SQLite file is known as an object-centric log."""


@dataclass(frozen=True)
class Tables:
    """The table of each type of events and of objects, and of each table the columns with their kinds."""

    events: dict[str, str]
    objects: dict[str, str]
    columns: dict[str, dict[str, str]]

    def of(self, what: str) -> dict[str, str]:
        """Type → table, of events or of objects."""
        return self.events if what == "event" else self.objects


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A SQLite file to be read; rows that nobody asks for any more may be let go in any thread."""
    place = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(place, uri=True, check_same_thread=False)) as file:
            yield file
    except sqlite3.Error as error:
        raise SourceError(
            f"{path}: cannot be read as OCEL 2.0 in SQLite: {error}; export the file again"
        ) from None


def check(file: sqlite3.Connection, path: Path) -> Tables:
    """What is in a file.

    Raises:
        SourceError: a table or a column is not there, or events are not in the table of their type.
    """
    columns = _columns(file)
    for table, needed in _NEEDED.items():
        _has(path, columns, table, needed)
    if "object_object" in columns:
        _has(path, columns, "object_object", _OBJECTS_OF_OBJECTS)
    typed: dict[str, dict[str, str]] = {}
    for what, needed in _OF_TYPE.items():
        found = file.execute(f"SELECT ocel_type, ocel_type_map FROM {what}_map_type ORDER BY rowid")
        typed[what] = {str(kind): f"{what}_{short}" for kind, short in found}
        for table in typed[what].values():
            _has(path, columns, table, needed)
        _check_types(file, path, what, typed[what])
    _check_events(file, path, typed["event"])
    return Tables(typed["event"], typed["object"], columns)


def _columns(file: sqlite3.Connection) -> dict[str, dict[str, str]]:
    tables = file.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
    return {
        table: dict(file.execute("SELECT name, type FROM pragma_table_info(?)", [table]).fetchall())
        for (table,) in tables
    }


def _has(path: Path, columns: dict[str, dict[str, str]], table: str, needed: tuple[str, ...]) -> None:
    if table not in columns:
        raise SourceError(f"{path}: not as OCEL 2.0 says: there is no table {table!r}; export the file again")
    for name in needed:
        if name not in columns[table]:
            raise MissingColumnError(f"{path}, table {table!r},", name, columns[table])


def _check_types(file: sqlite3.Connection, path: Path, what: str, known: dict[str, str]) -> None:
    found = {str(kind) for (kind,) in file.execute(f"SELECT DISTINCT ocel_type FROM {what}")}
    if unknown := sorted(found - set(known)):
        raise SourceError(
            f"{path}: not as OCEL 2.0 says: table {what!r} has the type {unknown[0]!r}, which stands not in "
            f"{what}_map_type; there is {listed(known)}"
        )


def _check_events(file: sqlite3.Connection, path: Path, known: dict[str, str]) -> None:
    """Each event stands once in the table `event`, and once in that of its type, with its time."""
    by_type = "SELECT ocel_type, count(DISTINCT ocel_id) FROM event GROUP BY 1"
    counted = dict(file.execute(by_type).fetchall())
    for kind, table in known.items():
        quoted = '"' + table.replace('"', '""') + '"'
        ((n,),) = file.execute(f"SELECT count(*) FROM {quoted}").fetchall()
        ((n_both,),) = file.execute(
            f"SELECT count(*) FROM event e JOIN {quoted} t ON t.ocel_id = e.ocel_id WHERE e.ocel_type = ?",
            [kind],
        ).fetchall()
        if not counted.get(kind, 0) == n == n_both:
            raise SourceError(
                f"{path}: not as OCEL 2.0 says: table 'event' has {counted.get(kind, 0):,} events of type "
                f"{kind!r}, table {table!r} has {n:,}, and {n_both:,} are in both; export the file again"
            )
