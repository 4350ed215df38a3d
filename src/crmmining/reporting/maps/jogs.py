"""Jogs: edges that step aside between two facing nodes though they could run straight."""

from __future__ import annotations

from collections.abc import Sequence

from crmmining.reporting.maps.scene import Direction, Point, Rect

_STEP, _APART, _CORNER = 26.0, 9.0, 6.0


def without_jogs(
    routes: Sequence[tuple[Point, ...]],
    ends: Sequence[tuple[Rect, Rect]],
    direction: Direction,
) -> list[tuple[Point, ...]]:
    """The routes, those with one small step made straight where no other edge is in the way.

    One end moves along its side to face the other, or both move towards each other, but never
    nearer than 9 to where other edges meet that side.
    """
    straight = [tuple(_turned(p, direction) for p in route) for route in routes]
    boxes = [(_turned_rect(a, direction), _turned_rect(b, direction)) for a, b in ends]
    for place, route in enumerate(straight):
        if not _steps_aside(route):
            continue
        others = [other for i, other in enumerate(straight) if i != place]
        for share in (0.0, 1.0, 0.5, 0.25, 0.75):
            x = route[0][0] + (route[-1][0] - route[0][0]) * share
            moved = ((x, route[0][1]), (x, route[-1][1]))
            if all(
                _on_side(end, box) and _alone(end, others)
                for end, box in zip(moved, boxes[place], strict=True)
            ):
                straight[place] = moved
                break
    return [tuple(_turned(p, direction) for p in route) for route in straight]


def _steps_aside(route: Sequence[Point]) -> bool:
    """Along the flow, a small step across it, and along again."""
    return (
        len(route) == 4
        and route[0][0] == route[1][0]
        and route[2][0] == route[3][0]
        and abs(route[0][0] - route[3][0]) <= _STEP
        and (route[1][1] - route[0][1]) * (route[3][1] - route[2][1]) > 0
    )


def _on_side(end: Point, box: Rect) -> bool:
    """Whether an end lies on the upper or lower side of a box, clear of its corners."""
    low, high = box.x + _CORNER, box.x + box.width - _CORNER
    return low <= end[0] <= high and min(abs(end[1] - box.y), abs(end[1] - box.y - box.height)) < 1


def _alone(end: Point, others: Sequence[Sequence[Point]]) -> bool:
    return all(
        abs(other[1] - end[1]) > 1 or abs(other[0] - end[0]) >= _APART
        for route in others
        for other in (route[0], route[-1])
    )


def _turned(point: Point, direction: Direction) -> Point:
    return point if direction == "down" else (point[1], point[0])


def _turned_rect(rect: Rect, direction: Direction) -> Rect:
    return rect if direction == "down" else Rect(rect.y, rect.x, rect.height, rect.width)
