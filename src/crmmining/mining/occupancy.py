"""Occupied time: how long work that was enabled by some moment keeps a resource busy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.kernel import Int64s, inlined, native

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Work:
    """Stretches of work: on which line (a resource), from `start` to `end`, enabled at `enabled`."""

    line: Whole
    start: Whole
    end: Whole
    enabled: Whole


@dataclass(frozen=True, eq=False)
class Axis:
    """Moments of many lines, laid out one line after the other, each in order of time.

    Between two neighbouring moments of a line either nothing changes or all of it is occupied, so sums
    over an axis are exact. `place` holds where each moment that was given lies.
    """

    line: Whole
    moment: Whole
    place: Whole

    @classmethod
    def of(cls, line: Whole, moment: Whole) -> Axis:
        """An axis through these moments."""
        order = np.lexsort((moment, line))
        new = np.ones(order.size, bool)
        new[1:] = (np.diff(line[order]) != 0) | (np.diff(moment[order]) != 0)
        place = np.empty(order.size, np.int64)
        place[order] = np.cumsum(new) - 1
        kept = order[new]
        return cls(line[kept], moment[kept], place)

    def occupied(self, left: Whole, right: Whole) -> NDArray[np.bool_]:
        """Per place whether the stretch up to the next place is occupied by work from `left` to `right`."""
        size = self.moment.size
        opened, closed = (np.bincount(side, minlength=size) for side in (left, right))
        return np.cumsum(opened - closed) > 0


def summed_where(chosen: NDArray[np.bool_], reading: Whole) -> Whole:
    """Per place of an axis how far `reading` has moved before it, in the chosen stretches alone."""
    moved = np.diff(reading) * chosen[:-1]
    return np.concatenate([[0], np.cumsum(moved)]) if reading.size else reading


def occupied_by_then(work: Work, line: Whole, left: Whole, right: Whole, by: Whole) -> Whole:
    """How much of `left` to `right` is occupied by the line's work that was enabled at `by` or before.

    Work is laid on the line in the order in which it was enabled, and each stretch counts once. Takes
    n log n in stretches and questions.
    """
    n = work.line.size
    axis = Axis.of(
        np.concatenate([work.line, work.line, line, line]),
        np.concatenate([work.start, work.end, left, right]),
    )
    starts, ends, lefts, rights = np.split(axis.place, np.cumsum([n, n, line.size]))
    asked = np.repeat([0, 1], [n, line.size])
    order = np.lexsort((asked, np.concatenate([work.enabled, by])))
    size, covered = axis.moment.size, np.zeros(line.size, np.int64)
    lay_down(
        order,
        order.size,
        n,
        np.concatenate([starts, lefts]),
        np.concatenate([ends, rights]),
        axis.moment,
        size,
        np.arange(size + 1),
        np.zeros(size + 1, np.int64),
        covered,
    )
    return covered


@inlined
def free_from(following: Int64s, place: int) -> int:
    """The first place from here on that is not laid over yet; the way there is shortened."""
    while following[place] != place:
        following[place] = following[following[place]]
        place = following[place]
    return place


@inlined
def sum_before(tree: Int64s, place: int) -> int:
    """Sum of the values before a place (Fenwick 1994)."""
    total = 0
    while place > 0:
        total += tree[place]
        place -= place & -place
    return total


@native
def lay_down(
    order: Int64s,
    n_operations: int,
    n_work: int,
    left: Int64s,
    right: Int64s,
    moment: Int64s,
    size: int,
    following: Int64s,
    tree: Int64s,
    covered: Int64s,
) -> None:
    """Lay work down and answer questions in the given order; numbers from `n_work` on are questions."""
    for k in range(n_operations):
        o = order[k]
        if o >= n_work:
            covered[o - n_work] = sum_before(tree, right[o]) - sum_before(tree, left[o])
            continue
        place = free_from(following, left[o])
        while place < right[o]:
            length = moment[place + 1] - moment[place]
            following[place] = place + 1
            at = place + 1
            while at <= size:
                tree[at] += length
                at += at & -at
            place = free_from(following, place)


def started_before(work: Work, line: Whole, before: Whole) -> Whole:
    """Where in `work`, ordered by line and start, that of a line begins which starts at `before` or later."""
    started = np.empty(line.size, np.int64)
    count_started(work.start, _firsts(work, line), line, before, line.size, started)
    return started


def latest_ends(work: Work, line: Whole, before: Whole, by: Whole) -> Whole:
    """The latest end of the line's work that started before `before` and was enabled at `by` or before.

    -1 where there is none. `work` is ordered by line and start.
    """
    n, first = work.line.size, _firsts(work, line)
    started = started_before(work, line, before) - first[line]
    asked = np.repeat([0, 1], [n, line.size])
    order = np.lexsort((asked, np.concatenate([work.enabled, by])))
    tree, latest = np.full(n + 1, -1, np.int64), np.empty(line.size, np.int64)
    keep_latest(order, order.size, n, work.line, work.end, first, line, started, tree, latest)
    return latest


def _firsts(work: Work, line: Whole) -> Whole:
    """Per line the place of its first work, and one past the last."""
    n_lines = int(max(work.line.max(initial=-1), line.max(initial=-1))) + 1
    return np.concatenate([[0], np.cumsum(np.bincount(work.line, minlength=n_lines))]).astype(np.int64)


@native
def count_started(
    start: Int64s, first: Int64s, line: Int64s, before: Int64s, n: int, started: Int64s
) -> None:
    """Per question the place of the first work of its line that had not started."""
    for q in range(n):
        low, high = first[line[q]], first[line[q] + 1]
        while low < high:
            middle = (low + high) // 2
            if start[middle] < before[q]:
                low = middle + 1
            else:
                high = middle
        started[q] = low


@native
def keep_latest(
    order: Int64s,
    n_operations: int,
    n_work: int,
    line: Int64s,
    end: Int64s,
    first: Int64s,
    asked_line: Int64s,
    started: Int64s,
    tree: Int64s,
    latest: Int64s,
) -> None:
    """A Fenwick tree of the latest end per line, filled and asked in the given order."""
    for k in range(n_operations):
        o = order[k]
        if o < n_work:
            base = first[line[o]]
            size = first[line[o] + 1] - base
            at = o - base + 1
            while at <= size:
                tree[base + at] = max(tree[base + at], end[o])
                at += at & -at
        else:
            q = o - n_work
            base, at, found = first[asked_line[q]], started[q], -1
            while at > 0:
                found = max(found, tree[base + at])
                at -= at & -at
            latest[q] = found
