"""OCEL 2.0 from XML."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from crmmining.errors import SourceError
from crmmining.eventlog.object_log import LoggedObject, ObjectEvent, ObjectLog, Relation
from crmmining.sources.formats.ocel.attribute_times import latest_last
from crmmining.sources.formats.ocel.xml_signs import unspelled


def read_xml(path: Path) -> ObjectLog:
    """A log; its types are held, its events and objects are read as they are asked for.

    Raises:
        SourceError: no XML, or not what OCEL 2.0 says.
    """
    types: dict[str, dict[str, dict[str, str]]] = {"event-type": {}, "object-type": {}}
    for element in _elements(path, tuple(types)):
        types[element.tag][_told(path, element, "name")] = {
            _told(path, own, "name"): own.get("type", "string") for own in element.iter("attribute")
        }
    return ObjectLog(types["event-type"], types["object-type"], lambda: _events(path), lambda: _objects(path))


def _events(path: Path) -> Iterator[ObjectEvent]:
    for element in _elements(path, ("event",)):
        attributes = {_told(path, own, "name"): _text(own) for own in element.iter("attribute")}
        id, kind, time = (_told(path, element, name) for name in ("id", "type", "time"))
        yield ObjectEvent(id, kind, time, attributes, _related(path, element))


def _objects(path: Path) -> Iterator[LoggedObject]:
    for element in _elements(path, ("object",)):
        id, kind = (_told(path, element, name) for name in ("id", "type"))
        found = element.iter("attribute")
        said = [(_told(path, own, "name"), own.get("time", ""), _text(own)) for own in found]
        yield LoggedObject(id, kind, latest_last(path, id, said), _related(path, element))


def _related(path: Path, element: ElementTree.Element) -> tuple[Relation, ...]:
    found = element.iter("relationship")
    return tuple((_told(path, own, "object-id"), unspelled(own.get("qualifier", ""))) for own in found)


def _told(path: Path, element: ElementTree.Element, name: str) -> str:
    said = element.get(name)
    if said is None:
        raise SourceError(f"{path}: not as OCEL 2.0 says: <{element.tag}> without {name}")
    return unspelled(said)


def _text(element: ElementTree.Element) -> str:
    return unspelled(element.text or "")


def _elements(path: Path, tags: tuple[str, ...]) -> Iterator[ElementTree.Element]:
    """Whole elements of some tags, forgotten once they were given."""
    try:
        for _, element in ElementTree.iterparse(path):
            if element.tag in tags:
                yield element
            if element.tag in ("event", "object", "event-type", "object-type"):
                element.clear()
    except ElementTree.ParseError as error:
        raise SourceError(f"{path}: cannot be read as XML: {error}; export the file again") from None
