"""What was found while loading: counts with a first example, kept beside the data."""

from __future__ import annotations

from dataclasses import dataclass

from crmmining.engine.workspace import Workspace
from crmmining.errors import nearest
from crmmining.sources.raw_tables import RawTable
from crmmining.sources.times import KnownFormat
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
        "SELECT count(*), min(file) FROM events WHERE customer IS NULL",
        "events",
    ),
    _Count(
        "events",
        "events with no record",
        "SELECT count(*), min(file) FROM events WHERE record IS NULL",
        "events",
    ),
    _Count(
        "events",
        "events with no goal",
        "SELECT count(*), min(file) FROM events ANTI JOIN event_goals USING (event)",
        "events",
    ),
    _Count(
        "events",
        "events with no actor",
        "SELECT count(*), min(file) FROM events WHERE actor IS NULL",
        "events",
    ),
    _Count(
        "events",
        "events before 1990",
        f"SELECT count(*), min(file) FROM events WHERE time < {YEAR_1990}",
        "events",
    ),
    _Count(
        "events",
        "events later than the moment of loading: a wrong date here moves the end of the data",
        "SELECT count(*), min(file) FROM events WHERE time > epoch_us(now())",
        "events",
    ),
    _Count(
        "events",
        "events that stand twice (same time, activity, customer, record)",
        """
        SELECT coalesce(sum(n - 1), 0), min(file)
        FROM (
            SELECT count(*) AS n, min(file) AS file
            FROM events
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
        SELECT coalesce(sum(n), 0), min(file)
        FROM (
            SELECT count(*) AS n, min(file) AS file
            FROM events
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
        "SELECT count(*), NULL FROM record_customer WHERE n_customers > 1",
        "records",
    ),
    _Count(
        "records",
        "records that answer to several processes (the first was taken)",
        "SELECT count(*), NULL FROM record_process WHERE n > 1",
        "records",
    ),
    _Count(
        "links",
        "links to a record that is in no export",
        """
        SELECT count(*), NULL
        FROM stage_links l ANTI JOIN record_codes r ON r.source = l.source AND r.id = l.to_id
        """,
        "stage_links",
    ),
    _Count(
        "customers",
        "customers seen in more than one source",
        """
        SELECT count(*), NULL
        FROM (
            SELECT e.customer
            FROM events e JOIN files f USING (file)
            WHERE e.customer IS NOT NULL
            GROUP BY e.customer
            HAVING count(DISTINCT f.source) > 1
        )
        """,
        "customers",
    ),
)


def note_reading(workspace: Workspace, formats: dict[str, KnownFormat], raw: RawTable) -> None:
    """How a file's times were read."""
    for column, form in formats.items():
        if form.proved:
            what = f"times of column {column!r} proved by their values to be written as {form.format}"
            _note(workspace, "times", what, raw.n_rows, raw.n_rows, raw.path.name)


def note_quality(workspace: Workspace, study: StudyFile) -> None:
    """Count what is missing, double, or unknown."""
    for count in _COUNTS:
        n, file = workspace.rows(count.sql)[0]
        example = (
            workspace.value("SELECT path FROM files WHERE file = ?", [file])
            if file is not None and n
            else None
        )
        of = workspace.value(f"SELECT count(*) FROM {count.whole}")
        _note(workspace, count.topic, count.what, n, of, example)
    _note_activities(workspace, study)


_RECORDS_OF_PROCESS = """
    SELECT count(*) FROM records JOIN names ON kind = 'process' AND code = process WHERE name = ?
"""


def _note_activities(workspace: Workspace, study: StudyFile) -> None:
    present = {name for (name,) in workspace.rows("SELECT name FROM names WHERE kind = 'activity'")}
    source_names = {name for (name,) in workspace.rows("SELECT source_name FROM activity_map")}
    if study.activities:
        unmapped = "unmapped activity: not in the study file's activities"
        for name, n in workspace.rows(_UNMAPPED):
            _note(workspace, "activities", unmapped, n, None, name)
        for name in study.activities:
            if name not in source_names:
                silent = f"declared activity that never occurs.{nearest(name, source_names)}"
                _note(workspace, "activities", silent, 0, None, name)
    for name, process in study.processes.items():
        if not workspace.value(_RECORDS_OF_PROCESS, [name]):
            _note(
                workspace,
                "activities",
                f"process with no record of type {process.record!r} that fits",
                0,
                None,
                name,
            )
    for place, names in _named_activities(study).items():
        for name in names:
            if name not in present:
                silent = f"{place} names an activity that never occurs.{nearest(name, present)}"
                _note(workspace, "activities", silent, 0, None, name)


_UNMAPPED = """
    SELECT source_name, (SELECT count(*) FROM stage_events e WHERE e.activity = source_name)
    FROM activity_map
    WHERE NOT declared
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


def _note(workspace: Workspace, topic: str, what: str, n: int, of: int | None, example: str | None) -> None:
    workspace.run("INSERT INTO quality VALUES (?, ?, ?, ?, ?)", [topic, what, n, of, example])
