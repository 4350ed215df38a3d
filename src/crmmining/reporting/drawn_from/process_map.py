"""From directly-follows graphs and nets to maps that can be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from crmmining.mining.directly_follows import DirectlyFollowsGraph
from crmmining.mining.models import PetriNet
from crmmining.reporting.maps.graph import MapEdge, MapGraph, MapNode
from crmmining.study.durations import humanise

START, END = "start", "end"
Shown = Literal["frequency", "time"]


def process_map(
    graph: DirectlyFollowsGraph, departments: Mapping[str, str] | None = None, *, show: Shown = "frequency"
) -> MapGraph:
    """A map of what comes after what; each box has the colour of the department that does it."""
    departments = departments or {}
    nodes = [MapNode(START, kind="start"), MapNode(END, kind="end")]
    for name, n in graph.activities.items():
        nodes.append(MapNode(f"a:{name}", name, weight=n, value=f"{n:,}", department=departments.get(name)))
    edges = [
        MapEdge(
            f"a:{edge.source}",
            f"a:{edge.target}",
            weight=edge.n,
            label=f"{edge.n:,}" if show == "frequency" else humanise(edge.median),
            note=f"{edge.n:,} times in {edge.n_cases:,} cases, "
            f"median {humanise(edge.median)}, P90 {humanise(edge.p90)}",
        )
        for edge in graph.edges.values()
    ]
    edges += [
        MapEdge(START, f"a:{name}", weight=n, label=f"{n:,}", dashed=True) for name, n in graph.starts.items()
    ]
    edges += [
        MapEdge(f"a:{name}", END, weight=n, label=f"{n:,}", dashed=True) for name, n in graph.ends.items()
    ]
    share = f"{graph.share_shown:.1%} of {graph.n_moves:,} moves between steps are shown"
    about = f"{len(graph.activities)} activities; {share}"
    return MapGraph(tuple(nodes), tuple(edges), title=str(graph.notion), description=about)


def net_map(net: PetriNet, title: str = "Petri net") -> MapGraph:
    """A net: circles are places, boxes transitions, small black boxes silent ones."""
    nodes = [
        MapNode(
            name, kind="place", value="●" * net.initial.get(name, 0) or ("◎" if name in net.final else "")
        )
        for name in net.places
    ]
    for transition in net.transitions:
        kind: Literal["activity", "silent"] = "activity" if transition.label is not None else "silent"
        nodes.append(MapNode(transition.name, transition.label or "", kind=kind))
    return MapGraph(
        tuple(nodes),
        tuple(MapEdge(source, target) for source, target in dict.fromkeys(net.arcs)),
        title=title,
    )
