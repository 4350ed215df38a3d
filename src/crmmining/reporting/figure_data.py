"""From results to what pictures are drawn from: one function per picture."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.contacts import Contacts
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.silos import Silos
from crmmining.comparison.watermelons import Watermelons as WatermelonResult
from crmmining.estimates import Estimate as Measured
from crmmining.mining.bottlenecks import Bottlenecks as BottleneckResult
from crmmining.mining.conformance import Conformance
from crmmining.mining.promises import BROKEN, KEPT
from crmmining.mining.promises import Promises as PromiseResults
from crmmining.reporting.aligned_variants import aligned_variants
from crmmining.reporting.departments import department_of_activities
from crmmining.reporting.figures.bottlenecks import BottleneckCell, BottleneckRow, Bottlenecks
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.difference import Difference, Estimate, MeasureRow
from crmmining.reporting.figures.promises import PromiseRow, Promises
from crmmining.reporting.figures.silo_matrix import SiloCrossing, SiloMatrix
from crmmining.reporting.figures.stage_conformance import StageConformance, StageRow
from crmmining.reporting.figures.variants import VariantExplorer, VariantRow, VariantStep
from crmmining.reporting.figures.watermelons import WatermelonRow, Watermelons
from crmmining.reporting.small_groups import frequent_variants
from crmmining.study.durations import DAY

Unit = Literal["share", "days", "points", "count"]
Better = Literal["higher", "lower"]


def variant_explorer(view: GoalView, most: int = 10, fewest: int = 1) -> VariantExplorer:
    """The most frequent variants of `fewest` customers or more, each aligned with the ideal journey."""
    aligned = aligned_variants(view)
    log, departments = aligned.log, department_of_activities(aligned.log)
    rows = []
    for v in frequent_variants(view, log, most, fewest):
        variant = log.variants[v]
        steps = tuple(VariantStep(name, departments.get(name), kind) for name, kind in aligned.steps(v))
        rows.append(VariantRow(steps, variant.n_cases, variant.median_time / DAY, variant.share_reached))
    ideal = view.journey.main_path() if view.journey else ()
    return VariantExplorer(
        tuple(rows),
        log.n_cases,
        len(log.variants),
        tuple(VariantStep(name, departments.get(name)) for name in ideal),
        case_name="journeys",
        caption=Caption(
            subtitle=f"{log.n_cases:,} journeys, {len(log.variants):,} variants; a step that repeats in a "
            "row counts once. A chevron is a step, its colour the department that does it."
        ),
    )


def watermelons(result: WatermelonResult) -> Watermelons:
    """Processes green outside against the goals they took part in."""
    rows = [
        WatermelonRow(
            r.process,
            r.department,
            _known(r.share_green),
            _known(r.share_goals_green),
            int(r.n_records),
            int(r.n_goals),
            r.target,
        )
        for r in result.processes.itertuples()
    ]
    caption = Caption(
        subtitle="Square: records within the process's own target. Dot: goals it took part in that went "
        "well for the customer. The widest distance first.",
        how_to_read="How to read: the square is the inside-out view. The dot is the outside-in view: goals "
        "reached, no promise broken, no dissatisfied answer. A watermelon is green outside, red inside: "
        "the target is met, the customer not served.",
    )
    return Watermelons(tuple(rows), caption=caption)


def bottlenecks(result: BottleneckResult, most: int = 12) -> Bottlenecks:
    """The pairs of steps that hold most time, by group where the result is split."""
    groups = _largest_groups(result)
    rows = []
    for edge in result.edges.head(most).itertuples():
        cells = []
        for group in groups:
            assert result.groups is not None
            found = result.groups[
                (result.groups["source"] == edge.source)
                & (result.groups["target"] == edge.target)
                & (result.groups["group"] == group)
            ]
            cells.append(
                BottleneckCell(float(found["median"].iloc[0]) / DAY, int(found["n_cases"].iloc[0]))
                if len(found)
                else BottleneckCell(None, 0)
            )
        rows.append(
            BottleneckRow(edge.source, edge.target, tuple(cells), edge.total / DAY, bool(edge.crosses))
        )
    total = result.total_time / DAY
    if groups:
        return Bottlenecks(tuple(rows), groups, total, group_by=result.by or "")
    caption = Caption(
        subtitle="Time between steps, all cases together. Red names cross a department border.",
        how_to_read="How to read: the bar adds up the time of all cases, in days and as a share of all time "
        "between steps, shown here or not.",
    )
    return Bottlenecks(tuple(rows), (), total, group_by="", caption=caption)


def _largest_groups(result: BottleneckResult, most: int = 6) -> tuple[str, ...]:
    if result.groups is None:
        return ()
    top = result.edges.head(12)[["source", "target"]]
    counts = result.groups.merge(top, on=["source", "target"]).groupby("group")["n"].sum()
    ranked = sorted(counts.index, key=lambda group: (-counts[group], str(group)))
    return tuple(str(group) for group in sorted(ranked[:most])) if len(ranked) > 1 else ()


def stage_conformance(check: Conformance, view: GoalView) -> StageConformance:
    """Per stage the goals that came to it, and how many keep to it, skip, repeat or insert."""
    assert view.journey is not None
    log, rows = view.log, []
    stage_names = [stage.name for stage in view.journey.stages]
    stage_of = np.array(
        [
            stage_names.index(view.journey.stage_of(a).name) if a in view.journey.activities else -1
            for a in log.activities
        ]
    )
    within = _stage_of_events(view, stage_of)
    unknown = stage_of[log.columns["activity"]] < 0
    for number, name in enumerate(stage_names):
        came = np.zeros(log.n_cases, bool)
        came[log.case_of_event[stage_of[log.columns["activity"]] == number]] = True
        ways = {way: np.zeros(log.n_cases, bool) for way in ("skip", "repeat", "insert")}
        ways["insert"][log.case_of_event[unknown & (within == number)]] = True
        ways["insert"] &= came
        often, most = "", 0
        for deviation in check.deviations.all:
            way = {"missing": "skip", "too often": "repeat"}.get(deviation.kind, "insert")
            if deviation.stage != name or deviation.kind in ("late", "wrong channel", "wrong actor"):
                continue
            here = deviation.cases[came[deviation.cases]]
            ways[way][here] = True
            if here.size > most:
                often, most = f"{deviation.activity}: {deviation.kind}", here.size
        off = ways["skip"] | ways["repeat"] | ways["insert"]
        rows.append(
            StageRow(
                name,
                int(came.sum()),
                int((came & ~off).sum()),
                int(ways["skip"].sum()),
                int(ways["repeat"].sum()),
                int(ways["insert"].sum()),
                often,
            )
        )
    return StageConformance(tuple(rows))


def _stage_of_events(view: GoalView, stage_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """The stage each event falls into: its own, else that of the last step before it in the case."""
    log = view.log
    stage, case = stage_of[log.columns["activity"]], log.case_of_event
    last = np.maximum.accumulate(np.where(stage >= 0, np.arange(log.n_events), -1))
    return np.where(last >= log.offsets[:-1][case], stage[np.maximum(last, 0)], 0)


def silo_matrix(result: Silos, view: GoalView, most: int = 10) -> SiloMatrix:
    """Crossings between the departments that hand over most."""
    totals = (
        result.crossings.groupby("from_department")["n"]
        .sum()
        .add(result.crossings.groupby("to_department")["n"].sum(), fill_value=0)
    )
    ranked = sorted(totals.index, key=lambda name: (-totals[name], name))[:most]
    declared = [p.department for p in view.declared.processes.values() if p.department in ranked]
    order = tuple(dict.fromkeys([*(d for d in declared if d), *ranked]))
    crossings = [
        SiloCrossing(r.from_department, r.to_department, int(r.n), float(r.median_gap) / DAY)
        for r in result.crossings.itertuples()
        if r.from_department in order and r.to_department in order
    ]
    caption = FROM_DATA
    hidden = int(result.crossings["n"].sum()) - sum(crossing.n_crossings for crossing in crossings)
    if hidden:
        caption = Caption(
            title=f"A goal crosses {result.per_goal.value:.1f} borders between departments",
            subtitle=f"The {len(order)} departments that hand over most, {view.log.n_cases:,} goals; "
            f"{hidden:,} of {hidden + sum(c.n_crossings for c in crossings):,} crossings lie between others.",
        )
    return SiloMatrix(order, tuple(crossings), view.log.n_cases, caption)


def promises(result: PromiseResults) -> Promises:
    """Each promise kept and broken, with its owner and what is owed."""
    rows = []
    for r in result.results:
        state = r.instances["state"].to_numpy()
        interval = (1 - r.broken.high, 1 - r.broken.low) if r.broken.is_known else None
        owed = f"{r.owed:,.0f} {r.currency or ''}".strip() if r.owed is not None else ""
        rows.append(
            PromiseRow(
                f"{r.since} → {r.until}",
                r.owner or "",
                str(r.limit),
                int((state == KEPT).sum()),
                int((state == BROKEN).sum()),
                interval,
                r.broken.excluded,
                owed,
            )
        )
    return Promises(tuple(rows))


def proactive_difference(result: Contacts) -> Difference:
    """Goals in which the company spoke first against the others."""

    def measure(key: str, name: str, unit: Unit, better: Better, difference: Measured) -> MeasureRow:
        first, others = result.groups[key]
        return MeasureRow(name, unit, _estimate(others), _estimate(first), _estimate(difference), better)

    rows = (
        measure("reached", "Goal reached", "share", "higher", result.reached),
        measure("inbound contacts", "Contacts by the customer", "count", "lower", result.fewer_inbound),
        measure("satisfaction", "Satisfaction answered", "points", "higher", result.satisfaction),
    )
    return Difference("customer spoke first", "company spoke first", rows)


def _estimate(measured: Measured) -> Estimate | None:
    if not measured.is_known:
        return None
    return Estimate(measured.value, (measured.low, measured.high), measured.n)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
