"""Columns that are made when somebody looks at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any


class Made(Mapping[str, Any]):
    """Columns of which some are functions, called at the first look."""

    def __init__(self, columns: Mapping[str, Any | Callable[[], Any]]) -> None:
        self._columns = dict(columns)

    def __getitem__(self, name: str) -> Any:
        if callable(self._columns[name]):
            self._columns[name] = self._columns[name]()
        return self._columns[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def __contains__(self, name: object) -> bool:
        return name in self._columns
