"""Ordering: left to right inside each layer, so that few edges cross and the main path stays."""

from __future__ import annotations

import itertools
from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_SWEEPS = 14


@dataclass(frozen=True)
class Link:
    """An edge turned along the flow, from the upper node to the lower one."""

    upper: int
    lower: int
    weight: float
    main: bool = False


@dataclass
class Layered:
    """Nodes and bends on their layers. A bend is where a long edge passes a layer.

    Vertices below `n_nodes` are nodes, the others bends. `chains` gives for each link its
    vertices from layer to layer; `main` the vertices of the main path.
    """

    n_nodes: int
    layers: list[list[int]]
    links: dict[int, Link]
    chains: dict[int, list[int]]
    main: set[int]
    above: dict[int, dict[int, float]] = field(default_factory=dict)
    below: dict[int, dict[int, float]] = field(default_factory=dict)


def layered(nodes: Sequence[int], layer: Sequence[int], links: dict[int, Link]) -> Layered:
    """Put the nodes on their layers and cut every long link into steps of one layer."""
    layers: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for node in nodes:
        layers[layer[node]].append(node)
    result = Layered(len(layer), layers, links, {}, set())
    fresh = len(layer)
    for name, link in links.items():
        between = range(layer[link.upper] + 1, layer[link.lower])
        bends = list(range(fresh, fresh + len(between)))
        fresh += len(bends)
        for place, bend in zip(between, bends, strict=True):
            layers[place].append(bend)
        chain = result.chains[name] = [link.upper, *bends, link.lower]
        if link.main:
            result.main.update(chain)
        for upper, lower in itertools.pairwise(chain):
            _add(result.below, upper, lower, link.weight)
            _add(result.above, lower, upper, link.weight)
    return result


def _add(side: dict[int, dict[int, float]], vertex: int, other: int, weight: float) -> None:
    around = side.setdefault(vertex, {})
    around[other] = around.get(other, 0.0) + weight


def order_layers(graph: Layered, lanes: Mapping[int, int] | None = None) -> None:
    """Sort each layer by the mean place of the neighbours, up and down, and keep the best.

    Barycentre sweeps of Sugiyama, Tagawa and Toda (1981), followed by swapping neighbours where
    that saves crossings; a vertex with a lane never leaves it.
    """
    _start_from_path(graph)
    best, fewest = [list(layer) for layer in graph.layers], float("inf")
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        _sweep(graph, downwards, lanes or {})
        crossed = sum(_crossings(graph, place) for place in range(len(graph.layers) - 1))
        if crossed < fewest:
            best, fewest = [list(layer) for layer in graph.layers], crossed
        if not crossed:
            break
    graph.layers[:] = best


def _start_from_path(graph: Layered) -> None:
    """Main path in the middle, the rest to the left and right of it in turn."""
    for place, layer in enumerate(graph.layers):
        main = [v for v in layer if v in graph.main]
        rest = [v for v in layer if v not in graph.main]
        graph.layers[place] = [*rest[1::2], *main, *rest[0::2]]


def _sweep(graph: Layered, downwards: bool, lanes: Mapping[int, int]) -> None:
    depth = len(graph.layers)
    places = range(1, depth) if downwards else range(depth - 2, -1, -1)
    side = graph.above if downwards else graph.below
    for place in places:
        fixed = graph.layers[place - 1 if downwards else place + 1]
        middle = {v: _from_main(fixed, i, graph.main) for i, v in enumerate(fixed)}
        now = {v: _from_main(graph.layers[place], i, graph.main) for i, v in enumerate(graph.layers[place])}
        keys = {v: _mean(side.get(v, {}), middle, now[v]) for v in graph.layers[place]}
        for v in graph.main.intersection(keys):
            keys[v] = 0.0
        graph.layers[place].sort(key=lambda v: (lanes.get(v, 0), keys[v], now[v]))
        _swap(graph, place, lanes)


def _from_main(layer: Sequence[int], place: int, main: set[int]) -> float:
    """Place counted from the vertex of the main path, or from the middle where there is none."""
    anchor = next((i for i, v in enumerate(layer) if v in main), (len(layer) - 1) / 2)
    return place - anchor


def _mean(neighbours: Mapping[int, float], place: Mapping[int, float], otherwise: float) -> float:
    total = sum(neighbours.values())
    if not total:
        return otherwise
    return sum(place[n] * w for n, w in neighbours.items()) / total


def _swap(graph: Layered, place: int, lanes: Mapping[int, int]) -> None:
    """Swap neighbours of a layer while that saves crossings with the layers beside it."""
    layer = graph.layers[place]
    around = [
        {v: i for i, v in enumerate(graph.layers[other])} if 0 <= other < len(graph.layers) else {}
        for other in (place - 1, place + 1)
    ]
    for i in range(len(layer) - 1):
        a, b = layer[i], layer[i + 1]
        if lanes.get(a, 0) != lanes.get(b, 0):
            continue
        gain = 0.0
        for side, places in zip((graph.above, graph.below), around, strict=True):
            mine = sorted(places[n] for n in side.get(a, {}))
            theirs = sorted(places[n] for n in side.get(b, {}))
            gain += _inversions(mine, theirs) - _inversions(theirs, mine)
        if gain > 0:
            layer[i], layer[i + 1] = b, a


def _inversions(first: Sequence[int], second: Sequence[int]) -> int:
    """Pairs in which an edge of the left vertex ends to the right of one of the right vertex."""
    return sum(len(first) - bisect_right(first, end) for end in second)


def _crossings(graph: Layered, place: int) -> int:
    """Crossings between a layer and the next one."""
    index = {v: i for i, v in enumerate(graph.layers[place + 1])}
    seen: list[int] = []
    crossed = 0
    for vertex in graph.layers[place]:
        ends = sorted(index[n] for n in graph.below.get(vertex, {}))
        crossed += sum(len(seen) - bisect_right(seen, end) for end in ends)
        for end in ends:
            insort(seen, end)
    return crossed
