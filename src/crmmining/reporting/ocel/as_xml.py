"""OCEL 2.0 as XML, one event or object after the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from crmmining.eventlog.object_log import ObjectLog, Relation
from crmmining.sources.formats.ocel.xml_signs import spelled


def write_xml(log: ObjectLog, path: Path) -> None:
    """Write a log; never more than one event is held. Signs XML cannot hold are spelled (`xml_signs`)."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(_pieces(log))


def _pieces(log: ObjectLog) -> Iterator[str]:
    yield "<?xml version='1.0' encoding='UTF-8'?>\n<log>\n"
    for what, types in (("object", log.object_types), ("event", log.event_types)):
        yield f"<{what}-types>\n"
        for name, attributes in types.items():
            named = "".join(
                f"<attribute name={_quoted(a)} type={_quoted(kind)}/>" for a, kind in attributes.items()
            )
            yield f"<{what}-type name={_quoted(name)}><attributes>{named}</attributes></{what}-type>\n"
        yield f"</{what}-types>\n"
    yield "<objects>\n"
    for of in log.objects():
        said = "".join(
            f"<attribute name={_quoted(name)} time={_quoted(time)}>{_content(value)}</attribute>"
            for name, time, value in of.attributes
        )
        yield (
            f"<object id={_quoted(of.id)} type={_quoted(of.type)}><attributes>{said}</attributes>"
            f"{_related(of.objects)}</object>\n"
        )
    yield "</objects>\n<events>\n"
    for event in log.events():
        said = "".join(
            f"<attribute name={_quoted(name)}>{_content(value)}</attribute>"
            for name, value in event.attributes.items()
        )
        yield (
            f"<event id={_quoted(event.id)} type={_quoted(event.type)} time={_quoted(event.time)}>"
            f"<attributes>{said}</attributes>{_related(event.objects)}</event>\n"
        )
    yield "</events>\n</log>\n"


def _related(relations: tuple[Relation, ...]) -> str:
    named = "".join(
        f"<relationship object-id={_quoted(o)} qualifier={_quoted(how)}/>" for o, how in relations
    )
    return f"<objects>{named}</objects>"


def _quoted(text: str) -> str:
    return quoteattr(spelled(text))


def _content(text: str) -> str:
    return escape(spelled(text), {"\r": "&#13;"})
