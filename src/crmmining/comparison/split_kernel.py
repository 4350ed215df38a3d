"""The time of every goal, split without a gap: inside which process, or between, and whose turn."""

from __future__ import annotations

import numpy as np

from crmmining.eventlog.kernel import kernel


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

    Returns per record the time it owns, per case and turn (0-3) the time inside a record and outside, and
    per gap: case, begin, end, record before, record after (-1 none), time by turn.
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
            else:
                if not in_gap:
                    gap_case[n_gaps] = c
                    gap_span[n_gaps, 0] = now
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
                    gap_side[n_gaps, 0], gap_side[n_gaps, 1] = before, after
                    n_gaps += 1
                    in_gap = True
                gap_span[n_gaps - 1, 1] = border
                gap_turn[n_gaps - 1, turned] += length
                outside[c, turned] += length
            now, now_read = border, border_read
            while e < e_end and event_time[e] <= now:
                turned = turn[e]
                e += 1
    return owned, inside, outside, gap_case[:n_gaps], gap_span[:n_gaps], gap_side[:n_gaps], gap_turn[:n_gaps]
