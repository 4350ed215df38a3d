"""What queries on Spark see: the schema's tables in the work folder, working tables in its scratch folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from crmmining.engine.arrow_columns import types_of
from crmmining.engine.schema import TABLES, VIEWS
from crmmining.engine.work_folder import WorkFolder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType


class SparkTables:
    """Folders of Parquet files, each table a view over its own."""

    def __init__(self, session: SparkSession, folder: WorkFolder) -> None:
        self._session, self._folder = session, folder
        self._working: dict[str, list[Path]] = {}
        self._schemas: dict[str, StructType] = {}
        self.show_stored()
        for name, query in VIEWS.items():
            session.sql(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")

    def names(self) -> set[str]:
        """Of all tables, stored and working."""
        return {*TABLES, *self._working}

    def show_stored(self) -> None:
        """Let queries see what the work folder holds now."""
        for name in TABLES:
            self._show(name)

    def clear(self, name: str) -> None:
        """Leave one of the schema's tables without rows."""
        self._folder.clear(name)
        self._show(name)

    def add(self, name: str, place: Path) -> None:
        """Count the files of a new folder to one of the schema's tables."""
        self._folder.add(name, place)
        self._show(name)

    def keep(self, name: str, place: Path, schema: StructType | None = None) -> None:
        """Make a folder a working table, in place of one of that name."""
        before = self._working.get(name, [])
        self._working[name] = [place]
        self._schemas.pop(name, None)
        if schema is not None:
            self._schemas[name] = schema
        self._show(name)
        _remove(before)

    def drop(self, name: str) -> None:
        """Forget a working table, if there is one."""
        if name in self._working:
            self._session.catalog.dropTempView(name)
            self._schemas.pop(name, None)
            _remove(self._working.pop(name))

    def take(self, files: Iterable[tuple[str, Path]]) -> None:
        """Move Parquet files to the tables they are rows of; a working table is made if it is not there."""
        places: dict[str, Path] = {}
        for name, file in files:
            if name not in places:
                scratch = self._folder.scratch
                places[name] = self._folder.new_folder(name) if name in TABLES else scratch.folder(name)
                places[name].mkdir(parents=True)
            file.rename(places[name] / file.name)
        for name, place in places.items():
            if name in TABLES:
                self.add(name, place)
            else:
                self._working.setdefault(name, []).append(place)
                self._show(name)

    def _show(self, name: str) -> None:
        schema = spark_schema(name) if name in TABLES else self._schemas.get(name)
        reader = self._session.read.schema(schema) if schema else self._session.read
        places = self._folder.folders(name) if name in TABLES else self._working[name]
        if places:
            frame = reader.parquet(*(str(place) for place in places))
        else:
            nothing = (f"CAST(NULL AS {kind}) AS `{column}`" for column, kind in types_of(name).items())
            frame = self._session.sql(f"SELECT {', '.join(nothing)} WHERE FALSE")
        frame.createOrReplaceTempView(name)


def spark_schema(table: str) -> str:
    """One of the schema's tables as Spark knows it."""
    return ", ".join(f"`{name}` {kind}" for name, kind in types_of(table).items())


def as_rows_of(table: str, frame: DataFrame) -> DataFrame:
    """The columns of a query, by position, in the table's types."""
    from pyspark.sql.functions import col

    types = types_of(table)
    named = frame.toDF(*types)
    return named.select([col(f"`{name}`").cast(kind.lower()).alias(name) for name, kind in types.items()])


def storable(frame: DataFrame) -> DataFrame:
    """A column that is NULL throughout is one of integers, as in DuckDB; Parquet needs a type."""
    for field in frame.schema.fields:
        if field.dataType.typeName() == "void":
            frame = frame.withColumn(field.name, frame[f"`{field.name}`"].cast("int"))
    return frame


def _remove(places: Iterable[Path]) -> None:
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
