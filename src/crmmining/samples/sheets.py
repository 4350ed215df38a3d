"""CSV files that grow chunk by chunk, as Salesforce or as plain tools write them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv

from crmmining.samples.clock import Ints
from crmmining.samples.text import Text


@dataclass(frozen=True)
class Sheet:
    """Rows for one file, all columns as text; `goal` is the number of each row's goal or -1."""

    file: str
    columns: dict[str, Text]
    goal: Ints
    quoted: bool = True


class SheetFiles:
    """Open files under one folder; the first sheet of a file decides its header."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder, self._stack = folder, stack
        self._writers: dict[str, pa_csv.CSVWriter] = {}
        self._rows: dict[str, int] = {}

    def rows(self, file: str) -> int:
        """How many rows were written to a file so far, the header not counted."""
        return self._rows.get(file, 0)

    def append(self, sheet: Sheet) -> None:
        """Write a sheet's rows at the end of its file."""
        table = pa.table(sheet.columns)
        if sheet.file not in self._writers:
            self._writers[sheet.file] = self._open(sheet, table.schema)
        self._writers[sheet.file].write_table(table)
        self._rows[sheet.file] = self.rows(sheet.file) + len(table)

    def _open(self, sheet: Sheet, schema: pa.Schema) -> pa_csv.CSVWriter:
        path = self._folder / sheet.file
        path.parent.mkdir(parents=True, exist_ok=True)
        sink = self._stack.enter_context(path.open("wb"))
        names = [f'"{name}"' if sheet.quoted else name for name in sheet.columns]
        sink.write((",".join(names) + "\n").encode())
        options = pa_csv.WriteOptions(
            include_header=False,
            batch_size=16_384,
            quoting_style="all_valid" if sheet.quoted else "none",
        )
        return self._stack.enter_context(pa_csv.CSVWriter(sink, schema, write_options=options))


@contextmanager
def open_sheets(folder: Path) -> Iterator[SheetFiles]:
    """Files under `folder`, closed at the end."""
    with ExitStack() as stack:
        yield SheetFiles(folder, stack)
