"""Tables of a database, landed as CSV files beside the workspace, from which a load reads what is new.

A landed file only grows, by the rows whose watermark is the last one seen or later; without a watermark it is
written anew. What a load does with files it then does with these: it reads what they grew by.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypedDict

from crmmining.errors import SourceError
from crmmining.sources.postgresql import postgres_table
from crmmining.study.source_spec import TableSource
from crmmining.study.study_file import StudyFile


class _Note(TypedDict):
    """What a fetch remembers: what it asked for, the last watermark, how long the file and its end were.

    The end are the rows that have the last watermark: the next fetch is given them again.
    """

    said: list[object]
    last: str | None
    n_bytes: int
    n_last: int


def landed(
    spec: TableSource, study: StudyFile, *, fetch: bool, say: Callable[[str, float], None]
) -> TableSource:
    """The table as a file: fetched, where that is asked for or has never been done.

    Raises:
        SourceError: the database cannot be reached, or has no such table or column.
    """
    if spec.database is None:
        return spec
    folder = study.workspace_path.with_name(f"{study.workspace_path.name}.landed")
    path = folder / f"{_file_name(spec.table)}.csv"
    if fetch or not _note_of(path).is_file():
        say(f"fetching {spec.table}", 0.0)
        folder.mkdir(exist_ok=True)
        _fetch(spec, path)
    return spec.model_copy(update={"table": os.path.relpath(path, study.folder)})


def _fetch(spec: TableSource, path: Path) -> None:
    assert spec.database is not None
    known = _known(spec, path)
    with postgres_table(spec.database, spec.table) as table:
        said = [spec.database, spec.table, spec.watermark, table.columns]
        since = known["last"] if known and known["said"] == said else None
        last = table.last(spec.watermark) if spec.watermark else None
        if since is not None and known is not None:
            with path.open("r+b") as file:
                file.truncate(known["n_bytes"])  # what a stopped fetch had added
                file.seek(known["n_bytes"] - known["n_last"])
                end = file.read()
                file.writelines(_after(end, table.csv(spec.watermark, since)))
        else:
            beside = path.with_suffix(".fetching")
            with beside.open("wb") as file:
                file.writelines(table.csv(spec.watermark, None))
            beside.replace(path)
        n_last = sum(map(len, table.csv(spec.watermark, last))) if last is not None else 0
    note: _Note = {"said": list(said), "last": last, "n_bytes": path.stat().st_size, "n_last": n_last}
    beside = _note_of(path).with_suffix(".fetching.json")
    beside.write_text(json.dumps(note), "utf-8")
    beside.replace(_note_of(path))


def _after(end: bytes, blocks: Iterator[bytes]) -> Iterator[bytes]:
    """What comes after an end that is said again; all where something else is said.

    >>> b"".join(_after(b"ab", iter([b"a", b"bc", b"d"]))), b"".join(_after(b"ab", iter([b"ac", b"b"])))
    (b'cd', b'acb')
    """
    said = b""
    while len(said) < len(end) and (block := next(blocks, b"")):
        said += block
    yield said[len(end) :] if said.startswith(end) else said
    yield from blocks


def _known(spec: TableSource, path: Path) -> _Note | None:
    """What the last fetch noted, if its rows are still there."""
    if not spec.watermark or not path.is_file() or not _note_of(path).is_file():
        return None
    note: _Note = json.loads(_note_of(path).read_text("utf-8"))
    return note if path.stat().st_size >= note["n_bytes"] else None


def _note_of(path: Path) -> Path:
    return path.with_suffix(".json")


def _file_name(table: str) -> str:
    if not re.fullmatch(r"[^./\\\0]+(\.[^./\\\0]+)?", table):
        raise SourceError(f"{table!r} is no table of a database; write it like cases or schema.cases")
    return table
