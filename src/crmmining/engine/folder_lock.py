"""One holder at a time: a lock file that says who holds it and is free again when they are gone."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from crmmining.errors import WorkspaceError


class FolderLock:
    """Holds `path` until released; the system frees it when this process ends, however it ends.

    Where the folder lies on a disk of several machines the lock of another one may not be felt; so a
    holder on another host is believed as long as its file is there.

    Raises:
        WorkspaceError: somebody else holds it.
    """

    def __init__(self, path: Path) -> None:
        import fcntl

        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise _held(path) from None
        if _holder(path).get("host", socket.gethostname()) != socket.gethostname():
            os.close(self._file)
            raise _held(path)
        os.ftruncate(self._file, 0)
        os.write(self._file, json.dumps({"host": socket.gethostname(), "pid": os.getpid()}).encode())

    def release(self) -> None:
        """Let others have it."""
        os.ftruncate(self._file, 0)  # not unlinked: who waits for this file would hold one nobody sees
        os.close(self._file)


def is_held(path: Path) -> bool:
    """Whether somebody holds this lock; a file nobody holds any more counts as free."""
    if not path.exists():
        return False
    try:
        FolderLock(path).release()
    except WorkspaceError:
        return True
    return False


def _holder(path: Path) -> dict[str, str | int]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _held(path: Path) -> WorkspaceError:
    holder = _holder(path)
    who = f"process {holder.get('pid', '?')} on {holder.get('host', 'another machine')}"
    return WorkspaceError(
        f"{path.parent} is in use by {who}; wait for it to end and try again "
        f"(if that machine is gone, delete {path})"
    )
