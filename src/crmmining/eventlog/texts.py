"""Texts as bytes in one buffer: numbered by first occurrence, sorted, made Python texts only on demand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.kernel import Int32s, Int64s, UInt8s, UInt64s, inlined, native
from crmmining.eventlog.text_order import sorted_order

_FIRST_TABLE = 1 << 12
_STRETCH = 1 << 16


@dataclass(frozen=True, eq=False)
class Texts:
    """A column of texts: text *i* is ``data[offsets[order[i]]:offsets[order[i]+1]]`` in UTF-8.

    A negative `order` is an absent text.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    order: NDArray[np.int64]

    def __len__(self) -> int:
        return self.order.size

    def take(self, chosen: NDArray[np.int64]) -> Texts:
        """These texts, in this order."""
        return Texts(self.data, self.offsets, self.order[chosen])

    def to_objects(self) -> NDArray[Any]:
        """The texts as Python texts."""
        import pyarrow as pa

        held = pa.LargeStringArray.from_buffers(
            self.offsets.size - 1, pa.py_buffer(self.offsets), pa.py_buffer(self.data)
        )
        chosen = pa.array(self.order, mask=self.order < 0)
        return np.asarray(held.take(chosen).to_numpy(zero_copy_only=False), object)


class Numbering:
    """Texts numbered in the order in which they first occur, found by hash and proved by comparison."""

    def __init__(self, size: int = _FIRST_TABLE) -> None:
        """`size` is a power of two; twice the number of distinct texts saves growing."""
        self._table = np.full(size, -1, np.int32)
        self._hashes = np.empty(size // 2, np.uint64)
        self._offsets = np.zeros(size // 2 + 1, np.int64)
        self._data = np.empty(8 * size, np.uint8)
        self._n = 0

    def __len__(self) -> int:
        return self._n

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Where each text begins in `data`, one more at the end."""
        return self._offsets[: self._n + 1]

    @property
    def data(self) -> NDArray[np.uint8]:
        """The distinct texts in UTF-8, one after another."""
        return self._data[: self._offsets[self._n]]

    def numbers(
        self,
        offsets: NDArray[np.int32] | NDArray[np.int64],
        data: NDArray[np.uint8],
        present: NDArray[np.uint8] | None = None,
    ) -> NDArray[np.int32]:
        """The number of each text ``data[offsets[i]:offsets[i+1]]``, -1 where it is not present."""
        numbers = np.empty(offsets.size - 1, np.int32)
        mask = self._data[:0] if present is None else present
        for start in range(0, numbers.size, _STRETCH):  # few enough to stay in the cache
            end = start + _STRETCH
            ends = offsets[start : end + 1].astype(np.int64, copy=False)
            self._number(ends, data, mask[start:end], numbers[start:end])
        return numbers

    def _number(
        self,
        offsets: NDArray[np.int64],
        data: NDArray[np.uint8],
        mask: NDArray[np.uint8],
        numbers: NDArray[np.int32],
    ) -> None:
        reached = np.array([0, self._n])
        while True:
            own = (self._table, self._table.size, self._hashes, self._offsets, self._data, self._data.size)
            number_texts(offsets, data, numbers.size, mask, mask.size, *own, numbers, reached)
            self._n = int(reached[1])
            if reached[0] == numbers.size:
                return
            i = int(reached[0])
            self._grow(int(offsets[i + 1] - offsets[i]))

    def sorted(self) -> Texts:
        """The distinct texts in the order of their code points, which is that of their bytes."""
        return Texts(self.data, self.offsets, sorted_order(self.offsets, self.data))

    def names(self) -> list[str]:
        """The distinct texts, few as they are, by number."""
        raw, ends = self.data.tobytes(), self.offsets.tolist()
        return [raw[a:b].decode() for a, b in pairwise(ends)]

    def _grow(self, needed: int) -> None:
        if 2 * self._n >= self._table.size:
            size = 4 * self._table.size
            self._table = np.full(size, -1, np.int32)
            fill_table(self._hashes, self._n, self._table, size)
            self._hashes = _longer(self._hashes, self._n, size // 2)
            self._offsets = _longer(self._offsets, self._n + 1, size // 2 + 1)
        used = int(self._offsets[self._n])
        if self._data.size < used + needed:
            self._data = _longer(self._data, used, 2 * (used + needed))


def _longer(values: NDArray[Any], used: int, size: int) -> NDArray[Any]:
    longer = np.empty(size, values.dtype)
    longer[:used] = values[:used]
    return longer


@inlined
def _word(data, i):  # type: ignore[no-untyped-def]
    """Eight bytes as a number; one load in machine code."""
    return (
        np.uint64(data[i])
        | (np.uint64(data[i + 1]) << np.uint64(8))
        | (np.uint64(data[i + 2]) << np.uint64(16))
        | (np.uint64(data[i + 3]) << np.uint64(24))
        | (np.uint64(data[i + 4]) << np.uint64(32))
        | (np.uint64(data[i + 5]) << np.uint64(40))
        | (np.uint64(data[i + 6]) << np.uint64(48))
        | (np.uint64(data[i + 7]) << np.uint64(56))
    )


@inlined
def _hash(data, start, end):  # type: ignore[no-untyped-def]
    h = np.uint64(end - start) * np.uint64(0x9E3779B97F4A7C15)
    i = start
    while i + 8 <= end:
        h = (h ^ _word(data, i)) * np.uint64(0xD6E8FEB86659FD93)
        h ^= h >> np.uint64(32)
        i += 8
    if i < end:
        tail = np.uint64(0)
        if end - start >= 8:
            tail = _word(data, end - 8)
        else:
            while i < end:
                tail = (tail << np.uint64(8)) | np.uint64(data[i])
                i += 1
        h = (h ^ tail) * np.uint64(0xD6E8FEB86659FD93)
        h ^= h >> np.uint64(32)
    return h


@inlined
def _equal(data, start, other, other_start, length):  # type: ignore[no-untyped-def]
    equal, i = True, 0
    while equal and i + 8 <= length:
        equal = _word(data, start + i) == _word(other, other_start + i)
        i += 8
    while equal and i < length:
        equal = data[start + i] == other[other_start + i]
        i += 1
    return equal


@native
def number_texts(
    offsets: Int64s,
    data: UInt8s,
    n: int,
    present: UInt8s,
    masked: int,
    table: Int32s,
    size: int,
    hashes: UInt64s,
    own_offsets: Int64s,
    own_data: UInt8s,
    room: int,
    numbers: Int32s,
    reached: Int64s,
) -> None:
    """Number texts from where `reached` says (text, numbers given) until a buffer is full."""
    i, known = reached[0], reached[1]
    while i < n:
        if masked > 0 and present[i] == 0:
            numbers[i] = -1
            i += 1
            continue
        start, end = offsets[i], offsets[i + 1]
        length = end - start
        h = _hash(data, start, end)
        slot = np.int64(h & np.uint64(size - 1))
        found = np.int64(table[slot])
        while found >= 0:
            if (
                hashes[found] == h
                and own_offsets[found + 1] - own_offsets[found] == length
                and _equal(data, start, own_data, own_offsets[found], length)
            ):
                break
            slot = (slot + 1) & (size - 1)
            found = np.int64(table[slot])
        if found < 0:
            if 2 * known >= size or own_offsets[known] + length > room:
                break
            table[slot] = known
            hashes[known] = h
            for k in range(length):
                own_data[own_offsets[known] + k] = data[start + k]
            own_offsets[known + 1] = own_offsets[known] + length
            found = known
            known += 1
        numbers[i] = found
        i += 1
    reached[0], reached[1] = i, known


@native
def fill_table(hashes: UInt64s, n: int, table: Int32s, size: int) -> None:
    """Enter known texts into an empty table."""
    for i in range(n):
        slot = np.int64(hashes[i] & np.uint64(size - 1))
        while table[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        table[slot] = i
