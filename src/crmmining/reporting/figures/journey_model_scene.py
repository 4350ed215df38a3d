"""What is drawn of the stages of an ideal journey, everything in its place: boxes, lines, signs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from crmmining.reporting.figures.canvas import Point
from crmmining.study.journey import Step

PROMISE, NOTE = 9.0, 8.5  # font sizes
PROMISE_LINE, NOTE_LINE = 11.0, 10.5
BOX, SIGN = 42.0, 8.0  # height of a step's box, half of a diamond


@dataclass(frozen=True)
class StepBox:
    """A step in its place: the box with its name, and the lines that hang beneath."""

    step: Step
    left: float
    top: float
    width: float
    name: tuple[str, ...]
    size: float
    promise: tuple[str, ...]
    notes: tuple[str, ...]
    optional: bool = False


@dataclass(frozen=True)
class Wire:
    """A line through points; a curved one swings from each point to the next."""

    points: tuple[Point, ...]
    arrow: bool = False
    curved: bool = False
    dashed: bool = False


@dataclass(frozen=True)
class Sign:
    """A diamond round its centre: exactly one of the branches follows, or all of them."""

    x: float
    y: float
    kind: Literal["one", "all"]


@dataclass(frozen=True)
class Group:
    """An outline round several steps, what holds for them in its upper left corner."""

    left: float
    top: float
    width: float
    height: float
    words: str = ""


@dataclass(frozen=True)
class Label:
    """Words on a line, centred on a point."""

    x: float
    y: float
    text: str


@dataclass
class Scene:
    """What is to be drawn, everything in its place."""

    boxes: list[StepBox] = field(default_factory=list)
    wires: list[Wire] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def wire(self, *points: Point, arrow: bool = False, curved: bool = False, dashed: bool = False) -> None:
        """Add a line through points."""
        self.wires.append(Wire(points, arrow, curved, dashed))
