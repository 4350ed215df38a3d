"""How likely each end is by when, where several ends exclude each other and some cases are not over yet.

The estimator of Aalen and Johansen (1978), with the variance by the delta method and intervals on the
log-minus-log scale as in Marubini and Valsecchi (1995, chapter 10).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import Z95

Floats = NDArray[np.float64]
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Incidence:
    """Cumulative incidence of one end: a step function.

    `time` (n_steps) ascending, at which cases ended in any way; `value`, `low`, `high` from each on;
    `at_risk` the cases still running just before.
    """

    time: NDArray[np.int64]
    value: Floats
    low: Floats
    high: Floats
    at_risk: NDArray[np.int64]

    def at(self, moment: int) -> tuple[float, float, float]:
        """Value and interval at a moment."""
        place = int(np.searchsorted(self.time, moment, "right")) - 1
        if place < 0:
            return 0.0, 0.0, 0.0
        return float(self.value[place]), float(self.low[place]), float(self.high[place])


def cumulative_incidence(time: NDArray[np.int64], end: NDArray[np.integer], which: int) -> Incidence:
    """The incidence of the end `which`; `end` is -1 where a case was still running at its `time`.

    Cases that end when others are censored count as running then. Linear after one sort.
    """
    moments, place = np.unique(time, return_inverse=True)
    of_all = np.bincount(place[end >= 0], minlength=moments.size).astype(np.float64)
    of_one = np.bincount(place[end == which], minlength=moments.size).astype(np.float64)
    left = np.bincount(place, minlength=moments.size)
    at_risk = (time.size - np.cumsum(left) + left).astype(np.float64)
    steps = of_all > 0
    n, d, k = at_risk[steps], of_all[steps], of_one[steps]
    survival = np.cumprod(1 - d / n)
    before = np.concatenate([[1.0], survival[:-1]]) if n.size else n
    value = np.cumsum(before * k / n)
    error = np.sqrt(np.maximum(_variance(value, before, n, d, k), 0))
    low, high = _interval(value, error)
    return Incidence(moments[steps], value, low, high, n.astype(np.int64))


def _variance(value: Floats, before: Floats, n: Floats, d: Floats, k: Floats) -> Floats:
    """Of the incidence at each step, all sums running: Σ(F−Fᵢ)²a + Σb − 2Σ(F−Fᵢ)c."""
    last = n == d  # nobody is left: survival is 0 from there on, and its variance too
    a = np.where(last, 0.0, d / (n * np.where(last, 1.0, n - d)))
    b = before**2 * (n - k) * k / n**3
    c = before * k / n**2
    return (
        value**2 * np.cumsum(a)
        - 2 * value * np.cumsum(value * a)
        + np.cumsum(value**2 * a)
        + np.cumsum(b)
        - 2 * (value * np.cumsum(c) - np.cumsum(value * c))
    )


def _interval(value: Floats, error: Floats) -> tuple[Floats, Floats]:
    """Inside [0, 1] by construction; the value itself where it is 0 or 1."""
    inner = (value > ROUNDING) & (value < 1 - ROUNDING)
    safe = np.where(inner, value, 0.5)
    power = np.exp(np.maximum(Z95 * error / (safe * np.log(safe)), -100))  # below 1: the log is negative
    return np.where(inner, safe ** (1 / power), value), np.where(inner, safe**power, value)
