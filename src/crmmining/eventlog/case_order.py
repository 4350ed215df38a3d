"""The one place that decides order: events grouped by case, inside a case by (time, sequence).

Cases are grouped by a counting sort; inside a case an insertion sort serves the short, nearly sorted
runs that CRM exports hold, and a merge sort the long ones, so that a service account with a million
shuffled events does not go quadratic. Nothing sorts globally.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.kernel import kernel

Ints = NDArray[np.integer[Any]]
LONG_CASE = 64


@dataclass(frozen=True, eq=False)
class CaseOrder:
    """Which event comes where.

    `rows` (n_events kept) are event rows in case order; case *c* owns ``rows[offsets[c]:offsets[c+1]]``.
    `n_ties` counts neighbours in a case with equal times, put in order by their sequence.
    """

    rows: NDArray[np.int64]
    offsets: NDArray[np.int64]
    n_ties: int


def order_cases(case: Ints, time: Ints, sequence: Ints, n_cases: int) -> CaseOrder:
    """Group events by case and order each case by (time, sequence).

    `case` holds codes in [0, n_cases); a negative code leaves the event out. `time` is in
    microseconds; `sequence` must be unique, which makes the order total.
    """
    rows, offsets = _group(np.ascontiguousarray(case, np.int64), n_cases)
    times, sequences = np.ascontiguousarray(time, np.int64), np.ascontiguousarray(sequence, np.int64)
    n_ties = _sort_inside(rows, offsets, times, sequences)
    return CaseOrder(rows, offsets, int(n_ties))


@kernel
def _group(case, n_cases):  # type: ignore[no-untyped-def]
    offsets = np.zeros(n_cases + 1, np.int64)
    for i in range(case.size):
        if case[i] >= 0:
            offsets[case[i] + 1] += 1
    for c in range(n_cases):
        offsets[c + 1] += offsets[c]
    place = offsets[:-1].copy()
    rows = np.empty(offsets[n_cases], np.int64)
    for i in range(case.size):
        c = case[i]
        if c >= 0:
            rows[place[c]] = i
            place[c] += 1
    return rows, offsets


@kernel
def _sort_inside(rows, offsets, time, sequence):  # type: ignore[no-untyped-def]
    n_ties = 0
    for c in range(offsets.size - 1):
        start, end = offsets[c], offsets[c + 1]
        if end - start > LONG_CASE:
            part = rows[start:end].copy()
            part = part[np.argsort(sequence[part], kind="mergesort")]
            rows[start:end] = part[np.argsort(time[part], kind="mergesort")]
        else:
            for i in range(start + 1, end):
                row = rows[i]
                t, s = time[row], sequence[row]
                j = i - 1
                while j >= start and (time[rows[j]] > t or (time[rows[j]] == t and sequence[rows[j]] > s)):
                    rows[j + 1] = rows[j]
                    j -= 1
                rows[j + 1] = row
        for i in range(start + 1, end):
            n_ties += time[rows[i]] == time[rows[i - 1]]
    return n_ties
