"""What the picture of moments of truth is drawn from."""

from __future__ import annotations

import math
from typing import Any

from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.moments import Moments as MomentsResult
from crmmining.comparison.step_contrasts import BOTH, MEASURED
from crmmining.reporting.figures.caption import Caption
from crmmining.reporting.figures.difference import Estimate
from crmmining.reporting.figures.moments import MomentRow, Moments
from crmmining.reporting.figures.numbers import share_text
from crmmining.reporting.small_groups import is_group

MOST = 12


def moments_of_truth(result: MomentsResult, view: GoalView | None = None, fewest: int = 1) -> Moments:
    """At most twelve steps, the surest large ones first, then the declared, then the nearest to sure.

    Left out are steps that were not compared unless declared, and with a `view` those of fewer than `fewest`
    customers.
    """
    rows = result.steps.to_dict("records")
    known = [row for row in rows if row["declared"] or not math.isnan(row["difference"])]
    shown = [row for row in known if _is_large_enough(result, row["step"], view, fewest)]
    n_compared = int(result.steps["difference"].notna().sum())
    n_shown = sum(not math.isnan(row["difference"]) for row in shown[:MOST])
    left = f", the surest {n_shown} shown" if n_shown < n_compared else ""
    caption = Caption(
        subtitle=f"“{result.goal}”: {n_compared} steps compared{left}; {result.reached.n:,} decided goals, "
        f"{share_text(result.reached.value)} reached. With it and without: share reached of comparable "
        "goals.",
        nothing="no step has goals enough with it and without it",
    )
    return Moments(tuple(_row(row) for row in shown[:MOST]), caption)


def _is_large_enough(result: MomentsResult, step: str, view: GoalView | None, fewest: int) -> bool:
    return view is None or step not in result.cases or is_group(view, result.cases[step], fewest)


def _row(row: dict[Any, Any]) -> MomentRow:
    stage, declared = row["stage"] or "", bool(row["declared"])
    if math.isnan(row["difference"]):
        return MomentRow(row["step"], stage, declared, reason=row["verdict"])
    return MomentRow(
        row["step"],
        stage,
        declared,
        Estimate(row["difference"], (row["low"], row["high"]), int(row["n_with"] + row["n_otherwise"])),
        row["share_with"],
        row["share_without"],
        int(row["n_with"]),
        int(row["n_otherwise"]),
        row["verdict"] in (BOTH, MEASURED),
    )
