"""Two clocks: how long each process says it took, and how long the customer was under way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, mean, median
from crmmining.study.durations import humanise

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = (
    "Throughput time, inside-out: from opening to closing of a record, closed records only. "
    "Outside-in: from a goal's first event to the moment it was reached, reached goals only; "
    "goals still open are left out, not counted as short. Business days count the company's working hours "
    "alone, where the study file declares them."
)


@dataclass(frozen=True, eq=False)
class Clocks:
    """Throughput of each process that serves a goal, beside the goal's own.

    `processes`: view, name, owner, n, n_open; mean with its interval (low, high) and median on the calendar;
    mean_business_days and median_business_days count the company's working hours alone, in its working days,
    NaN where none are declared.
    """

    goal: str
    processes: pd.DataFrame
    journey_mean: Estimate
    journey_median: Estimate
    longest_process: Estimate
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per process and one for the journey, times as Timedelta."""
        return self.processes.copy()

    def __repr__(self) -> str:
        return f"Clocks({self.goal})\n{self.processes.to_string(index=False)}"

    def _repr_html_(self) -> str:
        return self.processes.to_html(index=False)

    def findings(self, view: GoalView) -> list[Finding]:
        """How much longer the customer is under way than the longest process says."""
        whole, longest = self.journey_mean, self.longest_process
        if (
            not (whole.is_known and longest.is_known)
            or min(whole.n, longest.n) < FEWEST_CASES
            or whole.low <= longest.high
        ):
            return []
        reached = np.flatnonzero(view.outcome == 0)
        slowest = reached[np.argsort(-view.log.throughput[reached], kind="stable")]
        return [
            Finding(
                "two clocks",
                self.goal,
                f"“{self.goal}” takes the customer {humanise(whole.value)} on average; "
                f"the longest process on the way reports {humanise(longest.value)}",
                whole,
                "Each process measures its own record; "
                "nobody measures the customer's way through all of them.",
                "Set a target for the whole journey and give it an owner.",
                view.declared.goals[self.goal].owner,
                0.3 * (1 - longest.value / whole.value),
                case_ids(view.log.cases, slowest),
            )
        ]


def compare_clocks(view: GoalView) -> Clocks:
    """Throughput of both views."""
    import pandas as pd

    records, customers = view.records, view.customers
    reached = view.outcome == 0
    excluded = int((~reached).sum())
    working = _working(view)
    log = view.log
    whole = mean(
        view.log.throughput[reached], customers[reached], "time", "mean time to a reached goal", excluded
    )
    middle = median(
        view.log.throughput[reached], customers[reached], "time", "median time to a reached goal", excluded
    )
    rows, longest = [], None
    for code, name in enumerate(view.study.processes):
        mine = records.process == code
        closed = mine & (records.closed != -1)
        if not mine.any():
            continue
        length = records.closed[closed] - records.opened[closed]
        estimate = mean(
            length,
            customers[records.case[closed]],
            "time",
            "mean time from opening to closing",
            int((mine & ~closed).sum()),
        )
        of_median = median(
            length, customers[records.case[closed]], "time", "median time from opening to closing"
        )
        worked = working(records.opened[closed], records.closed[closed])
        rows.append(("process", name, view.owner_of(name), *_row(estimate, of_median), *worked))
        if estimate.is_known and (longest is None or estimate.value > longest.value):
            longest = estimate
    worked = working(log.begun[reached], log.begun[reached] + log.throughput[reached])
    rows.append(("journey", view.goal, view.declared.goals[view.goal].owner, *_row(whole, middle), *worked))
    names = [
        "view", "name", "owner", "n", "n_open", "mean", "low", "high", "median",
        "mean_business_days", "median_business_days",
    ]  # fmt: skip
    return Clocks(view.goal, pd.DataFrame(rows, columns=names), whole, middle, longest or whole)


def _working(view: GoalView) -> Callable[[NDArray[np.int64], NDArray[np.int64]], tuple[float, float]]:
    """Mean and median of business days between moments; NaN where no working hours are declared."""
    clock = view.working_hours

    def measured(start: NDArray[np.int64], end: NDArray[np.int64]) -> tuple[float, float]:
        if clock is None or not start.size:
            return np.nan, np.nan
        days = clock.elapsed(start, end) / clock.working_day
        return float(days.mean()), float(np.sort(days)[(days.size + 1) // 2 - 1])

    return measured


def _row(average: Estimate, middle: Estimate) -> tuple[object, ...]:
    import pandas as pd

    times = (
        [pd.Timedelta(value, "us") for value in (average.value, average.low, average.high, middle.value)]
        if average.is_known
        else [pd.NaT] * 4
    )
    return (average.n, average.excluded, *times)
