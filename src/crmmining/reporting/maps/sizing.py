"""Sizes: how much room each node and each edge label needs, before anything is placed."""

from __future__ import annotations

from dataclasses import dataclass

from crmmining.reporting.figures.text import Weight, clean, fit_lines, text_width
from crmmining.reporting.maps.graph import MapGraph, MapNode

LABEL_SIZE, VALUE_SIZE, EDGE_SIZE = 12.0, 11.0, 10.5
LINE_STEP = 15.0
_WIDTH, _NARROW = 152.0, 118.0  # one width for all keeps the main path straight
_MOST_LINES = 4
_MARGIN_X, _MARGIN_Y = 11.0, 9.0
_FALLBACK_WIDER = 1.15  # a browser without our font takes a wider one
_MARKS = {"start": 28.0, "end": 28.0, "place": 32.0, "gateway": 38.0}
_SILENT = (14.0, 30.0)


@dataclass(frozen=True)
class NodeSize:
    """Room of a node, and its label in lines."""

    width: float
    height: float
    lines: tuple[str, ...] = ()


def node_sizes(graph: MapGraph, *, sideways: bool = False) -> list[NodeSize]:
    """The size of each node, in their order; a silent transition lies across the flow."""
    return [_size(node, sideways=sideways) for node in graph.nodes]


def label_size(text: str) -> tuple[float, float]:
    """Width and height of an edge label; both 0 for none."""
    shown = clean(text)
    return (measured(shown, EDGE_SIZE, "semibold") + 8, EDGE_SIZE + 5) if shown else (0.0, 0.0)


def measured(text: str, size: float, weight: Weight = "regular") -> float:
    """Width of a text with room for a wider font than ours."""
    return text_width(text, size, weight) * _FALLBACK_WIDER


def _size(node: MapNode, *, sideways: bool) -> NodeSize:
    if node.kind in _MARKS:
        return NodeSize(_MARKS[node.kind], _MARKS[node.kind])
    if node.kind == "silent":
        thin, wide = _SILENT
        return NodeSize(thin, wide) if sideways else NodeSize(wide, thin)
    width = _NARROW if sideways else _WIDTH
    room = (width - 2 * _MARGIN_X) / _FALLBACK_WIDER
    label = clean(node.label) or clean(node.id)
    lines = fit_lines(label, room, LABEL_SIZE, weight="semibold", most=_MOST_LINES)
    rows = len(lines) + (1 if clean(node.value) else 0)
    return NodeSize(width, max(rows, 2) * LINE_STEP + 2 * _MARGIN_Y - 2, tuple(lines))
