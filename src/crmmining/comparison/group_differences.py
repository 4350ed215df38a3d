"""Differences between groups of customers: every measure of every group against the rest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.case_measures import CaseMeasure
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.estimates import (
    MOST_DRAWN,
    REPLICATES,
    SEED,
    false_discovery_rates,
    known_apart,
)

if TYPE_CHECKING:
    import pandas as pd

FALSE_DISCOVERY_RATE = 0.05
DIFFERS, SMALL, CHANCE, FEW = "differs", "too small to matter", "may be chance", "too few"
DEFINITION = (
    "Each measure in its own definition, the undecided left out as there; a group against all other "
    "customers whose group is known. Interval: bootstrap by customer. q: least false discovery rate over the "
    "whole list (permutation test by customer with three exact moments, Mielke & Berry 2007; Benjamini & "
    "Hochberg 1995). Differs: q <= 0.05, the interval clears 0, and the size matters: 5 points of a share, "
    "15 % of the mean of a time or count, 5 % of the score's scale. Fewer than 20 customers on a side: not "
    "compared. An association, no effect of the group."
)
COLUMNS = (
    "segment", "value", "measure", "unit", "group", "rest", "difference", "low", "high", "q", "evidence", "n",
    "n_rest",
)  # fmt: skip
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CustomerSums:
    """Measures summed by customer, who is the unit that is drawn and dealt.

    `over`, `under`, `n_cases` are (customers, measures); `first_case` is a case of each customer. Customers
    stand in the order of their sums, so that draws do not depend on the order of rows.
    """

    over: Floats
    under: Floats
    n_cases: Floats
    first_case: NDArray[np.int64]


def differences(
    measures: Sequence[CaseMeasure], customers: NDArray[Any], groups: Mapping[str, NDArray[Any]]
) -> pd.DataFrame:
    """One row per group and measure, what differs first; `groups` name per case a value, None if not known.

    Columns: segment, value, measure, unit, group and rest (their values), difference with low and high, q,
    evidence, n and n_rest (cases). A group too small for any measure has one row, with no measure.
    """
    import pandas as pd

    rows: list[tuple[Any, ...]] = []
    p_values: list[float] = []
    for segment, labels in groups.items():
        sums = sum_by_customer(measures, customers, labels)
        label = labels[sums.first_case]
        known = np.array([value is not None for value in label], bool)
        for value in sorted(set(label[known]), key=str):
            inside = known & (label == value)
            if inside.sum() < FEWEST_CASES:
                n = int((labels == value).sum())
                rows.append((segment, value, None, None, *[np.nan] * 6, FEW, n, int(known.sum() - n)))
                p_values.append(np.nan)
                continue
            for row, p in _compared(measures, sums, inside, known & ~inside):
                rows.append((segment, value, *row))
                p_values.append(p)
    return _ranked(pd.DataFrame(rows, columns=list(COLUMNS)), np.array(p_values), measures)


def sum_by_customer(
    measures: Sequence[CaseMeasure], customers: NDArray[Any], labels: NDArray[Any]
) -> CustomerSums:
    """Add the cases of each customer up, those under each label apart; one nobody knows is nobody else."""
    codes: dict[object, int] = {}
    code = np.array([codes.setdefault(label, len(codes)) for label in labels], np.int64)
    owner = np.unique(known_apart(customers), return_inverse=True)[1]
    _, first, unit = np.unique(owner * len(codes) + code, return_index=True, return_inverse=True)

    def summed(columns: list[Floats]) -> Floats:
        return np.stack([np.bincount(unit, values, minlength=first.size) for values in columns], axis=1)

    over, under = summed([m.over for m in measures]), summed([m.under for m in measures])
    counted = summed([(m.under > 0).astype(np.float64) for m in measures])
    order = np.lexsort(np.concatenate([over, under], axis=1).T)
    return CustomerSums(over[order], under[order], counted[order], first[order])


def _compared(
    measures: Sequence[CaseMeasure], sums: CustomerSums, inside: Bools, rest: Bools
) -> list[tuple[tuple[Any, ...], float]]:
    """Per measure its row, from the measure's name on, and its p value (NaN where too few are compared)."""
    with np.errstate(invalid="ignore"):
        here, there = (sums.over[s].sum(axis=0) / sums.under[s].sum(axis=0) for s in (inside, rest))
    replicates = _replicates(sums, inside, SEED) - _replicates(sums, rest, SEED + 1)
    low, high = np.quantile(replicates, [0.025, 0.975], axis=0)
    p = permutation_p(sums.over, sums.under, inside, rest)
    counted = sums.under > 0
    n, n_rest = (sums.n_cases[s].sum(axis=0).astype(int) for s in (inside, rest))
    found = []
    for m, measure in enumerate(measures):
        few = min((counted[:, m] & inside).sum(), (counted[:, m] & rest).sum()) < FEWEST_CASES
        numbers = [np.nan] * 3 if few else [here[m] - there[m], low[m], high[m]]
        row = (measure.name, measure.unit, here[m], there[m], *numbers, np.nan, FEW, n[m], n_rest[m])
        found.append((row, np.nan if few else float(p[m])))
    return found


def permutation_p(over: Floats, under: Floats, inside: Bools, rest: Bools) -> Floats:
    """Two-sided p of each measure when customers are dealt to group and rest by lot.

    The statistic is the group's sum of over − r · under with r of all together. Its distribution under
    dealing is a Pearson type III with the exact variance and skewness (Mielke & Berry 2007): no draw is
    made, and p may be as small as the evidence.
    """
    counts = (under > 0) & (inside | rest)[:, None]
    whole = (over * counts).sum(axis=0) / np.maximum((under * counts).sum(axis=0), 1e-300)
    residual = np.where(counts, over - whole * under, 0.0)
    n_all, n = counts.sum(axis=0).astype(np.float64), (counts & inside[:, None]).sum(axis=0)
    other = n_all - n
    second, third = ((residual**power).sum(axis=0) / np.maximum(n_all, 1) for power in (2, 3))
    variance = n * other / np.maximum(n_all - 1, 1) * second
    moment = n * other * (other - n) / np.maximum((n_all - 1) * (n_all - 2), 1) * third
    possible = variance > 1e-12 * np.maximum(second, 1e-300)
    spread = np.sqrt(np.where(possible, variance, 1.0))
    score = residual[inside].sum(axis=0) / spread
    return np.where(possible, _two_sided(score, moment / spread**3), 1.0)


def _two_sided(score: Floats, skewness: Floats) -> Floats:
    """Twice the smaller tail of the standardised Pearson type III distribution (a shifted gamma)."""
    from scipy.special import gammainc, gammaincc, ndtr

    mirrored = np.where(skewness < 0, -score, score)
    bent = np.maximum(np.abs(skewness), 1e-4)  # straighter than this it is the normal distribution
    shape = 4 / bent**2
    at = np.maximum(shape + mirrored * np.sqrt(shape), 0.0)
    gamma = np.minimum(gammainc(shape, at), gammaincc(shape, at))
    return np.minimum(1.0, 2 * np.where(np.abs(skewness) < 1e-4, ndtr(-np.abs(score)), gamma))


def _replicates(sums: CustomerSums, chosen: Bools, seed: int) -> Floats:
    """(1,000, measures) values of a group under resampled customers.

    Up to 2,500 customers Poisson weights, beyond that their normal limit (Cochran 1977), as in `ratio`.
    """
    over, under = sums.over[chosen], sums.under[chosen]
    random, n = np.random.default_rng(seed), over.shape[0]
    whole = np.maximum(under.sum(axis=0), 1e-12)
    if n <= MOST_DRAWN:
        weights = random.poisson(1.0, (REPLICATES, n)).astype(np.float64)
        drawn = weights @ under
        return np.where(drawn > 0, (weights @ over) / np.maximum(drawn, 1e-12), over.sum(axis=0) / whole)
    residual = over - over.sum(axis=0) / whole * under
    error = np.sqrt(n / (n - 1) * (residual**2).sum(axis=0)) / whole
    return over.sum(axis=0) / whole + random.standard_normal((REPLICATES, 1)) * error


def _ranked(table: pd.DataFrame, p: Floats, measures: Sequence[CaseMeasure]) -> pd.DataFrame:
    """The rates over the whole list, what they allow to say, and the order: what differs most first."""
    tested = ~np.isnan(p)
    q = np.full(p.size, np.nan)
    q[tested] = false_discovery_rates(p[tested].tolist())
    matters = table["measure"].map({m.name: m.matters for m in measures}).to_numpy(np.float64)
    low, high = table["low"].to_numpy(np.float64), table["high"].to_numpy(np.float64)
    size = np.abs(table["difference"].to_numpy(np.float64)) / np.where(matters > 0, matters, np.nan)
    sure = tested & (q <= FALSE_DISCOVERY_RATE) & ((low > 0) | (high < 0))
    told = np.select([sure & (size >= 1), sure, tested], [DIFFERS, SMALL, CHANCE], FEW)
    rank = np.select([told == DIFFERS, told == SMALL, told == CHANCE], [0, 1, 2], 3)
    by_rank = np.where(rank == 0, -size, np.nan_to_num(q, nan=1.0))
    table = table.assign(q=q, evidence=told, size=size, rank=rank, by_rank=by_rank)
    table = table.sort_values(["rank", "by_rank", "segment", "value", "measure"], ignore_index=True)
    return table.drop(columns=["rank", "by_rank"])
