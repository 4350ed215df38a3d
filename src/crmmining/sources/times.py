"""How times are written: declared, or proved by the column itself; never guessed.

A column is proved when every value of it can be read in one way only: ``13/02/2025`` shows that the
day comes first. A column that can be read two ways is refused, with both readings.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from crmmining.engine.workspace import Workspace
from crmmining.errors import UnreadableValueError
from crmmining.sources.expressions import Expression, selected
from crmmining.study.source_spec import TimeFormat

_ISO = r"^\d{4}-\d{2}-\d{2}([T ]\d{1,2}(:?\d{2}){0,2}([.,]\d+)?\s*(Z|[+-]\d{2}(:?\d{2})?)?)?$"
_OFFSET = r"\d{1,2}:?\d{2}(:?\d{2}([.,]\d+)?)?\s*(Z|[+-]\d{2}(:?\d{2})?)$"
_DATES = (
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%m.%d.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d %b %Y",
    "%b %d, %Y",
    "%d-%b-%Y",
    "%Y%m%d",
)
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", ", %H:%M", "T%H:%M:%S")


@dataclass(frozen=True)
class KnownFormat:
    """How a column's times are written, and whether that was declared or proved."""

    format: str
    zone: str
    proved: bool

    def microseconds(self, column: str) -> Expression:
        """Microseconds UTC of a quoted column, NULL where it cannot be read."""
        if self.format == "iso":
            aware = f"epoch_us(TRY_CAST({column} AS TIMESTAMPTZ))"
            local = f"epoch_us(timezone(?, TRY_CAST(replace({column}, ',', '.') AS TIMESTAMP)))"
            return Expression(
                f"""
                CASE
                    WHEN NOT regexp_matches({column}, ?) THEN NULL
                    WHEN regexp_matches({column}, ?) THEN {aware}
                    ELSE {local}
                END
                """,
                (_ISO, _OFFSET, self.zone),
            )
        if self.format in ("epoch", "epoch_ms"):
            factor = 1_000_000 if self.format == "epoch" else 1_000
            return Expression(f"CAST(round(TRY_CAST({column} AS DECIMAL(20, 6)) * {factor}) AS BIGINT)")
        if "%z" in self.format:
            return Expression(f"epoch_us(try_strptime({column}, ?))", (self.format,))
        return Expression(f"epoch_us(timezone(?, try_strptime({column}, ?)))", (self.zone, self.format))


def known_format(
    workspace: Workspace, column: str, declared: TimeFormat, where: str, table: str = "raw"
) -> KnownFormat:
    """The format of a quoted column of a staging table: as declared, or as its values prove it.

    `where` names file and column for the error.

    Raises:
        UnreadableValueError: the values fit no format, or more than one.
    """
    if declared.format:
        return KnownFormat(declared.format, declared.zone, proved=False)
    total = workspace.value(f"SELECT count({column}) FROM {table}")
    if total == 0:
        return KnownFormat("iso", declared.zone, proved=False)
    fitting = [
        form
        for form in _candidates(workspace, column, table)
        if _fits(workspace, column, form, table) == total
    ]
    if len(fitting) == 1:
        return KnownFormat(fitting[0], declared.zone, proved=True)
    if fitting:
        raise _ambiguous(workspace, column, fitting, where, table)
    raise _unreadable(workspace, column, where, table)


def _candidates(workspace: Workspace, column: str, table: str) -> list[str]:
    """The formats that read the first value; only these can read all."""
    first = workspace.value(f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY _row LIMIT 1")
    forms = ["iso", *(date + clock for date in _DATES for clock in _CLOCKS)]
    readings = [KnownFormat(form, "UTC", proved=True).microseconds("v") for form in forms]
    chosen = selected([(reading, f"r{i}") for i, reading in enumerate(readings)])
    values = workspace.rows(
        f"SELECT {chosen.sql} FROM (SELECT CAST(? AS VARCHAR) AS v) one", [*chosen.values, first]
    )[0]
    found = [form for form, value in zip(forms, values, strict=True) if value is not None]
    return ["iso"] if "iso" in found else [form for form in found if _plausible(form, first)]


def _plausible(form: str, value: str) -> bool:
    """A four-digit year is not read as two digits, nor the other way round."""
    return ("%Y" in form) == any(part.isdigit() and len(part) in (4, 8) for part in _words(value))


def _words(value: str) -> list[str]:
    return "".join(sign if sign.isalnum() else " " for sign in value).split()


def _fits(workspace: Workspace, column: str, form: str, table: str) -> int:
    expression = KnownFormat(form, "UTC", proved=True).microseconds(column)
    return int(workspace.value(f"SELECT count({expression.sql}) FROM {table}", expression.values))


def _ambiguous(
    workspace: Workspace, column: str, fitting: list[str], where: str, table: str
) -> UnreadableValueError:
    row, value = workspace.rows(
        f"SELECT _row, {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY _row LIMIT 1"
    )[0]
    readings = " or ".join(f"{_read(workspace, value, form)} ({form!r})" for form in fitting[:2])
    return UnreadableValueError(
        f"{where}: row {row}: {value!r} can be read as {readings}; "
        f'say which: time: {{format: "{fitting[0]}"}}'
    )


def _read(workspace: Workspace, value: str, form: str) -> str:
    moment: dt.datetime = workspace.value("SELECT strptime(?, ?)", [value, form])
    return f"{moment.day} {moment:%B %Y}"


def _unreadable(workspace: Workspace, column: str, where: str, table: str) -> UnreadableValueError:
    candidates = _candidates(workspace, column, table)
    best = max(candidates, key=lambda form: _fits(workspace, column, form, table), default="iso")
    expression = KnownFormat(best, "UTC", proved=True).microseconds(column)
    row, value = workspace.rows(
        f"""
        SELECT _row, {column} FROM {table}
        WHERE {column} IS NOT NULL AND ({expression.sql}) IS NULL
        ORDER BY _row LIMIT 1
        """,
        expression.values,
    )[0]
    like = f" like the others ({best})" if candidates else ""
    return UnreadableValueError(
        f"{where}: row {row}: {value!r} is no time{like}; mend the value, or say how times are written: "
        'time: {format: "%d/%m/%Y %H:%M", zone: Europe/London}'
    )
