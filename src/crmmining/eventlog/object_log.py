"""An object-centric event log: events that belong to any number of objects, objects that belong together.

The metamodel of OCEL 2.0 (Berti et al., "OCEL (Object-Centric Event Log) 2.0 Specification", 2024).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

Relation = tuple[str, str]
"""Another object's id, and how it is related."""


class ObjectEvent(NamedTuple):
    """An event; time in ISO 8601, attributes as text."""

    id: str
    type: str
    time: str
    attributes: dict[str, str]
    objects: tuple[Relation, ...]


class LoggedObject(NamedTuple):
    """An object; each attribute with the time from which it has its value, the latest last."""

    id: str
    type: str
    attributes: tuple[tuple[str, str, str], ...]
    objects: tuple[Relation, ...]


@dataclass(frozen=True)
class ObjectLog:
    """Types with the names and kinds of their attributes, and what goes over events and objects.

    Kinds are those of OCEL: string, time, integer, float, boolean. `events` and `objects` begin anew each
    time they are called.
    """

    event_types: dict[str, dict[str, str]]
    object_types: dict[str, dict[str, str]]
    events: Callable[[], Iterator[ObjectEvent]]
    objects: Callable[[], Iterator[LoggedObject]]
