"""How much memory may be used, and who gets which share of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmmining.errors import InvalidOptionError

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_LEAST = 1 << 30
_PROGRAM = 300 << 20
"""What the interpreter, its libraries and the compiled kernels hold before any data comes."""


@dataclass(frozen=True)
class Memory:
    """A limit in bytes for the whole process, and the shares of those that hold data."""

    limit: int

    @classmethod
    def parse(cls, text: str) -> Memory:
        """Read ``4GB``, ``1.5 GiB``, ``1500M``.

        >>> Memory.parse("4GB").limit == 4 << 30
        True

        Raises:
            InvalidOptionError: no such size, or less than the program itself needs.
        """
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", text, re.IGNORECASE)
        if not found:
            raise InvalidOptionError(f"{text!r} is no amount of memory; write it like 4GB or 1500MB")
        limit = int(float(found[1]) * _UNITS[found[2].upper()])
        if limit < _LEAST:
            raise InvalidOptionError(f"{text!r} is too little memory; the program itself needs 1GB")
        return cls(limit)

    @property
    def _data(self) -> int:
        return self.limit - _PROGRAM

    @property
    def loading(self) -> int:
        """For the database while it is loaded; it spills to disk beyond it."""
        return self._data * 7 // 10

    @property
    def reading(self) -> int:
        """For the database while it is read."""
        return self._data * 3 // 10

    @property
    def logs(self) -> int:
        """For the logs that are held whole while the database is read."""
        return self._data // 2

    @property
    def part(self) -> int:
        """For the columns of one part of the data; what is computed from them needs as much again, thrice."""
        return self._data // 16
