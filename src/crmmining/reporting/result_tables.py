"""Every comparison of a goal as a table for the page: its first rows, with the words that define it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crmmining.comparison.topics import TOPICS, WIDE
from crmmining.reporting.small_groups import shareable
from crmmining.reporting.tables import TOO_SLOW, topic_table
from crmmining.reporting.written import written

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.reporting.goal_figures import GoalResults

MOST_ROWS = 12
ELSEWHERE = (*TOO_SLOW, "links", "sensitivity")
"""Topics without a table here; those that are not too slow have a place of their own."""


def result_tables(result: GoalResults) -> list[dict[str, Any]]:
    """Per comparison that this data allows: title, definition, remark, columns, rows, rows left out.

    Columns a screen has no room for and further rows are in ``tables/``.
    """
    found = []
    for topic in TOPICS:
        frame = None if topic in ELSEWHERE else topic_table(result.views, topic)
        if frame is None:
            continue
        if result.shared:
            frame = shareable(frame, topic, result)
        if len(frame):
            compared = getattr(result.views, topic)
            found.append(
                {
                    "title": topic.replace("_", " ").capitalize(),
                    "definition": compared.definition,
                    "remark": getattr(compared, "remark", ""),
                    **_told(frame.drop(columns=list(WIDE.get(topic, ())), errors="ignore")),
                }
            )
    return found


def _told(frame: pd.DataFrame) -> dict[str, Any]:
    """The first rows as text; columns with nothing in them are left out."""
    frame = frame.dropna(axis="columns", how="all")
    shown = frame.head(MOST_ROWS)
    names = [str(name) for name in shown.columns]
    numbers = [shown[name].dtype.kind in "iufm" for name in shown.columns]
    return {
        "columns": [
            {"name": name.replace("_", " "), "number": n} for name, n in zip(names, numbers, strict=True)
        ],
        "rows": [
            [
                {"text": written(value, name), "number": n}
                for value, name, n in zip(row, names, numbers, strict=True)
            ]
            for row in shown.itertuples(index=False, name=None)
        ],
        "more": len(frame) - len(shown),
    }
