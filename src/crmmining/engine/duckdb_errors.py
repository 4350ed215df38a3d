"""What the database says went wrong, as one line with the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crmmining.errors import CrmminingError, InUseError, WorkspaceError

_ANEW = (
    "delete it and load again: with --pseudonymise if names were hidden; whoever was forgotten in it must be "
    "forgotten again"
)
_FULL = ("no space left", "disk full", "file too large", "quota exceeded")


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C inside a statement, which the database makes another error of, is Ctrl-C again."""
    try:
        yield
    except RuntimeError as error:
        if "query interrupted" not in str(error).lower():
            raise
        raise KeyboardInterrupt from None


def opening_error(path: Path, text: str) -> CrmminingError:
    """Why a file cannot be opened as a workspace."""
    if "could not set lock" in text.lower():
        return InUseError(f"{path} is in use by another process; wait for it to end and try again")
    return _full_disk(str(path), text) or WorkspaceError(
        f"{path} cannot be opened as a workspace ({text.splitlines()[0]}); if it is damaged, {_ANEW}"
    )


def running_error(path: Path | None, text: str) -> CrmminingError | None:
    """What stopped a statement, if it is the file, the disk or the memory; None for a mistake of ours."""
    said = text.lower()
    place = str(path) if path else "the tables in memory"
    if full := _full_disk(place, text):
        return full
    if "out of memory" in said:
        return WorkspaceError(
            f"{place}: not enough memory for this step; give more with --memory, or close other programs"
        )
    if "corrupt" in said or "failed to read" in said or "could not read" in said:
        return WorkspaceError(f"{place} is damaged ({text.splitlines()[0]}); {_ANEW}")
    return None


def _full_disk(place: str, text: str) -> WorkspaceError | None:
    if not any(words in text.lower() for words in _FULL):
        return None
    return WorkspaceError(f"{place}: the disk is full; nothing was changed, make room and load again")
