"""An opened study: what the analyst declared, over the tables that were loaded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Columns, StoredTables
from crmmining.errors import UnknownNameError
from crmmining.eventlog.case_order import order_cases
from crmmining.eventlog.codes import laid_out
from crmmining.eventlog.flattening import Flattening, flattening
from crmmining.eventlog.goal_building import Silence
from crmmining.eventlog.goal_events import by_kind
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.quality import Quality, read_quality
from crmmining.eventlog.selection import choose_cases, journey_tables, process_tables
from crmmining.eventlog.stored_events import COLUMNS, StoredColumns, StoredEvents, case_of_instance
from crmmining.study.journey import IdealJourney
from crmmining.study.study_file import StudyFile

if TYPE_CHECKING:
    import pandas as pd

_PROCESS_CASES = """
    SELECT r.record, r.id AS case, r.customer, r.opened, r.closed
    FROM records r
    {chosen}
    WHERE r.process = ? AND r.first IS NOT NULL
    ORDER BY r.first, r.id, r.type
"""
_JOURNEY_CASES = """
    SELECT
        g.instance, c.key || '/' || g.number AS case, g.customer, coalesce(n.name, '') AS by_value,
        g.reached, g.ended AS given_up, g.outcome
    FROM goals g
    {chosen}
    JOIN customers c ON c.customer = g.customer
    LEFT JOIN names n ON n.kind = ? AND n.code = g.by_code
    WHERE g.goal = ?
    ORDER BY g.begun, c.key, g.number
"""


@dataclass(frozen=True)
class Run:
    """A load that changed something: when (microseconds UTC), whether everything was read, what it did.

    `n_customers` is how many customers were made anew.
    """

    run: int
    began: int
    ended: int
    whole: bool
    n_files: int
    n_added: int
    n_removed: int
    n_customers: int


class Study:
    """The same events as processes and as journeys.

    `declared` is the study file; logs are read from the workspace when asked for and kept.
    """

    def __init__(self, declared: StudyFile, workspace: StoredTables) -> None:
        self.declared = declared
        self.workspace = workspace
        self._logs: dict[tuple[CaseNotion, tuple[str, ...]], EventLog] = {}

    @property
    def name(self) -> str:
        """The study's title."""
        return self.declared.study

    @property
    def processes(self) -> tuple[str, ...]:
        """The declared processes, inside-out."""
        return tuple(self.declared.processes)

    @property
    def goals(self) -> tuple[str, ...]:
        """The declared customer goals, outside-in."""
        return tuple(self.declared.goals)

    def __repr__(self) -> str:
        return (
            f"Study({self.name!r}: {len(self.processes)} processes, {len(self.goals)} goals, "
            f"{self.n_events:,} events)"
        )

    @property
    def on_hold(self) -> tuple[str, ...]:
        """Activities after which nobody is waited for, by name."""
        return tuple(spec.name or key for key, spec in self.declared.activities.items() if spec.on_hold)

    @cached_property
    def n_events(self) -> int:
        """Number of events loaded."""
        return int(self.workspace.value("SELECT count(*) FROM events"))

    @cached_property
    def horizon(self) -> int:
        """The end of the data in microseconds: what is open then is censored."""
        return int(self.workspace.value("SELECT max(time) FROM events"))

    @cached_property
    def quality(self) -> Quality:
        """What was found, mended, refused on loading."""
        return read_quality(self.workspace, self.declared)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The loads that made this workspace, the last one last."""
        return tuple(Run(*row) for row in self.workspace.rows("SELECT * FROM runs ORDER BY run"))

    @cached_property
    def flattening(self) -> Flattening:
        """What each case notion leaves out, doubles and mixes."""
        return flattening(self.workspace, self.declared)

    @cached_property
    def silences(self) -> dict[str, Silence]:
        """The silence after which a goal counts as given up, per goal."""
        stored = self.workspace.rows("SELECT silence, n_goals, declared FROM silences ORDER BY goal")
        return {goal: Silence(*values) for goal, values in zip(self.goals, stored, strict=True)}

    def process_log(self, name: str, where: Sequence[str] = ()) -> EventLog:
        """Events of one process, a case per CRM record; `where` chooses cases (see `choose_cases`).

        Raises:
            UnknownNameError: no such process, or a condition names nothing that is there.
            InvalidOptionError: a condition is none.
        """
        _known("process", name, self.processes)
        return self._log(CaseNotion("process", name), tuple(where), self._read_process)

    def journey_log(self, goal: str, where: Sequence[str] = ()) -> EventLog:
        """Events of one goal, a case per attempt of a customer, with its outcome; `where` chooses cases.

        Raises:
            UnknownNameError: no such goal, or a condition names nothing that is there.
            InvalidOptionError: a condition is none.
        """
        _known("goal", goal, self.goals)
        return self._log(CaseNotion("journey", goal), tuple(where), self._read_journey)

    def ideal_journey(self, goal: str) -> IdealJourney:
        """The ideal journey declared for a goal.

        Raises:
            UnknownNameError: none is declared for it.
        """
        _known("goal", goal, self.goals)
        return self.declared.journeys[_known("ideal journey for", goal, self.declared.journeys)]

    @cached_property
    def records(self) -> dict[str, NDArray[Any]]:
        """All records by code: process, opened, closed (-1 = still open), customer."""
        return self._by_record("SELECT record, process, opened, closed, customer FROM records")

    @cached_property
    def record_ids(self) -> NDArray[Any]:
        """The CRM's own id of every record, by code."""
        return self._by_record("SELECT record, id FROM records")["id"]

    @cached_property
    def record_ranks(self) -> NDArray[Any]:
        """The rank of every record by its id, by code: an order that does not depend on loading."""
        return self._by_record("SELECT record, row_number() OVER (ORDER BY id, type) AS rank FROM records")[
            "rank"
        ]

    def _by_record(self, sql: str) -> dict[str, NDArray[Any]]:
        """Columns of the table records laid out by code; a code that is no longer told is absent."""
        found = self.workspace.columns(sql)
        record = found.pop("record")
        return {name: laid_out(values, record) for name, values in found.items()}

    def names(self, kind: str) -> tuple[str, ...]:
        """The names behind the codes of a column."""
        return self._events.sorted_names()[kind]

    @cached_property
    def _events(self) -> StoredEvents:
        return StoredEvents(self.workspace, self.declared)

    def _log(
        self, notion: CaseNotion, where: tuple[str, ...], read: Callable[[CaseNotion, str], EventLog]
    ) -> EventLog:
        if (notion, where) not in self._logs:
            self._logs[notion, where] = read(notion, self._choose(notion, where))
        return self._logs[notion, where]

    def _choose(self, notion: CaseNotion, where: tuple[str, ...]) -> str:
        """The working table chosen_cases, and the join that keeps its cases; nothing without conditions."""
        if not where:
            return ""
        process = notion.kind == "process"
        code = (self.processes if process else self.goals).index(notion.name)
        tables = process_tables(code) if process else journey_tables(code)
        chosen = choose_cases(self.workspace, self.declared, tables, where)
        self.workspace.table("chosen_cases", chosen.sql, chosen.values)
        number = "r.record" if process else "g.instance"
        return f"SEMI JOIN chosen_cases ON chosen_cases.case_number = {number}"

    def _read_process(self, notion: CaseNotion, chosen: str) -> EventLog:
        cases = self._frame(_PROCESS_CASES.format(chosen=chosen), [self.processes.index(notion.name)])
        number = np.full(self.records["process"].size, -1, np.int32)
        number[cases["record"].to_numpy()] = np.arange(len(cases), dtype=np.int32)
        case = number[self._events.column("record")]
        places = np.flatnonzero(case >= 0)
        return self._read(notion, case[places], places, {}, cases)

    def _read_journey(self, notion: CaseNotion, chosen: str) -> EventLog:
        code, by = self.goals.index(notion.name), self.declared.goals[notion.name].by
        cases = self._frame(_JOURNEY_CASES.format(chosen=chosen), [by_kind(by or ""), code])
        found = self._events.in_goals()
        case = case_of_instance(found["instance"], cases["instance"].to_numpy())
        mine = case >= 0
        return self._read(notion, case[mine], found["place"][mine], {"rule": found["rule"][mine]}, cases)

    def _read(
        self,
        notion: CaseNotion,
        case: NDArray[Any],
        places: NDArray[np.int64],
        held: Columns,
        cases: pd.DataFrame,
    ) -> EventLog:
        """A log of the events at these places; the columns nobody asks for are never read."""
        events = self._events
        columns = {name: events.column(name)[places] for name in ("time", "sequence", "activity")}
        order = order_cases(case, columns["time"], columns["sequence"], len(cases), columns["activity"])
        del columns
        log = EventLog.from_order(
            notion, order, {}, events.sorted_names(), self._with_segments(cases), self.horizon
        )
        held = {name: values[order.rows] for name, values in held.items()} | dict(log.columns)
        stored = StoredColumns(held, places[order.rows], events.column, COLUMNS)
        return replace(log, columns=stored)

    def _frame(self, sql: str, values: list[Any]) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(self.workspace.columns(sql, values))

    def _with_segments(self, cases: pd.DataFrame) -> pd.DataFrame:
        """Customer key and segments beside each case; unknown stays missing."""
        customer = cases["customer"].to_numpy()
        stored = self.workspace.columns("SELECT customer, key FROM customers")
        keys = laid_out(stored["key"], stored["customer"])
        cases["customer_key"] = keys[customer]
        for attribute in self.declared.segments:
            found = self.workspace.columns(
                "SELECT customer, value FROM customer_attributes WHERE lower(attribute) = lower(?)",
                [attribute],
            )
            values = np.full(keys.size, None, object)
            values[found["customer"]] = found["value"]
            cases[attribute] = values[customer]
        return cases


def _known(kind: str, name: str, available: Any) -> str:
    if name not in available:
        raise UnknownNameError(kind, name, available)
    return name
