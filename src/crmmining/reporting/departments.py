"""Who does an activity, and in which order departments are named: the colours of a study."""

from __future__ import annotations

import numpy as np

from crmmining.eventlog.log import CUSTOMER, EventLog
from crmmining.eventlog.study import Study
from crmmining.reporting.figures.style import FigureStyle

CUSTOMER_NAME = "Customer"


def style_of(study: Study | None, log: EventLog | None = None) -> FigureStyle:
    """One colour per department: in the order of the study's processes, then by name."""
    declared = [p.department for p in study.declared.processes.values() if p.department] if study else []
    seen = (
        sorted(log.names.get("department", ()))
        if log is not None
        else list(study.names("department"))
        if study
        else []
    )
    return FigureStyle(departments=tuple(dict.fromkeys([*declared, *seen])))


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
