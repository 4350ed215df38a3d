"""What every preset is: tables described as plain tables, and what they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from crmmining.errors import MissingFileError, SourceError, UnknownNameError
from crmmining.sources.csv_dialect import csv_dialect
from crmmining.study.source_spec import PresetSource, TableSource
from crmmining.study.study_file import StudyFile

Description: TypeAlias = dict[str, Any]
"""What a study file would say of a table, as plain data."""


@dataclass(frozen=True)
class Export:
    """One export folder: what its tables know of each other, and what the study file asks of them."""

    preset: Preset
    source: PresetSource
    files: Mapping[str, Path]
    study_folder: Path

    def path_of(self, table: str) -> str:
        """A table's file, from the study's folder; however its name is written."""
        path = self.files.get(table, self.study_folder / self.source.folder / f"{table}.csv")
        return str(path.relative_to(self.study_folder) if path.is_relative_to(self.study_folder) else path)

    def activity(self, table: str) -> str:
        """How a table's events are called: as the study file says, else as the preset does."""
        return self.source.activities.get(table, self.preset.activities[table])


@dataclass(frozen=True)
class Preset:
    """The exports of one product.

    `tables` describes each by the export and the columns it has, in the order in which equal times are
    read. `holds` says to people what a folder should hold. `row_id` is the column of a row's own id, by
    which a later export corrects an earlier one; `kept` the values of columns that rows must have (deleted
    rows are left out), where a table has the column; `also_called` the other names a table's file may
    have, as data pipelines land it (without its suffix, in any case); `activities` the templates a study
    file may replace.
    """

    name: str
    tables: Mapping[str, Callable[[Export, tuple[str, ...]], Description]]
    holds: str
    nulls: Sequence[str] = ("",)
    row_id: str | None = None
    kept: Mapping[str, list[str]] = field(default_factory=dict)
    also_called: Mapping[str, Sequence[str]] = field(default_factory=dict)
    activities: Mapping[str, str] = field(default_factory=dict)

    def tables_of(self, source: PresetSource, study: StudyFile) -> list[TableSource]:
        """The tables of an export folder as plain tables.

        Raises:
            MissingFileError: the folder is not there or holds no table that is known.
            UnknownNameError: the study file speaks of a table that is not one.
        """
        folder = study.folder / source.folder
        present = self._files_in(folder)
        for name in (*source.activities, *source.links):
            if name not in self.tables:
                raise UnknownNameError(f"{self.name} table", name, self.tables)
        found = [name for name in self.tables if name in present]
        if not found:
            raise MissingFileError(folder / f"{next(iter(self.tables))}.csv", self.holds)
        export = Export(self, source, present, study.folder)
        tables = []
        for name in found:
            columns = csv_dialect(present[name]).columns
            tables.append(self._completed(self.tables[name](export, columns), name, export, study, columns))
        return tables

    def _files_in(self, folder: Path) -> dict[str, Path]:
        """The file of each table that is there; a file of no known table stands under its own name.

        Raises:
            SourceError: two files for one table.
        """
        known = {
            called.casefold(): name
            for name in self.tables
            for called in (name, *self.also_called.get(name, ()))
        }
        found: dict[str, Path] = {}
        for path in sorted(folder.glob("*.csv")):
            name = known.get(path.stem.casefold(), path.stem)
            if name in found:
                both = f"{found[name].name} and {path.name}"
                raise SourceError(f"{folder}: {both} are both {self.name}'s {name}; leave one of them there")
            found[name] = path
        return found

    def _completed(
        self, described: Description, name: str, export: Export, study: StudyFile, columns: tuple[str, ...]
    ) -> TableSource:
        """What all tables share: nulls, zone, deleted rows, own lookups, customer attributes."""
        if self.row_id in columns:
            described = _told_apart(described, self.row_id)
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
                "table": export.path_of(name),
                "null": list(self.nulls),
                "time": {"format": "iso", "zone": export.source.zone, **described.get("time", {})},
                "where": {
                    **described.get("where", {}),
                    **{column: values for column, values in self.kept.items() if column in columns},
                },
                "links": links,
                "customer_attributes": attributes if described.get("customer") else {},
                "max_refused": export.source.max_refused,
            }
        )


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
    return column.removesuffix("__c").replace("_", "").casefold()
