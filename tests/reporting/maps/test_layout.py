"""Properties of a layout that hold for both engines, on made and on random graphs."""

from __future__ import annotations

from importlib.util import find_spec
from math import hypot

import pytest
from tests.reporting.maps.graphs import PATH, petri_net, process, random_graph

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.reporting.maps.graph import MapEdge, MapGraph, MapNode
from crmmining.reporting.maps.labels import distance
from crmmining.reporting.maps.layout import layout
from crmmining.reporting.maps.scene import Point, Rect, Scene, SceneNode

WITH_GRAPHLAY = pytest.mark.skipif(find_spec("graphlay") is None, reason="no wheel here")
ENGINES = [pytest.param("graphlay", marks=WITH_GRAPHLAY), "builtin"]
DIRECTIONS = ["down", "right"]
engines = pytest.mark.parametrize("engine", ENGINES)
directions = pytest.mark.parametrize("direction", DIRECTIONS)


@engines
@directions
@pytest.mark.parametrize("seed", range(60))
def test_random_graphs_are_laid_out_soundly(engine: str, direction: str, seed: int) -> None:
    graph = random_graph(seed)
    scene = layout(graph, engine=engine, direction=direction)  # type: ignore[arg-type]
    assert [placed.node for placed in scene.nodes] == list(graph.nodes)
    assert [placed.edge for placed in scene.edges] == list(graph.edges)
    assert_sound(scene)


@engines
@directions
@pytest.mark.parametrize("graph", [process(), process(lanes=True), petri_net()])
def test_processes_and_nets_are_laid_out_soundly(engine: str, direction: str, graph: MapGraph) -> None:
    assert_sound(layout(graph, engine=engine, direction=direction))  # type: ignore[arg-type]


def assert_sound(scene: Scene) -> None:
    """No overlap, every edge from border to border, every label at its edge, all on the page."""
    for i, placed in enumerate(scene.nodes):
        for other in scene.nodes[i + 1 :]:
            assert not placed.rect.overlaps(other.rect, gap=-0.01)
    nodes = {placed.node.id: placed for placed in scene.nodes}
    for edge in scene.edges:
        assert len(edge.points) >= 2
        assert off_border(nodes[edge.edge.source], edge.points[0]) < 1.5
        assert off_border(nodes[edge.edge.target], edge.points[-1]) < 1.5
    for label in scene.labels:
        route = scene.edges[label.edge].points
        reach = max(label.rect.width, label.rect.height) / 2 + 5
        assert distance(label.rect.centre, route) <= reach
    corners = [(n.rect.x, n.rect.y, n.rect.width, n.rect.height) for n in scene.nodes]
    for x, y, width, height in corners:
        assert x >= 0 and y >= 0 and x + width <= scene.width and y + height <= scene.height
    for x, y in (point for edge in scene.edges for point in edge.points):
        assert 0 <= x <= scene.width and 0 <= y <= scene.height


def off_border(placed: SceneNode, point: Point) -> float:
    """How far a point lies from the outline of a node."""
    rect, (cx, cy) = placed.rect, placed.rect.centre
    dx, dy = abs(point[0] - cx), abs(point[1] - cy)
    if placed.node.kind in ("start", "end", "place"):
        return abs(hypot(dx, dy) - rect.width / 2)
    if placed.node.kind == "gateway":
        return abs(dx / (rect.width / 2) + dy / (rect.height / 2) - 1) * rect.width / 2
    return distance_to_box(rect, dx, dy)


def distance_to_box(rect: Rect, dx: float, dy: float) -> float:
    outside = hypot(max(dx - rect.width / 2, 0.0), max(dy - rect.height / 2, 0.0))
    return outside or min(rect.width / 2 - dx, rect.height / 2 - dy)


@engines
@directions
def test_the_main_path_is_one_straight_line(engine: str, direction: str) -> None:
    scene = layout(process(), engine=engine, direction=direction)  # type: ignore[arg-type]
    across = 0 if direction == "down" else 1
    centres = {placed.node.id: placed.rect.centre for placed in scene.nodes}
    assert len({round(centres[name][across], 3) for name in PATH}) == 1
    along = [centres[name][1 - across] for name in PATH]
    assert along == sorted(along)
    for edge in scene.edges[: len(PATH) - 1]:
        assert len({round(point[across], 2) for point in edge.points}) == 1


@engines
@directions
def test_the_same_graph_gives_the_same_scene(engine: str, direction: str) -> None:
    first, second = (
        layout(random_graph(7), engine=engine, direction=direction)  # type: ignore[arg-type]
        for _ in range(2)
    )
    assert first == second


@engines
def test_labels_of_a_small_map_do_not_touch(engine: str) -> None:
    scene = layout(process(), engine=engine)  # type: ignore[arg-type]
    boxes = [label.rect for label in scene.labels] + [placed.rect for placed in scene.nodes]
    assert len(scene.labels) == len(process().edges)
    for i, box in enumerate(boxes):
        assert not any(box.overlaps(other, gap=-0.5) for other in boxes[i + 1 :])


@engines
def test_both_edges_of_a_pair_can_be_told_apart(engine: str) -> None:
    scene = layout(process(), engine=engine)  # type: ignore[arg-type]
    pair = [e for e in scene.edges if {e.edge.source, e.edge.target} == {"offer", "chase"}]
    middles = [edge.points[len(edge.points) // 2] for edge in pair]
    assert distance(middles[0], pair[1].points) > 3


@engines
@directions
def test_nodes_stand_in_their_lane_and_lanes_in_their_order(engine: str, direction: str) -> None:
    scene = layout(process(lanes=True), engine=engine, direction=direction)  # type: ignore[arg-type]
    assert [lane.name for lane in scene.lanes] == ["Customer", "Lending"]
    first, second = (lane.rect for lane in scene.lanes)
    axis = "y" if direction == "right" else "x"
    assert getattr(first, axis) < getattr(second, axis)
    rects = {lane.name: lane.rect for lane in scene.lanes}
    for placed in scene.nodes:
        if placed.node.lane:
            lane = rects[placed.node.lane]
            assert lane.x <= placed.rect.x
            assert placed.rect.x + placed.rect.width <= lane.x + lane.width
            assert lane.y <= placed.rect.y
            assert placed.rect.y + placed.rect.height <= lane.y + lane.height


@directions
def test_a_graph_without_nodes_is_an_empty_scene(direction: str) -> None:
    scene = layout(MapGraph(()), direction=direction)  # type: ignore[arg-type]
    assert scene.nodes == () and scene.width > 0 and scene.height > 0


@engines
def test_a_dense_map_of_fifty_activities_is_placed_in_reasonable_time(engine: str) -> None:
    nodes = tuple(MapNode(f"n{i}", f"Step {i}") for i in range(50))
    edges = tuple(
        MapEdge(f"n{i}", f"n{i * 7 % 50 if step else (i + 1) % 50}", 50.0 - i, str(i))
        for i in range(49)
        for step in range(2)
    )
    assert_sound(layout(MapGraph(nodes, edges), engine=engine))  # type: ignore[arg-type]


def test_auto_takes_the_builtin_engine_where_graphlay_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("crmmining.reporting.maps.layout.find_spec", lambda name: None)
    assert layout(process()) == layout(process(), engine="builtin")
    with pytest.raises(InvalidOptionError, match="no wheel here"):
        layout(process(), engine="graphlay")


def test_unknown_choices_are_refused_with_the_known_ones() -> None:
    with pytest.raises(InvalidOptionError, match="'auto', 'graphlay', 'builtin'"):
        layout(process(), engine="dot")  # type: ignore[arg-type]
    with pytest.raises(InvalidOptionError, match="'down' or 'right'"):
        layout(process(), direction="up")  # type: ignore[arg-type]


def test_a_graph_says_what_is_wrong_with_it() -> None:
    a = MapNode("a")
    with pytest.raises(InvalidOptionError, match="'a' came twice"):
        MapGraph((a, a))
    with pytest.raises(UnknownNameError, match="no node 'b'"):
        MapGraph((a,), (MapEdge("a", "b"),))
    with pytest.raises(UnknownNameError, match="no lane 'Lendin'"):
        MapGraph((MapNode("a", lane="Lendin"),), lanes=("Lending",))
    with pytest.raises(InvalidOptionError, match="weight -1"):
        MapGraph((a,), (MapEdge("a", "a", -1.0),))
