"""Geometry of painted edges: rounded corners, and an arrow head that ends at the border."""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot
from typing import Literal, NamedTuple

from crmmining.reporting.maps.scene import Point


class Step(NamedTuple):
    """One command of a path: move, line, or a curve round one control point."""

    kind: Literal["M", "L", "Q"]
    points: tuple[Point, ...]


def rounded(points: Sequence[Point], radius: float) -> list[Step]:
    """A polyline with its corners rounded, as far as its segments are long enough."""
    steps = [Step("M", (points[0],))]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        reach = min(radius, _length(before, corner) / 2, _length(corner, after) / 2)
        steps.append(Step("L", (_towards(corner, before, reach),)))
        steps.append(Step("Q", (corner, _towards(corner, after, reach))))
    return [*steps, Step("L", (points[-1],))]


def with_arrow(points: Sequence[Point], head: float) -> tuple[list[Point], tuple[Point, ...]]:
    """The polyline shortened by its arrow head, and the three points of the head."""
    tip = points[-1]
    kept = list(points)
    while len(kept) > 2 and _length(kept[-2], tip) < head:
        kept.pop()
    reach = min(head, _length(kept[-2], tip) * 0.9)
    base = _towards(tip, kept[-2], reach)
    kept[-1] = base
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    wide = 0.52
    sides = (
        (base[0] - dy * wide, base[1] + dx * wide),
        (base[0] + dy * wide, base[1] - dx * wide),
    )
    return kept, (tip, *sides)


def diamond(x: float, y: float, width: float, height: float) -> tuple[Point, ...]:
    """A diamond in a rectangle given by its upper left corner."""
    return (
        (x + width / 2, y),
        (x + width, y + height / 2),
        (x + width / 2, y + height),
        (x, y + height / 2),
    )


def _length(a: Point, b: Point) -> float:
    return hypot(b[0] - a[0], b[1] - a[1])


def _towards(start: Point, end: Point, reach: float) -> Point:
    length = _length(start, end) or 1.0
    return (
        start[0] + (end[0] - start[0]) * reach / length,
        start[1] + (end[1] - start[1]) * reach / length,
    )
