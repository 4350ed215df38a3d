"""Regression with errors that hang together by customer: linear, and logistic read in shares."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import Z95

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_STEPS = 50
CLOSE_ENOUGH = 1e-7


@dataclass(frozen=True, eq=False)
class Fit:
    """Slopes of the first columns of a design, one per unit of the column, with standard errors.

    `slope` and `error` (n_slopes) are in units of the outcome; of a logistic regression they are average
    marginal effects, in shares. `n_clusters` customers stand behind `n` rows. A slope that the other
    columns determine is NaN.
    """

    slope: Floats
    error: Floats
    n: int
    n_clusters: int

    def interval(self, k: int) -> tuple[float, float]:
        """The 95 % interval of a slope."""
        return float(self.slope[k] - Z95 * self.error[k]), float(self.slope[k] + Z95 * self.error[k])

    def p(self, k: int) -> float:
        """Two-sided p value of a slope being zero; 1 where there is no slope."""
        if not self.error[k] > 0:
            return 1.0
        return 2 * (1 - NormalDist().cdf(abs(self.slope[k] / self.error[k])))


def linear(design: Floats, outcome: Floats, cluster: Ints, n_slopes: int) -> Fit:
    """Least squares; the variance is the sandwich summed by cluster (Liang & Zeger 1986), times
    G/(G − 1) · (n − 1)/(n − k) for few clusters.

    `design` (n × k) holds the columns of interest first, then the controls with an intercept.
    """
    inverse = np.linalg.pinv(design.T @ design, hermitian=True)
    slope = inverse @ (design.T @ outcome)
    scores = design * (outcome - design @ slope)[:, None]
    variance = inverse @ _clustered(scores, cluster) @ inverse
    return _fit(design, slope, variance, cluster, n_slopes, np.eye(slope.size)[:n_slopes])


def logistic(design: Floats, outcome: Floats, cluster: Ints, n_slopes: int) -> Fit | None:
    """Logistic regression by Newton's method, its slopes as average marginal effects.

    The mean over rows of p(1 − p)·β: by how much the share changes per unit; variance by the delta method
    from the clustered sandwich. None where it does not converge (a column parts the outcomes).
    """
    beta = np.zeros(design.shape[1])
    for _ in range(MOST_STEPS):
        p = _expit(design @ beta)
        inverse = np.linalg.pinv((design.T * (p * (1 - p))) @ design, hermitian=True)
        step = inverse @ (design.T @ (outcome - p))
        beta = beta + step
        if not np.isfinite(beta).all():
            return None
        if np.abs(design @ step).max() < CLOSE_ENOUGH:
            break
    else:
        return None
    p = _expit(design @ beta)
    weight = p * (1 - p)
    inverse = np.linalg.pinv((design * weight[:, None]).T @ design, hermitian=True)
    variance = inverse @ _clustered(design * (outcome - p)[:, None], cluster) @ inverse
    curved = (weight * (1 - 2 * p)) @ design / outcome.size
    gradient = weight.mean() * np.eye(beta.size)[:n_slopes] + np.outer(beta[:n_slopes], curved)
    return _fit(design, weight.mean() * beta, variance, cluster, n_slopes, gradient)


def _fit(
    design: Floats, slope: Floats, variance: Floats, cluster: Ints, n_slopes: int, gradient: Floats
) -> Fit:
    """The slopes of interest; those that other columns determine are none."""
    error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", gradient, variance, gradient), 0))
    slope, gram = slope[:n_slopes].copy(), design.T @ design
    for k in range(n_slopes):
        others = np.delete(np.arange(gram.shape[0]), k)
        shared = gram[others, k]
        rest = gram[k, k] - shared @ np.linalg.pinv(gram[np.ix_(others, others)], hermitian=True) @ shared
        if rest < 1e-8 * max(gram[k, k], 1e-12):
            slope[k], error[k] = np.nan, np.nan
    return Fit(slope, error, int(design.shape[0]), int(np.unique(cluster).size))


def _clustered(scores: Floats, cluster: Ints) -> Floats:
    """The sum over clusters of the outer product of their summed scores, widened for few of them."""
    _, group = np.unique(cluster, return_inverse=True)
    n, (rows, columns) = int(group.max()) + 1, scores.shape
    wider = n / max(n - 1, 1) * (rows - 1) / max(rows - columns, 1)
    sums = np.stack([np.bincount(group, column, minlength=n) for column in scores.T], axis=1)
    return wider * (sums.T @ sums)


def _expit(value: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(value, -500, 500)))
