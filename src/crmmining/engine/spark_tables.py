"""What queries on Spark see: the schema's tables in the work folder, working tables in its scratch folder."""

from __future__ import annotations

import re
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
    """Folders of Parquet files, each table a view over its own.

    A view costs Spark 0.1 s, so one of a stored table is made when a query first names it.
    """

    def __init__(self, session: SparkSession, folder: WorkFolder) -> None:
        self._session, self._folder = session, folder
        self._working: dict[str, list[Path]] = {}
        self._schemas: dict[str, StructType] = {}
        self._stale = {*TABLES, *VIEWS}

    def names(self) -> set[str]:
        """Of all tables, stored and working."""
        return {*TABLES, *self._working}

    def prepare(self, sql: str) -> None:
        """Let a query see what the stored tables it names hold now."""
        named = _words(sql)
        for name, query in reversed(VIEWS.items()):  # a view may name one before it
            named |= _words(query) if name in named else set()
        for name in TABLES.keys() & self._stale & named:
            self._show(name)
        for name, query in VIEWS.items():
            if name in self._stale & named:
                self._session.sql(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")
        self._stale -= named

    def forget_stored(self) -> None:
        """The work folder may hold something else now."""
        self._stale |= TABLES.keys()

    def clear(self, name: str) -> None:
        """Leave one of the schema's tables without rows."""
        self._folder.clear(name)
        self._stale.add(name)

    def add(self, name: str, place: Path) -> None:
        """Count the files of a new folder to one of the schema's tables."""
        self._folder.add(name, place)
        self._stale.add(name)

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


def _words(sql: str) -> set[str]:
    return set(re.findall(r"\w+", sql.lower()))


def _remove(places: Iterable[Path]) -> None:
    for place in places:
        shutil.rmtree(place, ignore_errors=True)
