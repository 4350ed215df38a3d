"""An opened study: what the analyst declared, over the tables that were loaded."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.workspace import Workspace
from crmmining.errors import UnknownNameError
from crmmining.eventlog.flattening import Flattening, flattening
from crmmining.eventlog.codes import in_order, laid_out, numbered
from crmmining.eventlog.goal_building import Silence
from crmmining.eventlog.goal_events import EVENT_PLACE, by_kind
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.quality import Quality, read_quality
from crmmining.study.journey import IdealJourney
from crmmining.study.study_file import StudyFile

if TYPE_CHECKING:
    import pandas as pd

# A company's event belongs to its process's department where nothing else is said.
_EVENT_COLUMNS = f"""
    e.event, e.time, e.start, e.activity, coalesce(k.customer, r.customer) AS customer, e.record,
    e.channel, e.resource, e.actor,
    coalesce(e.department, CASE WHEN e.actor <> 0 THEN d.department END) AS department,
    CAST(e.visible AS TINYINT) AS visible, CAST(e.contact AS TINYINT) AS contact,
    e.satisfaction, {EVENT_PLACE} AS sequence, r.process
"""
_EVENT_TABLES = """
    JOIN files f ON f.file = e.file
    LEFT JOIN key_customers k ON k.key = e.key
    LEFT JOIN process_departments d ON d.process = r.process
"""
_PROCESS_EVENTS = f"""
    SELECT {_EVENT_COLUMNS}
    FROM events e
    JOIN records r ON r.record = e.record
    {_EVENT_TABLES}
    WHERE r.process = ?
"""
_PROCESS_CASES = """
    SELECT r.record, r.id AS case, r.customer, r.opened, r.closed
    FROM records r
    WHERE r.process = ? AND r.first IS NOT NULL
    ORDER BY r.first, r.id, r.type
"""
_JOURNEY_EVENTS = f"""
    SELECT {_EVENT_COLUMNS}, i.instance, i.rule
    FROM events e
    JOIN event_goals i ON i.event = e.event
    JOIN goal_facts g ON g.instance = i.instance
    LEFT JOIN records r ON r.record = e.record
    {_EVENT_TABLES}
    WHERE g.goal = ?
"""
_JOURNEY_CASES = """
    SELECT
        g.instance, c.key || '/' || g.number AS case, g.customer, coalesce(n.name, '') AS by_value,
        g.reached, g.ended AS given_up, g.outcome
    FROM goals g
    JOIN customers c ON c.customer = g.customer
    LEFT JOIN names n ON n.kind = ? AND n.code = g.by_code
    WHERE g.goal = ?
    ORDER BY g.begun, c.key, g.number
"""


class Study:
    """The same events as processes and as journeys.

    `declared` is the study file; logs are read from the workspace when asked for and kept.
    """

    def __init__(self, declared: StudyFile, workspace: Workspace) -> None:
        self.declared = declared
        self.workspace = workspace
        self._logs: dict[CaseNotion, EventLog] = {}
        self._declare_departments()

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
    def flattening(self) -> Flattening:
        """What each case notion leaves out, doubles and mixes."""
        return flattening(self.workspace, self.declared)

    @cached_property
    def silences(self) -> dict[str, Silence]:
        """The silence after which a goal counts as given up, per goal."""
        stored = self.workspace.rows("SELECT silence, n_goals, declared FROM silences ORDER BY goal")
        return {goal: Silence(*values) for goal, values in zip(self.goals, stored, strict=True)}

    def process_log(self, name: str) -> EventLog:
        """Events of one process, a case per CRM record.

        Raises:
            UnknownNameError: no such process.
        """
        _known("process", name, self.processes)
        notion = CaseNotion("process", name)
        if notion not in self._logs:
            self._logs[notion] = self._read_process(notion)
        return self._logs[notion]

    def journey_log(self, goal: str) -> EventLog:
        """Events of one goal, a case per attempt of a customer, with its outcome.

        Raises:
            UnknownNameError: no such goal.
        """
        _known("goal", goal, self.goals)
        notion = CaseNotion("journey", goal)
        if notion not in self._logs:
            self._logs[notion] = self._read_journey(notion)
        return self._logs[notion]

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

    def _by_record(self, sql: str) -> dict[str, NDArray[Any]]:
        """Columns of the table records laid out by code; a code that is no longer told is absent."""
        found = self.workspace.columns(sql)
        record = found.pop("record")
        return {name: laid_out(values, record) for name, values in found.items()}

    def names(self, kind: str) -> tuple[str, ...]:
        """The names behind the codes of a column."""
        return tuple(
            name
            for (name,) in self.workspace.rows("SELECT name FROM names WHERE kind = ? ORDER BY code", [kind])
        )

    def _declare_departments(self) -> None:
        """The working table process_departments: whose the work on a process is."""
        codes = {name: code for code, name in enumerate(self.names("department"))}
        found = [
            (code, codes[process.department])
            for code, process in enumerate(self.declared.processes.values())
            if process.department in codes
        ]
        self.workspace.table(
            "process_departments", "SELECT code AS process, code AS department FROM names WHERE FALSE"
        )
        if found:
            columns = dict(zip(("process", "department"), map(list, zip(*found, strict=True)), strict=True))
            self.workspace.insert("process_departments", columns)

    def _read_process(self, notion: CaseNotion) -> EventLog:
        code = self.processes.index(notion.name)
        columns = self.workspace.columns(_PROCESS_EVENTS, [code])
        cases = self._frame(_PROCESS_CASES, [code])
        return self._log(notion, columns, numbered(columns["record"], cases["record"].to_numpy()), cases)

    def _read_journey(self, notion: CaseNotion) -> EventLog:
        code, by = self.goals.index(notion.name), self.declared.goals[notion.name].by
        columns = self.workspace.columns(_JOURNEY_EVENTS, [code])
        cases = self._frame(_JOURNEY_CASES, [by_kind(by or ""), code])
        case = numbered(columns.pop("instance"), cases["instance"].to_numpy())
        return self._log(notion, columns, case, cases)

    def _log(
        self, notion: CaseNotion, columns: dict[str, NDArray[Any]], case: NDArray[Any], cases: pd.DataFrame
    ) -> EventLog:
        names = {"activity": self.names("activity"), "process": self.names("process")}
        for kind in ("channel", "department", "resource"):
            columns[kind], names[kind] = in_order(columns[kind], self.names(kind))
        return EventLog.from_columns(
            notion, case.astype(np.int64), columns, names, self._with_segments(cases), self.horizon
        )

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
