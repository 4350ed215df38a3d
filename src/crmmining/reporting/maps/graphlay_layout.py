"""Layout by graphlay: orthogonal edges, room for labels, lanes; the only module that imports it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import graphlay

from crmmining.errors import CrmminingError
from crmmining.reporting.maps.builtin_layout import MARGIN
from crmmining.reporting.maps.graph import MapGraph
from crmmining.reporting.maps.jogs import without_jogs
from crmmining.reporting.maps.labels import place_labels
from crmmining.reporting.maps.lanes import lane_of_nodes, lane_rects
from crmmining.reporting.maps.outline import docked
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

_MANY_EDGES = 90  # from here on graphlay takes seconds unless told to hurry
_ROUND = ("start", "end", "place", "gateway")
_LANE_GAP = 6.0
_DIRECTIONS = {"down": "topbottom", "right": "leftright"}


class UnplacedError(CrmminingError):
    """graphlay could not place a graph."""


def graphlay_layout(graph: MapGraph, direction: Direction) -> Scene:
    """Place a graph with graphlay's preset for process maps; the better of two placements."""
    sizes = node_sizes(graph, sideways=direction == "right")
    request = _request(graph, sizes)
    try:
        options = _options(graph, direction)
        drawing = _best(request, options)
        if graph.lanes:
            drawing = _with_lanes_in_order(request, drawing, options)
    except graphlay.GraphlayError as error:
        raise UnplacedError(f"graphlay could not place the map: {error}") from error
    return _scene(graph, drawing, sizes, direction)


def _request(graph: MapGraph, sizes: Sequence[NodeSize]) -> dict[str, Any]:
    place = {node.id: i for i, node in enumerate(graph.nodes)}
    lanes = lane_of_nodes(graph)
    heaviest = max((edge.pull for edge in graph.edges), default=1.0) or 1.0
    nodes: list[dict[str, Any]] = [
        {
            "size": {"width": size.width, "height": size.height},
            "shape": "ellipse" if node.kind in _ROUND else "box",
            "key": str(number),
            **({"group": lane} if graph.lanes else {}),
        }
        for number, (node, size, lane) in enumerate(zip(graph.nodes, sizes, lanes, strict=True))
    ]
    edges = []
    for edge in graph.edges:
        width, height = label_size(edge.label)
        told = {"source": place[edge.source], "target": place[edge.target]}
        told["weight"] = max(1, round(edge.pull / heaviest * 1000))
        told["thickness"] = 1.5 + 5 * edge.pull / heaviest  # type: ignore[assignment]
        if width:
            told["label_size"] = {"width": width, "height": height}  # type: ignore[assignment]
        edges.append(told)
    return {"nodes": nodes, "edges": edges}


def _best(request: dict[str, Any], options: dict[str, Any]) -> Any:
    """Both ways to place nodes; the one a reader minds less."""
    drawings = [
        graphlay.layout(request, preset="process_map", options={**options, **placement})
        for placement in ({}, {"coords": {"placement": "brandes_koepf"}})
    ]
    return min(drawings, key=lambda drawing: _badness(drawing.metrics()))


def _options(graph: MapGraph, direction: Direction) -> dict[str, Any]:
    options: dict[str, Any] = {"direction": _DIRECTIONS[direction]}
    if direction == "right":
        options["spacing"] = {"layer_gap": 44.0, "edge_label_margin": 28.0, "node_gap": 34.0}
    if graph.lanes:
        options["order"] = {"group_lanes": "strict"}
    if len(graph.edges) > _MANY_EDGES:
        options["effort"] = "fast"
    if all(edge.weight is None for edge in graph.edges):
        options["cycles"] = {"strategy": "follow_flow"}
    return options


def _badness(seen: dict[str, Any]) -> float:
    """What a reader minds, in one number: bent main path, crossings, hits, and sheer size."""
    bent = 1.0 - float(seen.get("main_path_aligned_fraction") or 0.0)
    hits = seen["node_edge_hits"] + seen["node_overlaps"] + seen["label_overlaps"]
    return float(3 * bent + 0.08 * seen["crossings"] + 0.3 * hits + seen["area"] / 1_500_000)


def _with_lanes_in_order(request: dict[str, Any], drawing: Any, options: dict[str, Any]) -> Any:
    """Lanes moved to the order asked for, nodes with them, and the edges routed anew."""
    axis = "y" if options["direction"] == _DIRECTIONS["right"] else "x"
    found = {lane["group"]: lane["rect"] for lane in drawing.raw.get("lanes") or []}
    bands = {g: (found[g]["min"][axis], found[g]["max"][axis]) for g in sorted(found)}
    shift, edge = {}, 0.0
    for group, (low, high) in bands.items():
        shift[group] = edge - low
        edge += high - low + _LANE_GAP
    for node, placed in zip(request["nodes"], drawing.nodes, strict=True):
        node["position"] = dict(placed["center"])
        node["position"][axis] += shift[node["group"]]
    moved = graphlay.reroute(request, preset="process_map", options=options)
    moved.raw["lanes"] = [
        {"group": g, "from": low + shift[g], "to": high + shift[g]} for g, (low, high) in bands.items()
    ]
    return moved


def _scene(graph: MapGraph, drawing: Any, sizes: Sequence[NodeSize], direction: Direction) -> Scene:
    rects = [
        Rect(n["center"]["x"] - s.width / 2, n["center"]["y"] - s.height / 2, s.width, s.height)
        for n, s in zip(drawing.nodes, sizes, strict=True)
    ]
    place = {node.id: (node.kind, rect) for node, rect in zip(graph.nodes, rects, strict=True)}
    ends = [(place[edge.source], place[edge.target]) for edge in graph.edges]
    routes = without_jogs(
        [tuple(_point(p) for p in drawn["points"]) for drawn in drawing.edges],
        [(source[1], target[1]) for source, target in ends],
        direction,
    )
    routes = [docked(route, *both) for route, both in zip(routes, ends, strict=True)]
    wished = [_point(e["label_anchor"]) if e.get("label_anchor") else None for e in drawing.edges]
    texts = [edge.label for edge in graph.edges]
    labels = place_labels(routes, texts, [label_size(t) for t in texts], rects, wished=wished)
    lanes = lane_rects(_bands(graph, drawing), rects, routes, direction) if graph.lanes else ()
    scene = Scene(
        tuple(map(SceneNode, graph.nodes, rects, (size.lines for size in sizes))),
        tuple(map(SceneEdge, graph.edges, routes)),
        labels,
        lanes,
        0.0,
        0.0,
        direction,
        graph.title,
        graph.description,
    )
    return shifted(scene, MARGIN)


def _point(point: dict[str, float]) -> Point:
    return point["x"], point["y"]


def _bands(graph: MapGraph, drawing: Any) -> dict[str, tuple[float, float]]:
    return {graph.lanes[lane["group"]]: (lane["from"], lane["to"]) for lane in drawing.raw["lanes"]}
