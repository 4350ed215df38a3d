"""Files packed as .gz or .zip, unpacked beside the workspace while they are read."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from crmmining.engine.parts import scratch_folder
from crmmining.errors import CrmminingError, MissingFileError, SeveralTablesError, SourceError
from crmmining.sources.formats import LOGS, PACKED, chosen


def is_packed(path: Path) -> bool:
    """Whether a file must be unpacked before it is read; a XES log is read as it is."""
    name = path.name.lower()
    return name.endswith(PACKED) and not name.endswith(LOGS)


@contextmanager
def unpacked(path: Path, within: str | None, workspace: Path | None) -> Iterator[tuple[Path, str | None]]:
    """The file inside, and what is meant within it; what is said of it names the packed file.

    Raises:
        SourceError: not packed as its name says, no such member, several and none named.
    """
    member, deeper = inside(path, within)
    with scratch_folder(workspace) as place:
        file = Path(place, PurePosixPath(member).name)
        with _opened(path, member) as packed, file.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
        try:
            yield file, deeper
        except SeveralTablesError as several:
            names = several.names if _is_only(path) else [f"{member}/{name}" for name in several.names]
            raise SeveralTablesError(path, several.what, names) from None
        except CrmminingError as error:
            shown = f"{path}, {member}" if _is_zip(path) else f"{path}"
            raise SourceError(str(error).replace(str(file), shown)) from None


def inside(path: Path, within: str | None) -> tuple[str, str | None]:
    """The member that is meant, and what within it.

    `within` names a member, what is within the only one, or both: ``export/all.xlsx/Cases``.

    Raises:
        SourceError: not a .zip, no such member, several and none named.
    """
    if not path.is_file():
        raise MissingFileError(path)
    if not _is_zip(path):
        return path.stem, within
    names = members(path)
    if within in names or within is None:
        return chosen(path, "file", names, within), None
    for name in names:
        if within.startswith(f"{name}/"):
            return name, within[len(name) + 1 :]
    return (names[0], within) if len(names) == 1 else (chosen(path, "file", names, within), None)


def members(path: Path) -> list[str]:
    """The files in a .zip, without folders and what a computer keeps for itself.

    Raises:
        SourceError: not a .zip.
    """
    with _archive(path) as archive:
        return _members(archive)


@contextmanager
def head_of(path: Path, within: str | None, n_bytes: int) -> Iterator[Path]:
    """The beginning of the file inside, under the name of the file."""
    member, _ = inside(path, within)
    with scratch_folder(None) as place:
        file = Path(place, PurePosixPath(member).name)
        with _opened(path, member) as packed:
            file.write_bytes(packed.read(n_bytes))
        yield file


def _is_zip(path: Path) -> bool:
    return path.suffix.lower() == ".zip"


def _is_only(path: Path) -> bool:
    return not _is_zip(path) or len(members(path)) == 1


@contextmanager
def _opened(path: Path, member: str) -> Iterator[IO[bytes] | gzip.GzipFile]:
    if _is_zip(path):
        with _archive(path) as archive, archive.open(member) as packed:
            yield packed
    else:
        with _gzip(path) as packed:
            yield packed


def _members(archive: zipfile.ZipFile) -> list[str]:
    return sorted(
        info.filename
        for info in archive.infolist()
        if not info.is_dir() and not PurePosixPath(info.filename).name.startswith((".", "__"))
    )


@contextmanager
def _archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise _unreadable(path, error) from None


@contextmanager
def _gzip(path: Path) -> Iterator[gzip.GzipFile]:
    try:
        with gzip.open(path) as packed:
            yield packed
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> SourceError:
    return SourceError(f"{path}: cannot be unpacked: {error}; copy or export it again")
