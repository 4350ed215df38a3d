"""Priorities of processes by strategy: shares of what is lost to customers, and how firm their ranks are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.aims import Aim
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.taking_part import TakingPart
from crmmining.estimates import REPLICATES, SEED

Floats = NDArray[np.float64]
WEIGHTS_MOVED = 0.2
MOST_GROUPS = 1_000
"""Customers are drawn one by one up to so many, beyond that in so many groups formed at random."""


@dataclass(frozen=True, eq=False)
class Ranks:
    """Per process the first and last rank it takes over draws, and the share of draws with it in the top."""

    first: NDArray[np.int64]
    last: NDArray[np.int64]
    in_top: Floats


@dataclass(frozen=True, eq=False)
class Priorities:
    """What each process weighs (arrays per process, in the order of declaration).

    `terms` [process, aim] add up to `known`; `most` is the priority if all that is not known were lost.
    `share` of all that is known to be lost (NaN where nothing is), `share_low` and `share_high` its 95 %
    interval by customer. `unknown` [process, aim]: too few customers told. `weights` add up to 1 over the
    aims that can be measured.
    """

    weights: Floats
    terms: Floats
    known: Floats
    most: Floats
    unknown: NDArray[np.bool_]
    share: Floats
    share_low: Floats
    share_high: Floats
    under_weights: Ranks
    under_customers: Ranks


def prioritise(part: TakingPart, aims: Sequence[Aim], top: int) -> Priorities:
    """Weigh the processes; `top` is how many ranks count as the top in the draws."""
    n, weights = len(part.processes), _weights(aims)
    sums = _sums_by_group(part, aims)
    unknown = _too_few(part, aims, n)
    low, high = _terms(sums.sum(axis=0), unknown)
    known, most = low @ weights, high @ weights
    moved = _moved(weights)
    least_drawn, most_drawn = (terms @ weights for terms in _terms(_drawn(sums), unknown))
    share = _shares(known)
    drawn_shares = _shares(least_drawn)
    drawn_shares = drawn_shares[~np.isnan(drawn_shares).any(axis=1)]  # a draw that lost nothing says nothing
    if drawn_shares.size:
        share_low, share_high = np.quantile(drawn_shares, [0.025, 0.975], axis=0)
    else:
        share_low = share_high = share
    return Priorities(
        weights,
        low * weights,
        known,
        most,
        unknown,
        share,
        np.minimum(share_low, share),
        np.maximum(share_high, share),
        _ranks(moved @ low.T, moved @ high.T, top, (0.0, 1.0)),
        _ranks(least_drawn, most_drawn, top, (0.025, 0.975)),
    )


def _weights(aims: Sequence[Aim]) -> Floats:
    """Weights of the aims that can be measured, adding up to 1 (all 0 where none can)."""
    weights = np.array([0.0 if aim.absent else aim.weight for aim in aims])
    return weights / weights.sum() if weights.any() else weights


def _sums_by_group(part: TakingPart, aims: Sequence[Aim]) -> Floats:
    """Volume, known and lost of each aim, by group of customers and process: [group, process, aim, 3]."""
    n, groups = len(part.processes), min(part.n_customers, MOST_GROUPS)
    group = np.arange(part.n_customers)
    if part.n_customers > MOST_GROUPS:
        group = np.random.default_rng(SEED).permutation(part.n_customers) % MOST_GROUPS
    cell = group[part.customer[part.attempt]] * n + part.process
    found = np.empty((groups, n, len(aims), 3))
    for place, aim in enumerate(aims):
        for k, values in enumerate((aim.volume, aim.known, aim.lost)):
            summed = np.bincount(cell, part.share * values[part.attempt], groups * n)
            found[:, :, place, k] = summed.reshape(groups, n)
    return found


def _too_few(part: TakingPart, aims: Sequence[Aim], n: int) -> NDArray[np.bool_]:
    """[process, aim]: fewer goals than a finding needs tell what is lost."""
    found = np.zeros((n, len(aims)), bool)
    for place, aim in enumerate(aims):
        if aim.sampled and not aim.absent:
            told = np.bincount(part.process[aim.known[part.attempt] > 0], minlength=n)
            held = np.bincount(part.process[aim.volume[part.attempt] > 0], minlength=n)
            found[:, place] = (told < FEWEST_CASES) & (held > 0)
    return found


def _terms(sums: Floats, unknown: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Share of an aim's volume x part not served, [..., process, aim]: what is known, and at most."""
    volume, known, lost = sums[..., 0], sums[..., 1], sums[..., 2]
    whole = volume.sum(axis=-2, keepdims=True)
    part = np.divide(volume, whole, out=np.zeros_like(volume), where=whole > 0)
    told = (known > 0) & ~unknown
    missed = np.divide(lost, known, out=np.zeros_like(lost), where=told)
    return part * missed, part * np.where(told, missed, 1.0)


def _moved(weights: Floats) -> Floats:
    """Weights up to a fifth less or more: every corner of what is allowed, and draws from inside it."""
    reach = (1 - WEIGHTS_MOVED, 1 + WEIGHTS_MOVED)
    corners = np.array(list(product(reach, repeat=weights.size)))
    inside = np.random.default_rng(SEED).uniform(*reach, (REPLICATES, weights.size))
    return weights * np.vstack([corners, inside])


def _drawn(sums: Floats) -> Floats:
    """The sums of customers drawn with replacement (by Poisson weights): [draw, process, aim, 3]."""
    times = np.random.default_rng(SEED).poisson(1.0, (REPLICATES, sums.shape[0])).astype(np.float64)
    times[times.sum(axis=1) == 0] = 1.0
    return (times @ sums.reshape(sums.shape[0], -1)).reshape(REPLICATES, *sums.shape[1:])


def _shares(priority: Floats) -> Floats:
    whole = priority.sum(axis=-1, keepdims=True)
    return np.divide(priority, whole, out=np.full_like(priority, np.nan), where=whole > 0)


def _ranks(low: Floats, high: Floats, top: int, of_draws: tuple[float, float]) -> Ranks:
    """Ranks over draws of priorities between `low` and `high` [draw, process]; ties may go either way.

    `of_draws` are the quantiles of first and last rank taken; in the top counts what is there for certain.
    """
    close = 1e-12 * np.maximum(high.max(axis=1, keepdims=True), 1e-300)
    n = low.shape[1]
    best, worst = np.empty(low.shape, np.int64), np.empty(low.shape, np.int64)
    for p in range(n):
        best[:, p] = 1 + (low > high[:, [p]] + close).sum(axis=1)
        worst[:, p] = (high >= low[:, [p]] - close).sum(axis=1)
    first = np.quantile(best, of_draws[0], axis=0, method="inverted_cdf")
    last = np.quantile(worst, of_draws[1], axis=0, method="inverted_cdf")
    return Ranks(first.astype(np.int64), last.astype(np.int64), (worst <= top).mean(axis=0))
