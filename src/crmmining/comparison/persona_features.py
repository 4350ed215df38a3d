"""Persona features: what a customer does on the way to a goal, whatever comes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.case_measures import CaseMeasure
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import known_apart
from crmmining.mining.compiling import model_of_journey

FEWEST_HAVE = 0.05
DEFINITION = (
    "Features: how often each activity comes (a wanted step of the ideal journey: beyond its first time), as "
    "the mean of the customer's decided goals. Left out: what a goal is reached or ended by and the survey, "
    "so that how it came out can be compared; what fewer than 5 % of customers have. Contacts, channel "
    "switches and the share of the time spent waiting for the company describe a group, but do not form it."
)
Floats = NDArray[np.float64]
Kind = Literal["count", "share", "activity", "repeats"]


@dataclass(frozen=True, eq=False)
class Feature:
    """One feature: `values` per customer, in the unit people read (a share, or a number of times)."""

    name: str
    kind: Kind
    values: Floats

    @property
    def scaled(self) -> Floats:
        """As customers are compared: numbers of times on a logarithmic scale."""
        return self.values if self.kind == "share" else np.log1p(self.values)

    @property
    def forms_groups(self) -> bool:
        """Whether groups are found by it; a sum of other features only helps to describe them."""
        return self.kind in ("activity", "repeats")

    def said(self, here: float, others: float) -> str:
        """What sets a group apart in this feature, in plain words."""
        more = "more" if here > others else "less"
        if self.kind == "share":
            return f"{more} {self.name} ({here:.0%} of the time against {others:.0%})"
        times = f"({here:.1f} against {others:.1f})"
        if self.kind == "count":
            return f"{'more' if here > others else 'fewer'} {self.name} {times}"
        often = f"“{self.name}” {'again ' if self.kind == 'repeats' else ''}"
        return f"{often}{'more' if here > others else 'less'} often {times}"


@dataclass(frozen=True, eq=False)
class Customers:
    """The customers with a decided goal: per case the row of its customer (-1 = undecided)."""

    row_of_case: NDArray[np.int64]
    n: int

    @classmethod
    def of(cls, view: GoalView) -> Customers:
        """Those of a goal."""
        decided = np.flatnonzero(view.outcome != 2)
        found, row = np.unique(known_apart(view.customers)[decided], return_inverse=True)
        row_of_case = np.full(view.log.n_cases, -1, np.int64)
        row_of_case[decided] = row
        return cls(row_of_case, found.size)

    def mean(self, values: Floats) -> Floats:
        """Per customer the mean of what is known of its decided cases, 0 where nothing is."""
        counts = (self.row_of_case >= 0) & ~np.isnan(values)
        rows = self.row_of_case[counts]
        total = np.bincount(rows, values[counts], minlength=self.n)
        return np.asarray(total / np.maximum(np.bincount(rows, minlength=self.n), 1))


def persona_features(
    view: GoalView, measures: Sequence[CaseMeasure], customers: Customers
) -> tuple[Feature, ...]:
    """The features that enough customers have, in a fixed order."""
    found = (Feature(name, kind, customers.mean(values)) for name, kind, values in _per_case(view, measures))
    return tuple(feature for feature in found if (feature.values > 0).mean() >= FEWEST_HAVE)


def _per_case(view: GoalView, measures: Sequence[CaseMeasure]) -> Iterator[tuple[str, Kind, Floats]]:
    log, by_name = view.log, {measure.name: measure for measure in measures}
    for name in ("customer contacts", "channel switches"):
        if name in by_name:
            yield name, "count", by_name[name].values
    waiting = by_name.get("waiting for the company")
    if waiting is not None:
        length = log.throughput
        yield waiting.name, "share", np.where(length > 0, waiting.over / np.maximum(length, 1), np.nan)
    wanted = set(model_of_journey(view.journey).labels) if view.journey else set()
    for code in np.flatnonzero(~_tells_the_outcome(view)):
        rows = log.columns["activity"] == code
        times = np.bincount(log.case_of_event[rows], minlength=log.n_cases).astype(np.float64)
        name = log.activities[code]
        yield (name, "repeats", np.maximum(times - 1, 0)) if name in wanted else (name, "activity", times)


def _tells_the_outcome(view: GoalView) -> NDArray[np.bool_]:
    """Per activity whether a goal is reached or ended by it, or it is a survey answer."""
    log, goal = view.log, view.declared.goals[view.goal]
    aliases = view.journey.aliases if view.journey else {}
    deciding = {aliases.get(name, name) for name in (*goal.reached_by, *goal.ended_by)}
    tells = np.array([name in deciding for name in log.activities], bool)
    tells[np.unique(log.columns["activity"][log.is_answer])] = True
    return tells
