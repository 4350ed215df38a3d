"""Weights of the parts of effort: equal, unless answered satisfaction says clearly better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import REPLICATES, SEED, Estimate, absent, known_apart

FEWEST_ANSWERS = 100
FOLDS = 10
MOST_DRAWN = 4_000_000  # draws held at once
_OF_GAIN = "correlation with answered dissatisfaction, held-out, of fitted weights less that of equal ones"

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Weights:
    """The weight of each part, and why.

    `gain` is the out-of-sample correlation of fitted weights less that of `equal` ones, with its interval;
    `reason` says in words what was decided.
    """

    weight: Floats
    fitted: bool
    equal: float
    gain: Estimate
    reason: str


def fit_weights(
    scaled: Floats, satisfaction: Floats, outcome: NDArray[np.int8], customers: NDArray[np.int64]
) -> Weights:
    """Fit weights where it is worth it.

    `scaled` (cases × parts, 0 to 1) is regressed on answered dissatisfaction by non-negative least squares
    (Lawson & Hanson 1974), ten folds of whole customers held out in turn. Both are taken as differences from
    the mean of goals with the same outcome: who gives up early has had little effort and is not content, and
    no effort made them so. The fitted weights are used only with at least 100 answers, and where the
    intervals (bootstrap by customer) of their held-out correlation and of its gain lie above zero; they then
    sum to the number of parts, as equal ones do.
    """
    n_parts = scaled.shape[1]
    even = np.ones(n_parts)
    rows = np.flatnonzero(~np.isnan(satisfaction))
    if rows.size < FEWEST_ANSWERS:
        reason = f"{rows.size} answers to fit weights to, fewer than {FEWEST_ANSWERS}"
        return Weights(even, False, np.nan, absent(reason, "score", _OF_GAIN, rows.size), reason)
    x, y = _within(scaled[rows], outcome[rows]), _within(-satisfaction[rows, None], outcome[rows])[:, 0]
    varies = np.flatnonzero(np.abs(x).max(axis=0) > 1e-12)
    if not varies.size or np.abs(y).max() < 1e-12:
        reason = "effort or answers are alike in all goals with one outcome"
        return Weights(even, False, np.nan, absent(reason, "score", _OF_GAIN, rows.size), reason)
    _, group = np.unique(known_apart(customers)[rows], return_inverse=True)
    gain, equal, least = _gain(x, y, group)
    if gain.low <= 0 or least <= 0:
        reason = (
            f"fitted weights foretell {rows.size:,} answers no better than equal ones "
            f"(correlation {equal:.2f}, gain {gain.value:+.2f}, {gain.low:+.2f} to {gain.high:+.2f})"
        )
        return Weights(even, False, equal, gain, reason)
    weight = _non_negative(x, y)
    reason = (
        f"fitted to {rows.size:,} answers: correlation {equal + gain.value:.2f} with those held out, "
        f"{equal:.2f} with equal weights"
    )
    return Weights(weight * n_parts / weight.sum(), True, equal, gain, reason)


def _within(values: Floats, outcome: NDArray[np.int8]) -> Floats:
    """Values less the mean of those with the same outcome."""
    found = values.astype(float)
    for code in np.unique(outcome):
        found[outcome == code] -= found[outcome == code].mean(axis=0)
    return found


def _gain(x: Floats, y: Floats, group: NDArray[np.int64]) -> tuple[Estimate, float, float]:
    """The gain in held-out correlation, that of equal weights, and the lower bound of that of fitted ones."""
    n = int(group.max()) + 1
    fold = (np.random.default_rng(SEED).permutation(n) % FOLDS)[group]
    foretold = np.zeros(y.size)
    for held in range(FOLDS):
        here = fold == held
        if here.any() and not here.all():
            weight = _non_negative(x[~here], y[~here])
            foretold[here] = (x[here] - x[~here].mean(axis=0)) @ weight
    moments = [_moments(guess, y, group) for guess in (foretold, x.sum(axis=1))]
    fitted, equal = (float(_correlation(sums.sum(axis=0))) for sums in moments)
    of_fitted, of_equal = _redrawn(moments, n)
    low, high = np.quantile(of_fitted - of_equal, [0.025, 0.975])
    gain = Estimate(fitted - equal, float(low), float(high), y.size, "score", _OF_GAIN)
    return gain, equal, float(np.quantile(of_fitted, 0.025))


def _non_negative(x: Floats, y: Floats) -> Floats:
    """Weights >= 0 that foretell y best with a free intercept; all equal where nothing helps."""
    from scipy.optimize import nnls

    weight = np.asarray(nnls(x - x.mean(axis=0), y - y.mean())[0])
    return weight if weight.sum() > 0 else np.ones(weight.size)


def _moments(a: Floats, b: Floats, group: NDArray[np.int64]) -> Floats:
    """Per customer the sums a correlation is made of: n, a, b, a², b², ab."""
    columns = (np.ones(a.size), a, b, a * a, b * b, a * b)
    return np.stack([np.bincount(group, column) for column in columns], axis=1)


def _redrawn(moments: list[Floats], n: int) -> list[Floats]:
    """Each correlation under customers drawn again (Poisson weights), the same for all of them."""
    random, part = np.random.default_rng(SEED + 1), max(1, MOST_DRAWN // n)
    found: list[list[Floats]] = [[] for _ in moments]
    for start in range(0, REPLICATES, part):
        draws = random.poisson(1.0, (min(part, REPLICATES - start), n)).astype(float)
        for sums, kept in zip(moments, found, strict=True):
            kept.append(_correlation(draws @ sums))
    return [np.concatenate(kept) for kept in found]


def _correlation(sums: Floats) -> Floats:
    """Pearson's correlation from its sums (last axis); 0 where one side does not vary."""
    _, a, b, aa, bb, ab = np.moveaxis(sums / np.maximum(sums[..., :1], 1e-12), -1, 0)
    variance = (aa - a * a) * (bb - b * b)
    flat = variance <= 1e-12
    return np.asarray(np.where(flat, 0.0, (ab - a * b) / np.sqrt(np.where(flat, 1.0, variance))))
