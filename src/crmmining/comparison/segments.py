"""Segments: how every number of a goal differs between groups of customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.case_measures import REACHED, CaseMeasure
from crmmining.comparison.findings import Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.group_differences import DEFINITION, DIFFERS, differences
from crmmining.estimates import Estimate, Unit, shown
from crmmining.study.durations import DAY

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.comparison.views import Views

MOST_ALSO = 2
__all__ = ["DEFINITION", "Segments", "compare_segments"]


@dataclass(frozen=True, eq=False)
class Segments:
    """Every measure for every value of every declared segment, against the rest.

    `table`: see `differences`; times in microseconds; `size` is the difference in multiples of what matters.
    `not_known`: per segment the goals whose customer has no value.
    """

    goal: str
    table: pd.DataFrame
    measures: tuple[CaseMeasure, ...]
    not_known: dict[str, int]
    definition: str = DEFINITION

    @property
    def differing(self) -> pd.DataFrame:
        """The rows that stand: beyond chance, and of a size that matters."""
        return self.table[self.table["evidence"] == DIFFERS]

    def to_frame(self) -> pd.DataFrame:
        """One row per group and measure, times in days, what differs most first."""
        return in_days(self.table).drop(columns="size")

    def __repr__(self) -> str:
        tested = self.table["q"].notna().sum()
        return (
            f"Segments({self.goal}: {len(self.differing):,} of {tested:,} differences stand)\n"
            f"{self.to_frame().head(10).to_string(index=False)}"
        )

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)

    def findings(self, view: GoalView) -> list[Finding]:
        """Each group that fares worse than the others, with what it hits hardest."""
        good = {m.name: m.good for m in self.measures}
        worse = self.differing
        worse = worse[worse["difference"] * worse["measure"].map(good) < 0]
        found = []
        for (segment, value), rows in worse.groupby(["segment", "value"], sort=True):
            labels = labels_of(view, str(segment))
            found.append(_finding(view, str(segment), str(value), rows, labels == value))
        return found


def compare_segments(views: Views) -> Segments | None:
    """Set every value of every segment of the study file against the rest; None where none is declared."""
    view = views.view
    groups = {name: labels_of(view, name) for name in view.declared.segments}
    known = {name: labels for name, labels in groups.items() if any(value is not None for value in labels)}
    if not known:
        return None
    return Segments(
        view.goal,
        differences(views.case_measures, view.customers, known),
        views.case_measures,
        {name: sum(value is None for value in labels) for name, labels in groups.items()},
    )


def labels_of(view: GoalView, segment: str) -> NDArray[Any]:
    """Per case the value of its customer in a segment, None where nobody knows."""
    values = view.log.cases[segment].to_numpy(object)
    return np.array([None if v is None or v != v or v == "" else v for v in values], object)


def in_days(table: pd.DataFrame) -> pd.DataFrame:
    """A table of differences with its times in days."""
    frame = table.copy()
    times = frame["unit"] == "time"
    numbers = ["group", "rest", "difference", "low", "high"]
    frame.loc[times, numbers] = frame.loc[times, numbers] / DAY
    frame["unit"] = frame["unit"].where(~times, "days")
    frame["measure"] = frame["measure"].where(~times, frame["measure"] + ", days")
    return frame


def set_against(row: Any) -> str:
    """A difference in words: the measure, the group's value and that of the others."""
    return f"{row.measure} {shown(row.group, row.unit)} against {shown(row.rest, row.unit)}"


def estimate_of(row: Any) -> Estimate:
    """The difference of a row with its interval."""
    unit: Unit = "difference in share" if row.unit == "share" else row.unit
    definition = f"{row.measure}, {row.segment} {row.value} less the others"
    return Estimate(row.difference, row.low, row.high, int(row.n + row.n_rest), unit, definition)


def weight_of(row: Any, n_cases: int) -> float:
    """The share of goals touched: of a share its difference, else half the difference / the others' value."""
    part = abs(row.difference) if row.unit == "share" else 0.5 * abs(row.difference / (row.rest or np.inf))
    return float(min(1.0, part) * row.n / max(n_cases, 1))


def _finding(
    view: GoalView, segment: str, value: str, rows: pd.DataFrame, mine: NDArray[np.bool_]
) -> Finding:
    first, *others = rows.sort_values("size", ascending=False).itertuples(index=False)
    also = "; ".join(set_against(row) for row in others[:MOST_ALSO])
    lost = mine & (view.outcome == 1) if first.measure == REACHED else mine
    return Finding(
        "segments",
        view.goal,
        f"Customers with {segment} “{value}” fare worse on “{view.goal}”: {set_against(first)} of the others"
        f"{f' (also {also})' if also else ''}",
        estimate_of(first),
        "An average over all customers hides the group it fails. An association: what else these customers "
        "have in common may be the reason.",
        f"Look at journeys of this group (--where “{segment}={value}”) beside the others', "
        "and mend the first step at which they part.",
        view.declared.goals[view.goal].owner,
        max(weight_of(row, view.log.n_cases) for row in (first, *others)),
        case_ids(view.log.cases, lost),
    )
