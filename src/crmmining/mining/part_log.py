"""A part of a log larger than memory, or on a cluster: whole cases, made a log where their rows are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Columns
from crmmining.eventlog.case_order import order_cases
from crmmining.eventlog.case_table import CaseTable
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.stored_events import sequence_of
from crmmining.eventlog.study import Study

_OF_EVENTS = ("start", "channel", "actor", "satisfaction")
_OF_CASES = ("case_number", "customer", "begun_at", "reached", "given_up", "outcome", "closed")


@dataclass(frozen=True, eq=False)
class PartLog:
    """Makes a log of a part of the rows of a `LogQuery`; can be sent to where the rows are."""

    notion: CaseNotion
    names: Mapping[str, tuple[str, ...]]
    ranks: NDArray[np.int64] | None
    horizon: int

    @classmethod
    def of(cls, study: Study, notion: CaseNotion) -> PartLog:
        """For parts of one of a study's logs."""
        names = {kind: study.stored_names(kind) for kind in ("activity", "channel")}
        return cls(notion, names, study.ranks, study.horizon)

    def __call__(self, rows: Columns) -> EventLog:
        """The log; its cases come in no particular order."""
        case, first = _numbered(rows["case_number"])
        sequence = sequence_of(rows["event"], self.ranks)
        order = order_cases(case, rows["time"], sequence, first.size, rows["activity"])
        others = {name: rows[name] for name in _OF_EVENTS if name in rows}
        facts = {name: rows[name][first] for name in _OF_CASES if name in rows}
        cases = CaseTable({"case": np.arange(first.size)} | facts)
        return EventLog.from_order(self.notion, order, others, self.names, cases, self.horizon)


def _numbered(numbers: NDArray[np.int64]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Case numbers without gaps, and the place of each one's first row."""
    heads = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] - 1))  # a case's rows mostly lie together
    _, first, case = np.unique(numbers[heads], return_index=True, return_inverse=True)
    lengths = np.diff(heads, append=numbers.size)
    return np.repeat(case.astype(np.int32), lengths), heads[first]
