"""Built-in layout: layers, order, coordinates and curves in pure Python, where graphlay is not."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crmmining.reporting.maps.coordinates import place_across, place_in_lanes
from crmmining.reporting.maps.graph import MapGraph
from crmmining.reporting.maps.labels import place_labels
from crmmining.reporting.maps.lanes import lane_of_nodes, lane_rects
from crmmining.reporting.maps.layering import Arc, feedback_order, layers_of, main_path
from crmmining.reporting.maps.ordering import Layered, Link, layered, order_layers
from crmmining.reporting.maps.outline import docked
from crmmining.reporting.maps.routing import LOOP_REACH, Placed, beside_loop, curves, loop_points
from crmmining.reporting.maps.scene import (
    Direction,
    Point,
    Rect,
    Scene,
    SceneEdge,
    SceneNode,
    shifted,
)
from crmmining.reporting.maps.sizing import NodeSize, label_size, node_sizes

MARGIN = 16.0
_NODE_GAP, _BEND_GAP = 34.0, 26.0
_LANE_MARGIN = 22.0
_ALONE_PER_ROW = 6


@dataclass(frozen=True)
class _Job:
    """A graph on its way: sizes turned so that the flow always runs along the second axis."""

    graph: MapGraph
    direction: Direction
    sizes: Sequence[NodeSize]
    lanes: Sequence[int]

    def across(self, node: int) -> float:
        size = self.sizes[node]
        return size.width if self.direction == "down" else size.height

    def along(self, node: int) -> float:
        size = self.sizes[node]
        return size.height if self.direction == "down" else size.width

    def turned(self, point: Point) -> Point:
        return point if self.direction == "down" else (point[1], point[0])


def builtin_layout(graph: MapGraph, direction: Direction) -> Scene:
    """Place a graph with the method of Sugiyama, Tagawa and Toda (1981), main path straight."""
    sizes = node_sizes(graph, sideways=direction == "right")
    job = _Job(graph, direction, sizes, lane_of_nodes(graph))
    arcs = _arcs(graph)
    kinds = [node.kind for node in graph.nodes]
    order = feedback_order(len(sizes), arcs, kinds)
    rank = {node: place for place, node in enumerate(order)}
    layers = _layers(job, arcs, order, rank)
    placed, bands = _place(job, layers)
    centres = {n: (placed.across[n], placed.along[n]) for n in rank if n in placed.across}
    centres |= _alone([n for n in range(len(sizes)) if n not in centres], centres, job)
    routes = _routes(job, curves(layers, placed), centres, rank)
    return _scene(job, centres, routes, bands)


def _arcs(graph: MapGraph) -> dict[Arc, float]:
    """Weight of each pair of different nodes, parallel edges together; never zero."""
    place = {node.id: i for i, node in enumerate(graph.nodes)}
    arcs: dict[Arc, float] = {}
    for edge in graph.edges:
        arc = place[edge.source], place[edge.target]
        if arc[0] != arc[1]:
            arcs[arc] = arcs.get(arc, 0.0) + edge.pull
    return arcs


def _layers(job: _Job, arcs: Mapping[Arc, float], order: Sequence[int], rank: Mapping[int, int]) -> Layered:
    """Nodes and bends on ordered layers; every edge runs on its own, also both of a pair."""
    kinds = [node.kind for node in job.graph.nodes]
    onwards = {arc: w for arc, w in arcs.items() if rank[arc[0]] < rank[arc[1]]}
    forward = dict(onwards)
    for (a, b), weight in arcs.items():
        if rank[a] > rank[b]:
            forward[b, a] = forward.get((b, a), 0.0) + weight
    layer = layers_of(order, forward, kinds)
    path = [] if job.graph.lanes else main_path(order, onwards, kinds)
    linked = {n for arc in arcs for n in arc}
    nodes = [n for n in range(len(layer)) if n in linked or job.graph.lanes]
    result = layered(nodes, layer, _links(job.graph, rank, path))
    order_layers(result, _lane_of_vertices(job, result) if job.graph.lanes else None)
    return result


def _links(graph: MapGraph, rank: Mapping[int, int], path: Sequence[int]) -> dict[int, Link]:
    """Each edge but loops, turned along the flow; the first of a pair on the path is main."""
    place = {node.id: i for i, node in enumerate(graph.nodes)}
    steps = set(itertools.pairwise(path))
    links = {}
    for name, edge in enumerate(graph.edges):
        a, b = place[edge.source], place[edge.target]
        if a == b:
            continue
        upper, lower = (a, b) if rank[a] < rank[b] else (b, a)
        links[name] = Link(upper, lower, edge.pull, (a, b) in steps)
        steps.discard((a, b))
    return links


def _lane_of_vertices(job: _Job, layers: Layered) -> dict[int, int]:
    """Nodes in their lane; the bends of an edge in the lane it comes from."""
    lanes = dict(enumerate(job.lanes))
    for chain in layers.chains.values():
        lanes |= dict.fromkeys(chain[1:-1], lanes[chain[0]])
    return lanes


def _place(job: _Job, layers: Layered) -> tuple[Placed, list[tuple[float, float]]]:
    vertices = [v for layer in layers.layers for v in layer]
    loops = _loop_room(job)
    half = {v: job.across(v) / 2 if v < layers.n_nodes else 0.0 for v in vertices}

    def gap(a: int, b: int) -> float:
        bends = a >= layers.n_nodes or b >= layers.n_nodes
        return half[a] + half[b] + loops.get(a, 0.0) + (_BEND_GAP if bends else _NODE_GAP)

    bands: list[tuple[float, float]] = []
    if job.graph.lanes:
        lanes = _lane_of_vertices(job, layers)
        across, bands = place_in_lanes(layers, lanes, gap, _LANE_MARGIN + _deepest(job))
    else:
        across = place_across(layers, gap)
    along, half_along = _along(job, layers)
    return Placed(across, along, half, half_along), bands


def _deepest(job: _Job) -> float:
    return max((job.across(n) for n in range(len(job.sizes))), default=0.0) / 2


def _along(job: _Job, layers: Layered) -> tuple[dict[int, float], dict[int, float]]:
    """Centres and half sizes along the flow: a layer is as deep as its deepest node."""
    labels = [label_size(edge.label) for edge in job.graph.edges]
    room = max((s[0] if job.direction == "right" else s[1] for s in labels), default=0.0)
    along: dict[int, float] = {}
    half: dict[int, float] = {}
    edge = 0.0
    for layer in layers.layers:
        deep = max((job.along(v) for v in layer if v < layers.n_nodes), default=0.0)
        for v in layer:
            along[v] = edge + deep / 2
            half[v] = job.along(v) / 2 if v < layers.n_nodes else deep / 2
        edge += deep + max(46.0, room + 34.0) + min(36.0, 2.0 * len(layer))
    return along, half


def _loop_room(job: _Job) -> dict[int, float]:
    """Room beside nodes that have loops, for the loops and their labels."""
    place = {node.id: i for i, node in enumerate(job.graph.nodes)}
    room: dict[int, float] = {}
    for edge in job.graph.edges:
        if edge.source == edge.target:
            width, height = label_size(edge.label)
            need = LOOP_REACH + (width if job.direction == "down" else height)
            room[place[edge.source]] = room.get(place[edge.source], 0.0) + need
    return room


def _alone(nodes: Sequence[int], centres: Mapping[int, Point], job: _Job) -> dict[int, Point]:
    """Nodes without edges stand in rows after everything else."""
    if not nodes:
        return {}
    step_across = max(job.across(n) + _loop_room(job).get(n, 0.0) for n in nodes) + _NODE_GAP
    step_along = max(job.along(n) for n in nodes) + _NODE_GAP
    deepest = max((y + job.along(n) / 2 for n, (_, y) in centres.items()), default=-step_along)
    first = deepest + step_along
    columns = min(len(nodes), _ALONE_PER_ROW)
    return {
        n: ((i % columns - (columns - 1) / 2) * step_across, first + i // columns * step_along)
        for i, n in enumerate(nodes)
    }


def _routes(
    job: _Job,
    drawn: Mapping[int, Sequence[Point]],
    centres: Mapping[int, Point],
    rank: Mapping[int, int],
) -> list[tuple[Point, ...]]:
    """A curve per edge in the direction of its arrow; backward ones go up their curve."""
    place = {node.id: i for i, node in enumerate(job.graph.nodes)}
    loops: dict[int, int] = {}
    routes = []
    for name, edge in enumerate(job.graph.edges):
        a, b = place[edge.source], place[edge.target]
        if a == b:
            loops[a] = loops.get(a, -1) + 1
            route = loop_points(centres[a], (job.across(a) / 2, job.along(a) / 2), loops[a])
        else:
            route = list(drawn[name])[:: 1 if rank[a] < rank[b] else -1]
        routes.append(tuple(job.turned(point) for point in route))
    return routes


def _scene(
    job: _Job,
    centres: Mapping[int, Point],
    routes: Sequence[tuple[Point, ...]],
    bands: Sequence[tuple[float, float]],
) -> Scene:
    rects = []
    for n, size in enumerate(job.sizes):
        x, y = job.turned(centres[n])
        rects.append(Rect(x - size.width / 2, y - size.height / 2, size.width, size.height))
    graph = job.graph
    place = {node.id: (node.kind, rect) for node, rect in zip(graph.nodes, rects, strict=True)}
    routes = [
        docked(route, place[edge.source], place[edge.target])
        for edge, route in zip(graph.edges, routes, strict=True)
    ]
    texts = [edge.label for edge in graph.edges]
    sizes = [label_size(text) for text in texts]
    wished = [
        beside_loop(route, size, job.direction) if edge.source == edge.target else None
        for edge, route, size in zip(graph.edges, routes, sizes, strict=True)
    ]
    return shifted(
        Scene(
            tuple(map(SceneNode, graph.nodes, rects, (s.lines for s in job.sizes))),
            tuple(SceneEdge(e, r, curved=True) for e, r in zip(graph.edges, routes, strict=True)),
            place_labels(routes, texts, sizes, rects, wished=wished),
            lane_rects(dict(zip(graph.lanes, bands, strict=False)), rects, routes, job.direction),
            0.0,
            0.0,
            job.direction,
            graph.title,
            graph.description,
        ),
        MARGIN,
    )
