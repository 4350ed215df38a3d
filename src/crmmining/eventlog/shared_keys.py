"""Keys that too many have: a switchboard's number, a placeholder address. They make nobody one customer."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Engine


def shared_keys(engine: Engine, most: int, among: str = "") -> NDArray[np.int32]:
    """The keys beside which more than `most` different keys of one kind stand.

    `among` is SQL that finds the keys in question, as `key`; all where it is empty.
    """
    only = f"SEMI JOIN ({among}) m ON m.key = s.key" if among else ""
    return engine.columns(SHARED_KEYS.format(only=only), [most, most])["key"]


def kept_apart(
    key: NDArray[np.int32], same: NDArray[np.int32], shared: NDArray[np.int32], n: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Pairs of keys (below `n`) in which a shared key stands only beside itself.

    >>> pairs = np.array([0, 1], np.int32), np.array([2, 2], np.int32)
    >>> [side.tolist() for side in kept_apart(*pairs, np.array([2], np.int32), 3)]
    [[0, 1, 2, 2], [0, 1, 2, 2]]
    """
    is_shared = np.zeros(n, bool)
    is_shared[shared] = True
    cut = is_shared[key] | is_shared[same]
    return np.concatenate([key, same[cut]]), np.concatenate([np.where(cut, key, same), same[cut]])


# Most keys stand beside few others, so they are counted roughly before they are counted by kind.
SHARED_KEYS = """
    WITH beside AS (
        SELECT s.key, s.other
        FROM (
            SELECT key, same AS other FROM said_keys WHERE key <> same
            UNION ALL SELECT same, key FROM said_keys WHERE key <> same
        ) s
        {only}
    ), busy AS (
        SELECT key FROM beside GROUP BY key HAVING count(*) > ?
    )
    SELECT DISTINCT key
    FROM (
        SELECT b.key, k.kind
        FROM beside b
        SEMI JOIN busy u ON u.key = b.key
        JOIN keys k ON k.key = b.other
        GROUP BY b.key, k.kind
        HAVING count(DISTINCT b.other) > ?
    ) by_kind
    ORDER BY key
"""
