"""Parts of the page: tiles, variants as chevrons, the tables beneath the pictures."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from crmmining.comparison import (
    channels,
    clocks,
    closures,
    contacts,
    leavers,
    links,
    silos,
    watermelons,
    white_space,
)
from crmmining.comparison.views import Views
from crmmining.eventlog import turns
from crmmining.mining import bottlenecks, conformance, deviations, promises, weekdays
from crmmining.mining.conformance import check_conformance
from crmmining.reporting.departments import department_of_activities, style_of
from crmmining.reporting.figures.style import ink_on
from crmmining.study.durations import humanise

if TYPE_CHECKING:
    from crmmining.reporting.goal_figures import GoalResults

MOST_VARIANTS = 40
MOST_SKIPPED = 3
_MODULES = {
    "Two clocks": clocks, "White space": white_space, "Whose turn": turns, "Link matrix": links, "Watermelons": watermelons,
    "False closure": closures, "Silo crossings": silos, "Channel switches": channels, "Contacts": contacts, "Outcome and silence": leavers,
    "Promises": promises, "Conformance": conformance, "Deviations": deviations, "Bottlenecks": bottlenecks, "Weekday delays": weekdays,
}  # fmt: skip


def definitions(results: list[GoalResults]) -> dict[str, str]:
    """What each number means, in the words of the module that computes it."""
    return {name: str(module.DEFINITION) for name, module in _MODULES.items()}  # type: ignore[attr-defined]


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
    view = result.views.view
    log = view.log.without_repeats()
    check = check_conformance(log, view.journey) if view.journey else None
    departments, style = department_of_activities(log), style_of(view.study)
    rows = []
    for v in range(min(MOST_VARIANTS, len(log.variants))):
        variant = log.variants[v]
        rows.append(
            {
                "rank": variant.rank, "n": variant.n_cases, "share": variant.share, "cumulative": variant.cumulative,
                "time": humanise(variant.median_time), "reached": variant.share_reached, "steps": _steps(check, v, variant.activities, departments),
            }
        )  # fmt: skip
    used = [name for name in ("Customer", *style.departments) if name in set(departments.values())]
    colours = {name: style.colour(name) for name in used}
    return {
        "rows": rows, "n_variants": len(log.variants), "n_cases": log.n_cases,
        "legend": [{"name": name, "fill": fill, "ink": ink_on(fill), "class": f"d{i}"} for i, (name, fill) in enumerate(colours.items())],
        "classes": {name: f"d{i}" for i, name in enumerate(colours)},
    }  # fmt: skip


def _steps(
    check: Any, v: int, activities: tuple[str, ...], departments: dict[str, str]
) -> list[dict[str, str]]:
    if check is None:
        return [
            {"name": name, "kind": "sync", "department": departments.get(name, "")} for name in activities
        ]
    found = np.flatnonzero(check.variant_of_alignment == v)
    best = int(found[np.argmax(check.n_cases[found])])
    steps = []
    for seen, meant in check.alignments.moves(best):
        name = seen or meant or ""
        kind = "sync" if seen and meant else "extra" if seen else "skipped"
        steps.append({"name": name, "kind": kind, "department": departments.get(name, "")})
    while steps and steps[-1]["kind"] == "skipped":
        steps.pop()  # what was not come to yet is a drop-off, told by the outcome
    return _folded(steps)


def _folded(steps: list[dict[str, str]]) -> list[dict[str, str]]:
    """Many skipped steps in a row as one chip that counts them."""
    found: list[dict[str, str]] = []
    for kind, run in groupby(steps, key=lambda step: step["kind"]):
        part = list(run)
        if kind == "skipped" and len(part) > MOST_SKIPPED:
            names = ", ".join(step["name"] for step in part)
            part = [{"name": f"{len(part)} steps skipped", "kind": kind, "department": "", "note": names}]
        found += part
    return found


def deviation_rows(result: GoalResults, most: int = 12) -> list[dict[str, Any]]:
    """Deviations with their difference in outcome and time, as text."""
    if result.check is None:
        return []
    view = result.views.view
    endings = set(view.declared.goals[view.goal].ended_by)  # not reached by definition: nothing learnt
    shown = [d for d in result.check.deviations.all if d.activity not in endings]
    return [
        {
            "activity": d.activity, "kind": d.kind, "stage": d.stage or "–", "owner": d.owner or "–", "n": d.cases.size, "share": d.affected.value,
            "reached": str(d.reached) if d.reached.is_known else "–", "time": _signed_time(d.time.value) if d.time.is_known else "–",
        }
        for d in shown[:most]
    ]  # fmt: skip


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
