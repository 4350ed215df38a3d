"""From staging to what the exports said, in codes: names, keys, records and events get their numbers.

Everything here only adds. A name, a key or a record met before keeps its number. The SQL is the subset
both engines understand (`engine.engine`).
"""

from __future__ import annotations

from crmmining.engine.engine import Engine
from crmmining.eventlog.log import ACTORS
from crmmining.study.study_file import ActivitySpec, StudyFile


def declare_names(engine: Engine, study: StudyFile) -> None:
    """Processes, goals and departments of the study file, numbered in its order."""
    for kind, names in (("process", study.processes), ("goal", study.goals)):
        engine.insert(
            "names", {"kind": [kind] * len(names), "code": list(range(len(names))), "name": list(names)}
        )
    departments = sorted({p.department for p in study.processes.values() if p.department})
    _add_names(engine, "department", departments)


def take_in(engine: Engine, study: StudyFile) -> None:
    """Add what is staged; the files it came from stand in the table `files`."""
    engine.append("keys", _NEW_KEYS, [_next(engine, "keys", "key")])
    engine.append("said_keys", _SAID_KEYS)
    engine.append("said_customer_attributes", _SAID_CUSTOMER_ATTRIBUTES)
    for kind, found in _STAGED_NAMES.items():
        _add_names(engine, kind, [name for (name,) in engine.rows(found)])
    engine.append("record_ids", _NEW_RECORDS, [_next(engine, "record_ids", "record")])
    for said in ("said_records", "said_attributes", "said_links"):
        engine.append(said, _SAID[said])
    _take_in_activities(engine, study)
    engine.table("own_source", _OWN_SOURCE)
    engine.table("coded_events", _CODED)
    engine.append("events", _EVENTS)
    engine.append("untyped_events", _UNTYPED)
    engine.drop("own_source", "coded_events")


def _next(engine: Engine, table: str, code: str) -> int:
    """The number before the next one of a dictionary."""
    return int(engine.value(f"SELECT coalesce(max({code}), -1) FROM {table}"))


def _add_names(engine: Engine, kind: str, names: list[str]) -> None:
    known = dict(engine.rows("SELECT name, code FROM names WHERE kind = ?", [kind]))
    new = [name for name in dict.fromkeys(names) if name is not None and name not in known]
    if new:
        first = len(known)
        codes = list(range(first, first + len(new)))
        engine.insert("names", {"kind": [kind] * len(new), "code": codes, "name": new})


def _take_in_activities(engine: Engine, study: StudyFile) -> None:
    """What the source calls an event: its name here, who acts, and how the customer meets it."""
    known = {name for (name,) in engine.rows("SELECT source_name FROM activity_names")}
    staged = [
        name
        for (name,) in engine.rows("SELECT DISTINCT activity FROM stage_events ORDER BY activity")
        if name not in known
    ]
    specs = {name: study.activities.get(name, ActivitySpec()) for name in staged}
    if not specs:
        return
    codes = {}
    for kind, names in (
        ("activity", [spec.name or name for name, spec in specs.items()]),
        ("channel", [spec.channel for spec in specs.values()]),
        ("department", [spec.department for spec in specs.values()]),
    ):
        _add_names(engine, kind, [name for name in names if name])
        codes[kind] = dict(engine.rows("SELECT name, code FROM names WHERE kind = ?", [kind]))
    engine.insert(
        "activity_names",
        {
            "source_name": staged,
            "activity": [codes["activity"][spec.name or name] for name, spec in specs.items()],
            "actor": [ACTORS.index(spec.actor) if spec.actor else None for spec in specs.values()],
            "channel": [codes["channel"].get(spec.channel) for spec in specs.values()],
            "department": [codes["department"].get(spec.department) for spec in specs.values()],
            "visible": [spec.visible for spec in specs.values()],
            "contact": [spec.contact for spec in specs.values()],
            "declared": [name in study.activities for name in staged],
        },
    )


_NEW_KEYS = """
    SELECT CAST(? + row_number() OVER (ORDER BY s.kind, s.value) AS INTEGER), s.kind, s.value
    FROM (
        SELECT kind, key AS value FROM stage_keys UNION SELECT same_kind, same_key FROM stage_keys
    ) s
    ANTI JOIN keys k ON k.kind = s.kind AND k.value = s.value
"""
_SAID_KEYS = """
    SELECT DISTINCT s.file, a.key, b.key
    FROM stage_keys s
    JOIN keys a ON a.kind = s.kind AND a.value = s.key
    JOIN keys b ON b.kind = s.same_kind AND b.value = s.same_key
"""
_SAID_CUSTOMER_ATTRIBUTES = """
    SELECT s.file, k.key, s.attribute, s.value
    FROM stage_customer_attributes s
    JOIN keys k ON k.kind = s.kind AND k.value = s.key
    WHERE s.value IS NOT NULL
"""
_STAGED_NAMES = {
    kind: f"SELECT DISTINCT {column} FROM {table} ORDER BY {column}"
    for kind, column, table in (
        ("record_type", "type", "stage_records"),
        ("channel", "channel", "stage_events"),
        ("department", "department", "stage_events"),
        ("resource", "resource", "stage_events"),
    )
}
_NEW_RECORDS = """
    SELECT CAST(? + row_number() OVER (ORDER BY s.type, s.id) AS INTEGER), s.type, s.id
    FROM (
        SELECT DISTINCT n.code AS type, r.id
        FROM stage_records r JOIN names n ON n.kind = 'record_type' AND n.name = r.type
        WHERE r.type <> '*'
    ) s
    ANTI JOIN record_ids k ON k.type = s.type AND k.id = s.id
"""
_RECORD = """
    JOIN names n ON n.kind = 'record_type' AND n.name = s.type
    JOIN record_ids r ON r.type = n.code AND r.id = s.id
"""
_SAID = {
    "said_records": f"""
        SELECT s.file, r.record, s.opened, s.closed, s.closable, k.key
        FROM stage_records s
        {_RECORD}
        LEFT JOIN keys k ON k.kind = s.key_kind AND k.value = s.key
    """,
    "said_attributes": f"""
        SELECT s.file, r.record, s.attribute, s.take, s.value FROM stage_attributes s {_RECORD}
    """,
    "said_links": f"SELECT s.file, r.record, s.to_type, s.to_id FROM stage_links s {_RECORD}",
}
# A record by its id alone, in the source that speaks of it; of two types the first by name.
_OWN_SOURCE = """
    SELECT f.source, r.id, min(r.record) AS record
    FROM said_records s
    JOIN files f ON f.file = s.file
    JOIN record_ids r ON r.record = s.record
    SEMI JOIN stage_events w ON w.record_type = '*' AND w.record_id = r.id
    GROUP BY f.source, r.id
"""
_ACTING = "coalesce(a.actor, CAST(CASE s.actor {} END AS TINYINT))".format(
    " ".join(f"WHEN '{name}' THEN {code}" for code, name in enumerate(ACTORS))
)
# In two steps: each holds one large dictionary, as memory may be short.
_CODED = f"""
    SELECT
        s.event, s.id, s.time, s.start, a.activity, k.key, t.code AS record_type, s.record_id, s.source,
        s.record_type = '*' AS untyped, coalesce(ch.code, a.channel) AS channel,
        coalesce(d.code, a.department) AS department, rs.code AS resource, {_ACTING} AS actor,
        coalesce(a.visible, {_ACTING} IS NULL OR {_ACTING} <> 2) AS visible,
        coalesce(a.contact, coalesce(a.visible, TRUE) AND coalesce({_ACTING} IN (0, 1), FALSE)) AS contact,
        s.satisfaction, s.sentiment, s.file, s.row
    FROM stage_events s
    JOIN activity_names a ON a.source_name = s.activity
    LEFT JOIN keys k ON k.kind = s.key_kind AND k.value = s.key
    LEFT JOIN names t ON t.kind = 'record_type' AND t.name = s.record_type
    LEFT JOIN names ch ON ch.kind = 'channel' AND ch.name = s.channel
    LEFT JOIN names d ON d.kind = 'department' AND d.name = s.department
    LEFT JOIN names rs ON rs.kind = 'resource' AND rs.name = s.resource
"""
_EVENTS = """
    SELECT
        s.event, s.id, s.time, s.start, s.activity, s.key, coalesce(r.record, o.record),
        s.channel, s.department, s.resource, s.actor, s.visible, s.contact, s.satisfaction, s.sentiment,
        s.file, s.row
    FROM coded_events s
    LEFT JOIN record_ids r ON r.type = s.record_type AND r.id = s.record_id
    LEFT JOIN own_source o ON s.untyped AND o.source = s.source AND o.id = s.record_id
"""
_UNTYPED = """
    SELECT file, event, record_id
    FROM stage_events
    WHERE record_type = '*' AND record_id IS NOT NULL
"""
