"""A finding: one sentence with its number, what it rests on, whose it is, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.estimates import Estimate

if TYPE_CHECKING:
    import pandas as pd

FEWEST_CASES = 20
"""Below this many cases nothing is called a finding."""


@dataclass(frozen=True, eq=False)
class Finding:
    """What one view hides from the other, said in one sentence.

    `topic` names the module it comes from, `weight` ranks it (0 to 1: the share of customers' time or
    goals it touches), `cases` are the ids to look at.
    """

    topic: str
    goal: str
    sentence: str
    estimate: Estimate
    why: str
    action: str
    owner: str | None
    weight: float
    cases: tuple[str, ...]

    def __str__(self) -> str:
        return self.sentence


def case_ids(
    cases: pd.DataFrame, chosen: NDArray[np.bool_] | NDArray[np.int64], most: int = 50
) -> tuple[str, ...]:
    """Ids to look at, with the customer where known."""
    rows = np.flatnonzero(chosen) if chosen.dtype == bool else chosen
    picked = cases.iloc[rows[:most]]
    if "customer_key" not in picked:
        return tuple(picked["case"].astype(str))
    return tuple(f"{case} ({key})" for case, key in zip(picked["case"], picked["customer_key"], strict=True))
