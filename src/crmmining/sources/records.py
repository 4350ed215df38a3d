"""What the records are: their process, customer and the time they were open, from all that was said."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Engine
from crmmining.engine.workspace import Workspace
from crmmining.sources.touched import touch_customers, touch_records
from crmmining.study.source_spec import TableSource
from crmmining.study.study_file import StudyFile

_ONLY = "SEMI JOIN touched_records t ON t.record = {}.record"
_MADE = ("records", "record_attributes", "links")


def make_records(engine: Engine, study: StudyFile, tables: list[TableSource]) -> None:
    """Fill records, record_attributes and links; customers must be made."""
    _declare(engine, study, tables)
    _make(engine, study, touched=False)


def remake_records(workspace: Workspace, study: StudyFile, tables: list[TableSource]) -> None:
    """The same for the touched records, and for those that link to them.

    The customers they had and have are noted as touched.
    """
    _settle_untyped(workspace)
    _touch_linked(workspace)
    if workspace.value("SELECT count(*) FROM touched_records") == 0:
        return
    _declare(workspace, study, tables)
    _touch_having(workspace)
    for table in _MADE:
        workspace.run(f"DELETE FROM {table} WHERE record IN (SELECT record FROM touched_records)")
    _make(workspace, study, touched=True)
    _touch_having(workspace)


def _touch_having(workspace: Workspace) -> None:
    """The customers of touched records, and those whom their events name instead."""
    touched = "SEMI JOIN touched_records t ON t.record = r.record"
    touch_customers(workspace, f"SELECT r.customer FROM records r {touched}")
    workspace.table("touched_shared", f"SELECT r.record FROM records r {touched} WHERE r.shared")
    if workspace.value("SELECT count(*) FROM touched_shared"):
        touch_customers(
            workspace,
            """
            SELECT k.customer
            FROM events e
            SEMI JOIN touched_shared s ON s.record = e.record
            JOIN key_customers k ON k.key = e.key
            """,
        )
    workspace.drop("touched_shared")


def _declare(engine: Engine, study: StudyFile, tables: list[TableSource]) -> None:
    """What the study file says of closings, as working tables."""
    named = dict(engine.rows("SELECT name, code FROM names WHERE kind = 'activity'"))
    types = dict(engine.rows("SELECT name, code FROM names WHERE kind = 'record_type'"))
    pairs = [
        (code, named[activity])
        for code, process in enumerate(study.processes.values())
        for activity in process.closed_by
        if activity in named
    ]
    declared = [code for code, process in enumerate(study.processes.values()) if process.closed_by]
    closable = sorted(
        {
            types[spec.record.type]
            for spec in tables
            if spec.record and spec.record.closed and spec.record.type in types
        }
    )
    engine.hold("closings", {"process": _ints(p for p, _ in pairs), "activity": _ints(a for _, a in pairs)})
    engine.hold("closing_declared", {"process": _ints(declared)})
    engine.hold("closable_types", {"type": _ints(closable)})


def _ints(codes: Iterable[int]) -> NDArray[np.int32]:
    return np.array(list(codes), np.int32)


def _make(engine: Engine, study: StudyFile, *, touched: bool) -> None:
    def only(name: str) -> str:
        return _ONLY.format(name) if touched else ""

    engine.append("record_attributes", _ATTRIBUTES.format(only=only("s")))
    engine.table("linking", f"SELECT s.* FROM said_links s {only('s')}")
    engine.append("links", _LINKS)
    engine.drop("linking")
    _match_processes(engine, study, only("r"))
    engine.table("record_said", _SAID.format(only=only("s")))
    engine.table("record_lived", _LIVED.format(only=only("e")))
    engine.table("record_shared", _SHARED)
    engine.table("record_closed", _CLOSED.format(only=only("e")))
    engine.append("records", _RECORDS.format(only=only("i")))
    engine.drop(
        "record_said", "record_lived", "record_shared", "record_closed", "record_process",
        "closings", "closing_declared", "closable_types",
    )  # fmt: skip


def _match_processes(engine: Engine, study: StudyFile, only: str) -> None:
    """The first process a record answers to owns it."""
    parts, values = [], []
    for code, process in enumerate(study.processes.values()):
        condition = "lower(n.name) = lower(?)"
        values += [code, process.record]
        for attribute, allowed in process.where.items():
            choices = [allowed] if isinstance(allowed, str) else list(allowed)
            condition += (
                " AND r.record IN (SELECT record FROM record_attributes WHERE lower(attribute) = lower(?) "
                f"AND value IN ({', '.join('?' * len(choices))}))"
            )
            values += [attribute, *choices]
        parts.append(f"""
            SELECT r.record, CAST(? AS INTEGER) AS process
            FROM record_ids r JOIN names n ON n.kind = 'record_type' AND n.code = r.type {only}
            WHERE {condition}
        """)
    matches = " UNION ALL ".join(parts) or "SELECT record, type AS process FROM record_ids WHERE FALSE"
    engine.table(
        "record_process",
        f"SELECT record, min(process) AS process, count(*) AS n FROM ({matches}) m GROUP BY record",
        values,
    )


# Of several rows of a file, and of several files, the value that `take` names; a grown file counts as one.
_ATTRIBUTES = """
    SELECT record, attribute, value
    FROM (
        SELECT
            s.record, s.attribute, s.value,
            row_number() OVER (
                PARTITION BY s.record, s.attribute
                ORDER BY
                    CASE s.take WHEN 'first' THEN f.rank WHEN 'last' THEN -f.rank ELSE 0 END,
                    CASE s.take WHEN 'first' THEN s.file WHEN 'last' THEN -s.file ELSE 0 END,
                    CASE WHEN s.take = 'max' THEN s.value END DESC NULLS LAST,
                    s.value
            ) AS n
        FROM said_attributes s
        JOIN files f ON f.file = s.file
        {only}
    ) said
    WHERE n = 1
"""
_LINKS = """
    SELECT DISTINCT s.record, b.record
    FROM linking s
    JOIN files f ON f.file = s.file
    JOIN (
        SELECT DISTINCT o.record, r.id, n.name AS type, g.source
        FROM (SELECT * FROM record_ids SEMI JOIN linking l ON l.to_id = record_ids.id) r
        JOIN said_records o ON o.record = r.record
        JOIN files g ON g.file = o.file
        JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    ) b ON b.id = s.to_id AND (b.type = s.to_type OR (s.to_type = '*' AND b.source = f.source))
    WHERE s.record <> b.record
"""
# The newest file that speaks of a record's closing, and of its customer, is believed.
_SAID = """
    SELECT
        s.record, min(s.opened) AS opened,
        max(s.closed) FILTER (WHERE s.closable AND f.rank = l.closing_rank) AS closed,
        min_by(s.key, s.file) FILTER (WHERE s.key IS NOT NULL AND f.rank = l.key_rank) AS key
    FROM said_records s
    JOIN files f ON f.file = s.file
    JOIN (
        SELECT
            s.record,
            max(f.rank) FILTER (WHERE s.closable) AS closing_rank,
            max(f.rank) FILTER (WHERE s.key IS NOT NULL) AS key_rank
        FROM said_records s
        JOIN files f ON f.file = s.file
        {only}
        GROUP BY s.record
    ) l ON l.record = s.record
    GROUP BY s.record
"""
_LIVED = """
    SELECT
        e.record, min(e.time) AS first, max(e.time) AS last,
        min(k.customer) AS customer, count(DISTINCT k.customer) AS n_customers
    FROM events e
    LEFT JOIN key_customers k ON k.key = e.key
    {only}
    WHERE e.record IS NOT NULL
    GROUP BY e.record
"""
# Where a record's events name several customers, it is the one named first.
_SHARED = """
    SELECT record, customer
    FROM (
        SELECT e.record, k.customer, row_number() OVER (PARTITION BY e.record ORDER BY e.time, c.key) AS n
        FROM events e
        JOIN record_lived l ON l.record = e.record AND l.n_customers > 1
        JOIN key_customers k ON k.key = e.key
        JOIN customers c ON c.customer = k.customer
    ) named
    WHERE n = 1
"""
_CLOSED = """
    SELECT e.record, max(e.time) AS closed
    FROM events e
    JOIN record_process p ON p.record = e.record
    JOIN closings g ON g.process = p.process AND g.activity = e.activity
    {only}
    GROUP BY e.record
"""
# Closed when the export says so, where it has such a column for the type (an empty one means not closed);
# else at the last closing event of the process; else, where nothing is declared, at the last event.
_RECORDS = """
    SELECT
        i.record, i.type, i.id, coalesce(k.customer, h.customer, v.customer), p.process,
        coalesce(least(s.opened, v.first), s.opened, v.first),
        CASE
            WHEN c.type IS NOT NULL THEN s.closed
            WHEN d.process IS NOT NULL THEN x.closed
            ELSE v.last
        END,
        v.first,
        coalesce(v.n_customers > 1 OR v.customer <> coalesce(k.customer, h.customer, v.customer), FALSE),
        coalesce(v.n_customers, 0), coalesce(p.n, 0)
    FROM record_ids i
    JOIN record_said s ON s.record = i.record
    LEFT JOIN key_customers k ON k.key = s.key
    LEFT JOIN record_lived v ON v.record = i.record
    LEFT JOIN record_shared h ON h.record = i.record
    LEFT JOIN record_process p ON p.record = i.record
    LEFT JOIN record_closed x ON x.record = i.record
    LEFT JOIN closing_declared d ON d.process = p.process
    LEFT JOIN closable_types c ON c.type = i.type
    {only}
"""


def _settle_untyped(workspace: Workspace) -> None:
    """Events that name their record by its id alone: give them the record that is told now."""
    if workspace.value("SELECT count(*) FROM untyped_events") == 0:
        return
    workspace.table("settled", _SETTLED)
    if workspace.value("SELECT count(*) FROM settled") == 0:
        workspace.drop("settled")
        return
    for side in ("before", "record"):
        touch_records(workspace, f"SELECT {side} AS record FROM settled")
    touch_customers(workspace, "SELECT customer FROM customer_events SEMI JOIN settled USING (event)")
    workspace.run("UPDATE events SET record = s.record FROM settled s WHERE events.event = s.event")
    workspace.drop("settled")


# Only a record that came, changed or went can give an event another record.
_SETTLED = """
    SELECT u.event, e.record AS before, o.record
    FROM (
        SELECT u.* FROM untyped_events u
        WHERE u.id IN (SELECT r.id FROM record_ids r SEMI JOIN touched_records t ON t.record = r.record)
    ) u
    JOIN files f ON f.file = u.file
    JOIN events e ON e.event = u.event
    LEFT JOIN (
        SELECT g.source, r.id, min(r.record) AS record
        FROM said_records s
        JOIN files g ON g.file = s.file
        JOIN record_ids r ON r.record = s.record
        WHERE r.id IN (SELECT i.id FROM record_ids i SEMI JOIN touched_records t ON t.record = i.record)
        GROUP BY g.source, r.id
    ) o ON o.source = f.source AND o.id = u.id
    WHERE e.record IS DISTINCT FROM o.record
"""


def _touch_linked(workspace: Workspace) -> None:
    """Records whose links lead to a record that came, changed or went."""
    touch_records(
        workspace,
        """
        SELECT s.record
        FROM said_links s
        JOIN record_ids r ON r.id = s.to_id
        SEMI JOIN touched_records t ON t.record = r.record
        """,
    )
