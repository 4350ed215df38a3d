"""Goals from events: one walk over each customer's life, in order.

The rules, the first that applies: an event whose **record** is already part of a goal stays there; one
whose record is **linked** to such a record joins it; an **opening** activity begins a goal when none
is running (none yet, the last one finished, or silent for longer than τ with nothing open); any other
event **continues** the goal of its kind that is running, the unfinished before the finished, the latest
first. After a finished goal only what comes within τ still belongs to it. What answers to no running
goal stays outside, visible.
"""

from __future__ import annotations

import numpy as np

from crmmining.eventlog.kernel import kernel

RECORD, LINK, OPENING, CONTINUED, AFTERMATH = range(5)
RULES = ("record", "link", "opening", "continued", "aftermath")
NEVER = np.iinfo(np.int64).max


@kernel
def walk_customers(  # type: ignore[no-untyped-def]
    rows, offsets, time, record, by, candidates, opens, reaches, ends, contacts,
    closed, link_offsets, linked, silence, settle, uses_by, n_records,
):  # fmt: skip
    """Assign every event to a goal instance.

    `candidates`, `opens`, `reaches`, `ends` are bit sets of goals per event; `by` a code per event that
    tells a customer's goals of one type apart (where `uses_by` says so); `closed` the closing time per record
    (`NEVER` while open); `silence` and `settle` microseconds per goal. Returns (instance, rule) per
    event and per instance (goal, by, begun, last, reached, ended), times -1 where it never happened.
    """
    n_events, n_goals = time.size, silence.size
    instance = np.full(n_events, -1, np.int32)
    rule = np.full(n_events, -1, np.int8)
    size = 1024
    goal_of, by_of = np.empty(size, np.int32), np.empty(size, np.int32)
    begun, last = np.empty(size, np.int64), np.empty(size, np.int64)
    reached, ended = np.empty(size, np.int64), np.empty(size, np.int64)
    open_until = np.empty(size, np.int64)
    record_instance = np.full(n_records, -1, np.int32)
    n = 0
    for c in range(offsets.size - 1):
        first = n
        for k in range(offsets[c], offsets[c + 1]):
            e = rows[k]
            bits = candidates[e]
            if bits == 0:
                continue
            t, r = time[e], record[e]
            chosen, why = -1, -1
            if r >= 0 and record_instance[r] >= first and (bits >> goal_of[record_instance[r]]) & 1:
                chosen, why = record_instance[r], RECORD
            if chosen < 0 and r >= 0:
                for q in range(link_offsets[r], link_offsets[r + 1]):
                    other = record_instance[linked[q]]
                    if other >= first and (bits >> goal_of[other]) & 1:
                        chosen, why = other, LINK
                        break
            if chosen < 0:
                for i in range(first, n):
                    g = goal_of[i]
                    if (bits >> g) & 1 == 0 or (uses_by[g] and by_of[i] != by[e]):
                        continue
                    finished = reached[i] >= 0 or ended[i] >= 0
                    silent = t - last[i] > silence[g]
                    if finished:
                        done = max(reached[i], ended[i])
                        again = settle[g] > 0 and ended[i] < 0 and t - done <= settle[g]
                        if (opens[e] >> g) & 1 and not again:
                            continue
                        if not again and silent:
                            continue
                        fit = AFTERMATH if not again else CONTINUED
                    else:
                        if (opens[e] >> g) & 1 and silent and open_until[i] < t:
                            continue
                        fit = CONTINUED
                    if chosen < 0 or fit < why or (fit == why and last[i] >= last[chosen]):
                        chosen, why = i, fit
                if (chosen < 0 or why == AFTERMATH) and opens[e] & bits:
                    for g in range(n_goals):
                        if (opens[e] & bits) >> g & 1:
                            break
                    if n == size:
                        size *= 2
                        goal_of, by_of = _grown32(goal_of, size), _grown32(by_of, size)
                        begun, last = _grown64(begun, size), _grown64(last, size)
                        reached, ended = _grown64(reached, size), _grown64(ended, size)
                        open_until = _grown64(open_until, size)
                    goal_of[n], begun[n], last[n] = g, t, t
                    by_of[n] = by[e] if uses_by[g] else 0
                    reached[n], ended[n], open_until[n] = -1, -1, -1
                    chosen, why = n, OPENING
                    n += 1
            if chosen < 0:
                continue
            g = goal_of[chosen]
            instance[e], rule[e] = chosen, why
            if (
                settle[g] > 0
                and reached[chosen] >= 0
                and contacts[e]
                and t > reached[chosen]
                and t - reached[chosen] <= settle[g]
            ):
                reached[chosen] = -1
            last[chosen] = max(last[chosen], t)
            if (reaches[e] >> g) & 1 and reached[chosen] < 0:
                reached[chosen] = t
            if (ends[e] >> g) & 1 and ended[chosen] < 0:
                ended[chosen] = t
            if r >= 0:
                if record_instance[r] < first:
                    record_instance[r] = chosen
                open_until[chosen] = max(open_until[chosen], closed[r])
    return instance, rule, goal_of[:n], by_of[:n], begun[:n], last[:n], reached[:n], ended[:n]


@kernel
def _grown32(values, size):  # type: ignore[no-untyped-def]
    larger = np.empty(size, np.int32)
    larger[: values.size] = values
    return larger


@kernel
def _grown64(values, size):  # type: ignore[no-untyped-def]
    larger = np.empty(size, np.int64)
    larger[: values.size] = values
    return larger
