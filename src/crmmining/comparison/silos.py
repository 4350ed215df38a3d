"""Silos: between which departments a customer is sent, and what of it no record shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, mean, share
from crmmining.eventlog.log import COMPANY
from crmmining.eventlog.timedeltas import with_timedeltas
from crmmining.study.durations import humanise

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = (
    "Silo crossing = change of department between two consecutive company events of a goal. "
    "Invisible inside-out = the record changes too. Visible to the customer = both events are touchpoints. "
    "Ping-pong = back to a department after another had it (A→B→A)."
)


@dataclass(frozen=True, eq=False)
class Silos:
    """Department × department: crossings, goals, median time between on both clocks, share invisible."""

    goal: str
    crossings: pd.DataFrame
    per_goal: Estimate
    share_invisible: Estimate
    share_ping_pong: Estimate
    cases: pd.DataFrame
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per pair of departments, times as Timedelta."""
        return with_timedeltas(self.crossings, ("median_gap", "total_gap"))

    def __repr__(self) -> str:
        return (
            f"Silos({self.goal}: {self.per_goal} crossings a goal, {self.share_invisible} in no record, "
            f"ping-pong in {self.share_ping_pong} of goals)\n"
            f"{self.crossings.head(10).to_string(index=False)}"
        )

    def _repr_html_(self) -> str:
        return self.crossings.to_html(index=False)

    def findings(self, view: GoalView) -> list[Finding]:
        """How many borders a goal crosses, and how many of them no record shows."""
        if (
            not self.per_goal.is_known
            or self.per_goal.n < FEWEST_CASES
            or self.per_goal.low < 1
            or not self.share_invisible.is_known
        ):
            return []
        by_gap = self.crossings.sort_values(["total_gap", "from_department"], ascending=[False, True])
        slowest = by_gap.iloc[0]
        pair = f"{slowest['from_department']} to {slowest['to_department']}"
        return [
            Finding(
                "silos",
                self.goal,
                f"A customer on “{self.goal}” is passed between departments {self.per_goal.value:.1f} times; "
                f"{self.share_invisible.value:.0%} of these hand-overs show in no record "
                f"(most time: {pair}, {humanise(slowest['median_gap'])} in the median)",
                self.per_goal,
                "Where the record changes with the department, neither side's report shows the hand-over.",
                f"Agree one hand-over between {pair}: who, within what time, "
                "with what the customer already told.",
                None,
                0.1 * self.share_invisible.value,
                case_ids(view.log.cases, np.argsort(-self.cases["crossings"].to_numpy(), kind="stable")[:50]),
            )
        ]


def cross_silos(view: GoalView) -> Silos | None:
    """Count department changes; None where the data names fewer than two departments."""
    import pandas as pd

    log = view.log
    rows = np.flatnonzero((log.columns["actor"] == COMPANY) & (log.columns["department"] >= 0))
    department, case = log.columns["department"][rows], log.case_of_event[rows]
    if np.unique(department).size < 2:
        return None
    changes = np.flatnonzero((case[1:] == case[:-1]) & (department[1:] != department[:-1])) + 1
    before, after = rows[changes - 1], rows[changes]
    names = np.array(log.names["department"], object)
    frame = pd.DataFrame(
        {
            "case": case[changes],
            "from_department": names[department[changes - 1]],
            "to_department": names[department[changes]],
            "gap": log.columns["time"][after] - log.columns["time"][before],
            "business": _business_days(view, log.columns["time"][before], log.columns["time"][after]),
            "invisible": log.columns["record"][after] != log.columns["record"][before],
            "visible": (log.columns["visible"][after] > 0) & (log.columns["visible"][before] > 0),
        }
    )
    same_case = frame["case"].to_numpy()
    back = np.zeros(len(frame), bool)
    back[1:] = (same_case[1:] == same_case[:-1]) & (
        frame["to_department"].to_numpy()[1:] == frame["from_department"].to_numpy()[:-1]
    )
    pairs = frame.groupby(["from_department", "to_department"], sort=True)
    table = pairs.agg(
        n=("case", "size"),
        n_goals=("case", "nunique"),
        median_gap=("gap", "median"),
        median_business_days=("business", "median"),
        total_gap=("gap", "sum"),
        share_invisible=("invisible", "mean"),
        n_visible=("visible", "sum"),
    ).reset_index()
    per_case = np.bincount(frame["case"], minlength=log.n_cases)
    ping_pong = np.bincount(frame["case"][back], minlength=log.n_cases)
    return Silos(
        view.goal,
        table.sort_values(
            ["n", "from_department", "to_department"], ascending=[False, True, True], ignore_index=True
        ),
        mean(per_case, view.customers, "count", "mean number of silo crossings per goal"),
        share(int(frame["invisible"].sum()), len(frame), "crossings that change the record too / crossings"),
        share(
            int((ping_pong > 0).sum()),
            log.n_cases,
            "goals with at least one return to a department that had handed over",
        ),
        pd.DataFrame({"crossings": per_case, "ping_pong": ping_pong}),
    )


def _business_days(view: GoalView, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
    """Business days between moments; NaN where no working hours are declared."""
    clock = view.working_hours
    if clock is None:
        return np.full(start.size, np.nan)
    return np.asarray(clock.elapsed(start, end) / clock.working_day)
