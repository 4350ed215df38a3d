"""OCEL 2.0 as JSON, one event or object after the other."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from crmmining.eventlog.object_log import LoggedObject, ObjectEvent, ObjectLog, Relation


def write_json(log: ObjectLog, path: Path) -> None:
    """Write a log; never more than one event is held."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_pieces(log))


def _pieces(log: ObjectLog) -> Iterator[str]:
    yield '{"objectTypes": ' + _json(_types(log.object_types))
    yield ',\n"eventTypes": ' + _json(_types(log.event_types))
    yield from _array(',\n"objects": ', map(_object, log.objects()))
    yield from _array(',\n"events": ', (_event(event, log.event_types) for event in log.events()))
    yield "}\n"


def _array(name: str, values: Iterable[Any]) -> Iterator[str]:
    yield name + "["
    between = "\n"
    for value in values:
        yield between + _json(value)
        between = ",\n"
    yield "]"


def _types(types: dict[str, dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {"name": name, "attributes": [{"name": a, "type": kind} for a, kind in attributes.items()]}
        for name, attributes in types.items()
    ]


def _object(of: LoggedObject) -> dict[str, Any]:
    said = [{"name": name, "time": time, "value": value} for name, time, value in of.attributes]
    return {"id": of.id, "type": of.type, "attributes": said, "relationships": _related(of.objects)}


def _event(event: ObjectEvent, types: dict[str, dict[str, str]]) -> dict[str, Any]:
    kinds = types[event.type]
    said = [
        {"name": name, "value": float(value) if kinds.get(name) == "float" else value}
        for name, value in event.attributes.items()
    ]
    return {
        "id": event.id, "type": event.type, "time": event.time,
        "attributes": said, "relationships": _related(event.objects),
    }  # fmt: skip


def _related(relations: tuple[Relation, ...]) -> list[dict[str, str]]:
    return [{"objectId": other, "qualifier": how} for other, how in relations]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
