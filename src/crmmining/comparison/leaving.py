"""Where people leave: the last step before an abandoned goal fell silent or was given up."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import share

if TYPE_CHECKING:
    import pandas as pd

NO_STEP = "(no step)"


def last_steps(view: GoalView) -> NDArray[np.object_]:
    """Per goal the last step of the ideal journey it took; without a journey its last activity.

    An answer to a survey is none: it comes after the matter.
    """
    log = view.log
    chosen = (view.is_progress if view.journey else np.ones(log.n_events, bool)) & ~log.is_answer
    rows = np.flatnonzero(chosen)
    last = np.full(log.n_cases, -1, np.int64)
    last[log.case_of_event[rows]] = rows  # rows ascend: the last one stays
    names = np.array([*log.activities, NO_STEP], object)
    return names[np.where(last >= 0, log.columns["activity"][np.maximum(last, 0)], len(names) - 1)]


def leaving_table(view: GoalView) -> pd.DataFrame:
    """A row per step after which goals were abandoned: step, n_left, n_came, share_left, low, high."""
    import pandas as pd

    log, decided = view.log, view.outcome != 2
    case, activity = log.case_of_event, log.columns["activity"]
    came = np.unique(np.stack([case, activity.astype(np.int64)]), axis=1)
    came = came[:, decided[came[0]]]
    n_came = dict(zip(log.activities, np.bincount(came[1], minlength=len(log.activities)), strict=True))
    steps, counts = np.unique(last_steps(view)[view.outcome == 1].astype(str), return_counts=True)
    rows = []
    for step, n_left in zip(steps, counts, strict=True):
        came_there = int(n_came.get(step, int(decided.sum())))
        estimate = share(int(n_left), came_there, "left after it / came there")
        rows.append((step, int(n_left), estimate.n, estimate.value, estimate.low, estimate.high))
    names = ["step", "n_left", "n_came", "share_left", "low", "high"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.sort_values(["n_left", "step"], ascending=[False, True], ignore_index=True)
