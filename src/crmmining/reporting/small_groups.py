"""What a report that is handed on leaves out: names of cases, and groups of fewer than five customers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.comparison.findings import Finding
    from crmmining.comparison.goal_view import GoalView
    from crmmining.eventlog.log import EventLog

FEWEST = 5
COUNTS = (
    *("n", "n_goals", "n_cases", "n_records", "n_gaps", "n_customers"),
    *("n_answers", "n_trouble", "n_left", "n_came", "count"),
)
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


def without_small(frame: pd.DataFrame, fewest: int) -> pd.DataFrame:
    """The rows whose every count of goals, cases or records is none, or large enough."""
    counts = [name for name in COUNTS if name in frame.columns]
    keep = np.ones(len(frame), bool)
    for name in counts:
        n = frame[name].to_numpy(dtype=float, na_value=np.nan)
        keep &= ~((n > 0) & (n < fewest))
    return frame[keep]
