"""Files that loads leave beside a workspace when they are killed, and making sure a file is on disk."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

_WORKING = re.compile(r"\.(\d+)\.(loading|parts)")


def remove_leftovers(workspace: Path) -> None:
    """Remove what this process, or one that is no more, left beside a workspace."""
    for path in workspace.parent.glob(f"{workspace.name}.*"):
        found = _WORKING.match(path.name.removeprefix(workspace.name))
        if not found or (int(found[1]) != os.getpid() and _alive(int(found[1]))):
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


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
