"""Work shared among the cores: NumPy and the kernels let other threads run meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T")
R = TypeVar("R")

MOST_THREADS = 8
SMALL = 50_000
"""Below so many events one thread is done before a second has begun."""


@cache
def n_threads() -> int:
    """Cores this process may use, at most `MOST_THREADS`."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(cores or 1, MOST_THREADS)


def each(function: Callable[[T], R], parts: Iterable[T]) -> list[R]:
    """The function of every part, in the order of the parts, parts shared among the cores."""
    todo: Sequence[T] = list(parts)
    if len(todo) < 2 or n_threads() == 1:
        return [function(part) for part in todo]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(min(n_threads(), len(todo))) as pool:
        return list(pool.map(function, todo))


def spans(n: int, small: int = SMALL) -> list[tuple[int, int]]:
    """One stretch of 0 … n per thread.

    >>> spans(10)
    [(0, 10)]
    """
    parts = 1 if n < small else n_threads()
    ends = [n * k // parts for k in range(parts + 1)]
    return list(pairwise(ends))


def case_spans(offsets: NDArray[np.int64], small: int = SMALL) -> list[tuple[int, int]]:
    """One stretch of cases per thread, with about as many events each."""
    ends = [int(np.searchsorted(offsets, end)) for _, end in spans(int(offsets[-1]), small)]
    ends[-1] = offsets.size - 1
    return list(pairwise([0, *ends]))
