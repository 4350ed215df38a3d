"""One load at a time: a lock on a file beside the workspace, given back by the system when a load dies."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from crmmining.errors import WorkspaceError

_PAUSE = 0.2


@contextmanager
def load_lock(workspace: Path, *, wait: bool, say: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a workspace while loading.

    With `wait`, another load is waited for, said once through `say`.

    Raises:
        WorkspaceError: another load is at work and is not to be waited for, or the folder is read-only
            or cannot lock files.
    """
    path = workspace.with_name(f"{workspace.name}.lock")
    said = False
    while (file := _taken(path)) is None:
        other = _other(path)
        if not wait:
            raise WorkspaceError(f"{workspace}: another load is at work{other}; try again when it is done")
        if not said:
            say(f"waiting for another load{other}")
            said = True
        time.sleep(_PAUSE)
    with file:
        with suppress(OSError):  # on a full disk nobody learns our number, but the lock is ours
            os.truncate(file.fileno(), 0)
            os.write(file.fileno(), f"{os.getpid()}\n".encode())
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()


def _other(path: Path) -> str:
    try:
        pid = path.read_text("utf-8").strip()
    except OSError:
        return ""
    return f" (process {pid})" if pid else ""


def _taken(path: Path) -> IO[str] | None:
    """The lock file, locked; None while another has it, or has just taken the file away."""
    try:
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise _unusable(path, "written", error) from None
    try:
        _lock(file)
        if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            return file
    except (BlockingIOError, PermissionError, FileNotFoundError):
        pass
    except OSError as error:
        file.close()
        raise _unusable(path, "locked", error) from None
    file.close()
    return None


def _unusable(path: Path, what: str, error: OSError) -> WorkspaceError:
    return WorkspaceError(f"{path} cannot be {what} ({error.strerror}); name another place in 'workspace:'")


def _lock(file: IO[str]) -> None:
    if os.name == "nt":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
