"""Exact variants: cases with the same activity sequence, found by hash and proved by comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.threads import case_spans, each
from crmmining.eventlog.kernel import Int32s, Int64s, UInt64s, inlined, native

_FIRST_TABLE = 1 << 12


def find_variants(
    offsets: NDArray[np.int64], activity: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Number the distinct sequences.

    Returns (variant of each case, first case of each variant), variants in order of first case.
    """
    codes, n_cases = np.ascontiguousarray(activity, np.int32), offsets.size - 1
    hashes, variant = np.empty(n_cases, np.uint64), np.empty(n_cases, np.int32)
    each(lambda span: hash_cases(offsets, codes, *span, hashes), case_spans(offsets))
    first = np.empty(n_cases, np.int64)
    reached = np.zeros(2, np.int64)  # cases numbered, variants found
    size = _FIRST_TABLE
    while reached[0] < n_cases:
        table = np.full(size, -1, np.int32)
        number_cases(offsets, codes, hashes, n_cases, table, size, variant, first, reached)
        size *= 4
    return variant, first[: reached[1]].copy()


def rank_sequences(
    counts: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    activity: NDArray[np.integer[Any]],
) -> NDArray[np.int64]:
    """The sequences ``activity[starts[v]:ends[v]]`` by count downwards, then by their codes."""
    order = np.arange(counts.size)
    codes = np.ascontiguousarray(activity, np.int32)
    sort_sequences(order, np.empty_like(order), order.size, counts, starts, ends, codes)
    return order


@native
def hash_cases(offsets: Int64s, activity: Int32s, start: int, end: int, hashes: UInt64s) -> None:
    """A hash of the sequence of every case."""
    for c in range(start, end):
        h = np.uint64(14695981039346656037)
        for i in range(offsets[c], offsets[c + 1]):
            h = (h ^ np.uint64(activity[i] + 1)) * np.uint64(1099511628211)
            h ^= h >> np.uint64(29)
        hashes[c] = h


@native
def number_cases(
    offsets: Int64s,
    activity: Int32s,
    hashes: UInt64s,
    n_cases: int,
    table: Int32s,
    size: int,
    variant: Int32s,
    first: Int64s,
    reached: Int64s,
) -> None:
    """Give cases their variants until the empty table is half full; go on from where `reached` says."""
    n_variants = reached[1]
    for v in range(n_variants):
        slot = np.int64(hashes[first[v]] & np.uint64(size - 1))
        while table[slot] >= 0:
            slot = (slot + 1) & (size - 1)
        table[slot] = v
    c = reached[0]
    while c < n_cases and 2 * n_variants < size:
        h = hashes[c]
        slot = np.int64(h & np.uint64(size - 1))
        found = np.int64(-1)
        while found < 0:
            known = np.int64(table[slot])
            if known < 0:
                table[slot] = n_variants
                first[n_variants] = c
                found = n_variants
                n_variants += 1
            elif hashes[first[known]] == h and _same(offsets, activity, first[known], c):
                found = known
            slot = (slot + 1) & (size - 1)
        variant[c] = found
        c += 1
    reached[0], reached[1] = c, n_variants


@inlined
def _same(offsets, activity, a, b):  # type: ignore[no-untyped-def]
    length = offsets[a + 1] - offsets[a]
    equal = offsets[b + 1] - offsets[b] == length
    k = 0
    while equal and k < length:
        equal = activity[offsets[a] + k] == activity[offsets[b] + k]
        k += 1
    return equal


@inlined
def _comes_first(v, w, counts, starts, ends, activity):  # type: ignore[no-untyped-def]
    """Whether sequence v does not come after w: more cases, then smaller codes, then shorter."""
    if counts[v] != counts[w]:
        return counts[v] > counts[w]
    i, j = starts[v], starts[w]
    while i < ends[v] and j < ends[w] and activity[i] == activity[j]:
        i += 1
        j += 1
    if i == ends[v]:
        return True
    if j == ends[w]:
        return False
    return activity[i] < activity[j]


@native
def sort_sequences(
    order: Int64s, spare: Int64s, n: int, counts: Int64s, starts: Int64s, ends: Int64s, activity: Int32s
) -> None:
    """Merge sort of sequence numbers by `_comes_first`."""
    width = 1
    while width < n:
        low = 0
        while low < n:
            middle, high = min(low + width, n), min(low + 2 * width, n)
            left, right = low, middle
            for k in range(low, high):
                if left < middle and (
                    right >= high or _comes_first(order[left], order[right], counts, starts, ends, activity)
                ):
                    spare[k] = order[left]
                    left += 1
                else:
                    spare[k] = order[right]
                    right += 1
            low = high
        for k in range(n):
            order[k] = spare[k]
        width *= 2
