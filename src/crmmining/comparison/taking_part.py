"""Which process takes part in which goal, over all goals of a study, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_view import GoalView
from crmmining.eventlog.study import Study

if TYPE_CHECKING:
    from crmmining.comparison.views import Views


@dataclass(frozen=True, eq=False)
class TakingPart:
    """All attempts at all goals of a study, and the processes that take part in them.

    Per attempt: `kind` (code into the goals), `customer` (numbered in the order of their first attempt, so
    that it does not depend on loading), `begun` and `reached` (microseconds, -1 not reached), `outcome`,
    `score` (NaN unanswered), `inbound` contacts, `amount` of money on its records. Per pair of attempt and
    process: `attempt`, `process` (code), `share` (of the attempt's events on records of processes; adds up
    to 1 per attempt), `n_records`.
    """

    kinds: tuple[str, ...]
    processes: tuple[str, ...]
    kind: NDArray[np.int64]
    customer: NDArray[np.int64]
    begun: NDArray[np.int64]
    reached: NDArray[np.int64]
    outcome: NDArray[np.int8]
    score: NDArray[np.float64]
    inbound: NDArray[np.int64]
    amount: NDArray[np.float64]
    attempt: NDArray[np.int64]
    process: NDArray[np.int64]
    share: NDArray[np.float64]
    n_records: NDArray[np.int64]

    @property
    def n_customers(self) -> int:
        """How many customers have a goal."""
        return int(self.customer.max(initial=-1)) + 1

    @property
    def decided(self) -> NDArray[np.bool_]:
        """Attempts that were reached or given up."""
        return np.asarray(self.outcome != 2)


def take_part(study: Study, all_views: Sequence[Views], amounts: NDArray[np.float64]) -> TakingPart:
    """Put the attempts of all goals beside each other; `amounts` holds the money of each record, by code."""
    views = [each.view for each in all_views]
    first = np.concatenate([[0], np.cumsum([view.log.n_cases for view in views])]).astype(np.int64)
    pairs = [_pairs(view, len(study.processes)) for view in views]
    kinds = [np.full(view.log.n_cases, study.goals.index(view.goal)) for view in views]
    reached = [view.log.cases["reached"].to_numpy(np.int64) for view in views]
    inbound = [each.contacts.cases["inbound"].to_numpy(np.int64) for each in all_views]
    return TakingPart(
        study.goals,
        study.processes,
        np.concatenate(kinds).astype(np.int64),
        _numbered(np.concatenate([view.customers for view in views]).astype(np.int64)),
        np.concatenate([view.log.begun for view in views]),
        np.concatenate(reached),
        np.concatenate([view.outcome for view in views]),
        np.concatenate([view.satisfaction for view in views]),
        np.concatenate(inbound),
        _money(views, amounts),
        np.concatenate([case + start for (case, *_), start in zip(pairs, first[:-1], strict=True)]),
        *(np.concatenate([pair[k] for pair in pairs]) for k in (1, 2, 3)),
    )


def _numbered(customer: NDArray[np.int64]) -> NDArray[np.int64]:
    """Customers by the order in which they come first."""
    _, place, code = np.unique(customer, return_index=True, return_inverse=True)
    rank = np.empty(place.size, np.int64)
    rank[np.argsort(place)] = np.arange(place.size)
    return np.asarray(rank[code])


def _pairs(
    view: GoalView, n: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Case, process, share of the case's events on records of processes, number of records."""
    record = view.log.columns["record"]
    process = np.where(record >= 0, view.study.records["process"][record], -1).astype(np.int64)
    rows = np.flatnonzero(process >= 0)
    key, n_events = np.unique(view.log.case_of_event[rows] * n + process[rows], return_counts=True)
    case = key // max(n, 1)
    whole = np.bincount(case, n_events, view.log.n_cases)
    mine = view.records.process >= 0
    _, n_records = np.unique(view.records.case[mine] * n + view.records.process[mine], return_counts=True)
    return case, key % max(n, 1), n_events / whole[case], n_records


def _money(views: list[GoalView], amounts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The money on each attempt's records; a record seen in several attempts is shared among them."""
    times = np.zeros(amounts.size, np.int64)
    for view in views:
        times += np.bincount(view.records.record, minlength=amounts.size)
    each = amounts / np.maximum(times, 1)
    return np.concatenate(
        [np.bincount(view.records.case, each[view.records.record], view.log.n_cases) for view in views]
    )
