"""What a column of an export shows about itself: its values, not only its name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from crmmining.engine.workspace import Workspace
from crmmining.errors import UnreadableValueError
from crmmining.sources.csv_dialect import csv_dialect
from crmmining.sources.raw_tables import RawTable, read_raw
from crmmining.sources.times import known_format
from crmmining.study.source_spec import TableSource, TimeFormat

NULL_MARKS = ("?", "NULL", "null", "(null)", "\\N", "#N/A", "N/A", "n/a", "None")
"""Ways to write an absent value that are not taken as one unless the study file says so."""

_MOST = 0.95
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
_PHONE = r"^\+?[0-9(][0-9 ()/.\-]{5,}[0-9]$"
_ZONED = r"\d{1,2}:?\d{2}(:?\d{2}([.,]\d+)?)?\s*(Z|[+-]\d{2}(:?\d{2})?)$"
_TIME_LIKE = re.compile(r"\d.*[-/.: ].*\d|\d{8}")


@dataclass(frozen=True)
class ColumnFacts:
    """One column: how many values, how many different, and what all of them can be read as.

    `time` is the format that its values prove, `two_ways` the reason why they prove none although
    they are times; `low` and `high` are set where every value is a number.
    """

    name: str
    words: frozenset[str]
    n: int
    n_distinct: int
    time: str | None
    two_ways: str | None
    names_zone: bool
    email: bool
    phone: bool
    low: float | None
    high: float | None

    @property
    def is_time(self) -> bool:
        """Whether it holds times, read in one way or two."""
        return self.time is not None or self.two_ways is not None


def column_facts(workspace: Workspace, raw: RawTable) -> list[ColumnFacts]:
    """The facts of every column of the table `raw`."""
    return [_facts(workspace, raw, name) for name in raw.columns.names]


@dataclass(frozen=True)
class FoundTable:
    """A file read as text into the table `raw`, and how it turned out to be written."""

    raw: RawTable
    delimiter: str | None
    encoding: str
    null: tuple[str, ...]
    doubts: tuple[str, ...]


def read_as_found(workspace: Workspace, path: Path, within: str | None = None) -> FoundTable:
    """Read a file, finding its delimiter (None for a comma), encoding and marks for absent values.

    Raises:
        SeveralTablesError: it holds several tables, and `within` names none.
        SourceError: it cannot be read in any way that is tried.
    """
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        raw = read_raw(workspace, path, _plain(path, "utf-8", within=within), path.parent)
        return FoundTable(raw, None, "utf-8", (), ())
    doubts = []
    with path.open("rb") as file:
        encoding = "utf-16" if file.read(2) in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        raw = read_raw(workspace, path, _plain(path, encoding), path.parent)
    except UnreadableValueError:
        encoding = "latin-1"
        doubts.append(f"{path.name}: not UTF-8; read as latin-1, see whether names with accents look right")
        raw = read_raw(workspace, path, _plain(path, encoding), path.parent)
    marks = _null_marks(workspace, raw)
    if marks:
        doubts.append(
            f"{path.name}: {', '.join(map(repr, marks))} taken as absent; is that a value anywhere?"
        )
        raw = read_raw(workspace, path, _plain(path, encoding, marks), path.parent)
    delimiter = csv_dialect(path, encoding=encoding).delimiter
    return FoundTable(raw, None if delimiter == "," else delimiter, encoding, marks, tuple(doubts))


def words_of(name: str) -> frozenset[str]:
    """The words of a column's name, small.

    >>> sorted(words_of("customerEmail_2"))
    ['2', 'customer', 'email']
    """
    apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return frozenset(word.lower() for word in re.split(r"[\W_]+", apart) if word)


def _plain(path: Path, encoding: str, marks: tuple[str, ...] = (), within: str | None = None) -> TableSource:
    return TableSource(table=path.name, within=within, encoding=encoding, null=["", *marks], customer={})


def _null_marks(workspace: Workspace, raw: RawTable) -> tuple[str, ...]:
    marks = ", ".join("?" * len(NULL_MARKS))
    found: set[str] = set()
    for name in raw.columns.names:
        column = raw.columns.quoted(name)
        sql = f"SELECT DISTINCT {column} FROM raw WHERE {column} IN ({marks})"
        found |= {value for (value,) in workspace.rows(sql, NULL_MARKS)}
    return tuple(sorted(found))


def _facts(workspace: Workspace, raw: RawTable, name: str) -> ColumnFacts:
    column = raw.columns.quoted(name)
    number = f"TRY_CAST({column} AS DOUBLE)"
    matching = f"count(*) FILTER (WHERE regexp_matches({column}, ?))"
    n, n_distinct, emails, phones, numbers, low, high = workspace.rows(
        f"SELECT count({column}), count(DISTINCT {column}), {matching}, {matching}, "
        f"count({number}), min({number}), max({number}) FROM raw",
        [_EMAIL, _PHONE],
    )[0]
    time, two_ways = _time(workspace, raw, name, column)
    is_number = n > 0 and numbers == n
    return ColumnFacts(
        name,
        words_of(name),
        n,
        n_distinct,
        time,
        two_ways,
        bool(time) and _names_zone(workspace, column),
        n > 0 and emails >= _MOST * n,
        n > 0 and phones >= _MOST * n and time is None and two_ways is None,
        low if is_number else None,
        high if is_number else None,
    )


def _time(workspace: Workspace, raw: RawTable, name: str, column: str) -> tuple[str | None, str | None]:
    first = workspace.rows(f"SELECT {column} FROM raw WHERE {column} IS NOT NULL ORDER BY _row LIMIT 1")
    if not first or not _TIME_LIKE.search(first[0][0]):
        return None, None
    try:
        known = known_format(workspace, column, TimeFormat(), f"{raw.path.name}, column {name!r}")
    except UnreadableValueError as error:
        said = str(error)
        return None, said if " can be read as " in said else None
    return known.format, None


def _names_zone(workspace: Workspace, column: str) -> bool:
    """Whether every value says its own offset from UTC."""
    without = workspace.value(
        f"SELECT count(*) FROM raw WHERE {column} IS NOT NULL AND NOT regexp_matches({column}, ?)", [_ZONED]
    )
    return bool(without == 0)
