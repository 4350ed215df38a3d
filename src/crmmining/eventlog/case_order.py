"""The one place that decides order: events grouped by case, inside a case by (time, sequence).

Cases are grouped by a counting sort, each thread placing its stretch of the rows. Inside a case that is
not yet in order an insertion sort serves the short, nearly sorted runs that CRM exports hold, and a
merge sort the long ones, so that a service account with a million shuffled events does not go
quadratic. Nothing sorts globally.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.threads import case_spans, each, spans
from crmmining.eventlog.kernel import Int32s, Int64s, inlined, native

Ints = NDArray[np.integer[Any]]
LONG_CASE = 64


@dataclass(frozen=True, eq=False)
class CaseOrder:
    """Which event comes where.

    `rows` (n_events kept) are event rows in case order; case *c* owns ``rows[offsets[c]:offsets[c+1]]``.
    `time` and `activity` are the events' own, in this order. `n_ties` counts neighbours in a case with
    equal times, put in order by their sequence. What was not asked for is empty.
    """

    rows: NDArray[np.int64]
    offsets: NDArray[np.int64]
    n_ties: int
    time: NDArray[np.int64]
    activity: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Stretch:
    """Some events in the order of rows: code of the case, time, activity; and how many each code has."""

    case: NDArray[np.int32]
    time: NDArray[np.int64]
    activity: NDArray[np.int32]
    counts: NDArray[np.int32]


def order_cases(
    case: Ints,
    time: Ints,
    sequence: Ints | None,
    n_cases: int,
    activity: Ints | None = None,
    *,
    with_rows: bool = True,
) -> CaseOrder:
    """Group events by case and order each case by (time, sequence).

    `case` holds codes in [0, n_cases); a negative code leaves the event out. `time` is in
    microseconds; `sequence` must be unique, which makes the order total; without one it is the row.
    """
    codes, times = np.ascontiguousarray(case, np.int32), np.ascontiguousarray(time, np.int64)
    carried = np.ascontiguousarray(np.empty(0) if activity is None else activity, np.int32)

    def stretch(span: tuple[int, int]) -> Stretch:
        own = slice(*span)
        counts = np.zeros(n_cases, np.int32)
        count_codes(codes, *span, counts)
        return Stretch(codes[own], times[own], carried[own], counts)

    stretches = each(stretch, spans(codes.size))
    offsets = np.zeros(n_cases + 1, np.int64)
    np.cumsum(np.sum([part.counts for part in stretches], axis=0, dtype=np.int64), out=offsets[1:])
    places = [offsets[:-1].copy()]
    for part in stretches[:-1]:
        places.append(places[-1] + part.counts)
    return order_stretches(
        stretches,
        places,
        offsets,
        None if sequence is None else np.ascontiguousarray(sequence, np.int64),
        with_rows,
    )


def order_stretches(
    stretches: list[Stretch],
    places: list[NDArray[np.int64]],
    offsets: NDArray[np.int64],
    sequence: NDArray[np.int64] | None,
    with_rows: bool,
) -> CaseOrder:
    """The order of events that come in stretches, rows counted through.

    ``places[k][code]`` is where the first event of this code in stretch *k* goes; the stretches' events
    of a case follow each other. The places are used up.
    """
    n, with_rows = int(offsets[-1]), with_rows or sequence is not None
    with_activity = any(part.activity.size for part in stretches)
    time = np.empty(n, np.int64)
    rows = np.empty(n if with_rows else 0, np.int64)
    activity = np.empty(n if with_activity else 0, np.int32)
    first_row = np.cumsum([0, *(part.case.size for part in stretches)])
    flags = (int(with_activity), int(with_rows))

    def place(k: int) -> None:
        part = stretches[k]
        place_events(
            part.case,
            part.time,
            part.activity,
            part.case.size,
            int(first_row[k]),
            *flags,
            places[k],
            time,
            activity,
            rows,
        )

    each(place, range(len(stretches)))
    longest = int(np.diff(offsets).max(initial=0))
    keys = rows[:0] if sequence is None else sequence

    def put_in_order(span: tuple[int, int]) -> int:
        spare = np.empty(longest, np.int64) if longest > LONG_CASE else time[:0]
        spare_rows, spare_activity = np.empty(spare.size, np.int64), np.empty(spare.size, np.int32)
        return sort_inside(
            offsets, *span, time, activity, rows, *flags, keys, keys.size, spare, spare_rows, spare_activity
        )

    return CaseOrder(rows, offsets, sum(each(put_in_order, case_spans(offsets))), time, activity)


def taken(values: NDArray[Any], rows: NDArray[np.int64]) -> NDArray[Any]:
    """``values[rows]``, the rows shared among the cores."""
    found = np.empty(rows.size, values.dtype)

    def take(span: tuple[int, int]) -> None:
        a, b = span
        np.take(values, rows[a:b], out=found[a:b], mode="clip")

    each(take, spans(rows.size))
    return found


@native
def count_codes(codes: Int32s, start: int, end: int, counts: Int32s) -> None:
    """Add up how often each code occurs; negative codes are left out."""
    for i in range(start, end):
        if codes[i] >= 0:
            counts[codes[i]] += 1


@native
def place_events(
    case: Int32s,
    time: Int64s,
    activity: Int32s,
    n: int,
    first_row: int,
    with_activity: int,
    with_rows: int,
    place: Int64s,
    times: Int64s,
    activities: Int32s,
    rows: Int64s,
) -> None:
    """Write each event to the next place of its case: the places in use stay in the cache, rows do not."""
    for i in range(n):
        c = case[i]
        if c >= 0:
            k = place[c]
            place[c] = k + 1
            times[k] = time[i]
            if with_activity:
                activities[k] = activity[i]
            if with_rows:
                rows[k] = first_row + i


@inlined
def _later(time, rows, k, other, sequence, sequenced):  # type: ignore[no-untyped-def]
    """Whether the event at place k comes after the one at another."""
    later = time[k] > time[other]
    if sequenced > 0 and time[k] == time[other]:
        later = sequence[rows[k]] > sequence[rows[other]]
    return later


@inlined
def _move(times, activities, rows, k, to_times, to_activities, to_rows, to, with_activity, with_rows):  # type: ignore[no-untyped-def]
    to_times[to] = times[k]
    if with_activity:
        to_activities[to] = activities[k]
    if with_rows:
        to_rows[to] = rows[k]
    return 0


@native
def sort_inside(
    offsets: Int64s,
    first: int,
    end: int,
    time: Int64s,
    activity: Int32s,
    rows: Int64s,
    with_activity: int,
    with_rows: int,
    sequence: Int64s,
    sequenced: int,
    spare_time: Int64s,
    spare_rows: Int64s,
    spare_activity: Int32s,
) -> int:
    """Order the events of cases first … end by (time, sequence), and count equal neighbours.

    `sequenced` is 0 where the order of rows, in which the events come, is the sequence. The spare
    arrays hold the longest case, where one is longer than `LONG_CASE`.
    """
    n_ties = 0
    for c in range(first, end):
        a, b = offsets[c], offsets[c + 1]
        ordered = True
        for i in range(a + 1, b):
            if time[i] <= time[i - 1] and _later(time, rows, i - 1, i, sequence, sequenced):
                ordered = False
                break
        if not ordered and b - a <= LONG_CASE:
            for i in range(a + 1, b):
                t, row, code = time[i], np.int64(0), np.int32(0)
                if with_rows:
                    row = rows[i]
                if with_activity:
                    code = activity[i]
                j = i - 1
                while j >= a and (
                    time[j] > t or (sequenced > 0 and time[j] == t and sequence[rows[j]] > sequence[row])
                ):
                    _move(time, activity, rows, j, time, activity, rows, j + 1, with_activity, with_rows)
                    j -= 1
                time[j + 1] = t
                if with_rows:
                    rows[j + 1] = row
                if with_activity:
                    activity[j + 1] = code
        elif not ordered:
            width = 1
            while width < b - a:
                low = a
                while low < b:
                    middle, high = min(low + width, b), min(low + 2 * width, b)
                    left, right = low, middle
                    for k in range(low, high):
                        take_left = left < middle
                        if take_left and right < high:
                            take_left = not _later(time, rows, left, right, sequence, sequenced)
                        chosen = left if take_left else right
                        _move(
                            time, activity, rows, chosen,
                            spare_time, spare_activity, spare_rows, k - a, with_activity, with_rows,
                        )  # fmt: skip
                        if take_left:
                            left += 1
                        else:
                            right += 1
                    low = high
                for k in range(b - a):
                    _move(
                        spare_time, spare_activity, spare_rows, k,
                        time, activity, rows, a + k, with_activity, with_rows,
                    )  # fmt: skip
                width *= 2
        for i in range(a + 1, b):
            n_ties += time[i] == time[i - 1]
    return n_ties
