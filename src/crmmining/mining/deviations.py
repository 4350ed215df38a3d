"""Deviations: what kind, at which step, how many cases, and how these come out against the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import (
    Estimate,
    absent,
    difference_of_means,
    difference_of_shares,
    false_discovery_rates,
    p_of_shares,
    share,
)
from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.log import EventLog
from crmmining.mining.alignment import Alignments
from crmmining.mining.deviation_kinds import Kind, by_moves, by_promises, by_steps
from crmmining.study.journey import IdealJourney
from crmmining.study.waivers import Waiver

if TYPE_CHECKING:
    import pandas as pd

DEFINITION = (
    "A deviation is a log or model move of the optimal alignment. Affected = cases that show it at least "
    "once. The difference compares decided cases with it against those without; it is an association, "
    "not a cause. reached q = the least false discovery rate, over all deviations of the log, at which the "
    "difference stands."
)


_COLUMNS = [
    *("kind", "activity", "stage", "owner", "n_cases", "share"),
    *("reached_difference", "reached_low", "reached_high", "reached_q"),
    *("time_difference", "time_low", "time_high"),
    *("satisfaction_difference", "satisfaction_low", "satisfaction_high"),
]


@dataclass(frozen=True, eq=False)
class Deviation:
    """One kind of deviation at one step; `cases` are the numbers of the cases that show it.

    `reached_q` is the least false discovery rate, over all deviations of the log, at which the difference
    in goals reached stands; `waiver` is there where somebody accepted the deviation.
    """

    kind: Kind
    activity: str
    stage: str | None
    owner: str | None
    affected: Estimate
    reached: Estimate
    reached_p: float
    time: Estimate
    satisfaction: Estimate
    cases: NDArray[np.int64]
    reached_q: float = 1.0
    waiver: Waiver | None = None

    @property
    def key(self) -> str:
        """How the deviation is named: ``missing: Offer sent``."""
        return f"{self.kind}: {self.activity}"

    @property
    def weight(self) -> float:
        """What it may have to do with goals lost: affected cases × share of goals reached less."""
        less = -self.reached.value if self.reached.is_known else 0.0
        return self.cases.size * max(less, 0.0)


@dataclass(frozen=True, eq=False)
class Deviations:
    """All deviations of a log, those that go with most lost goals first, then the most frequent.

    Those that somebody accepted are `accepted`, apart from the rest (`all`). `unchecked` are steps whose
    promise is in business time while no working hours were given.
    """

    all: tuple[Deviation, ...]
    accepted: tuple[Deviation, ...] = ()
    unchecked: tuple[str, ...] = ()
    definition: str = DEFINITION

    def __len__(self) -> int:
        return len(self.all)

    def at(self, step: str) -> tuple[Deviation, ...]:
        """The deviations at one step, accepted ones too."""
        return tuple(d for d in (*self.all, *self.accepted) if d.activity == step)

    def to_frame(self, *, accepted: bool = False) -> pd.DataFrame:
        """One row per deviation (of the accepted ones, if asked); differences are with against without."""
        import pandas as pd

        rows = []
        for d in self.accepted if accepted else self.all:
            row: dict[str, object] = {
                "kind": d.kind,
                "activity": d.activity,
                "stage": d.stage,
                "owner": d.owner,
                "n_cases": d.cases.size,
                "share": d.affected.value,
            }
            for name, estimate in (
                ("reached", d.reached),
                ("time", d.time),
                ("satisfaction", d.satisfaction),
            ):
                for part, value in (
                    ("difference", estimate.value),
                    ("low", estimate.low),
                    ("high", estimate.high),
                ):
                    as_time = estimate.unit == "time"
                    row[f"{name}_{part}"] = pd.Timedelta(value, "us") if as_time and value == value else value
            row["reached_q"] = d.reached_q if d.reached.is_known else float("nan")
            rows.append(row)
        frame = pd.DataFrame(rows, columns=_COLUMNS)
        times = ["time_difference", "time_low", "time_high"]
        frame[times] = frame[times].apply(pd.to_timedelta)
        return frame

    def __repr__(self) -> str:
        return self.to_frame().head(20).to_string(index=False)


def find_deviations(
    log: EventLog,
    alignments: Alignments,
    case_alignment: NDArray[np.int64],
    journey: IdealJourney | None,
    ending: str | None,
    clock: BusinessClock | None = None,
    waivers: Sequence[Waiver] = (),
) -> Deviations:
    """Classify the moves of all alignments and compare the cases with each against those without."""
    known = set(journey.activities) if journey else set(alignments.labels)
    found: list[Deviation] = []
    for (activity, kind), shown in by_moves(alignments, known, ending).items():
        mask = np.zeros(len(alignments), bool)
        mask[shown] = True
        found.append(_described(log, journey, kind, activity, mask[case_alignment]))
    unchecked: tuple[str, ...] = ()
    if journey is not None:
        late, unchecked = by_promises(log, journey, clock)
        for (activity, kind), cases in (*by_steps(log, journey).items(), *late.items()):
            found.append(_described(log, journey, kind, activity, cases))
    rates = false_discovery_rates([d.reached_p for d in found])
    given = {waiver.deviation: waiver for waiver in waivers}
    found = [replace(d, reached_q=q, waiver=given.get(d.key)) for d, q in zip(found, rates, strict=True)]
    found.sort(key=lambda d: (-d.weight, -d.cases.size, d.kind, d.activity))
    accepted = tuple(d for d in found if d.waiver)
    return Deviations(tuple(d for d in found if not d.waiver), accepted, unchecked)


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
        *_reached_difference(log, cases),
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


def _reached_difference(log: EventLog, cases: NDArray[np.bool_]) -> tuple[Estimate, float]:
    """The difference, and the p value of there being none."""
    definition = "share of decided goals reached, with the deviation less without"
    if log.outcome is None:
        return absent("the log knows no outcome", "difference in share", definition), 1.0
    decided, reached = log.outcome != 2, log.outcome == 0
    counts = [(int((reached & g).sum()), int((decided & g).sum())) for g in (cases, ~cases)]
    inside, outside = (share(*count, definition) for count in counts)
    return difference_of_shares(inside, outside, definition), p_of_shares(*counts[0], *counts[1])


def _mean_difference(
    log: EventLog,
    cases: NDArray[np.bool_],
    values: NDArray[np.number],
    counts: NDArray[np.bool_],
    unit: Literal["time", "score"],
) -> Estimate:
    what = "time of reached goals" if unit == "time" else "satisfaction"
    definition = f"mean {what}, with the deviation less without"
    customers = log.cases["customer"].to_numpy() if "customer" in log.cases else np.arange(log.n_cases)
    a, b = cases & counts, ~cases & counts
    return difference_of_means(values[a], customers[a], values[b], customers[b], unit, definition)
