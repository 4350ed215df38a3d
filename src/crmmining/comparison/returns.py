"""Returns: whether a closed record was the end of the matter, or its customer came back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_progress import asks_for_help
from crmmining.comparison.goal_view import GoalView
from crmmining.eventlog.filters import events_named
from crmmining.eventlog.log import COMPANY

FAR = np.iinfo(np.int64).max // 4
"""Later than anything, and still far from it less or more a moment."""


def closings(view: GoalView, mine: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Per record the first closing event (-1 none), and whether work went on after one."""
    record, first = view.log.columns["record"], _first_closings(view)
    reopened = np.zeros(first.size, bool)
    reopened[record[works_after_closing(view)]] = True
    chosen = view.records.record[mine]
    return np.where(first[chosen] == FAR, -1, first[chosen]), reopened[chosen]


def _first_closings(view: GoalView) -> NDArray[np.int64]:
    """Per record the time of its first closing event; far away if none."""
    log = view.log
    record = log.columns["record"]
    closing = _is_closing(view)
    first = np.full(view.study.records["process"].size, FAR)
    np.minimum.at(first, record[closing], log.columns["time"][closing])
    return first


def _is_closing(view: GoalView) -> NDArray[np.bool_]:
    closing = np.zeros(view.log.n_events, bool)
    for code, process in enumerate(view.declared.processes.values()):
        closing |= (view.log.columns["process"] == code) & events_named(view.log, process.closed_by)
    return closing


def works_after_closing(view: GoalView) -> NDArray[np.bool_]:
    """Events that show that a closed record was not: the company works on it, or the customer asks."""
    log, first = view.log, _first_closings(view)
    record = log.columns["record"]
    return np.asarray(
        (record >= 0)
        & ~_is_closing(view)
        & ((log.columns["actor"] == COMPANY) | view.is_customer_contact)
        & (log.columns["time"] > first[np.maximum(record, 0)])
    )


def returns(
    view: GoalView, mine: NDArray[np.int64], closed: NDArray[np.int64], window: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int8]]:
    """Per closed record, whether it was followed within `window` by a new record, and by a contact without.

    The third array tells which of the two came first: 1 the record, 2 the contact, 0 none. A
    contact that reaches or gives up the goal asks for nothing and is no return.
    """
    records, log = view.records, view.log
    need = needs_of(view)  # a return soon after is the same need, even where the goal itself had ended
    case = need[records.case[mine]]
    recurrence = np.full(mine.size, FAR)
    for code in np.unique(records.process[mine]):
        same = np.flatnonzero(records.process[mine] == code)
        recurrence[same] = next_after(case[same], closed[same], case[same], records.opened[mine][same])
    asking = np.flatnonzero(asks_for_help(view) & (log.columns["record"] < 0))
    call = next_after(case, closed, need[log.case_of_event[asking]], log.columns["time"][asking])
    recurred, called = recurrence - closed <= window, call - closed <= window
    first = np.where(recurred & (recurrence <= call), 1, np.where(called, 2, 0))
    return recurred, called, first.astype(np.int8)


def needs_of(view: GoalView) -> NDArray[np.int64]:
    """Per case a number for who needs what: one customer, one goal, one value of `by`."""
    cases = view.log.cases
    return np.asarray(cases.groupby(["customer", "by_value"], sort=True).ngroup(), np.int64)


def next_after(
    case: NDArray[np.int64],
    moment: NDArray[np.int64],
    other_case: NDArray[np.int64],
    other: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The first of the other moments of the same case strictly after each moment; far away if none."""
    if not other.size:
        return np.full(case.size, FAR)
    order = np.lexsort((other, other_case))
    cases, moments = other_case[order], other[order]
    ranked = np.unique(np.concatenate([moments, moment]))  # ranks instead of microseconds: no overflow
    keys = cases * ranked.size + np.searchsorted(ranked, moments)
    place = np.searchsorted(keys, case * ranked.size + np.searchsorted(ranked, moment), "right")
    held = np.minimum(place, cases.size - 1)
    return np.where((place < cases.size) & (cases[held] == case), moments[held], FAR)
