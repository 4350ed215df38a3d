"""The effect of a further contact: regressions over moments of goals of equal age, segment and progress."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.contact_landmarks import SPANS, Landmarks
from crmmining.comparison.findings import FEWEST_CASES
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.regression import Fit, linear, logistic
from crmmining.estimates import Estimate, Unit, absent

MODELS = (("inbound", "outbound"), ("inbound", "unasked", "answering"))
"""Both count the customer's contacts; the second parts the company's. Inbound is told from the first."""
OUTCOMES: dict[str, Unit] = {
    "reached": "difference in share",
    "satisfaction": "score",
    "days to reach": "time",
    "inbound still to come": "count",
}
FEWEST_GOALS = 100
COLUMN_CASES = 3
"""So many goals of the rarer outcome for each control, or a logistic slope is not to be trusted."""
MOST_VALUES = 12
RARE = 0.99
MOST_LEVELS = 12

Floats = NDArray[np.float64]
Key = tuple[str, str]


class ContactEffects(dict[Key, Estimate]):
    """Estimates by (outcome, contacts), with the p value of each in `p`."""

    def __init__(self) -> None:
        super().__init__()
        self.p: dict[Key, float] = {}


def effects_of(view: GoalView, marks: Landmarks, chosen: NDArray[np.bool_] | None = None) -> ContactEffects:
    """Every outcome on every kind of contact; with `chosen` over these moments alone."""
    found = ContactEffects()
    levels = [_codes(view, name)[marks.case] for name in view.declared.segments if name in view.log.cases]
    for outcome in OUTCOMES if chosen is None else ("reached",):
        value, known = _outcome(marks, outcome)
        rows = np.flatnonzero(known if chosen is None else known & chosen)
        for model in MODELS:
            _estimate(found, marks, rows, value, levels, outcome, model)
    return found


def segment_effects(view: GoalView, marks: Landmarks) -> dict[Key, ContactEffects]:
    """Effects on goals reached within each value of each segment, where it has goals enough."""
    found = {}
    for name in view.declared.segments:
        if name not in view.log.cases:
            continue
        column = view.log.cases[name].astype("object")
        for value in column.dropna().value_counts(sort=False).sort_index().nlargest(MOST_VALUES).index:
            mine = (column == value).to_numpy(bool)
            if int(mine.sum()) >= FEWEST_GOALS:
                found[name, str(value)] = effects_of(view, marks, mine[marks.case])
    return found


def _outcome(marks: Landmarks, outcome: str) -> tuple[Floats, NDArray[np.bool_]]:
    """What came after each moment, and where that is known."""
    if outcome == "reached":
        return marks.reached.astype(float), marks.followed
    if outcome == "satisfaction":
        return marks.score, ~np.isnan(marks.score)
    if outcome == "days to reach":
        return marks.left.astype(float), marks.followed & marks.reached
    return marks.inbound_after.astype(float), marks.followed


def _estimate(
    found: ContactEffects,
    marks: Landmarks,
    rows: NDArray[np.int64],
    value: Floats,
    levels: Sequence[NDArray[np.int64]],
    outcome: str,
    model: Sequence[str],
) -> None:
    """Fit one model of one outcome and put what it tells into `found`."""
    counts, is_share = marks.contacts, outcome == "reached"
    controls, kept = _controls(marks, rows, levels, value if is_share else None)
    rows = rows[kept]
    exposures = np.stack([capped(counts[name][rows]) for name in model], axis=1)
    n_goals, y = int(np.unique(marks.case[rows]).size), value[rows]
    fit = reason = None
    if n_goals < FEWEST_GOALS:
        reason = f"{n_goals} goals have it known after a moment to compare, fewer than {FEWEST_GOALS}"
    elif is_share and (n_rarer := _rarer(marks.case[rows], y)) < COLUMN_CASES * controls.shape[1]:
        reason = f"only {n_rarer} comparable goals came out the rarer way"
    elif y.min() == y.max():
        reason = "it came out alike in all of them"
    else:
        design, cluster = np.concatenate([exposures, controls], axis=1), marks.cluster[rows]
        fit = (logistic if is_share else linear)(design, y, cluster, len(model))
    for k, name in enumerate(model):
        if (outcome, name) in found:
            continue
        if outcome == "inbound still to come" and name != "unasked":
            continue  # who called before calls again: that says nothing of contacts
        here = reason or too_few(marks.case[rows], exposures[:, k])
        _put(found, (outcome, name), fit, k, n_goals, here)


def _put(found: ContactEffects, key: Key, fit: Fit | None, k: int, n: int, reason: str | None) -> None:
    unit, definition = OUTCOMES[key[0]], f"{key[0]}: change with a further contact ({key[1]})"
    if reason is None and (fit is None or not fit.error[k] > 0):
        reason = "age, segment and progress tell these contacts apart from nothing"
    if reason is not None or fit is None:
        found[key] = absent(reason or "", unit, definition, n)
    else:
        low, high = fit.interval(k)
        found[key] = Estimate(float(fit.slope[k]), low, high, n, unit, definition)
    found.p[key] = fit.p(k) if fit is not None and reason is None else 1.0


def _rarer(case: NDArray[np.int64], reached: Floats) -> int:
    """How many goals have the rarer of two outcomes."""
    return min(int(np.unique(case[reached == code]).size) for code in (0, 1))


def too_few(case: NDArray[np.int64], exposure: Floats) -> str | None:
    """A contact that hardly any goal has, or that all have alike, tells nothing."""
    values, counts = np.unique(exposure, return_counts=True)
    usual = values[counts.argmax()] if values.size else 0
    n = int(np.unique(case[exposure != usual]).size)
    return f"only {n} goals differ in it" if n < FEWEST_CASES else None


def capped(counts: NDArray[np.int64]) -> Floats:
    """Counts, the rare many (beyond the P99) as that: a few heavy callers must not decide the slope."""
    top = np.quantile(counts, RARE, method="higher") if counts.size else 0
    return np.minimum(counts, top).astype(float)


def _controls(
    marks: Landmarks, rows: NDArray[np.int64], levels: Sequence[NDArray[np.int64]], binary: Floats | None
) -> tuple[Floats, NDArray[np.bool_]]:
    """Columns for age (a broken line, and the first event apart), progress and segments; rows kept.

    For a `binary` outcome, moments whose progress or segment has only one outcome say nothing of contacts
    and are left out.
    """
    factors = [_binned(marks.progress[rows]), (marks.span[rows] == 0).astype(np.int64)]
    factors += [level[rows] for level in levels]
    kept = np.ones(rows.size, bool)
    while binary is not None:
        y, before = binary[rows], int(kept.sum())
        for factor in factors:
            n = np.bincount(factor[kept], minlength=int(factor.max(initial=0)) + 1)
            ones = np.bincount(factor[kept], y[kept], minlength=n.size)
            kept &= ((ones > 0) & (ones < n))[factor]
        if int(kept.sum()) == before:
            break
    columns = [np.ones(int(kept.sum()))]
    for factor in factors:
        codes = np.unique(factor[kept])
        columns += [(factor[kept] == code).astype(float) for code in codes[1:]]
    age = marks.age[rows][kept].astype(float)
    knots = np.unique(np.concatenate([[0], marks.edges]))
    scale = max(float(knots[-1]), 1.0)
    columns += [np.clip(age - low, 0, None) / scale for low in knots[: SPANS + 1]]
    return np.stack(columns, axis=1), kept


def _binned(progress: NDArray[np.int64]) -> NDArray[np.int64]:
    """Steps done as levels of about equally many moments; each number its own where they are few."""
    values, code = np.unique(progress, return_inverse=True)
    if values.size <= MOST_LEVELS:
        return code.astype(np.int64)
    cuts = np.unique(np.quantile(progress, np.arange(1, MOST_LEVELS) / MOST_LEVELS))
    return np.searchsorted(cuts, progress, "right").astype(np.int64)


def _codes(view: GoalView, name: str) -> NDArray[np.int64]:
    """A segment as numbers; not known is a value of its own."""
    values = view.log.cases[name].astype("object")
    known = values.where(values.notna(), "")
    return np.unique(known.astype(str).to_numpy(), return_inverse=True)[1].astype(np.int64)
