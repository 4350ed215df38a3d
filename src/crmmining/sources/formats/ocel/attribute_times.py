"""What an object was last: its attributes by the time from which they hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from crmmining.errors import UnreadableValueError

Said = tuple[str, str, str]
"""An attribute, the time from which it has its value, and the value."""
_ALWAYS = ("", "0")


def latest_last(path: Path, id: str, attributes: Sequence[Said]) -> tuple[Said, ...]:
    """Attributes in the order of their times; those without one first, those of one time as they are written.

    An object of which no attribute is said twice stays as it is written.

    Raises:
        UnreadableValueError: a time that is not as ISO 8601 says.
    """
    if len({name for name, _, _ in attributes}) == len(attributes):
        return tuple(attributes)
    return tuple(sorted(attributes, key=lambda said: _moment(path, id, said)))


def since(time: str) -> dt.datetime:
    """A time as OCEL writes it; the beginning of all times where there is none.

    >>> since("2025-01-31T09:30:00Z") < since("2025-01-31T09:30:00.5Z") < since("2025-01-31 10:30:01+01:00")
    True

    Raises:
        ValueError: not as ISO 8601 says.
    """
    if time in _ALWAYS:
        return dt.datetime.min.replace(tzinfo=dt.UTC)
    found = dt.datetime.fromisoformat(time.strip())
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _moment(path: Path, id: str, said: Said) -> dt.datetime:
    name, time, _ = said
    try:
        return since(time)
    except ValueError:
        raise UnreadableValueError(
            f"{path}: object {id!r}, attribute {name!r}: {time!r} is no time; "
            "OCEL 2.0 writes it like 2025-01-31T09:30:00Z"
        ) from None
