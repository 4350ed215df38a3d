"""What is new in a study's exports since they were last read.

A file stands for its rows: one that changed is read again and its earlier rows go; of a CSV file that
only grew, what it grew by is read; a file that is gone keeps the rows it had. The same row in two files
of one table is settled by `repeats`, so where such a table's file changed, all its files are read again.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from zlib import crc32

from crmmining.engine.engine import Engine
from crmmining.errors import MissingFileError, SourceError
from crmmining.sources.raw_tables import Known, files_of
from crmmining.sources.remembered import FileState
from crmmining.study.source_spec import TableSource
from crmmining.study.study_file import StudyFile

_BLOCK = 1 << 20
_GROWING = (".csv", ".tsv", ".txt")


@dataclass(frozen=True)
class Job:
    """A file and how it is to be read; `mark` changes when its reading would."""

    path: Path
    named: str
    spec: TableSource
    source: int
    mark: str


@dataclass(frozen=True)
class Reading:
    """A file to read now, whole or from where it was `known`, with its formats then."""

    job: Job
    n_bytes: int
    modified: int
    checksum: str
    known: Known | None = None
    formats: str = "{}"


@dataclass(frozen=True)
class Changes:
    """What to read, which files' rows to take out first, and the files that are gone but keep theirs."""

    readings: tuple[Reading, ...]
    replaced: tuple[int, ...]
    gone: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.readings or self.replaced)


@dataclass(frozen=True)
class _Stored:
    """A file, or a part a file grew by, as the workspace remembers it."""

    file: int
    path: str
    n_bytes: int
    modified: int
    checksum: str
    mark: str
    first_row: int
    n_rows: int
    n_shared: int
    formats: str


def jobs_of(
    sources: list[list[TableSource]],
    study: StudyFile,
    max_refused: float | None = None,
    checksums: Mapping[FileState, str] | None = None,
) -> list[Job]:
    """Every file of every table, in the order a load from nothing reads them.

    `max_refused` counts in the place of what the tables say; what was read under another stays.
    `checksums` are those that are known, of files as they were.
    """
    said = {} if max_refused is None else {"max_refused": max_refused}
    return [
        Job(path, _named(path, spec.table, study), spec.model_copy(update=said), number, mark)
        for number, tables in enumerate(sources)
        for spec in tables
        for mark in (_mark(spec, number, study, checksums or {}),)
        for path in files_of(spec, study.folder)
    ]


def find_changes(jobs: list[Job], workspace: Engine) -> Changes:
    """Compare files with what the workspace remembers of them.

    Raises:
        SourceError: a file that would have to be read again is gone.
    """
    stored = _stored(workspace)
    marks = {job.mark for job in jobs}
    present = {(job.mark, job.named) for job in jobs}
    gone = {key for key in stored if key[0] in marks and key not in present}
    dropped = [part.file for key, parts in stored.items() if key[0] not in marks for part in parts]
    found = {(job.mark, job.named): _compared(job, stored.get((job.mark, job.named), [])) for job in jobs}
    for mark in _to_read_again(found, stored):
        lost = [named for other, named in gone if other == mark]
        if lost:
            raise SourceError(
                f"{lost[0]}: a file of its table changed, so it must be read again, but it is gone; "
                "put it back, or load what is there with --reload"
            )
        for job in jobs:
            if job.mark == mark:
                found[mark, job.named] = whole(job)
    readings = [reading for reading in found.values() if reading]
    replaced = [
        part.file
        for reading in readings
        if reading.known is None
        for part in stored.get((reading.job.mark, reading.job.named), [])
    ]
    return Changes(tuple(readings), tuple(dropped + replaced), tuple(sorted(named for _, named in gone)))


def nothing_differs(jobs: list[Job], workspace: Engine) -> bool:
    """Whether the same files are there as were read, by their size and time of change alone."""
    stored = {key: parts[-1] for key, parts in _stored(workspace).items()}
    if stored.keys() != {(job.mark, job.named) for job in jobs}:
        return False
    for job in jobs:
        stat, last = _stat(job.path), stored[job.mark, job.named]
        if (stat.st_size, stat.st_mtime_ns) != (last.n_bytes, last.modified):
            return False
    return True


def gone_files(workspace: Engine, folder: Path) -> list[str]:
    """Files whose rows are stored but which are no longer there."""
    return sorted(
        {path for (path,) in workspace.rows("SELECT path FROM files") if not (folder / path).exists()}
    )


def ranks(jobs: list[Job], stored: Iterable[tuple[int, str, str]]) -> dict[int, int]:
    """The rank of each stored (file, mark, path): tables in their order, files by their names."""
    order = {mark: i for i, mark in enumerate(dict.fromkeys(job.mark for job in jobs))}
    files = list(stored)
    keys = {file: (order.get(mark, len(order)), path) for file, mark, path in files}
    place = {key: i for i, key in enumerate(sorted(set(keys.values())))}
    return {file: place[key] for file, key in keys.items()}


def _named(path: Path, table: str, study: StudyFile) -> str:
    if "*" not in table and path == study.folder / table:
        return table
    return str(path.relative_to(study.folder)) if path.is_relative_to(study.folder) else str(path)


def _mark(spec: TableSource, source: int, study: StudyFile, checksums: Mapping[FileState, str]) -> str:
    looked_up = ""
    if spec.lookup:
        path = study.folder / spec.lookup.table
        stat = _stat(path)
        known = checksums.get((_named(path, spec.lookup.table, study), stat.st_size, stat.st_mtime_ns))
        looked_up = known or _checksum(path)
    said = json.dumps([source, spec.model_dump(mode="json", exclude={"also"}), looked_up], sort_keys=True)
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _stored(workspace: Engine) -> dict[tuple[str, str], list[_Stored]]:
    found = defaultdict(list)
    for row in workspace.rows("""
        SELECT
            file, path, bytes, modified, checksum, spec, first_row, n_rows, n_repeated + n_replaced, formats
        FROM files ORDER BY file
    """):
        part = _Stored(*row)
        found[part.mark, part.path].append(part)
    return dict(found)


def _compared(job: Job, parts: list[_Stored]) -> Reading | None:
    """What of a file must be read; None if nothing."""
    if not parts:
        return whole(job)
    last = parts[-1]
    stat = _stat(job.path)
    if (stat.st_size, stat.st_mtime_ns) == (last.n_bytes, last.modified):
        return None
    before, now, ended = _checksums(job.path, last.n_bytes)
    if stat.st_size == last.n_bytes and now == last.checksum:
        return None
    if stat.st_size > last.n_bytes and before == last.checksum and ended and _may_grow(job, parts):
        parts_read = tuple(part.file for part in parts)
        known = Known(last.n_bytes, last.first_row + last.n_rows, parts_read, stat.st_size)
        return Reading(job, stat.st_size, stat.st_mtime_ns, now, known, last.formats)
    return Reading(job, stat.st_size, stat.st_mtime_ns, now)


def checksum_read(reading: Reading) -> str:
    """The checksum of what was read; none that could ever match if the file changed meanwhile.

    A part that a file grew by ends where it did, whatever came behind it.
    """
    stat = _stat(reading.job.path)
    if (stat.st_size, stat.st_mtime_ns) == (reading.n_bytes, reading.modified):
        return reading.checksum
    before, *_ = _checksums(reading.job.path, reading.n_bytes)
    return reading.checksum if reading.known and before == reading.checksum else ""


def whole(job: Job) -> Reading:
    """A file to be read from its beginning."""
    stat = _stat(job.path)
    return Reading(job, stat.st_size, stat.st_mtime_ns, _checksum(job.path))


def _may_grow(job: Job, parts: list[_Stored]) -> bool:
    """Whether rows at a file's end change nothing in the reading of those before.

    Where rows without an id stand in other files too, it is no longer known how often this one has them.
    """
    events = job.spec.all_events
    alone = not any(event.on_change or event.sequence for event in events)
    counted = all(event.id for event in events) or not any(part.n_shared for part in parts)
    return alone and counted and job.path.suffix in _GROWING and job.spec.encoding.lower() != "utf-16"


def _to_read_again(
    found: dict[tuple[str, str], Reading | None], stored: dict[tuple[str, str], list[_Stored]]
) -> set[str]:
    """Tables with a changed file, some of whose rows stood in two files."""
    changed = {
        mark
        for (mark, named), reading in found.items()
        if reading and not reading.known and (mark, named) in stored
    }
    shared = {key[0] for key, parts in stored.items() if any(part.n_shared for part in parts)}
    return changed & shared


def _stat(path: Path):  # type: ignore[no-untyped-def]
    try:
        return path.stat()
    except OSError:
        raise MissingFileError(path) from None


def _checksum(path: Path) -> str:
    return _checksums(path, 0)[1]


def _checksums(path: Path, n_bytes: int) -> tuple[str, str, bool]:
    """(checksum of the first bytes, of all, whether those first end a line)."""
    if not path.is_file():
        raise MissingFileError(path)
    stat = _stat(path)
    return _computed(path, n_bytes, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=1024)
def _computed(path: Path, n_bytes: int, size: int, modified: int) -> tuple[str, str, bool]:
    """The checksums of a file of this size and time of change; a load asks more than once.

    CRC-32 of each block, and a digest of these: as fast as the file is read, and of one block that became
    another it misses one in four thousand million.
    """
    blocks: list[int] = []
    before, ended, offset = _digest(blocks), False, 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            inside = n_bytes - offset
            if 0 < inside <= len(block):
                before = _digest([*blocks, crc32(block[:inside])])
                ended = block[inside - 1] in b"\r\n"
            blocks.append(crc32(block))
            offset += len(block)
    return before, _digest(blocks), ended


def _digest(blocks: list[int]) -> str:
    return hashlib.blake2b(repr(blocks).encode(), digest_size=16).hexdigest()
