"""Edge scores: which moves from one step to the next are those of goals reached, and of goals lost."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.goal_progress import Progress
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import wilson

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("source", "target", "n", "n_goals", "share_reached", "low", "high", "score")


def score_edges(view: GoalView, progress: Progress) -> pd.DataFrame:
    """One row per pair of steps in direct succession that at least 20 decided goals made, best score first.

    `n` traversals, `n_goals` goals, `share_reached` of the traversals those in goals reached, with Wilson's
    interval for as many independent traversals as they are worth by customer (Kish 1965). `score` is
    ±(1 − H), H the entropy in bits of the share smoothed by one of each kind, positive where most are
    reached: 1 where the goal is as good as reached, −1 as good as lost, 0 where both are as likely.
    """
    import pandas as pd

    log = view.log
    decided, n_names = view.outcome != 2, len(log.activities)
    case, activity = log.case_of_event, log.columns["activity"].astype(np.int64)
    target = np.flatnonzero(
        progress.is_step[1:] & progress.is_step[:-1] & (case[1:] == case[:-1]) & decided[case[1:]]
    )
    target += 1
    code, edge = np.unique(activity[target - 1] * n_names + activity[target], return_inverse=True)
    owner = case[target]
    n = np.bincount(edge, minlength=code.size)
    reached = np.bincount(edge, view.outcome[owner] == 0, minlength=code.size)
    n_goals = _per_unit(edge, owner, code.size)[0]
    customer = np.unique(view.customers, return_inverse=True)[1]
    independent = n**2 / _per_unit(edge, customer[owner], code.size)[1]
    rows = []
    for i in np.flatnonzero(n_goals >= FEWEST_CASES).tolist():
        source, into = (log.activities[k] for k in divmod(int(code[i]), n_names))
        p, score = float(reached[i] / n[i]), edge_score(int(reached[i]), int(n[i]))
        rows.append((source, into, int(n[i]), int(n_goals[i]), p, *wilson(p, float(independent[i])), score))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    return frame.sort_values(["score", "source", "target"], ascending=[False, True, True], ignore_index=True)


def edge_score(reached: int, n: int) -> float:
    """±(1 − H) of a share smoothed by one of each kind, negative where fewer than half are reached.

    >>> edge_score(5, 10), round(edge_score(98, 98), 2), round(edge_score(0, 98), 2)
    (0.0, 0.92, -0.92)
    """
    p = (reached + 1) / (n + 2)
    entropy = -p * math.log2(p) - (1 - p) * math.log2(1 - p)
    return math.copysign(1 - entropy, p - 0.5)


def _per_unit(
    edge: NDArray[np.int64], unit: NDArray[np.int64], n_edges: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Per edge how many different units made it, and the sum of the squares of how often each did."""
    width = int(unit.max(initial=0)) + 1
    pairs, times = np.unique(edge * width + unit, return_counts=True)
    found = [np.bincount(pairs // width, weights, minlength=n_edges) for weights in (times > 0, times**2)]
    return found[0], found[1]
