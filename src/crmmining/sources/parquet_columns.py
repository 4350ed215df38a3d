"""A Parquet file as an event log: only the needed columns, row group by row group, straight to codes.

Reading, numbering texts and placing events are shared among the cores; a row group's texts are numbered
on their own and joined by their distinct ones, so that no text is held twice and none becomes a Python
text.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.arrow_columns import in_buffer, present
from crmmining.engine.threads import each
from crmmining.errors import SourceError, UnknownNameError
from crmmining.eventlog.case_order import CaseOrder, Stretch, count_codes, order_stretches
from crmmining.eventlog.case_table import CaseTable
from crmmining.eventlog.kernel import Int32s, Int64s, native
from crmmining.eventlog.log import ACTORS, CaseNotion, EventLog
from crmmining.eventlog.texts import Numbering, Texts
from crmmining.sources.refused_rows import no_time, no_value

if TYPE_CHECKING:
    import pyarrow as pa

TIMES = ("time", "start")
_ROWS = 1 << 20
_FEW = 3
"""Bytes a value may take on disk in a column that is read as codes: more means many distinct texts."""
_UNITS = {"s": 1_000_000, "ms": 1_000}


@dataclass(eq=False)
class _Numbered:
    """A text column of a row group: codes of its rows, and the number of each code in the whole file."""

    codes: NDArray[np.int32]
    numbers: NDArray[np.int32]


@dataclass(eq=False)
class _Column:
    """A text column of the file: its distinct texts, and the size of table a row group is likely to need."""

    texts: Numbering = field(default_factory=Numbering)
    likely: int = 1 << 12
    lock: threading.Lock = field(default_factory=threading.Lock)


class ParquetFile:
    """The footer of a file: what it holds, and whether it can be read without SQL.

    Raises:
        SourceError: the file is no Parquet.
    """

    def __init__(self, path: Path) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path = path
        try:
            footer = pq.read_metadata(path)
        except pa.ArrowInvalid as error:
            reason = str(error).partition(". ")[0]
            raise SourceError(f"{path}: not readable as Parquet: {reason}; export it again") from None
        self.n_rows = footer.num_rows
        sizes = [footer.row_group(k).num_rows for k in range(footer.num_row_groups)]
        self.first_rows = [sum(sizes[:k]) for k in range(len(sizes))]
        self.names = [footer.schema.column(i).name for i in range(footer.num_columns)]
        self._footer, self._schema = footer, footer.schema.to_arrow_schema()

    def is_plain(self, roles: Mapping[str, str], zone: str) -> bool:
        """Whether the roles are columns of texts, whole numbers, and instants."""
        return all(
            self._schema.names.count(name) == self.names.count(name) == 1
            and (
                _is_instant(self._schema.field(name).type, zone)
                if role in TIMES
                else _is_text(self._schema.field(name).type)
            )
            for role, name in roles.items()
        )

    def n_absent(self, column: str) -> int:
        """Number of rows without a value, as the footer says; 0 where it does not say."""
        facts = (
            self._footer.row_group(k).column(self.names.index(column)) for k in range(len(self.first_rows))
        )
        return sum(f.statistics.null_count or 0 for f in facts if f.is_stats_set)

    def log(
        self, roles: Mapping[str, str], name: str, told: tuple[Path, Mapping[str, str]] | None = None
    ) -> EventLog:
        """The log; `roles` maps roles to columns as `is_plain` wants them.

        `told` is the file and the columns to name in an error, where the user gave others.

        Raises:
            UnreadableValueError: a row without case, activity or time.
            UnknownNameError: an actor that is none.
        """
        columns = {role: _Column() for role in roles if role not in TIMES}
        path, named = told or (self.path, roles)
        groups = range(len(self.first_rows))
        tasks = [(group, role) for group in groups for role in roles]

        def read(task: tuple[int, str]) -> Any:
            group, role = task
            if role not in TIMES:
                return self._texts(group, roles[role], columns[role])
            times = self._times(group, roles[role])
            if isinstance(times, int):
                raise no_time(path, times, named[role])
            return times

        found = dict(zip(tasks, each(read, tasks), strict=True))
        parts = {role: [found.pop((group, role)) for group in groups] for role in roles}
        for role in ("case", "activity"):
            missing = [np.flatnonzero(part.codes < 0) for part in parts[role]]
            rows = np.concatenate([m + first for m, first in zip(missing, self.first_rows, strict=True)])
            if rows.size:
                raise no_value(path, int(rows[0]) + 1, named[role], role, rows.size)
        return _log(parts, columns, name)

    def _times(self, group: int, column: str) -> NDArray[np.int64] | int:
        """Microseconds UTC of a row group; the first row without a time, counted from 1, if there is one."""
        found, row = [], self.first_rows[group]
        for chunk in self._chunks(group, column):
            if chunk.null_count:
                return row + int(np.argmin(present(chunk))) + 1
            ticks = in_buffer(chunk, kind=np.int64)
            unit = chunk.type.unit
            if unit != "us":
                ticks = ticks // 1_000 if unit == "ns" else ticks * _UNITS[unit]
            found.append(ticks)
            row += len(chunk)
        return _joined(found)

    def _texts(self, group: int, column: str, whole: _Column) -> _Numbered:
        own = Numbering(whole.likely)
        codes, known = _side_by_side([_numbers(chunk, own) for chunk in self._chunks(group, column)])
        with whole.lock:
            joined = whole.texts.numbers(own.offsets, own.data)
            whole.likely = 1 << max(2 * len(own), 1).bit_length()
        return _Numbered(codes, np.append(joined if known is None else joined[known], np.int32(-1)))

    def _chunks(self, group: int, column: str) -> Iterator[Any]:
        """A column of a row group in stretches of rows; few distinct texts come as codes already."""
        import pyarrow.parquet as pq

        facts = self._footer.row_group(group).column(self.names.index(column))
        coded = "PLAIN" not in facts.encodings or facts.total_uncompressed_size < _FEW * facts.num_values
        file = pq.ParquetFile(
            self.path,
            metadata=self._footer,
            memory_map=True,
            pre_buffer=False,
            read_dictionary=[column] if coded and not self._is_time(column) else [],
        )
        with file:
            batches = file.iter_batches(_ROWS, row_groups=[group], columns=[column], use_threads=False)
            for batch in batches:
                yield batch.column(0)

    def _is_time(self, column: str) -> bool:
        return _is_instant(self._schema.field(column).type, "UTC")


def _is_instant(kind: pa.DataType, zone: str) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_timestamp(kind)) and (kind.tz is not None or zone == "UTC")


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_integer(kind))


def _numbers(chunk: pa.Array, texts: Numbering) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    """The numbers of a chunk's texts, new ones being numbered; -1 where absent.

    Where the file has codes already, these, and the number of each code.
    """
    import pyarrow as pa

    there = present(chunk) if chunk.null_count else None
    if pa.types.is_dictionary(chunk.type):
        known, _ = _numbers(chunk.dictionary, texts)
        codes = in_buffer(chunk.indices)
        return (codes if there is None else np.where(there, codes, np.int32(-1))), known
    if pa.types.is_integer(chunk.type):
        chunk = chunk.cast(pa.string())
    kind = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
    offsets = in_buffer(chunk, kind=kind, n=len(chunk) + 1)
    data = chunk.buffers()[2]
    return texts.numbers(offsets, np.frombuffer(data if data is not None else b"", np.uint8), there), None


def _side_by_side(
    parts: list[tuple[NDArray[np.int32], NDArray[np.int32] | None]],
) -> tuple[NDArray[np.int32], NDArray[np.int32] | None]:
    """One array of what `_numbers` found: of a single part the file's own codes, which are not copied."""
    codes, known = parts[0]
    alone = len(parts) == 1
    if alone and (known is None or (known.min(initial=0) >= 0 and np.bincount(known).max(initial=0) < 2)):
        return codes, known
    return _joined([c if k is None else np.append(k, np.int32(-1))[c] for c, k in parts]), None


def _joined(stretches: list[NDArray[Any]]) -> NDArray[Any]:
    """One array; most row groups come in one stretch, which is not copied."""
    return stretches[0] if len(stretches) == 1 else np.concatenate(stretches)


def _log(parts: dict[str, list[Any]], columns: Mapping[str, _Column], name: str) -> EventLog:
    others: dict[str, NDArray[Any]] = {}
    names: dict[str, tuple[str, ...]] = {}
    for role in ("channel", "department", "resource", "start", "actor"):
        if role == "start" and role in parts:
            others[role] = np.concatenate(parts.pop(role))
        elif role in parts:
            codes, found = _coded(role, columns[role].texts)
            kind = np.int8 if role == "actor" else np.int32
            others[role] = np.concatenate([codes[p.numbers][p.codes] for p in parts.pop(role)]).astype(kind)
            if role != "actor":
                names[role] = found
    ids = columns["case"].texts.sorted()
    facts: dict[str, Any] = {"case": ids}
    if "customer" in parts:
        facts["customer"] = _customers(parts["case"], ids, parts.pop("customer"), columns["customer"].texts)
    codes, names["activity"] = _coded("activity", columns["activity"].texts)
    order = _ordered(parts.pop("case"), parts.pop("time"), parts.pop("activity"), ids, codes, bool(others))
    return EventLog.from_order(CaseNotion("plain", name), order, others, names, CaseTable(facts))


def _coded(role: str, texts: Numbering) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """For each number of a text its code (-1 for absent, the last), and the names behind the codes."""
    found = texts.names()
    names = ACTORS if role == "actor" else tuple(sorted(found))
    code = {name: i for i, name in enumerate(names)}
    for name in found:
        if name not in code:
            raise UnknownNameError("actor", name, ACTORS)
    return np.array([*(code[name] for name in found), -1], np.int32), names


def _ordered(
    cases: list[_Numbered],
    times: list[NDArray[np.int64]],
    activities: list[_Numbered],
    ids: Texts,
    codes: NDArray[np.int32],
    with_rows: bool,
) -> CaseOrder:
    """The events in case order, cases by their ids."""

    def stretch(k: int) -> Stretch:
        counts = np.zeros(cases[k].numbers.size - 1, np.int32)
        count_codes(cases[k].codes, 0, cases[k].codes.size, counts)
        return Stretch(cases[k].codes, times[k], codes[activities[k].numbers][activities[k].codes], counts)

    stretches = each(stretch, range(len(cases)))
    totals = np.zeros(len(ids), np.int64)
    for part, case in zip(stretches, cases, strict=True):
        add_counts(part.counts, case.numbers, part.counts.size, totals)
    offsets = np.concatenate([[0], np.cumsum(totals[ids.order])])
    following = np.empty(len(ids), np.int64)
    following[ids.order] = offsets[:-1]
    places = []
    for part, case in zip(stretches, cases, strict=True):
        places.append(np.empty(part.counts.size, np.int64))
        claim_places(part.counts, case.numbers, part.counts.size, following, places[-1])
    times.clear()
    activities.clear()
    return order_stretches(stretches, places, offsets, None, with_rows)


def _customers(cases: list[_Numbered], ids: Texts, customers: list[_Numbered], texts: Numbering) -> Any:
    """The first customer named in each case, in the order of rows."""
    case = np.concatenate([part.numbers[part.codes] for part in cases])
    customer = np.concatenate([part.numbers[part.codes] for part in customers])
    named = np.flatnonzero(customer >= 0)[::-1]  # of several assignments the last one stays
    first = np.full(len(ids), -1, np.int64)
    first[case[named]] = customer[named]
    return Texts(texts.data, texts.offsets, first[ids.order])


@native
def add_counts(counts: Int32s, numbers: Int32s, n: int, totals: Int64s) -> None:
    """Add the counts of a row group's codes to those of the whole file."""
    for i in range(n):
        totals[numbers[i]] += counts[i]


@native
def claim_places(counts: Int32s, numbers: Int32s, n: int, following: Int64s, place: Int64s) -> None:
    """For each code of a row group its next free place, which moves on by the code's count."""
    for i in range(n):
        place[i] = following[numbers[i]]
        following[numbers[i]] += counts[i]
