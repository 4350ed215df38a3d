"""What a report that is handed on leaves out: names of cases, and groups of fewer than five customers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.comparison.findings import Finding
    from crmmining.comparison.goal_view import GoalView
    from crmmining.eventlog.log import EventLog
    from crmmining.reporting.goal_figures import GoalResults

FEWEST = 5
Unit = Literal["goals", "records", "events"]
_OF_GOALS = ("n_goals", "n_cases", "n_answers", "n_trouble", "n_with", "n_left", "n_came")
_OF_RECORDS = ("n_records", "n_closed")
_OF_EVENTS = ("n", "n_gaps", "n_decided", "count")
_COUNTED: dict[str, Unit] = {"clocks": "records", "first_contacts": "events", "waiting_causes": "events"}
"""Tables whose `n` does not count goals."""
NOTE = (
    f"This report is made to be handed on: it names no case, and groups of fewer than {FEWEST} customers are "
    "left out of its lists and tables. Totals hold them."
)


def is_group(view: GoalView, cases: NDArray[np.int64], fewest: int) -> bool:
    """Whether some cases are those of enough customers; one customer may have many."""
    return fewest <= 1 or np.unique(view.customers[cases]).size >= fewest


def frequent_variants(view: GoalView, log: EventLog, most: int, fewest: int) -> list[int]:
    """The first variants of a goal's log that enough customers have."""
    of_case = log.variants.case_variant
    found: list[int] = []
    for v in range(len(log.variants)):
        if len(found) == most:
            break
        if is_group(view, np.flatnonzero(of_case == v), fewest):
            found.append(v)
    return found


def without_cases(findings: tuple[Finding, ...], *, shared: bool) -> tuple[Finding, ...]:
    """Findings that name nobody, where the report is handed on."""
    return tuple(replace(finding, cases=()) for finding in findings) if shared else findings


@dataclass(frozen=True)
class Least:
    """The least counts that surely stand for enough customers, however many goals one of them has.

    `goals` is one more than the busiest customers just below that number have together; so are `records`
    (of which they may have several in a goal) and `events`.
    """

    customers: int
    goals: int
    records: int
    events: int

    @classmethod
    def of(cls, view: GoalView, fewest: int) -> Least:
        """For the cases of a view, and groups of `fewest` customers."""
        log, customer = view.log, np.unique(view.customers, return_inverse=True)[1]
        record = log.columns["record"]
        pairs = np.unique(np.stack([log.case_of_event, record])[:, record >= 0], axis=1)
        counted = (customer, customer[pairs[0].astype(np.int64)], customer[log.case_of_event])
        return cls(fewest, *(_most_of(found, fewest - 1) + 1 for found in counted))


def _most_of(customer: NDArray[np.int64], n: int) -> int:
    """What the `n` customers met most often make up together."""
    return int(np.sort(np.bincount(customer))[::-1][:n].sum()) if customer.size and n else 0


def without_small(frame: pd.DataFrame, least: Least, *, unit: Unit = "goals") -> pd.DataFrame:
    """The rows whose every count is none, or so large that it stands for enough customers.

    Where customers are counted, their number alone decides. `unit` says what a column just called `n`
    counts. Events are looked at only where neither goals nor records are counted beside them.
    """
    if "n_customers" in frame.columns:
        return frame[_none_or(frame["n_customers"], least.customers)]
    needed = dict.fromkeys(_OF_GOALS, least.goals) | dict.fromkeys(_OF_RECORDS, least.records)
    if unit != "events":
        needed["n"] = least.goals if unit == "goals" else max(least.goals, least.records)
    if not any(name in frame.columns for name in needed):
        needed |= dict.fromkeys(_OF_EVENTS, least.events)
    keep = np.ones(len(frame), bool)
    for name, at_least in needed.items():
        if name in frame.columns:
            keep &= _none_or(frame[name], at_least)
    return frame[keep]


def shareable(frame: pd.DataFrame, topic: str, result: GoalResults) -> pd.DataFrame:
    """What may be handed on of a comparison's table."""
    return without_small(frame, result.least, unit=_COUNTED.get(topic, "goals"))


def _none_or(counts: pd.Series[Any], least: int) -> NDArray[np.bool_]:
    n = counts.to_numpy(dtype=float, na_value=np.nan)
    return np.asarray(~((n > 0) & (n < least)))
