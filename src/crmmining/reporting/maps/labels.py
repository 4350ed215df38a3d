"""Labels: a place on each edge where its text covers no node and no other label."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from math import hypot

from crmmining.reporting.maps.scene import Point, Rect, SceneLabel

_SHARES = (0.47, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.2, 0.8, 0.14, 0.86)
_FAR = 4.0  # a label whose box is further from its edge is taken for another edge's


def place_labels(
    routes: Sequence[Sequence[Point]],
    texts: Sequence[str],
    sizes: Sequence[tuple[float, float]],
    nodes: Sequence[Rect],
    *,
    wished: Sequence[Point | None] | None = None,
) -> tuple[SceneLabel, ...]:
    """A label per edge with a text, in their order; `wished` places are tried first.

    A wished place far from its edge is not used: the middle of the longest segment is. Where no
    place is free the one with least overlap is taken.
    """
    taken: list[Rect] = []
    labels = []
    for place, (route, text, size) in enumerate(zip(routes, texts, sizes, strict=True)):
        if not text or len(route) < 2:
            continue
        wish = wished[place] if wished else None
        tries = (_round(point, size) for point in _candidates(route, wish, size))
        best = _least(tries, nodes, taken)
        taken.append(best)
        labels.append(SceneLabel(place, text, best))
    return tuple(labels)


def distance(point: Point, route: Sequence[Point]) -> float:
    """How far a point lies from a polyline."""
    return min(_to_segment(point, a, b) for a, b in itertools.pairwise(route))


def _candidates(route: Sequence[Point], wish: Point | None, size: tuple[float, float]) -> Iterator[Point]:
    if wish and len(route) > 2 and distance(wish, route) <= max(size) / 2 + _FAR:
        yield wish
    yield _middle_of_longest(route)
    for share in _SHARES:
        yield along(route, share)
    for share in _SHARES:
        x, y = along(route, share)
        yield x + size[0] / 2 + 3, y
        yield x - size[0] / 2 - 3, y


def along(route: Sequence[Point], share: float) -> Point:
    """The point a share of the way along a polyline."""
    lengths = [hypot(b[0] - a[0], b[1] - a[1]) for a, b in itertools.pairwise(route)]
    left = sum(lengths) * share
    for (a, b), length in zip(itertools.pairwise(route), lengths, strict=True):
        if length and left <= length:
            t = left / length
            return a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t
        left -= length
    return route[-1]


def _middle_of_longest(route: Sequence[Point]) -> Point:
    a, b = max(
        itertools.pairwise(route),
        key=lambda pair: hypot(pair[1][0] - pair[0][0], pair[1][1] - pair[0][1]),
    )
    share = 0.46 if b == route[-1] else 0.5  # clear of the arrow head
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share


def _round(point: Point, size: tuple[float, float]) -> Rect:
    return Rect(point[0] - size[0] / 2, point[1] - size[1] / 2, *size)


def _least(tries: Iterator[Rect], nodes: Sequence[Rect], taken: Sequence[Rect]) -> Rect:
    """The first free place, else the one that covers least."""
    best, least = Rect(0.0, 0.0, 0.0, 0.0), float("inf")
    for rect in tries:
        cost = _cost(rect, nodes, taken)
        if cost < least:
            best, least = rect, cost
        if not cost:
            break
    return best


def _cost(rect: Rect, nodes: Sequence[Rect], taken: Sequence[Rect]) -> float:
    """Overlapped area, labels counted dearest, and a little for coming near."""
    return sum(3 * _shared(rect, other, 2) for other in taken) + sum(
        _shared(rect, other, 1) for other in nodes
    )


def _shared(one: Rect, other: Rect, gap: float) -> float:
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x) + gap
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y) + gap
    return max(0.0, width) * max(0.0, height)


def _to_segment(point: Point, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    t = 0.0 if not length else ((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length
    t = min(1.0, max(0.0, t))
    return hypot(point[0] - a[0] - t * dx, point[1] - a[1] - t * dy)
