"""Where the time goes, per pair of steps and group."""

from __future__ import annotations

from crmmining.mining.bottlenecks import Bottlenecks as BottleneckResult
from crmmining.reporting.figures.bottlenecks import BottleneckCell, BottleneckRow, Bottlenecks
from crmmining.reporting.figures.caption import Caption
from crmmining.study.durations import DAY


def bottleneck_data(result: BottleneckResult, most: int = 12) -> Bottlenecks:
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
