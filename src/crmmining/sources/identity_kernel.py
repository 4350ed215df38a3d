"""Connected components of integer pairs, each named by its smallest member."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.kernel import Int32s, native


def components(a: NDArray[np.int32], b: NDArray[np.int32], n: int) -> NDArray[np.int32]:
    """For each of `n` nodes the smallest node it is connected with; -1 for a node in no pair.

    Union by the smaller root with path halving (Tarjan & van Leeuwen 1984).

    >>> components(np.array([0, 3], np.int32), np.array([0, 1], np.int32), 4).tolist()
    [0, 1, -1, 1]
    """
    root = np.full(n, -1, np.int32)
    union_pairs(a.size, n, np.ascontiguousarray(a, np.int32), np.ascontiguousarray(b, np.int32), root)
    return root


@native
def union_pairs(n_pairs: int, n: int, a: Int32s, b: Int32s, root: Int32s) -> None:
    """Join the trees of each pair, then let every node point at its root; `root` is -1 everywhere before."""
    for i in range(n_pairs):
        x, y = a[i], b[i]
        if root[x] < 0:
            root[x] = x
        if root[y] < 0:
            root[y] = y
        while root[x] != x:
            root[x] = root[root[x]]
            x = root[x]
        while root[y] != y:
            root[y] = root[root[y]]
            y = root[y]
        if x < y:
            root[y] = x
        elif y < x:
            root[x] = y
    for x in range(n):
        if root[x] >= 0:
            root[x] = root[root[x]]  # roots are smaller than their members, so they are done already
