"""Between codes that were handed out as things came and the order in which they are shown."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def laid_out(values: NDArray[Any], code: NDArray[Any]) -> NDArray[Any]:
    """Values by code, with one more place at the end, so that the code -1 finds an absent value.

    >>> laid_out(np.array(["x", "y"], object), np.array([2, 0])).tolist()
    ['y', None, 'x', None]
    """
    size = int(code.max(initial=-1)) + 2
    absent: Any = None if values.dtype == object else np.nan if values.dtype.kind == "f" else -1
    found = np.full(size, absent, values.dtype)
    found[code] = values
    return found


def numbered(values: NDArray[Any], among: NDArray[Any]) -> NDArray[np.int64]:
    """The position of each value among distinct ones, -1 where it is not there.

    >>> numbered(np.array([7, 9, 7]), np.array([9, 7])).tolist()
    [1, 0, 1]
    """
    order = np.argsort(among, kind="stable")
    place = np.searchsorted(among, values, sorter=order)
    found = order[np.minimum(place, max(among.size - 1, 0))] if among.size else np.full(values.size, -1)
    return np.where(among[found] == values, found, -1).astype(np.int64) if among.size else found


def in_order(code: NDArray[Any], names: tuple[str, ...]) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Codes into names, as codes into the same names in the order of the alphabet; -1 stays.

    >>> in_order(np.array([0, 1, -1]), ("web", "phone"))
    (array([ 1,  0, -1], dtype=int32), ('phone', 'web'))
    """
    ranked = sorted(range(len(names)), key=lambda i: names[i])
    table = np.full(len(names) + 1, -1, np.int32)
    table[ranked] = np.arange(len(names), dtype=np.int32)
    return table[code], tuple(names[i] for i in ranked)
