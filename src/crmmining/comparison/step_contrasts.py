"""Every step of a goal against going on without it: how the share reached differs, and what that says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.contrasts import Contrast, weaker_contrasts
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.goal_progress import Progress, deciding_activities
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.risk_sets import GoalSteps
from crmmining.estimates import Z95, false_discovery_rates, wilson

if TYPE_CHECKING:
    import pandas as pd

FALSE_DISCOVERIES = 0.05
LEAST = 0.02
DETECTABLE = 0.10
POWER_80 = Z95 + 0.8416212335729143
BOTH, MEASURED, UNSEEN = "declared and measured", "measured only", "declared only"
ENDS, DECIDES = "as good as ends it", "decides the goal"
UNKNOWN, ALWAYS, NOWHERE = "too few to tell", "no one to compare with", "not in the data"
_COLUMNS = [
    "step", "stage", "declared", "n_goals", "share_after", "share_lost_next", "n_with", "n_otherwise",
    "share_with", "share_without", "difference", "low", "high", "q", "detectable", "verdict",
]  # fmt: skip


def contrast_steps(view: GoalView, progress: Progress) -> tuple[pd.DataFrame, dict[str, Contrast]]:
    """The table of `Moments.steps`, and the contrast of each step with at least 20 goals on both sides."""
    import pandas as pd

    log, codes = view.log, np.arange(len(view.log.activities))
    counted = progress.is_step & (view.outcome != 2)[log.case_of_event]
    n_goals, reached, left = _passing(view, counted)
    ends = _endings(view, n_goals, reached)
    tested = codes[(n_goals >= FEWEST_CASES) & ~ends]
    going_on = counted & ~ends[log.columns["activity"]]
    found: dict[str, Contrast] = {}
    for code, contrast in zip(tested.tolist(), _contrasts(view, progress, going_on, tested), strict=True):
        if contrast and min(contrast.n_with, contrast.n_otherwise) >= FEWEST_CASES:
            found[log.activities[code]] = contrast
    q = dict(zip(found, false_discovery_rates([contrast.p for contrast in found.values()]), strict=True))
    declared = _declared(view)
    rows = []
    for name in sorted({log.activities[code] for code in codes[n_goals > 0]} | declared):
        code = log.activities.index(name) if name in log.activities else -1
        n = int(n_goals[code]) if code >= 0 else 0
        contrast = found.get(name)
        facts = (n, reached[code] / n, left[code] / n) if n else (0, np.nan, np.nan)
        numbers = _numbers(contrast)
        ending = code >= 0 and bool(ends[code])
        verdict = ENDS if ending else _verdict(view, name, n, contrast, q.get(name, 1.0), declared)
        row = (name, _stage(view, name), name in declared, *facts, *numbers[:7], q.get(name, np.nan))
        rows.append((*row, numbers[7], verdict))
    frame = pd.DataFrame(rows, columns=_COLUMNS)
    return _ranked(frame), found


def _endings(view: GoalView, n_goals: NDArray[np.int64], reached: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Activities that say the goal is over, though nobody declared so: as good as no goal is reached after.

    Said of a share reached whose interval lies below a quarter of that of all goals.
    """
    base = (view.outcome == 0).sum() / (view.outcome != 2).sum()
    numbers = zip(reached.tolist(), n_goals.tolist(), strict=True)
    return np.array([n >= FEWEST_CASES and wilson(r / n, n)[1] < base / 4 for r, n in numbers])


def _passing(view: GoalView, counted: NDArray[np.bool_]) -> tuple[NDArray[np.int64], ...]:
    """Per activity: goals that took it, of these reached, of these given up with it as their last step."""
    log, n_names = view.log, len(view.log.activities)
    rows = np.flatnonzero(counted)
    case, activity = log.case_of_event[rows], log.columns["activity"][rows].astype(np.int64)
    pairs = np.unique(case * n_names + activity)
    reached = view.outcome[pairs // n_names] == 0
    last = np.ones(rows.size, bool)
    last[:-1] = case[1:] != case[:-1]
    last &= view.outcome[case] == 1
    found = (pairs % n_names, pairs[reached] % n_names, activity[last])
    return tuple(np.bincount(values, minlength=n_names) for values in found)


def _contrasts(
    view: GoalView, progress: Progress, going_on: NDArray[np.bool_], tested: NDArray[np.int64]
) -> list[Contrast | None]:
    log, case = view.log, view.log.case_of_event
    at, customer = log.columns["time"] - log.begun[case], np.unique(view.customers, return_inverse=True)[1]
    steps = GoalSteps(case, log.columns["activity"], at, progress.came_to, going_on, len(log.activities))
    return weaker_contrasts(steps, view.outcome == 0, customer, tested)


def _numbers(contrast: Contrast | None) -> tuple[Any, ...]:
    """n_with, n_otherwise, share_with, share_without, difference, low, high, detectable."""
    if contrast is None:
        return (0, 0, *[np.nan] * 6)
    shares = (contrast.share_with, contrast.share_without, contrast.difference, contrast.low, contrast.high)
    return (contrast.n_with, contrast.n_otherwise, *shares, POWER_80 * contrast.standard_error)


def _verdict(
    view: GoalView, name: str, n: int, contrast: Contrast | None, q: float, declared: set[str]
) -> str:
    """What the data says of a step, and of what was declared of it; empty where neither says anything."""
    if contrast and q <= FALSE_DISCOVERIES and max(contrast.low, -contrast.high) >= LEAST:
        return BOTH if name in declared else MEASURED
    if name not in declared:
        return ""
    if name in deciding_activities(view):
        return DECIDES
    if n == 0:
        return NOWHERE
    if contrast is None:
        return UNKNOWN if n < FEWEST_CASES else ALWAYS
    seen = POWER_80 * contrast.standard_error <= DETECTABLE and contrast.low <= 0 <= contrast.high
    return UNSEEN if seen else UNKNOWN


def _declared(view: GoalView) -> set[str]:
    return {step.activity for step in view.journey.steps if step.moment_of_truth} if view.journey else set()


def _stage(view: GoalView, name: str) -> str | None:
    known = view.journey and name in view.journey.activities
    return view.journey.stage_of(name).name if view.journey and known else None


def _ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """Measured steps, the surest large first; declared ones; others by how nearly they were measured."""
    measured = frame["verdict"].isin([BOTH, MEASURED])
    sure = -np.maximum(frame["low"], -frame["high"])
    keys = frame.assign(
        rank=np.where(measured, 0, np.where(frame["declared"], 1, 2)),
        by=np.where(measured, sure, frame["q"]),
    )
    return frame.loc[keys.sort_values(["rank", "by", "step"]).index].reset_index(drop=True)
