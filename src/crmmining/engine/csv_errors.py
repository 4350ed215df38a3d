"""What the engine says of a CSV file it cannot read, as one line with the way out."""

from __future__ import annotations

import re
from pathlib import Path

from crmmining.errors import SourceError


def csv_error(path: Path, text: str) -> Exception:
    """The engine's message as ours; a UnicodeError where the file is in another encoding."""
    if "unicode" in text.lower() or "not utf-8" in text.lower():
        return UnicodeError(text)
    line = re.search(r"Line: (\d+)", text)
    place = f"{path}: line {line[1]}" if line else f"{path}"
    counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if counts:
        return SourceError(
            f"{place}: {counts[2]} columns where the header has {counts[1]}; "
            "is a delimiter inside a value not quoted?"
        )
    if "unterminated quote" in text or "quote should be followed" in text.lower():
        return SourceError(
            f"{place}: a quote is not closed; mend the line, or say quote: if another sign quotes"
        )
    if "invalid state" in text:
        return SourceError(
            f"{path}: not readable as CSV: its line ends or quotes are mixed; export it again or convert it"
        )
    return SourceError(f"{place}: {text.splitlines()[0]}")
