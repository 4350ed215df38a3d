"""A XES event log as a table: a row per event; what a trace says stands in columns ``case:…``."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree import ElementTree

from crmmining.errors import SourceError
from crmmining.sources.formats import one_table
from crmmining.sources.formats.text_rows import Rows

_VALUES = ("string", "date", "int", "float", "boolean", "id")


@contextmanager
def event_rows(path: Path, within: str | None) -> Iterator[Rows]:
    """The events, trace by trace, read twice: for all their keys, then for the values.

    A trace without a concept:name is known by its number.

    Raises:
        SourceError: not XML, or no event.
    """
    one_table(path, within)
    names: dict[str, None] = {}
    for event in _events(path):
        names.update(dict.fromkeys(event))
    if not names:
        raise SourceError(f"{path}: the log has no event")
    yield Rows(list(names), (tuple(map(event.get, names)) for event in _events(path)))


def _events(path: Path) -> Iterator[dict[str, str]]:
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            number = 0
            for _, element in ElementTree.iterparse(file):
                if _tag(element) == "trace":
                    number += 1
                    case = {f"case:{key}": value for key, value in _said(element).items()}
                    case.setdefault("case:concept:name", str(number))
                    for child in element:
                        if _tag(child) == "event":
                            yield {**case, **_said(child)}
                    element.clear()
    except (ElementTree.ParseError, EOFError, gzip.BadGzipFile) as error:
        raise SourceError(f"{path}: not readable as XES: {error}") from None


def _said(element: ElementTree.Element) -> dict[str, str]:
    return {child.get("key", ""): child.get("value", "") for child in element if _tag(child) in _VALUES}


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
