"""Filters on cases: by a fact of the case, or by an event it holds."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import UnknownNameError
from crmmining.eventlog.log import ACTORS, OUTCOMES, EventLog
from crmmining.eventlog.selection import BEGAN_FROM, BEGAN_UNTIL, EVENT_COLUMNS, Condition, moment


def where(log: EventLog, conditions: Iterable[str]) -> EventLog:
    """The cases of a log in memory that answer to every condition, written as for `choose_cases`.

    >>> where(EventLog.from_variants({"ab": 2, "ac": 1}), ["activity=c"]).n_cases
    1

    Raises:
        InvalidOptionError: not of the form column=value.
        UnknownNameError: no such column, or no such value in it.
    """
    keep = np.ones(log.n_cases, bool)
    for condition in map(Condition.parse, conditions):
        keep &= _matching(log, condition) != condition.negated
    return log if keep.all() else log.select(keep)


def events_named(log: EventLog, activities: Collection[str]) -> NDArray[np.bool_]:
    """Per event whether it is one of these activities."""
    named = np.isin(np.array(log.activities, object), list(activities))
    return np.asarray(named[log.columns["activity"]])


def _matching(log: EventLog, condition: Condition) -> NDArray[np.bool_]:
    column, values = condition.column, condition.values
    if column in (BEGAN_FROM, BEGAN_UNTIL):
        limit = moment(column, values[0])
        return np.asarray(log.begun >= limit if column == BEGAN_FROM else log.begun < limit)
    if column == "outcome" and log.outcome is not None:
        return np.isin(log.outcome, [_code(column, value, OUTCOMES) for value in values])
    if column in EVENT_COLUMNS and column in log.columns:
        names = ACTORS if column == "actor" else log.names[column]
        rows = np.isin(log.columns[column], [_code(column, value, names) for value in values])
        return np.isin(np.arange(log.n_cases), log.case_of_event[rows])
    if column in log.cases:
        held = log.cases[column].astype(str)
        for value in values:
            if value not in set(held):
                raise UnknownNameError(f"{column}", value, sorted(set(held)))
        return np.asarray(held.isin(values))
    available = [name for name in EVENT_COLUMNS if name in log.columns] + [
        str(name) for name in log.cases.columns
    ]
    raise UnknownNameError("column", column, [*available, BEGAN_FROM, BEGAN_UNTIL])


def _code(column: str, value: str, names: tuple[str, ...]) -> int:
    if value not in names:
        raise UnknownNameError(column, value, names)
    return names.index(value)
