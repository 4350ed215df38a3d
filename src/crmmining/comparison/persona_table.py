"""The table of personas: what sets each apart, how its goals come out, who is found in it more often."""

from __future__ import annotations

import math
from collections.abc import Sequence
from string import ascii_uppercase
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.case_measures import REACHED, SATISFACTION, CaseMeasure
from crmmining.comparison.clusters import Clusters
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.group_differences import DIFFERS, FALSE_DISCOVERY_RATE
from crmmining.comparison.persona_features import Customers, Feature
from crmmining.comparison.segments import labels_of
from crmmining.estimates import false_discovery_rates, known_apart, p_of_shares

if TYPE_CHECKING:
    import pandas as pd

MOST_NAMED = 3
SETS_APART = 0.5
OVER = 1.25
DEFINITION = (
    "Sets apart: the features that differ most, by half a standard deviation or more. Segments: declared "
    "values at least 1.25 times as frequent as among the others (score test, q <= 0.05 over all)."
)
COLUMNS = (
    "persona", "sets_apart", "n", "n_goals", "share", "reached", "others", "satisfaction", "differs_in",
    "segments",
)  # fmt: skip


def persona_table(
    view: GoalView,
    features: Sequence[Feature],
    found: Clusters,
    labels: NDArray[np.object_],
    compared: pd.DataFrame,
) -> pd.DataFrame:
    """One row per group; `labels` are the letters of the cases, `compared` their outcomes (`differences`)."""
    import pandas as pd

    over = _over_represented(view, labels, found.k)
    of = {(row.value, row.measure): row for row in compared.itertuples(index=False)}
    rows = []
    for k, letter in enumerate(ascii_uppercase[: found.k]):
        mine = np.asarray(found.label == k)
        reached, score = of[letter, REACHED], of.get((letter, SATISFACTION))
        rows.append(
            (
                letter,
                "; ".join(_apart(features, mine)) or "nothing that stands out",
                int(mine.sum()),
                int((labels == letter).sum()),
                float(mine.mean()),
                reached.group,
                reached.rest,
                score.group if score else math.nan,
                "; ".join(row.measure for row in (reached, score) if row and row.evidence == DIFFERS) or None,
                "; ".join(over[letter]) or None,
            )
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def whole_row(measures: Sequence[CaseMeasure], customers: Customers, said: str) -> pd.DataFrame:
    """The table with all customers as one row, and what is said of them."""
    import pandas as pd

    value = {measure.name: measure.value for measure in measures}
    n_goals = int((customers.row_of_case >= 0).sum())
    reached, score = value.get(REACHED, math.nan), value.get(SATISFACTION, math.nan)
    row = ("all", said, customers.n, n_goals, 1.0, reached, math.nan, score, None, None)
    return pd.DataFrame([row], columns=list(COLUMNS))


def _apart(features: Sequence[Feature], mine: NDArray[np.bool_]) -> list[str]:
    """In words the two or three features in which a group differs most from the others."""
    sizes = []
    for feature in features:
        scaled, spread = feature.scaled, feature.scaled.std()
        sizes.append((scaled[mine].mean() - scaled[~mine].mean()) / spread if spread > 0 else 0.0)
    order = np.argsort(-np.abs(sizes), kind="stable")[:MOST_NAMED]
    return [
        features[i].said(float(features[i].values[mine].mean()), float(features[i].values[~mine].mean()))
        for i in order
        if abs(sizes[i]) >= SETS_APART
    ]


def _over_represented(view: GoalView, labels: NDArray[np.object_], k: int) -> dict[str, list[str]]:
    """Per group the declared segments that are more frequent in it than among the other customers."""
    grouped = np.flatnonzero([letter is not None for letter in labels])
    _, first = np.unique(known_apart(view.customers)[grouped], return_index=True)
    one_each = grouped[first]
    letters, tests = labels[one_each], []
    for segment in view.declared.segments:
        values = labels_of(view, segment)[one_each]
        known = np.array([value is not None for value in values], bool)
        for value in sorted(set(values[known]), key=str):
            has = (values == value).astype(bool)
            for letter in ascii_uppercase[:k]:
                here = (letters == letter).astype(bool)
                a, of_a = int((has & here).sum()), int((known & here).sum())
                b, of_b = int((has & ~here).sum()), int((known & ~here).sum())
                ratio = (a / of_a) / (b / of_b) if of_a and b else math.inf
                tests.append((letter, f"{segment} {value}", ratio, p_of_shares(a, of_a, b, of_b)))
    found: dict[str, list[str]] = {letter: [] for letter in ascii_uppercase[:k]}
    rates = false_discovery_rates([p for *_, p in tests])
    for (letter, name, ratio, _), q in zip(tests, rates, strict=True):
        if q <= FALSE_DISCOVERY_RATE and ratio >= OVER:
            found[letter].append(f"{name} ×{ratio:.1f}" if math.isfinite(ratio) else f"{name} only here")
    return found
