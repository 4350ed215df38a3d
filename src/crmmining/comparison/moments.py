"""Moments of truth: the steps at which goals are won or lost, measured and as declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.edge_scores import score_edges
from crmmining.comparison.findings import FEWEST_CASES, Finding
from crmmining.comparison.goal_progress import progress_of
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.moment_findings import moment_findings
from crmmining.comparison.step_contrasts import contrast_steps
from crmmining.estimates import Estimate, share

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = (
    "Difference = share reached of the goals that took a step (for the first time) less that of goals that "
    "went on with another, both decided later and come from the same point: same step before, same number of "
    "steps so far, as far along the ideal journey with the same things beside it, about as long under way "
    "(at the step before, and at the step itself; the weaker of both answers counts). Measured = it stands "
    "at a false discovery rate of 5 % over all steps, its interval at least 2 points from nothing. "
    "The step a goal opened with, steps that reach or end it, and what comes after are left out. "
    "An association."
)


@dataclass(frozen=True, eq=False)
class Moments:
    """How much the share of goals reached moves at each step.

    `steps`, the surest large ones first: step, stage (of the ideal journey), declared, n_goals (decided
    goals that took it) and `share_after` (of these reached), `share_lost_next` (of these given up without
    another step), n_with and n_otherwise (goals compared), share_with and share_without (reached), difference
    with low and high, q (least false discovery rate), detectable (the difference that would have been seen
    in 80 of 100 studies like this), verdict. `differences` holds the difference as an estimate by step,
    its n the goals with the step; `cases` the goals compared that took it; `edges` as of `score_edges`.
    """

    goal: str
    reached: Estimate
    steps: pd.DataFrame
    edges: pd.DataFrame
    differences: dict[str, Estimate]
    cases: dict[str, NDArray[np.int64]]
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per step."""
        return self.steps.copy()

    def __repr__(self) -> str:
        return f"Moments({self.goal}: reached {self.reached})\n{self.steps.to_string(index=False)}"

    def _repr_html_(self) -> str:
        return self.steps.to_html(index=False)

    def findings(self, view: GoalView) -> list[Finding]:
        """The largest moment nobody declared, and a declared one that the data does not show."""
        return moment_findings(self, view)


def find_moments(view: GoalView) -> Moments | None:
    """Measure every step; None with fewer than 20 goals reached, or fewer than 20 given up."""
    lost, reached = (int((view.outcome == code).sum()) for code in (1, 0))
    if min(lost, reached) < FEWEST_CASES:
        return None
    progress = progress_of(view)
    base = share(reached, reached + lost, "reached / decided", int((view.outcome == 2).sum()))
    steps, found = contrast_steps(view, progress)
    differences = {name: contrast.as_estimate(base.excluded) for name, contrast in found.items()}
    cases = {name: contrast.cases for name, contrast in found.items()}
    return Moments(view.goal, base, steps, score_edges(view, progress), differences, cases)
