"""Coordinates: places across the flow, near the neighbours, the main path on one straight line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from crmmining.reporting.maps.ordering import Layered

_ROUNDS = 24
_RAILS = 4
_STRAIGHT = 6.0  # bends pull this much more than nodes, so that long edges run straight


def place_across(graph: Layered, gap: Callable[[int, int], float]) -> dict[int, float]:
    """The centre of each vertex across the flow; the main path stands at 0.

    `gap(a, b)` is the least distance of the centres of neighbours a, b. Each layer in turn is
    placed as near to the weighted mean of its neighbours as order and gaps allow (least squares
    under order, by pooling adjacent violators), up and down until it rests.
    """
    across = {v: x for layer in graph.layers for v, x in _packed(layer, graph.main, gap).items()}
    for turn in range(_ROUNDS):
        places = range(len(graph.layers))
        for place in places if turn % 2 == 0 else reversed(places):
            layer = graph.layers[place]
            sides = _sides(graph, turn)
            wished = {v: _wish(graph, v, across, sides) for v in layer}
            across.update(_near(layer, wished, graph.main, gap))
    for _ in range(_RAILS):
        _straighten(graph, across, gap)
    return across


def _straighten(graph: Layered, across: dict[int, float], gap: Callable[[int, int], float]) -> None:
    """Lay each long edge on as few straight rails as its neighbours leave room for."""
    beside = {
        v: (layer[i - 1] if i else None, layer[i + 1] if i + 1 < len(layer) else None)
        for layer in graph.layers
        for i, v in enumerate(layer)
    }
    chains = [c[1:-1] for c in graph.chains.values() if len(c) > 3 and c[1] not in graph.main]
    for chain in sorted(chains, key=lambda c: -max(abs(across[v]) for v in c)):
        run: list[int] = []
        low, high = float("-inf"), float("inf")
        for bend in [*chain, -1]:
            if bend >= 0:
                before, after = beside[bend]
                least = across[before] + gap(before, bend) if before is not None else float("-inf")
                most = across[after] - gap(bend, after) if after is not None else float("inf")
                if max(low, least) <= min(high, most):
                    low, high = max(low, least), min(high, most)
                    run.append(bend)
                    continue
            _lay(run, low, high, across)
            if bend >= 0:
                run, low, high = [bend], least, most


def _lay(run: Sequence[int], low: float, high: float, across: dict[int, float]) -> None:
    """Put a run of bends on one line, outwards where it has a choice."""
    if run:
        outmost = max((across[v] for v in run), key=abs)
        across.update(dict.fromkeys(run, min(max(outmost, low), high)))


def _sides(graph: Layered, turn: int) -> list[Mapping[int, Mapping[int, float]]]:
    """First one side at a time, at last both."""
    if turn >= _ROUNDS - 8:
        return [graph.above, graph.below]
    return [graph.above] if turn % 2 == 0 else [graph.below]


def _wish(
    graph: Layered,
    vertex: int,
    across: Mapping[int, float],
    sides: Sequence[Mapping[int, Mapping[int, float]]],
) -> tuple[float, float]:
    """Where a vertex would stand, and how strongly."""
    total = pulled = 0.0
    for side in sides:
        for other, weight in side.get(vertex, {}).items():
            bends = (vertex >= graph.n_nodes) + (other >= graph.n_nodes)
            pull = (1 + weight**0.5) * _STRAIGHT**bends
            total += pull
            pulled += pull * across[other]
    return (pulled / total, total) if total else (across[vertex], 0.01)


def _packed(layer: Sequence[int], main: set[int], gap: Callable[[int, int], float]) -> dict[int, float]:
    """A layer with the least gaps, its main path vertex (or its middle) at 0."""
    places, x = {}, 0.0
    for i, vertex in enumerate(layer):
        x += gap(layer[i - 1], vertex) if i else 0.0
        places[vertex] = x
    anchor = next((places[v] for v in layer if v in main), x / 2)
    return {v: x - anchor for v, x in places.items()}


def _near(
    layer: Sequence[int],
    wished: Mapping[int, tuple[float, float]],
    main: set[int],
    gap: Callable[[int, int], float],
) -> dict[int, float]:
    """The layer as near to its wishes as it may; what stands beside the main path keeps off it."""
    anchor = next((i for i, v in enumerate(layer) if v in main), None)
    if anchor is None:
        return _pooled(layer, wished, gap)
    middle = layer[anchor]
    left = [*layer[:anchor]][::-1]
    right = [*layer[anchor + 1 :]]
    places = {middle: 0.0}
    places |= _beside(middle, right, wished, gap, 1)
    places |= _beside(middle, left, wished, gap, -1)
    return places


def _beside(
    middle: int,
    outwards: Sequence[int],
    wished: Mapping[int, tuple[float, float]],
    gap: Callable[[int, int], float],
    sign: int,
) -> dict[int, float]:
    def across(a: int, b: int) -> float:
        return gap(a, b) if sign > 0 else gap(b, a)

    turned = {v: (sign * wished[v][0], wished[v][1]) for v in outwards}
    places = _pooled(outwards, turned, across)
    least, before = 0.0, middle
    for vertex in outwards:
        least = max(places[vertex], least + across(before, vertex))
        places[vertex] = least
        before = vertex
    return {v: sign * x for v, x in places.items()}


def _pooled(
    layer: Sequence[int],
    wished: Mapping[int, tuple[float, float]],
    gap: Callable[[int, int], float],
) -> dict[int, float]:
    """Least squares under order and gaps: vertices that collide are placed as one block."""
    offset, x = [], 0.0
    for i, vertex in enumerate(layer):
        x += gap(layer[i - 1], vertex) if i else 0.0
        offset.append(x)
    blocks: list[tuple[float, float, int]] = []  # mean, weight, size
    for i, vertex in enumerate(layer):
        mean, weight, size = wished[vertex][0] - offset[i], wished[vertex][1], 1
        while blocks and blocks[-1][0] >= mean:
            other, more, count = blocks.pop()
            mean = (mean * weight + other * more) / (weight + more)
            weight, size = weight + more, size + count
        blocks.append((mean, weight, size))
    flat = [mean for mean, _, size in blocks for _ in range(size)]
    return {vertex: flat[i] + offset[i] for i, vertex in enumerate(layer)}


def place_in_lanes(
    graph: Layered, lanes: Mapping[int, int], gap: Callable[[int, int], float], margin: float
) -> tuple[dict[int, float], list[tuple[float, float]]]:
    """The centre of each vertex inside the band of its lane, and the bands from first to last."""
    n_lanes = max(lanes.values(), default=0) + 1
    packed = [
        _packed([v for v in layer if lanes[v] == lane], set(), gap)
        for lane in range(n_lanes)
        for layer in graph.layers
    ]
    depth = len(graph.layers)
    across: dict[int, float] = {}
    bands, edge = [], 0.0
    for lane in range(n_lanes):
        parts = packed[lane * depth : (lane + 1) * depth]
        reach = max((abs(x) + margin for part in parts for x in part.values()), default=0.0)
        across |= {v: edge + reach + x for part in parts for v, x in part.items()}
        bands.append((edge, edge + 2 * reach))
        edge += 2 * reach
    return across, bands
