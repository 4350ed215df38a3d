"""OCEL 2.0 from a SQLite file."""

from __future__ import annotations

import heapq
import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from crmmining.eventlog.object_log import LoggedObject, ObjectEvent, ObjectLog, Relation
from crmmining.sources.formats.ocel.attribute_times import latest_last
from crmmining.sources.formats.ocel.sqlite_tables import Tables, check, opened
from crmmining.sources.formats.text_rows import as_text

Row = tuple[int, dict[str, str | None]]
Relations = dict[str, list[Relation]]
_OWN = ("ocel_id", "ocel_time", "ocel_changed_field", "ocel:activity")
"""Columns that are no attributes; the last is one that pm4py leaves in the tables of events."""


def read_sqlite(path: Path) -> ObjectLog:
    """A log in the order of its tables `event` and `object`; its types and relations are held.

    Raises:
        SourceError: no SQLite file, or not what OCEL 2.0 says.
    """
    with opened(path) as file:
        tables = check(file, path)
        of_events, of_objects = (_relations(file, tables, what) for what in ("event", "object"))
        kinds = {what: _kinds(tables, what) for what in ("event", "object")}
    return ObjectLog(
        kinds["event"], kinds["object"],
        lambda: _events(path, tables, of_events), lambda: _objects(path, tables, of_objects),
    )  # fmt: skip


def _events(path: Path, tables: Tables, others: Relations) -> Iterator[ObjectEvent]:
    for kind, (_, row) in _in_order(path, tables, "event"):
        id = row["ocel_id"] or ""
        yield ObjectEvent(id, kind, row["ocel_time"] or "", dict(_said(row)), tuple(others.get(id, ())))


def _objects(path: Path, tables: Tables, others: Relations) -> Iterator[LoggedObject]:
    """What an object was at first in one row, each later change in one more; all rows may be absent."""
    for (_, id, kind), rows in groupby(_in_order(path, tables, "object"), _object):
        said = [
            (name, row.get("ocel_time") or "", value) for _, (_, row) in rows for name, value in _said(row)
        ]
        yield LoggedObject(id, kind, latest_last(path, id, said), tuple(others.get(id, ())))


def _object(found: tuple[str, Row]) -> tuple[int, str, str]:
    kind, (place, row) = found
    return place, row["ocel_id"] or "", kind


def _said(row: dict[str, str | None]) -> list[tuple[str, str]]:
    """The attributes of a row; of one that says what changed, that alone."""
    changed = row.get("ocel_changed_field")
    names = [changed] if changed in row else row
    return [(name, value) for name in names if name not in _OWN and (value := row[name]) is not None]


def _kinds(tables: Tables, what: str) -> dict[str, dict[str, str]]:
    return {
        kind: {name: form.lower() for name, form in tables.columns[table].items() if name not in _OWN}
        for kind, table in tables.of(what).items()
    }


def _relations(file: sqlite3.Connection, tables: Tables, what: str) -> Relations:
    """The objects of each event, or of each object; the latter table may be absent."""
    found: Relations = defaultdict(list)
    table, first, second = {
        "event": ("event_object", "ocel_event_id", "ocel_object_id"),
        "object": ("object_object", "ocel_source_id", "ocel_target_id"),
    }[what]
    if table in tables.columns:
        for one, other, how in file.execute(f"SELECT {first}, {second}, ocel_qualifier FROM {table}"):
            found[as_text(one) or ""].append((as_text(other) or "", as_text(how) or ""))
    return found


def _in_order(path: Path, tables: Tables, what: str) -> Iterator[tuple[str, Row]]:
    """Rows of all types with their type, as their ids follow each other in the table `what`."""
    with opened(path) as file:
        each = [_of_type(file, what, kind, table) for kind, table in tables.of(what).items()]
        yield from heapq.merge(*each, key=lambda found: found[1][0])


def _of_type(file: sqlite3.Connection, what: str, kind: str, table: str) -> Iterator[tuple[str, Row]]:
    quoted = '"' + table.replace('"', '""') + '"'
    cursor = file.execute(
        f"SELECT m.rowid, m.ocel_id, t.* FROM {what} m LEFT JOIN {quoted} t ON t.ocel_id = m.ocel_id "
        "WHERE m.ocel_type = ? ORDER BY m.rowid, t.rowid",
        [kind],
    )
    names = [column[0] for column in cursor.description][2:]
    for place, id, *values in cursor:
        row: dict[str, Any] = dict(zip(names, map(as_text, values), strict=True))
        yield kind, (place, {**row, "ocel_id": as_text(id)})
