"""The pairs of steps that follow each other in a log: counted, summed, their times laid out by pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.threads import case_spans, each
from crmmining.eventlog.kernel import Int32s, Int64s, inlined, native
from crmmining.eventlog.log import EventLog

MOST_DENSE = 256
"""Up to so many activities every possible pair has a place; beyond, only those that occur."""
_FIRST_TABLE = 1 << 16


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges by code ``source * n_activities + target``, ascending, every one with at least one move.

    `n` moves, `n_cases` cases with such a move, `total` microseconds; the times of edge *e* are
    ``times[offsets[e]:offsets[e+1]]``, in no particular order.
    """

    code: NDArray[np.int64]
    n: NDArray[np.int64]
    n_cases: NDArray[np.int64]
    total: NDArray[np.int64]
    offsets: NDArray[np.int64]
    times: NDArray[np.int64]


def edges_of(log: EventLog) -> Edges:
    """The edges of a log, cases shared among the cores."""
    activity = np.ascontiguousarray(log.columns["activity"], np.int32)
    time = np.ascontiguousarray(log.columns["time"], np.int64)
    n = len(log.activities)
    codes, table = _places(log.offsets, activity, n)
    spans = case_spans(log.offsets)
    sums = [np.zeros((3, codes.size), np.int64) for _ in spans]

    def count(k: int) -> None:
        first, end = spans[k]
        seen, size = np.full(codes.size, -1, np.int32), table.size
        counts, n_cases, total = sums[k]
        count_moves(
            log.offsets, first, end, activity, time, n, codes, table, size, counts, n_cases, total, seen
        )

    each(count, range(len(spans)))
    counts, n_cases, total = np.sum(sums, axis=0)
    ends = np.cumsum(counts)
    places = [ends - counts]
    for part in sums[:-1]:
        places.append(places[-1] + part[0])
    times = np.empty(int(counts.sum()), np.int64)

    def lay_out(k: int) -> None:
        first, end = spans[k]
        lay_out_times(log.offsets, first, end, activity, time, n, codes, table, table.size, places[k], times)

    each(lay_out, range(len(spans)))
    used = np.flatnonzero(counts)
    offsets = np.concatenate([[0], ends[used]]).astype(np.int64)
    return Edges(codes[used], counts[used], n_cases[used], total[used], offsets, times)


def _places(
    offsets: NDArray[np.int64], activity: NDArray[np.int32], n: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """The codes that have a place, ascending, and the hash table from code to place (empty: all have)."""
    if n <= MOST_DENSE:
        return np.arange(n * n), np.empty(0, np.int32)
    size = _FIRST_TABLE
    while True:
        table, codes = np.full(size, -1, np.int32), np.empty(size // 2, np.int64)
        found = find_codes(offsets, offsets.size - 1, activity, n, table, size, codes)
        if found >= 0:
            break
        size *= 4
    order = np.argsort(codes[:found])
    rank = np.full(found + 1, -1, np.int32)
    rank[order] = np.arange(found, dtype=np.int32)
    return codes[order], rank[table]


@inlined
def _slot(code, size):  # type: ignore[no-untyped-def]
    mixed = np.uint64(code) * np.uint64(0x9E3779B97F4A7C15)
    return np.int64((mixed >> np.uint64(32)) & np.uint64(size - 1))


@inlined
def _place(code, codes, table, size):  # type: ignore[no-untyped-def]
    place = code
    if size > 0:
        slot = _slot(code, size)
        place = np.int64(table[slot])
        while codes[place] != code:
            slot = (slot + 1) & (size - 1)
            place = np.int64(table[slot])
    return place


@native
def find_codes(
    offsets: Int64s, n_cases: int, activity: Int32s, n: int, table: Int32s, size: int, codes: Int64s
) -> int:
    """Collect the distinct codes of edges; how many, or -1 where the table is too small."""
    found = 0
    for c in range(n_cases):
        for i in range(offsets[c] + 1, offsets[c + 1]):
            code = np.int64(activity[i - 1]) * n + activity[i]
            slot = _slot(code, size)
            while table[slot] >= 0 and codes[table[slot]] != code:
                slot = (slot + 1) & (size - 1)
            if table[slot] < 0:
                if 2 * found >= size:
                    return -1
                table[slot] = found
                codes[found] = code
                found += 1
    return found


@native
def count_moves(
    offsets: Int64s,
    first: int,
    end: int,
    activity: Int32s,
    time: Int64s,
    n: int,
    codes: Int64s,
    table: Int32s,
    size: int,
    counts: Int64s,
    case_counts: Int64s,
    totals: Int64s,
    seen: Int32s,
) -> None:
    """Moves, cases and microseconds of each edge over cases first … end."""
    for c in range(first, end):
        for i in range(offsets[c] + 1, offsets[c + 1]):
            place = _place(np.int64(activity[i - 1]) * n + activity[i], codes, table, size)
            counts[place] += 1
            totals[place] += time[i] - time[i - 1]
            if seen[place] != c:
                seen[place] = c
                case_counts[place] += 1


@native
def lay_out_times(
    offsets: Int64s,
    first: int,
    end: int,
    activity: Int32s,
    time: Int64s,
    n: int,
    codes: Int64s,
    table: Int32s,
    size: int,
    place_of: Int64s,
    times: Int64s,
) -> None:
    """Write the time of each move to the next place of its edge."""
    for c in range(first, end):
        for i in range(offsets[c] + 1, offsets[c + 1]):
            place = _place(np.int64(activity[i - 1]) * n + activity[i], codes, table, size)
            times[place_of[place]] = time[i] - time[i - 1]
            place_of[place] += 1
