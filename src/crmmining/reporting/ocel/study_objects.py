"""What in a study are objects: customers, records, goals; and which events are theirs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from crmmining.eventlog.log import ACTORS, OUTCOMES
from crmmining.eventlog.object_log import LoggedObject, ObjectEvent, ObjectLog, Relation
from crmmining.eventlog.study import Study

CUSTOMER, GOAL = "customer", "goal: "
_BEGINNING = "1970-01-01T00:00:00Z"
_STEP = 200_000
_EVENT_KINDS = {
    "channel": "string", "department": "string", "resource": "string", "actor": "string",
    "satisfaction": "float", "start": "time",
}  # fmt: skip
_GOAL_KINDS = {"outcome": "string", "started": "time", "last": "time", "reached": "time"}


def study_objects(study: Study) -> ObjectLog:
    """A loaded study as an object-centric log; nothing of it is held but names."""
    rows = study.workspace.rows
    record_types = [name for (name,) in rows(_RECORD_TYPES)]
    names = _type_names(record_types)
    attributes: dict[str, dict[str, str]] = defaultdict(dict)
    for kind, name in rows(_RECORD_ATTRIBUTES):
        attributes[names[kind]][name] = "string"
    times = {"opened": "time", "closed": "time"}
    customer = {name: "string" for (name,) in rows(_CUSTOMER_ATTRIBUTES)}
    activities = [name for (name,) in rows("SELECT name FROM names WHERE kind = 'activity' ORDER BY code")]
    return ObjectLog(
        dict.fromkeys(activities, _EVENT_KINDS),
        {
            CUSTOMER: customer,
            **{names[kind]: {**times, **attributes[names[kind]]} for kind in record_types},
            **{f"{GOAL}{goal}": _GOAL_KINDS for goal in study.goals},
        },
        lambda: _events(study, names),
        lambda: _objects(study, names),
    )


def _type_names(record_types: list[str]) -> dict[str, str]:
    """Types of records as types of objects; one that is called like a customer or a goal says what it is."""
    return {
        kind: f"{kind} (record)" if kind == CUSTOMER or kind.startswith(GOAL) else kind
        for kind in record_types
    }


def moment(microseconds: int | None) -> str:
    """A time as OCEL writes it.

    >>> moment(1_735_689_600_000_000), moment(1_735_689_600_250_000)
    ('2025-01-01T00:00:00Z', '2025-01-01T00:00:00.250000Z')
    """
    if microseconds is None or microseconds < 0:
        return ""
    return f"{(datetime(1970, 1, 1) + timedelta(microseconds=microseconds)).isoformat()}Z"


def _events(study: Study, names: dict[str, str]) -> Iterator[ObjectEvent]:
    """Events in the order they are numbered, a good many at a time."""
    last = -1
    while found := study.workspace.rows(_EVENTS, [last, _STEP]):
        for row in found:
            yield _event(names, *row)
        last = found[-1][0]


def _event(
    names: dict[str, str], event: int, activity: str, time: int, start: int | None, channel: str | None,
    department: str | None, resource: str | None, actor: int | None, score: float | None,
    customer: str | None, kind: str | None, record: str | None, goal: str | None, number: int | None,
) -> ObjectEvent:  # fmt: skip
    """A row of `_EVENTS`."""
    said = {
        "channel": channel, "department": department, "resource": resource,
        "actor": None if actor is None else ACTORS[actor],
        "satisfaction": None if score is None else f"{score:g}", "start": moment(start) or None,
    }  # fmt: skip
    objects: list[Relation] = []
    if customer is not None:
        objects.append((f"{CUSTOMER}:{customer}", "customer"))
    if kind is not None:
        objects.append((f"{names[kind]}:{record}", "record"))
    if goal is not None:
        objects.append((f"{GOAL}{goal}:{customer}/{number}", "goal"))
    attributes = {name: value for name, value in said.items() if value is not None}
    return ObjectEvent(f"e{event}", activity, moment(time), attributes, tuple(objects))


def _objects(study: Study, names: dict[str, str]) -> Iterator[LoggedObject]:
    yield from _customers(study)
    yield from _records(study, names)
    yield from _goals(study, names)


def _customers(study: Study) -> Iterator[LoggedObject]:
    attributes = _grouped(study.workspace.rows(_OF_CUSTOMERS))
    for customer, key in study.workspace.rows("SELECT customer, key FROM customers ORDER BY customer"):
        said = tuple((name, _BEGINNING, value) for name, value in attributes.get(customer, ()))
        yield LoggedObject(f"{CUSTOMER}:{key}", CUSTOMER, said, ())


def _records(study: Study, names: dict[str, str]) -> Iterator[LoggedObject]:
    attributes = _grouped(study.workspace.rows(_OF_RECORDS))
    linked = defaultdict(list)
    for record, kind, other in study.workspace.rows(_LINKS):
        linked[record].append((f"{names[kind]}:{other}", "linked"))
    for record, kind, name, customer, opened, closed in study.workspace.rows(_RECORDS):
        since = moment(opened) or _BEGINNING
        said = [("opened", since, moment(opened))] if moment(opened) else []
        said += [("closed", moment(closed), moment(closed))] if moment(closed) else []
        said += [(attribute, since, value) for attribute, value in attributes.get(record, ())]
        of = [(f"{CUSTOMER}:{customer}", "of")] if customer is not None else []
        yield LoggedObject(f"{names[kind]}:{name}", names[kind], tuple(said), (*of, *linked[record]))


def _goals(study: Study, names: dict[str, str]) -> Iterator[LoggedObject]:
    served = defaultdict(list)
    for instance, kind, record in study.workspace.rows(_SERVED):
        served[instance].append((f"{names[kind]}:{record}", "served by"))
    for instance, goal, customer, number, outcome, started, last, reached in study.workspace.rows(_GOALS):
        since = moment(started)
        said = [
            ("outcome", moment(last), OUTCOMES[outcome]),
            ("started", since, since),
            ("last", moment(last), moment(last)),
        ]
        said += [("reached", moment(reached), moment(reached))] if moment(reached) else []
        related = [(f"{CUSTOMER}:{customer}", "of"), *served[instance]]
        yield LoggedObject(f"{GOAL}{goal}:{customer}/{number}", f"{GOAL}{goal}", tuple(said), tuple(related))


def _grouped(rows: list[tuple[int, str, str]]) -> dict[int, list[tuple[str, str]]]:
    found = defaultdict(list)
    for key, name, value in rows:
        found[key].append((name, value))
    return found


_RECORD_TYPES = """
    SELECT DISTINCT n.name
    FROM records r JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    ORDER BY n.name
"""
_RECORD_ATTRIBUTES = """
    SELECT DISTINCT n.name, a.attribute
    FROM record_attributes a
    JOIN records r ON r.record = a.record
    JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    ORDER BY 1, 2
"""
_CUSTOMER_ATTRIBUTES = "SELECT DISTINCT attribute FROM customer_attributes ORDER BY 1"
_OF_CUSTOMERS = "SELECT customer, attribute, value FROM customer_attributes ORDER BY 1, 2"
_OF_RECORDS = "SELECT record, attribute, value FROM record_attributes ORDER BY 1, 2"
_RECORDS = """
    SELECT r.record, n.name, r.id, c.key, r.opened, r.closed
    FROM records r
    JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    LEFT JOIN customers c ON c.customer = r.customer
    ORDER BY r.record
"""
_LINKS = """
    SELECT l.record, n.name, r.id
    FROM links l
    JOIN records r ON r.record = l.linked
    JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    ORDER BY l.record, r.record
"""
_SERVED = """
    SELECT DISTINCT i.instance, n.name, r.id
    FROM event_goals i
    JOIN events e ON e.event = i.event
    JOIN records r ON r.record = e.record
    JOIN names n ON n.kind = 'record_type' AND n.code = r.type
    ORDER BY 1, 2, 3
"""
_GOALS = """
    SELECT g.instance, n.name, c.key, g.number, g.outcome, g.started, g.last, g.reached
    FROM goals g
    JOIN names n ON n.kind = 'goal' AND n.code = g.goal
    JOIN customers c ON c.customer = g.customer
    ORDER BY g.instance
"""
_NAMED = "LEFT JOIN names {0} ON {0}.kind = '{1}' AND {0}.code = e.{1}"
_EVENTS = f"""
    SELECT
        e.event, a.name, e.time, e.start, channel.name, department.name, resource.name, e.actor,
        e.satisfaction, c.key, t.name, r.id, g.name, f.number
    FROM (SELECT * FROM customer_events WHERE event > ? ORDER BY event LIMIT ?) e
    JOIN names a ON a.kind = 'activity' AND a.code = e.activity
    {_NAMED.format("channel", "channel")}
    {_NAMED.format("department", "department")}
    {_NAMED.format("resource", "resource")}
    LEFT JOIN customers c ON c.customer = e.customer
    LEFT JOIN records r ON r.record = e.record
    LEFT JOIN names t ON t.kind = 'record_type' AND t.code = r.type
    LEFT JOIN event_goals i ON i.event = e.event
    LEFT JOIN goal_facts f ON f.instance = i.instance
    LEFT JOIN names g ON g.kind = 'goal' AND g.code = i.goal
    ORDER BY e.event
"""
