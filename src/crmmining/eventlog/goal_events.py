"""What a walk over customers is fed with: their events and their records' links, as rows of integers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Columns, Engine
from crmmining.eventlog.case_order import order_cases
from crmmining.eventlog.goal_kernel import NEVER
from crmmining.eventlog.goal_walk import GoalRecords, GoalRules, Lives, order_lives, pack_records
from crmmining.study.study_file import StudyFile

EVENT_PLACE = "f.rank * 1099511627776 + (e.event & 1099511627775)"
"""The order among equal times, as SQL: files in the order of a load from nothing, rows in theirs."""
WORKING = ("by_values", "named_in_records", "walked_keys", "walked_records")
"""The working tables of `goal_rows`, to be dropped by who walks them."""


def goal_rows(engine: Engine, study: StudyFile, *, touched: bool) -> str:
    """SQL of the rows a walk needs: events (`linked` -2), and a row per link of a record they are in.

    A link may come more than once. With `touched`, only of the customers in the working table
    touched_customers. The rows come from `WORKING` tables, in one of which (by_values) attributes that tell
    goals apart are codes.
    """
    attributes = by_attributes(study)
    _tell_apart(engine, attributes)
    engine.table("named_in_records", _NAMED)
    if touched:
        engine.table("walked_keys", _WALKED_KEYS)
        engine.table("walked_records", _WALKED_RECORDS)
    by = "".join(f", coalesce(v{i}.code, 0) AS by_{i}" for i in range(len(attributes)))
    joins = "".join(
        f" LEFT JOIN by_values v{i} ON v{i}.attribute = {i} AND v{i}.record = e.record"
        for i in range(len(attributes))
    )
    absent = "".join(f", 0 AS by_{i}" for i in range(len(attributes)))
    return f"""
        SELECT
            e.customer, e.event, e.time,
            coalesce(least(e.start, e.time), e.time) AS started, {EVENT_PLACE} AS place,
            2 * e.activity + CASE WHEN e.contact AND e.actor = 0 THEN 1 ELSE 0 END AS kind,
            e.record, coalesce(e.process, -1) AS process, coalesce(e.closed, {NEVER}) AS closed,
            CAST(-2 AS INTEGER) AS linked{by}
        FROM ({_TOUCHED if touched else _EVERYBODY}) e
        JOIN files f ON f.file = e.file{joins}
        WHERE e.customer IS NOT NULL
        UNION ALL
        {_LINKS.format(records="walked_records" if touched else "records", absent=absent)}
        UNION ALL
        {_LINKS.format(records="named_in_records", absent=absent)}
    """


def by_attributes(study: StudyFile) -> list[str]:
    """The record attributes that tell a customer's goals of one type apart."""
    return sorted({goal.by.lower() for goal in study.goals.values() if goal.by})


def by_kind(attribute: str) -> str:
    """Under which kind the values of such an attribute stand among the names."""
    return f"by {attribute.lower()}"


def _tell_apart(engine: Engine, attributes: list[str]) -> None:
    """The working table by_values: for attribute number and record the code of its value, from 1."""
    parts, values = [], []
    for i, attribute in enumerate(attributes):
        kind = by_kind(attribute)
        known = engine.value("SELECT count(*) FROM names WHERE kind = ?", [kind])
        engine.append("names", _NEW_VALUES, [kind, known, attribute, kind])
        parts.append(_CODED.format(i))
        values += [kind, attribute]
    nothing = "SELECT record AS attribute, record, record AS code FROM records WHERE FALSE"
    engine.table("by_values", " UNION ALL ".join(parts) or nothing, values)


_NEW_VALUES = """
    SELECT ?, CAST(? + row_number() OVER (ORDER BY a.value) AS INTEGER), a.value
    FROM (SELECT DISTINCT value FROM record_attributes WHERE lower(attribute) = ?) a
    ANTI JOIN names n ON n.kind = ? AND n.name = a.value
"""
_CODED = """
    SELECT {} AS attribute, a.record, n.code
    FROM record_attributes a
    JOIN names n ON n.kind = ? AND n.name = a.value
    WHERE lower(a.attribute) = ?
"""
# An event's customer is the one it names, else the one its record belongs to.
_EVERYBODY = """
    SELECT e.*, coalesce(k.customer, r.customer) AS customer, r.process, r.closed
    FROM events e
    LEFT JOIN key_customers k ON k.key = e.key
    LEFT JOIN records r ON r.record = e.record
"""
_WALKED_KEYS = """
    SELECT c.key, c.customer FROM key_customers c SEMI JOIN touched_customers t ON t.customer = c.customer
"""
# With those in which events may name others than their customer, who is absent unless touched.
_WALKED_RECORDS = """
    SELECT r.record, t.customer, r.process, r.closed
    FROM records r
    LEFT JOIN touched_customers t ON t.customer = r.customer
    WHERE t.customer IS NOT NULL OR r.shared
"""
_TOUCHED = """
    SELECT e.*, w.customer, r.process, r.closed
    FROM events e
    JOIN walked_keys w ON w.key = e.key
    LEFT JOIN walked_records r ON r.record = e.record
    UNION ALL
    SELECT e.*, w.customer, w.process, w.closed
    FROM events e
    JOIN walked_records w ON w.record = e.record
    WHERE e.key IS NULL
"""
# A record's customers are its own, and those whom its events name instead.
_LINKS = """
        SELECT
            r.customer, CAST(-1 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), CAST(0 AS BIGINT), 0,
            l.record, -1, CAST(0 AS BIGINT), l.linked{absent}
        FROM (SELECT record, linked FROM links UNION ALL SELECT linked, record FROM links) l
        JOIN {records} r ON r.record = l.record
        WHERE r.customer IS NOT NULL
"""
_NAMED = """
    SELECT DISTINCT e.record, k.customer
    FROM events e
    JOIN key_customers k ON k.key = e.key
    SEMI JOIN records s ON s.record = e.record AND s.shared
"""


def goal_rules(engine: Engine, study: StudyFile) -> GoalRules:
    """What each activity means for each goal."""
    names = dict(engine.rows("SELECT name, code FROM names WHERE kind = 'activity'"))
    sets = {key: np.zeros(2 * len(names), np.int64) for key in ("candidates", "opens", "reaches", "ends")}
    for g, goal in enumerate(study.goals.values()):
        roles = (
            ("opens", goal.opened_by),
            ("reaches", goal.reached_by),
            ("ends", goal.ended_by),
            ("candidates", goal.includes.activities),
        )
        for role, activities in roles:
            for code in (names[name] for name in activities if name in names):
                for key in {role, "candidates"}:
                    sets[key][2 * code : 2 * code + 2] |= np.int64(1) << g
    attributes = by_attributes(study)
    goals = study.goals.values()
    return GoalRules(
        **sets,
        contact=np.tile([False, True], len(names)),
        settle=np.array([g.settled_after.microseconds() if g.settled_after else 0 for g in goals], np.int64),
        by=np.array([attributes.index(g.by.lower()) if g.by else -1 for g in goals], np.int64),
        implied=sum(1 << place for place, goal in enumerate(goals) if not goal.opened_by),
    )


def included_goals(study: StudyFile) -> NDArray[np.int64]:
    """Per process the goals that include it, as bit sets; the last entry, for no process, is empty."""
    found = np.zeros(len(study.processes) + 1, np.int64)
    for g, goal in enumerate(study.goals.values()):
        for code, name in enumerate(study.processes):
            if name in goal.includes.processes:
                found[code] |= np.int64(1) << g
    return found


@dataclass(frozen=True, eq=False)
class Walkable:
    """A part of the rows made ready: `customers` and `events` name what stands where in `lives`.

    `started` is when each event began (microseconds), its time where nothing else is known.
    """

    lives: Lives
    records: GoalRecords
    customers: NDArray[np.int64]
    events: NDArray[np.int64]
    started: NDArray[np.int64]


def walkable(rows: Columns, included: NDArray[np.int64], n_attributes: int) -> Walkable:
    """Order a part of the rows by customer, and put its records and links beside."""
    links, rows = _links_aside(rows)
    customer, customers = _dense(rows["customer"])
    record, records = _dense(rows["record"])
    order = order_cases(customer, rows["time"], rows["place"], customers.size)
    kept = np.flatnonzero(record >= 0)
    of = record[kept]
    facts = {}
    for name in ("closed", "process", *(f"by_{i}" for i in range(n_attributes))):
        facts[name] = np.zeros(records.size, np.int64)
        facts[name][of] = rows[name][kept]
    offsets, linked = _adjacency(links, records)
    return Walkable(
        order_lives(order, rows["time"], rows["kind"], record),
        pack_records(
            facts["closed"], included[facts["process"]], offsets, linked,
            [facts[f"by_{i}"] for i in range(n_attributes)],
        ),
        customers,
        rows["event"][order.rows],
        rows["started"][order.rows],
    )  # fmt: skip


def _links_aside(rows: Columns) -> tuple[Columns, Columns]:
    """(links, events); not copied where links lie behind the events, as a query leaves them."""
    is_link = rows["linked"] != -2
    n_events = is_link.size - np.count_nonzero(is_link)
    behind = bool(is_link[n_events:].all())
    links, events = (slice(n_events, None), slice(n_events)) if behind else (is_link, ~is_link)
    return (
        {name: rows[name][links] for name in ("record", "linked")},
        {name: values[events] for name, values in rows.items()},
    )


def _dense(codes: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Codes as numbers without gaps (-1 stays), and the code of each number."""
    seen = np.zeros(int(codes.max(initial=-1)) + 2, bool)
    seen[codes] = True
    seen[-1] = False
    table = np.cumsum(seen, dtype=np.int32) - 1
    table[~seen] = -1
    return table[codes], np.flatnonzero(seen)


def _adjacency(links: Columns, records: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Links among these records, CSR, ascending."""
    size = int(max(records.max(initial=-1), links["record"].max(initial=-1), links["linked"].max(initial=-1)))
    number = np.full(size + 1, -1, np.int64)
    number[records] = np.arange(records.size)
    a, b = number[links["record"]], number[links["linked"]]
    here = (a >= 0) & (b >= 0)
    pairs = np.sort(
        a[here] * (size + 1) + b[here]
    )  # np.unique hashes first, which takes several times longer
    record, linked = np.divmod(pairs[np.flatnonzero(np.diff(pairs, prepend=-1))], size + 1)
    offsets = np.concatenate([[0], np.cumsum(np.bincount(record, minlength=records.size))])
    return offsets.astype(np.int64), linked
