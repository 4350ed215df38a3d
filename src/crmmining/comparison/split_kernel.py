"""The time of every goal, split without a gap: inside which process, or between, and whose turn."""

from __future__ import annotations

import numpy as np

from crmmining.eventlog.kernel import kernel


@kernel
def _only_interrupts(now, lo, hi, opened, closed, leading):  # type: ignore[no-untyped-def]
    """Whether no record that carries the goal on is open."""
    for r in range(lo, hi):  # noqa: SIM110 - compiled
        if leading[r] and opened[r] <= now < closed[r]:
            return False
    return True


@kernel
def _sides(now, last, lo, hi, opened, closed, leading):  # type: ignore[no-untyped-def]
    """The record before and the one after a moment (-1 none), those that carry the goal on first."""
    before, after = -1, -1
    for r in range(lo, hi):
        if closed[r] <= now and (
            before < 0
            or leading[r] > leading[before]
            or (leading[r] == leading[before] and closed[r] >= closed[before])
        ):
            before = r
        if now < opened[r] <= last and (
            after < 0
            or leading[r] > leading[after]
            or (leading[r] == leading[after] and opened[r] < opened[after])
        ):
            after = r
    return before, after


@kernel
def split_times(  # type: ignore[no-untyped-def]
    begun, ended, offsets, opened, closed, leading, event_offsets, event_time, turn,
    begun_read, ended_read, opened_read, closed_read, event_read,
):  # fmt: skip
    """Sweep each case over the borders of its records.

    Records of case *c* are ``offsets[c]:offsets[c+1]``, in the order they were opened, `closed` the
    moment they closed (far away while open), `leading` whether its process carries the goal on (a
    complaint or a question only interrupts it: the hand-over beside it is between the others). Time in
    which records are open goes to the one opened last. `*_read` is what the clock in use shows at these
    moments: the moments themselves, or the working time until then.

    Returns per record the time it owns, per case and turn (0-3) the time inside a record and outside; per
    gap case, (begin, end), (record before, record after; -1 none), time by turn; and per stretch in which a
    record that only interrupts is open between two that carry the goal on: case, both of these, time by turn.
    """
    n_cases, n_records = begun.size, opened.size
    owned = np.zeros(n_records, np.int64)
    inside = np.zeros((n_cases, 4), np.int64)
    outside = np.zeros((n_cases, 4), np.int64)
    most = n_records + n_cases + 1
    gap_case = np.empty(most, np.int64)
    gap_span = np.empty((most, 2), np.int64)
    gap_side = np.empty((most, 2), np.int64)
    gap_turn = np.zeros((most, 4), np.int64)
    n_gaps = 0
    most += n_records  # what stands beside a moment changes only where a record opens or closes
    wait_case = np.empty(most, np.int64)
    wait_side = np.empty((most, 2), np.int64)
    wait_turn = np.zeros((most, 4), np.int64)
    n_waits = 0
    for c in range(n_cases):
        first, last = begun[c], ended[c]
        now_read = begun_read[c]
        lo, hi = offsets[c], offsets[c + 1]
        e, e_end = event_offsets[c], event_offsets[c + 1]
        now, turned = first, 1
        while e < e_end and event_time[e] <= now:
            turned = turn[e]
            e += 1
        in_gap = False
        while now < last:
            holder, border, border_read = -1, last, ended_read[c]
            for r in range(lo, hi):
                if opened[r] <= now and closed[r] > now:
                    holder = r
                    if closed[r] < border:
                        border, border_read = closed[r], closed_read[r]
                elif now < opened[r] < border:
                    border, border_read = opened[r], opened_read[r]
            if e < e_end and event_time[e] < border:
                border, border_read = event_time[e], event_read[e]
            for r in range(lo, hi):
                if opened[r] == now and closed[r] <= now:
                    in_gap = False  # a record opened and closed at once still stands between two gaps
            length = border_read - now_read
            if holder >= 0:
                owned[holder] += length
                inside[c, turned] += length
                in_gap = False
                if _only_interrupts(now, lo, hi, opened, closed, leading):
                    before, after = _sides(now, last, lo, hi, opened, closed, leading)
                    if before >= 0 and after >= 0 and leading[before] and leading[after]:
                        w = n_waits - 1
                        if w < 0 or wait_side[w, 0] != before or wait_side[w, 1] != after:
                            w, n_waits = n_waits, n_waits + 1
                            wait_case[w], wait_side[w, 0], wait_side[w, 1] = c, before, after
                        wait_turn[w, turned] += length
            else:
                if not in_gap:
                    gap_case[n_gaps] = c
                    gap_span[n_gaps, 0] = now
                    gap_side[n_gaps] = _sides(now, last, lo, hi, opened, closed, leading)
                    n_gaps += 1
                    in_gap = True
                gap_span[n_gaps - 1, 1] = border
                gap_turn[n_gaps - 1, turned] += length
                outside[c, turned] += length
            now, now_read = border, border_read
            while e < e_end and event_time[e] <= now:
                turned = turn[e]
                e += 1
    gaps = gap_case[:n_gaps], gap_span[:n_gaps], gap_side[:n_gaps], gap_turn[:n_gaps]
    return owned, inside, outside, gaps, (wait_case[:n_waits], wait_side[:n_waits], wait_turn[:n_waits])
