"""Where a goal's numbers suffer from looking at it as cases at all: what is left out, what is mixed.

Source: van der Aalst, Object-Centric Process Mining: Dealing with Divergence and Convergence in Event
Data (SEFM 2019).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from crmmining.comparison.goal_view import GoalView

DEFICIENT = 0.1
DIVERGENT = 0.05


def caveats(view: GoalView) -> Iterator[str]:
    """A sentence per way in which numbers of this goal suffer, with its size.

    *Deficiency*: a tenth of the events or more are in no goal, or in no record of a process. *Divergence*:
    in a twentieth of the goals or more an activity repeats from different records. *Convergence* is 0 by
    construction, since an event has one record and one goal.
    """
    table, n_events = view.study.flattening.table, view.study.n_events
    outside = {kind: int(rows["deficiency"].iloc[0]) for kind, rows in table.groupby("kind")}
    if outside.get("journey", 0) >= DEFICIENT * n_events:
        yield (
            f"{outside['journey'] / n_events:.0%} of all events belong to no goal: "
            "what customers did there is in no number of any goal (deficiency)"
        )
    unrecorded = float((view.log.columns["record"] < 0).mean()) if view.log.n_events else 0.0
    if unrecorded >= DEFICIENT:
        yield (
            f"{unrecorded:.0%} of this goal's events stand in no record: "
            "work done in them counts as white space, and no process sees them (deficiency)"
        )
    mixed = _mixed_cases(view)
    if mixed >= DIVERGENT:
        yield (
            f"in {mixed:.0%} of the goals an activity repeats from different records: variants, rework and "
            "times between steps of the journey mix them (divergence); ask the process for these"
        )


def _mixed_cases(view: GoalView) -> float:
    """The share of goals in which an activity has events of more than one record."""
    log = view.log
    rows = np.flatnonzero(log.columns["record"] >= 0)
    if not rows.size:
        return 0.0
    case, activity = log.case_of_event[rows], log.columns["activity"][rows]
    record = log.columns["record"][rows]
    order = np.lexsort((record, activity, case))
    case, activity, record = case[order], activity[order], record[order]
    same = (case[1:] == case[:-1]) & (activity[1:] == activity[:-1])
    return np.unique(case[1:][same & (record[1:] != record[:-1])]).size / log.n_cases
