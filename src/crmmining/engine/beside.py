"""A file beside a workspace on which a load works, and which takes its place when all is well."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from threading import Event, Lock, Thread

from crmmining.engine.leftovers import remove_leftovers, sync_to_disk


class Beside:
    """Copies the workspace while its user still looks for what is new; gone at the end of the block.

    To be used by who holds the lock.
    """

    def __init__(self, target: Path, *, copy: bool) -> None:
        self.target, self.path = target, target.with_name(f"{target.name}.{os.getpid()}.loading")
        self._error: OSError | None = None
        self._copying = Thread(target=self._copy, daemon=True) if copy and target.is_file() else None
        self._at_work, self._is_copied, self._wanted = Lock(), Event(), True

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *unused: object) -> None:
        self._wanted = False
        with self._at_work:
            remove_leftovers(self.target)

    def begin(self) -> None:
        """Begin to copy; inside the block, as Ctrl-C may come while the thread is started."""
        if self._copying:
            self._copying.start()

    def copied(self) -> Path:
        """The file, as the workspace is.

        Raises:
            OSError: it could not be copied.
        """
        if self._copying:
            self._is_copied.wait()
        if self._error:
            raise self._error
        return self.path

    def emptied(self) -> Path:
        """The file's place, with nothing in it."""
        if self._copying:
            self._copying.join()
        self.path.unlink(missing_ok=True)
        return self.path

    def take_place(self) -> None:
        """Put the file where the workspace is, in one step."""
        if self._copying:
            self._copying.join()
        sync_to_disk(self.path)
        before = os.open(self.target, os.O_RDONLY) if os.name == "posix" and self.target.is_file() else None
        self.path.replace(self.target)
        if before is not None:  # giving a large file's space back takes a while, and nobody waits for it
            Thread(target=os.close, args=(before,), daemon=True).start()

    def _copy(self) -> None:
        """Copy, and bring what was copied to the disk while its user writes into it already."""
        with self._at_work:
            try:
                if self._wanted:
                    shutil.copyfile(self.target, self.path)
            except OSError as error:
                self._error = error
            finally:
                self._is_copied.set()
            with suppress(OSError):  # said when all is brought there
                if self._wanted:
                    sync_to_disk(self.path)
