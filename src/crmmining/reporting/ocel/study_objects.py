"""What in a study are objects: customers, records, goals; and which events are theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from crmmining.eventlog.log import ACTORS, OUTCOMES
from crmmining.eventlog.object_log import LoggedObject, ObjectEvent, ObjectLog, Relation
from crmmining.eventlog.study import Study
from crmmining.reporting.ocel import statements
from crmmining.reporting.ocel.object_names import (
    CUSTOMER,
    GOAL,
    customer_id,
    goal_id,
    record_id,
    record_type,
)
from crmmining.sources.formats.text_rows import as_text

_BEGINNING = "1970-01-01T00:00:00Z"
_EVENTS_AT_ONCE, _OBJECTS_AT_ONCE = 200_000, 50_000
_EVENT_KINDS = {
    "channel": "string", "department": "string", "resource": "string", "actor": "string",
    "satisfaction": "float", "sentiment": "float", "start": "time",
}  # fmt: skip
_GOAL_KINDS = {"outcome": "string", "started": "time", "last": "time", "reached": "time"}


@contextmanager
def study_objects(study: Study) -> Iterator[ObjectLog]:
    """A loaded study as an object-centric log; nothing of it is held but names, and a page of rows."""
    rows = study.workspace.rows
    attributes: dict[str, dict[str, str]] = defaultdict(dict)
    for kind, name in rows(statements.RECORD_ATTRIBUTES):
        attributes[kind][name] = "string"
    times = {"opened": "time", "closed": "time"}
    record_types = [name for (name,) in rows(statements.RECORD_TYPES)]
    event_types = dict.fromkeys((name for (name,) in rows(statements.ACTIVITIES)), _EVENT_KINDS)
    object_types = {
        CUSTOMER: {name: "string" for (name,) in rows(statements.CUSTOMER_ATTRIBUTES)},
        **{record_type(kind): {**times, **attributes[kind]} for kind in record_types},
        **{f"{GOAL}{goal}": _GOAL_KINDS for goal in study.goals},
    }
    study.workspace.table(statements.CALLED, statements.CALLED_BY)
    try:
        yield ObjectLog(event_types, object_types, lambda: _events(study), lambda: _objects(study))
    finally:
        study.workspace.drop(statements.CALLED)


def moment(microseconds: int | None) -> str:
    """A time as OCEL writes it; nothing where it is absent.

    >>> moment(1_735_689_600_000_000), moment(1_735_689_600_250_000), moment(-1_000_000), moment(None)
    ('2025-01-01T00:00:00Z', '2025-01-01T00:00:00.250000Z', '1969-12-31T23:59:59Z', '')
    """
    if microseconds is None:
        return ""
    return f"{(datetime(1970, 1, 1) + timedelta(microseconds=microseconds)).isoformat()}Z"


def _events(study: Study) -> Iterator[ObjectEvent]:
    """Events in the order they are numbered."""
    for page in _pages(study, statements.EVENTS, _EVENTS_AT_ONCE):
        for row in page:
            yield _event(*row)


def _event(
    event: int, activity: str, time: int, start: int | None, channel: str | None,
    department: str | None, resource: str | None, actor: int | None, score: float | None,
    mood: float | None,
    kind: str | None, key: str | None, record_kind: str | None, record: str | None,
    goal: str | None, number: int | None,
) -> ObjectEvent:  # fmt: skip
    """A row of `statements.EVENTS`."""
    said = {
        "channel": channel, "department": department, "resource": resource,
        "actor": None if actor is None else ACTORS[actor],
        "satisfaction": as_text(score), "sentiment": as_text(mood), "start": moment(start) or None,
    }  # fmt: skip
    objects: list[Relation] = []
    if kind is not None and key is not None:
        objects.append((customer_id(kind, key), "customer"))
    if record_kind is not None and record is not None:
        objects.append((record_id(record_kind, record), "record"))
    if goal is not None and number is not None and kind is not None and key is not None:
        objects.append((goal_id(goal, kind, key, number), "goal"))
    attributes = {name: value for name, value in said.items() if value is not None}
    return ObjectEvent(f"e{event}", activity, moment(time), attributes, tuple(objects))


def _objects(study: Study) -> Iterator[LoggedObject]:
    for page in _pages(study, statements.CUSTOMERS, _OBJECTS_AT_ONCE):
        yield from _customers(study, page)
    for page in _pages(study, statements.RECORDS, _OBJECTS_AT_ONCE):
        yield from _records(study, page)
    for page in _pages(study, statements.GOALS, _OBJECTS_AT_ONCE):
        yield from _goals(study, page)


def _customers(study: Study, page: list[tuple[Any, ...]]) -> Iterator[LoggedObject]:
    attributes = _of(study, statements.OF_CUSTOMERS, page)
    for customer, kind, key in page:
        said = tuple((name, _BEGINNING, value) for name, value in attributes[customer])
        yield LoggedObject(customer_id(kind, key), CUSTOMER, said, ())


def _records(study: Study, page: list[tuple[Any, ...]]) -> Iterator[LoggedObject]:
    attributes, linked = (_of(study, sql, page) for sql in (statements.OF_RECORDS, statements.LINKS))
    for record, kind, name, key_kind, key, opened, closed in page:
        since = moment(opened) or _BEGINNING
        said = [("opened", since, moment(opened))] if moment(opened) else []
        said += [("closed", moment(closed), moment(closed))] if moment(closed) else []
        said += [(attribute, since, value) for attribute, value in attributes[record]]
        related = [(customer_id(key_kind, key), "of")] if key is not None else []
        related += [(record_id(*other), "linked") for other in linked[record]]
        yield LoggedObject(record_id(kind, name), record_type(kind), tuple(said), tuple(related))


def _goals(study: Study, page: list[tuple[Any, ...]]) -> Iterator[LoggedObject]:
    served = _of(study, statements.SERVED, page)
    for instance, goal, kind, key, number, outcome, started, last, reached in page:
        since = moment(started)
        said = [
            ("outcome", moment(last), OUTCOMES[outcome]),
            ("started", since, since),
            ("last", moment(last), moment(last)),
        ]
        said += [("reached", moment(reached), moment(reached))] if moment(reached) else []
        related = [(customer_id(kind, key), "of")]
        related += [(record_id(*record), "served by") for record in served[instance]]
        of = f"{GOAL}{goal}"
        yield LoggedObject(goal_id(goal, kind, key, number), of, tuple(said), tuple(related))


def _pages(study: Study, sql: str, n: int) -> Iterator[list[tuple[Any, ...]]]:
    """Rows in the order of their first column, at most `n` at a time."""
    last = -1
    while page := study.workspace.rows(sql, [last, n]):
        yield page
        last = page[-1][0]


def _of(study: Study, sql: str, page: list[tuple[Any, ...]]) -> dict[int, list[tuple[str, str]]]:
    """What belongs to each row of a page, by its number."""
    found = defaultdict(list)
    for number, *pair in study.workspace.rows(sql, [page[0][0], page[-1][0]]):
        found[number].append((pair[0], pair[1]))
    return found
