"""A number with what makes it honest: its interval, its n, what was left out, its definition."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.study.durations import humanise

Unit = Literal["share", "time", "business days", "count", "difference in share", "score"]
Z95 = 1.959963984540054
REPLICATES = 1_000
SEED = 20_260_101
MOST_DRAWN = 2_500


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
        return shown(value, self.unit)


def shown(value: float, unit: Unit) -> str:
    """A value as people read it.

    >>> shown(0.256, "share"), shown(36 * 3_600_000_000, "time"), shown(-0.02, "difference in share")
    ('25.6%', '1.5 d', '-2.0 points')
    """
    if unit == "share":
        return f"{value:.1%}"
    if unit == "difference in share":
        return f"{100 * value:+.1f} points"
    if unit == "business days":
        return f"{value:,.1f} business days"
    return humanise(value) if unit == "time" else f"{value:,.2f}"


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
    p = count / of
    low, high = wilson(p, of)
    return Estimate(p, low, high, of, "share", definition, excluded)


def wilson(p: float, of: float) -> tuple[float, float]:
    """Wilson's 95 % interval of a share `p` seen in `of` independent cases (may be a fraction of a case)."""
    z2 = Z95 * Z95
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * math.sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    # at the borders the formula's rounding must not leave the share outside its own interval
    return min(p, max(0.0, middle - half)), max(p, min(1.0, middle + half))


def difference_of_shares(a: Estimate, b: Estimate, definition: str) -> Estimate:
    """Share `a` minus share `b` of independent groups, Newcombe's hybrid interval (Newcombe 1998)."""
    if not (a.is_known and b.is_known):
        return absent(a.absent or b.absent or "", "difference in share", definition)
    d = a.value - b.value
    low = d - math.hypot(a.value - a.low, b.high - b.value)
    high = d + math.hypot(a.high - a.value, b.value - b.low)
    return Estimate(d, low, high, a.n + b.n, "difference in share", definition, a.excluded + b.excluded)


def p_of_shares(a: int, of_a: int, b: int, of_b: int) -> float:
    """Two-sided p value of two shares being equal (score test); 1 where a group is empty."""
    if not of_a or not of_b:
        return 1.0
    pooled = (a + b) / (of_a + of_b)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / of_a + 1 / of_b))
    return 2 * (1 - NormalDist().cdf(abs(a / of_a - b / of_b) / spread)) if spread else 1.0


def false_discovery_rates(p: Sequence[float]) -> list[float]:
    """For each of several tests the least false discovery rate at which it stands (Benjamini-Hochberg 1995).

    >>> false_discovery_rates([0.01, 0.04, 0.03])
    [0.03, 0.04, 0.04]
    """
    found, least = [1.0] * len(p), 1.0
    order = sorted(range(len(p)), key=p.__getitem__)
    for rank in range(len(p), 0, -1):
        least = min(least, p[order[rank - 1]] * len(p) / rank)
        found[order[rank - 1]] = least
    return found


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
    """Sum of `over` / sum of `under`, with an interval by customer.

    Up to 2,500 customers it is the percentile bootstrap (Efron 1979); beyond that what the bootstrap
    tends to, the normal interval of the linearised ratio (Cochran 1977, chapter 6).
    """
    if over.size == 0 or under.sum() == 0:
        return absent("no case", unit, definition)
    sums = _by_customer(customers, over, under)
    value = float(over.sum() / under.sum())
    low, high = _percentiles(_replicates(*sums, SEED))
    return Estimate(value, low, high, int(over.size), unit, definition, excluded)


def difference_of_means(
    a: NDArray[Any],
    a_customers: NDArray[Any],
    b: NDArray[Any],
    b_customers: NDArray[Any],
    unit: Unit,
    definition: str,
) -> Estimate:
    """Mean of `a` minus mean of `b`, the interval by customer in both groups, as in `ratio`."""
    if a.size == 0 or b.size == 0:
        return absent("one of the groups is empty", unit, definition)
    groups = [
        _by_customer(customers, values, np.ones(values.size))
        for values, customers in ((a, a_customers), (b, b_customers))
    ]
    value = float(a.mean() - b.mean())
    first, second = (_replicates(*sums, SEED + place) for place, sums in enumerate(groups))
    low, high = _percentiles(first - second)
    return Estimate(value, low, high, int(a.size + b.size), unit, definition)


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


def _by_customer(
    customers: NDArray[Any], over: NDArray[Any], under: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The sums of each customer: their cases hang together, so customers are what is drawn."""
    _, group = np.unique(known_apart(customers), return_inverse=True)
    sums = [np.bincount(group, values.astype(np.float64)).astype(np.float64) for values in (over, under)]
    order = np.lexsort(sums)  # not that of their numbers, or of the cases: neither is to move an interval
    return sums[0][order], sums[1][order]


def known_apart(customers: NDArray[Any]) -> NDArray[Any]:
    """Customers as numbers; one that nobody knows (negative, or nothing) is nobody else."""
    if customers.dtype.kind not in "iu":
        found: dict[object, int] = {}
        numbers = [-1 if c is None or c != c else found.setdefault(c, len(found)) for c in customers.tolist()]
        customers = np.array(numbers, np.int64)
    return np.where(customers >= 0, customers, -1 - np.arange(customers.size))


def _standard_error(over: NDArray[np.float64], under: NDArray[np.float64]) -> float:
    """Of a ratio of sums, linearised, one customer being one observation."""
    n, whole = over.size, under.sum()
    residual = over - over.sum() / whole * under
    return float(math.sqrt(n / (n - 1) * float(residual @ residual)) / whole)


@cache
def _normal_draws() -> NDArray[np.float64]:
    """As many draws as replicates, laid evenly over the standard normal distribution."""
    normal = NormalDist()
    return np.array([normal.inv_cdf((i + 0.5) / REPLICATES) for i in range(REPLICATES)])


def _percentiles(draws: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(draws, [0.025, 0.975])
    return float(low), float(high)


def _replicates(over: NDArray[np.float64], under: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """The ratio under resampled customers: Poisson weights, or for many customers their normal limit."""
    random, n = np.random.default_rng(seed), over.size
    if n > MOST_DRAWN:
        return over.sum() / under.sum() + _standard_error(over, under) * random.permutation(_normal_draws())
    part = max(1, min(REPLICATES, 4_000_000 // max(n, 1)))
    found = []
    for start in range(0, REPLICATES, part):
        weights = random.poisson(1.0, (min(part, REPLICATES - start), n)).astype(np.float64)
        weights[weights.sum(axis=1) == 0] = 1.0  # nobody drawn is no sample: take all
        found.append((weights @ over) / np.maximum(weights @ under, 1e-12))
    return np.concatenate(found)
