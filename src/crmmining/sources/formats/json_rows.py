"""JSON lines, or one array: each object a row, or each element of a list within it.

An object's names are the columns. What is nested stands there as JSON, and the names of a nested object also
as columns of their own, after a point: ``via.channel``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from crmmining.errors import UnreadableValueError
from crmmining.sources.formats import one_table
from crmmining.sources.formats.text_rows import Rows

LINES = (".jsonl", ".ndjson")
_TYPES = ("eventTypes", "objectTypes")


@contextmanager
def json_rows(path: Path, within: str | None, each: str | None = None) -> Iterator[Rows]:
    """The objects of a file, read twice: for all its names, then for the values.

    With `each`, the elements of the list that each object has under this name: a column ``comments.id`` for
    every name of its objects, beside what is not nested in the object they stand in.

    Raises:
        SourceError: not UTF-8, no JSON, or something else than objects.
    """
    if _is_object_log(path):
        from crmmining.sources.formats.ocel import object_rows

        with object_rows(path, within) as rows:
            yield rows
        return
    one_table(path, within)
    names: dict[str, None] = {}
    for row in _flat_rows(path, each):
        names.update(dict.fromkeys(row))
    yield Rows(list(names), (tuple(_text(row.get(name)) for name in names) for row in _flat_rows(path, each)))


def _flat_rows(path: Path, each: str | None) -> Iterator[dict[str, Any]]:
    for place, value in _objects(path):
        row = _with_leaves(value)
        if each is None:
            yield row
            continue
        elements = row.pop(each, None) or []
        if not isinstance(elements, list):
            raise UnreadableValueError(
                f"{path}: {place}, {each!r}: {json.dumps(_plain(elements))[:60]} is no list; "
                f"take each: {each} out, or export the file again"
            )
        beside = {name: said for name, said in row.items() if not isinstance(said, dict | list)}
        for element in elements:
            if isinstance(element, dict):
                yield {**beside, **dict(_leaves(element, f"{each}."))}
            else:
                yield {**beside, each: element}


def _with_leaves(value: dict[str, Any]) -> dict[str, Any]:
    """An object with what is nested in it beside; a name that is written so has the first say."""
    row = value
    for name, said in value.items():
        if isinstance(said, dict):
            row = {**dict(_leaves(said, f"{name}.")), **row}
    return {**value, **row} if row is not value else dict(value)


def _leaves(value: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """What an object says, and what its nested objects say under their names and a point."""
    for name, said in value.items():
        if isinstance(said, dict):
            yield from _leaves(said, f"{before}{name}.")
        else:
            yield f"{before}{name}", said


def _objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, value in _values(path):
        if not isinstance(value, dict):
            raise UnreadableValueError(
                f"{path}: {place}: {json.dumps(_plain(value))[:60]} is no object; "
                'each row must be one, like {"id": "1", "status": "new"}'
            )
        yield place, value


def _values(path: Path) -> Iterator[tuple[str, Any]]:
    """Every value with its place; numbers stay as they are written."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            if _begins_an_array(file.read(4096)):
                file.seek(0)
                for number, value in enumerate(_loaded(path, "the array", file.read()), start=1):
                    yield f"element {number}", value
                return
            file.seek(0)
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield f"line {number}", _loaded(path, f"line {number}", line)
    except UnicodeDecodeError as error:
        raise UnreadableValueError(
            f"{path}: byte 0x{error.object[error.start]:02X} is not utf-8, which JSON is written in; "
            "export the file again"
        ) from None


def _is_object_log(path: Path) -> bool:
    """Whether a file begins as OCEL 2.0 does: one object with lists of types, of events or of objects.

    Lines are none of it, whatever their columns are called: neither in a file that is called so, nor where
    the first line is whole and names no types.
    """
    if path.name.lower().endswith(LINES):
        return False
    with path.open("rb") as file:
        head = file.read(4096).decode("utf-8-sig", "ignore")
        begins = re.match(r'\s*\{\s*"(objectTypes|eventTypes|objects|events)"\s*:\s*\[', head)
        if not begins or begins[1] in _TYPES:
            return bool(begins)
        file.seek(0)
        first = next((line for line in file if line.strip()), b"")
    try:
        found = json.loads(first.decode("utf-8-sig", "replace"))
    except json.JSONDecodeError:
        return True  # one object over several lines
    return any(name in found for name in _TYPES)


def _begins_an_array(head: str) -> bool:
    return head.lstrip().startswith("[")


def _loaded(path: Path, place: str, text: str) -> Any:
    try:
        return json.loads(text.lstrip("\ufeff"), parse_float=_Written, parse_int=_Written)
    except json.JSONDecodeError as error:
        raise UnreadableValueError(
            f"{path}: {place}: no JSON: {error.msg} at character {error.pos + 1}; "
            "each line must be one whole object, or the file one array"
        ) from None


class _Written(str):
    """A number as the file writes it."""

    __slots__ = ()


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(_plain(value), ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    """Nested values with their numbers as numbers again."""
    if isinstance(value, _Written):
        return json.loads(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {name: _plain(item) for name, item in value.items()}
    return value
