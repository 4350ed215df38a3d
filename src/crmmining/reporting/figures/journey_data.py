"""What the picture of journey and processes is drawn from; no drawing here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.reporting.figures.caption import FROM_DATA, Caption

MIN_RATINGS = 15


@dataclass(frozen=True)
class JourneyStage:
    """A stage of the journey: its mean days, and how satisfied customers were in it.

    `satisfaction` is a mean on the scale of the journey; it is drawn from 15 ratings on.
    """

    name: str
    days: float
    satisfaction: float | None = None
    n_ratings: int = 0


@dataclass(frozen=True)
class ProcessRow:
    """A process: its department, and the share of goals that ran it (None: not said)."""

    name: str
    department: str | None = None
    share_of_goals: float | None = None


@dataclass(frozen=True)
class Stretch:
    """A stretch of the mean journey, in order: who held it, and its mean days over all goals.

    `kind` is `process` (with the names of the processes that run, one or more), `white_space`
    (the customer waits and no record is open) or `customer` (the customer's own time).
    Days are means over *all* goals, so that the stretches add up to the mean journey.
    """

    kind: Literal["process", "white_space", "customer"]
    days: float
    processes: tuple[str, ...] = ()


@dataclass(frozen=True)
class JourneyProcess:
    """The mean journey of a goal seen twice: its stages outside-in, its processes inside-out.

    The days of `stages` and of `stretches` each add up to the mean journey; `stages` may be
    empty (no ideal journey declared). `links` are the arrows between processes; None draws one
    from each process to the next one by time.
    """

    goal: str
    n_goals: int
    stages: tuple[JourneyStage, ...]
    stretches: tuple[Stretch, ...]
    processes: tuple[ProcessRow, ...]
    links: tuple[tuple[str, str], ...] | None = None
    satisfaction_scale: tuple[float, float] = (1.0, 5.0)
    caption: Caption = FROM_DATA

    @property
    def total_days(self) -> float:
        """Mean days of the journey."""
        return sum(stretch.days for stretch in self.stretches)

    def __post_init__(self) -> None:
        known = [row.name for row in self.processes]
        for name in (name for stretch in self.stretches for name in stretch.processes):
            if name not in known:
                raise UnknownNameError("process", name, known)
        staged = sum(stage.days for stage in self.stages)
        if self.stages and abs(staged - self.total_days) > 0.01 * self.total_days + 1e-6:
            raise InvalidOptionError(
                f"the stages last {staged:.2f} days, the stretches {self.total_days:.2f}; "
                "both are the mean journey and must add up to the same"
            )

    def days_of(self, kind: str) -> float:
        """Mean days of all stretches of a kind."""
        return sum(stretch.days for stretch in self.stretches if stretch.kind == kind)
