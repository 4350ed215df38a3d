"""The headings of a vendor's own export, read as the columns that data pipelines land."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Description: TypeAlias = dict[str, Any]
"""What a study file would say of a table, as plain data."""

Spellings: TypeAlias = Mapping[str, Sequence[str]]
"""The landed name of a column and the headings a vendor gives it, in any case; the first there counts."""

_COLUMNS = ("time", "id", "start", "satisfaction", "sequence", "on_change", "opened", "closed", "column")
_ROLES = ("activity", "channel", "department", "resource", "actor")


@dataclass(frozen=True)
class Headings:
    """One table's columns under their landed names, and how each is written.

    >>> table = Headings.of(("Record ID", "Size"), {"id": ["Record ID"], "email": ["Email"]})
    >>> table.columns, table["id"], table["Size"], table["email"]
    (('id', 'Size'), 'Record ID', 'Size', 'Email')
    """

    columns: tuple[str, ...]
    written: Mapping[str, str]
    absent: Mapping[str, str]
    headed: bool

    @classmethod
    def of(cls, columns: Sequence[str], spellings: Spellings) -> Headings:
        """The columns of a table by what its headings say; others keep their names."""
        found = {plain(column): column for column in columns}
        written, absent = {}, {}
        for name, headings in spellings.items():
            heading = next((found[plain(heading)] for heading in headings if plain(heading) in found), None)
            if heading:
                written[name] = heading
            elif name not in columns:
                absent[name] = headings[0]
        named = {heading: name for name, heading in written.items()}
        landed = [named.get(column, column) for column in columns if column in named or column not in written]
        headed = any(name != heading for name, heading in written.items())
        return cls(tuple(landed), written, absent if headed else {}, headed)

    def __getitem__(self, name: str) -> str:
        """How a column is written; one that is not there by its heading, to be named as missing."""
        return self.written.get(name) or self.absent.get(name) or name

    def renamed(self, described: Description, beside: Headings | None) -> Description:
        """A description in landed names as this table, and the one it looks up, write them."""

        def own(name: str) -> str:
            return (
                beside[name] if beside and name not in self.columns and name in beside.columns else self[name]
            )

        return _renamed(described, own, beside)


def plain(heading: str) -> str:
    """A heading without what tells none apart: case, spaces around it, a byte order mark."""
    return heading.strip("\ufeff ").casefold()


def _renamed(described: Description, own: Callable[[str], str], beside: Headings | None) -> Description:
    """The same with every name of a column as it is written."""
    said: Description = {}
    for key, value in described.items():
        if key == "where":
            said[key] = {own(name): allowed for name, allowed in value.items()}
        elif key in ("customer", "attributes"):
            said[key] = {kind: _names(names, own) for kind, names in value.items()}
        elif key == "lookup":
            said[key] = {
                **value,
                "column": own(value["column"]),
                "id": beside[value["id"]] if beside else value["id"],
            }
        elif key in ("record", "event", *_ROLES) and isinstance(value, dict):
            said[key] = _renamed(value, own, beside)
        elif key in ("events", "links"):
            said[key] = [_renamed(one, own, beside) for one in value]
        elif key == "template":
            said[key] = re.sub(r"\{([^{}]+)\}", lambda field: "{" + own(field[1]) + "}", value)
        elif key in _COLUMNS and isinstance(value, str):
            said[key] = own(value)
        else:
            said[key] = value
    return said


def _names(names: Any, own: Callable[[str], str]) -> Any:
    if isinstance(names, str):
        return own(names)
    if isinstance(names, dict):
        return {**names, "column": own(names["column"])}
    return [own(name) for name in names]
