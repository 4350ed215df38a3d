"""Risk sets: goals that had come equally far and both went on, one with a step and the others without.

Who takes a late step has lived long enough to take it. Set against all goals, those that ended early
among them, every late step looks good (immortal time). So a goal is compared, at the moment it takes a
step, only with goals that went on at the same point, and what happens later is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

ALIKE = 16
"""Goals at one point are compared among about so many neighbours by time under way."""
EXACT = 16
"""Up to so many steps the number of steps so far is compared exactly, beyond to within 9 %."""


@dataclass(frozen=True, eq=False)
class GoalSteps:
    """The events of a goal's log, in case order (`case` ascending).

    `at` is the time since the goal began, `came_to` how far it had come before the event (any code from
    0), `eligible` whether the event is a step of a decided goal that may be compared.
    """

    case: NDArray[np.int64]
    activity: NDArray[np.int32]
    at: NDArray[np.int64]
    came_to: NDArray[np.int64]
    eligible: NDArray[np.bool_]
    n_activities: int


@dataclass(frozen=True, eq=False)
class RiskSets:
    """Moments at which decided goals went on; set *r* owns the moments offsets[r]:offsets[r+1].

    Per moment `case` and `row` (of the log; the event with which the case went on). `first` holds the rows
    at which a case takes an activity for the first time, those of activity *a* being
    ``first[first_offsets[a]:first_offsets[a+1]]``, `first_case` their cases; `set_of_row` the risk set of a
    row, -1 for none.
    """

    offsets: NDArray[np.int64]
    case: NDArray[np.int64]
    row: NDArray[np.int64]
    first: NDArray[np.int64]
    first_case: NDArray[np.int64]
    first_offsets: NDArray[np.int64]
    set_of_row: NDArray[np.int64]


def risk_sets(steps: GoalSteps, under_way: NDArray[np.int64]) -> RiskSets:
    """Group the events by the point at which they came; `under_way` is the time by which goals are alike.

    A set has the same activity before, the same `came_to` and number of steps so far, and is a run of
    about `ALIKE` neighbours by `under_way`; events of equal time are never parted.
    """
    case, activity, n_activities = steps.case, steps.activity, steps.n_activities
    n = case.size
    place = _place_in_case(case)
    rows = np.flatnonzero(steps.eligible & (place > 0))
    cell = (steps.came_to[rows] * n_activities + activity[rows - 1]) * 4096 + _so_far(place[rows])
    order = np.lexsort((under_way[rows], cell))
    rows, cell, time = rows[order], cell[order], under_way[rows[order]]
    starts = _starts(cell)
    within = np.arange(rows.size) - _held(starts)
    tied = starts | _starts(time)
    block = within[_held(tied)] // ALIKE
    begins = np.flatnonzero(starts | _starts(block))
    set_of_row = np.full(n, -1, np.int64)
    offsets = np.concatenate([begins, [rows.size]]).astype(np.int64)
    set_of_row[rows] = np.repeat(np.arange(begins.size), np.diff(offsets))
    keys, first = np.unique(activity.astype(np.int64) * (n + 1) + case, return_index=True)
    first_offsets = np.searchsorted(keys, np.arange(n_activities + 1) * (n + 1)).astype(np.int64)
    return RiskSets(offsets, case[rows], rows, first, case[first], first_offsets, set_of_row)


def _so_far(place: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of steps so far, exact up to `EXACT`, then in classes 9 % wide."""
    coarse = EXACT + np.floor(8 * np.log2(np.maximum(place, EXACT) / EXACT)).astype(np.int64)
    return np.where(place < EXACT, place, coarse)


def _place_in_case(case: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.arange(case.size) - _held(_starts(case))


def _starts(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a value differs from the one before it."""
    found = np.ones(values.size, bool)
    found[1:] = values[1:] != values[:-1]
    return found


def _held(starts: NDArray[np.bool_]) -> NDArray[np.int64]:
    """For each entry where its run began."""
    return np.maximum.accumulate(np.where(starts, np.arange(starts.size), 0))
