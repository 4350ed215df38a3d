"""Sensitivity: what becomes of a goal's headline numbers when the thresholds they rest on are moved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crmmining.comparison.views import Views, compare_views
from crmmining.engine.workspace import Workspace
from crmmining.estimates import Estimate
from crmmining.eventlog.study import Study
from crmmining.eventlog.thresholds import study_under, thresholds_of
from crmmining.study.durations import DAY

if TYPE_CHECKING:
    import pandas as pd

FACTORS = (0.5, 1.5)
DEFINITION = (
    "Each threshold of the goal is made half as long and half as long again, one at a time, goals are built "
    "again where it decides them, and each number is computed anew. Robust: under both it stays inside the "
    "95 % interval it has as it is."
)


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """How much a goal's headline numbers depend on thresholds.

    `table`: a row per threshold and number: number, unit, threshold, length (microseconds), origin, value,
    low, high, shorter (the value at half the threshold), longer (at one and a half), robust. NaN where the
    data has no such number.
    """

    goal: str
    table: pd.DataFrame
    definition: str = DEFINITION

    @property
    def fragile(self) -> pd.DataFrame:
        """The rows whose number leaves its own interval."""
        return self.table[~self.table["robust"]]

    def to_frame(self) -> pd.DataFrame:
        """The same with lengths as Timedelta, and numbers that are times in days."""
        from crmmining.eventlog.timedeltas import with_timedeltas

        frame = with_timedeltas(self.table, ("length",))
        times = frame["unit"] == "time"
        numbers = ["value", "low", "high", "shorter", "longer"]
        frame.loc[times, numbers] = frame.loc[times, numbers] / DAY
        frame["unit"] = frame["unit"].where(~times, "days")
        return frame

    def __repr__(self) -> str:
        n, n_numbers = self.fragile["number"].nunique(), self.table["number"].nunique()
        return f"Sensitivity({self.goal}: {n} of {n_numbers} numbers depend on a threshold)"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)


def measure_sensitivity(
    study: Study, goal: str, *, where: Sequence[str] = (), views: Views | None = None
) -> Sensitivity | None:
    """Compute a goal's headline numbers under other thresholds; None where the tables lie on Spark.

    `views` are the goal's as it is, where they have been made.
    """
    import pandas as pd

    if not isinstance(study.workspace, Workspace):
        return None
    here = headline_numbers(views or compare_views(study, goal, where=where))
    rows = []
    for threshold in thresholds_of(study, goal):
        moved = []
        for factor in FACTORS:
            with study_under(study, threshold, factor) as other:
                moved.append(headline_numbers(compare_views(other, goal, where=where)))
        for name, number in here.items():
            shorter, longer = (float(found[name].value) for found in moved)
            rows.append(
                {
                    "number": name,
                    "unit": number.unit,
                    "threshold": threshold.name,
                    "length": threshold.microseconds,
                    "origin": threshold.origin,
                    "value": number.value,
                    "low": number.low,
                    "high": number.high,
                    "shorter": shorter,
                    "longer": longer,
                    "robust": bool(_within(number, shorter) and _within(number, longer)),
                }
            )
    return Sensitivity(goal, pd.DataFrame(rows))


def headline_numbers(views: Views) -> dict[str, Estimate]:
    """The numbers of a goal that people quote; what the data cannot tell is left out by the caller's NaN."""
    leavers, white, closures = views.leavers, views.white_space, views.false_closures
    found = {
        "goals reached": leavers.reached,
        "goals abandoned": leavers.abandoned,
        "silent leavers among the abandoned": leavers.silent,
        "journey of a reached goal, mean": views.clocks.journey_mean,
        "white space in the journey": white.share_white,
        "white space owned by nobody": white.share_unowned,
        "watermelons": views.watermelons.rate,
        "customer contacts per goal": views.contacts.inbound,
    }
    if closures is not None:
        found |= {"false closures": closures.rate, "false closures no record shows": closures.hidden}
    return found


def _within(number: Estimate, other: float) -> bool:
    """Whether a moved value stays inside the interval; a number that is not there moves nowhere."""
    if np.isnan(number.value) or np.isnan(other):
        return bool(np.isnan(number.value) and np.isnan(other))
    return number.low <= other <= number.high
