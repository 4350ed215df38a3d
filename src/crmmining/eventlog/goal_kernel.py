"""The compiled walk over customers: the rules of `goal_walk`, on bare arrays.

A customer's goals of one type stand in four heaps, the latest on top: unfinished with a record still
open, unfinished without, reached but not yet settled, finished. A rule so asks for at most four tops,
however many goals there are.
"""

from __future__ import annotations

import numpy as np

from crmmining.eventlog.kernel import Int32s, Int64s, UInt8s, inlined, native

RECORD, LINK, OPENING, CONTINUED, AFTERMATH = range(5)
NEVER = np.iinfo(np.int64).max
_BEFORE_ALL = np.iinfo(np.int64).min
GLANCE = 64


@native
def pack_events(start: int, end: int, time: Int64s, kind: Int32s, record: Int32s, packed: Int64s) -> None:
    """Put the columns of an event side by side."""
    for e in range(start, end):
        packed[2 * e] = time[e]
        packed[2 * e + 1] = record[e] * (1 << 32) + kind[e]


@native
def unpack_events(
    start: int, end: int, rows: Int64s, packed: Int64s, time: Int64s, kind: Int32s, record: Int32s
) -> None:
    """Fetch packed events in an order of rows."""
    for k in range(start, end):
        e = rows[k]
        time[k] = packed[2 * e]
        kind[k] = packed[2 * e + 1] & 0xFFFFFFFF
        record[k] = packed[2 * e + 1] >> 32


@native
def count_openings(start: int, end: int, kind: Int32s, kinds: Int64s, implied: int) -> int:
    """How many events may open a goal."""
    if implied != 0:
        return end - start
    n = 0
    for k in range(start, end):
        n += kinds[kind[k] * N_ROLES + OPENS] != 0
    return n


@native
def number_on(start: int, end: int, before: int, instance: Int32s) -> None:
    """Number the instances of a stretch after those before it."""
    for k in range(start, end):
        if instance[k] >= 0:
            instance[k] += before


# Columns of the flat tables. What a kind of event means; what a goal type says; what is told of a record.
N_ROLES, (CANDIDATES, OPENS, REACHES, ENDS, CONTACT) = 5, range(5)
N_SAYS, (SETTLE, ATTRIBUTE, SILENCE, COLUMN, PAIRS) = 5, range(5)
N_FACTS, (CLOSED, INCLUDED, LINKS) = 3, range(3)
# While a customer is walked: its own records (their codes follow), its instances in two tables.
N_OWN, (NUMBER, INSTANCE) = 5, (3, 4)
N_CODES, (GOAL, BY, HEAP, CHILD, LEFT, RIGHT, LATEST) = 7, range(7)
N_TIMES, (BEGUN, LAST, REACHED, ENDED, LONGEST, PAUSE, OPEN_UNTIL) = 7, range(7)
# The heaps of one type of goal. With time an instance leaves an even one for the next.
STILL_OPEN, ALL_CLOSED, UNSETTLED, FINISHED = range(4)


@native
def walk(
    first: int, end: int, n_goals: int, n_attributes: int, n_fitted: int,
    offsets: Int64s, time: Int64s, kind: Int32s, record: Int32s,
    facts: Int64s, link_offsets: Int64s, linked: Int64s, kinds: Int64s, goals: Int64s,
    implied: int, places: Int64s, n_places: int, limits: Int64s,
    instance: Int32s, rule: UInt8s, n_made: Int64s, low: Int64s, high: Int64s,
    made_goal: Int32s, made_by: Int32s, made_begun: Int64s, made_last: Int64s,
    made_reached: Int64s, made_ended: Int64s, made_longest: Int64s,
    codes: Int32s, times: Int64s, heads: Int32s, own: Int64s, by_codes: Int32s, joins: Int32s,
    number: Int32s, keys: Int64s, values: Int32s, owner: Int32s,
) -> int:  # fmt: skip
    """Walk the customers first … end; returns how many instances they have.

    From `codes` on room for the customer with the most events, `owner` -1 everywhere.
    """
    n_before, seen = 0, 0
    for c in range(first, end):
        start, after = offsets[c], offsets[c + 1]
        if (c - first) % GLANCE == 0:
            # One look at the records of the next customers, so that their cache misses overlap.
            for k in range(start, offsets[min(c + GLANCE, end)]):
                if record[k] >= 0:
                    seen ^= facts[record[k] * (N_FACTS + n_attributes)]
        width = table_width(after - start, n_attributes)
        n_own = _number_records(
            c, start, after, n_goals, n_attributes, width,
            record, facts, heads, own, by_codes, joins, number, keys, values, owner,
        )  # fmt: skip
        n = 0
        for k in range(start, after):
            t, roles, mine = time[k], kind[k] * N_ROLES, number[k - start]
            bits, its = kinds[roles + CANDIDATES], mine * (N_OWN + n_attributes)
            if mine >= 0:
                bits |= own[its + INCLUDED]
            opens, begins = kinds[roles + OPENS] & bits, implied & bits
            instance[k], rule[k] = -1, 255
            if bits == 0 or (n == 0 and opens | begins == 0):
                continue
            place = places[kind[k]]
            chosen, why = -1, RECORD
            if mine >= 0:
                chosen = own[its + INSTANCE]
                if chosen >= 0 and (bits >> codes[chosen * N_CODES + GOAL]) & 1 == 0:
                    chosen = -1
                if chosen < 0 and own[its + LINKS] >= 0:
                    chosen, why = _linked(mine, bits, n_goals, n_attributes, own, joins), LINK
            if chosen < 0:
                why = CONTINUED
                chosen = _running(
                    t, place, bits, opens | begins, mine, n_goals, n_attributes, c * n_fitted,
                    goals, limits, own, heads, codes, times, low, high,
                )  # fmt: skip
            if chosen < 0 and opens != 0:
                chosen, why = n, OPENING
                _make(n, t, opens, mine, n_goals, n_attributes, goals, own, by_codes, codes, times)
                n += 1
            elif chosen < 0:
                why = AFTERMATH
                chosen = _finished(
                    t, place, bits, mine, n_goals, n_attributes, c * n_fitted,
                    goals, limits, own, heads, codes, times, low, high,
                )  # fmt: skip
                if chosen < 0 and begins != 0:
                    chosen, why = n, OPENING
                    _make(n, t, begins, mine, n_goals, n_attributes, goals, own, by_codes, codes, times)
                    n += 1
            if chosen < 0:
                continue
            instance[k], rule[k] = n_before + chosen, why
            moved = why == OPENING or t > times[chosen * N_TIMES + LAST]
            g = codes[chosen * N_CODES + GOAL]
            _take_in(t, g, chosen * N_TIMES, roles, why, kinds, goals, times)
            codes[chosen * N_CODES + LATEST] = place * n_places
            if mine >= 0:
                times[chosen * N_TIMES + OPEN_UNTIL] = max(
                    times[chosen * N_TIMES + OPEN_UNTIL], own[its + CLOSED]
                )
                if own[its + INSTANCE] < 0:
                    own[its + INSTANCE] = chosen
                    if own[its + LINKS] >= 0:
                        _join(
                            c, g, mine, n_own, n_goals, n_attributes, width,
                            link_offsets, linked, own, joins, keys, values, owner,
                        )  # fmt: skip
            heap = _right_heap(t, g, chosen, goals, codes, times)
            if heap != codes[chosen * N_CODES + HEAP] or (moved and heads[heap] != chosen):
                _move(chosen, heap, heads, codes, times)
        for i in range(n):
            made_goal[n_before + i] = codes[i * N_CODES + GOAL]
            made_by[n_before + i] = codes[i * N_CODES + BY]
            made_begun[n_before + i] = times[i * N_TIMES + BEGUN]
            made_last[n_before + i] = times[i * N_TIMES + LAST]
            made_reached[n_before + i] = times[i * N_TIMES + REACHED]
            made_ended[n_before + i] = times[i * N_TIMES + ENDED]
            made_longest[n_before + i] = times[i * N_TIMES + LONGEST]
        n_made[c + 1] = n
        n_before += n
    keys[0] = seen
    return n_before


@inlined
def table_width(n_events, n_attributes):  # type: ignore[no-untyped-def]
    """A hash table of 2^width places for a customer's records and codes is at most half full."""
    width = 2
    while (1 << width) < 2 * (1 + n_attributes) * n_events:
        width += 1
    return width


@inlined
def _place(key, c, width, keys, owner):  # type: ignore[no-untyped-def]
    """Where a key of customer `c` stands in the hash table of 2^width places, or would stand."""
    at = np.int64((np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(64 - width))
    while owner[at] == c and keys[at] != key:
        at = (at + 1) & ((1 << width) - 1)
    return at


@inlined
def _number_records(  # type: ignore[no-untyped-def]
    c, start, after, n_goals, n_attributes, width,
    record, facts, heads, own, by_codes, joins, number, keys, values, owner,
):  # fmt: skip
    """Number the customer's own records and their codes from 0; code 0 stands for no value."""
    n_own, n_by, previous, mine = 0, 1, -1, -1
    by_codes[0] = 0
    for k in range(start, after):
        r = record[k]
        if r != previous:
            previous, mine = r, -1
            if r >= 0:
                key = r * (1 + n_attributes)
                at = _place(key, c, width, keys, owner)
                if owner[at] != c:
                    owner[at], keys[at], values[at] = c, key, n_own
                    its, told = n_own * (N_OWN + n_attributes), r * (N_FACTS + n_attributes)
                    own[its + NUMBER], own[its + INSTANCE] = r, -1
                    for j in range(N_FACTS):
                        own[its + j] = facts[told + j]
                    if own[its + LINKS] >= 0:
                        for g in range(n_goals):
                            joins[n_own * n_goals + g] = -1
                    for a in range(n_attributes):
                        code = facts[told + N_FACTS + a]
                        own[its + N_OWN + a] = 0
                        if code != 0:
                            key = code * (1 + n_attributes) + 1 + a
                            place = _place(key, c, width, keys, owner)
                            if owner[place] != c:
                                owner[place], keys[place], values[place] = c, key, n_by
                                by_codes[n_by] = code
                                n_by += 1
                            own[its + N_OWN + a] = values[place]
                    n_own += 1
                mine = values[at]
        number[k - start] = mine
    for heap in range(4 * n_goals * n_by):
        heads[heap] = -1
    return n_own


@inlined
def _linked(mine, bits, n_goals, n_attributes, own, joins):  # type: ignore[no-untyped-def]
    """The goal of the first record linked to `mine`, in the customer's life, that the event may belong to."""
    nearest = -1
    for g in range(n_goals):
        other = joins[mine * n_goals + g]
        if (bits >> g) & 1 and other >= 0 and (nearest < 0 or other < nearest):
            nearest = other
    return own[nearest * (N_OWN + n_attributes) + INSTANCE] if nearest >= 0 else -1


@inlined
def _join(  # type: ignore[no-untyped-def]
    c, g, mine, n_own, n_goals, n_attributes, width,
    link_offsets, linked, own, joins, keys, values, owner,
):  # fmt: skip
    """Tell the customer's records linked to `mine` that it is now in a goal of type `g`.

    From the smaller side: through the links, or through the customer's records.
    """
    step = N_OWN + n_attributes
    r = own[mine * step + NUMBER]
    begin, end = link_offsets[r], link_offsets[r + 1]
    for j in range(min(n_own, end - begin)):
        other = -1
        if end - begin <= n_own:
            key = linked[begin + j] * (1 + n_attributes)
            at = _place(key, c, width, keys, owner)
            if owner[at] == c:
                other = values[at]
        elif _holds(linked, begin, end, own[j * step + NUMBER]):
            other = j
        if other >= 0:
            known = joins[other * n_goals + g]
            if known < 0 or mine < known:
                joins[other * n_goals + g] = mine


@inlined
def _holds(linked, begin, end, r):  # type: ignore[no-untyped-def]
    """Whether a record is among those linked, ascending, from `begin` to `end`."""
    last = end
    while begin < end:
        middle = (begin + end) >> 1
        if linked[middle] < r:
            begin = middle + 1
        else:
            end = middle
    return begin < last and linked[begin] == r


@inlined
def _code(g, mine, n_attributes, goals, own):  # type: ignore[no-untyped-def]
    """The customer's number of the code that tells goals of type `g` apart, 0 for no value."""
    a = goals[g * N_SAYS + ATTRIBUTE]
    return own[mine * (N_OWN + n_attributes) + N_OWN + a] if a >= 0 and mine >= 0 else 0


@inlined
def _heap(g, mine, n_goals, n_attributes, goals, own):  # type: ignore[no-untyped-def]
    """The first of the four heaps the event's goals of type `g` are in."""
    return 4 * (_code(g, mine, n_attributes, goals, own) * n_goals + g)


@inlined
def _running(  # type: ignore[no-untyped-def]
    t, place, bits, opens, mine, n_goals, n_attributes, row,
    goals, limits, own, heads, codes, times, low, high,
):  # fmt: skip
    """The latest goal that runs: unfinished, or reached and not yet settled."""
    latest = -1
    for g in range(n_goals):
        if (bits >> g) & 1:
            heap = _heap(g, mine, n_goals, n_attributes, goals, own)
            for kept in range(STILL_OPEN, FINISHED, 2):
                until = OPEN_UNTIL if kept == STILL_OPEN else REACHED
                limit = t if kept == STILL_OPEN else t - goals[g * N_SAYS + SETTLE]
                i = heads[heap + kept]
                while i >= 0 and times[i * N_TIMES + until] < limit:
                    _move(i, heap + kept + 1, heads, codes, times)
                    i = heads[heap + kept]
                if _ahead(i, latest, times):
                    latest = i
            # Work takes up whatever is unfinished, an opening only what is not silent.
            i = heads[heap + ALL_CLOSED]
            if _ahead(i, latest, times) and (
                (opens >> g) & 1 == 0
                or not _silent(t, place, i, row, g, goals, limits, codes, times, low, high)
            ):
                latest = i
    return latest


@inlined
def _finished(  # type: ignore[no-untyped-def]
    t, place, bits, mine, n_goals, n_attributes, row,
    goals, limits, own, heads, codes, times, low, high,
):  # fmt: skip
    """The latest finished goal that is not silent."""
    latest = -1
    for g in range(n_goals):
        if (bits >> g) & 1:
            i = heads[_heap(g, mine, n_goals, n_attributes, goals, own) + FINISHED]
            if _ahead(i, latest, times) and not _silent(
                t, place, i, row, g, goals, limits, codes, times, low, high
            ):
                latest = i
    return latest


@inlined
def _silent(t, place, i, row, g, goals, limits, codes, times, low, high):  # type: ignore[no-untyped-def]
    """Whether an instance has been silent for too long; the customer's margins remember the answer."""
    pause, j = t - times[i * N_TIMES + LAST], goals[g * N_SAYS + COLUMN]
    if goals[g * N_SAYS + PAIRS] >= 0:
        return pause > limits[goals[g * N_SAYS + PAIRS] + codes[i * N_CODES + LATEST] + place]
    silent = pause > goals[g * N_SAYS + SILENCE]
    if j >= 0 and silent:
        high[row + j] = min(high[row + j], pause)
    elif j >= 0:
        low[row + j] = max(low[row + j], pause)
    return silent


@inlined
def _make(n, t, opens, mine, n_goals, n_attributes, goals, own, by_codes, codes, times):  # type: ignore[no-untyped-def]
    """Instance `n`, of the first goal that the event opens; it is in no heap yet."""
    g = 0
    while (opens >> g) & 1 == 0:
        g += 1
    at = n * N_CODES
    codes[at + GOAL], codes[at + BY] = g, by_codes[_code(g, mine, n_attributes, goals, own)]
    codes[at + HEAP] = _heap(g, mine, n_goals, n_attributes, goals, own)
    codes[at + CHILD], codes[at + LEFT], codes[at + RIGHT] = -1, -1, -1
    at = n * N_TIMES
    times[at + BEGUN], times[at + LAST], times[at + OPEN_UNTIL] = t, t, _BEFORE_ALL
    times[at + REACHED], times[at + ENDED], times[at + LONGEST], times[at + PAUSE] = -1, -1, -1, -1


@inlined
def _take_in(t, g, at, roles, why, kinds, goals, times):  # type: ignore[no-untyped-def]
    """What an event does to the times of its instance."""
    if why != OPENING and (kinds[roles + OPENS] >> g) & 1 == 0:
        times[at + PAUSE] = max(times[at + PAUSE], t - times[at + LAST])
    times[at + LAST] = t
    back = times[at + REACHED]
    if back != -1 and kinds[roles + CONTACT] and t > back and t - back <= goals[g * N_SAYS + SETTLE]:
        times[at + REACHED] = -1
    if (kinds[roles + REACHES] >> g) & 1 and times[at + REACHED] == -1:
        times[at + REACHED] = t
    if times[at + REACHED] == t:
        times[at + LONGEST] = times[at + PAUSE]
    if (kinds[roles + ENDS] >> g) & 1 and times[at + ENDED] == -1:
        times[at + ENDED] = t


@inlined
def _right_heap(t, g, i, goals, codes, times):  # type: ignore[no-untyped-def]
    """The heap an instance belongs in after an event at `t`."""
    heap, at = codes[i * N_CODES + HEAP] & ~3, i * N_TIMES
    if times[at + ENDED] != -1:
        return heap + FINISHED
    if times[at + REACHED] != -1:
        return heap + (UNSETTLED if goals[g * N_SAYS + SETTLE] > 0 else FINISHED)
    return heap + (ALL_CLOSED if times[at + OPEN_UNTIL] < t else STILL_OPEN)


@inlined
def _ahead(i, j, times):  # type: ignore[no-untyped-def]
    """Whether `i`, if any, is the better of two: its last event later, of equals the one made later."""
    if i < 0 or j < 0:
        return i >= 0
    a, b = times[i * N_TIMES + LAST], times[j * N_TIMES + LAST]
    return a > b or (a == b and i > j)


@inlined
def _move(i, heap, heads, codes, times):  # type: ignore[no-untyped-def]
    """Take an instance out of its pairing heap, if in one, and put it into another or back.

    Fredman, Sedgewick, Sleator and Tarjan (1986): its children are joined in pairs, the pairs in one.
    """
    at = i * N_CODES
    rest, child = -1, codes[at + CHILD]
    while child >= 0:
        other, after = codes[child * N_CODES + RIGHT], -1
        if other >= 0:
            after = codes[other * N_CODES + RIGHT]
        pair = _joined(child, other, codes, times)
        codes[pair * N_CODES + RIGHT] = rest
        rest, child = pair, after
    top = -1
    while rest >= 0:
        after = codes[rest * N_CODES + RIGHT]
        codes[rest * N_CODES + RIGHT] = -1
        top = _joined(top, rest, codes, times)
        rest = after
    codes[at + CHILD] = -1
    old, left, right = codes[at + HEAP], codes[at + LEFT], codes[at + RIGHT]
    if heads[old] == i:
        heads[old] = top
    elif left >= 0:
        if codes[left * N_CODES + CHILD] == i:
            codes[left * N_CODES + CHILD] = right
        else:
            codes[left * N_CODES + RIGHT] = right
        if right >= 0:
            codes[right * N_CODES + LEFT] = left
        codes[at + RIGHT] = -1
        heads[old] = _joined(heads[old], top, codes, times)
    codes[at + HEAP] = heap
    heads[heap] = _joined(heads[heap], i, codes, times)


@inlined
def _joined(i, j, codes, times):  # type: ignore[no-untyped-def]
    """One heap of two: the later top stays, the other becomes its first child."""
    if i < 0:
        return j
    if j < 0:
        return i
    top, under = i, j
    if _ahead(j, i, times):
        top, under = j, i
    child = codes[top * N_CODES + CHILD]
    codes[under * N_CODES + RIGHT], codes[under * N_CODES + LEFT] = child, top
    if child >= 0:
        codes[child * N_CODES + LEFT] = under
    codes[top * N_CODES + CHILD] = under
    return top
