"""Risk sets: goals that had come equally far and both went on, one with a step and the others without.

Who takes a late step has lived long enough to take it. Set against all goals, those that ended early
among them, every late step looks good (immortal time). So a goal is compared, at the moment it takes a
step, only with goals that went on at the same point, and what happens later is not looked at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import Z95, Estimate

ALIKE = 16
"""Goals at one point are compared among about so many neighbours by time under way."""
EXACT = 16
"""Up to so many steps the number of steps so far is compared exactly, beyond to within 9 %."""


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


@dataclass(frozen=True, eq=False)
class Contrast:
    """Share reached with a step less without it, both gone on from the same point.

    `share_with` and `share_without` are shares over the risk sets in which both occur, a set with a goals that
    took the step and b that did not weighing a·b / (a + b) (Mantel & Haenszel 1959; Greenland & Robins
    1985). `low` and `high` are Fieller's 95 % interval with customers as units, `p` is of its score test,
    `standard_error` that of no difference. `n_with` and `n_otherwise` are goals; `cases` those with it.
    """

    share_with: float
    share_without: float
    low: float
    high: float
    p: float
    standard_error: float
    n_with: int
    n_otherwise: int
    cases: NDArray[np.int64]

    @property
    def difference(self) -> float:
        """Share with the step less share without."""
        return self.share_with - self.share_without

    def as_estimate(self, n_open: int) -> Estimate:
        """The difference; its n are the goals compared that took the step."""
        return Estimate(
            self.difference, self.low, self.high, self.n_with, "difference in share",
            "share reached with the step less gone on otherwise from the same point", n_open,
        )  # fmt: skip


def risk_sets(
    case: NDArray[np.int64],
    activity: NDArray[np.int32],
    under_way: NDArray[np.int64],
    came_to: NDArray[np.int64],
    eligible: NDArray[np.bool_],
    n_activities: int,
) -> RiskSets:
    """Group the events of decided goals by the point at which they came.

    One entry per event in case order (`case` ascending). `under_way` is the time since the goal began,
    `came_to` how far it had come before the event (any code), `eligible` whether the event is a step that
    may be compared. A set has the same activity before, the same `came_to` and number of steps so far,
    and is a run of about `ALIKE` neighbours by time under way; events of equal time are never parted.
    """
    n = case.size
    place = _place_in_case(case)
    rows = np.flatnonzero(eligible & (place > 0))
    cell = (came_to[rows] * n_activities + activity[rows - 1]) * 4096 + _so_far(place[rows])
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


def contrasts(
    sets: RiskSets, reached: NDArray[np.bool_], customer: NDArray[np.int64], chosen: NDArray[np.int64]
) -> list[Contrast | None]:
    """The contrast of each chosen activity; None where nobody is comparable, or too few for an interval.

    `reached` per case; `customer` per case, each customer a number from 0.
    """
    taken = np.full(reached.size, np.iinfo(np.int64).max)
    found = []
    for code in chosen.tolist():
        place = slice(sets.first_offsets[code], sets.first_offsets[code + 1])
        mine, cases = sets.first[place], sets.first_case[place]
        taken[cases] = mine
        found.append(_contrast(sets, mine, taken, reached, customer))
        taken[cases] = np.iinfo(np.int64).max
    return found


def _contrast(
    sets: RiskSets,
    mine: NDArray[np.int64],
    taken: NDArray[np.int64],
    reached: NDArray[np.bool_],
    customer: NDArray[np.int64],
) -> Contrast | None:
    used = np.unique(sets.set_of_row[mine])
    used = used[used >= 0]
    lengths = np.diff(sets.offsets)[used]
    moments = _ranges(sets.offsets[used], lengths)
    group = np.repeat(np.arange(used.size), lengths)
    case, row = sets.case[moments], sets.row[moments]
    running = row <= taken[case]  # who has taken the step is no longer at risk of taking it
    case, row, group = case[running], row[running], group[running]
    treated = row == taken[case]
    n = np.bincount(group, minlength=used.size)
    n_with = np.bincount(group[treated], minlength=used.size)
    both = ((n_with > 0) & (n_with < n))[group]
    case, group, treated = case[both], group[both], treated[both]
    if not case.size:
        return None
    size, took = n[group], n_with[group] / n[group]
    outcome = reached[case]
    share = np.bincount(group, outcome, minlength=used.size)[group] / size
    lever, gained = treated - took, outcome - share
    over, under = lever * gained, lever * lever
    fair = np.sqrt(size / (size - 1.0))  # what is lost by measuring from each set's own mean
    who = customer[case]
    overs, unders = (np.bincount(who, values * fair) for values in (over, under))
    interval = _fieller(float(over.sum()), float(under.sum()), overs, unders)
    if interval is None:
        return None
    weight = np.where(treated, 1 - took, took)
    share_with, share_without = (
        float(np.average(outcome[side], weights=weight[side])) for side in (treated, ~treated)
    )
    cases = np.unique(case[treated])
    n_otherwise = np.unique(case[~treated]).size
    return Contrast(share_with, share_without, *interval, cases.size, n_otherwise, cases)


def _fieller(
    over: float, under: float, overs: NDArray[Any], unders: NDArray[Any]
) -> tuple[float, float, float, float] | None:
    """Low, high, p and standard error under no difference, of over / under (Fieller 1954).

    The interval holds every d at which the sum of `over - d·under` is no further than 1.96 standard errors
    from nothing, customers being the units; None where it is not bounded.
    """
    z2 = Z95 * Z95
    a = under * under - z2 * float(unders @ unders)
    b = over * under - z2 * float(overs @ unders)
    c = over * over - z2 * float(overs @ overs)
    inside = b * b - a * c
    if a <= 0 or inside < 0:
        return None
    spread, value = math.sqrt(inside), over / under
    low, high = max(-1.0, (b - spread) / a), min(1.0, (b + spread) / a)
    error = math.sqrt(float(overs @ overs))
    p = math.erfc(abs(over) / error / math.sqrt(2)) if error else 1.0
    return min(low, value), max(high, value), p, error / under


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


def _ranges(begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """begins[i], begins[i] + 1, … of each length, one after the other."""
    ends = np.cumsum(lengths)
    return np.repeat(begins - ends + lengths, lengths) + np.arange(int(lengths.sum()))
