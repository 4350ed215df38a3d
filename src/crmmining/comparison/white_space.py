"""White space: time the customer pursues a goal while no CRM record is open, and between whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.split_kernel import split_times
from crmmining.comparison.white_space_tables import (
    case_table,
    gap_table,
    interruption_table,
    pair_table,
    process_table,
)
from crmmining.estimates import Estimate, absent, mean, ratio
from crmmining.eventlog.timedeltas import with_timedeltas
from crmmining.eventlog.turns import COMPANY_TURN
from crmmining.study.durations import humanise

if TYPE_CHECKING:
    import pandas as pd

FAR = np.iinfo(np.int64).max // 4
DEFINITION = (
    "White space = time between the first event of a goal and its end (reached, else last event) in which "
    "no CRM record of the goal is open. Only the part in which the customer waits for the company is owned "
    "by nobody; the customer's own time is shown apart. Parts add up per case; means of parts add up to the "
    "mean journey. The mean wait between two processes goes on while only a ticket that interrupts is open."
)
NO_PROCESS = "(no process)"


@dataclass(frozen=True, eq=False)
class WhiteSpace:
    """The journey's time split into parts that add up.

    `business`: the same in working time; None where no working hours are declared.
    `cases`: per case journey, inside, unowned (waiting for the company, no record open), own (the
    customer's turn, no record open), held (on hold or not known, no record open), and
    waiting (for the company, record or not; no part of its own), microseconds.
    `pairs`: per (from_process, to_process) n gaps, n goals, time unowned and in all, mean days a goal
    with this hand-over waits in it for the company, and mean business days.
    `gaps`: one row per gap with its case. `processes`: per process the time it owns, mean per goal.
    """

    goal: str
    cases: pd.DataFrame
    business: pd.DataFrame | None
    gaps: pd.DataFrame
    pairs: pd.DataFrame
    processes: pd.DataFrame
    share_white: Estimate
    share_unowned: Estimate
    mean_journey: Estimate
    mean_unowned: Estimate
    pair_estimates: dict[tuple[str, str], Estimate]
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """The pairs of processes, most unowned time first, times as Timedelta."""
        return with_timedeltas(self.pairs, ("unowned", "length"))

    def __repr__(self) -> str:
        return (
            f"WhiteSpace({self.goal}: {self.share_white} of the journey, "
            f"owned by nobody {self.share_unowned})\n{self.pairs.head(8).to_string(index=False)}"
        )

    def _repr_html_(self) -> str:
        return f"<p>{self.share_white} of the journey is white space</p>{self.pairs.to_html(index=False)}"

    def findings(self, view: GoalView) -> list[Finding]:
        """The share nobody owns, and the pair of processes that holds most of it."""
        if (
            not self.share_unowned.is_known
            or self.share_unowned.n < FEWEST_CASES
            or self.share_unowned.low <= 0.005
        ):
            return []
        found = [self._whole(view)]
        between = self.pairs[
            ~self.pairs["from_process"].str.startswith("(") & ~self.pairs["to_process"].str.startswith("(")
        ]
        top = between.iloc[0] if len(between) else None
        if (
            top is not None
            and top["n_goals"] >= FEWEST_CASES
            and top["unowned"] > 0.15 * self.cases["unowned"].sum()
        ):
            found.append(self._pair(view, top))
        return found

    def _whole(self, view: GoalView) -> Finding:
        journey, unowned = self.mean_journey.value, self.mean_unowned.value
        return Finding(
            "white space",
            self.goal,
            f"{self.share_unowned.value:.0%} of the customer's time on “{self.goal}” is owned by nobody: "
            f"of a mean attempt of {humanise(journey)}, "
            f"the customer waits {humanise(unowned)} with no record open",
            self.share_unowned,
            "No process counts this time, so no report shows it and no target covers it.",
            "Give every gap below an owner and a limit; "
            "the pairs are ranked by the time customers wait in them.",
            None,
            self.share_unowned.value,
            case_ids(view.log.cases, np.argsort(-self.cases["unowned"].to_numpy(), kind="stable")[:50]),
        )

    def _pair(self, view: GoalView, top: pd.Series) -> Finding:
        before, after = str(top["from_process"]), str(top["to_process"])
        estimate = self.pair_estimates[before, after]
        owners = [owner for owner in (view.owner_of(before), view.owner_of(after)) if owner]
        part = top["unowned"] / max(self.cases["unowned"].sum(), 1)
        cases = self.gaps.loc[
            (self.gaps["from_process"] == before) & (self.gaps["to_process"] == after)
        ].sort_values("unowned", ascending=False)["case"]
        return Finding(
            "white space",
            self.goal,
            f"Between “{before}” and “{after}” customers wait {humanise(estimate.value)} on average "
            f"for someone to pick them up ({part:.0%} of all time nobody owns on “{self.goal}”)",
            estimate,
            "The first process has closed its record as done, the next has not opened one: "
            "both report green.",
            f"Hand over before closing: open the record of “{after}” when the customer asks, "
            "and measure the time to it.",
            " / ".join(owners) or None,
            float(part * self.share_unowned.value),
            case_ids(view.log.cases, cases.to_numpy(np.int64)[:50]),
        )


def measure_white_space(view: GoalView) -> WhiteSpace:
    """Split the time of every case of a goal."""
    log, records = view.log, view.records
    owned, inside, outside, found, waits = _split(view, lambda moments: moments)
    names = [*view.study.processes, NO_PROCESS]
    gaps = gap_table(records.process, names, *found)
    interruptions = interruption_table(records.process, names, *waits)
    cases, business = case_table(inside, outside), None
    if view.working_hours is not None:
        _, inside, outside, found, waits = _split(view, view.working_hours.reading)
        business = case_table(inside, outside)
        gaps["waiting_business"] = found[-1][:, COMPANY_TURN]
        interruptions["waiting_business"] = waits[-1][:, COMPANY_TURN]
    pairs, estimates = pair_table(gaps, interruptions, view.customers, view.working_hours)
    share_white, share_unowned, mean_unowned = _estimates(view, cases)
    return WhiteSpace(
        view.goal,
        cases,
        business,
        gaps,
        pairs,
        process_table(records.process, records.case, owned, names, log.n_cases),
        share_white,
        share_unowned,
        mean(
            cases["journey"].to_numpy(),
            view.customers,
            "time",
            "mean time from a goal's first event to its end",
        ),
        mean_unowned,
        estimates,
    )


def _split(
    view: GoalView, read: Callable[[NDArray[np.int64]], NDArray[np.int64]]
) -> tuple[NDArray[Any], ...]:
    """`split_times` of all cases, lengths as a clock that `read`s moments shows them."""
    log, records = view.log, view.records
    closed = np.where(records.closed != -1, records.closed, FAR)
    carries_on = np.array([not process.solves for process in view.declared.processes.values()] + [False])
    borders = (log.begun, log.ended, records.opened, closed, log.columns["time"])
    begun, ended, opened, closed, time = borders
    found: tuple[NDArray[Any], ...] = split_times(
        begun, ended, records.offsets, opened, closed, carries_on[records.process], log.offsets, time,
        view.turns, *map(read, borders),
    )  # fmt: skip
    return found


def _estimates(view: GoalView, cases: pd.DataFrame) -> tuple[Estimate, Estimate, Estimate]:
    """White space and its unowned part as shares of the journey, and the mean unowned time."""
    of_white = "white space / journey time, all cases together"
    of_unowned = "waiting for the company with no record open / journey time"
    of_mean = "mean time per goal in which the customer waits with no record open"
    if not view.records.record.size:
        reason = "no record of a process is in this goal"
        shares = absent(reason, "share", of_white), absent(reason, "share", of_unowned)
        return *shares, absent(reason, "time", of_mean)
    unowned, journey = cases["unowned"].to_numpy(), cases["journey"].to_numpy()
    white = unowned + cases["own"].to_numpy() + cases["held"].to_numpy()
    return (
        ratio(white, journey, view.customers, "share", of_white),
        ratio(unowned, journey, view.customers, "share", of_unowned),
        mean(unowned, view.customers, "time", of_mean),
    )
