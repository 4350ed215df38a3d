"""The most frequent variants beside the ideal journey."""

from __future__ import annotations

from crmmining.comparison.goal_view import GoalView
from crmmining.reporting.aligned_variants import aligned_variants
from crmmining.reporting.departments import department_of_activities
from crmmining.reporting.figures.caption import Caption
from crmmining.reporting.figures.variants import VariantExplorer, VariantRow, VariantStep
from crmmining.reporting.small_groups import frequent_variants
from crmmining.study.durations import DAY


def variant_data(view: GoalView, most: int = 10, fewest: int = 1) -> VariantExplorer:
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
