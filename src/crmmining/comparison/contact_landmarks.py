"""Goals at moments in which their customer was there: contacts so far, and what came of the goal after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.contacts import contacts_of_both
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import known_apart
from crmmining.eventlog.filters import events_named
from crmmining.eventlog.log import CUSTOMER
from crmmining.study.durations import DAY

SPANS = 5
"""Into so many spans the time a goal is open is divided, each holding the end of as many goals."""
FOLLOWED = 0.95
"""The follow-up is so long that this share of the goals reached later are reached within it."""
MOST_MOMENTS = 60_000
"""Beyond so many moments a fixed draw of customers is looked at: intervals are narrow enough by then."""
FAR = np.iinfo(np.int64).max // 4


@dataclass(frozen=True, eq=False)
class Landmarks:
    """Moments of goals still open: the first event, and the first sign of the customer in each span of days.

    Per moment: `case`, `cluster` (the customer), `span` (0 the first event), `age` (µs open), `inbound` and
    `outbound` contacts up to and with the moment, `answering` those of the company within W of a contact of
    the customer, `progress` (steps of the ideal's main path so far), `reached` within `follow_up` (µs),
    `left` (µs until it was reached, -1 never), `inbound_after`, `score` (answered later, else NaN), and
    `followed`: the data shows the whole follow-up. `edges` (SPANS - 1, µs) part the spans.
    """

    case: NDArray[np.int64]
    cluster: NDArray[np.int64]
    span: NDArray[np.int64]
    age: NDArray[np.int64]
    inbound: NDArray[np.int64]
    outbound: NDArray[np.int64]
    answering: NDArray[np.int64]
    progress: NDArray[np.int64]
    reached: NDArray[np.bool_]
    left: NDArray[np.int64]
    inbound_after: NDArray[np.int64]
    score: NDArray[np.float64]
    followed: NDArray[np.bool_]
    edges: NDArray[np.int64]
    follow_up: int

    @property
    def contacts(self) -> dict[str, NDArray[np.int64]]:
        """Contacts so far by kind; the company's come whole, and parted into unasked and answering."""
        return {
            "inbound": self.inbound,
            "outbound": self.outbound,
            "unasked": self.outbound - self.answering,
            "answering": self.answering,
        }


def find_landmarks(view: GoalView) -> Landmarks:
    """Take the moments of every goal and what was known and came after; linear in events."""
    log, time, case = view.log, view.log.columns["time"], view.log.case_of_event
    first = log.offsets[:-1]
    age = time - time[first][case]
    reached_at = np.where(view.outcome == 0, _moments(view, "reached"), -1)
    unsettled = (view.outcome == 2) & (_moments(view, "reached") != -1)
    over = np.minimum(np.where(reached_at == -1, FAR, reached_at), _end(view))
    edges = np.quantile(np.maximum(log.ended - time[first], 0), np.arange(1, SPANS) / SPANS).astype(np.int64)
    span = 1 + np.searchsorted(edges, age, "left")
    span[first] = 0
    alive = (log.columns["actor"] == CUSTOMER) & ~view.log.is_answer
    alive[first] = True
    rows = np.flatnonzero(alive & (time < over[case]))
    key = case[rows] * (SPANS + 1) + span[rows]
    rows = rows[np.concatenate([[True], key[1:] != key[:-1]])] if rows.size else rows
    rows = rows[_drawn(view, rows.size)[case[rows]]]
    into, out = contacts_of_both(view)
    n_in, n_out = _so_far(view, into), _so_far(view, out)
    answering = _so_far(view, out[_answered(view, into, out)])
    of = case[rows]
    left = np.where(reached_at[of] != -1, reached_at[of] - time[rows], -1)
    follow_up = int(np.quantile(left[left >= 0], FOLLOWED)) if (left >= 0).any() else 0
    total = np.bincount(case[into], minlength=log.n_cases)
    return Landmarks(
        of,
        known_apart(view.customers)[of],
        span[rows],
        age[rows],
        n_in[rows],
        n_out[rows],
        answering[rows],
        _progress(view)[rows],
        (left >= 0) & (left <= follow_up),
        left,
        total[of] - n_in[rows],
        np.where(_answer_time(view)[of] > time[rows], view.satisfaction[of], np.nan),
        (time[rows] + follow_up <= log.horizon) & ~unsettled[of],
        edges,
        follow_up,
    )


def span_name(landmarks: Landmarks, span: int) -> str:
    """The days of a span as people read them."""
    if span == 0:
        return "at its first event"
    days = [0.0, *(landmarks.edges / DAY).tolist()]
    if span == SPANS:
        return f"after day {days[-1]:.3g}"
    return f"day {days[span - 1]:.3g} to {days[span]:.3g}"


def _drawn(view: GoalView, n_moments: int) -> NDArray[np.bool_]:
    """Per case whether its customer is looked at, by their key: the same ones in whatever order they come."""
    from pandas.util import hash_array

    if n_moments <= MOST_MOMENTS:
        return np.ones(view.log.n_cases, bool)
    cases = view.log.cases
    keys = cases["customer_key"].astype(str).to_numpy(object) if "customer_key" in cases else view.customers
    return np.asarray(hash_array(keys) < MOST_MOMENTS / n_moments * 2.0**64)


def _moments(view: GoalView, column: str) -> NDArray[np.int64]:
    cases = view.log.cases
    if column not in cases:
        return np.full(view.log.n_cases, -1, np.int64)
    return np.asarray(cases[column], np.int64)


def _end(view: GoalView) -> NDArray[np.int64]:
    """When a goal was given up by an event that says so; silence ends nothing here."""
    given_up = _moments(view, "given_up")
    return np.where((view.outcome == 1) & (given_up != -1), given_up, FAR)


def _answer_time(view: GoalView) -> NDArray[np.int64]:
    """Per case when its score was given (-FAR never): of the last answer, which is the one that counts."""
    found = np.full(view.log.n_cases, -FAR)
    rows = np.flatnonzero(view.log.is_answer)
    found[view.log.case_of_event[rows]] = view.log.columns["time"][rows]
    return found


def _so_far(view: GoalView, chosen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per event how many of the chosen events its case has had, itself included."""
    flag = np.zeros(view.log.n_events, np.int64)
    flag[chosen] = 1
    running = np.cumsum(flag)
    first = view.log.offsets[:-1]
    return running - (running[first] - flag[first])[view.log.case_of_event]


def _answered(view: GoalView, into: NDArray[np.int64], out: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which contacts of the company come within W of one of the customer in the same goal."""
    if not into.size:
        return np.zeros(out.size, bool)
    log, place = view.log, np.searchsorted(into, out) - 1
    before = into[np.maximum(place, 0)]
    same = (place >= 0) & (log.case_of_event[before] == log.case_of_event[out])
    since = log.columns["time"][out] - log.columns["time"][before]
    return same & (since <= view.declared.window.microseconds())


def _progress(view: GoalView) -> NDArray[np.int64]:
    """Per event how many different steps of the ideal's main path its case has done; 0 without an ideal."""
    log = view.log
    if view.journey is None:
        return np.zeros(log.n_events, np.int64)
    rows = np.flatnonzero(events_named(log, view.journey.main_path()))
    key = log.case_of_event[rows] * len(log.activities) + log.columns["activity"][rows]
    return _so_far(view, rows[np.unique(key, return_index=True)[1]])
