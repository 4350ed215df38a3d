"""Outcome and silence: who leaves without a word, and what a survey of the others can still tell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, absent, mean, share

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = (
    "Abandoned = not reached and ended by the customer, or silent for longer than the silence printed; "
    "open goals are censored, not lost. Silent leaver = abandoned, no complaint, no survey answer. "
    "Worst-case bounds of mean satisfaction: every unanswered goal at the lowest or the highest score "
    "(Manski 1989)."
)


@dataclass(frozen=True, eq=False)
class Leavers:
    """How goals came out, who left silently, and how far the survey can be trusted.

    `answered` is the mean of those who answered; `bounds` hold the mean of all decided goals whatever
    the silent think. `by_outcome`: n, answered, response rate, mean per outcome.
    """

    goal: str
    reached: Estimate
    abandoned: Estimate
    silent: Estimate
    response_rate: Estimate
    answered: Estimate
    bounds: tuple[float, float] | None
    by_outcome: pd.DataFrame
    silent_cases: NDArray[np.bool_]
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per outcome."""
        return self.by_outcome.copy()

    def __repr__(self) -> str:
        bounds = (
            f", all customers between {self.bounds[0]:.2f} and {self.bounds[1]:.2f}" if self.bounds else ""
        )
        return (
            f"Leavers({self.goal}: abandoned {self.abandoned}, of these silently {self.silent}; "
            f"satisfaction answered {self.answered}{bounds}, response {self.response_rate})"
        )

    def _repr_html_(self) -> str:
        return f"<p>{self!r}</p>{self.by_outcome.to_html(index=False)}"

    def findings(self, view: GoalView) -> list[Finding]:
        """The share that leaves without a word, beside what the survey says."""
        if not self.silent.is_known or self.silent.n < FEWEST_CASES or self.silent.low < 0.3:
            return []
        survey = ""
        if self.answered.is_known and self.bounds:
            rate = f"{self.response_rate.value:.0%} of all goals"
            survey = f"; the survey's {self.answered.value:.1f} comes from {rate}"
        return [
            Finding(
                "silent leavers",
                self.goal,
                f"{self.abandoned.value:.0%} of “{self.goal}” goals are abandoned, "
                f"{self.silent.value:.0%} of these without a complaint or a survey answer{survey}",
                self.silent,
                "Who leaves silently is in no complaint statistic and in no survey.",
                "Watch silence itself: call when a goal is silent for longer than reached goals ever are.",
                view.declared.goals[self.goal].owner,
                self.abandoned.value * self.silent.value,
                case_ids(view.log.cases, self.silent_cases),
            )
        ]


def find_leavers(view: GoalView) -> Leavers:
    """Count outcomes and silence, with satisfaction and its bounds."""
    log, outcome, score = view.log, view.outcome, view.satisfaction
    decided, abandoned, answered = outcome != 2, outcome == 1, ~np.isnan(view.satisfaction)
    silent = abandoned & ~_complained(view) & ~answered
    excluded, customers = int((~decided).sum()), view.customers
    n_decided = int(decided.sum())
    known = decided & answered
    if "satisfaction" in log.columns and known.any():
        low, high = view.declared.satisfaction.scale
        total, missing = score[known].sum(), n_decided - int(known.sum())
        bounds = ((total + missing * low) / n_decided, (total + missing * high) / n_decided)
        mean_score = mean(score[known], customers[known], "score", "mean score of the goals with an answer")
        rate = share(int(known.sum()), n_decided, "decided goals with an answer", excluded)
    else:
        bounds, reason = None, "no source has a satisfaction score"
        mean_score, rate = (
            absent(reason, "score", "mean score"),
            absent(reason, "share", "decided goals with an answer"),
        )
    return Leavers(
        view.goal,
        share(int((outcome == 0).sum()), n_decided, "reached / decided", excluded),
        share(int(abandoned.sum()), n_decided, "abandoned / decided", excluded),
        _silent_share(view, silent, abandoned),
        rate,
        mean_score,
        bounds,
        _by_outcome(view),
        silent,
    )


def _silent_share(view: GoalView, silent: NDArray[np.bool_], abandoned: NDArray[np.bool_]) -> Estimate:
    """Absent where neither complaints nor answers are in the data: then silence means nothing."""
    definition = "abandoned with no complaint and no survey answer / abandoned"
    could_speak = not np.isnan(view.satisfaction).all() or any(
        process.solves for process in view.declared.processes.values()
    )
    if not could_speak:
        return absent("neither complaints nor a survey are loaded", "share", definition)
    return share(int(silent.sum()), int(abandoned.sum()), definition)


def _complained(view: GoalView) -> NDArray[np.bool_]:
    """Goals with a record of a process that solves problems: the customer said something was wrong."""
    solving = [code for code, process in enumerate(view.declared.processes.values()) if process.solves]
    found = np.zeros(view.log.n_cases, bool)
    found[view.records.case[np.isin(view.records.process, solving)]] = True
    return found


def _by_outcome(view: GoalView) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for code, name in enumerate(("reached", "abandoned", "open")):
        mine = view.outcome == code
        scores = view.satisfaction[mine & ~np.isnan(view.satisfaction)]
        rows.append(
            (
                name,
                int(mine.sum()),
                scores.size,
                scores.size / max(int(mine.sum()), 1),
                scores.mean() if scores.size else np.nan,
            )
        )
    return pd.DataFrame(rows, columns=["outcome", "n", "n_answered", "response_rate", "mean_satisfaction"])
