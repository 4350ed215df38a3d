"""A log without a study file: one table or XES file, its columns named by the caller."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from crmmining.errors import (
    InvalidOptionError,
    MissingColumnError,
    MissingFileError,
    SourceError,
    UnknownNameError,
)
from crmmining.eventlog.log import EventLog
from crmmining.sources import formats

if TYPE_CHECKING:
    from crmmining.study.source_spec import TimeFormat

PARQUET = (".parquet", ".pq")
XES = formats.LOGS
NULL = ("",)
TABLES = (
    *formats.CSV, ".txt", *PARQUET, *formats.JSON, *formats.WORKBOOKS, *formats.DATABASES,
    *formats.OBJECT_LOGS, *formats.PACKED,
)  # fmt: skip
ROLES = (
    "case",
    "activity",
    "time",
    "start",
    "customer",
    "record",
    "channel",
    "department",
    "resource",
    "actor",
)
OCEL_COLUMNS = {"case": "ocel:oid", "activity": "ocel:activity", "time": "ocel:timestamp"}
XES_COLUMNS = {
    "case": "case:concept:name",
    "activity": "concept:name",
    "time": "time:timestamp",
    "start": "start_timestamp",
    "resource": "org:resource",
    "department": "org:group",
}


def is_plain_log(path: Path | str) -> bool:
    """Whether a file is a log by its suffix, rather than a study file."""
    return str(path).endswith((*TABLES, *XES))


def read_table(
    path: Path | str,
    *,
    columns: Mapping[str, str] | None = None,
    time_format: str | None = None,
    zone: str = "UTC",
    delimiter: str | None = None,
    encoding: str = "utf-8",
    null: tuple[str, ...] = NULL,
    within: str | None = None,
) -> EventLog:
    """Read a table (CSV, Parquet, JSON, a workbook, SQLite, OCEL) or a XES file as an event log.

    `columns` maps roles to column names: activity, time (or timestamp), and what makes a case: case,
    else record, else customer; start, channel, department, resource, actor where known. Columns with
    the names of the XES and OCEL standards need not be told. A time that can be read two ways needs
    `time_format` (``%d/%m/%Y %H:%M``). Ties of time keep the order of the rows. `within` says which sheet,
    table, object type or member of a file with several.

    Raises:
        SourceError: what cannot be read: file, column, row, value, and the way out.
    """
    file = Path(path)
    if not file.is_file():
        raise MissingFileError(file)
    if str(file).endswith(XES):
        from crmmining.sources.xes import read_xes

        formats.one_table(file, within)
        return read_xes(file)
    if not str(file).endswith(TABLES):
        raise SourceError(
            f"{file}: logs are read from {', '.join((*TABLES, *XES))}, "
            f"not {file.suffix or 'a file without suffix'}"
        )
    if file.suffix in PARQUET and time_format is None and null == NULL and within is None:
        from crmmining.sources.parquet_columns import ParquetFile

        parquet = ParquetFile(file)
        told = _roles(file, parquet.names, columns or {})
        if parquet.n_rows and parquet.is_plain(told, zone):
            return parquet.log(told, file.stem)
    return _read_by_sql(file, columns or {}, time_format, zone, delimiter, encoding, null, within)


def _read_by_sql(
    file: Path,
    columns: Mapping[str, str],
    time_format: str | None,
    zone: str,
    delimiter: str | None,
    encoding: str,
    null: tuple[str, ...],
    within: str | None = None,
) -> EventLog:
    """Read any table through the workspace, every column as text."""
    from crmmining.engine.workspace import Workspace
    from crmmining.sources.raw_logs import log_from_raw
    from crmmining.sources.raw_tables import read_raw
    from crmmining.study.source_spec import TableSource

    form = _time_format(time_format, zone)
    spec = TableSource(
        table=file.name,
        within=within,
        delimiter="\t" if file.suffix == ".tsv" else delimiter,
        encoding=encoding,
        null=[] if file.suffix in PARQUET and null == NULL else list(null),  # Parquet says it itself
        customer={},
    )
    with Workspace() as workspace:
        raw = read_raw(workspace, file, spec, file.parent)
        if raw.n_rows == 0:
            raise SourceError(f"{file}: the file has a header but no rows")
        return log_from_raw(workspace, raw, _roles(raw.path, raw.columns.names, columns), form)


def _time_format(text: str | None, zone: str) -> TimeFormat:
    from pydantic import ValidationError

    from crmmining.study.source_spec import TimeFormat

    try:
        return TimeFormat(format=text, zone=zone)
    except ValidationError as error:
        raise InvalidOptionError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _roles(path: Path, names: Collection[str], columns: Mapping[str, str]) -> dict[str, str]:
    """Role → column, with the names of the XES and OCEL standards where nothing is said."""
    told = {("time" if role == "timestamp" else role): name for role, name in columns.items() if name}
    for role, name in told.items():
        if role not in ROLES:
            raise UnknownNameError("role of a column", role, ROLES)
        if name not in names:
            raise MissingColumnError(path, name, names)
    standard = {role: name for role, name in OCEL_COLUMNS.items() if name in names}
    standard |= {role: name for role, name in XES_COLUMNS.items() if name in names}
    roles = {**standard, **told}
    if "case" not in roles:
        case = roles.get("record") or roles.get("customer")
        if case:
            roles["case"] = case
    for role in ("case", "activity", "time"):
        if role not in roles:
            raise InvalidOptionError(
                f"{path}: which column is the {role}? It has {', '.join(map(repr, names))}; "
                f"say --{role} COLUMN (columns={{{role!r}: …}} in Python)"
            )
    return roles
