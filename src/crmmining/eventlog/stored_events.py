"""The events of a workspace, column by column, as they lie in it; read when they are asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import StoredTables
from crmmining.eventlog.codes import laid_out, ranked
from crmmining.eventlog.kernel import Int64s, native
from crmmining.eventlog.log import CUSTOMER
from crmmining.study.study_file import StudyFile

COLUMNS = (
    "activity", "time", "start", "customer", "record", "channel", "department", "resource", "actor",
    "visible", "contact", "satisfaction", "sentiment", "process",
)  # fmt: skip
_NAMED = ("channel", "department", "resource")
_PLACE = 1 << 40


class StoredEvents:
    """The table of events; a column is an array by place in the table, absent values as in `Columns`.

    Places of rows that were taken out hold absent values: their record, key and event are -1.
    """

    def __init__(self, workspace: StoredTables, study: StudyFile) -> None:
        self._workspace, self._study = workspace, study
        self.names = {kind: self._names_of(kind) for kind in (*_NAMED, "activity", "process")}

    def column(self, name: str) -> NDArray[Any]:
        """One of `COLUMNS`, channel, department and resource as codes in the order of their names."""
        if name == "customer":
            return self._customers()
        if name == "process":
            return self._of_record("process")[self._plain("record")]
        if name == "department":
            return self._departments()
        if name in ("channel", "resource"):
            return ranked(self.names[name])[self._plain(name)]
        return self._plain(name)

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns there are: not every export knows when a step began."""
        starts = self._workspace.value("SELECT count(start) FROM events")
        return tuple(name for name in COLUMNS if name != "start" or starts)

    def places(self, event: NDArray[np.int64]) -> NDArray[np.int64]:
        """Where events stand in the columns, by their numbers."""
        return places_of(self._plain("event"), event)

    @cached_property
    def ranks(self) -> NDArray[np.int64] | None:
        """The rank of each file, for `sequence_of`; None where the files' numbers already are in order."""
        ranks = self._by_code("SELECT file, CAST(rank AS BIGINT) AS rank FROM files")
        known = ranks[:-1][ranks[:-1] >= 0]
        return None if (np.diff(known) >= 0).all() else ranks

    @cached_property
    def horizon(self) -> int:
        """The end of the data in microseconds: what is open then is censored."""
        return int(self._workspace.value("SELECT max(time) FROM events"))

    def sorted_names(self) -> dict[str, tuple[str, ...]]:
        """The names behind the codes of each column."""
        return {kind: tuple(sorted(names)) if kind in _NAMED else names for kind, names in self.names.items()}

    def _plain(self, name: str) -> NDArray[Any]:
        flag = name in ("visible", "contact")
        return self._workspace.event_column(f"CAST({name} AS TINYINT)" if flag else name)

    def _customers(self) -> NDArray[Any]:
        own = self._by_code("SELECT key, customer FROM key_customers")[self._plain("key")]
        other = self._of_record("customer")[self._plain("record")]
        return np.where(own >= 0, own, other)

    def _departments(self) -> NDArray[Any]:
        """A company's event belongs to its process's department where nothing else is said."""
        table = ranked(self.names["department"])
        said = table[self._plain("department")]
        declared = np.full(len(self._study.processes) + 1, -1, np.int64)
        for code, process in enumerate(self._study.processes.values()):
            if process.department in self.names["department"]:
                declared[code] = table[self.names["department"].index(process.department)]
        company = np.where(self._plain("actor") > CUSTOMER, declared[self.column("process")], -1)
        return np.where(said >= 0, said, company).astype(np.int32)

    def _of_record(self, column: str) -> NDArray[Any]:
        return self._by_code(f"SELECT record, {column} FROM records")

    def _by_code(self, sql: str) -> NDArray[Any]:
        """A column by the code beside it, with a last place for the code -1."""
        code, value = self._workspace.columns(sql).values()
        return laid_out(value, code)

    def _names_of(self, kind: str) -> tuple[str, ...]:
        found = self._workspace.rows("SELECT name FROM names WHERE kind = ? ORDER BY code", [kind])
        return tuple(name for (name,) in found)


def sequence_of(event: NDArray[np.int64], ranks: NDArray[np.int64] | None) -> NDArray[np.int64]:
    """The order among equal times: files in the order of a load from nothing, rows in theirs."""
    return event if ranks is None else ranks[event // _PLACE] * _PLACE + event % _PLACE


def places_of(keys: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where each wanted key stands among keys that are all different; -1 where it is not there.

    Both are mostly ascending, in a few runs, so that bringing them in order costs little.

    >>> places_of(np.array([30, 10, 20]), np.array([20, 99, 30])).tolist()
    [2, -1, 0]
    """
    places = np.empty(wanted.size, np.int64)
    find_places(
        keys.size, wanted.size, _ascending(keys), np.ascontiguousarray(keys, np.int64),
        _ascending(wanted), np.ascontiguousarray(wanted, np.int64), places,
    )  # fmt: skip
    return places


def _ascending(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The order that makes values ascending."""
    if bool((values[1:] >= values[:-1]).all()):
        return np.arange(values.size)
    return np.argsort(values, kind="stable")


@native
def find_places(
    n_keys: int, n_wanted: int, order: Int64s, keys: Int64s, of_wanted: Int64s, wanted: Int64s, places: Int64s
) -> None:
    """Walk through keys and wanted side by side, each in its ascending order."""
    i = 0
    for k in range(n_wanted):
        looked_for = wanted[of_wanted[k]]
        while i < n_keys and keys[order[i]] < looked_for:
            i += 1
        places[of_wanted[k]] = -1
        if i < n_keys and keys[order[i]] == looked_for:
            places[of_wanted[k]] = order[i]
