"""What a survey says, and what it would say if those who did not answer were like some who did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, absent, ratio

if TYPE_CHECKING:
    import pandas as pd

FEWEST_ANSWERS = 5
DEFINITION = (
    "Mean score of decided goals. Answered: of those with an answer. Weighted by outcome: as if those "
    "without had answered like those with the same outcome. Silent like the leavers: as if all without had "
    "answered like those who gave up. Both are assumptions, not measurements; intervals by customer, the "
    f"outcomes' sizes held fixed; absent below {FEWEST_ANSWERS} answers of an outcome they lean on."
)


@dataclass(frozen=True, eq=False)
class Survey:
    """The mean score of a goal's survey under three readings of silence."""

    goal: str
    answered: Estimate
    weighted: Estimate
    silent_as_leavers: Estimate
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per reading: mean, interval, answers it rests on, decided goals without one."""
        import pandas as pd

        readings = {
            "answered": self.answered,
            "weighted by outcome": self.weighted,
            "silent like the leavers": self.silent_as_leavers,
        }
        rows = [(name, e.value, e.low, e.high, e.n, e.excluded, e.absent) for name, e in readings.items()]
        names = ["reading", "mean", "low", "high", "n_answers", "n_silent", "absent"]
        return pd.DataFrame(rows, columns=names)

    def __repr__(self) -> str:
        return f"Survey({self.goal})\n{self.to_frame().to_string(index=False)}"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def read_survey(view: GoalView) -> Survey | None:
    """Read the answers of decided goals three ways; None where nobody answered."""
    decided, has_answer = view.outcome != 2, ~np.isnan(view.satisfaction)
    rows = np.flatnonzero(decided & has_answer)
    if not rows.size:
        return None
    silent = [int(((view.outcome == outcome) & ~has_answer).sum()) for outcome in (0, 1)]
    outcome = view.outcome[rows].astype(np.int64)
    n = np.bincount(outcome, minlength=2)
    few = n < FEWEST_ANSWERS
    leaning = [name for code, name in enumerate(("reached", "abandoned")) if few[code] and silent[code]]
    like_outcome = 1 + np.array(silent)[outcome] / n[outcome]
    like_leavers = 1 + np.where(outcome == 1, sum(silent) / max(n[1], 1), 0)
    few_leavers = ["abandoned"] if few[1] and sum(silent) else []
    return Survey(
        view.goal,
        _mean(view, rows, np.ones(rows.size), "mean of those who answered", silent),
        _mean(view, rows, like_outcome, "the silent like those with the same outcome", silent, leaning),
        _mean(view, rows, like_leavers, "the silent like those who gave up", silent, few_leavers),
    )


def _mean(
    view: GoalView,
    rows: NDArray[np.int64],
    weight: NDArray[np.float64],
    definition: str,
    silent: list[int],
    too_few: list[str] | None = None,
) -> Estimate:
    if too_few:
        reason = f"fewer than {FEWEST_ANSWERS} answers of goals {' or '.join(too_few)}"
        return absent(reason, "score", definition, rows.size)
    score = view.satisfaction[rows]
    return ratio(score * weight, weight, view.customers[rows], "score", definition, sum(silent))
