"""Crossings between departments."""

from __future__ import annotations

from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.silos import Silos
from crmmining.reporting.figures.caption import FROM_DATA, Caption
from crmmining.reporting.figures.silo_matrix import SiloCrossing, SiloMatrix
from crmmining.study.durations import DAY


def silo_data(result: Silos, view: GoalView, most: int = 10) -> SiloMatrix:
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
