"""Columns as text: times, words and Salesforce ids, whole columns at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import ArrayLike, NDArray

from crmmining.samples.clock import DAY, Ints, london_offset, to_london

Text = Any  # a pyarrow array of strings
NULL_LOOKUP = "000000000000000AAA"
_FIRST_NUMBER = 2_400_000_000  # ids of an organisation that exists for a while
_BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", np.uint8)
_CHECK = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", np.uint8)


def words(names: Sequence[str], numbers: ArrayLike) -> Text:
    """The names with these numbers; -1 is empty."""
    return pa.array([*names, ""]).take(pa.array(np.asarray(numbers) % (len(names) + 1)))


def same(text: str, n: int) -> Text:
    """One text for all rows."""
    return pa.repeat(text, n)


def flags(values: ArrayLike) -> Text:
    """``1`` where true, ``0`` elsewhere."""
    return words(("0", "1"), np.asarray(values).astype(np.int64))


def integers(values: ArrayLike) -> Text:
    """Whole numbers in digits."""
    return pa.array(np.asarray(values).astype(np.int64)).cast(pa.string())


def joined(separator: str, *parts: Text) -> Text:
    """Texts put together row by row; a part may be one text for all rows."""
    return pc.binary_join_element_wise(*parts, separator)


def instants(utc: NDArray[Any]) -> Text:
    """``2025-06-03 13:02:11`` in UTC as Salesforce exports it; empty where NaN."""
    happens = np.isfinite(utc)
    seconds = np.where(happens, utc, 0).astype(np.int64)
    text = joined(" ", _days("%Y-%m-%d", seconds), _clock("%H:%M:%S", seconds))
    return pc.if_else(pa.array(happens), text, "")


def dates(utc: NDArray[Any]) -> Text:
    """``2025-06-03 00:00:00``: how Salesforce exports a date without a time."""
    return instants(np.asarray(utc) // DAY * DAY)


def london_iso(utc: NDArray[Any]) -> Text:
    """``2025-06-03T14:02:11+01:00``."""
    london = to_london(utc).astype(np.int64)
    summer = (london_offset(utc) > 0).astype(np.int64)
    offset = words(("+00:00", "+01:00"), summer)
    clock = joined("", _clock("%H:%M:%S", london), offset)
    return joined("T", _days("%Y-%m-%d", london), clock)


def london_day_first(utc: NDArray[Any], clock: str) -> Text:
    """``03/06/2025`` and the time of day as `clock` writes it, as London's clocks show them."""
    london = to_london(utc).astype(np.int64)
    return joined(" ", _days("%d/%m/%Y", london), _clock(clock, london))


def salesforce_ids(prefix: str, numbers: ArrayLike) -> Text:
    """18-character ids with their checksum of upper-case letters; the null lookup for -1.

    >>> salesforce_ids("003", [0, -1]).to_pylist()
    ['003Lk00002cQ9dQIAS', '000000000000000AAA']
    """
    known = np.asarray(numbers, dtype=np.int64)
    signs = np.empty((len(known), 18), dtype=np.uint8)
    signs[:, :6] = np.frombuffer(f"{prefix}Lk0".encode(), np.uint8)
    rest = known + _FIRST_NUMBER
    for place in range(14, 5, -1):
        rest, digit = np.divmod(rest, 62)
        signs[:, place] = _BASE62[digit]
    upper = (signs[:, :15] >= ord("A")) & (signs[:, :15] <= ord("Z"))
    signs[:, 15:] = _CHECK[upper.reshape(-1, 3, 5) @ (1 << np.arange(5))]
    signs[known < 0] = np.frombuffer(NULL_LOOKUP.encode(), np.uint8)
    return _fixed_width(signs)


def _fixed_width(signs: NDArray[np.uint8]) -> Text:
    rows, width = signs.shape
    offsets = np.arange(0, (rows + 1) * width, width, dtype=np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(signs))]
    return pa.Array.from_buffers(pa.string(), rows, buffers)


def _days(style: str, seconds: Ints) -> Text:
    return _day_names(style).take(pa.array(seconds // int(DAY)))


def _clock(style: str, seconds: Ints) -> Text:
    return _clock_names(style).take(pa.array(seconds % int(DAY)))


@cache
def _day_names(style: str) -> Text:
    epoch = dt.date(1970, 1, 1)
    return pa.array([(epoch + dt.timedelta(days=day)).strftime(style) for day in range(21_500)])


@cache
def _clock_names(style: str) -> Text:
    midnight = dt.datetime(2025, 1, 1)
    return pa.array([(midnight + dt.timedelta(seconds=second)).strftime(style) for second in range(int(DAY))])
