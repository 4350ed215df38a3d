"""Stored columns read here, straight from their Parquet files, without asking Spark to send them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import filled


def stored_column(folders: Iterable[Path], expression: str) -> NDArray[Any]:
    """An expression over the rows in Parquet folders; rows always in the same order, folder by folder."""
    import duckdb

    files = [str(file) for folder in folders for file in sorted(folder.glob("*.parquet"))]
    if not files:
        return np.empty(0, np.int64)
    with duckdb.connect() as connection:
        sql = f"SELECT {expression} AS value FROM read_parquet(?, hive_partitioning = false)"
        return filled(connection.execute(sql, [files]).fetchnumpy()["value"])


def places_of(keys: NDArray[Any], wanted: NDArray[Any]) -> NDArray[np.int64]:
    """Where each wanted key stands among keys that are all different; -1 where it is not there.

    >>> places_of(np.array([30, 10, 20]), np.array([20, 99, 30])).tolist()
    [2, -1, 0]
    """
    order = np.argsort(keys)
    found = np.searchsorted(keys, wanted, sorter=order)
    place = order[np.minimum(found, keys.size - 1)] if keys.size else np.full(wanted.size, -1)
    return np.where(keys[place] == wanted, place, -1) if keys.size else place
