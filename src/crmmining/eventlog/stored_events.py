"""The events of a workspace, column by column, as they lie in it; read when they are asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Columns, StoredTables
from crmmining.engine.schema import MOST_GOALS
from crmmining.eventlog.codes import laid_out, ranked
from crmmining.eventlog.kernel import Int64s, native
from crmmining.eventlog.log import CUSTOMER
from crmmining.study.study_file import StudyFile

COLUMNS = (
    "activity", "time", "start", "customer", "record", "channel", "department", "resource", "actor",
    "visible", "contact", "satisfaction", "sequence", "process", "event",
)  # fmt: skip
_NAMED = ("channel", "department", "resource")
_PLACE = 1 << 40


class StoredColumns(Mapping[str, NDArray[Any]]):
    """Columns of a log, read from the workspace at the first look and kept.

    `rows` are the places of the log's events in the workspace, in case order.
    """

    def __init__(
        self,
        held: Columns,
        rows: NDArray[np.int64],
        read: Callable[[str], NDArray[Any]],
        names: tuple[str, ...],
    ) -> None:
        self._held, self._rows, self._read, self._names = held, rows, read, names

    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._held:
            if name not in self._names:
                raise KeyError(name)
            self._held[name] = self._read(name)[self._rows]
        return self._held[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys((*self._names, *self._held)))

    def __len__(self) -> int:
        return len(dict.fromkeys((*self._names, *self._held)))

    def __contains__(self, name: object) -> bool:
        return name in self._held or name in self._names


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
        if name == "sequence":
            return self._sequence()
        if name in ("channel", "resource"):
            return ranked(self.names[name])[self._plain(name)]
        return self._plain(name)

    def in_goals(self) -> Columns:
        """The events that belong to a goal: place, instance, rule."""
        found = self._workspace.columns("SELECT event, instance, rule FROM event_goals")
        return {"place": places_of(self._plain("event"), found.pop("event")), **found}

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

    def _sequence(self) -> NDArray[np.int64]:
        """The order among equal times: files in the order of a load from nothing, rows in theirs."""
        event = self._plain("event")
        ranks = self._by_code("SELECT file, CAST(rank AS BIGINT) AS rank FROM files")
        if (np.diff(ranks[:-1][ranks[:-1] >= 0]) >= 0).all():
            return event
        return ranks[event // _PLACE] * _PLACE + event % _PLACE

    def _of_record(self, column: str) -> NDArray[Any]:
        return self._by_code(f"SELECT record, {column} FROM records")

    def _by_code(self, sql: str) -> NDArray[Any]:
        """A column by the code beside it, with a last place for the code -1."""
        code, value = self._workspace.columns(sql).values()
        return laid_out(value, code)

    def _names_of(self, kind: str) -> tuple[str, ...]:
        found = self._workspace.rows("SELECT name FROM names WHERE kind = ? ORDER BY code", [kind])
        return tuple(name for (name,) in found)


def case_of_instance(instance: NDArray[np.int64], cases: NDArray[np.int64]) -> NDArray[np.int64]:
    """The position of each goal instance among `cases` (distinct instances), -1 where it is not there."""
    customer, number = cases // MOST_GOALS, cases % MOST_GOALS
    size = np.zeros(int(customer.max(initial=-1)) + 2, np.int64)
    np.maximum.at(size, customer, number + 1)
    first = np.cumsum(size) - size
    slots = np.full(int(size.sum()), -1, np.int64)
    slots[first[customer] + number] = np.arange(cases.size)
    found = np.empty(instance.size, np.int64)
    wanted = np.ascontiguousarray(instance, np.int64)
    look_up(instance.size, size.size, MOST_GOALS, wanted, size, first, slots, found)
    return found


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


@native
def look_up(
    n: int, n_customers: int, most: int,
    instance: Int64s, size: Int64s, first: Int64s, slots: Int64s, found: Int64s,
) -> None:  # fmt: skip
    """The slot of each instance: those of a customer stand side by side, by number."""
    for i in range(n):
        customer, number = instance[i] // most, instance[i] % most
        found[i] = -1
        if instance[i] >= 0 and customer < n_customers and number < size[customer]:
            found[i] = slots[first[customer] + number]
