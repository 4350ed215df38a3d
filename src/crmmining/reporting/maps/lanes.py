"""Lanes: which swimlane each node stands in, also where the graph does not say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crmmining.reporting.maps.graph import MapGraph
from crmmining.reporting.maps.scene import Direction, Point, Rect, SceneLane

_HEAD = {"down": 44.0, "right": 118.0}  # room for a lane's name before its first node
_AIR = 16.0


def lane_of_nodes(graph: MapGraph) -> list[int]:
    """The lane of each node by its place in `graph.lanes`; all 0 where there are no lanes.

    A node without a lane (a start, an end) goes with the neighbour on its heaviest edge, then
    with the first lane.
    """
    if not graph.lanes:
        return [0] * len(graph.nodes)
    place = {name: i for i, name in enumerate(graph.lanes)}
    said = {n.id: place[n.lane] for n in graph.nodes if n.lane is not None}
    for edge in sorted(graph.edges, key=lambda e: -e.pull):
        for node, other in ((edge.source, edge.target), (edge.target, edge.source)):
            if node not in said and other in said:
                said[node] = said[other]
    return [said.get(n.id, 0) for n in graph.nodes]


def lane_rects(
    bands: Mapping[str, tuple[float, float]],
    rects: Sequence[Rect],
    routes: Sequence[Sequence[Point]],
    direction: Direction,
) -> tuple[SceneLane, ...]:
    """Bands across the flow as lanes along all of the drawing, with a head for their name."""
    down = direction == "down"
    ends = [end for r in rects for end in ((r.y, r.y + r.height) if down else (r.x, r.x + r.width))]
    ends += [point[1] if down else point[0] for route in routes for point in route]
    if not ends:
        return ()
    first, length = min(ends) - _HEAD[direction], max(ends) - min(ends) + _HEAD[direction] + _AIR
    return tuple(
        SceneLane(name, Rect(a, first, b - a, length) if down else Rect(first, a, length, b - a))
        for name, (a, b) in bands.items()
        if b > a
    )
