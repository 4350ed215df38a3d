"""One log out of a workspace: its events put in case order, everything else read when asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Columns, StoredTables
from crmmining.engine.schema import MOST_GOALS
from crmmining.engine.threads import each, spans
from crmmining.eventlog.case_order import order_cases, taken
from crmmining.eventlog.case_table import CaseTable
from crmmining.eventlog.codes import found_at, laid_out
from crmmining.eventlog.goal_events import by_kind
from crmmining.eventlog.kernel import Int32s, Int64s, native
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.made import Made
from crmmining.eventlog.stored_events import StoredEvents, sequence_of
from crmmining.study.study_file import StudyFile


@dataclass(frozen=True)
class LogQuery:
    """SQL of a log: its cases in their order, and the events in them, by the workspace's case number.

    A case number is a record or a goal instance. `case` is the column of that name among the cases;
    `code` of the process or goal is bound once in either query.
    """

    kind: Literal["process", "journey"]
    code: int
    cases: str
    rows: str
    chosen: bool

    @property
    def case(self) -> str:
        """What a case number is."""
        return "record" if self.kind == "process" else "instance"

    def events(self, *columns: str) -> str:
        """The events: case_number, event, time, activity; start in a process, rule in a journey."""
        return self.rows.format(", ".join(columns))

    @property
    def facts(self) -> str:
        """The events with what is needed of their cases: begun_at, reached and outcome of a goal."""
        if self.kind == "process":
            return self.events("case_number", "event", "time", "start", "activity")
        return f"""
            SELECT i.*, g.started AS begun_at, g.reached, g.outcome
            FROM ({self.events("case_number", "event", "time", "activity")}) i
            JOIN goals g ON g.instance = i.case_number
        """

    @property
    def checked(self) -> str:
        """The events with what conformance needs: channel, actor, score; customer, closing, outcome."""
        named = ("case_number", "event", "time", "activity")
        if self.kind == "process":
            return f"""
                SELECT i.*, r.customer, r.closed
                FROM ({self.events(*named, "start", "channel", "actor", "satisfaction")}) i
                JOIN records r ON r.record = i.case_number
            """
        return f"""
            SELECT
                i.*, e.channel, e.actor, e.satisfaction,
                g.customer, g.started AS begun_at, g.reached, g.ended AS given_up, g.outcome
            FROM ({self.events(*named)}) i
            JOIN goals g ON g.instance = i.case_number
            JOIN events e ON e.event = i.event
        """


def log_query(kind: Literal["process", "journey"], code: int, *, chosen: bool) -> LogQuery:
    """The query of a log; with `chosen` only of the cases in the working table chosen_cases."""
    cases, events = (_PROCESS_CASES, _PROCESS_EVENTS) if kind == "process" else (_GOAL_CASES, _GOAL_EVENTS)
    only = "SEMI JOIN chosen_cases h ON h.case_number = {}" if chosen else ""
    number = "record" if kind == "process" else "instance"
    return LogQuery(
        kind,
        code,
        cases.format(only.format(f"c.{number}")),
        events.format("{}", only.format("e.case_number")),
        chosen,
    )


_PROCESS_CASES = """
    SELECT c.record, c.customer, c.opened, c.closed
    FROM records c
    {}
    WHERE c.process = ? AND c.first IS NOT NULL
    ORDER BY c.first, c.id, c.type
"""
_PROCESS_EVENTS = """
    SELECT {}
    FROM (
        SELECT
            e.record AS case_number, e.event, e.time, e.start, e.activity, e.channel, e.actor, e.satisfaction
        FROM events e
        SEMI JOIN (SELECT record FROM records WHERE process = ?) r ON r.record = e.record
    ) e
    {}
"""
_GOAL_CASES = """
    SELECT
        c.instance, c.customer, c.by_code, c.started AS begun_at, c.reached, c.ended AS given_up, c.outcome
    FROM goals c
    {}
    JOIN customers p ON p.customer = c.customer
    WHERE c.goal = ?
    ORDER BY c.begun, p.key, c.number
"""
_GOAL_EVENTS = """
    SELECT {}
    FROM (
        SELECT instance AS case_number, event, time, activity, rule FROM event_goals WHERE goal = ?
    ) e
    {}
"""


def read_log(
    workspace: StoredTables, declared: StudyFile, events: StoredEvents, notion: CaseNotion, query: LogQuery
) -> EventLog:
    """The log of a query; the columns nobody asks for are never read."""
    cases = _cases(workspace, declared, notion, query)

    def read(*columns: str) -> Columns:
        return workspace.columns(query.events(*columns), [query.code])

    wanted, later = ["case_number", "time", "activity"], ["event"]
    if query.kind == "journey":
        later.append("rule")
    elif "start" in events.columns:
        wanted.append("start")
    # Only what lies in order, and lies so tomorrow, can be read column by column.
    in_order = query.kind == "journey" and workspace.keeps_order and not query.chosen
    rows = read(*wanted) if in_order else read(*wanted, *later)
    place = case_of_record if query.kind == "process" else case_of_instance
    case = place(rows.pop("case_number"), cases.numbers(query.case))
    sequence = None if in_order else sequence_of(rows["event"], events.ranks)
    order = order_cases(case, rows.pop("time"), sequence, len(cases), rows.pop("activity"))

    def column(name: str) -> NDArray[Any]:
        if name == "sequence":
            return sequence_of(columns["event"], events.ranks)
        return taken(rows[name] if name in rows else read(name)[name], order.rows)

    @cache
    def places() -> NDArray[np.int64]:
        return events.places(columns["event"])

    log = EventLog.from_order(notion, order, {}, events.sorted_names(), cases, events.horizon)
    gathered = {name: lambda name=name: events.column(name)[places()] for name in events.columns}
    made = {name: partial(column, name) for name in (*rows, *later, "sequence")}
    columns = Made(gathered | made | dict(log.columns))
    return replace(log, columns=columns, cases=cases)


def _cases(workspace: StoredTables, declared: StudyFile, notion: CaseNotion, query: LogQuery) -> CaseTable:
    """One row per case; texts are put together when somebody looks at them."""
    facts = workspace.columns(query.cases, [query.code])
    number, customer = facts.pop(query.case), facts.pop("customer")

    def keys() -> NDArray[Any]:
        return _of_code(workspace, "SELECT customer, key FROM customers", customer)

    def segment(attribute: str) -> NDArray[Any]:
        sql = "SELECT customer, value FROM customer_attributes WHERE lower(attribute) = lower(?)"
        return _of_code(workspace, sql, customer, attribute)

    def names() -> NDArray[Any]:
        return case_names(workspace, query.kind, number)

    held: dict[str, Any] = {query.case: number, "case": names, "customer": customer}
    if query.kind == "journey":
        by, code = declared.goals[notion.name].by, facts.pop("by_code")
        held["by_value"] = lambda: _by_values(workspace, by, code)
    segments = {name: lambda name=name: segment(name) for name in declared.segments}
    return CaseTable(Made(held | facts | {"customer_key": keys} | segments))


def case_names(workspace: StoredTables, kind: str, number: NDArray[Any]) -> NDArray[Any]:
    """What cases are called: a record by its id, a goal instance by its customer's key and number."""
    if kind == "process":
        return _of_code(workspace, "SELECT record, id FROM records", number)
    key = _of_code(workspace, "SELECT customer, key FROM customers", number // MOST_GOALS)
    return np.array([f"{k}/{n % MOST_GOALS + 1}" for k, n in zip(key, number, strict=True)], object)


def _of_code(workspace: StoredTables, sql: str, code: NDArray[Any], *values: str) -> NDArray[Any]:
    """For each code the value a query gives beside it, None where it gives none."""
    known, value = workspace.columns(sql, list(values)).values()
    return found_at(laid_out(value, known), code)


def _by_values(workspace: StoredTables, attribute: str | None, code: NDArray[Any]) -> NDArray[Any]:
    """What tells a customer's goals of one type apart, empty where nothing does."""
    if not attribute:
        return np.full(code.size, "", object)
    found = _of_code(workspace, "SELECT code, name FROM names WHERE kind = ?", code, by_kind(attribute))
    return np.array([value or "" for value in found], object)


def case_of_record(record: NDArray[np.int64], cases: NDArray[np.int64]) -> NDArray[np.int32]:
    """The position of each record among `cases` (distinct records), -1 where it is not there."""
    return found_at(laid_out(np.arange(cases.size, dtype=np.int32), cases), record)


def case_of_instance(instance: NDArray[np.int64], cases: NDArray[np.int64]) -> NDArray[np.int32]:
    """The position of each goal instance among `cases` (distinct instances), -1 where it is not there."""
    customer, number = cases // MOST_GOALS, cases % MOST_GOALS
    size = np.zeros(int(customer.max(initial=-1)) + 2, np.int64)
    np.maximum.at(size, customer, number + 1)
    first = np.cumsum(size) - size
    slots = np.full(int(size.sum()), -1, np.int32)
    slots[first[customer] + number] = np.arange(cases.size)
    found = np.empty(instance.size, np.int32)
    wanted = np.ascontiguousarray(instance, np.int64)

    def look(span: tuple[int, int]) -> None:
        look_up(*span, size.size, MOST_GOALS, wanted, size, first, slots, found)

    each(look, spans(instance.size))
    return found


@native
def look_up(
    start: int, end: int, n_customers: int, most: int,
    instance: Int64s, size: Int64s, first: Int64s, slots: Int32s, found: Int32s,
) -> None:  # fmt: skip
    """The slot of each instance: those of a customer stand side by side, by number."""
    for i in range(start, end):
        customer, number = instance[i] // most, instance[i] % most
        found[i] = -1
        if instance[i] >= 0 and customer < n_customers and number < size[customer]:
            found[i] = slots[first[customer] + number]
