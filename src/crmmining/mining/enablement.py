"""When a step could have begun: the end of the step before it that is not concurrent with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.kernel import Int32s, Int64s, UInt8s, native
from crmmining.eventlog.log import EventLog

LEAST_DEPENDENCY = 0.9
"""From here on two activities are in sequence, a loop, or a repeat (Weijters & Ribeiro 2011)."""


@dataclass(frozen=True, eq=False)
class Steps:
    """Events in case order with what enabled them; arrays of one length, times in microseconds.

    `row` is the event's row in the log, `start` -1 where it is not known or lies after the end, `source`
    the place (in these arrays) of the step that enabled it, -1 for none; `enabled` is that step's end,
    or the begin of the case. `is_first` tells the first event of each case.
    """

    row: NDArray[np.int64]
    case: NDArray[np.int64]
    activity: NDArray[np.int32]
    resource: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    source: NDArray[np.int64]
    enabled: NDArray[np.int64]
    is_first: NDArray[np.bool_]


def enable_steps(log: EventLog) -> Steps:
    """Find for every event of a log with `start` and `resource` what enabled it.

    Events are in order of (end, start, activity, resource). The enabling step is the last one that had
    ended when the event started and whose activity is not concurrent with the event's.
    """
    end = log.columns["time"].astype(np.int64)
    start = log.columns["start"].astype(np.int64)
    start = np.where(start <= end, start, -1)
    case, activity = log.case_of_event, np.ascontiguousarray(log.columns["activity"], np.int32)
    resource = log.columns["resource"].astype(np.int64)
    row = np.arange(end.size)
    if log.n_ties:
        row = np.lexsort((resource, activity, np.where(start < 0, end, start), end, case))
        end, start, activity, resource = end[row], start[row], activity[row], resource[row]
    source = np.full(end.size, -1, np.int64)
    concurrent = concurrent_activities(case, activity, len(log.activities))
    find_sources(
        log.offsets.astype(np.int64),
        log.n_cases,
        activity,
        start,
        end,
        concurrent.ravel(),
        len(log.activities),
        source,
    )
    first = log.offsets[:-1]
    is_first = np.zeros(end.size, bool)
    is_first[first] = True
    begun = np.minimum.reduceat(np.where(start < 0, end, start), first) if end.size else end
    enabled = np.where(source >= 0, end[source], begun[case])
    return Steps(row, case, activity, resource, start, end, source, enabled, is_first)


def concurrent_activities(
    case: NDArray[np.int64], activity: NDArray[np.int32], n_activities: int
) -> NDArray[np.uint8]:
    """Which activities are concurrent, as a symmetric matrix of 0 and 1.

    Two activities are when each comes right after the other, neither way much more often than the
    other, and not because they alternate (a, b, a): the measures of the Heuristics Miner (Weijters &
    Ribeiro 2011), as the concurrency oracle of Chapela-Campa & Dumas (2022) uses them.
    """
    code, next_to = activity.astype(np.int64), case[1:] == case[:-1]
    pairs = code[:-1] * n_activities + code[1:]
    pair, n = np.unique(pairs[next_to], return_counts=True)
    a, b = np.divmod(pair, n_activities)
    back = _counts_of(b * n_activities + a, pair, n)
    repeats = _counts_of(np.arange(n_activities) * (n_activities + 1), pair, n)
    is_repeat = repeats / (repeats + 1) >= LEAST_DEPENDENCY

    alternates = next_to[1:] & next_to[:-1] & (code[2:] == code[:-2])
    loop, n_loops = np.unique(pairs[:-1][alternates], return_counts=True)
    loops = _counts_of(pair, loop, n_loops) + _counts_of(b * n_activities + a, loop, n_loops)
    is_loop = (loops / (loops + 1) >= LEAST_DEPENDENCY) & ~is_repeat[a] & ~is_repeat[b]

    in_sequence = np.abs(n - back) / (n + back + 1) >= LEAST_DEPENDENCY
    chosen = (a != b) & (back > 0) & ~in_sequence & ~is_loop
    matrix = np.zeros((n_activities, n_activities), np.uint8)
    matrix[a[chosen], b[chosen]] = 1
    return matrix


def _counts_of(
    wanted: NDArray[np.int64], keys: NDArray[np.int64], counts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The count of each wanted key, 0 where it is not among the sorted `keys`."""
    if not keys.size:
        return np.zeros(wanted.size, np.int64)
    place = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    return np.where(keys[place] == wanted, counts[place], 0)


@native
def find_sources(
    offsets: Int64s,
    n_cases: int,
    activity: Int32s,
    start: Int64s,
    end: Int64s,
    concurrent: UInt8s,
    n_activities: int,
    source: Int64s,
) -> None:
    """For every event with a start the last one before it that had ended and is not concurrent."""
    for c in range(n_cases):
        first = offsets[c]
        for i in range(first, offsets[c + 1]):
            if start[i] < 0:
                continue
            low, high = first, i  # the ends are in order: halve to the first one after this start
            while low < high:
                middle = (low + high) // 2
                if end[middle] <= start[i]:
                    low = middle + 1
                else:
                    high = middle
            for j in range(low - 1, first - 1, -1):
                if concurrent[activity[i] * n_activities + activity[j]] == 0:
                    source[i] = j
                    break
