"""The levers of every process: white space before it, its promise broken, its false closures, watermelons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.levers import (
    Lever,
    Worth,
    hours_a_month,
    occurring,
    with_process,
    worst_first,
    worth_of,
)
from crmmining.comparison.watermelons import RED, UNDECIDED
from crmmining.estimates import absent, share
from crmmining.mining.promises import BROKEN, PromiseResult
from crmmining.mining.promises import UNDECIDED as NOT_DUE
from crmmining.study.durations import humanise

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.comparison.views import Views

NO_HOURS = "no waiting is told apart that belongs to it alone"


def find_levers(views: Views, months: float) -> Iterator[Lever]:
    """Everything about the processes of one goal that touches at least as many goals as a finding needs."""
    found: list[Lever | None] = [_promise(views.view, result, months) for result in views.promises.results]
    gaps = dict(list(views.white_space.gaps.groupby("to_process")))
    for process in occurring(views.view):
        found.append(_white_space(views.view, process, gaps.get(process), months))
        found.append(_false_closures(views, process))
        found.append(_watermelons(views, process))
    yield from (lever for lever in found if lever and lever.worth.n_goals >= FEWEST_CASES)


def _white_space(view: GoalView, process: str, before: pd.DataFrame | None, months: float) -> Lever | None:
    """Waiting with no record open before those of a process, beyond what the best quarter of goals waits."""
    if before is None:
        return None
    among = with_process(view, process)
    waited = np.bincount(before["case"], before["unowned"], view.log.n_cases).astype(np.int64)
    best = int(np.sort(waited[among])[-(-int(among.sum()) // 4) - 1])
    excess = np.maximum(waited - best, 0)
    if not excess.any():
        return None
    cases = np.flatnonzero(among)
    worth = worth_of(view, excess > 0, among, hours_a_month(view, excess[among], cases, months))
    touched = np.flatnonzero(among & (excess > 0))
    quarter = f"at most {humanise(best)}" if best else "not at all"
    return Lever(
        process,
        view.goal,
        "white space",
        f"customers wait {humanise(waited[touched].mean())} on average with no record open before it begins "
        f"on “{view.goal}”, where the best quarter waits {quarter}",
        "Open its record when the customer asks, and measure the time to it",
        view.owner_of(process),
        worth,
        worst_first(touched, excess[touched]),
    )


def _promise(view: GoalView, result: PromiseResult, months: float) -> Lever | None:
    """A promise that a process answers, broken; hours only of answers that came."""
    process = _answering(view, result)
    decided = result.instances[result.instances["state"] != NOT_DUE]
    if process is None or not len(decided):
        return None
    case, since, until = (decided[name].to_numpy(np.int64) for name in ("case", "since", "until"))
    broken = decided["state"].to_numpy() == BROKEN
    late = np.where(broken & (until != -1), until - view.clock.due(result.limit, since), 0)
    n = view.log.n_cases
    among, touched = np.bincount(case, minlength=n) > 0, np.bincount(case[broken], minlength=n) > 0
    worth = worth_of(view, touched, among, hours_a_month(view, np.maximum(late, 0), case, months))
    elapsed = decided["elapsed"].to_numpy(np.int64)
    return Lever(
        process,
        view.goal,
        "promise",
        f"“{result.until}” within {result.limit} of “{result.since}” is broken "
        f"for {result.broken.value:.0%} of customers on “{view.goal}”",
        "Keep the promise: work what is open by what is left of the limit",
        result.owner or view.owner_of(process),
        worth,
        worst_first(case[broken], elapsed[broken]),
    )


def _answering(view: GoalView, result: PromiseResult) -> str | None:
    """The process whose records hold the answers, else the one its owner owns; None where neither is told."""
    if result.until in view.log.activities:
        rows = np.flatnonzero(view.log.columns["activity"] == view.log.activities.index(result.until))
        record = view.log.columns["record"][rows]
        process = view.study.records["process"][record[record >= 0]]
        counts = np.bincount(process[process >= 0].astype(np.int64), minlength=len(view.study.processes))
        if 2 * counts.max(initial=0) > rows.size:
            return view.study.processes[int(counts.argmax())]
    owned = [name for name in occurring(view) if result.owner and view.owner_of(name) == result.owner]
    return owned[0] if len(owned) == 1 else None


def _false_closures(views: Views, process: str) -> Lever | None:
    """Records closed as done that were not."""
    if views.false_closures is None:
        return None
    view, records = views.view, views.false_closures.records
    mine = records[records["process"] == process]
    case, false = mine["case"].to_numpy(np.int64), mine["false"].to_numpy(bool)
    n = view.log.n_cases
    among, touched = np.bincount(case, minlength=n) > 0, np.bincount(case[false], minlength=n) > 0
    if not touched.any():
        return None
    hours = absent(NO_HOURS, "count", "hours of customer waiting per month")
    worth = worth_of(view, touched, among, hours)
    return Lever(
        process,
        view.goal,
        "false closure",
        f"{false.mean():.0%} of its records closed on “{view.goal}” were not solved",
        f"Ask the customer before closing, and count a return within {view.declared.window} as unsolved",
        view.owner_of(process),
        worth,
        np.flatnonzero(touched),
    )


def _watermelons(views: Views, process: str) -> Lever | None:
    """Goals that went wrong although all was green; what that costs cannot be compared."""
    view, melons = views.view, views.watermelons
    among = with_process(view, process) & melons.all_green & (melons.goal_state != UNDECIDED)
    red = among & (melons.goal_state == RED)
    if not red.any():
        return None
    rate = share(int(red.sum()), int(among.sum()), "red goals / decided goals with all records green")
    nothing = "worth not told, as red goals are reached less often by definition"
    return Lever(
        process,
        view.goal,
        "watermelons",
        f"{rate.value:.0%} of “{view.goal}” goals with it went wrong although every process met its target",
        "Report goals reached and promises kept beside its target",
        view.owner_of(process),
        Worth(
            int(red.sum()),
            absent(NO_HOURS, "count", "hours of customer waiting per month"),
            absent(nothing, "count", "goals saved"),
            absent(nothing, "difference in share", "share of goals reached"),
            1.0,
        ),
        np.flatnonzero(red),
    )
