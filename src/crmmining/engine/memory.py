"""How much memory may be used, and who gets which share of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crmmining.errors import InvalidOptionError

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_LEAST = 512 << 20
_PROGRAM = 300 << 20
"""What the interpreter, its libraries and the compiled kernels hold before any data comes."""


@dataclass(frozen=True)
class Memory:
    """A limit in bytes for the whole process, and the shares of those that hold data."""

    limit: int

    @classmethod
    def parse(cls, text: str) -> Memory:
        """Read ``4GB``, ``1.5 GiB``, ``800M``.

        >>> Memory.parse("4GB").limit == 4 << 30
        True

        Raises:
            InvalidOptionError: no such size, or less than the program itself needs.
        """
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", text, re.IGNORECASE)
        if not found:
            raise InvalidOptionError(f"{text!r} is no amount of memory; write it like 4GB or 800MB")
        limit = int(float(found[1]) * _UNITS[found[2].upper()])
        if limit < _LEAST:
            raise InvalidOptionError(f"{text!r} is too little memory; the program itself needs 512MB")
        return cls(limit)

    @property
    def _data(self) -> int:
        return self.limit - _PROGRAM

    @property
    def tables(self) -> int:
        """For the database, which spills to disk beyond it."""
        return self._data * 7 // 10

    @property
    def part(self) -> int:
        """For the columns of one part of the data; what is computed from them needs as much again, twice."""
        return self._data // 16
