"""Files packed as .gz or .zip, unpacked beside the workspace while they are read."""

from __future__ import annotations

import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from crmmining.engine.parts import scratch_folder
from crmmining.errors import CrmminingError, MissingFileError, SourceError
from crmmining.sources.formats import LOGS, PACKED, chosen


def is_packed(path: Path) -> bool:
    """Whether a file must be unpacked before it is read; a XES log is read as it is."""
    name = path.name.lower()
    return name.endswith(PACKED) and not name.endswith(LOGS)


@contextmanager
def unpacked(path: Path, within: str | None, workspace: Path | None) -> Iterator[Path]:
    """The file inside; what is said of it names the packed file.

    Raises:
        SourceError: not packed as its name says, no such member, several and none named.
    """
    if not path.is_file():
        raise MissingFileError(path)
    with scratch_folder(workspace) as place:
        if path.suffix.lower() == ".zip":
            member, file = _from_zip(path, within, Path(place))
            shown = f"{path}, {member}"
        else:
            file, shown = _from_gzip(path, within, Path(place)), str(path)
        try:
            yield file
        except CrmminingError as error:
            raise SourceError(str(error).replace(str(file), shown)) from None


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
    with scratch_folder(None) as place:
        if path.suffix.lower() == ".zip":
            with _archive(path) as archive:
                member = chosen(path, "file", _members(archive), within)
                with archive.open(member) as packed:
                    head = packed.read(n_bytes)
            file = Path(place, PurePosixPath(member).name)
        else:
            with _gzip(path) as packed:
                head = packed.read(n_bytes)
            file = Path(place, path.stem)
        file.write_bytes(head)
        yield file


def _from_gzip(path: Path, within: str | None, place: Path) -> Path:
    if within is not None:
        raise SourceError(f"{path}: a .gz file holds one table; take within: {within} out")
    file = place / path.stem
    with _gzip(path) as packed, file.open("wb") as plain:
        shutil.copyfileobj(packed, plain, 1 << 20)
    return file


def _from_zip(path: Path, within: str | None, place: Path) -> tuple[str, Path]:
    with _archive(path) as archive:
        member = chosen(path, "file", _members(archive), within)
        file = place / PurePosixPath(member).name
        with archive.open(member) as packed, file.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
    return member, file


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
