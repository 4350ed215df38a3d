"""From a raw table of texts to an event log, by way of a Parquet file that holds just its columns."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from crmmining.engine.workspace import Workspace
from crmmining.eventlog.log import EventLog
from crmmining.sources.expressions import Expression
from crmmining.sources.parquet_columns import TIMES, ParquetFile
from crmmining.sources.raw_tables import RawTable
from crmmining.sources.refused_rows import no_time
from crmmining.sources.times import KnownFormat, known_format
from crmmining.study.source_spec import TimeFormat


def log_from_raw(workspace: Workspace, raw: RawTable, roles: Mapping[str, str], form: TimeFormat) -> EventLog:
    """The log of the table `raw`; `roles` maps roles to its columns.

    Raises:
        UnreadableValueError: a row without case, activity or time, or a time that cannot be read.
        UnknownNameError: an actor that is none.
    """
    with TemporaryDirectory(prefix="crmmining_") as folder:
        path = Path(folder, "log.parquet")
        # Most times are ISO, and reading them as such is all the proof there can be.
        _write(workspace, raw, roles, {role: _likely(form) for role in roles if role in TIMES}, path)
        file = ParquetFile(path)
        if any(file.n_absent(role) for role in roles if role in TIMES):
            formats = {role: _proved(workspace, raw, roles[role], form) for role in roles if role in TIMES}
            _write(workspace, raw, roles, formats, path)
            file = ParquetFile(path)
        return file.log({role: role for role in roles}, raw.path.stem, told=(raw.path, roles))


def _write(
    workspace: Workspace,
    raw: RawTable,
    roles: Mapping[str, str],
    formats: Mapping[str, KnownFormat],
    path: Path,
) -> None:
    """The columns of the roles under the roles' names, in the order of rows, times as instants."""
    parts = []
    for role, column in roles.items():
        quoted = raw.columns.quoted(column)
        if role in formats:
            instant = formats[role].microseconds(quoted)
            parts.append((Expression(f"make_timestamp({instant.sql})", instant.values), role))
        else:
            parts.append((Expression(quoted), role))
    chosen = ", ".join(f'{part.sql} AS "{role}"' for part, role in parts)
    workspace.run(
        f"COPY (SELECT {chosen} FROM raw) TO '{str(path).replace(chr(39), 2 * chr(39))}' "
        "(FORMAT parquet, COMPRESSION uncompressed)",
        [value for part, _ in parts for value in part.values],
    )


def _likely(form: TimeFormat) -> KnownFormat:
    return KnownFormat(form.format or "iso", form.zone, proved=False)


def _proved(workspace: Workspace, raw: RawTable, column: str, form: TimeFormat) -> KnownFormat:
    """How a column's times are written, every one of them."""
    quoted = raw.columns.quoted(column)
    known = known_format(workspace, quoted, form, f"{raw.path}, column {column!r}")
    expression = known.microseconds(quoted)
    bad = workspace.rows(
        f"SELECT _row, {quoted} FROM raw WHERE ({expression.sql}) IS NULL ORDER BY _row LIMIT 1",
        expression.values,
    )
    if bad:
        row, value = bad[0]
        raise no_time(raw.path, row, column, value, known.format)
    return known
