"""What deserves a look in what was loaded: counts with a first example, made when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crmmining.engine.engine import Engine
from crmmining.errors import nearest
from crmmining.eventlog.shared_keys import SHARED_KEYS
from crmmining.study.study_file import StudyFile

YEAR_1990 = 631_152_000_000_000


@dataclass(frozen=True)
class _Count:
    """Something to count in a table: how many rows of `whole` the query finds, and in which file first."""

    topic: str
    what: str
    sql: str
    whole: str


_COUNTS = (
    _Count(
        "events",
        "events with no customer",
        "SELECT count(*), min(rank) FROM customer_events WHERE customer IS NULL",
        "events",
    ),
    _Count(
        "events",
        "events with no record",
        "SELECT count(*), min(rank) FROM customer_events WHERE record IS NULL",
        "events",
    ),
    _Count(
        "events",
        "events with no goal",
        "SELECT count(*), min(rank) FROM customer_events ANTI JOIN event_goals USING (event)",
        "events",
    ),
    _Count(
        "events",
        "events with no actor",
        "SELECT count(*), min(rank) FROM customer_events WHERE actor IS NULL",
        "events",
    ),
    _Count(
        "events",
        "events before 1990",
        f"SELECT count(*), min(rank) FROM customer_events WHERE time < {YEAR_1990}",
        "events",
    ),
    _Count(
        "events",
        "events later than the moment of loading: a wrong date here moves the end of the data",
        "SELECT count(*), min(rank) FROM customer_events WHERE time > (SELECT max(ended) FROM runs)",
        "events",
    ),
    _Count(
        "events",
        "events that stand twice (same time, activity, customer, record)",
        """
        SELECT coalesce(sum(n - 1), 0), min(rank)
        FROM (
            SELECT count(*) AS n, min(rank) AS rank
            FROM customer_events
            GROUP BY time, activity, customer, record, resource
            HAVING count(*) > 1
        )
        """,
        "events",
    ),
    _Count(
        "events",
        "events with the same time as another of the same customer, ordered by source, then row",
        """
        SELECT coalesce(sum(n), 0), min(rank)
        FROM (
            SELECT count(*) AS n, min(rank) AS rank
            FROM customer_events
            WHERE customer IS NOT NULL
            GROUP BY time, customer
            HAVING count(*) > 1
        )
        """,
        "events",
    ),
    _Count(
        "records",
        "records with no customer",
        "SELECT count(*), NULL FROM records WHERE customer IS NULL",
        "records",
    ),
    _Count(
        "records",
        "records that answer to no process",
        "SELECT count(*), NULL FROM records WHERE process IS NULL",
        "records",
    ),
    _Count(
        "records",
        "records with events of several customers",
        "SELECT count(*), NULL FROM records WHERE n_customers > 1",
        "records",
    ),
    _Count(
        "records",
        "records that answer to several processes (the first was taken)",
        "SELECT count(*), NULL FROM records WHERE n_processes > 1",
        "records",
    ),
    _Count(
        "links",
        "links to a record that is in no export",
        """
        SELECT count(*), NULL
        FROM (SELECT DISTINCT f.source, l.record, l.to_id FROM said_links l JOIN files f ON f.file = l.file) l
        ANTI JOIN (
            SELECT f.source, r.id
            FROM said_records s JOIN files f ON f.file = s.file JOIN record_ids r ON r.record = s.record
        ) r ON r.source = l.source AND r.id = l.to_id
        """,
        "(SELECT DISTINCT record, to_type, to_id FROM said_links) l",
    ),
    _Count(
        "customers",
        "customers seen in more than one source",
        """
        SELECT count(*), NULL
        FROM (
            SELECT e.customer
            FROM customer_events e JOIN files f ON f.file = e.file
            WHERE e.customer IS NOT NULL
            GROUP BY e.customer
            HAVING count(DISTINCT f.source) > 1
        )
        """,
        "customers",
    ),
)


Finding = tuple[str, str, int, int | None, str | None]
"""Topic, what, how many, of how many, a first example."""


def count_quality(workspace: Engine, study: StudyFile) -> Iterator[Finding]:
    """Count what is missing, double, or unknown."""
    for count in _COUNTS:
        n, rank = workspace.rows(count.sql)[0]
        found = rank is not None and n
        example = workspace.value("SELECT min(path) FROM files WHERE rank = ?", [rank]) if found else None
        yield count.topic, count.what, n, workspace.value(f"SELECT count(*) FROM {count.whole}"), example
    yield from _crowds(workspace, study)
    yield from _activities(workspace, study)


def _crowds(workspace: Engine, study: StudyFile) -> Iterator[Finding]:
    """Keys and customers behind whom more than one person may stand; nothing where there are none."""
    most = study.customers.shared_above
    n, example = workspace.rows(_SHARED, [most, most])[0]
    if n:
        what = f"keys beside more than {most} others, which make nobody one customer"
        yield "customers", what, n, workspace.value("SELECT count(*) FROM key_customers"), example
    crowded = workspace.rows(_CROWDED, [MANY_RECORDS])
    if crowded:
        busiest, n_records = crowded[0]
        what = f"customers with more than {MANY_RECORDS} records: is it one person?"
        whole = workspace.value("SELECT count(*) FROM customers")
        yield "customers", what, len(crowded), whole, f"{busiest} ({n_records:,} records)"


MANY_RECORDS = 100
_SHARED = (
    f"SELECT count(*), min(k.value) FROM keys k SEMI JOIN ({SHARED_KEYS.format(only='')}) s ON s.key = k.key"
)
_CROWDED = """
    SELECT c.key, r.n
    FROM (
        SELECT customer, count(*) AS n FROM records WHERE customer IS NOT NULL
        GROUP BY customer HAVING count(*) > ?
    ) r
    JOIN customers c ON c.customer = r.customer
    ORDER BY r.n DESC, c.key
"""


_RECORDS_OF_PROCESS = """
    SELECT count(*) FROM records JOIN names ON kind = 'process' AND code = process WHERE name = ?
"""


def _activities(workspace: Engine, study: StudyFile) -> Iterator[Finding]:
    present = {name for (name,) in workspace.rows(_PRESENT)}
    source_names = {name for (name,) in workspace.rows(_PRESENT_IN_SOURCES)}
    if study.activities:
        unmapped = "unmapped activity: not in the study file's activities"
        for name, n in workspace.rows(_UNMAPPED):
            yield "activities", unmapped, n, None, name
        for name in study.activities:
            if name not in source_names:
                silent = f"declared activity that never occurs.{nearest(name, source_names)}"
                yield "activities", silent, 0, None, name
    for name, process in study.processes.items():
        if not workspace.value(_RECORDS_OF_PROCESS, [name]):
            empty = f"process with no record of type {process.record!r} that fits"
            yield "activities", empty, 0, None, name
    for place, names in _named_activities(study).items():
        for name in names:
            if name not in present:
                silent = f"{place} names an activity that never occurs.{nearest(name, present)}"
                yield "activities", silent, 0, None, name


_PRESENT = "SELECT name FROM names WHERE kind = 'activity' AND code IN (SELECT activity FROM events)"
_PRESENT_IN_SOURCES = """
    SELECT source_name FROM activity_names WHERE activity IN (SELECT activity FROM events)
"""
_UNMAPPED = """
    SELECT a.source_name, count(*)
    FROM activity_names a JOIN events e ON e.activity = a.activity
    WHERE NOT a.declared
    GROUP BY a.source_name
    ORDER BY 1
"""


def _named_activities(study: StudyFile) -> dict[str, list[str]]:
    places = {
        f"process {name!r} (closed_by)": list(process.closed_by) for name, process in study.processes.items()
    }
    for name, goal in study.goals.items():
        places[f"goal {name!r}"] = [
            *goal.opened_by,
            *goal.reached_by,
            *goal.ended_by,
            *goal.includes.activities,
        ]
    for name, journey in study.journeys.items():
        places[f"the ideal journey of {name!r}"] = list(journey.activities)
    for name, promise in study.promises.items():
        places[f"promise {name!r}"] = [promise.since, promise.until]
    return places
