"""Behaviour of groups: how far the journeys of each segment, and of each half of the time, lie apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.behaviour_distance import DEFINITION as OF_DISTANCE
from crmmining.comparison.behaviour_distance import BehaviourDistance, behaviour_distance
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.segments import labels_of
from crmmining.estimates import false_discovery_rates, known_apart
from crmmining.study.durations import DAY

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = (
    f"{OF_DISTANCE} Decided goals only. Segments against all others with a known value; the second half of "
    "the time against the first, by the day a goal began, without the last days (P95 of a decided goal's "
    "time and the silence after which it is given up), in which only quick goals can be decided. q: over the "
    "whole list (Benjamini & Hochberg 1995)."
)
PERIOD = "began"
COLUMNS = (
    "segment", "value", "low", "high", "beyond_chance", "sampled", "by_chance", "p", "q", "n", "n_rest",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class BehaviourGroups:
    """Behaviour distance of each group to the others, what is farthest beyond chance first.

    `table`: segment, value, low and high (bounds of the distance, one number if all is carried), then of the
    test: beyond_chance = sampled - by_chance, p, q; n and n_rest (decided goals). `distances` by (segment,
    value) tell which variants differ. The segment `began` is the second half of the time.
    """

    goal: str
    table: pd.DataFrame
    distances: dict[tuple[str, str], BehaviourDistance]
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per group."""
        return self.table.copy()

    def __repr__(self) -> str:
        return f"BehaviourGroups({self.goal})\n{self.table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        return self.table.to_html(index=False)


def compare_behaviour(view: GoalView) -> BehaviourGroups | None:
    """Measure the distance of every group to the rest; None where none has 20 customers on either side."""
    import pandas as pd

    distances, rows = {}, []
    for segment, value, here, there in _groups(view):
        if min(_n_customers(view, side) for side in (here, there)) < FEWEST_CASES:
            continue
        found = behaviour_distance(view.log.select(here), view.log.select(there))
        distances[segment, value] = found
        test = (found.beyond_chance, found.sampled, found.by_chance, found.p)
        rows.append((segment, value, found.low, found.high, *test, np.nan, *found.n_cases))
    if not rows:
        return None
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["q"] = false_discovery_rates(table["p"].tolist())
    table = table.sort_values(["p", "beyond_chance", "value"], ascending=[True, False, True])
    return BehaviourGroups(view.goal, table.reset_index(drop=True), distances)


def _groups(view: GoalView) -> Iterator[tuple[str, str, NDArray[np.bool_], NDArray[np.bool_]]]:
    """(segment, value, its decided goals, those of the others)."""
    decided = view.outcome != 2
    for segment in view.declared.segments:
        labels = labels_of(view, segment)
        known = decided & np.array([label is not None for label in labels], bool)
        for value in sorted(set(labels[known]), key=str):
            mine = np.asarray(labels == value, bool)
            yield segment, str(value), known & mine, known & ~mine
    begun, counts = view.log.begun, decided & (view.log.begun <= _last_begun(view))
    if counts.any():
        middle = (int(begun[counts].min()) + int(begun[counts].max())) // 2 // DAY * DAY
        day = dt.datetime.fromtimestamp(middle / 1e6, dt.UTC).date()
        yield PERIOD, f"from {day}", counts & (begun >= middle), counts & (begun < middle)


def _last_begun(view: GoalView) -> int:
    """The last moment at which a goal can begin and still almost surely be decided by the end of the data."""
    decided = view.outcome != 2
    if not decided.any():
        return -1
    usual = float(np.quantile(view.log.throughput[decided], 0.95))
    return int(view.log.horizon - usual - view.study.silences[view.goal].microseconds)


def _n_customers(view: GoalView, chosen: NDArray[np.bool_]) -> int:
    return int(np.unique(known_apart(view.customers)[chosen]).size)
