"""Goals from events: one walk over each customer's life, in order.

The rules, the first that applies: an event whose **record** is already part of a goal stays there; one
whose record is **linked** to such a record joins it; an **opening** activity begins a goal when none
is running (none yet, the last one finished, or silent for longer than τ with nothing open); any other
event **continues** the goal of its kind that is running, the unfinished before the finished, the latest
first. After a finished goal only what comes within τ still belongs to it. What answers to no running
goal stays outside, visible.

A customer's goals of one type stand in four heaps, the latest on top: unfinished with a record still
open, unfinished without, reached but not yet settled, finished. A rule so asks for at most four tops,
however many goals there are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.case_order import CaseOrder
from crmmining.eventlog.kernel import kernel

RECORD, LINK, OPENING, CONTINUED, AFTERMATH = range(5)
RULES = ("record", "link", "opening", "continued", "aftermath")
NEVER = np.iinfo(np.int64).max
FEWEST_EVENTS = 50_000
GLANCE = 64

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Lives:
    """Events in customer order: customer *c* owns ``[offsets[c]:offsets[c+1]]``, times never going back.

    `time` (n_events) in microseconds; `kind` (n_events) a row of the columns of `GoalRules`;
    `record` (n_events) a row of `GoalRecords`, -1 where the event has none.
    """

    offsets: NDArray[np.int64]
    time: NDArray[np.int64]
    kind: NDArray[np.int32]
    record: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class GoalRecords:
    """What the walk needs to know about the records, whoever's they are; made by `pack_records`.

    `facts` (n_records, 3 + n_attributes): when closed (microseconds, `NEVER` while open), the goals that
    include its events (a bit set), where its links begin (-1: none), a code per attribute that tells a
    customer's goals of one type apart (0: no value). ``linked[link_offsets[r]:link_offsets[r+1]]`` are the
    records linked to *r*.
    """

    facts: NDArray[np.int64]
    link_offsets: NDArray[np.int64]
    linked: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GoalRules:
    """What events mean for goals; goal *g* is bit *g* of every set, at most 63 goals.

    Per kind of event the goals it may belong to, opens, reaches and ends (bit sets) and whether the
    customer came back with it (`contact`); per goal its `settle` time in microseconds (0: none) and the
    attribute `by` which a customer's goals of this type are told apart, -1 without.
    """

    candidates: NDArray[np.int64]
    opens: NDArray[np.int64]
    reaches: NDArray[np.int64]
    ends: NDArray[np.int64]
    contact: NDArray[np.bool_]
    settle: NDArray[np.int64]
    by: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Walk:
    """Which event belongs to which goal instance, and what became of the instances.

    Per event, in customer order: `instance` and `rule`, -1 outside any goal. Instances are numbered by
    customer, then in order of making; customer *c* owns ``[offsets[c]:offsets[c+1]]``. Per instance:
    `goal`, `by` (code) and moments in microseconds, -1 where it never happened; `longest` is the longest
    pause up to the moment it was reached, pauses that end in an opening event aside, -1 without any.
    `low` and `high` (n_customers, n_fitted): any silence in [low, high) gives this customer this result.
    """

    instance: NDArray[np.int32]
    rule: NDArray[np.int8]
    offsets: NDArray[np.int64]
    goal: NDArray[np.int32]
    by: NDArray[np.int32]
    begun: NDArray[np.int64]
    last: NDArray[np.int64]
    reached: NDArray[np.int64]
    ended: NDArray[np.int64]
    longest: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]


def pack_records(
    closed: Ints, included: Ints, link_offsets: Ints, linked: Ints, by: Sequence[Ints] = ()
) -> GoalRecords:
    """Put what belongs to one record side by side, as one random access finds it.

    `linked` holds every link in both directions, the records linked to one record ascending.
    """
    links = np.where(np.diff(link_offsets) > 0, link_offsets[:-1], -1)
    facts = np.stack([closed, included, links, *by], axis=1, dtype=np.int64)
    return GoalRecords(facts, link_offsets.astype(np.int64), linked.astype(np.int64))


def order_lives(
    order: CaseOrder, time: Ints, kind: Ints, record: Ints, *, threads: int | None = None
) -> Lives:
    """Bring columns of events (any order) into customer order, with one random access per event."""
    packed = np.empty((time.size, 2), np.int64)
    _in_ranges(_pack, _even(time.size, threads), time, kind, record, packed)
    n = order.rows.size
    lives = Lives(order.offsets, np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32))
    _in_ranges(_unpack, _even(n, threads), order.rows, packed, lives.time, lives.kind, lives.record)
    return lives


def walk_customers(
    lives: Lives,
    records: GoalRecords,
    rules: GoalRules,
    silence: Ints,
    *,
    fitted: Ints | None = None,
    threads: int | None = None,
) -> Walk:
    """Assign every event to a goal instance.

    `silence` (n_goals) in microseconds, `NEVER` for a goal that silence does not end; `fitted` (n_goals)
    the column of a goal in the margins `low` and `high`, -1 for a goal without (the default for all).
    Customers are walked independently: the result does not depend on `threads`, and a customer's part
    of it not on which other customers are walked.
    """
    column = np.full(silence.size, -1, np.int64) if fitted is None else fitted.astype(np.int64)
    n_events, n_customers = lives.time.size, lives.offsets.size - 1
    instance, rule = np.empty(n_events, np.int32), np.empty(n_events, np.int8)
    offsets = np.zeros(n_customers + 1, np.int64)
    low = np.zeros((n_customers, int(column.max(initial=-1)) + 1), np.int64)
    high = np.full_like(low, NEVER)
    bounds = np.searchsorted(lives.offsets, [stop for _, stop in _even(n_events, threads)])
    bounds[-1] = n_customers
    ranges = list(pairwise([0, *bounds.tolist()]))
    parts = _in_ranges(
        _walk, ranges,
        lives.offsets, lives.time, lives.kind, lives.record,
        records.facts, records.link_offsets, records.linked,
        rules.candidates, rules.opens, rules.reaches, rules.ends, rules.contact,
        rules.settle, rules.by, silence.astype(np.int64), column,
        instance, rule, offsets[1:], low, high,
    )  # fmt: skip
    made = 0
    for (start, stop), (codes, *_) in zip(ranges, parts, strict=True):
        _shift(instance, lives.offsets[start], lives.offsets[stop], made)
        made += codes.shape[1]
    np.cumsum(offsets, out=offsets)
    codes = np.concatenate([codes for codes, *_ in parts], axis=1)
    times = np.concatenate([times for _, times, _ in parts], axis=1)
    return Walk(instance, rule, offsets, *codes, *times, low, high)


def _even(n: int, threads: int | None) -> list[tuple[int, int]]:
    """[0, n) in one range per thread; few events are not worth a second one."""
    if threads is None:
        threads = min(os.cpu_count() or 1, 1 + n // FEWEST_EVENTS)
    return list(pairwise(n * k // threads for k in range(threads + 1)))


def _in_ranges(function: Callable[..., Any], ranges: list[tuple[int, int]], *arguments: Any) -> list[Any]:
    """``function(start, stop, *arguments)`` for every range, each in a thread of its own."""
    if len(ranges) == 1:
        return [function(*ranges[0], *arguments)]
    with ThreadPoolExecutor(len(ranges)) as pool:
        return list(pool.map(lambda part: function(*part, *arguments), ranges))


@kernel
def _pack(start, stop, time, kind, record, packed):  # type: ignore[no-untyped-def]
    for e in range(start, stop):
        packed[e, 0] = time[e]
        packed[e, 1] = (np.int64(record[e]) << 32) | np.int64(kind[e])


@kernel
def _unpack(start, stop, rows, packed, time, kind, record):  # type: ignore[no-untyped-def]
    for k in range(start, stop):
        e = rows[k]
        time[k] = packed[e, 0]
        kind[k] = packed[e, 1] & 0xFFFFFFFF
        record[k] = packed[e, 1] >> 32


@kernel
def _shift(instance, start, stop, by):  # type: ignore[no-untyped-def]
    for k in range(start, stop):
        if instance[k] >= 0:
            instance[k] += by


# Columns of the arrays that hold a customer's instances and records while it is walked.
GOAL, BY, SLOT, CHILD, LEFT, RIGHT = range(6)
BEGUN, LAST, REACHED, ENDED, LONGEST, PAUSE, OPEN_UNTIL = range(7)
CLOSED, INCLUDED, LINKS, NUMBER, INSTANCE = range(5)
# The heaps of each kind of goal.
STILL_OPEN, CLOSED_ALL, UNSETTLED, FINISHED = range(4)


@kernel
def _walk(  # type: ignore[no-untyped-def]
    start, stop, offsets, time, kind, record,
    facts, link_offsets, linked,
    candidates, opens_of, reaches_of, ends_of, contact,
    settle, by_row, silence, column, instance, rule, n_made, low, high,
):  # fmt: skip
    """The customers [start, stop); fills the columns per event and customer, returns those per instance."""
    n_goals, n_attributes = silence.size, facts.shape[1] - 3
    widest = 0
    for c in range(start, stop):
        widest = max(widest, offsets[c + 1] - offsets[c])
    codes, times = np.empty((widest, 6), np.int32), np.empty((widest, 7), np.int64)
    own = np.empty((widest, 5), np.int64)
    own_by = np.empty((widest, n_attributes), np.int32)
    by_codes = np.empty(1 + widest * n_attributes, np.int32)
    joins = np.empty((widest, n_goals), np.int32)
    number = np.empty(widest, np.int32)
    heads = np.empty(4 * n_goals * by_codes.size, np.int32)
    n_slots = 4
    while n_slots < 2 * (1 + n_attributes) * widest:
        n_slots *= 2
    keys, values = np.empty(n_slots, np.int64), np.empty(n_slots, np.int32)
    owner = np.full(n_slots, -1, np.int32)
    made_codes, made_times = np.empty((2, 1024), np.int32), np.empty((5, 1024), np.int64)
    n_all, seen = 0, np.int64(0)
    for c in range(start, stop):
        first, after = offsets[c], offsets[c + 1]
        if (c - start) % GLANCE == 0:
            # One look at the records of the next customers: their cache misses overlap.
            for k in range(first, offsets[min(c + GLANCE, stop)]):
                if record[k] >= 0:
                    seen ^= facts[record[k], 0]
        width = 2
        while (1 << width) < 2 * (1 + n_attributes) * (after - first):
            width += 1
        # The customer's own records and codes, numbered from 0; code 0 stands for no value.
        n_own, n_by, previous, mine = 0, 1, -1, -1
        by_codes[0] = 0
        for k in range(first, after):
            r = record[k]
            if r != previous:
                previous, mine = r, -1
                if r >= 0:
                    at = _place(np.int64(r) * (1 + n_attributes), c, width, keys, owner)
                    if owner[at] != c:
                        owner[at], keys[at], values[at] = c, np.int64(r) * (1 + n_attributes), n_own
                        own[n_own, NUMBER], own[n_own, INSTANCE] = r, -1
                        for j in range(3):
                            own[n_own, j] = facts[r, j]
                        if facts[r, LINKS] >= 0:
                            joins[n_own] = -1
                        for a in range(n_attributes):
                            own_by[n_own, a] = 0
                            if facts[r, 3 + a] != 0:
                                key = facts[r, 3 + a] * (1 + n_attributes) + 1 + a
                                place = _place(key, c, width, keys, owner)
                                if owner[place] != c:
                                    owner[place], keys[place], values[place] = c, key, n_by
                                    by_codes[n_by] = facts[r, 3 + a]
                                    n_by += 1
                                own_by[n_own, a] = values[place]
                        n_own += 1
                    mine = values[at]
            number[k - first] = mine
        heads[: 4 * n_goals * n_by] = -1

        n = 0
        for k in range(first, after):
            t, what, mine = time[k], kind[k], number[k - first]
            bits = candidates[what]
            if mine >= 0:
                bits |= own[mine, INCLUDED]
            instance[k], rule[k] = -1, -1
            opens = opens_of[what] & bits
            if bits == 0 or (n == 0 and opens == 0):
                continue
            chosen, why = -1, -1
            if mine >= 0:
                i = own[mine, INSTANCE]
                if i >= 0 and (bits >> codes[i, GOAL]) & 1:
                    chosen, why = i, RECORD
                elif own[mine, LINKS] >= 0:
                    nearest = -1
                    for g in range(n_goals):
                        other = joins[mine, g]
                        if (bits >> g) & 1 and other >= 0:
                            if nearest < 0 or own[other, NUMBER] < own[nearest, NUMBER]:
                                nearest = other
                    if nearest >= 0:
                        chosen, why = own[nearest, INSTANCE], LINK
            if chosen < 0:
                for g in range(n_goals):
                    if (bits >> g) & 1 == 0:
                        continue
                    b = own_by[mine, by_row[g]] if by_row[g] >= 0 and mine >= 0 else 0
                    heap = 4 * (b * n_goals + g)
                    i = heads[heap + STILL_OPEN]
                    while i >= 0 and times[i, OPEN_UNTIL] < t:
                        _move(i, heap + CLOSED_ALL, heads, codes, times)
                        i = heads[heap + STILL_OPEN]
                    if i >= 0 and (chosen < 0 or _later(i, chosen, times)):
                        chosen = i
                    i = heads[heap + UNSETTLED]
                    while i >= 0 and t - times[i, REACHED] > settle[g]:
                        _move(i, heap + FINISHED, heads, codes, times)
                        i = heads[heap + UNSETTLED]
                    if i >= 0 and (chosen < 0 or _later(i, chosen, times)):
                        chosen = i
                    i = heads[heap + CLOSED_ALL]
                    if i >= 0 and (chosen < 0 or _later(i, chosen, times)):
                        # Work always takes up what is unfinished; an opening only what is not silent.
                        if (opens >> g) & 1 == 0 or not _silent(
                            t - times[i, LAST], c, g, silence, column, low, high
                        ):
                            chosen = i
                if chosen >= 0:
                    why = CONTINUED
                elif opens:
                    g = 0
                    while (opens >> g) & 1 == 0:
                        g += 1
                    b = own_by[mine, by_row[g]] if by_row[g] >= 0 and mine >= 0 else 0
                    chosen, why = n, OPENING
                    codes[n, GOAL], codes[n, BY] = g, by_codes[b]
                    codes[n, SLOT] = 4 * (b * n_goals + g)
                    codes[n, CHILD], codes[n, LEFT], codes[n, RIGHT] = -1, -1, -1
                    times[n, BEGUN], times[n, LAST] = t, t
                    times[n, REACHED], times[n, ENDED], times[n, OPEN_UNTIL] = -1, -1, -1
                    times[n, LONGEST], times[n, PAUSE] = -1, -1
                    n += 1
                else:
                    for g in range(n_goals):
                        if (bits >> g) & 1 == 0:
                            continue
                        b = own_by[mine, by_row[g]] if by_row[g] >= 0 and mine >= 0 else 0
                        i = heads[4 * (b * n_goals + g) + FINISHED]
                        if i >= 0 and (chosen < 0 or _later(i, chosen, times)):
                            if not _silent(t - times[i, LAST], c, g, silence, column, low, high):
                                chosen, why = i, AFTERMATH
            if chosen < 0:
                continue
            instance[k], rule[k] = n_all + chosen, why
            g = codes[chosen, GOAL]
            if why != OPENING and (opens_of[what] >> g) & 1 == 0:
                times[chosen, PAUSE] = max(times[chosen, PAUSE], t - times[chosen, LAST])
            back = times[chosen, REACHED]
            if back >= 0 and contact[what] and t > back and t - back <= settle[g]:
                times[chosen, REACHED] = -1
            moved = t > times[chosen, LAST]
            times[chosen, LAST] = t
            if (reaches_of[what] >> g) & 1 and times[chosen, REACHED] < 0:
                times[chosen, REACHED] = t
            if times[chosen, REACHED] == t:
                times[chosen, LONGEST] = times[chosen, PAUSE]
            if (ends_of[what] >> g) & 1 and times[chosen, ENDED] < 0:
                times[chosen, ENDED] = t
            if mine >= 0:
                times[chosen, OPEN_UNTIL] = max(times[chosen, OPEN_UNTIL], own[mine, CLOSED])
                if own[mine, INSTANCE] < 0:
                    own[mine, INSTANCE] = chosen
                    if own[mine, LINKS] >= 0:
                        _join(
                            mine, g, n_own, c, 1 + n_attributes, width, link_offsets, linked,
                            keys, values, owner, own, joins,
                        )  # fmt: skip
            slot = codes[chosen, SLOT] & ~3
            if times[chosen, ENDED] >= 0:
                slot += FINISHED
            elif times[chosen, REACHED] >= 0:
                slot += UNSETTLED if settle[g] > 0 else FINISHED
            elif times[chosen, OPEN_UNTIL] < t:
                slot += CLOSED_ALL
            if why == OPENING:
                codes[chosen, SLOT] = slot
                heads[slot] = _melded(heads[slot], chosen, codes, times)
            elif slot != codes[chosen, SLOT] or (moved and heads[slot] != chosen):
                _move(chosen, slot, heads, codes, times)

        if n_all + n > made_codes.shape[1]:
            made_codes, made_times = _grown(made_codes, n_all + n), _grown(made_times, n_all + n)
        for i in range(n):
            for j in range(2):
                made_codes[j, n_all + i] = codes[i, j]
            for j in range(5):
                made_times[j, n_all + i] = times[i, j]
        n_made[c] = n
        n_all += n
    return made_codes[:, :n_all], made_times[:, :n_all], seen


@kernel
def _place(key, c, width, keys, owner):  # type: ignore[no-untyped-def]
    """Where a key of customer `c` stands in the hash table of 2^width places, or would stand."""
    at = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - width))
    while owner[at] == c and keys[at] != key:
        at = (at + 1) & ((1 << width) - 1)
    return at


@kernel
def _silent(pause, c, g, silence, column, low, high):  # type: ignore[no-untyped-def]
    """Whether a pause is longer than the silence of goal `g`; the customer's margins remember it."""
    j = column[g]
    if pause > silence[g]:
        if j >= 0:
            high[c, j] = min(high[c, j], pause)
        return True
    if j >= 0:
        low[c, j] = max(low[c, j], pause)
    return False


@kernel
def _join(mine, g, n_own, c, step, width, link_offsets, linked, keys, values, owner, own, joins):  # type: ignore[no-untyped-def]
    """Tell the customer's records linked to `mine` that it now has an instance of goal `g`.

    From the smaller side: through the links, or through the customer's records.
    """
    r = own[mine, NUMBER]
    begin, end = link_offsets[r], link_offsets[r + 1]
    if end - begin <= n_own:
        for q in range(begin, end):
            key = np.int64(linked[q]) * step
            at = _place(key, c, width, keys, owner)
            if owner[at] == c:
                other = values[at]
                if joins[other, g] < 0 or r < own[joins[other, g], NUMBER]:
                    joins[other, g] = mine
    else:
        for other in range(n_own):
            q = begin + np.searchsorted(linked[begin:end], own[other, NUMBER])
            if q < end and linked[q] == own[other, NUMBER]:
                if joins[other, g] < 0 or r < own[joins[other, g], NUMBER]:
                    joins[other, g] = mine


@kernel
def _later(i, j, times):  # type: ignore[no-untyped-def]
    """Whether instance `i` comes before `j`: the last event later, of equals the one made later."""
    return times[i, LAST] > times[j, LAST] or (times[i, LAST] == times[j, LAST] and i > j)


@kernel
def _move(i, slot, heads, codes, times):  # type: ignore[no-untyped-def]
    """Take an instance out of its pairing heap and into another, or the same after its time has changed."""
    if heads[slot] < 0 and codes[i, CHILD] < 0 and heads[codes[i, SLOT]] == i:
        heads[codes[i, SLOT]] = -1
        codes[i, SLOT] = slot
        heads[slot] = i
    else:
        _rearrange(i, slot, heads, codes, times)


@kernel
def _rearrange(i, slot, heads, codes, times):  # type: ignore[no-untyped-def]
    rest, child = -1, codes[i, CHILD]
    while child >= 0:
        other = codes[child, RIGHT]
        after = -1
        if other >= 0:
            after = codes[other, RIGHT]
            codes[other, RIGHT] = -1
        pair = _melded(child, other, codes, times)
        codes[pair, RIGHT] = rest
        rest, child = pair, after
    top = -1
    while rest >= 0:
        after = codes[rest, RIGHT]
        codes[rest, RIGHT] = -1
        top = _melded(top, rest, codes, times)
        rest = after
    codes[i, CHILD] = -1
    old = codes[i, SLOT]
    if heads[old] == i:
        heads[old] = top
    else:
        left, right = codes[i, LEFT], codes[i, RIGHT]
        if codes[left, CHILD] == i:
            codes[left, CHILD] = right
        else:
            codes[left, RIGHT] = right
        if right >= 0:
            codes[right, LEFT] = left
        codes[i, RIGHT] = -1
        heads[old] = _melded(heads[old], top, codes, times)
    codes[i, SLOT] = slot
    heads[slot] = _melded(heads[slot], i, codes, times)


@kernel
def _melded(i, j, codes, times):  # type: ignore[no-untyped-def]
    """One heap of two: the later top stays, the other becomes its first child."""
    if i < 0:
        return j
    if j < 0:
        return i
    if _later(j, i, times):
        i, j = j, i
    child = codes[i, CHILD]
    codes[j, RIGHT], codes[j, LEFT] = child, i
    if child >= 0:
        codes[child, LEFT] = j
    codes[i, CHILD] = j
    return i


@kernel
def _grown(values, size):  # type: ignore[no-untyped-def]
    larger = np.empty((values.shape[0], max(size, 2 * values.shape[1])), values.dtype)
    larger[:, : values.shape[1]] = values
    return larger
