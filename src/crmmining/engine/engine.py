"""What an engine can do: store, join, filter, hand over columns, and give a function part after part.

Two engines answer to it: a DuckDB file on one machine (`workspace`), Apache Spark on a cluster
(`spark`). SQL that goes through here is written once, in the subset both understand:

* types STRING, BIGINT, INTEGER, SMALLINT, TINYINT, DOUBLE, BOOLEAN; times are BIGINT microseconds;
* `min_by`, `max_by`, `FILTER (WHERE)`, `SEMI JOIN`, `ANTI JOIN`, `IS NOT DISTINCT FROM`, windows with a
  total ORDER BY and NULLS said; no `GROUP BY ALL`, no lambda, no list, no struct, no shift, no `//`;
* percentiles are discrete; doubles are never summed; every value is bound with ``?``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[Any]]
"""Columns by name; absent integers are -1, absent numbers NaN, absent texts None."""
T = TypeVar("T")


class Engine(Protocol):
    """Tables of one study, wherever they live."""

    def meta(self, key: str) -> str | None:
        """A remembered value, None if never set."""

    def table(self, name: str, sql: str, values: Sequence[Any] = ()) -> None:
        """Make (or make anew) a working table from a query; it is gone with the connection."""

    def hold(self, name: str, columns: Mapping[str, NDArray[Any]]) -> None:
        """Make (or make anew) a working table from integer columns in memory."""

    def drop(self, *names: str) -> None:
        """Give the space of working tables back."""

    def append(self, name: str, sql: str, values: Sequence[Any] = ()) -> None:
        """Add the rows of a query to one of the schema's tables, columns in its order."""

    def insert(self, name: str, columns: Mapping[str, NDArray[Any] | Sequence[Any]]) -> None:
        """Add columns held in memory to one of the schema's tables."""

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a small result."""

    def value(self, sql: str, values: Sequence[Any] = ()) -> Any:
        """The single value of a result."""

    def columns(self, sql: str, values: Sequence[Any] = ()) -> Columns:
        """A result as NumPy columns in memory."""

    def map_parts(
        self, function: Callable[[Columns], T], sql: str, values: Sequence[Any] = (), *, by: str
    ) -> Iterator[T]:
        """Give the rows of a query to a function, part after part.

        All rows with the same value of the integer column `by` come in the same part; a part fits into
        memory. `function` is pure and can be pickled, as can what it returns; the parts come in no
        particular order.
        """

    def append_parts(
        self,
        function: Callable[[Columns], Mapping[str, Columns]],
        sql: str,
        values: Sequence[Any] = (),
        *,
        by: str,
    ) -> None:
        """Add to the schema's tables, by name, what a function makes of each part of a query."""


class StoredTables(Engine, Protocol):
    """An engine whose tables hold a loaded study; what reading it needs beyond queries.

    The *place* of an event is where its values stand in every array of `event_column`.
    """

    @property
    def path(self) -> Path | None:
        """Where the tables lie; None in memory."""

    @property
    def room(self) -> int | None:
        """How many bytes of logs may be held whole; None without a limit, 0 where they had better not be."""

    @property
    def keeps_order(self) -> bool:
        """Whether the rows of a table come back in the order in which they were added."""

    def event_column(self, expression: str) -> NDArray[Any]:
        """An expression over the table events as an array by place; -1, NaN or None where no event is."""

    def close(self) -> None:
        """Give the tables free for others."""


def filled(column: Any) -> NDArray[Any]:
    """A column without mask: absent integers -1, absent numbers NaN, absent texts None."""
    if not isinstance(column, np.ma.MaskedArray):
        return np.asarray(column)
    if column.dtype.kind == "f":
        return np.asarray(column.filled(np.nan))
    if column.dtype.kind in "iu":
        return np.asarray(column.filled(-1))
    texts = column.data.astype(object)
    texts[np.ma.getmaskarray(column)] = None
    return texts


def by_place(place: NDArray[Any], value: NDArray[Any]) -> NDArray[Any]:
    """Values laid out by their places; a place nobody has holds an absent value."""
    if place.size and place[0] == 0 and place[-1] == place.size - 1 and bool((np.diff(place) > 0).all()):
        return value
    absent: Any = None if value.dtype == object else np.nan if value.dtype.kind == "f" else -1
    found = np.full(int(place.max(initial=-1)) + 1, absent, value.dtype)
    found[place] = value
    return found
