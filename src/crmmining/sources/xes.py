"""XES event logs (IEEE 1849-2016), plain or gzipped."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from crmmining.errors import SourceError, UnreadableValueError
from crmmining.eventlog.frames import log_from_arrays
from crmmining.eventlog.log import ACTORS, EventLog

_ROLES = {
    "concept:name": "activity",
    "time:timestamp": "time",
    "start_timestamp": "start",
    "org:resource": "resource",
    "org:group": "department",
    "channel": "channel",
    "actor": "actor",
}
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def read_xes(path: Path) -> EventLog:
    """Read a log: case from the trace's concept:name (its number where it has none), NA stays NA.

    Raises:
        SourceError: not XML, no trace, an event without activity or time.
    """
    found: dict[str, list[Any]] = {role: [] for role in ("case", *_ROLES.values())}
    try:
        with _opened(path) as file:
            for number, trace in enumerate(_traces(file), start=1):
                _append(path, trace, number, found)
    except (ElementTree.ParseError, EOFError, gzip.BadGzipFile) as error:
        raise SourceError(f"{path}: not readable as XES: {error}") from None
    if not found["case"]:
        raise SourceError(f"{path}: the log has no event")
    kept: dict[str, Any] = {
        role: values
        for role, values in found.items()
        if role in ("case", "time") or any(v is not None for v in values)
    }
    if not set(kept.get("actor", ())) <= {*ACTORS, None}:
        del kept["actor"]  # another log's word, not ours
    for role in ("time", "start"):
        if role in kept:
            kept[role] = np.array([-1 if v is None else v for v in kept[role]], np.int64)
    return log_from_arrays(kept, path.name.split(".")[0])


def _opened(path: Path) -> Any:
    return gzip.open(path) if path.suffix == ".gz" else path.open("rb")


def _traces(file: Any) -> Iterator[ElementTree.Element]:
    for _, element in ElementTree.iterparse(file):
        if element.tag.rpartition("}")[2] == "trace":
            yield element
            element.clear()


def _append(path: Path, trace: ElementTree.Element, number: int, found: dict[str, list[Any]]) -> None:
    case = str(number)
    for child in trace:
        if child.get("key") == "concept:name":
            case = child.get("value", case)
    for position, event in enumerate((e for e in trace if e.tag.rpartition("}")[2] == "event"), start=1):
        values = {
            _ROLES[child.get("key", "")]: child.get("value") for child in event if child.get("key") in _ROLES
        }
        for role in ("activity", "time"):
            if not values.get(role):
                raise UnreadableValueError(f"{path}: trace {case!r}, event {position} has no {role}")
        found["case"].append(case)
        for role in _ROLES.values():
            value = values.get(role)
            found[role].append(
                _microseconds(path, case, value) if role in ("time", "start") and value else value
            )


def _microseconds(path: Path, case: str, text: str) -> int:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise UnreadableValueError(
            f"{path}: trace {case!r}: {text!r} is no time of XES (2026-01-31T12:00:00+01:00)"
        ) from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)
