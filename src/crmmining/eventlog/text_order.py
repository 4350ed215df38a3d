"""Texts as bytes in one buffer, put in the order of their code points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.kernel import Int64s, UInt8s, UInt64s, inlined, native


def sorted_order(offsets: NDArray[np.int64], data: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Numbers of the texts in the order of their bytes.

    A radix sort of the eight bytes after what all have in common; texts equal in these are compared.
    """
    n = offsets.size - 1
    order, keys = np.arange(n), np.empty(n, np.uint64)
    if n < 2:
        return order
    common = common_prefix(offsets, data, n)
    counts = np.zeros(8 * 256, np.int64)
    prefix_keys(offsets, data, n, common, keys, counts)
    spare_order, spare_keys = np.empty_like(order), np.empty_like(keys)
    for byte in range(8):
        count = counts[256 * byte : 256 * (byte + 1)]
        if (count > 0).sum() < 2:
            continue
        place = np.cumsum(count) - count
        radix_pass(keys, order, n, 8 * byte, place, spare_keys, spare_order)
        keys, order, spare_keys, spare_order = spare_keys, spare_order, keys, order
    sort_equal_runs(offsets, data, n, common, keys, order, spare_order)
    return order


@native
def common_prefix(offsets: Int64s, data: UInt8s, n: int) -> int:
    """Number of bytes all texts begin with."""
    common = offsets[1] - offsets[0]
    for i in range(1, n):
        length = min(common, offsets[i + 1] - offsets[i])
        k = 0
        while k < length and data[offsets[i] + k] == data[offsets[0] + k]:
            k += 1
        common = k
    return common


@native
def prefix_keys(offsets: Int64s, data: UInt8s, n: int, common: int, keys: UInt64s, counts: Int64s) -> None:
    """The eight bytes after the common ones as a number, the first weighing most; and their histograms."""
    for i in range(n):
        key = np.uint64(0)
        start, length = offsets[i] + common, offsets[i + 1] - offsets[i] - common
        for k in range(8):
            byte = np.uint64(0)
            if k < length:
                byte = np.uint64(data[start + k])
            key = (key << np.uint64(8)) | byte
            counts[256 * (7 - k) + np.int64(byte)] += 1
        keys[i] = key


@native
def radix_pass(
    keys: UInt64s, order: Int64s, n: int, shift: int, place: Int64s, to_keys: UInt64s, to_order: Int64s
) -> None:
    """One pass of a radix sort: by one byte, stable."""
    for i in range(n):
        byte = np.int64((keys[i] >> np.uint64(shift)) & np.uint64(255))
        k = place[byte]
        place[byte] = k + 1
        to_keys[k], to_order[k] = keys[i], order[i]


@inlined
def _greater(offsets, data, v, w, skipped):  # type: ignore[no-untyped-def]
    i, j = offsets[v] + skipped, offsets[w] + skipped
    while i < offsets[v + 1] and j < offsets[w + 1] and data[i] == data[j]:
        i += 1
        j += 1
    if j >= offsets[w + 1]:
        return i < offsets[v + 1]
    if i >= offsets[v + 1]:
        return False
    return data[i] > data[j]


@native
def sort_equal_runs(
    offsets: Int64s, data: UInt8s, n: int, common: int, keys: UInt64s, order: Int64s, spare: Int64s
) -> None:
    """Order texts with equal keys by all their bytes: a merge sort of each run."""
    a = 0
    while a < n:
        b = a + 1
        while b < n and keys[b] == keys[a]:
            b += 1
        width = 1
        while width < b - a:
            low = a
            while low < b:
                middle, high = min(low + width, b), min(low + 2 * width, b)
                left, right = low, middle
                for k in range(low, high):
                    take_left = left < middle
                    if take_left and right < high:
                        take_left = not _greater(offsets, data, order[left], order[right], common)
                    if take_left:
                        spare[k] = order[left]
                        left += 1
                    else:
                        spare[k] = order[right]
                        right += 1
                low = high
            for k in range(a, b):
                order[k] = spare[k]
            width *= 2
        a = b
