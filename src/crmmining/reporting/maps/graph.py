"""Graph to be drawn: a process map, a Petri net or a BPMN diagram, without any position."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from crmmining.errors import InvalidOptionError, UnknownNameError, listed

NodeKind = Literal["activity", "start", "end", "place", "silent", "gateway"]
Emphasis = Literal["normal", "alarm", "good", "faded"]


@dataclass(frozen=True)
class MapNode:
    """A box, circle or diamond.

    An `activity` shows its label and, beneath it, `value` (a count or a time, as text); a labelled
    transition of a Petri net is one too. A `place` shows `value` inside ("●" for a token), a
    `gateway` its label ("×", "+"), a `silent` transition nothing. `weight` in any unit decides how
    dark a node is, compared with the heaviest one; None leaves it white. `department` gives the
    colour of its border, `lane` the swimlane it stands in. `note` is shown on hovering.
    """

    id: str
    label: str = ""
    kind: NodeKind = "activity"
    weight: float | None = None
    value: str = ""
    department: str | None = None
    lane: str | None = None
    emphasis: Emphasis = "normal"
    note: str = ""


@dataclass(frozen=True)
class MapEdge:
    """An arrow between two nodes (or a loop); `weight` decides how thick and dark it is.

    Without a weight, as in a model, it is thin.
    """

    source: str
    target: str
    weight: float | None = None
    label: str = ""
    dashed: bool = False
    emphasis: Emphasis = "normal"
    note: str = ""

    @property
    def pull(self) -> float:
        """What the layout takes for its weight: above zero in any case."""
        return max(1.0 if self.weight is None else self.weight, 1e-3)


@dataclass(frozen=True)
class MapGraph:
    """Nodes and edges, the lanes in their order from the top, and words for those who cannot see.

    Raises `InvalidOptionError` for a node given twice or a weight below zero, `UnknownNameError`
    for an edge that ends nowhere or a lane that is not listed.
    """

    nodes: tuple[MapNode, ...]
    edges: tuple[MapEdge, ...] = ()
    lanes: tuple[str, ...] = ()
    title: str = "Process map"
    description: str = ""

    def __post_init__(self) -> None:
        names = [node.id for node in self.nodes]
        twice = _twice(names)
        if twice:
            raise InvalidOptionError(f"a map has each node once; {listed(twice)} came twice")
        _check_weights(self)
        known = set(names)
        for edge in self.edges:
            for end in (edge.source, edge.target):
                if end not in known:
                    raise UnknownNameError("node", end, names)
        for node in self.nodes:
            if self.lanes and node.lane is not None and node.lane not in self.lanes:
                raise UnknownNameError("lane", node.lane, self.lanes)


def _check_weights(graph: MapGraph) -> None:
    weights = [(node.id, node.weight) for node in graph.nodes]
    weights += [(f"{edge.source} → {edge.target}", edge.weight) for edge in graph.edges]
    for name, weight in weights:
        if weight is not None and not 0 <= weight < float("inf"):
            raise InvalidOptionError(f"{name!r} has weight {weight}; a weight is a number from 0")


def _twice(names: Iterable[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
