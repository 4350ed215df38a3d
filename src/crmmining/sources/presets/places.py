"""Where the tables of an export folder are: known by the names of files, or by the headings in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from crmmining.errors import CrmminingError, SourceError
from crmmining.sources.formats import CSV, JSON, PARQUET, name_of
from crmmining.sources.formats.elements import known_columns
from crmmining.sources.formats.packed import members
from crmmining.sources.presets.headings import Spellings, plain

if TYPE_CHECKING:
    from crmmining.sources.presets.preset import Preset

FORMS = (*CSV, *PARQUET, *JSON)
"""Suffixes of an export's tables, also followed by .gz or within a .zip."""


class Part(NamedTuple):
    """A table within another: a row for each element of a list in JSON, or each text of a separated cell.

    `columns` are the headings that column may have, `spellings` those of the table it becomes.
    """

    table: str
    of: str
    columns: tuple[str, ...]
    separator: str | None
    spellings: Spellings


class Place(NamedTuple):
    """Where a table is: a file, or one within a .zip; further files of it; the part of them it is."""

    path: Path
    within: str | None = None
    also: tuple[Path, ...] = ()
    each: str | None = None
    part: Part | None = None

    def __str__(self) -> str:
        return f"{self.path.name}, {self.within}" if self.within else self.path.name

    def columns(self) -> tuple[str, ...]:
        """The columns as they are written; of several files those that all have, of JSON those of any."""
        each = self.each if self.is_json else None
        found = [known_columns(path, self.within, each) for path in (self.path, *self.also)]
        if self.is_json:
            return tuple(dict.fromkeys(column for columns in found for column in columns))
        return tuple(column for column in found[0] if all(column in others for others in found))

    @property
    def is_json(self) -> bool:
        """Whether its cells may be lists."""
        return (self.within or self.path.name).lower().removesuffix(".gz").endswith(JSON)

    @property
    def separator(self) -> str | None:
        """What stands between the parts of its cells."""
        return self.part.separator if self.part and not self.is_json else None


def places_in(folder: Path, preset: Preset) -> dict[str, Place]:
    """Where each table is that is there; a file of no known table stands under its own name.

    Raises:
        SourceError: two files for one table.
    """
    known = {
        called.casefold(): name
        for name in dict.fromkeys((*preset.tables, *preset.also_called))
        for called in (name, *preset.also_called.get(name, ()))
    }
    found: dict[str, Place] = {}
    headed: set[str] = set()
    for place in _files_in(folder):
        own = name_of(Path(place.within or place.path.name))
        name = known.get(own.casefold())
        if name is None and (table := _headed(place, preset)):
            name = table
            if table in headed:
                place = _joined(folder, preset, table, found.pop(table), place)
            elif table not in found:
                headed.add(table)
        name = name or own
        if name in found:
            both = f"{found[name]} and {place}"
            raise SourceError(f"{folder}: {both} are both {preset.name}'s {name}; leave one of them there")
        found[name] = place
    return {**found, **_parts_of(found, preset)}


def _parts_of(found: Mapping[str, Place], preset: Preset) -> dict[str, Place]:
    """The tables that stand within those found, and have no file of their own."""
    inside = {}
    for part in preset.parts:
        if part.table not in found and part.of in found:
            whole = found[part.of]
            written = {plain(column): column for column in whole.columns()}
            columns = [written[plain(name)] for name in part.columns if plain(name) in written]
            if columns and (whole.is_json or part.separator):
                files = [
                    path
                    for path in (whole.path, *whole.also)
                    if _has_parts(Place(path, whole.within, (), columns[0], part), preset)
                ]
                if files:
                    inside[part.table] = Place(files[0], whole.within, tuple(files[1:]), columns[0], part)
    return inside


def _has_parts(place: Place, preset: Preset) -> bool:
    """Whether a file has any part of a table; of lists that are all empty nothing is known."""
    assert place.part
    return bool(place.columns()) and preset.is_told(place.part.table, place)


def _headed(place: Place, preset: Preset) -> str | None:
    """The table a file is by its headings; none where it cannot be read, which is another's to say."""
    if not preset.known_by:
        return None
    with suppress(CrmminingError):
        columns = {plain(column) for column in place.columns()}
        for table, several in preset.known_by.items():
            if any(columns.issuperset(map(plain, headings)) for headings in several):
                return table
    return None


def _joined(folder: Path, preset: Preset, table: str, first: Place, place: Place) -> Place:
    """Two files of one table as one, where both write its columns alike.

    Raises:
        SourceError: they do not, or are within a .zip.
    """
    both = f"{folder}: {first} and {place} are both {preset.name}'s {table}"
    if first.within or place.within:
        raise SourceError(f"{both}; unpack the .zip, and leave only its files there")
    ours, theirs = (preset.headings_of(table, one).written for one in (first, place))
    if any(ours[name] != theirs[name] for name in ours.keys() & theirs.keys()):
        raise SourceError(f"{both}, written in two ways; leave one of them there")
    return first._replace(also=(*first.also, place.path))


def _files_in(folder: Path) -> Iterator[Place]:
    for path in sorted(folder.glob("*")):
        name = path.name.lower()
        if name.endswith((*FORMS, *(f"{form}.gz" for form in FORMS))):
            yield Place(path)
        elif name.endswith(".zip"):
            yield from (Place(path, member) for member in members(path) if member.lower().endswith(FORMS))
