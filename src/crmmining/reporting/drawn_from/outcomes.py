"""From how goals come out over time to what its picture is drawn from."""

from __future__ import annotations

import numpy as np

from crmmining.comparison.competing_risks import Incidence
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.leaving import last_steps
from crmmining.comparison.outcomes import ABANDONED, LEAST_SHARE
from crmmining.comparison.outcomes import Outcomes as OutcomeResult
from crmmining.estimates import share
from crmmining.reporting.figures.leaving import LeavingStep
from crmmining.reporting.figures.outcome_data import Curve, Outcomes
from crmmining.reporting.small_groups import is_group
from crmmining.study.durations import DAY

MOST_STEPS = 4


def outcomes(result: OutcomeResult | None, view: GoalView, fewest: int = 1) -> Outcomes | None:
    """What can be shown of them: None of fewer goals than make a share, or fewer customers than `fewest`."""
    if result is None or view.log.n_cases < FEWEST_CASES:
        return None
    if not is_group(view, np.arange(view.log.n_cases), fewest):
        return None
    return followed(result, view, fewest)


def followed(result: OutcomeResult, view: GoalView, fewest: int = 1) -> Outcomes:
    """Both curves up to the horizon, and the steps that `fewest` customers or more left after."""
    kept = result.reached.time <= result.horizon
    return Outcomes(
        result.goal,
        view.log.n_cases,
        int((view.outcome == 2).sum()),
        result.reached.time[kept] / DAY,
        _curve(result.reached, kept),
        _curve(result.abandoned, kept),
        result.reached.at_risk[kept],
        _leaving(result, view, fewest),
        int(result.leaving["n_left"].sum()),
    )


def _curve(found: Incidence, kept: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Curve:
    return Curve(found.value[kept], found.low[kept], found.high[kept])


def _leaving(result: OutcomeResult, view: GoalView, fewest: int) -> tuple[LeavingStep, ...]:
    """The steps most people leave after; one stands out by the rule of the finding."""
    total = int(result.leaving["n_left"].sum())
    last, left = last_steps(view), view.outcome == ABANDONED
    rows: list[LeavingStep] = []
    for place, r in enumerate(result.leaving.itertuples()):
        if len(rows) == MOST_STEPS:
            break
        if not is_group(view, np.flatnonzero(left & (last == r.step)), fewest):
            continue
        of_leavers = share(int(r.n_left), total, "leavers who left here / leavers")
        stands_out = place == 0 and total >= FEWEST_CASES and of_leavers.low >= LEAST_SHARE
        rows.append(LeavingStep(str(r.step), int(r.n_left), int(r.n_came), (r.low, r.high), stands_out))
    return tuple(rows)
