"""False closures beyond chance: what is left of the returns once those that would have come anyway are off.

Some returns would have come though the matter was solved; how many is seen in a placebo window (cf. the
negative controls of Lipsitch et al. 2010), the next stretch W after a W in which nothing came.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.returns import returns
from crmmining.estimates import MOST_DRAWN, REPLICATES, SEED, Estimate, absent, known_apart, wilson

FEWEST_WATCHED = 20
"""Of fewer closings in the placebo window nothing is said."""
DEFINITION = (
    "(r − q) / (1 − q), 0 where below it: r = share that came back within W, "
    "q = by chance. Per process, then the mean weighted by closings"
)
BY_CHANCE = (
    "of the closings followed by nothing within W and seen for 2 W, those followed in the next W by a new "
    "record of the same process or a contact without a record"
)
WAY = "first came back as: {}, beyond chance"
CAME, WATCHED, LATE = slice(1, 4), 4, slice(5, 7)
"""Columns after the closings: first back as reopened, record, contact; watched; then record, contact."""
TINY = 1e-12
Sums = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class BeyondChance:
    """Shares of closings unsolved, and followed by chance; both per process. `ways` are shares of `rate`."""

    rate: Estimate
    by_chance: Estimate
    ways: dict[str, Estimate]
    processes: dict[str, tuple[Estimate, Estimate]]


@dataclass(frozen=True, eq=False)
class Closed:
    """Per record of a process that solves: its place in `view.records`, when it was closed (µs, -1 never).

    Whether it was `reopened`, how it was first `returned` to (see `returns`), and whether it `counts`; the
    others are there to be returns themselves.
    """

    mine: NDArray[np.int64]
    at: NDArray[np.int64]
    reopened: NDArray[np.bool_]
    returned: NDArray[np.int8]
    counts: NDArray[np.bool_]


def beyond_chance(view: GoalView, closed: Closed, last_contact: int, ways: tuple[str, ...]) -> BeyondChance:
    """Correct the rate of false closures and its ways (reopened, record, contact) for chance.

    Returns in both windows are taken as in `find_false_closures`: the need may have ended by then.
    `last_contact` in microseconds is the last moment at which a return is seen.
    """
    window, counts = view.declared.window.microseconds(), closed.counts
    later = returns(view, closed.mine, closed.at + window, window)[2][counts]
    at, reopened, mine = closed.at[counts], closed.reopened[counts], closed.mine[counts]
    first = closed.returned[counts]
    watched = ~reopened & (first == 0) & (at <= last_contact - 2 * window)
    came = [reopened, ~reopened & (first == 1), ~reopened & (first == 2)]
    late = [watched & (later == 1), watched & (later == 2)]
    codes, process = np.unique(view.records.process[mine], return_inverse=True)
    customer = known_apart(view.customers)[view.records.case[mine]]
    counted = np.stack([np.ones(first.size, bool), *came, watched, *late], axis=1)
    names = [view.study.processes[code] for code in codes]
    return _estimates(_drawn(counted, process, len(names), customer), names, ways)


def _drawn(
    counted: NDArray[np.bool_], process: NDArray[np.int64], n_processes: int, customer: NDArray[np.int64]
) -> Sums:
    """(1 + replicates, processes, columns): the sums as they are, then under resampled customers.

    Up to 2,500 customers Poisson weights, beyond that their normal limit, as in `estimates.ratio`.
    """
    who = np.unique(customer, return_inverse=True)[1]
    n, width = int(who.max(initial=-1)) + 1, counted.shape[1]
    place = (who * n_processes + process)[:, None] * width + np.arange(width)
    sums = np.bincount(place.ravel(), counted.ravel(), n * n_processes * width).reshape(
        n, n_processes * width
    )
    if sums.shape[1]:
        sums = sums[np.lexsort(sums.T)]  # how customers are numbered is not to move an interval
    whole, random = sums.sum(axis=0), np.random.default_rng(SEED)
    if n > MOST_DRAWN:
        values, vectors = np.linalg.eigh(sums.T @ sums)
        spread = random.standard_normal((REPLICATES, values.size)) * np.sqrt(np.maximum(values, 0))
        draws = np.maximum(whole + spread @ vectors.T, 0)
    else:
        draws = random.poisson(1.0, (REPLICATES, n)) @ sums
    return np.concatenate([whole[None], draws]).reshape(1 + REPLICATES, n_processes, width)


def _estimates(drawn: Sums, names: list[str], ways: tuple[str, ...]) -> BeyondChance:
    n, n_watched, n_late = drawn[0, :, 0], drawn[0, :, WATCHED], drawn[0, :, LATE].sum(axis=1)
    why = _reason(n_watched.sum(), n_late.sum())
    q, p, own = _corrected(drawn, n_watched < FEWEST_WATCHED)
    weight = drawn[:, :, 0] / np.maximum(drawn[:, :, 0].sum(axis=1), TINY)[:, None]
    unsolved = (weight[:, :, None] * own).sum(axis=1)
    parts = unsolved / np.maximum(unsolved.sum(axis=1), TINY)[:, None]
    rate = _estimate((weight * p).sum(axis=1), n.sum(), DEFINITION, why)
    n_false = 0 if why else round(rate.value * rate.n)
    nothing = why or ("" if n_false else "nothing is left beyond chance")
    reasons = [why or _reason(*of) for of in zip(n_watched, n_late, strict=True)]
    chance = _estimate((weight * q).sum(axis=1), n_watched.sum(), BY_CHANCE, why)
    of_way = [_estimate(parts[:, k], n_false, WAY.format(way), nothing) for k, way in enumerate(ways)]
    corrected = [_estimate(p[:, k], n[k], DEFINITION, why) for k, why in enumerate(reasons)]
    anyway = [_estimate(q[:, k], n_watched[k], BY_CHANCE, why) for k, why in enumerate(reasons)]
    processes = dict(zip(names, zip(corrected, anyway, strict=True), strict=True))
    return BeyondChance(rate, chance, dict(zip(ways, of_way, strict=True)), processes)


def _corrected(drawn: Sums, few: NDArray[np.bool_]) -> tuple[Sums, Sums, Sums]:
    """Per draw and process q, p, and p by way: chance adds to the solved closings, (1 - p) of all.

    Processes of which too `few` closings are watched take the chance of all together.
    """
    watched, late = drawn[:, :, WATCHED], drawn[:, :, LATE]
    watched = np.where(few, watched.sum(axis=1, keepdims=True), watched)
    late = np.where(few[:, None], late.sum(axis=1, keepdims=True), late)
    by_way = late / np.maximum(watched, TINY)[:, :, None]
    came = drawn[:, :, CAME] / np.maximum(drawn[:, :, :1], TINY)
    q = by_way.sum(axis=2)
    p = np.maximum(came.sum(axis=2) - q, 0) / np.maximum(1 - q, TINY)
    came[:, :, 1:] -= (1 - p)[:, :, None] * by_way
    return q, p, np.maximum(came, 0)


def _reason(n_watched: float, n_late: float) -> str:
    if n_watched < FEWEST_WATCHED:
        return f"only {n_watched:.0f} closings followed by nothing within W are seen for 2 W"
    return "every one of them is followed in the next W" if n_late >= n_watched else ""


def _estimate(draws: Sums, n: float, definition: str, reason: str = "") -> Estimate:
    """The first draw is the value; where no draw differs from it, Wilson's interval of its n."""
    if reason:
        return absent(reason, "share", definition, int(n))
    value = float(draws[0])
    low, high = wilson(value, n) if np.ptp(draws) < TINY else np.quantile(draws[1:], [0.025, 0.975])
    return Estimate(value, float(min(low, value)), float(max(high, value)), int(n), "share", definition)
