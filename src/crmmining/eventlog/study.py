"""An opened study: what the analyst declared, over the tables that were loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from crmmining.engine.engine import StoredTables
from crmmining.errors import UnknownNameError, WorkspaceError
from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.codes import laid_out
from crmmining.eventlog.customer_life import CustomerLife, customer_life, customer_of
from crmmining.eventlog.flattening import Flattening, flattening
from crmmining.eventlog.identities import Identities, explain_merge, read_identities
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.quality import Quality, read_quality, read_refused
from crmmining.eventlog.selection import (
    CaseTables,
    choose_cases,
    count_doers,
    journey_tables,
    process_tables,
)
from crmmining.eventlog.silences import Silence
from crmmining.eventlog.stored_events import StoredEvents
from crmmining.eventlog.stored_log import LogQuery, case_names, log_query, read_log
from crmmining.eventlog.variant_building import with_business_days
from crmmining.eventlog.variants import Variants
from crmmining.study.journey import IdealJourney
from crmmining.study.study_file import StudyFile
from crmmining.study.waivers import Waiver, read_waivers

if TYPE_CHECKING:
    import pandas as pd

BYTES_PER_EVENT = 64
"""What a log of a study takes in memory: eight numbers per event."""


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

    @property
    def asking(self) -> tuple[str, ...]:
        """Activities in which the company asks the customer for something, by name."""
        return tuple(spec.name or key for key, spec in self.declared.activities.items() if spec.asks)

    @cached_property
    def n_events(self) -> int:
        """Number of events loaded."""
        return int(self.workspace.value("SELECT count(*) FROM events"))

    @cached_property
    def horizon(self) -> int:
        """The end of the data in microseconds: what is open then is censored."""
        return self._events.horizon

    @cached_property
    def quality(self) -> Quality:
        """What was found, mended, refused on loading."""
        return read_quality(self.workspace, self.declared)

    @cached_property
    def refused(self) -> pd.DataFrame:
        """Every row that was set aside on loading: path, row, column_name, value, reason."""
        return read_refused(self.workspace)

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The loads that made this workspace, the last one last."""
        return tuple(Run(*row) for row in self.workspace.rows("SELECT * FROM runs ORDER BY run"))

    @cached_property
    def flattening(self) -> Flattening:
        """What each case notion leaves out, doubles and mixes."""
        return flattening(self.workspace, self.declared)

    def customer(self, key: str) -> CustomerLife:
        """One customer's life as both views, each event with its goal and the rule that put it there.

        Raises:
            InvalidOptionError: nobody has this key, or several have it.
        """
        return customer_life(self.workspace, key, self._pseudonyms(key))

    @cached_property
    def identities(self) -> Identities:
        """How many events have a customer, per file, and how many customers are seen in several files."""
        return read_identities(self.workspace)

    def customer_number(self, key: str) -> int:
        """Under which number the workspace keeps the customer who has this key.

        Raises:
            InvalidOptionError: nobody has this key, or several have it.
        """
        return customer_of(self.workspace, key, self._pseudonyms(key))

    def explain_merge(self, key: str) -> pd.DataFrame:
        """Why the keys of a customer are one customer: which of them stand in one row of which file.

        Raises:
            InvalidOptionError: nobody has this key, or several have it.
        """
        return explain_merge(self.workspace, key, self._pseudonyms(key))

    def _pseudonyms(self, key: str) -> list[str]:
        """What may be stored in the place of a key: of an e-mail address, a number, or an id as it stands."""
        secret = self.declared.secret
        if secret is None:
            return []
        written = key.partition(":")[2] or key
        digits = "".join(sign for sign in written if sign.isdigit())
        return [secret.pseudonym(text) for text in dict.fromkeys((written, written.strip().lower(), digits))]

    @cached_property
    def silences(self) -> dict[str, Silence]:
        """The silence after which a goal counts as given up, per goal."""
        stored = self.workspace.rows(
            "SELECT silence, n_goals, declared, n_gaps, pairs FROM silences ORDER BY goal"
        )
        return {goal: Silence(*values) for goal, values in zip(self.goals, stored, strict=True)}

    def process_log(self, name: str, where: Sequence[str] = ()) -> EventLog:
        """Events of one process, a case per CRM record; `where` chooses cases (see `choose_cases`).

        Raises:
            UnknownNameError: no such process, or a condition names nothing that is there.
            InvalidOptionError: a condition is none.
        """
        return self.log(CaseNotion("process", name), where)

    def journey_log(self, goal: str, where: Sequence[str] = ()) -> EventLog:
        """Events of one goal, a case per attempt of a customer, with its outcome; `where` chooses cases.

        Raises:
            UnknownNameError: no such goal, or a condition names nothing that is there.
            InvalidOptionError: a condition is none.
        """
        return self.log(CaseNotion("journey", goal), where)

    def ideal_journey(self, goal: str) -> IdealJourney:
        """The ideal journey declared for a goal.

        Raises:
            UnknownNameError: none is declared for it.
        """
        _known("goal", goal, self.goals)
        return self.declared.journeys[_known("ideal journey for", goal, self.declared.journeys)]

    def notion(self, name: str) -> CaseNotion:
        """The goal of this name, else the process.

        Raises:
            UnknownNameError: there is neither.
        """
        if name in self.goals:
            return CaseNotion("journey", name)
        return CaseNotion("process", _known("goal or process", name, [*self.goals, *self.processes]))

    def ideal_of(self, notion: CaseNotion) -> IdealJourney | None:
        """What a goal or process is held against, None where nothing is declared."""
        if notion.kind == "journey":
            return self.declared.journeys.get(notion.name)
        process = self.declared.processes.get(notion.name)
        return process.ideal if process else None

    def waivers(self, notion: CaseNotion) -> list[Waiver]:
        """The deviations of a goal or process that somebody accepted, expired ones too."""
        return [waiver for waiver in read_waivers(self.declared.path) if waiver.of == notion.name]

    def clock_over(self, log: EventLog) -> BusinessClock:
        """The company's working hours over a log."""
        return self.clock_from(int(log.columns["time"].min(initial=log.horizon)))

    def clock_from(self, first: int) -> BusinessClock:
        """The company's working hours from a moment (microseconds) to the end of the data."""
        return BusinessClock.over(self.declared.calendar, first, self.horizon)

    @cached_property
    def beginning(self) -> int:
        """The first moment of the data in microseconds."""
        return int(self.workspace.value("SELECT min(time) FROM events"))

    def working_hours(self, log: EventLog) -> BusinessClock | None:
        """The same, where the study file declares a calendar: without one nobody's hours are known."""
        return self.clock_over(log) if self.declared.declares_hours else None

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

    def stored_names(self, kind: str) -> tuple[str, ...]:
        """The names behind the codes of a column as they lie in the tables."""
        return self._events.names[kind]

    @cached_property
    def _events(self) -> StoredEvents:
        return StoredEvents(self.workspace, self.declared)

    def log(self, notion: CaseNotion, where: Sequence[str] = ()) -> EventLog:
        """The log of a process or a journey, as `process_log` and `journey_log` give it.

        Raises:
            WorkspaceError: it does not fit into the memory limit.
        """
        if (notion, tuple(where)) not in self._logs:
            query = self.query(notion, where)
            if self.workspace.room:
                self._check_room(notion, self.count(query))
            log = read_log(self.workspace, self.declared, self._events, notion, query)
            self._logs[notion, tuple(where)] = log
        return self._logs[notion, tuple(where)]

    def variants(self, log: EventLog) -> Variants:
        """The variants of one of this study's logs, their times in the company's business days too."""
        return with_business_days(log, self.working_hours(log))

    def case_names(self, notion: CaseNotion, numbers: NDArray[Any]) -> NDArray[Any]:
        """What cases are called, by the number of their record or goal instance."""
        return case_names(self.workspace, notion.kind, numbers)

    def has_room(self, n_events: int) -> bool:
        """Whether a log of so many events may be held beside those that are."""
        held = sum(log.n_events for log in self._logs.values())
        room = self.workspace.room
        return room is None or (held + n_events) * BYTES_PER_EVENT <= room

    def count(self, query: LogQuery) -> int:
        """The number of events of a log."""
        return int(self.workspace.value(f"SELECT count(*) FROM ({query.events('1')}) e", [query.code]))

    def _check_room(self, notion: CaseNotion, n_events: int) -> None:
        if not self.has_room(n_events):
            size = n_events * BYTES_PER_EVENT / 1e9
            raise WorkspaceError(
                f"{notion} has {n_events:,} events, which take about {size:,.1f} GB in memory, more than the "
                "limit leaves; give more with --memory, or choose cases with --where"
            )

    def query(self, notion: CaseNotion, where: Sequence[str] = ()) -> LogQuery:
        """What reads a log of this study; may need chosen_cases, a working table made here.

        Raises:
            UnknownNameError: no such process or goal, or a condition names nothing that is there.
            InvalidOptionError: a condition is none.
        """
        tables = self._tables(notion)
        if where:
            chosen = choose_cases(self.workspace, self.declared, tables, where)
            self.workspace.table("chosen_cases", chosen.sql, chosen.values)
        return log_query(tables.kind, tables.code, chosen=bool(where))

    def doers(self, notion: CaseNotion, where: Sequence[str] = ()) -> list[tuple[str, bool, str | None, int]]:
        """Of each activity of a log: whether the customer does it, else which department, how often."""
        query = self.query(notion, where)
        return count_doers(self.workspace, self.declared, self._tables(notion), chosen=query.chosen)

    def _tables(self, notion: CaseNotion) -> CaseTables:
        if notion.kind == "process":
            return process_tables(self.processes.index(_known("process", notion.name, self.processes)))
        return journey_tables(self.goals.index(_known("goal", notion.name, self.goals)))

    @property
    def ranks(self) -> NDArray[Any] | None:
        """The ranks of the files, for the order among equal times (`sequence_of`)."""
        return self._events.ranks


def _known(kind: str, name: str, available: Any) -> str:
    if name not in available:
        raise UnknownNameError(kind, name, available)
    return name
