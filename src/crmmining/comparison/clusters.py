"""Clusters of customers, if there are any: k-means, held against resampling and against a world without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import SEED
from crmmining.eventlog.assignment_quality import pairwise_scores

FEWEST_POINTS = 60
FEWEST_IN_GROUP = 20
KS = range(2, 7)
STABLE = 0.8
RESAMPLES = 20
WORLDS_WITHOUT = 19
MOST_POINTS = 2_000
MOST_FOR_SILHOUETTE = 1_000
STARTS, STEPS = 6, 60
FARTHEST = 3.0
DEFINITION = (
    "k-means (k-means++, Arthur & Vassilvitskii 2007) on the larger principal components of standardised "
    "features. Groups are reported where they are stable (mean adjusted Rand index of 20 bootstrap resamples "
    "at least 0.8), hold 20 customers each, and have a higher mean silhouette (Rousseeuw 1987) than any "
    "grouping of 19 worlds without groups: the same features with the same correlations, drawn from one "
    "continuous population (so at most one world without groups in twenty shows some). Of several k the one "
    "with the highest silhouette that is stable."
)
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Clusters:
    """The groups of some points, or why there are none.

    `label` is per point its group from 0, the largest first; None where no groups are found. `silhouette`
    and `stability` are of the k that was chosen, `without` the highest silhouette of a world without groups;
    NaN where it was not come to. `reason` says what failed.
    """

    label: Ints | None
    k: int
    silhouette: float
    stability: float
    without: float
    reason: str


def find_clusters(features: Floats) -> Clusters:
    """Group points by their features (points, features); equal points in another order give equal groups."""
    n = features.shape[0]
    varies = features.std(axis=0) > 1e-9
    if n < FEWEST_POINTS or varies.sum() < 2:
        return Clusters(None, 0, np.nan, np.nan, np.nan, f"{n:,} customers are too few, or all do the same")
    space = _Space(_standardised(features[:, varies]))
    order = np.lexsort(space.points.T)
    random = np.random.default_rng(SEED)
    if n > MOST_POINTS:
        order = order[np.sort(random.choice(n, MOST_POINTS, replace=False))]
    sample = space.points[order]
    tried = [_Try.of(space.reduced(sample), k) for k in KS]
    tried.sort(key=lambda t: -t.silhouette)
    large = [t for t in tried if np.bincount(t.label).min() >= FEWEST_IN_GROUP]
    if not large:
        return Clusters(None, 0, np.nan, np.nan, np.nan, "every grouping leaves a group under 20 customers")
    steadiness = [0.0]
    for found in large:
        steadiness.append(_stability(space.reduced(sample), found, random))
        if steadiness[-1] >= STABLE:
            break
    else:
        worst = f"no grouping is stable (adjusted Rand under resampling at most {max(steadiness):.2f})"
        return Clusters(None, 0, large[0].silhouette, max(steadiness), np.nan, worst)
    worlds = without_groups(sample, WORLDS_WITHOUT, random)
    without = max(_Try.of(space.reduced(world), k).silhouette for world in worlds for k in KS)
    if found.silhouette <= without:
        reason = (
            f"{found.k} groups are no clearer (silhouette {found.silhouette:.2f}) than in a world without"
        )
        return Clusters(None, 0, found.silhouette, steadiness[-1], without, reason)
    label = _nearest(space.reduced(space.points), _by_size(found))
    return Clusters(label, found.k, found.silhouette, steadiness[-1], without, "")


def _standardised(features: Floats) -> Floats:
    """Mean 0, standard deviation 1; nobody farther than 3, so that no odd one is a group of their own."""
    apart = (features - features.mean(axis=0)) / features.std(axis=0)
    return np.clip(apart, -FARTHEST, FARTHEST)


class _Space:
    """Points with their principal components of more than average spread."""

    def __init__(self, points: Floats) -> None:
        self.points = points
        self._mean = points.mean(axis=0)
        spread, axes = np.linalg.eigh(np.atleast_2d(np.cov(points.T)))
        kept = max(1, int((spread > spread.mean()).sum()))
        axes = axes[:, ::-1][:, :kept]
        self._axes = axes * np.where(axes[np.abs(axes).argmax(axis=0), np.arange(kept)] < 0, -1.0, 1.0)

    def reduced(self, points: Floats) -> Floats:
        """Points seen along the axes."""
        return np.asarray((points - self._mean) @ self._axes)


@dataclass(frozen=True, eq=False)
class _Try:
    k: int
    centres: Floats
    label: Ints
    silhouette: float

    @classmethod
    def of(cls, points: Floats, k: int) -> _Try:
        random = np.random.default_rng(SEED + k)
        centres = k_means(points, k, random)
        label = _nearest(points, centres)
        return cls(k, centres, label, silhouette(points, label))


def k_means(points: Floats, k: int, random: np.random.Generator, starts: int = STARTS) -> Floats:
    """The centres (k, features) of the best of several starts (Lloyd 1982)."""
    best, least = points[:k], np.inf
    for _ in range(starts):
        centres = _spread_out(points, k, random)
        for _ in range(STEPS):
            label = _nearest(points, centres)
            sums = np.stack([np.bincount(label, column, minlength=k) for column in points.T], axis=1)
            size = np.bincount(label, minlength=k)[:, None]
            moved = np.where(size > 0, sums / np.maximum(size, 1), centres)
            if np.array_equal(moved, centres):
                break
            centres = moved
        cost = float(((points - centres[_nearest(points, centres)]) ** 2).sum())
        if cost < least:
            best, least = centres, cost
    return best


def _spread_out(points: Floats, k: int, random: np.random.Generator) -> Floats:
    """First centres by k-means++: each drawn in proportion to its squared distance from those before."""
    chosen = [int(random.integers(points.shape[0]))]
    apart = ((points - points[chosen[0]]) ** 2).sum(axis=1)
    for _ in range(k - 1):
        weights = apart / apart.sum() if apart.sum() > 0 else np.full(apart.size, 1 / apart.size)
        chosen.append(int(random.choice(points.shape[0], p=weights)))
        apart = np.minimum(apart, ((points - points[chosen[-1]]) ** 2).sum(axis=1))
    return points[chosen]


def _nearest(points: Floats, centres: Floats) -> Ints:
    return np.asarray(((centres**2).sum(axis=1) - 2 * points @ centres.T).argmin(axis=1))


def silhouette(points: Floats, label: Ints) -> float:
    """Mean silhouette of at most 1,000 points, evenly taken; -1 with fewer than two groups among them."""
    taken = np.arange(0, label.size, -(-label.size // MOST_FOR_SILHOUETTE))
    points, label = points[taken], label[taken]
    squares = (points**2).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * points @ points.T, 0.0))
    size = np.bincount(label)
    if (size > 0).sum() < 2:
        return -1.0
    member = np.eye(size.size)[label]
    to_group = apart @ member
    own = np.arange(label.size), label
    inner = to_group[own] / np.maximum(size[label] - 1, 1)
    mean = to_group / np.maximum(size, 1)
    mean[own] = np.inf
    mean[:, size == 0] = np.inf
    outer = mean.min(axis=1)
    value = (outer - inner) / np.maximum(np.maximum(outer, inner), 1e-12)
    return float(np.where(size[label] > 1, value, 0.0).mean())


def _stability(points: Floats, found: _Try, random: np.random.Generator) -> float:
    """Mean adjusted Rand index of the grouping with those of bootstrap resamples (Hennig 2007)."""
    scores = []
    for _ in range(RESAMPLES):
        drawn = points[random.integers(points.shape[0], size=points.shape[0])]
        again = _nearest(points, k_means(drawn, found.k, random, starts=3))
        scores.append(pairwise_scores(again, found.label).adjusted_rand)
    return float(np.mean(scores))


def _by_size(found: _Try) -> Floats:
    return found.centres[np.argsort(-np.bincount(found.label, minlength=found.k), kind="stable")]


def without_groups(points: Floats, n: int, random: np.random.Generator) -> list[Floats]:
    """Worlds with each feature's own values and the features' correlations, but no groups.

    A Gaussian copula; its correlations are corrected until the features' own come out (as in NORTA, Cario &
    Nelson 1997), since features of few values would come out less correlated than they are.
    """
    wanted = np.atleast_2d(np.corrcoef(points.T))
    ordered, asked = np.sort(points, axis=0), wanted.copy()
    draws = random.standard_normal(points.shape)
    for _ in range(4):
        came = np.corrcoef(_with_values_of(ordered, draws @ _root(asked)).T)
        asked = np.clip(asked + wanted - came, -0.999, 0.999)
        np.fill_diagonal(asked, 1.0)
    root = _root(asked)
    return [_with_values_of(ordered, random.standard_normal(points.shape) @ root) for _ in range(n)]


def _with_values_of(ordered: Floats, draws: Floats) -> Floats:
    """Draws whose columns take the values given, in the order of their ranks."""
    return np.take_along_axis(ordered, draws.argsort(axis=0).argsort(axis=0), axis=0)


def _root(correlation: Floats) -> Floats:
    """R with RᵀR the nearest valid correlation: no negative eigenvalue."""
    value, vector = np.linalg.eigh(correlation)
    root = vector * np.sqrt(np.maximum(value, 0.0)) @ vector.T
    return np.asarray(root / np.sqrt((root**2).sum(axis=0)))
