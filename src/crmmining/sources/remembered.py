"""What earlier loads left in a workspace that is asked for before the exports are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from crmmining.engine.schema import SCHEMA_VERSION
from crmmining.engine.workspace import Workspace
from crmmining.errors import InUseError, WorkspaceError

KEY_FILE = "key of the pseudonyms"
"""Under this name a workspace remembers where its key lies; the key itself is not in it."""
HOLIDAYS = "place of the holidays"
"""Under this name a workspace remembers the place whose public holidays were found to be known."""

FileState = tuple[str, int, int]
"""A file's name in the study, its bytes, and when it was changed (nanoseconds)."""


@dataclass(frozen=True)
class Remembered:
    """Nothing where there is no workspace, or a damaged one: opening it says so.

    What is left of a damaged one counts: names that were hidden stay hidden when it is made anew.
    """

    key_file: str | None = None
    holidays: str | None = None
    checksums: Mapping[FileState, str] = field(default_factory=dict)

    @classmethod
    def of(cls, target: Path) -> Remembered:
        """Read it, from a workspace of whichever version.

        Raises:
            InUseError: another process writes to it.
        """
        found = cls()
        if not target.is_file():
            return found
        try:
            with Workspace(target, read_only=True, check=False) as workspace:
                version = workspace.version()
                found = replace(found, key_file=workspace.meta(KEY_FILE))
                found = replace(found, holidays=workspace.meta(HOLIDAYS))
                if version == SCHEMA_VERSION:
                    found = replace(found, checksums=_checksums(workspace))
        except InUseError:
            raise
        except WorkspaceError:
            pass
        return found


def _checksums(workspace: Workspace) -> dict[FileState, str]:
    files = workspace.rows("SELECT path, bytes, modified, checksum FROM files")
    return {(path, n_bytes, modified): checksum for path, n_bytes, modified, checksum in files}
