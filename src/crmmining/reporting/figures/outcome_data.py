"""What the picture of outcomes over time is drawn from, and what is read off its curves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.leaving import LeavingStep
from crmmining.reporting.figures.numbers import days_text
from crmmining.reporting.figures.time_axis import YEAR

FEWEST = 20  # goals below which no share is told


@dataclass(frozen=True, eq=False)
class Curve:
    """A share over time with its 95 % interval, as a step function."""

    value: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Two ends that exclude each other.

    `days` (n_steps) ascending since a goal began; both curves hold from each on; `followed` are the goals
    that ran until then. `leaving`: the last steps of goals abandoned, most first; `n_left` are all of those.
    """

    goal: str
    n_goals: int
    n_open: int
    days: NDArray[np.float64]
    reached: Curve
    abandoned: Curve
    followed: NDArray[np.int64]
    leaving: tuple[LeavingStep, ...] = ()
    n_left: int = 0
    caption: Caption = FROM_DATA


def half_reached(data: Outcomes) -> tuple[float, float, float | None] | None:
    """Days until half of the goals are reached, with its interval; None where it never comes to that.

    The interval holds the times at which the curve's own interval holds a half (Brookmeyer and Crowley
    1982); it has no upper end where the lower bound never comes to a half.
    """
    at = [np.flatnonzero(part >= 0.5) for part in (data.reached.value, data.reached.high, data.reached.low)]
    if not at[0].size:
        return None
    value, low = float(data.days[at[0][0]]), float(data.days[at[1][0]])
    return value, low, float(data.days[at[2][0]]) if at[2].size else None


def about(days: float) -> str:
    """A duration as a sentence tells it: whole from ten days on, in years from four years on.

    >>> about(58.9), about(1.24), about(1 / 24), about(4000)
    ('59 d', '1.2 d', '60 min', '11.0 years')
    """
    if days >= 4 * YEAR:
        return f"{days / YEAR:.1f} years"
    return f"{days:,.0f} d" if days >= 9.95 else days_text(days)
