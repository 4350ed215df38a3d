"""Deviations: what kind, at which step, how many cases, and how these come out against the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import Estimate, absent, difference_of_means, difference_of_shares, share
from crmmining.eventlog.log import ACTORS, EventLog
from crmmining.mining.alignment import Alignments
from crmmining.study.journey import IdealJourney

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal[
    "missing",
    "too often",
    "out of sequence",
    "wrong branch",
    "not in the model",
    "wrong channel",
    "wrong actor",
]
KINDS: dict[Kind, str] = {
    "missing": "the step was skipped although a later one was taken",
    "too often": "the step came more often than the model allows",
    "out of sequence": "the step came, but at another place",
    "wrong branch": "the step is in the model, but not on the way that was taken",
    "not in the model": "the model does not know the step",
    "wrong channel": "the step came on a channel it should not",
    "wrong actor": "the step was done by someone else than it should",
}
DEFINITION = (
    "A deviation is a log or model move of the optimal alignment. Affected = cases that show it at least once. The difference "
    "compares decided cases with it against those without; it is an association, not a cause."
)


@dataclass(frozen=True, eq=False)
class Deviation:
    """One kind of deviation at one step; `cases` are the numbers of the cases that show it."""

    kind: Kind
    activity: str
    stage: str | None
    owner: str | None
    affected: Estimate
    reached: Estimate
    time: Estimate
    satisfaction: Estimate
    cases: NDArray[np.int64]

    @property
    def weight(self) -> float:
        """What it may have to do with goals lost: affected cases × share of goals reached less."""
        less = -self.reached.value if self.reached.is_known else 0.0
        return self.cases.size * max(less, 0.0)


@dataclass(frozen=True, eq=False)
class Deviations:
    """All deviations of a log, those that go with most lost goals first, then the most frequent."""

    all: tuple[Deviation, ...]
    definition: str = DEFINITION

    def __len__(self) -> int:
        return len(self.all)

    def to_frame(self) -> pd.DataFrame:
        """One row per deviation; differences are with against without."""
        import pandas as pd

        rows = [
            {
                "kind": d.kind, "activity": d.activity, "stage": d.stage, "owner": d.owner, "n_cases": d.cases.size,
                "share": d.affected.value, "reached_difference": d.reached.value, "reached_low": d.reached.low,
                "reached_high": d.reached.high, "time_difference": pd.Timedelta(d.time.value, "us") if d.time.is_known else pd.NaT,
                "satisfaction_difference": d.satisfaction.value,
            }
            for d in self.all
        ]  # fmt: skip
        names = [
            "kind",
            "activity",
            "stage",
            "owner",
            "n_cases",
            "share",
            "reached_difference",
            "reached_low",
            "reached_high",
            "time_difference",
            "satisfaction_difference",
        ]
        return pd.DataFrame(rows, columns=names)

    def __repr__(self) -> str:
        return self.to_frame().head(20).to_string(index=False)


def find_deviations(
    log: EventLog,
    alignments: Alignments,
    case_alignment: NDArray[np.int64],
    labels: tuple[str, ...],
    journey: IdealJourney | None,
) -> Deviations:
    """Classify the moves of all alignments and compare the cases with each against those without."""
    known = set(journey.activities) if journey else set(labels)
    found: list[Deviation] = []
    for (activity, kind), mask in _by_moves(alignments, known).items():
        found.append(_described(log, journey, kind, activity, mask[case_alignment]))
    if journey is not None:
        for (activity, kind), cases in _by_steps(log, journey).items():
            found.append(_described(log, journey, kind, activity, cases))
    found.sort(key=lambda d: (-d.weight, -d.cases.size, d.kind, d.activity))
    return Deviations(tuple(found))


def _by_moves(alignments: Alignments, known: set[str]) -> dict[tuple[str, Kind], NDArray[np.bool_]]:
    """Per (activity, kind) which alignments show it."""
    names = sorted({*alignments.names, *alignments.labels})
    index = {name: i for i, name in enumerate(names)}
    log_name = np.array([index[name] for name in alignments.names] + [-1])[alignments.log_moves]
    model_name = np.array([index[name] for name in alignments.labels] + [-1])[alignments.model_moves]
    n, m = len(alignments), len(names)
    owner = np.repeat(np.arange(n), np.diff(alignments.move_offsets))
    synchronous = (log_name >= 0) & (model_name >= 0)
    log_move, model_move = (log_name >= 0) & ~synchronous, (model_name >= 0) & ~synchronous
    inside = model_move & _before_the_last_event(alignments, owner)

    def counted(chosen: NDArray[np.bool_], name: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.bincount(owner[chosen] * m + name[chosen], minlength=n * m).reshape(n, m)

    n_sync, n_log = counted(synchronous, log_name), counted(log_move, log_name)
    n_model, n_inside = counted(model_move, model_name), counted(inside, model_name)
    paired = np.minimum(n_log, n_model)
    extra, declared = n_log > paired, np.array([name in known for name in names], bool)
    again = (
        (n_sync > 0)
        | (n_log - paired > 1)
        | ~np.isin(np.array(names), np.array(alignments.labels, dtype=object))
    )
    tables: dict[Kind, NDArray[np.bool_]] = {
        "out of sequence": paired > 0,
        "missing": n_inside > paired,
        "too often": extra & declared & again,
        "wrong branch": extra & declared & ~again,
        "not in the model": extra & ~declared,
    }
    return {
        (name, kind): table[:, i]
        for kind, table in tables.items()
        for i, name in enumerate(names)
        if table[:, i].any()
    }


def _before_the_last_event(alignments: Alignments, owner: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether an event of the log comes later in the same alignment: what is missing at the end is a drop-off."""
    last = np.full(len(alignments), -1, np.int64)
    np.maximum.at(last, owner, np.where(alignments.log_moves >= 0, np.arange(owner.size), -1))
    return np.arange(owner.size) < last[owner]


def _by_steps(log: EventLog, journey: IdealJourney) -> dict[tuple[str, Kind], NDArray[np.bool_]]:
    """Per step with a declared channel or actor the cases in which another one did it."""
    found: dict[tuple[str, Kind], NDArray[np.bool_]] = {}
    code = {name: i for i, name in enumerate(log.activities)}
    for step in journey.steps:
        rows = np.flatnonzero(log.columns["activity"] == code.get(step.activity, -1))
        checks: list[tuple[Kind, str, tuple[str, ...], tuple[str, ...]]] = [
            ("wrong channel", "channel", step.channels, log.names.get("channel", ())),
            ("wrong actor", "actor", (step.actor,) if step.actor else (), ACTORS),
        ]
        for kind, column, allowed, names in checks:
            if not allowed or column not in log.columns or not rows.size:
                continue
            value = log.columns[column][rows]
            wrong = (value >= 0) & ~np.isin(value, [i for i, name in enumerate(names) if name in allowed])
            if wrong.any():
                cases = np.zeros(log.n_cases, bool)
                cases[log.case_of_event[rows[wrong]]] = True
                found[step.activity, kind] = cases
    return found


def _described(
    log: EventLog, journey: IdealJourney | None, kind: Kind, activity: str, cases: NDArray[np.bool_]
) -> Deviation:
    stage, owner = _place(journey, activity)
    return Deviation(
        kind,
        activity,
        stage,
        owner,
        share(int(cases.sum()), log.n_cases, "cases that show the deviation"),
        _reached_difference(log, cases),
        _mean_difference(log, cases, log.throughput, _reached(log), "time"),
        _mean_difference(log, cases, *_satisfaction(log), "score"),
        np.flatnonzero(cases),
    )


def _place(journey: IdealJourney | None, activity: str) -> tuple[str | None, str | None]:
    if journey is None or activity not in journey.activities:
        return None, None
    stage = journey.stage_of(activity)
    step = next((step for step in journey.steps if step.activity == activity), None)
    return stage.name, (step.owner if step else None) or stage.owner


def _reached(log: EventLog) -> NDArray[np.bool_]:
    return log.outcome == 0 if log.outcome is not None else np.ones(log.n_cases, bool)


def _satisfaction(log: EventLog) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Last answered score of each case, and whether there is one."""
    if "satisfaction" not in log.columns:
        return np.zeros(log.n_cases), np.zeros(log.n_cases, bool)
    answered = np.flatnonzero(~np.isnan(log.columns["satisfaction"]))
    score = np.full(log.n_cases, np.nan)
    score[log.case_of_event[answered]] = log.columns["satisfaction"][answered]
    return score, ~np.isnan(score)


def _reached_difference(log: EventLog, cases: NDArray[np.bool_]) -> Estimate:
    definition = "share of decided goals reached, with the deviation less without"
    if log.outcome is None:
        return absent("the log knows no outcome", "difference in share", definition)
    decided, reached = log.outcome != 2, log.outcome == 0
    groups = [share(int((reached & g).sum()), int((decided & g).sum()), definition) for g in (cases, ~cases)]
    return difference_of_shares(groups[0], groups[1], definition)


def _mean_difference(
    log: EventLog,
    cases: NDArray[np.bool_],
    values: NDArray[np.number],
    counts: NDArray[np.bool_],
    unit: Literal["time", "score"],
) -> Estimate:
    definition = f"mean {'time of reached goals' if unit == 'time' else 'satisfaction'}, with the deviation less without"
    customers = log.cases["customer"].to_numpy() if "customer" in log.cases else np.arange(log.n_cases)
    a, b = cases & counts, ~cases & counts
    return difference_of_means(values[a], customers[a], values[b], customers[b], unit, definition)
