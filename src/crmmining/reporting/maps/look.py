"""Look of a map: the colour, thickness and ink of each part, the same for every painter."""

from __future__ import annotations

from dataclasses import dataclass

from crmmining.reporting.figures.style import (
    ALARM,
    ALARM_FILL,
    ALARM_WASH,
    GOOD,
    GOOD_FILL,
    GOOD_WASH,
    INK,
    LINE,
    MUTED,
    PAPER,
    FigureStyle,
    ink_on,
    legible,
    mix,
    tint,
)
from crmmining.reporting.maps.graph import MapEdge, MapNode
from crmmining.reporting.maps.scene import Scene

_PALE, _DEEP = "#EDF3FA", "#0F4A80"
_EDGE_PALE, _EDGE_DEEP = "#B3C0CD", "#2A5F93"
_FADED = "#9AA6B3"
CORNER = 7.0


@dataclass(frozen=True)
class NodeLook:
    """Fill, border and inks of a node."""

    fill: str
    border: str
    border_width: float
    ink: str
    value_ink: str
    dashed: bool = False


@dataclass(frozen=True)
class EdgeLook:
    """Colour, thickness, arrow head and label ink of an edge."""

    colour: str
    width: float
    head: float
    ink: str
    dash: tuple[float, float] | None = None


def node_look(node: MapNode, heaviest: float, style: FigureStyle) -> NodeLook:
    """Darker is more; the border takes the department's colour; emphasis goes before both."""
    if node.kind == "start":
        return NodeLook(GOOD_FILL, GOOD_FILL, 0.0, PAPER, PAPER)
    if node.kind == "end":
        return NodeLook(ALARM_FILL, ALARM_FILL, 0.0, PAPER, PAPER)
    if node.kind == "silent":
        return NodeLook(INK, INK, 0.0, PAPER, PAPER)
    if node.emphasis == "faded":
        return NodeLook(PAPER, _FADED, 1.2, MUTED, MUTED, dashed=True)
    if node.emphasis == "alarm":
        return NodeLook(ALARM_WASH, ALARM_FILL, 2.0, ALARM, ALARM)
    if node.emphasis == "good":
        return NodeLook(GOOD_WASH, GOOD_FILL, 2.0, GOOD, GOOD)
    fill = PAPER
    if node.weight is not None and heaviest > 0:
        fill = legible(mix(_PALE, _DEEP, (node.weight / heaviest) ** 0.8))
    border = style.colour(node.department) if node.department else tint(_DEEP, 0.45)
    ink = ink_on(fill)
    quiet = MUTED if fill == PAPER else ink
    return NodeLook(fill, border, 2.2 if node.department else 1.1, ink, quiet)


def edge_look(edge: MapEdge, heaviest: float) -> EdgeLook:
    """Thicker and darker is more often."""
    share = edge.weight / heaviest if edge.weight is not None and heaviest > 0 else 0.06
    width = 1.3 + 4.7 * share**0.7
    head = 5.5 + 1.15 * width
    dash = (2.2 * max(width, 1.6), 1.6 * max(width, 1.6)) if edge.dashed else None
    if edge.emphasis == "alarm":
        return EdgeLook(ALARM_FILL, width, head, ALARM, dash)
    if edge.emphasis == "good":
        return EdgeLook(GOOD_FILL, width, head, GOOD, dash)
    if edge.emphasis == "faded":
        return EdgeLook(LINE, width, head, MUTED, dash or (3.2, 2.6))
    colour = mix(_EDGE_PALE, _EDGE_DEEP, share**0.7) if edge.weight is not None else MUTED
    return EdgeLook(colour, width, head, INK, dash)


def heaviest_weights(scene: Scene) -> tuple[float, float]:
    """The heaviest node and the heaviest edge, against which the others are drawn."""
    nodes = (placed.node.weight or 0.0 for placed in scene.nodes)
    return max(nodes, default=0.0), max((e.edge.weight or 0.0 for e in scene.edges), default=0.0)
