"""Filters on cases: by a fact of the case, or by an event it holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.eventlog.log import ACTORS, OUTCOMES, EventLog

EVENT_COLUMNS = ("activity", "channel", "department", "resource", "process", "actor")


def where(log: EventLog, conditions: Iterable[str]) -> EventLog:
    """The cases that answer to every condition ``column=value``.

    A column of the cases (outcome, a segment, customer_key) is compared for the case; a column of the
    events (activity, channel, department, resource, process, actor) keeps the cases with at least one
    such event.

    >>> where(EventLog.from_variants({"ab": 2, "ac": 1}), ["activity=c"]).n_cases
    1

    Raises:
        InvalidOptionError: not of the form column=value.
        UnknownNameError: no such column, or no such value in it.
    """
    keep = np.ones(log.n_cases, bool)
    for condition in conditions:
        column, sign, value = condition.partition("=")
        if not sign:
            raise InvalidOptionError(f"{condition!r} is no condition; write column=value, like channel=web")
        keep &= _matching(log, column.strip(), value.strip())
    return log if keep.all() else log.select(keep)


def events_named(log: EventLog, activities: Collection[str]) -> NDArray[np.bool_]:
    """Per event whether it is one of these activities."""
    named = np.isin(np.array(log.activities, object), list(activities))
    return np.asarray(named[log.columns["activity"]])


def _matching(log: EventLog, column: str, value: str) -> NDArray[np.bool_]:
    if column == "outcome" and log.outcome is not None:
        return np.asarray(log.outcome == _code(column, value, OUTCOMES))
    if column in EVENT_COLUMNS and column in log.columns:
        names = ACTORS if column == "actor" else log.names[column]
        rows = log.columns[column] == _code(column, value, names)
        return np.isin(np.arange(log.n_cases), log.case_of_event[rows])
    if column in log.cases:
        values = log.cases[column].astype(str)
        if value not in set(values):
            raise UnknownNameError(f"{column}", value, sorted(set(values)))
        return np.asarray(values == value)
    available = [name for name in EVENT_COLUMNS if name in log.columns] + [
        str(name) for name in log.cases.columns
    ]
    raise UnknownNameError("column", column, available)


def _code(column: str, value: str, names: tuple[str, ...]) -> int:
    if value not in names:
        raise UnknownNameError(column, value, names)
    return names.index(value)
