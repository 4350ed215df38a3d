"""The facts of the cases: columns that become a pandas frame when somebody looks at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class CaseTable:
    """One row per case, held as NumPy arrays or, for texts, as `Texts`.

    A million ids as Python texts behind a frame cost more than a whole view of their events; most
    questions to a log never ask for an id.
    """

    columns: Mapping[str, Any]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def numbers(self, name: str) -> NDArray[Any]:
        """A column of numbers."""
        return np.asarray(self.columns[name])

    def take(self, chosen: NDArray[np.int64]) -> CaseTable:
        """The table with these rows, in this order."""
        return CaseTable({name: _taken(column, chosen) for name, column in self.columns.items()})

    def frame(self) -> pd.DataFrame:
        """The columns as a frame; texts are Python texts."""
        import pandas as pd

        return pd.DataFrame({name: _objects(column) for name, column in self.columns.items()})


class Cases:
    """The attribute `cases` of a log: a frame, made from a `CaseTable` on first sight."""

    def __get__(self, log: Any, owner: type | None = None) -> pd.DataFrame:
        if log is None:
            raise AttributeError("cases")  # the field has no default
        held = log.__dict__["cases"]
        if isinstance(held, CaseTable):
            held = log.__dict__["cases"] = held.frame()
        return cast("pd.DataFrame", held)

    def __set__(self, log: Any, value: pd.DataFrame | CaseTable) -> None:
        log.__dict__["cases"] = value


def held_cases(log: Any) -> pd.DataFrame | CaseTable:
    """The facts of a log's cases as they are held, no frame made."""
    return cast("pd.DataFrame | CaseTable", log.__dict__["cases"])


def numbers_of(cases: pd.DataFrame | CaseTable, name: str) -> NDArray[Any]:
    """A column of numbers of either."""
    return cases.numbers(name) if isinstance(cases, CaseTable) else cases[name].to_numpy()


def rows_of(cases: pd.DataFrame | CaseTable, chosen: NDArray[np.int64]) -> pd.DataFrame | CaseTable:
    """These rows of either."""
    if isinstance(cases, CaseTable):
        return cases.take(chosen)
    return cases.iloc[chosen].reset_index(drop=True)


def _taken(column: Any, chosen: NDArray[np.int64]) -> Any:
    return column[chosen] if isinstance(column, np.ndarray) else column.take(chosen)


def _objects(column: Any) -> NDArray[Any]:
    if isinstance(column, np.ndarray):
        return column
    return cast("NDArray[Any]", column.to_objects())
