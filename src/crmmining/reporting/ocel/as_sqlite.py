"""OCEL 2.0 as a SQLite file: a table per type, and who belongs to whom."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from crmmining.eventlog.object_log import LoggedObject, ObjectLog
from crmmining.sources.formats.ocel.attribute_times import since

_KINDS = {"string": "TEXT", "time": "TIMESTAMP", "float": "REAL", "integer": "INTEGER", "boolean": "BOOLEAN"}
_RESERVED = ("ocel_id", "ocel_time", "ocel_changed_field", "ocel:activity")
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


@dataclass(frozen=True)
class _Table:
    """The table of a type: its name, and of each attribute the column and the kind."""

    name: str
    columns: dict[str, str]
    kinds: dict[str, str]

    def add(self, file: sqlite3.Connection, own: dict[str, str], said: dict[str, str]) -> None:
        """A row of OCEL's own columns and the attributes; a number is written as one, to its last digit."""
        row: dict[str, str | float] = dict(own)
        for name, value in said.items():
            row[self.columns[name]] = float(value) if self.kinds[name] == "float" else value
        names, marks = ", ".join(map(_quoted, row)), ", ".join("?" * len(row))
        file.execute(f"INSERT INTO {_quoted(self.name)} ({names}) VALUES ({marks})", list(row.values()))


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
            own = {"ocel_id": event.id, "ocel_time": event.time}
            events[event.type].add(file, own, event.attributes)
            rows = [(event.id, other, how) for other, how in event.objects]
            file.executemany("INSERT INTO event_object VALUES (?, ?, ?)", rows)
        file.execute("COMMIT")


def _add_object(file: sqlite3.Connection, table: _Table, of: LoggedObject) -> None:
    """What it was at first in one row, each later change in one more."""
    file.execute("INSERT INTO object VALUES (?, ?)", [of.id, of.type])
    first = min((time for _, time, _ in of.attributes), key=since, default="1970-01-01T00:00:00Z")
    begun: dict[str, str] = {}
    later: list[tuple[str, str, str]] = []
    for name, time, value in of.attributes:
        if time == first and name not in begun:
            begun[name] = value
        else:
            later.append((name, time, value))
    table.add(file, {"ocel_id": of.id, "ocel_time": first}, begun)
    for name, time, value in later:
        own = {"ocel_id": of.id, "ocel_time": time, "ocel_changed_field": table.columns[name]}
        table.add(file, own, {name: value})
    rows = [(of.id, other, how) for other, how in of.objects]
    file.executemany("INSERT INTO object_object VALUES (?, ?, ?)", rows)


def _typed(
    file: sqlite3.Connection, what: str, types: dict[str, dict[str, str]], first: Iterable[str]
) -> dict[str, _Table]:
    """Make the table of each type, and say which it is."""
    tables: dict[str, _Table] = {}
    for name, attributes in types.items():
        short = _unique(name, [table.name.removeprefix(f"{what}_") for table in tables.values()])
        tables[name] = table = _Table(f"{what}_{short}", _own(attributes), attributes)
        own = [f"{_quoted(column)} {_KINDS[attributes[of]]}" for of, column in table.columns.items()]
        file.execute(f"CREATE TABLE {_quoted(table.name)} ({', '.join([*first, *own])})")
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


def _own(attributes: Iterable[str]) -> dict[str, str]:
    """Attribute → a name that no column of OCEL's own has, nor another attribute in another case.

    >>> _own(["A", "a", "ocel_id"])
    {'A': 'A', 'a': 'a_', 'ocel_id': 'ocel_id_'}
    """
    found: dict[str, str] = {}
    taken = set(_RESERVED)
    for name in attributes:
        own = name.replace("\0", "_")  # no statement can hold it
        while own.lower() in taken:
            own += "_"
        taken.add(own.lower())
        found[name] = own
    return found


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
