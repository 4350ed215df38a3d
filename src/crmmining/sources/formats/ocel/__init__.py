"""An object-centric event log (OCEL 2.0) as a table: a row per event and object of one type."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmmining.errors import SourceError
from crmmining.eventlog.object_log import LoggedObject, ObjectEvent, ObjectLog
from crmmining.sources.formats import chosen
from crmmining.sources.formats.text_rows import Rows

ID, ACTIVITY, TIME, OBJECT = "ocel:eid", "ocel:activity", "ocel:timestamp", "ocel:oid"


@contextmanager
def object_rows(path: Path, within: str | None) -> Iterator[Rows]:
    """The events of each object of the type `within`, in the order of the file.

    Columns: ocel:eid, ocel:activity, ocel:timestamp, ocel:oid; the attributes of events; ``object:NAME``
    for those of the object, as they were last; ``ocel:TYPE`` for each other type of objects, the one the
    event belongs to, absent where there are several.

    Raises:
        SourceError: no OCEL 2.0, no such type, several and none named.
    """
    log = _read(path)
    kind = chosen(path, "object type", sorted(log.object_types), within)
    said = list(dict.fromkeys(name for names in log.event_types.values() for name in names))
    own, others = list(log.object_types[kind]), [name for name in log.object_types if name != kind]
    named = [*said, *(f"object:{name}" for name in own), *(f"ocel:{name}" for name in others)]
    objects = {of.id: of for of in log.objects()}

    def rows() -> Iterator[tuple[str | None, ...]]:
        for event in log.events():
            by_type = _by_type(event, objects)
            beside = [_only(by_type.get(name, [])) for name in others]
            values = [event.attributes.get(name) for name in said]
            for of in by_type.get(kind, ()):
                last = {name: value for name, _, value in objects[of].attributes}
                yield event.id, event.type, event.time, of, *values, *map(last.get, own), *beside

    yield Rows([ID, ACTIVITY, TIME, OBJECT, *named], rows())


def _only(found: list[str]) -> str | None:
    return found[0] if len(found) == 1 else None


def _by_type(event: ObjectEvent, objects: dict[str, LoggedObject]) -> dict[str, list[str]]:
    """The objects of an event by their type, each once."""
    found = defaultdict(list)
    for of in dict.fromkeys(other for other, _ in event.objects):
        if of in objects:
            found[objects[of].type].append(of)
    return found


def _read(path: Path) -> ObjectLog:
    name = path.name.lower()
    if name.endswith((".jsonocel", ".json")):
        from crmmining.sources.formats.ocel.from_json import read_json as read
    elif name.endswith((".xmlocel", ".xml")):
        from crmmining.sources.formats.ocel.from_xml import read_xml as read
    else:
        from crmmining.sources.formats.ocel.from_sqlite import read_sqlite as read
    log = read(path)
    if not log.object_types or not log.event_types:
        raise SourceError(
            f"{path}: no object-centric log (OCEL 2.0): it names no types of events and objects"
        )
    return log
