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


def found_at(table: NDArray[Any], code: NDArray[Any]) -> NDArray[Any]:
    """What a table of `laid_out` holds for each code; codes beyond it are absent.

    >>> found_at(np.array(["x", None], object), np.array([0, -1, 5])).tolist()
    ['x', None, None]
    """
    return np.take(table, np.where(code < table.size, code, -1), mode="wrap")


def ranked(names: tuple[str, ...]) -> NDArray[np.int32]:
    """For the code of each name its rank in the alphabet, with a last place for the code -1.

    >>> ranked(("web", "phone"))[np.array([0, 1, -1])].tolist()
    [1, 0, -1]
    """
    table = np.full(len(names) + 1, -1, np.int32)
    table[sorted(range(len(names)), key=lambda i: names[i])] = np.arange(len(names), dtype=np.int32)
    return table
