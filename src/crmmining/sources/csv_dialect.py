"""How a CSV file is written: its columns, delimiter, line ends and encoding, read from its head."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from crmmining.errors import MissingFileError, SourceError, UnreadableValueError, listed

HEAD = 1 << 16
"""Bytes at the beginning of a file that are looked at."""
_DELIMITERS = ",;\t|"
_ENGINE_ENCODINGS = {"utf-8": "utf-8", "utf-16": "utf-16", "latin-1": "latin-1", "iso-8859-1": "latin-1"}


@dataclass(frozen=True)
class CsvDialect:
    """What a reader must be told, so that it need not guess."""

    path: Path
    columns: tuple[str, ...]
    delimiter: str
    quote: str
    new_line: str
    encoding: str


def csv_dialect(
    path: Path, *, delimiter: str | None = None, quote: str = '"', encoding: str = "utf-8"
) -> CsvDialect:
    """Look at the head of a file; the delimiter is the one its header uses most, unless given.

    Raises:
        MissingFileError: no such file.
        SourceError: empty, no header, a column name twice, an unknown encoding.
    """
    if not path.is_file():
        raise MissingFileError(
            path,
            f"Its folder has {listed(sorted(p.name for p in path.parent.glob('*'))[:8])}"
            if path.parent.is_dir()
            else f"There is no folder {path.parent} either",
        )
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head.strip():
        raise SourceError(f"{path}: the file is empty; export it again, or take it out of the study file")
    text = _decoded(path, head, encoding)
    if not text.splitlines()[0].strip():
        raise SourceError(f"{path}: the first line is blank; the names of the columns must stand there")
    first = next(
        csv.reader(
            io.StringIO(text, newline=""), delimiter=delimiter or _delimiter(text), quotechar=quote or None
        )
    )
    columns = tuple(name.strip() for name in first)
    check_names(path, columns)
    return CsvDialect(
        path,
        columns,
        delimiter or _delimiter(text),
        quote,
        _new_line(text, quote),
        _ENGINE_ENCODINGS[encoding.lower()],
    )


def check_names(path: Path, columns: Sequence[str]) -> None:
    """Refuse a header in which a name stands twice, none, or one that is taken."""
    folded = [name.casefold() for name in columns]
    double = next((name for name in columns if folded.count(name.casefold()) > 1), None)
    if double is not None:
        raise SourceError(f"{path}: the header has the column {double!r} twice; rename one of them")
    if "_row" in folded:
        raise SourceError(f"{path}: the column name '_row' is taken by the row number; rename the column")
    if any(not name for name in columns):
        place = list(columns).index("") + 1
        raise SourceError(f"{path}: column {place} of the header has no name; give it one")


def with_line_feeds(dialect: CsvDialect, folder: Path) -> CsvDialect:
    """A copy of a file whose lines end with CR alone, as old spreadsheets write them, with LF instead.

    What stands in quotes stays as it is: a quote written twice within them closes and opens them again.
    """
    copy = folder / dialect.path.name
    quoted = False
    with (
        dialect.path.open(encoding=dialect.encoding, newline="") as file,
        copy.open("w", encoding=dialect.encoding, newline="") as written,
    ):
        while text := file.read(1 << 20):
            for at, piece in enumerate(text.split(dialect.quote) if dialect.quote else [text]):
                if at:
                    written.write(dialect.quote)
                    quoted = not quoted
                written.write(piece if quoted else piece.replace("\r", "\n"))
    return replace(dialect, path=copy, new_line="\n")


def first_undecodable(path: Path, encoding: str) -> UnreadableValueError:
    """The row where a file stops being text of this encoding, as an error."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode(encoding)
            except UnicodeDecodeError as error:
                byte = line[error.start]
                return UnreadableValueError(
                    f"{path}: line {number}: byte 0x{byte:02X} is not {encoding}; "
                    "say how the file is written, e.g. encoding: latin-1"
                )
    return UnreadableValueError(
        f"{path}: not {encoding}; say how the file is written, e.g. encoding: latin-1"
    )


def _decoded(path: Path, head: bytes, encoding: str) -> str:
    if encoding.lower() not in _ENGINE_ENCODINGS:
        raise SourceError(
            f"{path}: the encoding {encoding!r} cannot be read; write one of {listed(_ENGINE_ENCODINGS)}, "
            "or convert the file to utf-8"
        )
    try:
        return head.decode("utf-8-sig" if encoding.lower() == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        if error.start >= len(head) - 4:  # a character cut in half at the end of the head
            return head[: error.start].decode("utf-8-sig" if encoding.lower() == "utf-8" else encoding)
        raise first_undecodable(path, encoding) from None


def _delimiter(text: str) -> str:
    header = text.splitlines()[0]
    return max(_DELIMITERS, key=lambda sign: (header.count(sign), -_DELIMITERS.index(sign)))


def _new_line(text: str, quote: str) -> str:
    """What ends the header: the first line end outside quotes (values may hold others)."""
    outside = "".join(text.split(quote)[::2]) if quote else text
    found = re.search("\r\n|\n|\r", outside)
    return found[0] if found else "\n"
