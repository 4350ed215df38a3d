"""Rows of a file as text, and how a value that is none is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple


class Rows(NamedTuple):
    """The columns of a table, and its rows in their order; None where nothing stands."""

    columns: list[str]
    rows: Iterable[tuple[str | None, ...]]


def as_text(value: Any) -> str | None:
    """A value as an export to CSV would write it.

    >>> [as_text(v) for v in (None, True, 12.0, 1.25, 7, "x", dt.date(2026, 1, 31))]
    [None, 'true', '12', '1.25', '7', 'x', '2026-01-31']
    >>> as_text(dt.datetime(2026, 1, 31, 9, 30))
    '2026-01-31 09:30:00'
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    return str(value)
