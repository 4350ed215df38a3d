"""Comparisons on the terminal: findings as sentences, one topic as a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from crmmining.cli.options import Format
from crmmining.cli.rendering import plain, say, show_frame, show_json
from crmmining.comparison.topics import ABSENT, TOPICS, WIDE
from crmmining.errors import UnknownNameError

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.comparison.views import Views


def show_findings(all_views: Sequence[Views], form: Format) -> None:
    """Every finding with its number, interval, owner and what to do."""
    if form is not Format.table:
        _show_rows(all_views, form)
        return
    for views in all_views:
        say(f"{views.goal}: {views.view.log.n_cases:,} goals")
        for number, finding in enumerate(views.findings, start=1):
            owner = f" Owner: {finding.owner}." if finding.owner else ""
            say(f" {number}. {finding.sentence}.")
            say(f"    {finding.estimate}.{owner} {finding.action}")
        for what, reason in views.absent.items():
            say(f" – {what}: not computed, {reason}")
        for caveat in views.caveats:
            say(f" ! {caveat}")
        say()


def _show_rows(all_views: Sequence[Views], form: Format) -> None:
    import pandas as pd

    rows = [
        {
            "goal": f.goal,
            "topic": f.topic,
            "sentence": f.sentence,
            "value": f.estimate.value,
            "low": f.estimate.low,
            "high": f.estimate.high,
            "unit": f.estimate.unit,
            "n": f.estimate.n,
            "excluded": f.estimate.excluded,
            "owner": f.owner,
            "why": f.why,
            "action": f.action,
            "cases": "; ".join(f.cases) if form is Format.csv else list(f.cases),
        }
        for views in all_views
        for f in views.findings
    ]
    if form is Format.csv:
        show_frame(pd.DataFrame(rows), form)
    else:
        show_json(
            {
                "findings": [{key: plain(value) for key, value in row.items()} for row in rows],
                "absent": {v.goal: v.absent for v in all_views},
                "caveats": {v.goal: list(v.caveats) for v in all_views},
            }
        )


def show_topic(all_views: Sequence[Views], topic: str, top: int, form: Format) -> None:
    """The table of one comparison: one per goal for people, one of all goals for programs.

    Raises:
        UnknownNameError: no such comparison.
    """
    if topic not in TOPICS:
        raise UnknownNameError("topic", topic, TOPICS)
    rows: list[pd.DataFrame] = []
    for views in all_views:
        result = getattr(views, topic)
        if result is None:
            reason = views.absent.get(
                topic.replace("_", " "), ABSENT.get(topic, "the data does not allow it")
            )
            sys.stderr.write(f"crmmining: {views.goal}: not computed: {reason}\n")
            continue
        frame = result.to_frame().head(top)
        if form is Format.table:
            title = f"{topic.replace('_', ' ')}: {views.goal}"
            narrow = frame.drop(columns=list(WIDE.get(topic, ())), errors="ignore")
            notes = [*filter(None, [getattr(result, "remark", "")]), result.definition]
            show_frame(narrow, form, title=title, notes=notes)
        else:
            rows.append(frame.assign(goal=views.goal))
    if form is not Format.table:
        _show_together(rows, form)


def _show_together(frames: Sequence[pd.DataFrame], form: Format) -> None:
    import pandas as pd

    show_frame(pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=["goal"]), form)
