"""An opened study: what the analyst declared, over the tables that were loaded."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.workspace import Workspace
from crmmining.errors import UnknownNameError
from crmmining.eventlog.flattening import Flattening, flattening
from crmmining.eventlog.goal_building import Silence
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.quality import Quality, read_quality
from crmmining.study.journey import IdealJourney
from crmmining.study.study_file import StudyFile

if TYPE_CHECKING:
    import pandas as pd

_EVENT_COLUMNS = """
    e.event, e.time, e.start, e.activity, e.customer, e.record,
    e.channel, e.department, e.resource, e.actor,
    CAST(e.visible AS TINYINT) AS visible, CAST(e.contact AS TINYINT) AS contact,
    e.satisfaction, e.sequence, r.process
"""
_PROCESS_EVENTS = f"""
    SELECT {_EVENT_COLUMNS}
    FROM events e JOIN records r USING (record)
    WHERE r.process = ?
    ORDER BY e.event
"""
_PROCESS_CASES = """
    SELECT record, id AS case, customer, opened, closed
    FROM records SEMI JOIN events USING (record)
    WHERE process = ?
    ORDER BY record
"""
_JOURNEY_EVENTS = f"""
    SELECT {_EVENT_COLUMNS}, i.instance, i.rule
    FROM events e
    JOIN event_goals i USING (event)
    JOIN goals g USING (instance)
    LEFT JOIN records r ON r.record = e.record
    WHERE g.goal = ?
    ORDER BY e.event
"""
_JOURNEY_CASES = """
    SELECT
        instance, 'goal ' || (instance + 1) AS case, customer, by_value,
        reached, ended AS given_up, outcome
    FROM goals
    WHERE goal = ?
    ORDER BY instance
"""


class Study:
    """The same events as processes and as journeys.

    `declared` is the study file; logs are read from the workspace when asked for and kept.
    """

    def __init__(self, declared: StudyFile, workspace: Workspace) -> None:
        self.declared = declared
        self.workspace = workspace
        self._logs: dict[CaseNotion, EventLog] = {}

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
        return read_quality(self.workspace)

    @cached_property
    def flattening(self) -> Flattening:
        """What each case notion leaves out, doubles and mixes."""
        return flattening(self.workspace, self.declared)

    @cached_property
    def silences(self) -> dict[str, Silence]:
        """The silence after which a goal counts as given up, per goal."""
        stored = json.loads(self.workspace.meta("silences") or "{}")
        return {goal: Silence(*values) for goal, values in stored.items()}

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
        return self.workspace.columns("SELECT process, opened, closed, customer FROM records ORDER BY record")

    @cached_property
    def record_ids(self) -> NDArray[Any]:
        """The CRM's own id of every record."""
        return self.workspace.columns("SELECT id FROM records ORDER BY record")["id"]

    def names(self, kind: str) -> tuple[str, ...]:
        """The names behind the codes of a column."""
        return tuple(
            name
            for (name,) in self.workspace.rows("SELECT name FROM names WHERE kind = ? ORDER BY code", [kind])
        )

    def _read_process(self, notion: CaseNotion) -> EventLog:
        code = self.processes.index(notion.name)
        columns = self.workspace.columns(_PROCESS_EVENTS, [code])
        cases = self._frame(_PROCESS_CASES, [code])
        case = np.searchsorted(cases["record"].to_numpy(), columns["record"])
        return self._log(notion, columns, case, cases)

    def _read_journey(self, notion: CaseNotion) -> EventLog:
        code = self.goals.index(notion.name)
        columns = self.workspace.columns(_JOURNEY_EVENTS, [code])
        cases = self._frame(_JOURNEY_CASES, [code])
        case = np.searchsorted(cases["instance"].to_numpy(), columns.pop("instance"))
        return self._log(notion, columns, case, cases)

    def _log(
        self, notion: CaseNotion, columns: dict[str, NDArray[Any]], case: NDArray[Any], cases: pd.DataFrame
    ) -> EventLog:
        names = {
            kind: self.names(kind) for kind in ("activity", "channel", "department", "resource", "process")
        }
        return EventLog.from_columns(
            notion, case.astype(np.int64), columns, names, self._with_segments(cases), self.horizon
        )

    def _frame(self, sql: str, values: list[Any]) -> pd.DataFrame:
        import pandas as pd

        return pd.DataFrame(self.workspace.columns(sql, values))

    def _with_segments(self, cases: pd.DataFrame) -> pd.DataFrame:
        """Customer key and segments beside each case; unknown stays missing."""
        customer = cases["customer"].to_numpy()
        keys = self.workspace.columns("SELECT key FROM customers ORDER BY customer")["key"]
        cases["customer_key"] = [keys[c] if c >= 0 else None for c in customer]
        for attribute in self.declared.segments:
            found = self.workspace.columns(
                "SELECT customer, value FROM customer_attributes WHERE lower(attribute) = lower(?)",
                [attribute],
            )
            values = np.full(keys.size + 1, None, object)
            values[found["customer"]] = found["value"]
            cases[attribute] = values[customer]
        return cases


def _known(kind: str, name: str, available: Any) -> str:
    if name not in available:
        raise UnknownNameError(kind, name, available)
    return name
