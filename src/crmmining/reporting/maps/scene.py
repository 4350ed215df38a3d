"""Scene: a graph with every node, edge, label and lane in its place, ready for any painter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from crmmining.reporting.maps.graph import MapEdge, MapNode

Point = tuple[float, float]
Direction = Literal["down", "right"]


@dataclass(frozen=True)
class Rect:
    """An upright rectangle from its upper left corner, y growing downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """Its middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def overlaps(self, other: Rect, gap: float = 0.0) -> bool:
        """Whether two rectangles share more than a border, or come nearer than a gap."""
        return (
            self.x < other.x + other.width + gap
            and other.x < self.x + self.width + gap
            and self.y < other.y + other.height + gap
            and other.y < self.y + self.height + gap
        )

    def moved(self, dx: float, dy: float) -> Rect:
        """The same rectangle elsewhere."""
        return Rect(self.x + dx, self.y + dy, self.width, self.height)


@dataclass(frozen=True)
class SceneNode:
    """A node with its rectangle and its label broken into lines."""

    node: MapNode
    rect: Rect
    lines: tuple[str, ...]


@dataclass(frozen=True)
class SceneEdge:
    """An edge as a polyline from border to border, in the direction of its arrow.

    Painters round the corners of an orthogonal one; a curved one comes finely divided.
    """

    edge: MapEdge
    points: tuple[Point, ...]
    curved: bool = False


@dataclass(frozen=True)
class SceneLabel:
    """The text of an edge, by the place of its edge in the scene, and the room it takes."""

    edge: int
    text: str
    rect: Rect


@dataclass(frozen=True)
class SceneLane:
    """A swimlane behind the nodes."""

    name: str
    rect: Rect


@dataclass(frozen=True)
class Scene:
    """Everything placed; all of it lies between (0, 0) and (`width`, `height`)."""

    nodes: tuple[SceneNode, ...]
    edges: tuple[SceneEdge, ...]
    labels: tuple[SceneLabel, ...]
    lanes: tuple[SceneLane, ...]
    width: float
    height: float
    direction: Direction = "down"
    title: str = ""
    description: str = ""


def shifted(scene: Scene, margin: float) -> Scene:
    """The scene moved so that everything in it keeps a margin to the border, and its new size."""
    corners = [
        *_corners([node.rect for node in scene.nodes]),
        *_corners([label.rect for label in scene.labels]),
        *_corners([lane.rect for lane in scene.lanes]),
        *(point for edge in scene.edges for point in edge.points),
    ] or [(0.0, 0.0)]
    left, top = min(x for x, _ in corners) - margin, min(y for _, y in corners) - margin
    right, bottom = max(x for x, _ in corners) + margin, max(y for _, y in corners) + margin
    return replace(
        scene,
        nodes=tuple(replace(n, rect=n.rect.moved(-left, -top)) for n in scene.nodes),
        edges=tuple(replace(e, points=tuple((x - left, y - top) for x, y in e.points)) for e in scene.edges),
        labels=tuple(replace(b, rect=b.rect.moved(-left, -top)) for b in scene.labels),
        lanes=tuple(replace(lane, rect=lane.rect.moved(-left, -top)) for lane in scene.lanes),
        width=right - left,
        height=bottom - top,
    )


def _corners(rects: Sequence[Rect]) -> list[Point]:
    return [point for r in rects for point in ((r.x, r.y), (r.x + r.width, r.y + r.height))]
