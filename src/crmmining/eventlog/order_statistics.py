"""Exact order statistics of many groups at once: the r-th smallest value of each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.threads import SMALL, each, n_threads
from crmmining.eventlog.kernel import Int32s, Int64s, native

SMALL_GROUP = 48


def by_group(
    values: NDArray[np.int64], group: NDArray[np.integer[Any]], counts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The values laid out group after group, and where each group begins (one more at the end)."""
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    laid = np.empty(values.size, np.int64)
    codes = np.ascontiguousarray(group, np.int32)
    lay_out(np.ascontiguousarray(values), codes, values.size, offsets[:-1].copy(), laid)
    return laid, offsets


def picked(
    values: NDArray[np.int64], offsets: NDArray[np.int64], *ranks: NDArray[np.int64]
) -> list[NDArray[np.int64]]:
    """For each given rank (one per group, from 0) the value of this rank in every group.

    Group *g* is ``values[offsets[g]:offsets[g+1]]``, none empty; values are moved about inside it.
    """
    sort_small(values, offsets, offsets.size - 1, SMALL_GROUP)

    def put_in_place(g: int) -> None:
        values[offsets[g] : offsets[g + 1]].partition(sorted({int(rank[g]) for rank in ranks}))

    _each_large(put_in_place, offsets)
    return [values[offsets[:-1] + rank] for rank in ranks]


def sort_groups(values: NDArray[np.int64], offsets: NDArray[np.int64]) -> None:
    """Sort the values inside every group, in place."""
    sort_small(values, offsets, offsets.size - 1, SMALL_GROUP)
    _each_large(lambda g: values[offsets[g] : offsets[g + 1]].sort(), offsets)


def _each_large(act: Callable[[int], None], offsets: NDArray[np.int64]) -> None:
    """Every group too large for the kernel, the largest first, shared among the cores."""
    sizes = np.diff(offsets)
    large = np.flatnonzero(sizes > SMALL_GROUP)
    large = large[np.argsort(-sizes[large], kind="stable")]
    n = n_threads() if offsets[-1] >= SMALL else 1

    def act_on(groups: NDArray[np.int64]) -> None:
        for g in groups.tolist():
            act(g)

    each(act_on, [large[k::n] for k in range(min(n, large.size))])


@native
def lay_out(values: Int64s, group: Int32s, n: int, place: Int64s, laid: Int64s) -> None:
    """Write each value to the next place of its group."""
    for i in range(n):
        laid[place[group[i]]] = values[i]
        place[group[i]] += 1


@native
def sort_small(values: Int64s, offsets: Int64s, n_groups: int, most: int) -> None:
    """Sort every group of at most so many values."""
    for g in range(n_groups):
        a, b = offsets[g], offsets[g + 1]
        if b - a <= most:
            for i in range(a + 1, b):
                value = values[i]
                j = i - 1
                while j >= a and values[j] > value:
                    values[j + 1] = values[j]
                    j -= 1
                values[j + 1] = value
