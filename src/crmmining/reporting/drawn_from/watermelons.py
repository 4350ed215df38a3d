"""Targets met beside goals gone well, per process."""

from __future__ import annotations

from crmmining.comparison.watermelons import Watermelons as WatermelonResult
from crmmining.reporting.drawn_from.measured import known
from crmmining.reporting.figures.caption import Caption
from crmmining.reporting.figures.watermelons import WatermelonRow, Watermelons


def watermelon_data(result: WatermelonResult) -> Watermelons:
    """Processes green outside against the goals they took part in."""
    rows = [
        WatermelonRow(
            r.process,
            r.department,
            known(r.share_green),
            known(r.share_goals_green),
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
