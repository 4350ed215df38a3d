"""Rows a log cannot hold: what is refused, and the way out."""

from __future__ import annotations

from pathlib import Path

from crmmining.errors import UnreadableValueError


def no_value(path: Path, row: int, column: str, role: str, n: int) -> UnreadableValueError:
    """A row, counted from 1, without case or activity; `n` rows are like it."""
    return UnreadableValueError(
        f"{path}: row {row}, column {column!r}: no {role} ({n:,} such rows); fill or drop them"
    )


def no_time(
    path: Path, row: int, column: str, value: str | None = None, form: str = ""
) -> UnreadableValueError:
    """A row whose time is absent, or is not written in this form."""
    what = "no time" if value is None else f"{value!r} is no time like {form!r}"
    return UnreadableValueError(
        f"{path}: row {row}, column {column!r}: {what}; "
        "mend the value, or say how times are written: --time-format"
    )
