"""Where a customer's time on a goal goes, in parts that add up, on the calendar and in working hours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.white_space import WhiteSpace
from crmmining.estimates import Estimate, mean
from crmmining.study.durations import DAY

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = (
    "Of the time from a goal's first event to its end (reached, else last event), mean per goal: inside a "
    "process = a record is open; between processes = none is, split by whose turn it is. The four parts add "
    "up to the journey, in days and in business days (the company's working hours alone, where the study "
    "file declares them). Waiting for the company lies across them: inside a record and outside."
)
PARTS = {
    "inside": "inside a process",
    "unowned": "between: waiting for the company",
    "own": "between: the customer's own time",
    "held": "between: on hold, or not known",
    "journey": "the journey",
    "waiting": "waiting for the company, in all",
}


@dataclass(frozen=True, eq=False)
class TimeSplit:
    """One row per part of `PARTS`: mean days a goal with interval, share of the journey, business days.

    `means` holds the mean of each part in microseconds; business days are NaN without working hours.
    """

    goal: str
    table: pd.DataFrame
    means: dict[str, Estimate]
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """A copy of the table."""
        return self.table.copy()

    def __repr__(self) -> str:
        return f"TimeSplit({self.goal})\n{self.table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        return self.table.to_html(index=False)


def split_time(view: GoalView, white_space: WhiteSpace) -> TimeSplit:
    """The means of what white space was measured from."""
    import pandas as pd

    cases, business = white_space.cases, white_space.business
    whole = max(int(cases["journey"].sum()), 1)
    rows, means = [], {}
    for part, name in PARTS.items():
        estimate = mean(cases[part].to_numpy(), view.customers, "time", f"mean time a goal spends {name}")
        means[name] = estimate
        working = np.nan
        if business is not None and view.working_hours is not None:
            working = float(business[part].mean() / view.working_hours.working_day)
        rows.append(
            (
                name,
                estimate.value / DAY,
                estimate.low / DAY,
                estimate.high / DAY,
                int(cases[part].sum()) / whole,
                working,
                estimate.n,
            )
        )
    names = ["part", "mean_days", "low", "high", "share", "mean_business_days", "n"]
    return TimeSplit(view.goal, pd.DataFrame(rows, columns=names), means)
