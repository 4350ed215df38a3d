"""Exact variants: cases with the same activity sequence, found by hash and proved by comparison."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.kernel import kernel


def find_variants(
    offsets: NDArray[np.int64], activity: NDArray[np.integer[Any]]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the distinct sequences.

    Returns (variant of each case, first case of each variant), variants in order of first case.
    """
    variant, first = _find_variants(offsets, np.ascontiguousarray(activity, np.int32))
    return variant, first


@kernel
def _find_variants(offsets, activity):  # type: ignore[no-untyped-def]
    n_cases = offsets.size - 1
    size = 16
    while size < 2 * n_cases:
        size *= 2
    table = np.full(size, -1, np.int64)
    variant = np.empty(n_cases, np.int64)
    first = np.empty(n_cases, np.int64)
    hashes = np.empty(n_cases, np.uint64)
    n_variants = 0
    for c in range(n_cases):
        h = np.uint64(14695981039346656037)
        for i in range(offsets[c], offsets[c + 1]):
            h = (h ^ np.uint64(activity[i] + 1)) * np.uint64(1099511628211)
            h ^= h >> np.uint64(29)
        slot = np.int64(h & np.uint64(size - 1))
        while True:
            known = table[slot]
            if known < 0:
                table[slot] = n_variants
                first[n_variants] = c
                hashes[n_variants] = h
                variant[c] = n_variants
                n_variants += 1
                break
            if hashes[known] == h and _same(offsets, activity, first[known], c):
                variant[c] = known
                break
            slot = (slot + 1) & (size - 1)
    return variant, first[:n_variants].copy()


@kernel
def _same(offsets, activity, a, b):  # type: ignore[no-untyped-def]
    length = offsets[a + 1] - offsets[a]
    if offsets[b + 1] - offsets[b] != length:
        return False
    k = 0
    while k < length and activity[offsets[a] + k] == activity[offsets[b] + k]:
        k += 1
    return k == length
