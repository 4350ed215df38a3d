"""One file as it stands: every column as text, every row with its number."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from crmmining.engine.parts import scratch_folder
from crmmining.engine.workspace import Workspace
from crmmining.errors import MissingColumnError, MissingFileError, SourceError
from crmmining.sources.csv_dialect import (
    CsvDialect,
    check_names,
    csv_dialect,
    first_undecodable,
    with_line_feeds,
)
from crmmining.sources.expressions import Columns
from crmmining.sources.formats import JSON, PARQUET, one_table, reader_for
from crmmining.sources.formats.elements import elements, known_columns, one_row_each
from crmmining.sources.formats.packed import is_packed, unpacked
from crmmining.sources.formats.text_rows import Rows
from crmmining.study.source_spec import Each, Lookup, TableSource


@dataclass(frozen=True)
class Known:
    """The part of a file that has been read before: bytes, rows, and the numbers it was read under.

    `end` is where the part to read now ends, in bytes; the file may be growing.
    """

    n_bytes: int
    n_rows: int
    files: tuple[int, ...]
    end: int


@dataclass(frozen=True)
class RawTable:
    """A file, or what it grew by, read into the temporary table `raw`; `known` is what came before."""

    path: Path
    columns: Columns
    n_rows: int
    known: Known | None = None

    def n_refused(self, workspace: Workspace, n: int, column: str, reason: str) -> int:
        """How many rows of the whole file are refused for a reason, `n` of these and those before."""
        if self.known is None:
            return n
        before = workspace.value(
            f"""
            SELECT count(*) FROM refused
            WHERE column_name = ? AND reason = ? AND file IN ({", ".join("?" * len(self.known.files))})
            """,
            [column, reason, *self.known.files],
        )
        return n + int(before)

    @property
    def n_whole(self) -> int:
        """Rows of the whole file."""
        return self.n_rows + (self.known.n_rows if self.known else 0)


def files_of(spec: TableSource, folder: Path) -> list[Path]:
    """The files a table names, in the order of their names, whichever is named first.

    Raises:
        MissingFileError: nothing answers to the name.
    """
    return sorted({path for table in (spec.table, *spec.also) for path in _answering(table, folder)})


def _answering(table: str, folder: Path) -> list[Path]:
    if "*" not in table:
        return [folder / table]
    found = sorted(folder.glob(table))
    if not found:
        raise MissingFileError(folder / table, "Nothing answers to this pattern")
    return found


def read_raw(
    workspace: Workspace, path: Path, spec: TableSource, folder: Path, known: Known | None = None
) -> RawTable:
    """Read a file into the temporary table `raw`, with ``_row`` counting data rows from 1.

    With `known`, only what a CSV file has grown by since; its rows count on.

    Raises:
        SourceError: missing, empty, not in its declared encoding, or rows of unequal length.
    """
    columns = _read_into(workspace, "raw", path, spec, spec.within, known, spec.each)
    if spec.also and path.suffix.lower() in JSON:
        columns = _with_absent(workspace, columns, spec, folder)
    if spec.each and spec.each.separator:
        one_row_each(workspace, columns, spec.each.column, spec.each.separator, known.n_rows if known else 0)
    if spec.lookup:
        columns = _looked_up(workspace, path, columns, spec.lookup, spec, folder)
    return RawTable(path, columns, int(workspace.value("SELECT count(*) FROM raw")), known)


def _with_absent(workspace: Workspace, columns: Columns, spec: TableSource, folder: Path) -> Columns:
    """The names that only other files of the table have: JSON leaves out what is not there."""
    each = spec.each.column if spec.each and not spec.each.separator else None
    names = [name for path in files_of(spec, folder) for name in known_columns(path, spec.within, each)]
    absent = [name for name in dict.fromkeys(names) if name not in columns.names]
    whole = Columns(columns.table, [*columns.names, *absent])
    for name in absent:
        workspace.run(f"ALTER TABLE raw ADD COLUMN {whole.quoted(name)} VARCHAR")
    return whole


def _read_into(
    workspace: Workspace,
    table: str,
    path: Path,
    spec: TableSource,
    within: str | None,
    known: Known | None = None,
    each: Each | None = None,
) -> Columns:
    if is_packed(path):
        with unpacked(path, within, workspace.path) as (file, deeper):
            columns = _read_into(workspace, table, file, spec, deeper, each=each)
        return Columns(str(path), columns.names)
    if each and not each.separator:
        with elements(path, within, each.column) as rows:
            return _fill(workspace, table, path, rows, {"", *spec.null})
    if path.suffix in PARQUET:
        one_table(path, within)
        return _read_parquet(workspace, table, path, spec)
    if reader := reader_for(path):
        if not path.is_file():
            raise MissingFileError(path)
        with reader(path, within) as rows:
            return _fill(workspace, table, path, rows, {"", *spec.null})
    one_table(path, within)
    dialect = csv_dialect(path, delimiter=spec.delimiter, quote=spec.quote, encoding=spec.encoding)
    columns = Columns(str(path), dialect.columns)
    _make_raw(workspace, table, columns)
    if known is None:
        _copy_csv(workspace, table, dialect, spec)
    else:
        _copy_growth(workspace, table, dialect, spec, known)
    return columns


def _fill(workspace: Workspace, table: str, path: Path, found: Rows, null: set[str]) -> Columns:
    """Rows of text, a good many at a time."""
    check_names(path, found.columns)
    columns = Columns(str(path), found.columns)
    _make_raw(workspace, table, columns)
    rows, n = iter(found.rows), 0
    while batch := list(islice(rows, 50_000)):
        values = zip(*batch, strict=True)
        texts = [[None if text in null else text for text in column] for column in values]
        numbers = list(range(n + 1, n + len(batch) + 1))
        workspace.insert(
            table,
            {"_row": numbers, **dict(zip(map(columns.quoted, found.columns), texts, strict=True))},
        )
        n += len(batch)
    return columns


def _make_raw(workspace: Workspace, table: str, columns: Columns) -> None:
    declared = ", ".join(f"{columns.quoted(name)} VARCHAR" for name in columns.names)
    workspace.run(f"CREATE OR REPLACE TEMP TABLE {table} (_row BIGINT, {declared})")


def _copy_growth(
    workspace: Workspace, table: str, dialect: CsvDialect, spec: TableSource, known: Known
) -> None:
    """Read what a file has grown by, under its own header; an error is told of the file itself."""
    assert workspace.path is not None  # what grew was loaded before
    growth = workspace.path.with_name(f"{workspace.path.name}.growth")
    with growth.open("w", encoding=dialect.encoding, newline="") as file:
        end = dialect.new_line
        csv.writer(
            file, delimiter=dialect.delimiter, quotechar=dialect.quote or None, lineterminator=end,
            quoting=csv.QUOTE_ALL if dialect.quote else csv.QUOTE_NONE,
        ).writerow(dialect.columns)  # fmt: skip
    with dialect.path.open("rb") as whole, growth.open("ab") as file:
        whole.seek(known.n_bytes)
        left = known.end - known.n_bytes
        while left and (block := whole.read(min(left, 1 << 20))):
            file.write(block)
            left -= len(block)
    try:
        _copy_csv(workspace, table, replace(dialect, path=growth), spec, known.n_rows)
    except SourceError:
        with Workspace() as apart:  # a statement that failed ends the transaction of this one
            _make_raw(apart, table, Columns(str(dialect.path), dialect.columns))
            _copy_csv(apart, table, dialect, spec)
        raise
    growth.write_bytes(b"")  # gone with the load; to remove it is to wait for the folder


def _copy_csv(
    workspace: Workspace, table: str, dialect: CsvDialect, spec: TableSource, rows_before: int = 0
) -> None:
    if dialect.new_line == "\r":
        with scratch_folder(workspace.path) as place:
            _copy_csv(workspace, table, with_line_feeds(dialect, Path(place)), spec, rows_before)
        return
    try:
        workspace.read_csv(
            table,
            dialect.path,
            names=dialect.columns,
            delimiter=dialect.delimiter,
            quote=dialect.quote,
            new_line=dialect.new_line,
            encoding=dialect.encoding,
            null=spec.null if "" in spec.null else ["", *spec.null],
            rows_before=rows_before,
        )
    except UnicodeError:
        raise first_undecodable(dialect.path, spec.encoding) from None


def _read_parquet(workspace: Workspace, table: str, path: Path, spec: TableSource) -> Columns:
    if not path.is_file():
        raise MissingFileError(path)
    names = [
        name
        for (name,) in workspace.rows(
            "SELECT name FROM parquet_schema(?) WHERE num_children IS NULL", [str(path)]
        )
    ]
    columns = Columns(str(path), names)
    quoted = [columns.quoted(name) for name in names]
    texts = ", ".join(f"CAST({name} AS VARCHAR) AS {name}" for name in quoted)
    known = ", ".join(f"CASE WHEN NOT list_contains($1, {name}) THEN {name} END" for name in quoted)
    _make_raw(workspace, table, columns)
    workspace.run(
        f"INSERT INTO {table} SELECT row_number() OVER (), {known} "
        f"FROM (SELECT {texts} FROM read_parquet($2))",
        [spec.null, str(path)],
    )
    return columns


def _looked_up(
    workspace: Workspace, path: Path, columns: Columns, lookup: Lookup, spec: TableSource, folder: Path
) -> Columns:
    """Bring the columns of another table beside; a name both have stays this table's own."""
    other = _read_into(workspace, "raw_lookup", folder / lookup.table, spec, lookup.within)
    key = columns.quoted(lookup.column)
    if lookup.id not in other.names:
        raise MissingColumnError(other.table, lookup.id, other.names)
    new = [name for name in other.names if name not in columns.names]
    brought = "".join(f", arg_min({other.quoted(name)}, _row) AS {other.quoted(name)}" for name in new)
    workspace.run(f"""
        CREATE OR REPLACE TEMP TABLE raw_by_id AS
        SELECT {other.quoted(lookup.id)} AS _id{brought} FROM raw_lookup GROUP BY 1
    """)
    chosen = "".join(f", b.{other.quoted(name)}" for name in new)
    workspace.run(f"""
        CREATE OR REPLACE TEMP TABLE raw_joined AS
        SELECT r.*{chosen} FROM raw r LEFT JOIN raw_by_id b ON r.{key} = b._id
    """)
    for done in ("raw", "raw_lookup", "raw_by_id"):
        workspace.run(f"DROP TABLE temp.{done}")
    workspace.run("ALTER TABLE raw_joined RENAME TO raw")
    if not new:
        raise SourceError(f"{path}: the lookup in {lookup.table} brings no new column; take it out")
    return Columns(columns.table, [*columns.names, *new])
