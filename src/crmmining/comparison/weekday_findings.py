"""What weekdays say: which department plans its week so that late orders wait."""

from __future__ import annotations

import numpy as np

from crmmining.comparison.findings import Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.mining.weekdays import WeekdayDelay, find_weekday_delays
from crmmining.study.durations import DAY, humanise

BEYOND_A_WEEKEND = 2.5 * DAY
"""A weekend without work explains about two days of delay; a finding needs more than that."""


def weekday_findings(view: GoalView) -> list[Finding]:
    """A finding for each step whose late-week delay is more than a weekend explains."""
    found = []
    for name in view.declared.goals[view.goal].includes.processes:
        log = view.study.process_log(name)
        hours = view.study.working_hours(log)
        for delay in find_weekday_delays(log, view.declared.calendar.zone, hours).all:
            if delay.late.low > BEYOND_A_WEEKEND:
                found.append(_finding(view, name, delay))
    return found


def _finding(view: GoalView, process: str, delay: WeekdayDelay) -> Finding:
    n_cases = max(view.log.n_cases, 1)
    weight = float(delay.late.value * delay.cases.size / max(view.log.throughput.sum(), 1))
    department = f" ({delay.department})" if delay.department else ""
    late = delay.business_late
    worked = f" (in business days {late.value:.1f} longer)" if late and late.low > 0 else ""
    return Finding(
        "weekdays",
        view.goal,
        f"“{delay.source}” from Friday to Sunday waits {humanise(delay.late.value)} longer "
        f"for “{delay.target}” than earlier in the week{worked}{department}",
        delay.late,
        "It is more than the weekend: late orders miss the planning of the week.",
        f"Plan “{delay.target}” every day, or say on ordering when it will be.",
        view.owner_of(process),
        min(1.0, weight + 0.02 * delay.cases.size / n_cases),
        case_ids(view.study.process_log(process).cases, np.unique(delay.cases)[:50]),
    )
