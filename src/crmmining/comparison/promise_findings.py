"""What broken promises say: how often, whose, and what they cost."""

from __future__ import annotations

import numpy as np

from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.mining.promises import BROKEN, PromiseResult

LEAST_SHARE = 0.05


def promise_findings(view: GoalView) -> list[Finding]:
    """A finding for each promise that is broken in more than a twentieth of its cases."""
    return [
        _finding(view, result)
        for result in view.promises.results
        if result.broken.is_known and result.broken.n >= FEWEST_CASES and result.broken.low > LEAST_SHARE
    ]


def _finding(view: GoalView, result: PromiseResult) -> Finding:
    owed = f"; {result.owed:,.0f} {result.currency} are owed for it" if result.owed else ""
    broken = result.instances.loc[result.instances["state"] == BROKEN].sort_values(
        "elapsed", ascending=False, kind="stable"
    )
    return Finding(
        "promises",
        view.goal,
        f"“{result.until}” within {result.limit} of “{result.since}” is broken "
        f"for {result.broken.value:.0%} of customers{owed}",
        result.broken,
        "A promise is kept or broken on the customer's clock, "
        "which begins before the process opens its record.",
        f"Measure “{result.since}” to “{result.until}” as the target of {result.owner or 'the owner'}; "
        "work the open ones by what is left of the limit.",
        result.owner,
        0.6 * result.broken.value * result.broken.n / max(view.log.n_cases, 1),
        case_ids(view.log.cases, broken["case"].to_numpy(np.int64)[:50]),
    )
