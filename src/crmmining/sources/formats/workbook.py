"""A sheet of an Excel workbook: the names of the columns in its first row; formulas as last computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from crmmining.errors import SourceError
from crmmining.sources.formats import chosen
from crmmining.sources.formats.text_rows import Rows, as_text


@contextmanager
def sheet_rows(path: Path, within: str | None) -> Iterator[Rows]:
    """A sheet's rows; a row in which nothing stands is none.

    Raises:
        SourceError: no workbook, no such sheet, several and none named, a column without a name.
    """
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, ValueError, OSError) as error:
        raise SourceError(
            f"{path}: cannot be read as a workbook ({error}); save it again as .xlsx, or export it as CSV"
        ) from None
    try:
        filled = [sheet.title for sheet in book.worksheets if _begins(sheet)]
        sheet = book[chosen(path, "sheet", filled, within)]
        sheet.reset_dimensions()
        rows = (row for row in sheet.iter_rows() if any(cell.value is not None for cell in row))
        columns = _names(path, sheet.title, [as_text(cell.value) for cell in next(rows)])
        yield Rows(columns, (_texts(row, len(columns)) for row in rows))
    finally:
        book.close()


def _begins(sheet: Any) -> bool:
    """Whether anything stands in a sheet."""
    sheet.reset_dimensions()
    return any(any(value is not None for value in row) for row in sheet.iter_rows(values_only=True))


def _names(path: Path, sheet: str, found: list[str | None]) -> list[str]:
    while found and not found[-1]:
        found.pop()
    if None in found or "" in found:
        column = next(i for i, name in enumerate(found, start=1) if not name)
        raise SourceError(
            f"{path}, sheet {sheet!r}: column {column} has no name in the first row that is filled; "
            "the names of the columns must stand there"
        )
    return [name.strip() for name in found if name]


def _texts(row: tuple[Any, ...], n: int) -> tuple[str | None, ...]:
    texts = tuple(_cell(cell) for cell in row[:n])
    return texts + (None,) * (n - len(texts))


def _cell(cell: Any) -> str | None:
    """A day where the sheet shows no hours: it keeps both as one number."""
    value = cell.value
    if isinstance(value, dt.datetime) and not any(sign in cell.number_format.lower() for sign in "hs"):
        return value.date().isoformat()
    return as_text(value)
