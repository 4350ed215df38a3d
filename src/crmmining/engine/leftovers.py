"""Files that loads leave beside a workspace when they are killed, and making sure a file is on disk."""

from __future__ import annotations

import glob
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

_WORKING = re.compile(r"\.(\d+)\.(loading|parts)")


def remove_leftovers(workspace: Path) -> None:
    """Remove what ended loads and readers left beside a workspace.

    To be called by who holds the lock: then no other load is at work, whoever has its number by now.
    """
    for path in workspace.parent.glob(f"{glob.escape(workspace.name)}.*"):
        found = _WORKING.match(path.name.removeprefix(workspace.name))
        if not found or (found[2] == "parts" and _alive(int(found[1]))):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with suppress(OSError):
                path.unlink()


def sync_to_disk(path: Path) -> None:
    """Wait until a file's bytes are on the disk, so that a power cut after its renaming loses nothing."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _alive(pid: int) -> bool:
    if os.name == "nt":
        return False  # a file in use cannot be removed there anyway
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
