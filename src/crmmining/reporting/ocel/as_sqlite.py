"""OCEL 2.0 as a SQLite file: a table per type, and who belongs to whom."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from crmmining.eventlog.object_log import LoggedObject, ObjectLog

_KINDS = {"string": "TEXT", "time": "TIMESTAMP", "float": "REAL", "integer": "INTEGER", "boolean": "BOOLEAN"}
_RESERVED = ("ocel_id", "ocel_time", "ocel_changed_field")
_EVENT = ("ocel_id TEXT", "ocel_time TIMESTAMP")
_OBJECT = (*_EVENT, "ocel_changed_field TEXT")
_TABLES = """
    CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
    CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT);
    CREATE TABLE event_object (ocel_event_id TEXT, ocel_object_id TEXT, ocel_qualifier TEXT);
    CREATE TABLE object_object (ocel_source_id TEXT, ocel_target_id TEXT, ocel_qualifier TEXT);
    CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
    CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT);
"""


def write_sqlite(log: ObjectLog, path: Path) -> None:
    """Write a log in one transaction."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.executescript(f"BEGIN; {_TABLES}")
        objects = _typed(file, "object", log.object_types, _OBJECT)
        for of in log.objects():
            _add_object(file, objects[of.type], of)
        events = _typed(file, "event", log.event_types, _EVENT)
        for event in log.events():
            file.execute("INSERT INTO event VALUES (?, ?)", [event.id, event.type])
            own = {"ocel_id": event.id, "ocel_time": event.time, **_own(event.attributes)}
            _add(file, events[event.type], own)
            rows = [(event.id, other, how) for other, how in event.objects]
            file.executemany("INSERT INTO event_object VALUES (?, ?, ?)", rows)
        file.execute("COMMIT")


def _add_object(file: sqlite3.Connection, table: str, of: LoggedObject) -> None:
    """What it was at first in one row, each later change in one more."""
    file.execute("INSERT INTO object VALUES (?, ?)", [of.id, of.type])
    first = min((time for _, time, _ in of.attributes), default="1970-01-01T00:00:00Z")
    begun = {name: value for name, time, value in of.attributes if time == first}
    _add(file, table, {"ocel_id": of.id, "ocel_time": first, **_own(begun)})
    for name, time, value in of.attributes:
        if time != first:
            ((own, text),) = _own({name: value}).items()
            _add(file, table, {"ocel_id": of.id, "ocel_time": time, "ocel_changed_field": own, own: text})
    rows = [(of.id, other, how) for other, how in of.objects]
    file.executemany("INSERT INTO object_object VALUES (?, ?, ?)", rows)


def _typed(
    file: sqlite3.Connection, what: str, types: dict[str, dict[str, str]], first: Iterable[str]
) -> dict[str, str]:
    """Make the table of each type, and say which it is."""
    tables: dict[str, str] = {}
    for name, attributes in types.items():
        short = _unique(name, [table.removeprefix(f"{what}_") for table in tables.values()])
        tables[name] = f"{what}_{short}"
        own = [f"{_quoted(column)} {_KINDS[kind]}" for column, kind in _own(attributes).items()]
        file.execute(f"CREATE TABLE {_quoted(tables[name])} ({', '.join([*first, *own])})")
        file.execute(f"INSERT INTO {what}_map_type VALUES (?, ?)", [name, short])
    return tables


def _unique(name: str, taken: Iterable[str]) -> str:
    """A name as part of a table's: letters and digits, and a number where that is taken, or stands for more.

    >>> _unique("Case: New", []), _unique("Case New", ["CaseNew"]), _unique("map_type", [])
    ('CaseNew', 'CaseNew2', 'maptype')
    """
    plain = re.sub(r"[^0-9A-Za-z]", "", name) or "unnamed"
    found, number, lower = plain, 1, {other.lower() for other in taken}
    while found.lower() in lower or found.lower() == "object":
        number += 1
        found = f"{plain}{number}"
    return found


def _own(attributes: dict[str, str]) -> dict[str, str]:
    """Attributes under names that no column of OCEL's own has, nor another attribute in another case."""
    found: dict[str, str] = {}
    taken = set(_RESERVED)
    for name, value in attributes.items():
        own = name
        while own.lower() in taken:
            own += "_"
        taken.add(own.lower())
        found[own] = value
    return found


def _add(file: sqlite3.Connection, table: str, row: dict[str, str]) -> None:
    names, marks = ", ".join(map(_quoted, row)), ", ".join("?" * len(row))
    file.execute(f"INSERT INTO {_quoted(table)} ({names}) VALUES ({marks})", list(row.values()))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
