"""Rows split into parts that fit into memory, all rows of a key in the same part, through files on disk."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Columns


def split_parts(batches: Iterable[Columns], by: str, n_parts: int, beside: Path | None) -> Iterator[Columns]:
    """Write batches of rows out by the key's part, and give back part after part.

    Rows keep their order inside a part. One pass over the rows and one over the files, whatever the
    number of parts; the files lie beside a workspace while this runs.
    """
    with scratch_folder(beside) as place:
        types = _write(batches, by, n_parts, Path(place))
        for part in range(n_parts):
            found = {
                name: _read(Path(place, f"{part}.{i}"), kind) for i, (name, kind) in enumerate(types.items())
            }
            if found and found[by].size:
                yield found


def scratch_folder(beside: Path | None) -> tempfile.TemporaryDirectory[str]:
    """A folder beside a workspace, gone after use; what a killed process left is told by its number."""
    prefix = f"{beside.name if beside else 'crmmining'}.{os.getpid()}.parts"
    return tempfile.TemporaryDirectory(prefix=prefix, dir=beside.parent if beside else None)


def _write(batches: Iterable[Columns], by: str, n_parts: int, place: Path) -> dict[str, np.dtype[Any]]:
    types: dict[str, np.dtype[Any]] = {}
    for batch in batches:
        types = types or {name: values.dtype for name, values in batch.items()}
        part = part_of_key(batch[by], n_parts)
        order = np.argsort(part, kind="stable")
        ends = np.cumsum(np.bincount(part, minlength=n_parts))
        for i, (name, kind) in enumerate(types.items()):
            values = batch[name][order].astype(kind, copy=False)
            for p, (start, end) in enumerate(zip(np.r_[0, ends[:-1]], ends, strict=True)):
                if end > start:
                    with Path(place, f"{p}.{i}").open("ab") as file:
                        values[start:end].tofile(file)
    return types


def part_of_key(key: NDArray[Any], n_parts: int) -> NDArray[np.unsignedinteger[Any]]:
    """The part each key belongs to: neighbouring keys are spread evenly (Fibonacci hashing)."""
    mixed = (key.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(33)
    kind: type[np.unsignedinteger[Any]] = np.uint8 if n_parts <= 256 else np.uint16
    return (mixed % np.uint64(n_parts)).astype(kind)


def _read(path: Path, kind: np.dtype[Any]) -> NDArray[Any]:
    if not path.exists():
        return np.empty(0, kind)
    values = np.fromfile(path, kind)
    path.unlink()
    return values
