"""Parts of the page: tiles, variants as chevrons, the tables beneath the pictures."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from crmmining.comparison import (
    breaches,
    channels,
    clocks,
    closures,
    contacts,
    effort,
    fewer_is_better,
    first_contacts,
    leavers,
    links,
    moments,
    outcomes,
    personas,
    portfolio,
    segments,
    sensitivity,
    silos,
    stage_satisfaction,
    stage_sentiment,
    survey,
    time_split,
    waiting,
    watermelons,
    white_space,
)
from crmmining.comparison.views import Views
from crmmining.eventlog import turns
from crmmining.eventlog.variant_building import with_business_days
from crmmining.mining import bottlenecks, checked, deviations, promises, weekdays
from crmmining.reporting.aligned_variants import StepKind, aligned_variants
from crmmining.reporting.departments import department_of_activities, style_of
from crmmining.reporting.figures.style import ink_on
from crmmining.reporting.small_groups import frequent_variants, is_group
from crmmining.study.durations import humanise

if TYPE_CHECKING:
    from crmmining.reporting.goal_figures import GoalResults

MOST_VARIANTS = 40
MOST_SKIPPED = 3
_MODULES = {
    "Two clocks": clocks,
    "Time split": time_split,
    "White space": white_space,
    "Whose turn": turns,
    "Link matrix": links,
    "Watermelons": watermelons,
    "False closure": closures,
    "First contact resolution, twice": first_contacts,
    "Silo crossings": silos,
    "Channel switches": channels,
    "Contacts": contacts,
    "Observed effort": effort,
    "Fewer is better": fewer_is_better,
    "Outcome and silence": leavers,
    "Survey": survey,
    "Outcomes over time": outcomes,
    "Waiting causes": waiting,
    "Promises": promises,
    "Breaches": breaches,
    "Moments of truth": moments,
    "Satisfaction by stage": stage_satisfaction,
    "Sentiment by stage": stage_sentiment,
    "Sensitivity": sensitivity,
    "Segments": segments,
    "Personas": personas,
    "Portfolio": portfolio,
    "Conformance": checked,
    "Deviations": deviations,
    "Bottlenecks": bottlenecks,
    "Weekday delays": weekdays,
}


def definitions(results: list[GoalResults]) -> dict[str, str]:
    """What each number means, in the words of the module that computes it."""
    return {name: str(module.DEFINITION) for name, module in _MODULES.items()}


def tiles(views: Views) -> list[dict[str, str]]:
    """The four numbers at the top of a goal: value, name, what it rests on, whether it warns."""
    white, clock, reached, rate = (
        views.white_space,
        views.clocks,
        views.leavers.reached,
        views.watermelons.rate,
    )
    found = [
        {
            "value": humanise(clock.journey_mean.value),
            "name": "average time to a reached goal",
            "basis": str(clock.journey_mean),
            "tone": "",
        },
        {
            "value": f"{white.share_unowned.value:.0%}",
            "name": "of the customer's time owned by nobody",
            "basis": str(white.share_unowned),
            "tone": "alarm",
        },
        {
            "value": f"{reached.value:.0%}",
            "name": "of decided goals reached",
            "basis": f"{reached}, {reached.excluded:,} still open",
            "tone": "",
        },
        {
            "value": f"{rate.value:.0%}",
            "name": "went wrong although every process was green",
            "basis": str(rate),
            "tone": "alarm",
        },
    ]
    known = (clock.journey_mean, white.share_unowned, reached, rate)
    return [
        tile if estimate.is_known else {**tile, "value": "–"}
        for tile, estimate in zip(found, known, strict=True)
    ]


def chevron_rows(result: GoalResults) -> dict[str, Any]:
    """Variants with their steps aligned to the ideal, for the searchable list."""
    aligned = aligned_variants(result.views.view)
    log, style = aligned.log, style_of(result.views.view.study)
    departments = department_of_activities(log)
    used = [name for name in ("Customer", *style.departments) if name in set(departments.values())]
    classes = {name: f"d{place}" for place, name in enumerate(used)}
    shown = frequent_variants(result.views.view, log, MOST_VARIANTS, result.fewest)
    variants = with_business_days(log, result.views.view.working_hours)
    rows = [
        {
            "rank": variant.rank,
            "n": variant.n_cases,
            "share": variant.share,
            "time": humanise(variant.median_time),
            "worked": variant.median_business_days,
            "reached": variant.share_reached,
            "steps": [
                {
                    "name": name,
                    "kind": kind,
                    "class": classes.get(departments.get(name, ""), ""),
                    "note": note,
                }
                for name, kind, note in _folded(aligned.steps(variant.rank - 1))
            ],
        }
        for variant in (variants[v] for v in shown)
    ]
    legend = [
        {"name": name, "fill": style.colour(name), "ink": ink_on(style.colour(name)), "class": classes[name]}
        for name in used
    ]
    return {"rows": rows, "n_variants": len(log.variants), "n_cases": log.n_cases, "legend": legend}


def _folded(steps: list[tuple[str, StepKind]]) -> list[tuple[str, StepKind, str]]:
    """(name, kind, note); many skipped steps in a row become one chip that counts them."""
    found: list[tuple[str, StepKind, str]] = []
    for kind, run in groupby(steps, key=lambda step: step[1]):
        names = [name for name, _ in run]
        if kind == "skipped" and len(names) > MOST_SKIPPED:
            found.append((f"{len(names)} steps skipped", kind, ", ".join(names)))
        else:
            found += [(name, kind, name) for name in names]
    return found


def deviation_rows(result: GoalResults, most: int = 12) -> list[dict[str, Any]]:
    """Deviations with their difference in outcome and time, as text."""
    if result.check is None:
        return []
    view = result.views.view
    endings = set(view.declared.goals[view.goal].ended_by)  # not reached by definition: nothing learnt
    shown = [
        d
        for d in result.check.deviations.all
        if d.activity not in endings and is_group(view, d.cases, result.fewest)
    ]
    return [
        {
            "activity": d.activity,
            "kind": d.kind,
            "stage": d.stage or "–",
            "owner": d.owner or "–",
            "n": d.cases.size,
            "share": d.affected.value,
            "reached": str(d.reached) if d.reached.is_known else "–",
            "time": _signed_time(d.time.value) if d.time.is_known else "–",
        }
        for d in shown[:most]
    ]


def accepted_rows(result: GoalResults) -> list[str]:
    """The deviations that somebody accepted, in words."""
    accepted = result.check.deviations.accepted if result.check else ()
    return [
        f"{d.key} ({d.cases.size:,} goals, {d.affected.value:.0%}), accepted by {d.waiver.who} until "
        f"{d.waiver.until}: {d.waiver.why}"
        for d in accepted
        if d.waiver
    ]


def _signed_time(microseconds: float) -> str:
    return f"{'+' if microseconds >= 0 else '−'}{humanise(abs(microseconds))}"


def link_table(views: Views) -> dict[str, Any]:
    """Customer-clock days per stage and process, with remainders; empty columns left out."""
    minutes, waiting = views.links.minutes / 1440, views.links.waiting / 1440
    shown = [name for name in minutes.columns if minutes[name].sum() > 0]
    total = max(float(minutes.to_numpy().sum()), 1e-9)
    rows = [
        {
            "stage": stage,
            "cells": [
                {
                    "days": float(minutes.loc[stage, p]),
                    "share": float(minutes.loc[stage, p]) / total,
                    "waiting": float(waiting.loc[stage, p]),
                }
                for p in shown
            ],
        }
        for stage in minutes.index
        if minutes.loc[stage].sum() > 0
    ]
    return {"processes": shown, "rows": rows}
