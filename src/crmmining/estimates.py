"""A number with what makes it honest: its interval, its n, what was left out, its definition."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Unit = Literal["share", "time", "count", "difference in share", "score"]
Z95 = 1.959963984540054
REPLICATES = 1_000
SEED = 20_260_101


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval.

    `unit` tells how to read `value`: a share in [0, 1], a time in microseconds, a count, a score. `n`
    is the number of cases it rests on, `excluded` those left out as undecided, `absent` the reason why
    there is no number (then value and interval are NaN).
    """

    value: float
    low: float
    high: float
    n: int
    unit: Unit
    definition: str
    excluded: int = 0
    absent: str | None = None

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def is_known(self) -> bool:
        """Whether there is a number."""
        return self.absent is None

    def __str__(self) -> str:
        if self.absent is not None:
            return f"not known ({self.absent})"
        return (
            f"{self._shown(self.value)} ({self._shown(self.low)} to {self._shown(self.high)}, n={self.n:,})"
        )

    def _shown(self, value: float) -> str:
        from crmmining.study.durations import humanise

        if self.unit == "share":
            return f"{value:.1%}"
        if self.unit == "difference in share":
            return f"{100 * value:+.1f} points"
        return humanise(value) if self.unit == "time" else f"{value:,.2f}"


def absent(reason: str, unit: Unit, definition: str, n: int = 0) -> Estimate:
    """No number, and why."""
    return Estimate(math.nan, math.nan, math.nan, n, unit, definition, absent=reason)


def share(count: int, of: int, definition: str, excluded: int = 0) -> Estimate:
    """A share with its Wilson score interval (Wilson 1927).

    >>> print(share(39, 2708, "reopened"))
    1.4% (1.1% to 2.0%, n=2,708)
    """
    if of == 0:
        return absent("no decided case", "share", definition)
    p, z2 = count / of, Z95 * Z95
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    # at the borders the formula's rounding must not leave the share outside its own interval
    low, high = min(p, max(0.0, middle - half)), max(p, min(1.0, middle + half))
    return Estimate(p, low, high, of, "share", definition, excluded)


def difference_of_shares(a: Estimate, b: Estimate, definition: str) -> Estimate:
    """Share `a` minus share `b` of independent groups, Newcombe's hybrid interval (Newcombe 1998)."""
    if not (a.is_known and b.is_known):
        return absent(a.absent or b.absent or "", "difference in share", definition)
    d = a.value - b.value
    low = d - math.hypot(a.value - a.low, b.high - b.value)
    high = d + math.hypot(a.high - a.value, b.value - b.low)
    return Estimate(d, low, high, a.n + b.n, "difference in share", definition, a.excluded + b.excluded)


def mean(
    values: NDArray[Any], customers: NDArray[Any], unit: Unit, definition: str, excluded: int = 0
) -> Estimate:
    """A mean with a bootstrap interval that draws customers, not cases (their cases hang together)."""
    return ratio(values, np.ones(values.size), customers, unit, definition, excluded)


def ratio(
    over: NDArray[Any],
    under: NDArray[Any],
    customers: NDArray[Any],
    unit: Unit,
    definition: str,
    excluded: int = 0,
) -> Estimate:
    """Sum of `over` / sum of `under`, with a bootstrap interval by customer (Efron 1979, percentile)."""
    if over.size == 0 or under.sum() == 0:
        return absent("no case", unit, definition)
    _, group = np.unique(customers, return_inverse=True)
    sums = np.bincount(group, over.astype(np.float64)), np.bincount(group, under.astype(np.float64))
    low, high = _interval(
        sums[0].size, lambda weights: (weights @ sums[0]) / np.maximum(weights @ sums[1], 1e-12)
    )
    return Estimate(float(over.sum() / under.sum()), low, high, int(over.size), unit, definition, excluded)


def difference_of_means(
    a: NDArray[Any],
    a_customers: NDArray[Any],
    b: NDArray[Any],
    b_customers: NDArray[Any],
    unit: Unit,
    definition: str,
) -> Estimate:
    """Mean of `a` minus mean of `b`, bootstrap by customer in both groups."""
    if a.size == 0 or b.size == 0:
        return absent("one of the groups is empty", unit, definition)
    draws = []
    for values, customers, seed in ((a, a_customers, SEED), (b, b_customers, SEED + 1)):
        _, group = np.unique(customers, return_inverse=True)
        over, n = np.bincount(group, values.astype(np.float64)), np.bincount(group).astype(np.float64)
        draws.append(_replicates(over.size, lambda w, o=over, m=n: (w @ o) / np.maximum(w @ m, 1e-12), seed))  # type: ignore[misc]
    low, high = np.quantile(draws[0] - draws[1], [0.025, 0.975])
    value = float(a.mean() - b.mean())
    return Estimate(value, float(low), float(high), int(a.size + b.size), unit, definition)


def median(
    values: NDArray[Any], customers: NDArray[Any], unit: Unit, definition: str, excluded: int = 0
) -> Estimate:
    """A median with the distribution-free interval of order statistics (binomial)."""
    n = values.size
    if n == 0:
        return absent("no case", unit, definition)
    ordered = np.sort(values)
    reach = Z95 * math.sqrt(n) / 2
    low, high = ordered[max(0, math.floor(n / 2 - reach) - 1)], ordered[min(n - 1, math.ceil(n / 2 + reach))]
    return Estimate(float(ordered[(n + 1) // 2 - 1]), float(low), float(high), n, unit, definition, excluded)


def _interval(n: int, statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> tuple[float, float]:
    low, high = np.quantile(_replicates(n, statistic, SEED), [0.025, 0.975])
    return float(low), float(high)


def _replicates(
    n: int, statistic: Callable[[NDArray[np.float64]], NDArray[np.float64]], seed: int
) -> NDArray[np.float64]:
    """The statistic under resampled customers; many customers are drawn as Poisson weights, in parts."""
    random = np.random.default_rng(seed)
    part = max(1, min(REPLICATES, 4_000_000 // max(n, 1)))
    found = [
        statistic(random.poisson(1.0, (min(part, REPLICATES - start), n)).astype(np.float64))
        for start in range(0, REPLICATES, part)
    ]
    return np.concatenate(found)
