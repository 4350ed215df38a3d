"""Outline: edges that end on the box round a circle or a diamond are drawn on to its border."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from crmmining.reporting.maps.graph import NodeKind
from crmmining.reporting.maps.scene import Point, Rect

_ROUND = ("start", "end", "place")


def docked(
    route: Sequence[Point], source: tuple[NodeKind, Rect], target: tuple[NodeKind, Rect]
) -> tuple[Point, ...]:
    """The route with both ends on the true outline of its nodes."""
    points = list(route)
    points[0] = _on_outline(points[0], points[1], *source)
    points[-1] = _on_outline(points[-1], points[-2], *target)
    return tuple(points)


def _on_outline(end: Point, before: Point, kind: NodeKind, rect: Rect) -> Point:
    """The end moved along the axis its edge comes by."""
    if kind != "gateway" and kind not in _ROUND:
        return end
    (x, y), (cx, cy) = end, rect.centre
    sideways = abs(before[0] - x) > abs(before[1] - y)
    half, offset = (rect.height / 2, y - cy) if sideways else (rect.width / 2, x - cx)
    inside = min(1.0, abs(offset) / half)
    reach = half * (1 - inside if kind == "gateway" else sqrt(1 - inside * inside))
    if sideways:
        return cx + (reach if before[0] > cx else -reach), y
    return x, cy + (reach if before[1] > cy else -reach)
