"""What every preset is: tables described as plain tables, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from crmmining.errors import MissingFileError, SourceError, UnknownNameError
from crmmining.sources.formats import CSV, JSON, PARQUET, name_of
from crmmining.sources.formats.contents import Row, columns_of, rows_of
from crmmining.sources.formats.packed import members
from crmmining.study.source_spec import PresetSource, TableSource
from crmmining.study.study_file import StudyFile

Description: TypeAlias = dict[str, Any]
"""What a study file would say of a table, as plain data."""


FORMS = (*CSV, *PARQUET, *JSON)
"""Suffixes of an export's tables, also followed by .gz or within a .zip."""


class Place(NamedTuple):
    """Where a table is: a file, or one within a .zip."""

    path: Path
    within: str | None = None

    def __str__(self) -> str:
        return f"{self.path.name}, {self.within}" if self.within else self.path.name


@dataclass(frozen=True)
class Export:
    """One export folder: what its tables know of each other, and what the study file asks of them."""

    preset: Preset
    source: PresetSource
    places: Mapping[str, Place]
    study_folder: Path

    def place_of(self, table: str) -> Description:
        """Where a table is, from the study's folder, as a study file says it; however its name is written."""
        path, within = self.places.get(table, Place(self.study_folder / self.source.folder / f"{table}.csv"))
        near = path.relative_to(self.study_folder) if path.is_relative_to(self.study_folder) else path
        return {"table": str(near), **({"within": within} if within else {})}

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether the folder holds a table, and the table a column."""
        if table not in self.places or column is None:
            return table in self.places
        return self.preset.has(columns_of(*self.places[table]), column)

    def columns_of(self, table: str) -> tuple[str, ...]:
        """The columns of a table that is there."""
        return columns_of(*self.places[table])

    def option(self, name: str) -> str:
        """What the study file says of a choice that only this preset has."""
        return str(getattr(self.source, name))

    def rows_of(self, table: str) -> list[Row]:
        """All rows of a table of names, such as groups or stages."""
        return rows_of(*self.places[table])

    def activity(self, table: str) -> str:
        """How a table's events are called: as the study file says, else as the preset does."""
        return self.source.activities.get(table, self.preset.activities[table])


@dataclass(frozen=True)
class Preset:
    """The exports of one product.

    `tables` describes each by the export and the columns it has, in the order in which equal times are
    read. `holds` says to people what a folder should hold; `told_by` the columns by which a table is known
    as this product's and not another's of the same name. `row_id` is the column of a row's own id, by
    which a later export corrects an earlier one; `kept` the values of columns that rows must have (deleted
    rows are left out), where a table has the column; `also_called` the other names a table's file may
    have, as data pipelines land it (without its suffix, in any case), `as_landed` how they write the
    vendor's names of columns; `activities` the templates a study file may replace.
    """

    name: str
    tables: Mapping[str, Callable[[Export, tuple[str, ...]], Description]]
    holds: str
    told_by: Mapping[str, Sequence[str]]
    nulls: Sequence[str] = ("",)
    row_id: str | None = None
    kept: Mapping[str, list[str]] = field(default_factory=dict)
    also_called: Mapping[str, Sequence[str]] = field(default_factory=dict)
    activities: Mapping[str, str] = field(default_factory=dict)
    as_landed: Callable[[str], str] = str

    def has(self, columns: Collection[str], name: str) -> bool:
        """Whether a table has a column, as the vendor or as a pipeline writes it."""
        return name in columns or self.as_landed(name) in columns

    def tables_of(self, source: PresetSource, study: StudyFile) -> list[TableSource]:
        """The tables of an export folder as plain tables.

        Raises:
            MissingFileError: the folder is not there or holds no table that is known.
            UnknownNameError: the study file speaks of a table that is not one.
        """
        folder = study.folder / source.folder
        present = self._places_in(folder)
        for name in (*source.activities, *source.links):
            if name not in self.tables:
                raise UnknownNameError(f"{self.name} table", name, self.tables)
        found = [name for name in self.tables if name in present]
        if not found:
            raise MissingFileError(folder / f"{next(iter(self.tables))}.csv", self.holds)
        export = Export(self, source, present, study.folder)
        tables = []
        for name in found:
            columns = columns_of(*present[name])
            tables.append(self._completed(self.tables[name](export, columns), name, export, study, columns))
        return tables

    def n_recognised(self, folder: Path) -> int:
        """How many of a folder's tables are this product's by their names and columns."""
        return sum(
            name in self.told_by and self._is_told(name, columns_of(*place))
            for name, place in self._places_in(folder).items()
        )

    def _is_told(self, name: str, columns: tuple[str, ...]) -> bool:
        return all(self.has(columns, told) for told in self.told_by[name])

    def own_columns(self, folder: Path) -> dict[str, list[str]]:
        """The organisation's own columns of each table, among which lookups may be."""
        found = {
            name: [column for column in columns_of(*place) if column.endswith("_c")]
            for name, place in self._places_in(folder).items()
            if name in self.tables
        }
        return {name: columns for name, columns in found.items() if columns}

    def _places_in(self, folder: Path) -> dict[str, Place]:
        """Where each table is that is there; a file of no known table stands under its own name.

        Raises:
            SourceError: two files for one table.
        """
        known = {
            called.casefold(): name
            for name in dict.fromkeys((*self.tables, *self.also_called))
            for called in (name, *self.also_called.get(name, ()))
        }
        found: dict[str, Place] = {}
        for place in _places(folder):
            own = name_of(Path(place.within or place.path.name))
            name = known.get(own.casefold(), own)
            if name in found:
                both = f"{found[name]} and {place}"
                raise SourceError(f"{folder}: {both} are both {self.name}'s {name}; leave one of them there")
            found[name] = place
        return found

    def _completed(
        self, described: Description, name: str, export: Export, study: StudyFile, columns: tuple[str, ...]
    ) -> TableSource:
        """What all tables share: nulls, zone, deleted rows, own lookups, customer attributes."""
        row_id = self.row_id and next(
            (i for i in (self.row_id, self.as_landed(self.row_id)) if i in columns), None
        )
        if row_id:
            described = _told_apart(described, row_id)
        links = described.pop("links", [])
        links += [{"column": column} for column in export.source.links.get(name, [])]
        written = {_plain(column): column for column in columns}
        attributes = {
            wanted: written[_plain(wanted)]
            for wanted in study.customers.attributes
            if _plain(wanted) in written
        }
        return TableSource.model_validate(
            {
                **described,
                **export.place_of(name),
                "null": list(self.nulls),
                "time": {"format": "iso", "zone": export.source.zone, **described.get("time", {})},
                "where": {
                    **described.get("where", {}),
                    **{
                        column: values
                        for name, values in self.kept.items()
                        for column in dict.fromkeys((name, self.as_landed(name)))
                        if column in columns
                    },
                },
                "links": links,
                "customer_attributes": attributes if described.get("customer") else {},
                "max_refused": export.source.max_refused,
            }
        )


def _places(folder: Path) -> Iterator[Place]:
    for path in sorted(folder.glob("*")):
        name = path.name.lower()
        if name.endswith((*FORMS, *(f"{form}.gz" for form in FORMS))):
            yield Place(path)
        elif name.endswith(".zip"):
            yield from (Place(path, member) for member in members(path) if member.lower().endswith(FORMS))


def there(names: list[str], columns: tuple[str, ...]) -> list[str]:
    """Those of some columns that a table has."""
    return [name for name in names if name in columns]


def _told_apart(described: Description, row_id: str) -> Description:
    """The same with the row's own id for each kind of event."""
    told = dict(described)
    if "event" in told:
        told["event"] = {"id": row_id, **told["event"]}
    if "events" in told:
        told["events"] = [{"id": row_id, **event} for event in told["events"]]
    return told


def _plain(column: str) -> str:
    return column.removesuffix("__c").removesuffix("_c").replace("_", "").casefold()
