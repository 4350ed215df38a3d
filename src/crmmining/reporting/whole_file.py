"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmmining.errors import InvalidOptionError


@contextmanager
def in_place_of(path: Path) -> Iterator[Path]:
    """A file beside the one meant; it takes its place when the block ends well, else nothing is changed.

    Raises:
        InvalidOptionError: no file can be written there; it names the file meant.
    """
    beside = _beside(path)
    try:
        yield beside
        beside.chmod(0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _beside(path: Path) -> Path:
    if path.is_dir():
        raise InvalidOptionError(f"{path}: is a folder; name a file")
    if not path.parent.is_dir():
        raise InvalidOptionError(f"{path}: there is no folder {path.parent}; make it, or name another file")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    except OSError as error:
        raise InvalidOptionError(f"{path}: cannot be written: {error.strerror}; name another file") from None
    os.close(handle)
    return Path(name)
