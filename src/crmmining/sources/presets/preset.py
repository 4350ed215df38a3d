"""What every preset is: tables described as plain tables, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crmmining.errors import MissingFileError, SourceError, UnknownNameError
from crmmining.sources.formats.contents import Row, rows_of
from crmmining.sources.presets.headings import Description, Headings, Spellings
from crmmining.sources.presets.places import Part, Place, places_in
from crmmining.study.source_spec import MOST_KINDS, PresetSource, TableSource
from crmmining.study.study_file import StudyFile


@dataclass(frozen=True)
class Export:
    """One export folder: what its tables know of each other, and what the study file asks of them."""

    preset: Preset
    source: PresetSource
    places: Mapping[str, Place]
    study_folder: Path

    def place_of(self, table: str) -> Description:
        """Where a table is, from the study's folder, as a study file says it; however its name is written."""
        place = self.places.get(table, Place(self.study_folder / self.source.folder / f"{table}.csv"))
        if place.also:
            n = 1 + len(place.also)
            raise SourceError(
                f"{place.path}: {self.preset.name}'s {table} is in {n} files; make them one file"
            )
        return self._said_of(place)

    def parts_of(self, table: str) -> Description:
        """Where all of a table is, and which part of it."""
        place = self.places[table]
        said = self._said_of(place)
        if place.also:
            said["also"] = [self._near(path) for path in place.also]
        if place.part:
            said["each"] = {"column": place.each, "separator": place.separator}
        return said

    def _said_of(self, place: Place) -> Description:
        return {"table": self._near(place.path), **({"within": place.within} if place.within else {})}

    def _near(self, path: Path) -> str:
        return str(path.relative_to(self.study_folder) if path.is_relative_to(self.study_folder) else path)

    def has(self, table: str, column: str | None = None) -> bool:
        """Whether the folder holds a table, and the table a column."""
        if table not in self.places or column is None:
            return table in self.places
        columns = self.columns_of(table)
        return column in columns or self.preset.as_landed(column) in columns

    def columns_of(self, table: str) -> tuple[str, ...]:
        """The columns of a table that is there, by their landed names where its headings are others."""
        return self.headings_of(table).columns

    def headings_of(self, table: str) -> Headings:
        """How the columns of a table that is there are written."""
        return self.preset.headings_of(table, self.places[table])

    def beside(self, described: Description) -> Headings | None:
        """How the columns of the table are written that a description looks up."""
        if "lookup" not in described:
            return None
        place = {key: described["lookup"].get(key) for key in ("table", "within")}
        for table, there in self.places.items():
            if not there.part and {"within": None, **self._said_of(there)} == place:
                return self.headings_of(table)
        return None

    def option(self, name: str) -> str:
        """What the study file says of a choice that only this preset has."""
        return str(getattr(self.source, name))

    def rows_of(self, table: str) -> list[Row]:
        """All rows of a table of names, such as groups or stages."""
        place, headings = self.places[table], self.headings_of(table)
        names = dict(zip(place.columns(), headings.columns, strict=True))
        rows = rows_of(place.path, place.within)
        return [{names.get(name, name): value for name, value in row.items()} for row in rows]

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

    Of the vendor's own exports, `spellings` are the headings of each table's columns, `known_by` the
    headings by which a file is known whatever it is called (any of several lists of them), `parts` the
    tables that stand within others.
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
    spellings: Mapping[str, Spellings] = field(default_factory=dict)
    known_by: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    parts: Sequence[Part] = ()

    def headings_of(self, table: str, place: Place) -> Headings:
        """How the columns of a table are written."""
        spellings = place.part.spellings if place.part else self.spellings.get(table, {})
        return Headings.of(place.columns(), spellings)

    def tables_of(self, source: PresetSource, study: StudyFile) -> list[TableSource]:
        """The tables of an export folder as plain tables.

        Raises:
            MissingFileError: the folder is not there or holds no table that is known.
            UnknownNameError: the study file speaks of a table that is not one.
        """
        folder = study.folder / source.folder
        present = places_in(folder, self)
        for name in (*source.activities, *source.links):
            if name not in self.tables:
                raise UnknownNameError(f"{self.name} table", name, self.tables)
        found = [name for name in self.tables if name in present]
        if not found:
            raise MissingFileError(folder / f"{next(iter(self.tables))}.csv", self.holds)
        export = Export(self, source, present, study.folder)
        tables = []
        for name in found:
            columns = export.columns_of(name)
            for described in _pieces(self.tables[name](export, columns)):
                tables.append(self._completed(described, name, export, study, columns))
        return tables

    def n_recognised(self, folder: Path) -> int:
        """How many of a folder's tables are this product's by their names and columns."""
        return sum(
            name in self.told_by and not place.part and self.is_told(name, place)
            for name, place in places_in(folder, self).items()
        )

    def is_told(self, name: str, place: Place) -> bool:
        """Whether a table has the columns by which it is known as this product's."""
        columns = self.headings_of(name, place).columns
        return all(told in columns or self.as_landed(told) in columns for told in self.told_by.get(name, ()))

    def own_columns(self, folder: Path) -> dict[str, list[str]]:
        """The organisation's own columns of each table, among which lookups may be."""
        found = {
            name: [column for column in place.columns() if column.endswith("_c")]
            for name, place in places_in(folder, self).items()
            if name in self.tables
        }
        return {name: columns for name, columns in found.items() if columns}

    def _completed(
        self, described: Description, name: str, export: Export, study: StudyFile, columns: tuple[str, ...]
    ) -> TableSource:
        """What all tables share: nulls, zone, deleted rows, own lookups, customer attributes, headings."""
        headings = export.headings_of(name)
        row_id = self.row_id and next(
            (i for i in (self.row_id, self.as_landed(self.row_id)) if i in columns), None
        )
        if row_id:
            described = _told_apart(described, row_id)
        links = described.pop("links", [])
        links += [{"column": column} for column in export.source.links.get(name, [])]
        written = {
            _plain(said): headings[column] for column in columns for said in (column, headings[column])
        }
        attributes = {
            wanted: written[_plain(wanted)]
            for wanted in study.customers.attributes
            if _plain(wanted) in written
        }
        described["where"] = {
            **described.get("where", {}),
            **{
                column: values
                for name, values in self.kept.items()
                for column in dict.fromkeys((name, self.as_landed(name)))
                if column in columns
            },
        }
        described["links"] = links
        return TableSource.model_validate(
            {
                **headings.renamed(described, export.beside(described)),
                **export.parts_of(name),
                "null": list(self.nulls),
                "time": {"format": "iso", "zone": export.source.zone, **described.get("time", {})},
                "customer_attributes": attributes if described.get("customer") else {},
                "max_refused": export.source.max_refused,
            }
        )


def _pieces(described: Description) -> list[Description]:
    """A table as often as its kinds of events need; all but the first say nothing else of its rows."""
    events = described.get("events", [])
    more = [events[first : first + MOST_KINDS] for first in range(MOST_KINDS, len(events), MOST_KINDS)]
    if not more:
        return [described]
    record = {"record": {key: described["record"][key] for key in ("type", "id")}}
    shared = {key: described[key] for key in ("where", "lookup", "customer", "time") if key in described}
    return [
        {**described, "events": events[:MOST_KINDS]},
        *({**shared, **record, "events": of} for of in more),
    ]


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
    return column.removesuffix("__c").removesuffix("_c").replace("_", "").replace(" ", "").casefold()
