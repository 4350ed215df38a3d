"""Levers of a process: what of its work costs customers time or their goal, and what mending it is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import (
    Estimate,
    Unit,
    absent,
    difference_of_shares,
    false_discovery_rates,
    mean,
    p_of_shares,
    share,
)
from crmmining.study.durations import DAY, HOUR

MONTH = 30.4375 * DAY
CLEAR = 0.05
"""The false discovery rate, over all levers of a study, up to which a difference in goals reached stands."""


@dataclass(frozen=True, eq=False)
class Worth:
    """What mending would be worth.

    `n_goals` decided goals at stake; `hours` of customer waiting per month; `saved` = goals at stake x how
    much less often they are reached than the others (`difference`): an association, never a cause. `p` is
    that of the difference.
    """

    n_goals: int
    hours: Estimate
    saved: Estimate
    difference: Estimate
    p: float


@dataclass(frozen=True, eq=False)
class Lever:
    """One thing about a process that could be better, for one goal.

    `q` is the false discovery rate at which its difference in goals reached stands; `cases` are case
    numbers of the goal's journey log.
    """

    process: str
    goal: str
    kind: str
    problem: str
    action: str
    owner: str | None
    worth: Worth
    cases: NDArray[np.int64]
    q: float = 1.0

    @property
    def saves_goals(self) -> bool:
        """Whether goals with it are reached less often, beyond chance and beyond the number of looks."""
        return self.worth.saved.is_known and self.worth.saved.low > 0 and self.q <= CLEAR

    @property
    def saves_time(self) -> bool:
        """Whether customers would wait less."""
        return self.worth.hours.is_known and self.worth.hours.low > 0

    def in_words(self) -> str:
        """What mending it is worth, as far as that is known."""
        hours, saved, n = self.worth.hours, self.worth.saved, self.worth.n_goals
        found = []
        if hours.is_known:
            found.append(f"{hours.value:,.0f} h of waiting a month ({hours.low:,.0f} to {hours.high:,.0f})")
        if saved.is_known:
            between = f"{round(saved.low):,} to {round(saved.high):,}"
            found.append(
                f"{round(saved.value):,} of {n:,} goals ({between})"
                if self.saves_goals
                else f"no goals for certain ({between} of {n:,})"
            )
        return f"worth {' and '.join(found)}" if found else f"{n:,} goals; {saved.absent}"

    @property
    def size(self) -> tuple[float, ...]:
        """Goals saved count before hours, hours before the number of goals touched."""
        return (
            self.worth.saved.value if self.saves_goals else 0.0,
            self.worth.hours.value if self.saves_time else 0.0,
            float(self.worth.n_goals),
        )


def largest(levers: list[Lever]) -> dict[str, Lever]:
    """Of each process its largest lever."""
    rates = false_discovery_rates([lever.worth.p for lever in levers])
    judged = [replace(lever, q=rate) for lever, rate in zip(levers, rates, strict=True)]
    judged.sort(key=lambda lever: (*(-part for part in lever.size), lever.goal, lever.problem))
    found: dict[str, Lever] = {}
    for lever in judged:
        found.setdefault(lever.process, lever)
    return found


def worth_of(view: GoalView, touched: NDArray[np.bool_], among: NDArray[np.bool_], hours: Estimate) -> Worth:
    """Compare the decided goals `among` that are `touched` with the others of them.

    goals saved = touched x (share reached without - share reached with), its interval that of the
    difference (Newcombe).
    """
    decided, reached = view.outcome != 2, view.outcome == 0
    with_, without = decided & among & touched, decided & among & ~touched
    counts = [(int((reached & group).sum()), int(group.sum())) for group in (without, with_)]
    others, those = (share(of, n, "reached / decided goals") for of, n in counts)
    difference = difference_of_shares(others, those, "share of goals reached, without it less with it")
    n = counts[1][1]
    definition = "goals at stake x difference in share reached, without it less with it (an association)"
    saved = scaled(difference, n, "count", definition)
    if not difference.is_known:
        saved = absent("every decided goal has it, or none", "count", definition)
    return Worth(n, hours, saved, difference, p_of_shares(*counts[0], *counts[1]))


def hours_a_month(
    view: GoalView, excess: NDArray[np.int64], case: NDArray[np.int64], months: float
) -> Estimate:
    """Waiting that would be saved (microseconds, each in a case), as hours per month."""
    definition = "hours of customer waiting per month beyond what it could be"
    found = mean(excess, view.customers[case], "count", definition)
    return scaled(found, excess.size / HOUR / months, "count", definition) if found.is_known else found


def scaled(estimate: Estimate, by: float, unit: Unit, definition: str) -> Estimate:
    """An estimate times a number from 0 up."""
    value, low, high = (each * by for each in (estimate.value, estimate.low, estimate.high))
    return replace(estimate, value=value, low=low, high=high, unit=unit, definition=definition)


def months_of(views: list[GoalView]) -> float:
    """How many months the goals span, a day at least."""
    first = min(int(view.log.begun.min()) for view in views)
    return max(max(view.log.horizon for view in views) - first, DAY) / MONTH


def with_process(view: GoalView, process: str) -> NDArray[np.bool_]:
    """Per case whether a process takes part in it."""
    found = np.zeros(view.log.n_cases, bool)
    found[view.records.case[view.records.process == view.study.processes.index(process)]] = True
    return found


def worst_first(cases: NDArray[np.int64], by: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cases ordered by what is worst, each once."""
    ordered = cases[np.argsort(-by, kind="stable")]
    _, first = np.unique(ordered, return_index=True)
    return ordered[np.sort(first)]


def occurring(view: GoalView) -> Iterator[str]:
    """The processes that take part in a goal."""
    codes = np.unique(view.records.process[view.records.process >= 0])
    yield from (view.study.processes[code] for code in codes)
