"""One goal as every comparison sees it: its journey log, its records, its promises, its clocks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.filters import events_named
from crmmining.eventlog.log import CUSTOMER, EventLog
from crmmining.eventlog.study import Study
from crmmining.eventlog.turns import COMPANY_TURN, turns
from crmmining.mining.compiling import model_of_journey
from crmmining.mining.promises import Promises, check_promises, step_promises, waiting_for_answer
from crmmining.study.journey import IdealJourney
from crmmining.study.source_spec import PromiseSpec
from crmmining.study.study_file import StudyFile


@dataclass(frozen=True, eq=False)
class GoalRecords:
    """The CRM records of each goal, in the order they were opened; case *c* owns offsets[c]:offsets[c+1].

    `closed` is -1 while open; `process` is a code into the study's processes, -1 for none.
    """

    offsets: NDArray[np.int64]
    case: NDArray[np.int64]
    record: NDArray[np.int64]
    process: NDArray[np.int64]
    opened: NDArray[np.int64]
    closed: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GoalView:
    """What the comparisons share, computed once."""

    study: Study
    goal: str
    where: tuple[str, ...] = ()

    @cached_property
    def log(self) -> EventLog:
        """The journey log, of the chosen cases; what counts as a step of the ideal journey has its name."""
        log = self.study.journey_log(self.goal, self.where)
        return log.renamed(self.journey.aliases) if self.journey else log

    @property
    def declared(self) -> StudyFile:
        """The study file."""
        return self.study.declared

    @cached_property
    def journey(self) -> IdealJourney | None:
        """The ideal journey, where one is declared."""
        return self.declared.journeys.get(self.goal)

    @cached_property
    def customers(self) -> NDArray[Any]:
        """Per case its customer: the unit that is resampled."""
        return self.log.cases["customer"].to_numpy()

    @cached_property
    def clock(self) -> BusinessClock:
        """The company's working hours over the data."""
        first = min(int(self.log.begun.min()), int(self.records.opened.min(initial=self.log.horizon)))
        last = max(self.log.horizon, int(self.records.closed.max(initial=0)))
        return BusinessClock.over(self.declared.calendar, first, last)

    @property
    def working_hours(self) -> BusinessClock | None:
        """The same clock, where the study file declares a calendar: without one nobody's hours are known."""
        return self.clock if self.declared.declares_hours else None

    @cached_property
    def on_hold(self) -> tuple[str, ...]:
        """Activities after which nobody is waited for, by name."""
        return self.study.on_hold

    @cached_property
    def turns(self) -> NDArray[np.int8]:
        """Per event whose turn it is from then on; an unanswered promise stays the company's turn."""
        waiting = waiting_for_answer(self.log, promises_of(self.declared, self.journey))
        return np.where(waiting, COMPANY_TURN, turns(self.log, self.on_hold)).astype(np.int8)

    @cached_property
    def promises(self) -> Promises:
        """Every promise of the journey and of the study, held against this goal."""
        return check_promises(self.log, promises_of(self.declared, self.journey), self.clock)

    @cached_property
    def outcome(self) -> NDArray[np.int8]:
        """Per case 0 reached, 1 abandoned, 2 open."""
        outcome = self.log.outcome
        return outcome if outcome is not None else np.full(self.log.n_cases, 2, np.int8)

    @cached_property
    def satisfaction(self) -> NDArray[np.float64]:
        """Last answered score of each case, NaN where nobody answered."""
        return self.log.last_values("satisfaction")

    @cached_property
    def records(self) -> GoalRecords:
        """The records that have an event in a goal."""
        case, record = self.log.case_of_event, self.log.columns["record"]
        pairs = np.unique(np.stack([case[record >= 0], record[record >= 0]]), axis=1)
        known = self.study.records
        opened = known["opened"][pairs[1]].astype(np.int64)
        order = np.lexsort((self.study.record_ranks[pairs[1]], opened, pairs[0]))
        case, record = pairs[0][order], pairs[1][order]
        ends = np.cumsum(np.bincount(case, minlength=self.log.n_cases))
        return GoalRecords(
            np.concatenate([[0], ends]).astype(np.int64),
            case,
            record,
            known["process"][record].astype(np.int64),
            opened[order],
            known["closed"][record].astype(np.int64),
        )

    @cached_property
    def is_customer_contact(self) -> NDArray[np.bool_]:
        """Events in which the customer turns to the company."""
        contact = self.log.columns["contact"] > 0
        return np.asarray(contact & (self.log.columns["actor"] == CUSTOMER))

    @cached_property
    def is_progress(self) -> NDArray[np.bool_]:
        """Events that are a wanted step of the ideal journey (nothing where none is declared)."""
        if self.journey is None:
            return np.zeros(self.log.n_events, bool)
        wanted = model_of_journey(
            self.journey
        ).labels  # what a run may hold: a step allowed no time is not in it
        return events_named(self.log, wanted)

    def owner_of(self, process: str) -> str | None:
        """Who owns a process."""
        spec = self.declared.processes.get(process)
        return spec.owner if spec else None


def promises_of(declared: StudyFile, journey: IdealJourney | None) -> dict[str, PromiseSpec]:
    """The promises at the steps of a journey, and those of the whole study."""
    return {**(step_promises(journey) if journey else {}), **declared.promises}
