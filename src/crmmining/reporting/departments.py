"""Who does an activity, and in which order departments are named: the colours of a study."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from crmmining.eventlog.log import CUSTOMER, EventLog
from crmmining.eventlog.study import Study
from crmmining.mining.view import View
from crmmining.reporting.figures.style import FigureStyle

CUSTOMER_NAME = "Customer"


def style_of(study: Study | None, log: EventLog | None = None) -> FigureStyle:
    """One colour per department: in the order of the study's processes, then the busiest first."""
    declared: list[str] = []
    if study is not None:
        declared = [p.department for p in study.declared.processes.values() if p.department]
    return FigureStyle(departments=tuple(dict.fromkeys([*declared, *_busiest(study, log)])))


def _busiest(study: Study | None, log: EventLog | None) -> list[str]:
    """Departments by the number of their events, then by name."""
    if study is not None:
        sql = """
            SELECT name FROM names LEFT JOIN events ON department = code
            WHERE kind = 'department' GROUP BY name ORDER BY count(department) DESC, name
        """
        return [name for (name,) in study.workspace.rows(sql)]
    if log is None or "department" not in log.columns:
        return []
    names, code = log.names["department"], log.columns["department"]
    counts = np.bincount(code[code >= 0], minlength=len(names))
    return sorted(names, key=lambda name: (-counts[names.index(name)], name))


def departments_of_view(view: View, study: Study | None, where: Sequence[str] = ()) -> dict[str, str]:
    """`department_of_activities` for a view, whose log may never have been read whole."""
    if view.log is not None:
        return department_of_activities(view.log)
    assert study is not None  # only a study's log comes in parts
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for activity, by_customer, department, n in study.doers(view.notion, where):
        doer = CUSTOMER_NAME if by_customer else department
        if doer is not None:
            counts[activity][doer] += n
    return {
        activity: min(found, key=lambda name: (-found[name], name == CUSTOMER_NAME, name))
        for activity, found in counts.items()
    }


def department_of_activities(log: EventLog) -> dict[str, str]:
    """The department that most often does each activity; ``Customer`` where the customer does."""
    if "department" not in log.columns and "actor" not in log.columns:
        return {}
    names = [*log.names.get("department", ()), CUSTOMER_NAME]
    code = (
        log.columns["department"].astype(np.int64)
        if "department" in log.columns
        else np.full(log.n_events, -1, np.int64)
    )
    if "actor" in log.columns:
        code = np.where(log.columns["actor"] == CUSTOMER, len(names) - 1, code)
    counts = np.zeros((len(log.activities), len(names)), np.int64)
    known = code >= 0
    np.add.at(counts, (log.columns["activity"][known], code[known]), 1)
    return {name: names[int(counts[a].argmax())] for a, name in enumerate(log.activities) if counts[a].any()}
