"""What customers had to do and bear for a goal, part by part, counted from events up to its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.contacts import contacts_of_both
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import known_apart
from crmmining.eventlog.filters import events_named
from crmmining.eventlog.log import COMPANY, CUSTOMER
from crmmining.eventlog.turns import COMPANY_TURN

Rows = NDArray[np.int64]
REPEATS = "repeat contacts"
TRANSFERS = "visible transfers"
SWITCHES = "channel switches"
ASKED_AGAIN = "asked again"
ACTIONS = "own actions"
WAITING = "waiting"


@dataclass(frozen=True, eq=False)
class Part:
    """One part of effort: `amount` per case (a number, or µs), and per process (the last: none).

    `business_days` per case is the same time on the company's clock, where that is known.
    Where the data cannot tell, `absent` says why and the amounts are empty.
    """

    name: str
    unit: Literal["count", "time"]
    amount: NDArray[np.float64]
    by_process: NDArray[np.float64]
    absent: str | None = None
    business_days: NDArray[np.float64] | None = None


def effort_parts(view: GoalView) -> tuple[Part, ...]:
    """Every part, in a fixed order; linear in events but for sorting contacts."""
    log = view.log
    if not log.has("actor"):
        reason = "the data does not say who acts"
        names = (REPEATS, TRANSFERS, SWITCHES, ASKED_AGAIN, ACTIONS)
        return (*(_absent(name, reason) for name in names), _absent(WAITING, reason, "time"))
    process = _process_of_events(view)
    repeats = _repeats(view)
    return (
        _counted(view, process, REPEATS, repeats),
        _counted(view, process, TRANSFERS, _transfers(view), "fewer than two departments are known"),
        _counted(view, process, SWITCHES, _switches(view), "fewer than two channels are loaded"),
        _counted(view, process, ASKED_AGAIN, _asked_again(view), "no activity that occurs says asks: true"),
        _counted(view, process, ACTIONS, _actions(view, repeats)),
        _waited(view, process),
    )


def _absent(name: str, reason: str, unit: Literal["count", "time"] = "count") -> Part:
    return Part(name, unit, np.empty(0), np.empty(0), reason)


def _counted(view: GoalView, process: Rows, name: str, rows: Rows | None, reason: str = "") -> Part:
    """A part that counts these events, those after the goal's end left out."""
    if rows is None:
        return _absent(name, reason)
    log = view.log
    rows = rows[log.columns["time"][rows] <= log.ended[log.case_of_event[rows]]]
    return _summed(view, process, name, "count", rows, np.ones(rows.size))


def _summed(
    view: GoalView,
    process: Rows,
    name: str,
    unit: Literal["count", "time"],
    rows: Rows,
    amount: NDArray[np.float64],
) -> Part:
    per_case = np.bincount(view.log.case_of_event[rows], amount, minlength=view.log.n_cases)
    places = len(view.study.processes) + 1
    per_process = np.bincount(process[rows], amount, minlength=places)
    return Part(name, unit, per_case.astype(float), per_process.astype(float))


def _process_of_events(view: GoalView) -> Rows:
    """Per event its process, else the one last at work in its case; the number of processes: none."""
    log, none = view.log, len(view.study.processes)
    process = log.columns["process"].astype(np.int64)
    last = np.maximum.accumulate(np.where(process >= 0, np.arange(log.n_events), -1))
    known = last >= log.offsets[:-1][log.case_of_event]
    return np.where(known, process[np.maximum(last, 0)], none)


def _repeats(view: GoalView) -> Rows:
    """Contacts within W of an earlier one of the same customer for the same goal.

    Going on to a wanted step of the ideal is no repeat; doing the same step again within W is one.
    """
    log, (into, _) = view.log, contacts_of_both(view)
    need = known_apart(view.customers)
    if "by_value" in log.cases:
        by = log.cases["by_value"].astype("object").fillna("").astype(str).to_numpy()
        codes = np.unique(by, return_inverse=True)[1]
        need = np.unique(np.stack([need, codes]), axis=1, return_inverse=True)[1].reshape(-1)
    of, activity = need[log.case_of_event[into]], log.columns["activity"][into].astype(np.int64)
    same_step = of * len(log.activities) + activity
    again = ~view.is_progress[into] | _soon_again(view, into, same_step)
    return into[_soon_again(view, into, of) & again]


def _soon_again(view: GoalView, rows: Rows, group: Rows) -> NDArray[np.bool_]:
    """Which events come within W of an earlier one of their group."""
    time, soon = view.log.columns["time"][rows], np.zeros(rows.size, bool)
    order = np.lexsort((rows, time, group))
    after, before = order[1:], order[:-1]
    window = view.declared.window.microseconds()
    soon[after] = (group[after] == group[before]) & (time[after] - time[before] <= window)
    return soon


def _transfers(view: GoalView) -> Rows | None:
    """Events in which another department goes on, where the customer met both."""
    log = view.log
    if "department" not in log.columns:
        return None
    rows = np.flatnonzero((log.columns["actor"] == COMPANY) & (log.columns["department"] >= 0))
    department, case = log.columns["department"][rows], log.case_of_event[rows]
    if np.unique(department).size < 2:
        return None
    visible = log.columns["visible"][rows] > 0
    changed = (case[1:] == case[:-1]) & (department[1:] != department[:-1]) & visible[1:] & visible[:-1]
    return rows[1:][changed]


def _switches(view: GoalView) -> Rows | None:
    """Contacts of the customer on another channel than their last."""
    log = view.log
    rows = np.flatnonzero(view.is_customer_contact & (log.columns["channel"] >= 0))
    channel, case = log.columns["channel"][rows], log.case_of_event[rows]
    if np.unique(channel).size < 2:
        return None
    return rows[1:][(case[1:] == case[:-1]) & (channel[1:] != channel[:-1])]


def _asked_again(view: GoalView) -> Rows | None:
    """Requests of the company that another department, or another record, had made of the customer before."""
    log = view.log
    asking = events_named(log, view.study.asking) & (log.columns["actor"] == COMPANY)
    rows = np.flatnonzero(asking)
    if not rows.size:
        return None
    what = log.case_of_event[rows] * len(log.activities) + log.columns["activity"][rows]
    rows = rows[np.argsort(what, kind="stable")]
    what = np.sort(what)
    begins = np.concatenate([[True], what[1:] != what[:-1]])
    first = np.maximum.accumulate(np.where(begins, np.arange(rows.size), 0))
    other = np.zeros(rows.size, bool)
    for column in ("record", "department"):
        value = log.columns[column][rows]
        other |= value != value[first]
    total = np.cumsum(other)
    return rows[total - (total[first] - other[first]) > 0]


def _actions(view: GoalView, repeats: Rows) -> Rows:
    """What the customer does: not the repeats, no survey answer, a contact's second message not again."""
    log = view.log
    doing = (log.columns["actor"] == CUSTOMER) & ~view.is_customer_contact & ~log.is_answer
    doing[contacts_of_both(view)[0]] = True
    doing[repeats] = False
    return np.flatnonzero(doing)


def _waited(view: GoalView, process: Rows) -> Part:
    """Time in which it is the company's turn, told of the process that ended it."""
    log, time = view.log, view.log.columns["time"]
    after = np.flatnonzero(log.case_of_event[1:] == log.case_of_event[:-1]) + 1
    after = after[view.turns[after - 1] == COMPANY_TURN]
    since, case = time[after - 1], log.case_of_event[after]
    until = np.maximum(np.minimum(time[after], log.ended[case]), since)
    found = _summed(view, process, WAITING, "time", after, (until - since).astype(float))
    if (clock := view.working_hours) is None:
        return found
    days = clock.elapsed(since, until) / clock.working_day
    return replace(found, business_days=np.bincount(case, days, minlength=log.n_cases).astype(float))
