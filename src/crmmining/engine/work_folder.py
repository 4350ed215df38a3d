"""A study's tables as Parquet in a folder that all machines share; what counts changes at one stroke.

::

    CURRENT                  which folders make up each table (JSON), replaced as a whole
    events/3f…/*.parquet     rows added together
    _working/…/              working tables and results on their way, gone with the session
    LOCK                     who writes
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from uuid import uuid4

from crmmining.engine.folder_lock import FolderLock, is_held
from crmmining.engine.schema import TABLES
from crmmining.errors import WorkspaceError

_CURRENT, _LOCK, _WORKING, _CODE, _CACHE = "CURRENT", "LOCK", "_working", "_code", "_cache"


class WorkFolder:
    """The stored tables and the session's own scratch folder; one writer, any number of readers."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path.resolve()
        self._check(read_only)
        self._lock = None if read_only else FolderLock(self.path / _LOCK)
        self.scratch = Scratch(self.path)
        self._stored: dict[str, list[str]] = {}
        if not self._current.exists():
            self.commit()
        self._stored = self._committed()
        if not read_only:
            self._remove_leftovers()

    def close(self) -> None:
        """Remove the scratch folder and let others write."""
        self.scratch.close()
        if self._lock:
            self._lock.release()

    def folders(self, table: str) -> list[Path]:
        """The folders whose Parquet files are the rows of a table."""
        return [self.path / name for name in self._stored.get(table, [])]

    def new_folder(self, table: str) -> Path:
        """A place for rows of a table; they count once it is added and committed."""
        return self.path / table / uuid4().hex

    def add(self, table: str, folder: Path) -> None:
        """Count the rows of a folder to the table, from the next commit on."""
        self._writable()
        self._stored.setdefault(table, []).append(str(folder.relative_to(self.path)))

    def clear(self, table: str) -> None:
        """Leave the table without rows, from the next commit on."""
        self._writable()
        self._stored[table] = []

    def commit(self) -> None:
        """Make all that was added and cleared count, at once."""
        beside = self._current.with_suffix(".new")
        with beside.open("w", encoding="utf-8") as file:
            json.dump({"tables": self._stored}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._current)

    def rollback(self) -> None:
        """Go back to what was committed last."""
        added = {name for names in self._stored.values() for name in names}
        self._stored = self._committed()
        for name in added - {name for names in self._stored.values() for name in names}:
            shutil.rmtree(self.path / name, ignore_errors=True)

    @property
    def code(self) -> Path:
        """Where the package lies for machines that do not have it."""
        return self.path / _CODE

    @property
    def cache(self) -> Path:
        """Where compiled kernels are kept for all machines."""
        return self.path / _CACHE

    @property
    def _current(self) -> Path:
        return self.path / _CURRENT

    def _committed(self) -> dict[str, list[str]]:
        try:
            stored = json.loads(self._current.read_text(encoding="utf-8"))["tables"]
            return {table: list(names) for table, names in stored.items()}
        except (ValueError, KeyError, AttributeError, TypeError):
            raise WorkspaceError(
                f"{self._current} is damaged; delete {self.path} and load again: "
                "the exports are all it was made of"
            ) from None

    def _check(self, read_only: bool) -> None:
        if self._current.exists():
            return
        if read_only:
            raise WorkspaceError(f"{self.path} holds no tables yet; load the study first")
        ours = {_CURRENT + ".new", _LOCK, _WORKING, _CODE, _CACHE, *TABLES}
        if self.path.exists() and any(entry.name not in ours for entry in self.path.iterdir()):
            raise WorkspaceError(f"{self.path} is no workspace of crmmining; name another folder in 'work:'")

    def _writable(self) -> None:
        if self._lock is None:
            raise WorkspaceError(f"{self.path} is open for reading only")

    def _remove_leftovers(self) -> None:
        """What killed sessions left: rows never committed or no longer counted, scratch folders."""
        stored = {name for names in self._stored.values() for name in names}
        for table in TABLES:
            for folder in (self.path / table).glob("*"):
                if f"{table}/{folder.name}" not in stored:
                    shutil.rmtree(folder, ignore_errors=True)
        for folder in (self.path / _WORKING).glob("*"):
            if not is_held(folder / _LOCK):
                shutil.rmtree(folder, ignore_errors=True)


class Scratch:
    """A folder for what need not survive, removed on close, or by the next writer if that never came."""

    def __init__(self, work: Path) -> None:
        self.path = work / _WORKING / uuid4().hex[:12]
        self._lock = FolderLock(self.path / _LOCK)

    def folder(self, name: str) -> Path:
        """A new name for a folder or file inside, not made yet."""
        return self.path / f"{name}-{uuid4().hex[:12]}"

    def close(self) -> None:
        """Remove everything inside."""
        self._lock.release()
        shutil.rmtree(self.path, ignore_errors=True)
