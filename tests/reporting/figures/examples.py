"""Invented data for every figure: a usual one, one row, thirty rows, hostile names, none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from crmmining.reporting.figures import (
    bottlenecks,
    channel_flow,
    difference,
    dose,
    journey_process,
    leaving,
    moments,
    mood_rating,
    outcome_data,
    outcomes,
    promises,
    silo_matrix,
    stage_conformance,
    stage_satisfaction,
    variants,
    watermelons,
)
from crmmining.reporting.figures.channel_lanes import Band
from crmmining.reporting.figures.dose_points import DosePoint
from crmmining.reporting.figures.style import FigureStyle

DEPARTMENTS = (
    "Marketing",
    "Lending",
    "Surveying",
    "Insurance",
    "Home services",
    "Customer care",
    "Billing",
)
STYLE = FigureStyle(DEPARTMENTS)
LONG = "Called after the online step failed again and nobody answered " * 5
HOSTILE = ("$x_1$ ^{2}", "<script>alert(1)</script>", "住宅ローン", "line\nbreak\ttab", LONG[:300])

Draw = Callable[..., Figure]


def journey(n: int, name: Callable[[int], str]) -> journey_process.JourneyProcess:
    processes = tuple(
        journey_process.ProcessRow(name(i), DEPARTMENTS[i % 7], 0.5 + i % 5 / 10) for i in range(n)
    )
    stretches = [
        stretch
        for i, row in enumerate(processes)
        for stretch in (
            journey_process.Stretch("process", 1 + i % 3, (row.name,)),
            journey_process.Stretch("white_space" if i % 2 else "customer", 2.5),
        )
    ]
    total = sum(stretch.days for stretch in stretches)
    stages = tuple(
        journey_process.JourneyStage(name(100 + i), total / n, 1 + i % 5, 10 + 9 * i) for i in range(n)
    )
    return journey_process.JourneyProcess(name(0), 1200, stages, tuple(stretches), processes)


def explorer(n: int, name: Callable[[int], str]) -> variants.VariantExplorer:
    def step(i: int, kind: str = "in_step") -> variants.VariantStep:
        return variants.VariantStep(name(i), DEPARTMENTS[i % 7], kind)  # type: ignore[arg-type]

    ideal = tuple(step(i) for i in range(14))
    rows = tuple(
        variants.VariantRow(
            (*ideal[: 4 + i % 10], *[step(i, "extra")] * (i % 4), step(13, "skipped")),
            200 // (i + 1),
            0.2 * i,
            None if i % 5 == 4 else i % 11 / 10,
        )
        for i in range(n)
    )
    return variants.VariantExplorer(rows, 1200, 47, ideal)


def melons(n: int, name: Callable[[int], str]) -> watermelons.Watermelons:
    rows = (
        watermelons.WatermelonRow(
            name(i), DEPARTMENTS[i % 7], 1 - i % 7 / 10, i * 3 % 11 / 10, 10**i % 4001, i, "5d"
        )
        for i in range(n)
    )
    return watermelons.Watermelons(tuple(rows))


def slow_pairs(n: int, name: Callable[[int], str]) -> bottlenecks.Bottlenecks:
    cell = bottlenecks.BottleneckCell
    rows = (
        bottlenecks.BottleneckRow(
            name(i),
            name(i + 1) if i % 4 else "",
            (cell(0.01 * 3**i, 40), cell(2.0, 3), cell(None, 0)),
            1000.0 / (i + 1),
            i % 3 == 0,
        )
        for i in range(n)
    )
    return bottlenecks.Bottlenecks(tuple(rows), (name(0), "phone", "branch"), 9000.0)


def conformance(n: int, name: Callable[[int], str]) -> stage_conformance.StageConformance:
    rows = (stage_conformance.StageRow(name(i), 50, i, 3, 0, 7, name(i + 1)) for i in range(n))
    return stage_conformance.StageConformance(tuple(rows))


def silos(n: int, name: Callable[[int], str]) -> silo_matrix.SiloMatrix:
    names = tuple(f"{i} {name(i)}" for i in range(min(n, 14) + 1))
    crossings = tuple(
        silo_matrix.SiloCrossing(a, b, 7 * i % 1300, None if i % 3 == 0 else i / 9)
        for i, (a, b) in enumerate((a, b) for a in names for b in names if a != b)
    )
    return silo_matrix.SiloMatrix(names, (*crossings[:-1], _busy(crossings[-1])), 1200)


def _busy(crossing: silo_matrix.SiloCrossing) -> silo_matrix.SiloCrossing:
    return silo_matrix.SiloCrossing(crossing.source, crossing.target, 1500, 4.0)


def kept(n: int, name: Callable[[int], str]) -> promises.Promises:
    rows = (
        promises.PromiseRow(name(i), name(i + 1), "5d", 10 * i, 7, (i / 40, 0.5 + i / 70), i, "1,200 EUR")
        for i in range(n)
    )
    return promises.Promises(tuple(rows))


def groups(n: int, name: Callable[[int], str]) -> difference.Difference:
    units = ("share", "days", "points", "count")
    rows = (
        difference.MeasureRow(
            name(i),
            units[i % 4],  # type: ignore[arg-type]
            difference.Estimate(0.5, (0.4, 0.6), 800),
            None if i % 6 == 5 else difference.Estimate(0.8, (0.71, 0.86), 400),
            difference.Estimate(0.3, (0.2 - i % 2, 0.4), 1200),
            "higher",
        )
        for i in range(n)
    )
    return difference.Difference(name(0), name(1), tuple(rows))


def doses(n: int, name: Callable[[int], str]) -> dose.Dose:
    def points(i: int) -> tuple[DosePoint, ...]:
        numbers = range(i % 13)
        return tuple(
            DosePoint(k, k + k % 3, 30 * k + 20, 0.9 - k / 20, (0.85 - k / 16, 1.0)) for k in numbers
        )

    def effect(value: float) -> difference.Estimate:
        return difference.Estimate(value, (value - 0.1, value + 0.1), 800)

    rows = (
        dose.DoseRow(
            name(i),
            f"{name(i)} makes",
            points(12 * (i + 1)),
            None if i % 4 == 3 else effect(0.15 - i / 50),
            None if i % 5 == 4 else effect(0.3 * (-1) ** i),
            i % 3 == 0,
        )
        for i in range(n)
    )
    return dose.Dose(tuple(rows))


def steps(n: int, name: Callable[[int], str]) -> moments.Moments:
    def row(i: int) -> moments.MomentRow:
        if i % 6 == 2:
            return moments.MomentRow(name(i), name(i + 1), True, reason="no one to compare with")
        value = (0.3 - i / 40) * (-1) ** i
        found = difference.Estimate(value, (value - 0.08, value + 0.08), 900)
        stage = name(i + 1) if i % 2 else ""
        return moments.MomentRow(name(i), stage, i % 5 == 0, found, 0.61, 0.5, 10**i % 4001, 1200, i < 2)

    return moments.Moments(tuple(row(i) for i in range(n)))


def flow(n: int, name: Callable[[int], str]) -> channel_flow.ChannelFlow:
    size = min(n, 7) + 1
    channels, stages = (tuple(f"{i} {name(i + shift)}" for i in range(size)) for shift in (0, 3))
    bands = (
        Band(place, channels[i], (*channels, "")[j], 90 // (1 + 2 * abs(i - j)), channels[i - 1] * (i == j))
        for place in range(size - 1)
        for i in range(size)
        for j in range(size + 1)
        if (i + j + place) % 3 == 0 or i == j + 1
    )
    return channel_flow.ChannelFlow(stages, channels, tuple(bands), 1200, 500, 900)


def ends(n: int, name: Callable[[int], str]) -> outcome_data.Outcomes:
    rows = tuple(
        leaving.LeavingStep(name(1 + i), 900 // (i + 1), 2000 * i + 900, (i / 40, 1.0), i == 0)
        for i in range(n)
    )
    return followed(name(0), 1200, np.arange(1.0, 61.0) ** 1.2, 0.6, 0.3, rows)


def followed(
    goal: str,
    n: int,
    days: np.ndarray,
    reached: float,
    abandoned: float,
    rows: tuple[leaving.LeavingStep, ...] = (),
) -> outcome_data.Outcomes:
    """Straight curves up to two shares."""
    part = np.linspace(0, 1, days.size + 1)[1:]

    def curve(share: float) -> outcome_data.Curve:
        return outcome_data.Curve(share * part, share * part * 0.9, np.minimum(share * part * 1.1, 1.0))

    left = np.round(n * (1 - (reached + abandoned) * np.append(0, part[:-1]))).astype(np.int64)
    return outcome_data.Outcomes(goal, n, n // 10, days, curve(reached), curve(abandoned), left, rows, 1800)


def moods(n: int, name: Callable[[int], str]) -> stage_satisfaction.StageSatisfaction:
    """Every fifth stage a gap, the third with too few of one end, the fourth of both."""

    def rating(i: int, mean: float, few: bool = False) -> mood_rating.Rating:
        return (
            mood_rating.Rating(9) if few else mood_rating.Rating(30 * i + 20, mean, (mean - 0.4, mean + 0.3))
        )

    stages = tuple(
        mood_rating.StageMood(
            name(i),
            rating(i, 4.6 - i % 3 / 2, few=i % 5 >= 3),
            rating(i, 4.4 - i % 6 / 2, few=i % 5 >= 2),
            rating(2 * i, 4.2, few=i % 5 == 4),
            *((0.2 + i % 6 / 2, (i % 4 - 0.5, i % 4 + 0.9)) if i % 5 < 2 else (None, None)),
        )
        for i in range(n)
    )
    return stage_satisfaction.StageSatisfaction(name(0), stages)


FIGURES: dict[str, tuple[Callable[[int, Callable[[int], str]], Any], Draw]] = {
    "journey_process": (journey, journey_process.draw_journey_process),
    "variants": (explorer, variants.draw_variants),
    "watermelons": (melons, watermelons.draw_watermelons),
    "bottlenecks": (slow_pairs, bottlenecks.draw_bottlenecks),
    "stage_conformance": (conformance, stage_conformance.draw_stage_conformance),
    "silo_matrix": (silos, silo_matrix.draw_silo_matrix),
    "promises": (kept, promises.draw_promises),
    "difference": (groups, difference.draw_difference),
    "channel_flow": (flow, channel_flow.draw_channel_flow),
    "dose": (doses, dose.draw_dose),
    "moments": (steps, moments.draw_moments),
    "outcomes": (ends, outcomes.draw_outcomes),
    "stage_satisfaction": (moods, stage_satisfaction.draw_stage_satisfaction),
}
EMPTY: dict[str, Any] = {
    "journey_process": journey_process.JourneyProcess("Move", 0, (), (), ()),
    "variants": variants.VariantExplorer((), 0, 0),
    "watermelons": watermelons.Watermelons(()),
    "bottlenecks": bottlenecks.Bottlenecks((), (), 0.0),
    "stage_conformance": stage_conformance.StageConformance(()),
    "silo_matrix": silo_matrix.SiloMatrix((), (), 0),
    "promises": promises.Promises(()),
    "difference": difference.Difference("a", "b", ()),
    "channel_flow": channel_flow.ChannelFlow((), (), (), 0, 0, 0),
    "dose": dose.Dose(()),
    "moments": moments.Moments(()),
    "outcomes": followed("Move", 9, np.empty(0), 0.0, 0.0),
    "stage_satisfaction": stage_satisfaction.StageSatisfaction("Move", ()),
}


def plain_name(i: int) -> str:
    return f"Offer step {i}"


def hostile_name(i: int) -> str:
    return f"{i} {HOSTILE[i % len(HOSTILE)]}"
