"""From staging to the workspace: names become codes, keys customers, ids records, rows events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crmmining.engine.workspace import Workspace
from crmmining.eventlog.log import ACTORS
from crmmining.study.study_file import ActivitySpec, Process, StudyFile


def assemble(workspace: Workspace, study: StudyFile) -> None:
    """Fill records, links, names and events from the staging tables; customers must be assigned."""
    _code_records(workspace)
    _assign_processes(workspace, study)
    _map_activities(workspace, study)
    _code_names(workspace, study)
    _fill_events(workspace, study)
    _fill_records(workspace, study)
    _fill_links(workspace)


def _code_records(workspace: Workspace) -> None:
    """Number the records; one that only its history speaks of is a record too."""
    workspace.run("""
        CREATE OR REPLACE TEMP TABLE record_codes AS
        SELECT
            min(source) AS source, type, id,
            min(opened) AS opened, max(closed) AS closed,
            arg_min(key_kind, key) AS key_kind, min(key) AS key,
            CAST(row_number() OVER (ORDER BY type, id) - 1 AS INTEGER) AS record
        FROM stage_records
        WHERE type <> '*'
        GROUP BY type, id
    """)
    workspace.run("""
        INSERT INTO record_attributes
        SELECT DISTINCT record, attribute, value
        FROM stage_attributes JOIN record_codes USING (type, id)
        ORDER BY ALL
    """)


def _assign_processes(workspace: Workspace, study: StudyFile) -> None:
    """The first process a record answers to owns it."""
    workspace.run("CREATE OR REPLACE TEMP TABLE process_matches (record INTEGER, process INTEGER)")
    for code, process in enumerate(study.processes.values()):
        conditions, values = "lower(type) = lower(?)", [process.record]
        for attribute, allowed in process.where.items():
            choices = [allowed] if isinstance(allowed, str) else list(allowed)
            conditions += (
                " AND record IN (SELECT record FROM record_attributes WHERE lower(attribute) = lower(?) "
                f"AND value IN ({', '.join('?' * len(choices))}))"
            )
            values += [attribute, *choices]
        workspace.run(
            f"INSERT INTO process_matches SELECT record, ? FROM record_codes WHERE {conditions}",
            [code, *values],
        )
    workspace.run("""
        CREATE OR REPLACE TEMP TABLE record_process AS
        SELECT record, min(process) AS process, count(*) AS n
        FROM process_matches
        GROUP BY record
    """)


def _map_activities(workspace: Workspace, study: StudyFile) -> None:
    """What the source calls an event: its name here, who acts, and how the customer meets it."""
    workspace.run("""
        CREATE OR REPLACE TEMP TABLE activity_map (
            source_name VARCHAR, name VARCHAR, actor VARCHAR, channel VARCHAR, department VARCHAR,
            visible BOOLEAN, contact BOOLEAN, declared BOOLEAN
        )
    """)
    for (source_name,) in workspace.rows("SELECT DISTINCT activity FROM stage_events ORDER BY 1"):
        spec = study.activities.get(source_name)
        known = spec or ActivitySpec()
        row = (
            known.name or source_name,
            known.actor,
            known.channel,
            known.department,
            known.visible,
            known.contact,
        )
        workspace.run(
            "INSERT INTO activity_map VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [source_name, *row, spec is not None]
        )


def _code_names(workspace: Workspace, study: StudyFile) -> None:
    """Number the names of each kind in their order; processes and goals in that of the study file."""
    _number_names(workspace, "activity", "SELECT name FROM activity_map")
    _number_names(workspace, "record_type", "SELECT type AS name FROM record_codes")
    departments = sorted({p.department for p in study.processes.values() if p.department})
    for kind in ("channel", "department", "resource"):
        found = f"SELECT {kind} AS name FROM stage_events"
        if kind != "resource":
            found += f" UNION SELECT {kind} FROM activity_map"
        if kind == "department" and departments:
            _number_names(workspace, kind, found + " UNION SELECT unnest(?)", [departments])
        else:
            _number_names(workspace, kind, found)
    for kind, declared_names in (("process", study.processes), ("goal", study.goals)):
        for code, name in enumerate(declared_names):
            workspace.run("INSERT INTO names VALUES (?, ?, ?)", [kind, code, name])


def _number_names(workspace: Workspace, kind: str, found: str, values: Sequence[Any] = ()) -> None:
    workspace.run(
        f"""
        INSERT INTO names
        SELECT ?, row_number() OVER (ORDER BY name) - 1, name
        FROM (SELECT DISTINCT name FROM ({found}))
        WHERE name IS NOT NULL
        """,
        [kind, *values],
    )


def _fill_events(workspace: Workspace, study: StudyFile) -> None:
    """One row per event, in codes; a company's event belongs to its process's department."""
    workspace.run("CREATE OR REPLACE TEMP TABLE process_departments (process INTEGER, department VARCHAR)")
    for code, process in enumerate(study.processes.values()):
        workspace.run("INSERT INTO process_departments VALUES (?, ?)", [code, process.department])
    workspace.run(_RESOLVED)
    workspace.run(_RECORD_CUSTOMER)
    workspace.run(_EVENTS)


_ACTOR = " ".join(f"WHEN '{name}' THEN {code}" for code, name in enumerate(ACTORS))
_RESOLVED = f"""
    CREATE OR REPLACE TEMP TABLE resolved AS
    SELECT
        e.*, m.name AS meant,
        m.channel AS map_channel, m.department AS map_department,
        m.visible AS map_visible, m.contact AS map_contact,
        CASE coalesce(m.actor, e.actor) {_ACTOR} END AS acting,
        r.record, r.customer AS record_customer, p.process, k.customer AS own_customer
    FROM stage_events e
    JOIN activity_map m ON m.source_name = e.activity
    LEFT JOIN (
        SELECT c.*, k.customer
        FROM record_codes c LEFT JOIN key_customers k ON k.kind = c.key_kind AND k.key = c.key
    ) r ON r.id = e.record_id
        AND (r.type = e.record_type OR (e.record_type = '*' AND r.source = e.source))
    LEFT JOIN record_process p ON p.record = r.record
    LEFT JOIN key_customers k ON k.kind = e.key_kind AND k.key = e.key
"""
_RECORD_CUSTOMER = """
    CREATE OR REPLACE TEMP TABLE record_customer AS
    SELECT
        record,
        coalesce(any_value(record_customer), min(own_customer)) AS customer,
        count(DISTINCT own_customer) AS n_customers,
        min(time) AS first, max(time) AS last
    FROM resolved
    WHERE record IS NOT NULL
    GROUP BY record
"""
_EVENTS = """
    INSERT INTO events
    SELECT
        row_number() OVER (ORDER BY e.sequence) - 1,
        e.time, e.start, a.code, coalesce(e.own_customer, rc.customer), e.record,
        ch.code, d.code, rs.code, e.acting,
        coalesce(e.map_visible, e.acting IS NULL OR e.acting <> 2),
        coalesce(e.map_contact, coalesce(e.map_visible, TRUE) AND coalesce(e.acting IN (0, 1), FALSE)),
        e.satisfaction, e.sequence, e.file, e.row
    FROM resolved e
    JOIN names a ON a.kind = 'activity' AND a.name = e.meant
    LEFT JOIN record_customer rc ON rc.record = e.record
    LEFT JOIN names ch ON ch.kind = 'channel' AND ch.name = coalesce(e.channel, e.map_channel)
    LEFT JOIN process_departments pd ON pd.process = e.process AND e.acting <> 0
    LEFT JOIN names d
        ON d.kind = 'department' AND d.name = coalesce(e.department, e.map_department, pd.department)
    LEFT JOIN names rs ON rs.kind = 'resource' AND rs.name = e.resource
"""


def _fill_records(workspace: Workspace, study: StudyFile) -> None:
    """Records with the time they were open.

    A closing is what the export says where it has such a column for the type (an empty one means not
    closed); else the last closing event of the process; else, where nothing is declared, the last event.
    """
    workspace.run("CREATE OR REPLACE TEMP TABLE closings (process INTEGER, activity INTEGER)")
    workspace.run("CREATE OR REPLACE TEMP TABLE closing_declared (process INTEGER)")
    for code, process in enumerate(study.processes.values()):
        _remember_closings(workspace, code, process)
    workspace.run(_RECORDS)


_RECORDS = """
    INSERT INTO records
    SELECT
        c.record, t.code, c.id, coalesce(k.customer, rc.customer), p.process,
        coalesce(least(c.opened, rc.first), c.opened, rc.first),
        CASE WHEN s.closed_known THEN c.closed WHEN n.process IS NOT NULL THEN x.closed ELSE rc.last END
    FROM record_codes c
    JOIN names t ON t.kind = 'record_type' AND t.name = c.type
    LEFT JOIN key_customers k ON k.kind = c.key_kind AND k.key = c.key
    LEFT JOIN record_customer rc ON rc.record = c.record
    LEFT JOIN record_process p ON p.record = c.record
    LEFT JOIN (
        SELECT e.record, max(e.time) AS closed
        FROM events e
        JOIN record_process p USING (record)
        JOIN closings g ON g.process = p.process AND g.activity = e.activity
        GROUP BY e.record
    ) x ON x.record = c.record
    LEFT JOIN closing_declared n ON n.process = p.process
    LEFT JOIN (
        SELECT type, TRUE AS closed_known FROM record_codes WHERE closed IS NOT NULL GROUP BY type
    ) s ON s.type = c.type
    ORDER BY c.record
"""


def _remember_closings(workspace: Workspace, code: int, process: Process) -> None:
    if process.closed_by:
        workspace.run("INSERT INTO closing_declared VALUES (?)", [code])
    for activity in process.closed_by:
        workspace.run(
            "INSERT INTO closings SELECT ?, code FROM names WHERE kind = 'activity' AND name = ?",
            [code, activity],
        )


def _fill_links(workspace: Workspace) -> None:
    workspace.run("""
        INSERT INTO links
        SELECT DISTINCT a.record, b.record
        FROM stage_links l
        JOIN record_codes a ON a.type = l.type AND a.id = l.id
        JOIN record_codes b
            ON b.id = l.to_id AND (b.type = l.to_type OR (l.to_type = '*' AND b.source = l.source))
        WHERE a.record <> b.record
        ORDER BY ALL
    """)
