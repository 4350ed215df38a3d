"""Which cases of a study are looked at, decided in the engine: by what they are, hold, or when they began."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from crmmining.engine.engine import Engine
from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.eventlog.log import ACTORS, OUTCOMES
from crmmining.study.study_file import StudyFile

EVENT_COLUMNS = ("activity", "channel", "department", "resource", "process", "actor")
BEGAN_FROM, BEGAN_UNTIL = "from", "until"
_CODES = {
    column: {name: code for code, name in enumerate(names)}
    for column, names in (("actor", ACTORS), ("outcome", OUTCOMES))
}


@dataclass(frozen=True)
class Condition:
    """``column=value`` or ``column!=value``; several values with ``|`` between them mean any of them."""

    column: str
    values: tuple[str, ...]
    negated: bool = False

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read a condition.

        >>> Condition.parse("channel!=web|phone")
        Condition(column='channel', values=('web', 'phone'), negated=True)

        Raises:
            InvalidOptionError: not of that form.
        """
        column, sign, value = text.partition("=")
        negated = column.endswith("!")
        column = column.removesuffix("!").strip()
        if not sign or not column or not value.strip():
            raise InvalidOptionError(f"{text!r} is no condition; write column=value, like channel=web")
        return cls(column, tuple(part.strip() for part in value.split("|")), negated)


@dataclass(frozen=True)
class Chosen:
    """A query for the numbers of cases, and what its placeholders stand for."""

    sql: str
    values: tuple[Any, ...]


@dataclass(frozen=True)
class CaseTables:
    """Where the cases of a notion stand: their number, their beginning, and their events.

    `cases` is SQL with the columns case_number, case_name, customer, begun, outcome (NULL where the notion
    knows none) and its own code bound once; `events` has case_number and the columns of an event.
    """

    kind: Literal["process", "journey"]
    code: int
    cases: str
    events: str


_EVENT = """
    e.activity, e.channel, e.resource, r.process, e.actor,
    coalesce(e.department, CASE WHEN e.actor <> 0 THEN d.department END) AS department
"""


def process_tables(code: int) -> CaseTables:
    """The cases of a process: its records."""
    return CaseTables(
        "process",
        code,
        """
        SELECT
            record AS case_number, id AS case_name, customer, first AS begun, CAST(NULL AS TINYINT) AS outcome
        FROM records
        WHERE process = ? AND first IS NOT NULL
        """,
        f"""
        SELECT e.record AS case_number, {_EVENT}
        FROM events e
        JOIN records r ON r.record = e.record
        LEFT JOIN process_departments d ON d.process = r.process
        WHERE r.process = ?
        """,
    )


def journey_tables(code: int) -> CaseTables:
    """The cases of a journey: the customers' attempts at a goal."""
    return CaseTables(
        "journey",
        code,
        """
        SELECT
            g.instance AS case_number, c.key || '/' || g.number AS case_name, g.customer, g.begun, g.outcome
        FROM goals g JOIN customers c ON c.customer = g.customer
        WHERE g.goal = ?
        """,
        f"""
        SELECT i.instance AS case_number, {_EVENT}
        FROM events e
        JOIN event_goals i ON i.event = e.event
        JOIN goal_facts g ON g.instance = i.instance
        LEFT JOIN records r ON r.record = e.record
        LEFT JOIN process_departments d ON d.process = r.process
        WHERE g.goal = ?
        """,
    )


def choose_cases(engine: Engine, study: StudyFile, tables: CaseTables, conditions: Sequence[str]) -> Chosen:
    """The cases that answer to every condition.

    A column of the events (activity, channel, department, resource, process, actor) asks for a case with
    at least one such event; ``outcome``, ``case``, ``customer`` (a key), a segment or any attribute of the
    customer, or of the record of a process, asks for the case itself; ``from`` and ``until`` (dates) for
    cases that began in that time, the last day included.

    Raises:
        InvalidOptionError: not of the form column=value, or no date.
        UnknownNameError: no such column, or no such value in it.
    """
    _declare_departments(engine, study)
    sql, values = f"SELECT case_number FROM ({tables.cases}) c WHERE TRUE", [tables.code]
    for condition in map(Condition.parse, conditions):
        part = _condition(engine, tables, condition, study.segments)
        sql += f" AND {'NOT ' if condition.negated else ''}coalesce({part.sql}, FALSE)"
        values += part.values
    return Chosen(sql, tuple(values))


def count_doers(
    engine: Engine, study: StudyFile, tables: CaseTables, *, chosen: bool
) -> list[tuple[str, bool, str | None, int]]:
    """(activity, whether the customer does it, else the department, number of events).

    With `chosen` only in the cases of the working table chosen_cases.
    """
    _declare_departments(engine, study)
    only = "SEMI JOIN chosen_cases h ON h.case_number = t.case_number" if chosen else ""
    return engine.rows(
        f"""
        SELECT a.name, t.by_customer, d.name, count(*)
        FROM (SELECT e.*, coalesce(e.actor = 0, FALSE) AS by_customer FROM ({tables.events}) e) t
        {only}
        JOIN names a ON a.kind = 'activity' AND a.code = t.activity
        LEFT JOIN names d ON d.kind = 'department' AND d.code = t.department
        GROUP BY a.name, t.by_customer, d.name
        """,
        [tables.code],
    )


def _declare_departments(engine: Engine, study: StudyFile) -> None:
    """The working table process_departments: whose the work on a process is."""
    codes = {name: code for code, name in enumerate(_names(engine, "department"))}
    found = [
        (code, codes[process.department])
        for code, process in enumerate(study.processes.values())
        if process.department in codes
    ]
    process, department = np.array(found, np.int32).reshape(-1, 2).T
    engine.hold("process_departments", {"process": process, "department": department})


def _condition(engine: Engine, tables: CaseTables, condition: Condition, known: Sequence[str]) -> Chosen:
    column, values = condition.column, condition.values
    places = ", ".join("?" * len(values))
    if column in (BEGAN_FROM, BEGAN_UNTIL):
        return _began(column, values)
    if column == "outcome" and tables.kind == "journey":
        codes = tuple(_code("outcome", value, _CODES["outcome"]) for value in values)
        return Chosen(f"c.outcome IN ({places})", codes)
    if column in EVENT_COLUMNS:
        names = _CODES.get(column) or _met(engine, column)
        codes = tuple(_code(column, value, names) for value in values)
        held = f"SELECT h.case_number FROM ({tables.events}) h WHERE h.{column} IN ({places})"
        return Chosen(f"c.case_number IN ({held})", (tables.code, *codes))
    if column == "case":
        return Chosen(f"c.case_name IN ({places})", values)
    if column in ("customer", "customer_key"):
        return Chosen(f"c.customer IN (SELECT customer FROM customers WHERE key IN ({places}))", values)
    return _attribute(engine, tables, condition, known)


def _attribute(engine: Engine, tables: CaseTables, condition: Condition, known: Sequence[str]) -> Chosen:
    column, values = condition.column, condition.values
    places = ", ".join("?" * len(values))
    choices = [("customer", "customer_attributes", "customer")]
    if tables.kind == "process":
        choices.append(("case_number", "record_attributes", "record"))
    for of_case, table, owner in choices:
        found = engine.rows(
            f"SELECT DISTINCT value FROM {table} WHERE lower(attribute) = lower(?) ORDER BY value", [column]
        )
        if found:
            available = [value for (value,) in found]
            for value in values:
                if value not in available:
                    raise UnknownNameError(column, value, available)
            sql = f"SELECT {owner} FROM {table} WHERE lower(attribute) = lower(?) AND value IN ({places})"
            return Chosen(f"c.{of_case} IN ({sql})", (column, *values))
    names = [*EVENT_COLUMNS, "customer", "case", BEGAN_FROM, BEGAN_UNTIL, *known]
    raise UnknownNameError("column", column, names if tables.kind == "process" else ["outcome", *names])


def _began(column: str, values: tuple[str, ...]) -> Chosen:
    sign = ">=" if column == BEGAN_FROM else "<"
    return Chosen(f"c.begun {sign} ?", (moment(column, values[0]),))


def moment(column: str, value: str) -> int:
    """The first microsecond of a ``from`` date, the first after an ``until`` date (UTC unless it says)."""
    try:
        day = dt.datetime.fromisoformat(value)
    except ValueError:
        raise InvalidOptionError(f"{column}={value}: write a date like {column}=2025-03-31") from None
    if column == BEGAN_UNTIL and len(value) <= len("2025-03-31"):
        day += dt.timedelta(days=1)
    zoned = day if day.tzinfo else day.replace(tzinfo=dt.UTC)
    return round(zoned.timestamp() * 1_000_000)


def _names(engine: Engine, kind: str) -> tuple[str, ...]:
    found = engine.rows("SELECT name FROM names WHERE kind = ? ORDER BY code", [kind])
    return tuple(name for (name,) in found)


def _met(engine: Engine, column: str) -> dict[str, int]:
    """The names a column of the events may have, with their codes; not those of which no event is left."""
    here = f"n.code IN (SELECT {column} FROM events)"
    if column == "department":
        here += " OR n.code IN (SELECT department FROM process_departments)"
    where = "" if column == "process" else f"AND ({here})"
    return dict(engine.rows(f"SELECT n.name, n.code FROM names n WHERE n.kind = ? {where}", [column]))


def _code(column: str, value: str, codes: Mapping[str, int]) -> int:
    if value not in codes:
        raise UnknownNameError(column, value, sorted(codes))
    return codes[value]
