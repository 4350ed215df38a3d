"""Layout: one door to the engines that place a graph, graphlay where it is, else our own."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from crmmining.errors import InvalidOptionError
from crmmining.reporting.maps.builtin_layout import builtin_layout
from crmmining.reporting.maps.graph import MapGraph
from crmmining.reporting.maps.scene import Direction, Scene

Engine = Literal["auto", "graphlay", "builtin"]


def layout(graph: MapGraph, *, engine: Engine = "auto", direction: Direction = "down") -> Scene:
    """Place every node, edge, label and lane of a graph; the same graph gives the same scene.

    `direction` is where the flow goes, `down` or `right`; lanes run along it. `auto` takes
    graphlay where it is installed and can place the graph, else the built-in engine.

    Raises `InvalidOptionError` for an unknown engine or direction, and for `graphlay` where it
    is not installed.
    """
    if engine not in ("auto", "graphlay", "builtin"):
        raise InvalidOptionError(f"layout engine {engine!r}: choose 'auto', 'graphlay', 'builtin'")
    if direction not in ("down", "right"):
        raise InvalidOptionError(f"direction {direction!r}: choose 'down' or 'right'")
    installed = find_spec("graphlay") is not None
    if engine == "graphlay" and not installed:
        raise InvalidOptionError("graphlay has no wheel here; use engine='builtin' or engine='auto'")
    if engine == "builtin" or not installed or not graph.nodes:
        return builtin_layout(graph, direction)
    from crmmining.reporting.maps.graphlay_layout import UnplacedError, graphlay_layout

    try:
        return graphlay_layout(graph, direction)
    except UnplacedError:
        if engine == "graphlay":
            raise
        return builtin_layout(graph, direction)
