"""OCEL 2.0 from JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crmmining.errors import SourceError
from crmmining.eventlog.object_log import LoggedObject, ObjectEvent, ObjectLog, Relation
from crmmining.sources.formats.ocel.attribute_times import latest_last
from crmmining.sources.formats.text_rows import as_text


def read_json(path: Path) -> ObjectLog:
    """A log, held whole.

    Raises:
        SourceError: no JSON, or not what OCEL 2.0 says.
    """
    try:
        said = json.loads(path.read_text("utf-8-sig"))
        log = ObjectLog(
            _types(said["eventTypes"]),
            _types(said["objectTypes"]),
            lambda: map(_event, said["events"]),
            lambda: (_object(path, one) for one in said["objects"]),
        )
        for _ in _all(log):  # what is wrong is said before anything is read of it
            pass
        return log
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SourceError(f"{path}: cannot be read as JSON: {error}; export the file again") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise SourceError(
            f"{path}: not as OCEL 2.0 says (missing or misplaced: {error}); it has objectTypes, eventTypes, "
            "objects and events, each with id, type and relationships"
        ) from None


def _all(log: ObjectLog) -> Iterator[Any]:
    yield from log.events()
    yield from log.objects()


def _types(said: list[dict[str, Any]]) -> dict[str, dict[str, str]]:
    return {one["name"]: {a["name"]: a["type"] for a in one.get("attributes", ())} for one in said}


def _event(said: dict[str, Any]) -> ObjectEvent:
    attributes = {a["name"]: as_text(a["value"]) or "" for a in said.get("attributes", ())}
    return ObjectEvent(str(said["id"]), said["type"], said["time"], attributes, _related(said))


def _object(path: Path, said: dict[str, Any]) -> LoggedObject:
    attributes = [
        (a["name"], as_text(a.get("time")) or "", as_text(a["value"]) or "")
        for a in said.get("attributes", ())
    ]
    id = str(said["id"])
    return LoggedObject(id, said["type"], latest_last(path, id, attributes), _related(said))


def _related(said: dict[str, Any]) -> tuple[Relation, ...]:
    return tuple((str(r["objectId"]), r.get("qualifier", "")) for r in said.get("relationships") or ())
