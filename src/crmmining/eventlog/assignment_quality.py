"""How well events were put into goals, against a known truth (metrics.md, 29)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import InvalidOptionError

UNASSIGNED = -1
DEFINITION = (
    "Over pairs of events: precision = pairs rightly put into one goal / pairs put into one goal; "
    "recall = the same / pairs that belong to one goal; F1 their harmonic mean. "
    "Adjusted Rand = agreement beyond chance. An event in no goal is alone."
)


@dataclass(frozen=True)
class AssignmentQuality:
    """Agreement of two groupings of `n` events; all but `adjusted_rand` are shares.

    A share without a pair to rest on is 1: nothing was put together wrongly, nothing was missed.
    """

    precision: float
    recall: float
    f1: float
    adjusted_rand: float
    n: int
    definition: str = DEFINITION


def pairwise_scores(found: NDArray[Any], truth: NDArray[Any]) -> AssignmentQuality:
    """Score groups found against the true ones; both hold a code per event, `UNASSIGNED` for none.

    Counts pairs from the contingency table, never pair by pair (Hubert & Arabie 1985).

    >>> pairwise_scores(np.array([0, 0, 0, -1]), np.array([7, 7, 8, 8]))
    AssignmentQuality(precision=0.333..., recall=0.5, f1=0.4, adjusted_rand=0.0, n=4, ...)

    Raises:
        InvalidOptionError: the two are not of one length.
    """
    if found.shape != truth.shape:
        raise InvalidOptionError(
            f"{found.size:,} events found and {truth.size:,} in the truth; score the same events"
        )
    ours, theirs = _alone(found), _alone(truth)
    both = _pairs(np.unique(np.stack([ours, theirs]), axis=1, return_counts=True)[1])
    together, belong = (_pairs(np.unique(side, return_counts=True)[1]) for side in (ours, theirs))
    precision, recall = both / together if together else 1.0, both / belong if belong else 1.0
    f1 = 2 * precision * recall / (precision + recall) if both else float(together == belong == 0)
    return AssignmentQuality(
        precision, recall, f1, _adjusted(both, together, belong, found.size), int(found.size)
    )


def _alone(groups: NDArray[Any]) -> NDArray[np.int64]:
    """Codes in which every unassigned event has one of its own."""
    own = groups.astype(np.int64)
    none = own == UNASSIGNED
    own[none] = own.max(initial=0) + 1 + np.arange(int(none.sum()))
    return own


def _pairs(sizes: NDArray[np.int64]) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _adjusted(both: int, together: int, belong: int, n: int) -> float:
    pairs = math.comb(n, 2)
    expected = together * belong / pairs if pairs else 0.0
    most = (together + belong) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)
