"""What a step changes: share reached with it less without it, over risk sets, with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.risk_sets import GoalSteps, RiskSets, risk_sets
from crmmining.estimates import Z95, Estimate


@dataclass(frozen=True, eq=False)
class Contrast:
    """Share reached with a step less without it, both gone on from the same point.

    `share_with` and `share_without` are shares over the risk sets in which both occur, a set with a goals
    that took the step and b that did not weighing a·b / (a + b) (Mantel & Haenszel 1959; Greenland & Robins
    1985). `low` and `high` are Fieller's 95 % interval with customers as units, `p` is of its score test,
    `standard_error` that of no difference. `n_with` and `n_otherwise` are goals; `cases` those with it.
    """

    share_with: float
    share_without: float
    low: float
    high: float
    p: float
    standard_error: float
    n_with: int
    n_otherwise: int
    cases: NDArray[np.int64]

    @property
    def difference(self) -> float:
        """Share with the step less share without."""
        return self.share_with - self.share_without

    def as_estimate(self, n_open: int) -> Estimate:
        """The difference; its n are the goals compared that took the step."""
        return Estimate(
            self.difference, self.low, self.high, self.n_with, "difference in share",
            "share reached with the step less gone on otherwise from the same point", n_open,
        )  # fmt: skip


def weaker_contrasts(
    steps: GoalSteps, reached: NDArray[np.bool_], customer: NDArray[np.int64], chosen: NDArray[np.int64]
) -> list[Contrast | None]:
    """Of the contrasts with goals as long under way at the step before, and at the step itself, the weaker.

    Those in a hurry take a slow step sooner, those who leave early take none: each rule alone finds what is
    not there in a world of the other kind. Arguments as of `contrasts`.
    """
    before = np.concatenate([steps.at[:1], steps.at[:-1]])
    both = (contrasts(risk_sets(steps, time), reached, customer, chosen) for time in (before, steps.at))
    return [a and b and (a if a.p >= b.p else b) for a, b in zip(*both, strict=True)]


def contrasts(
    sets: RiskSets, reached: NDArray[np.bool_], customer: NDArray[np.int64], chosen: NDArray[np.int64]
) -> list[Contrast | None]:
    """The contrast of each chosen activity; None where nobody is comparable, or too few for an interval.

    `reached` per case; `customer` per case, each customer a number from 0.
    """
    taken = np.full(reached.size, np.iinfo(np.int64).max)
    found = []
    for code in chosen.tolist():
        place = slice(sets.first_offsets[code], sets.first_offsets[code + 1])
        mine, cases = sets.first[place], sets.first_case[place]
        taken[cases] = mine
        found.append(_contrast(sets, mine, taken, reached, customer))
        taken[cases] = np.iinfo(np.int64).max
    return found


def _contrast(
    sets: RiskSets,
    mine: NDArray[np.int64],
    taken: NDArray[np.int64],
    reached: NDArray[np.bool_],
    customer: NDArray[np.int64],
) -> Contrast | None:
    used = np.unique(sets.set_of_row[mine])
    used = used[used >= 0]
    lengths = np.diff(sets.offsets)[used]
    moments = _ranges(sets.offsets[used], lengths)
    group = np.repeat(np.arange(used.size), lengths)
    case, row = sets.case[moments], sets.row[moments]
    running = row <= taken[case]  # who has taken the step is no longer at risk of taking it
    case, row, group = case[running], row[running], group[running]
    treated = row == taken[case]
    n = np.bincount(group, minlength=used.size)
    n_with = np.bincount(group[treated], minlength=used.size)
    both = ((n_with > 0) & (n_with < n))[group]
    case, group, treated = case[both], group[both], treated[both]
    if not case.size:
        return None
    size, took = n[group], n_with[group] / n[group]
    outcome = reached[case]
    share = np.bincount(group, outcome, minlength=used.size)[group] / size
    lever, gained = treated - took, outcome - share
    over, under = lever * gained, lever * lever
    fair = np.sqrt(size / (size - 1.0))  # what is lost by measuring from each set's own mean
    who = customer[case]
    overs, unders = (np.bincount(who, values * fair) for values in (over, under))
    interval = _fieller(float(over.sum()), float(under.sum()), overs, unders)
    if interval is None:
        return None
    weight = np.where(treated, 1 - took, took)
    share_with, share_without = (
        float(np.average(outcome[side], weights=weight[side])) for side in (treated, ~treated)
    )
    cases = np.unique(case[treated])
    n_otherwise = np.unique(case[~treated]).size
    return Contrast(share_with, share_without, *interval, cases.size, n_otherwise, cases)


def _fieller(
    over: float, under: float, overs: NDArray[Any], unders: NDArray[Any]
) -> tuple[float, float, float, float] | None:
    """Low, high, p and standard error under no difference, of over / under (Fieller 1954).

    The interval holds every d at which the sum of `over - d·under` is no further than 1.96 standard errors
    from nothing, customers being the units; None where it is not bounded.
    """
    z2 = Z95 * Z95
    both, square = float((overs * unders).sum()), float((overs * overs).sum())
    a = under * under - z2 * float((unders * unders).sum())
    b, c = over * under - z2 * both, over * over - z2 * square
    inside = b * b - a * c
    if a <= 0 or inside < 0:
        return None
    spread, value = math.sqrt(inside), over / under
    low, high = max(-1.0, (b - spread) / a), min(1.0, (b + spread) / a)
    error = math.sqrt(square)
    p = math.erfc(abs(over) / error / math.sqrt(2)) if error else 1.0
    return min(low, value), max(high, value), p, error / under


def _ranges(begins: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """begins[i], begins[i] + 1, … of each length, one after the other."""
    ends = np.cumsum(lengths)
    return np.repeat(begins - ends + lengths, lengths) + np.arange(int(lengths.sum()))
