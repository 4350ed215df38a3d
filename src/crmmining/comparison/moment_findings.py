"""What moments of truth say: the step nobody declared, and the declared one the data does not show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from crmmining.comparison.findings import Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.step_contrasts import MEASURED, UNSEEN

if TYPE_CHECKING:
    from crmmining.comparison.moments import Moments


def moment_findings(moments: Moments, view: GoalView) -> list[Finding]:
    """The largest step measured only, and of those declared only the one a difference was surest seen in."""
    verdict = moments.steps["verdict"]
    measured = moments.steps[verdict == MEASURED]
    unseen = moments.steps[verdict == UNSEEN].sort_values(["detectable", "step"])
    found = [_undeclared(moments, view, row) for row in measured.head(1).to_dict("records")]
    return found + [_unseen(moments, view, row) for row in unseen.head(1).to_dict("records")]


def _undeclared(moments: Moments, view: GoalView, row: dict[Any, Any]) -> Finding:
    step, goal = row["step"], moments.goal
    harm = row["difference"] < 0
    cases = moments.cases[step]
    outcome = view.outcome[cases]
    to_see = cases[outcome == 1] if harm else cases[outcome == 0]
    return _finding(
        moments,
        view,
        step,
        f"After “{step}” {row['share_with']:.0%} of “{goal}” goals are reached, {row['share_without']:.0%} "
        "of those that went on from the same point without it; nobody declared it a moment of truth",
        "Goals compared had come equally far and both went on. An association: what led to the step may also "
        "have led to the outcome.",
        f"Look at what happens at “{step}”, give it an owner, and "
        + (
            "see what its goals lack afterwards."
            if harm
            else "offer it to a random half of those without it."
        ),
        min(1.0, abs(row["difference"]) * row["n_with"] / max(view.log.n_cases, 1)),
        to_see,
    )


def _unseen(moments: Moments, view: GoalView, row: dict[Any, Any]) -> Finding:
    step, goal, points = row["step"], moments.goal, f"{100 * row['detectable']:.0f} points"
    return _finding(
        moments,
        view,
        step,
        f"“{step}” is said to be a moment of truth of “{goal}”, the data does not show it: "
        f"{row['share_with']:.0%} are reached with it, {row['share_without']:.0%} of those that went on "
        f"without it (a difference of {points} would be seen in 80 of 100 such studies)",
        "What is believed to matter gets the money; what matters is measured.",
        f"Ask why “{step}” was chosen, and whether it matters for something else than reaching the goal.",
        0.01,
        moments.cases[step],
    )


def _finding(
    moments: Moments,
    view: GoalView,
    step: str,
    sentence: str,
    why: str,
    action: str,
    weight: float,
    cases: np.ndarray[Any, np.dtype[np.int64]],
) -> Finding:
    return Finding(
        "moments", moments.goal, sentence, moments.differences[step], why, action, _owner(view, step), weight,
        case_ids(view.log.cases, cases),
    )  # fmt: skip


def _owner(view: GoalView, name: str) -> str | None:
    """Who owns a step: by the journey, by the process whose records it mostly happens in, else the goal's."""
    if view.journey and name in view.journey.activities:
        step = next(step for step in view.journey.steps if step.activity == name)
        owner = step.owner or view.journey.stage_of(name).owner
        if owner:
            return owner
    log = view.log
    process = log.columns["process"][log.columns["activity"] == log.activities.index(name)]
    process = process[process >= 0]
    owner = view.owner_of(view.study.processes[int(np.bincount(process).argmax())]) if process.size else None
    return owner or view.declared.goals[view.goal].owner
