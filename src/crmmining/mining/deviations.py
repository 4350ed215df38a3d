"""Deviations: what kind, at which step, how many cases, and how these come out against the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from crmmining.eventlog.case_table import held_cases, numbers_of
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


@dataclass(frozen=True, eq=False)
class CaseFacts:
    """What deviations are described by: how each case came out, how long it took, how content customers were.

    `outcome` is None where the log knows none; `throughput` in microseconds; `satisfaction` the last score,
    NaN where nobody answered.
    """

    outcome: NDArray[np.int8] | None
    throughput: NDArray[np.int64]
    satisfaction: NDArray[np.float64]
    customer: NDArray[np.int64]

    @classmethod
    def of(cls, log: EventLog) -> CaseFacts:
        """Of every case of a log."""
        cases = held_cases(log)
        customer = numbers_of(cases, "customer") if "customer" in cases else np.arange(log.n_cases)
        return cls(log.outcome, log.throughput, log.last_values("satisfaction"), customer)

    @classmethod
    def joined(cls, parts: Sequence[CaseFacts]) -> CaseFacts:
        """The cases of several parts, one part's after the other's."""
        known = [part.outcome for part in parts if part.outcome is not None]
        names = ("throughput", "satisfaction", "customer")
        return cls(
            np.concatenate(known) if known else None,
            *(np.concatenate([getattr(part, name) for part in parts]) for name in names),
        )

    @property
    def n_cases(self) -> int:
        """Number of cases."""
        return self.throughput.size


DeviatingCases = Mapping[tuple[str, Kind], NDArray[np.int64]]
"""Per activity and kind of deviation the numbers of the cases that show it, ascending."""


def deviating_cases(
    log: EventLog,
    alignments: Alignments,
    case_alignment: NDArray[np.int64],
    journey: IdealJourney | None,
    ending: str | None,
    clock: BusinessClock | None = None,
) -> tuple[DeviatingCases, tuple[str, ...]]:
    """Classify the moves of all alignments, and what else a journey asks of its steps.

    With the steps whose promise is in business time while no working hours were given.
    """
    known = set(journey.activities) if journey else set(alignments.labels)
    found: dict[tuple[str, Kind], NDArray[np.int64]] = {}
    for key, shown in by_moves(alignments, known, ending).items():
        mask = np.zeros(len(alignments), bool)
        mask[shown] = True
        found[key] = np.flatnonzero(mask[case_alignment])
    if journey is None:
        return found, ()
    late, unchecked = by_promises(log, journey, clock)
    for key, cases in (*by_steps(log, journey).items(), *late.items()):
        found[key] = np.flatnonzero(cases)
    return found, unchecked


def describe_deviations(
    cases: DeviatingCases,
    facts: CaseFacts,
    journey: IdealJourney | None,
    waivers: Sequence[Waiver] = (),
    unchecked: tuple[str, ...] = (),
) -> Deviations:
    """Compare the cases with each deviation against those without."""
    found = [_described(facts, journey, kind, activity, mine) for (activity, kind), mine in cases.items()]
    rates = false_discovery_rates([d.reached_p for d in found])
    given = {waiver.deviation: waiver for waiver in waivers}
    found = [replace(d, reached_q=q, waiver=given.get(d.key)) for d, q in zip(found, rates, strict=True)]
    found.sort(key=lambda d: (-d.weight, -d.cases.size, d.kind, d.activity))
    accepted = tuple(d for d in found if d.waiver)
    return Deviations(tuple(d for d in found if not d.waiver), accepted, unchecked)


def _described(
    facts: CaseFacts, journey: IdealJourney | None, kind: Kind, activity: str, cases: NDArray[np.int64]
) -> Deviation:
    stage, owner = _place(journey, activity)
    shown = np.zeros(facts.n_cases, bool)
    shown[cases] = True
    reached = facts.outcome == 0 if facts.outcome is not None else np.ones(facts.n_cases, bool)
    answered = ~np.isnan(facts.satisfaction)
    return Deviation(
        kind,
        activity,
        stage,
        owner,
        share(cases.size, facts.n_cases, "cases that show the deviation"),
        *_reached_difference(facts, shown),
        _mean_difference(facts, shown, facts.throughput, reached, "time"),
        _mean_difference(facts, shown, facts.satisfaction, answered, "score"),
        cases,
    )


def _place(journey: IdealJourney | None, activity: str) -> tuple[str | None, str | None]:
    if journey is None or activity not in journey.activities:
        return None, None
    stage = journey.stage_of(activity)
    step = next((step for step in journey.steps if step.activity == activity), None)
    return stage.name, (step.owner if step else None) or stage.owner


def _reached_difference(facts: CaseFacts, cases: NDArray[np.bool_]) -> tuple[Estimate, float]:
    """The difference, and the p value of there being none."""
    definition = "share of decided goals reached, with the deviation less without"
    if facts.outcome is None:
        return absent("the log knows no outcome", "difference in share", definition), 1.0
    decided, reached = facts.outcome != 2, facts.outcome == 0
    counts = [(int((reached & g).sum()), int((decided & g).sum())) for g in (cases, ~cases)]
    inside, outside = (share(*count, definition) for count in counts)
    return difference_of_shares(inside, outside, definition), p_of_shares(*counts[0], *counts[1])


def _mean_difference(
    facts: CaseFacts,
    cases: NDArray[np.bool_],
    values: NDArray[np.number],
    counts: NDArray[np.bool_],
    unit: Literal["time", "score"],
) -> Estimate:
    what = "time of reached goals" if unit == "time" else "satisfaction"
    definition = f"mean {what}, with the deviation less without"
    customers = facts.customer
    a, b = cases & counts, ~cases & counts
    return difference_of_means(values[a], customers[a], values[b], customers[b], unit, definition)
