"""A stage's ratings as its picture takes them, and which of them may be drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["reached", "abandoned", "all"]


@dataclass(frozen=True)
class Rating:
    """A mean with its 95 % interval, both None below the number that makes a point.

    `n` ratings lie behind it; None where that number is so small that it is not handed on.
    """

    n: int | None
    mean: float | None = None
    interval: tuple[float, float] | None = None


@dataclass(frozen=True)
class StageMood:
    """The ratings given in a stage: in goals reached, in goals abandoned, in all (open ones too).

    `apart` is the mean of goals reached less that of goals abandoned, with its interval.
    """

    stage: str
    reached: Rating
    abandoned: Rating
    all: Rating
    apart: float | None = None
    apart_interval: tuple[float, float] | None = None

    @property
    def shown(self) -> list[tuple[Kind, Rating]]:
        """The points to draw: those of the two ends, of all goals only where neither has one."""
        ends: list[tuple[Kind, Rating]] = [("reached", self.reached), ("abandoned", self.abandoned)]
        known = [(kind, rating) for kind, rating in ends if rating.mean is not None]
        return known or ([("all", self.all)] if self.all.mean is not None else [])

    @property
    def parts(self) -> bool:
        """Whether the two ends surely differ: the interval of the difference leaves out zero."""
        interval = self.apart_interval
        return interval is not None and not interval[0] <= 0 <= interval[1]
