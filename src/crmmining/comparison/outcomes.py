"""How goals come out over time, open ones counted as still running; and where people leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.competing_risks import Incidence, cumulative_incidence
from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.leaving import last_steps, leaving_table
from crmmining.estimates import Estimate, absent, share
from crmmining.eventlog.business_time import ALWAYS

if TYPE_CHECKING:
    import pandas as pd

REACHED, ABANDONED = 0, 1
QUANTILES = (0.25, 0.5, 0.75, 0.9)
LEAST_SHARE = 0.2
DEFINITION = (
    "Cumulative incidence (Aalen and Johansen 1978): the share of goals reached, or abandoned, so long "
    "after they began, open goals counted as running up to the end of the data. A goal that fell silent is "
    "abandoned when the silence that decides it had passed, since only then is it known. In the end: at the "
    f"last time with {FEWEST_CASES} goals still running. Where people leave: the last step of the ideal "
    "journey (without one, the last activity) of abandoned goals, among the decided goals that came there. "
    "Where the study declares working hours, the same over business days: the company's working time since "
    "the goal began."
)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Two ends that exclude each other, over time.

    `reached` and `abandoned` (`Incidence`): step functions over microseconds since the goal began.
    `in_the_end`: both as estimates at `horizon` (microseconds), beside `naive`, the share reached of decided
    goals, which censoring biases. `table`: a row per segment and time: segment, value, after (microseconds,
    -1 in the rows that count business days), after_business_days, n, at_risk, and per end its share with
    interval; the first rows are all goals. `leaving`: a row per step, most leavers first.
    """

    goal: str
    reached: Incidence
    abandoned: Incidence
    horizon: int
    in_the_end: tuple[Estimate, Estimate]
    naive: Estimate
    table: pd.DataFrame
    leaving: pd.DataFrame
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """The table, lengths as Timedelta; business days stand in rows of their own."""
        from crmmining.eventlog.timedeltas import with_timedeltas

        frame = with_timedeltas(self.table, ("after",))
        frame["after"] = frame["after"].where(self.table["after"] >= 0)
        return frame

    def __repr__(self) -> str:
        reached, abandoned = self.in_the_end
        return (
            f"Outcomes({self.goal}: in the end reached {reached}, abandoned {abandoned}; "
            f"reached of decided {self.naive})\n{self.to_frame().to_string(index=False)}"
        )

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False) + self.leaving.to_html(index=False)

    def findings(self, view: GoalView) -> list[Finding]:
        """The step after which most people leave, where it is surely a fifth of the leavers."""
        if not len(self.leaving) or int(self.leaving["n_left"].sum()) < FEWEST_CASES:
            return []
        top = self.leaving.iloc[0]
        n_leavers = int(self.leaving["n_left"].sum())
        of_leavers = share(int(top["n_left"]), n_leavers, "leavers who left here / leavers")
        if of_leavers.low < LEAST_SHARE:
            return []
        journey = view.journey
        step = str(top["step"])
        owner = journey.stage_of(step).owner if journey and step in journey.activities else None
        left = (view.outcome == ABANDONED) & (last_steps(view) == step)
        return [
            Finding(
                "outcomes",
                self.goal,
                f"{of_leavers.value:.0%} of those who give up “{self.goal}” leave after “{step}”: "
                f"{top['share_left']:.0%} of all who come there",
                of_leavers,
                "Each step looks finished to the process that owns it; nobody sees that nothing follows.",
                f"Follow up on goals that fall silent after “{step}”, and ask some of them why.",
                owner or view.declared.goals[self.goal].owner,
                float(top["n_left"] / max(view.log.n_cases, 1)),
                case_ids(view.log.cases, left),
            )
        ]


def follow_outcomes(view: GoalView) -> Outcomes | None:
    """Follow every goal from its beginning; None where nobody said when it is reached."""
    if not view.declared.goals[view.goal].reached_by or not (view.outcome != 2).any():
        return None
    begun, until, end = _ends(view)
    time = until - begun
    reached, abandoned = (cumulative_incidence(time, end, which) for which in (REACHED, ABANDONED))
    horizon = _horizon(reached)
    decided, n = int((end >= 0).sum()), time.size
    return Outcomes(
        view.goal,
        reached,
        abandoned,
        horizon,
        (_at(reached, horizon, n, "reached"), _at(abandoned, horizon, n, "abandoned")),
        share(int((end == REACHED).sum()), decided, "reached / decided", n - decided),
        _table(view, begun, until, end),
        leaving_table(view),
    )


def _horizon(reached: Incidence) -> int:
    """The last time with enough goals still running."""
    enough = np.flatnonzero(reached.at_risk >= FEWEST_CASES)
    return int(reached.time[enough[-1]]) if enough.size else int(reached.time[-1])


def _ends(view: GoalView) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Per goal when it began, when it ended or the data did (microseconds); and its end, -1 for none."""
    log, cases, outcome = view.log, view.log.cases, view.outcome
    begun = cases["begun"].to_numpy(np.int64) if "begun" in cases else log.begun
    silence = view.study.silences[view.goal].microseconds
    given_up = cases["given_up"].to_numpy(np.int64)
    silent = np.minimum(log.ended + silence, log.horizon)
    until = np.select(
        [outcome == REACHED, (outcome == ABANDONED) & (given_up != -1), outcome == ABANDONED],
        [cases["reached"].to_numpy(np.int64), given_up, silent],
        log.horizon,
    )
    return begun, np.maximum(until, begun), np.where(outcome == 2, -1, outcome).astype(np.int64)


def _at(found: Incidence, moment: int, n: int, name: str) -> Estimate:
    value, low, high = found.at(moment)
    if n == 0:
        return absent("no goal", "share", name)
    return Estimate(value, low, high, n, "share", f"cumulative incidence of {name}, open goals censored")


def _table(
    view: GoalView, begun: NDArray[np.int64], until: NDArray[np.int64], end: NDArray[np.int64]
) -> pd.DataFrame:
    import pandas as pd

    clock, time = view.working_hours, until - begun
    clocks = [(time, _moments(time, end), ALWAYS)]
    if clock is not None:
        worked = clock.elapsed(begun, until)
        clocks.append((worked, _moments(worked, end), clock))
    rows = []
    for segment, value, mine in _groups(view):
        for lengths, moments, measured in clocks:
            found = [cumulative_incidence(lengths[mine], end[mine], which) for which in (REACHED, ABANDONED)]
            for moment in moments:
                after = (moment, np.nan) if measured is ALWAYS else (-1, moment / measured.working_day)
                shares = [part for incidence in found for part in incidence.at(moment)]
                n, at_risk = int(mine.sum()), int((lengths[mine] >= moment).sum())
                rows.append((segment, value, *after, n, at_risk, *shares))
    names = ["segment", "value", "after", "after_business_days", "n", "at_risk"]
    ends = [f"{end}{part}" for end in ("reached", "abandoned") for part in ("", "_low", "_high")]
    return pd.DataFrame(rows, columns=[*names, *ends])


def _moments(time: NDArray[np.int64], end: NDArray[np.int64]) -> list[int]:
    """The times at which a table tells the shares: quantiles of decided goals, and the last that is sure."""
    horizon = _horizon(cumulative_incidence(time, end, REACHED))
    after = {int(np.quantile(time[end >= 0], q, method="lower")) for q in QUANTILES}
    return sorted({moment for moment in after if moment < horizon} | {horizon})


def _groups(view: GoalView) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """(segment, value, the goals of it) with enough goals, all goals first."""
    n = view.log.n_cases
    groups: list[tuple[str, str, NDArray[np.bool_]]] = [("(all)", "(all)", np.ones(n, bool))]
    for segment in view.declared.segments:
        if segment in view.log.cases:
            values = view.log.cases[segment].fillna("(unknown)").astype(str).to_numpy()
            groups += [(segment, value, values == value) for value in np.unique(values)]
    return [group for group in groups if group[0] == "(all)" or group[2].sum() >= FEWEST_CASES]
