"""Routing: where edges leave and enter a node, and the curve between, with arrows kept apart."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmmining.reporting.maps.ordering import Layered
from crmmining.reporting.maps.scene import Direction, Point

_PORT_STEP = 22.0
_PORT_ROOM = 0.78  # of the side of a node, so that ports keep off its corners
_PIECES = 12
LOOP_REACH = 26.0
LOOP_STEP = 9.0


@dataclass(frozen=True)
class Placed:
    """Vertices with their centre and half size, along and across the flow."""

    across: Mapping[int, float]
    along: Mapping[int, float]
    half_across: Mapping[int, float]
    half_along: Mapping[int, float]


def curves(graph: Layered, placed: Placed) -> dict[int, list[Point]]:
    """For each edge a curve as (across, along) points, from the upper to the lower node."""
    ports = _ports(graph, placed)
    routes = {}
    for link, chain in graph.chains.items():
        source, target = chain[0], chain[-1]
        start = (ports[link, "out"], placed.along[source] + placed.half_along[source])
        end = (ports[link, "in"], placed.along[target] - placed.half_along[target])
        stops: list[tuple[Point, Point]] = [(start, start)]
        for bend in chain[1:-1]:
            x, y, half = placed.across[bend], placed.along[bend], placed.half_along[bend]
            stops.append(((x, y - half), (x, y + half)))
        stops.append((end, end))
        routes[link] = _through(stops)
    return routes


def loop_points(centre: Point, half: tuple[float, float], place: int) -> list[Point]:
    """A loop on the far side of a node of half a size; `place` counts the loops of one node."""
    (x, y), (half_across, half_along) = centre, half
    reach, step = LOOP_REACH + place * 12.0, min(LOOP_STEP + place * 3.0, half_along * 0.6)
    side = x + half_across
    first, last = (side, y - step), (side, y + step)
    ahead, behind = (side + reach * 1.3, y - step * 2.2), (side + reach * 1.3, y + step * 2.2)
    return [_cubic(first, ahead, behind, last, t / 16) for t in range(17)]


def beside_loop(route: Sequence[Point], size: tuple[float, float], direction: Direction) -> Point:
    """Where the label of a loop stands: just outside its bend."""
    x, y = route[len(route) // 2]
    width, height = size
    return (x + width / 2 + 2, y) if direction == "down" else (x, y + height / 2 + 2)


def _ports(graph: Layered, placed: Placed) -> dict[tuple[int, str], float]:
    """Where each edge meets its nodes: side by side, in the order in which they fan out."""
    leaving: dict[int, list[tuple[float, int]]] = {}
    coming: dict[int, list[tuple[float, int]]] = {}
    for link, chain in graph.chains.items():
        leaving.setdefault(chain[0], []).append((placed.across[chain[1]], link))
        coming.setdefault(chain[-1], []).append((placed.across[chain[-2]], link))
    ports = {}
    for ends, name in ((leaving, "out"), (coming, "in")):
        for node, fan in ends.items():
            middle, half = placed.across[node], placed.half_across[node]
            for link, offset in _fan([link for _, link in sorted(fan)], half, graph):
                ports[link, name] = middle + offset
    return ports


def _fan(fan: Sequence[int], half: float, graph: Layered) -> list[tuple[int, float]]:
    """Offsets of a fan of links; the straight main one, or the heaviest, keeps the middle."""
    anchor = max(range(len(fan)), key=lambda i: (graph.links[fan[i]].main, graph.links[fan[i]].weight))
    most = max(anchor, len(fan) - 1 - anchor, 1)
    step = min(_PORT_STEP, half * _PORT_ROOM / most)
    return [(link, (i - anchor) * step) for i, link in enumerate(fan)]


def _through(stops: Sequence[tuple[Point, Point]]) -> list[Point]:
    """A curve that leaves and enters every stop along the flow; straight where it can be."""
    points = [stops[0][0]]
    for (_, leave), (enter, out) in itertools.pairwise(stops):
        if abs(leave[0] - enter[0]) > 0.5:
            bow = (enter[1] - leave[1]) * 0.5
            ahead, behind = (leave[0], leave[1] + bow), (enter[0], enter[1] - bow)
            points += [_cubic(leave, ahead, behind, enter, t / _PIECES) for t in range(1, _PIECES)]
        points.append(enter)
        if out != enter:
            points.append(out)
    return points


def _cubic(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    one = 1 - t
    parts = (one**3, 3 * one * one * t, 3 * one * t * t, t**3)
    ends = (a, b, c, d)
    return (
        sum(p * end[0] for p, end in zip(parts, ends, strict=True)),
        sum(p * end[1] for p, end in zip(parts, ends, strict=True)),
    )
