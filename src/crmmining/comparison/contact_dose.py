"""What a count of contacts shows: the share reached by number of contacts, with nothing held equal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.contact_effects import FEWEST_GOALS, capped, too_few
from crmmining.comparison.contact_landmarks import Landmarks, span_name
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.regression import logistic
from crmmining.estimates import Estimate, absent, share

if TYPE_CHECKING:
    import pandas as pd

MOST_DOSES = 12
_COLUMNS = ["moment", "direction", "contacts", "up_to", "n", "n_customers", "reached", "low", "high"]


def dose_of(landmarks: Landmarks) -> pd.DataFrame:
    """Per moment and direction: contacts so far (from, to), n goals, share reached, its interval.

    One goal comes once per moment. Numbers of contacts that few goals have are told together.
    """
    import pandas as pd

    rows = []
    for span in np.unique(landmarks.span):
        mine = (landmarks.span == span) & landmarks.followed
        reached, cluster = landmarks.reached[mine], landmarks.cluster[mine]
        moment = span_name(landmarks, int(span))
        for direction, counts in landmarks.contacts.items():
            numbers = counts[mine]
            for low, high in _groups(numbers):
                chosen = (numbers >= low) & (numbers <= high)
                found = share(int(reached[chosen].sum()), int(chosen.sum()), "reached in the follow-up")
                n = (found.n, np.unique(cluster[chosen]).size)
                rows.append((moment, direction, low, high, *n, found.value, found.low, found.high))
    return pd.DataFrame(rows, columns=_COLUMNS)


def effects_as_counted(landmarks: Landmarks) -> dict[str, Estimate]:
    """Per kind of contact: by how much the share reached moves with one more, all moments thrown together.

    The average marginal effect of a logistic regression on that count alone, intervals by customer: what a
    plain count of touchpoints says, to be held against the effect among comparable goals.
    """
    rows = np.flatnonzero(landmarks.followed)
    return {kind: _as_counted(landmarks, rows, kind) for kind in landmarks.contacts}


def _as_counted(landmarks: Landmarks, rows: NDArray[np.int64], kind: str) -> Estimate:
    definition = f"reached: change with a further contact ({kind}), nothing held equal"
    case, reached = landmarks.case[rows], landmarks.reached[rows].astype(float)
    counts, n = capped(landmarks.contacts[kind][rows]), int(np.unique(case).size)
    reason = f"only {n} goals are followed" if n < FEWEST_GOALS else too_few(case, counts)
    if reason is None and reached.min() == reached.max():
        reason = "it came out alike in all of them"
    fit = None
    if reason is None:
        design = np.stack([counts, np.ones(rows.size)], axis=1)
        fit = logistic(design, reached, landmarks.cluster[rows], 1)
    if fit is None or not fit.error[0] > 0:
        return absent(reason or "this count parts the outcomes", "difference in share", definition, n)
    return Estimate(float(fit.slope[0]), *fit.interval(0), n, "difference in share", definition)


def _groups(numbers: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Numbers of contacts from and to, so that no group is small (unless all together are few)."""
    values, counts = np.unique(numbers, return_counts=True)
    least, size = max(FEWEST_CASES, numbers.size // MOST_DOSES), 0
    groups: list[tuple[int, int]] = []
    for value, n in zip(values.tolist(), counts.tolist(), strict=True):
        if not groups or size >= least:
            groups, size = [*groups, (value, value)], n
        else:
            groups[-1], size = (groups[-1][0], value), size + n
    if len(groups) > 1 and size < FEWEST_CASES:
        groups[-2:] = [(groups[-2][0], groups[-1][1])]
    return groups
