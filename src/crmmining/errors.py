"""What can go wrong, as one tree; every message says the thing, the value, the choices, the way out.

CrmminingError                 one line for the user, exit code 2
├── StudyFileError             the study file: line, key, value, what is allowed
├── SourceError                an export that cannot be read as told
│   ├── MissingFileError
│   ├── MissingColumnError
│   └── UnreadableValueError   file, column, row, value
├── UnknownNameError           a goal, process, activity … that is not there, with the nearest one
├── WorkspaceError             the stored tables: locked, damaged, of another version
├── ModelError                 a model that cannot be used: unsound, unreadable
│   └── TooLargeError          a model with more states than can be held
└── InvalidOptionError         an argument outside its range
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from pathlib import Path


class CrmminingError(Exception):
    """Base of everything this package raises on purpose."""


class StudyFileError(CrmminingError):
    """The study file says something that cannot be meant."""

    def __init__(self, path: Path | str, line: int | None, message: str) -> None:
        place = f"{path}:{line}" if line else f"{path}"
        super().__init__(f"{place}: {message}")
        self.path, self.line = Path(path), line


class SourceError(CrmminingError):
    """An export cannot be read as the study file says."""


class SeveralTablesError(SourceError):
    """A file holds several tables, and none is named; `what` they are, and their names."""

    def __init__(self, path: Path | str, what: str, names: Iterable[str]) -> None:
        self.what, self.names = what, tuple(names)
        super().__init__(
            f"{path}: holds {len(self.names)} {what}s; say which with within: {listed(self.names)}"
        )


class MissingFileError(SourceError):
    """A file that is named is not there."""

    def __init__(self, path: Path | str, hint: str = "") -> None:
        super().__init__(f"{path}: no such file{'. ' + hint if hint else ''}")


class MissingColumnError(SourceError):
    """A column that is named is not in the file."""

    def __init__(self, file: Path | str, column: str, available: Iterable[str]) -> None:
        names = list(available)
        super().__init__(f"{file} has no column {column!r}; it has {listed(names)}.{nearest(column, names)}")


class UnreadableValueError(SourceError):
    """A value is there but cannot be read as what it should be."""


class UnknownNameError(CrmminingError):
    """A name that nothing answers to."""

    def __init__(self, kind: str, name: str, available: Iterable[str]) -> None:
        names = list(available)
        known = f"there is {listed(names)}" if names else "there is none"
        super().__init__(f"no {kind} {name!r}; {known}.{nearest(name, names)}")


class WorkspaceError(CrmminingError):
    """The stored tables cannot be used."""


class InUseError(WorkspaceError):
    """The workspace is open in another process."""


class ForgottenError(WorkspaceError):
    """Customers were forgotten under another key of pseudonyms, and would come back."""


class ModelError(CrmminingError):
    """A process or journey model cannot be used."""


class TooLargeError(ModelError):
    """A model has more states than can be held."""


class InvalidOptionError(CrmminingError):
    """An argument is outside what is allowed."""


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names in quotes, shortened with a count.

    >>> listed(["a", "b"])
    "'a', 'b'"
    """
    shown = [repr(name) for name in names]
    rest = len(shown) - most
    return ", ".join(shown[:most]) + (f" and {rest} more" if rest > 0 else "")


def nearest(name: str, available: Iterable[str]) -> str:
    """A ``Did you mean …?`` for the closest name, or nothing.

    >>> nearest("activty", ["activity", "time"])
    " Did you mean 'activity'?"
    """
    folded = {candidate.casefold(): candidate for candidate in available}
    match = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return f" Did you mean {folded[match[0]]!r}?" if match else ""
