"""The portfolio: which processes matter most to customers under the strategy, and what to do next in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crmmining.comparison.aims import measure_aims
from crmmining.comparison.amounts import read_amounts
from crmmining.comparison.findings import Finding, case_ids
from crmmining.comparison.levers import Lever, largest, months_of
from crmmining.comparison.portfolio_table import aim_table, process_table
from crmmining.comparison.priorities import prioritise
from crmmining.comparison.process_figures import what_is_told
from crmmining.comparison.process_levers import find_levers
from crmmining.comparison.taking_part import take_part
from crmmining.comparison.views import Views, compare_views
from crmmining.errors import InvalidOptionError
from crmmining.estimates import Estimate
from crmmining.eventlog.study import Study
from crmmining.eventlog.timedeltas import with_timedeltas

if TYPE_CHECKING:
    import pandas as pd

MATTERS = 0.99
TOP = 3
DEFINITION = (
    "Priority of a process = over the aims of the strategy, weight x the process's share of what bears on "
    "the aim x the part of that which is lost. A goal counts for a process by the process's share of the "
    "goal's events. Share = of the priorities of all processes; the first together make up 99 % of what "
    "matters. Ranks: over weights up to a fifth less or more, and in 95 % of 1,000 draws of customers. What "
    "a next action is worth rests on a comparison of goals: an association, no effect."
)


@dataclass(frozen=True, eq=False)
class Portfolio:
    """All processes of a study, the weightiest first.

    `processes`: one row per process (see `to_frame`). `aims`: one row per aim with its weight, the weight
    used, how much of it is lost, and why it is left out. `satisfaction`, `contacts`, `waiting` per process:
    mean answered score, customer contacts per goal, waiting per goal with no record open before it
    (microseconds). `levers`: its largest lever. `n_vital` processes make up 99 % of what matters.
    """

    study: str
    processes: pd.DataFrame
    aims: pd.DataFrame
    satisfaction: dict[str, Estimate]
    contacts: dict[str, Estimate]
    waiting: dict[str, Estimate]
    levers: dict[str, Lever]
    n_vital: int
    top: int
    months: float
    currency: str | None
    notes: tuple[str, ...]
    found: tuple[Finding, ...]
    definition: str = DEFINITION

    @property
    def most_worth(self) -> tuple[str, ...]:
        """Processes whose next action is worth something for certain, the most first."""
        clear = [lever for lever in self.levers.values() if lever.saves_goals or lever.saves_time]
        return tuple(lever.process for lever in sorted(clear, key=lambda lever: lever.size, reverse=True))

    def to_frame(self) -> pd.DataFrame:
        """One row per process, weightiest first, times as Timedelta."""
        return with_timedeltas(self.processes, ("unowned", "unowned_per_goal"))

    def findings(self) -> list[Finding]:
        """The next actions whose worth is clear, those of the weightiest processes first."""
        return list(self.found)

    def __repr__(self) -> str:
        shown = self.processes[["rank", "process", "share", "first_rank", "last_rank", "n_goals"]]
        return (
            f"Portfolio({self.study}: {self.n_vital} of {len(self.processes)} processes make up 99 % of what "
            f"matters)\n{shown.to_string(index=False)}"
        )

    def _repr_html_(self) -> str:
        return f"{self.to_frame().to_html(index=False)}{self.aims.to_html(index=False)}"


def build_portfolio(study: Study, all_views: Sequence[Views] | None = None, *, top: int = TOP) -> Portfolio:
    """Weigh every process of a study over all its goals.

    `all_views` are the goals' views where they have been made, one of every goal that occurs and of all its
    cases; `top` is the number of ranks of which the portfolio says how firmly a process is among them.

    Raises:
        InvalidOptionError: the study declares no process or no goal, or no goal occurs in the data.
    """
    if not study.processes:
        raise InvalidOptionError(
            f"{study.declared.path} declares no process; say under 'processes:' what the company works on"
        )
    if top < 1:
        raise InvalidOptionError(f"top={top}: say of how many first ranks, from 1 up")
    made = _views_of(study) if all_views is None else list(all_views)
    if not made:
        raise InvalidOptionError(
            f"no goal of {study.name!r} occurs in the data; see 'crmmining inspect {study.declared.path}'"
        )
    amounts = read_amounts(study)
    part = take_part(study, made, amounts.by_record)
    aims = measure_aims(study.declared, part, amounts)
    weighed = prioritise(part, aims, top)
    months = months_of([views.view for views in made])
    levers = largest([lever for views in made for lever in find_levers(views, months)])
    told = what_is_told(part, aims, made)
    table, n_vital = process_table(study.declared, part, weighed, told, levers, MATTERS)
    return Portfolio(
        study.name,
        table,
        aim_table(part, aims, weighed),
        *told,
        levers,
        n_vital,
        top,
        months,
        study.declared.currency,
        amounts.notes,
        tuple(_findings(table, levers, {views.goal: views for views in made})),
    )


def _views_of(study: Study) -> list[Views]:
    """The views of every goal that occurs."""
    if not study.goals:
        raise InvalidOptionError(
            f"{study.declared.path} declares no goal; say under 'goals:' what the customer wants"
        )
    return [compare_views(study, goal) for goal in study.goals if study.journey_log(goal).n_cases]


def _findings(table: pd.DataFrame, levers: dict[str, Lever], views: dict[str, Views]) -> list[Finding]:
    """A finding of each process whose next action saves goals or time for certain."""
    found = []
    for name, share in zip(table["process"], table["share"], strict=True):
        lever = levers.get(name)
        if lever is None or not (lever.saves_goals or lever.saves_time):
            continue
        worth = lever.worth
        found.append(
            Finding(
                "portfolio",
                lever.goal,
                f"“{name}”: {lever.problem}; {lever.in_words()}",
                worth.saved if lever.saves_goals else worth.hours,
                "Its largest lever: goals saved count before hours of waiting. An association, no effect.",
                f"{lever.action}.",
                lever.owner,
                float(np.nan_to_num(share)),
                case_ids(views[lever.goal].view.log.cases, lever.cases),
            )
        )
    return found
