"""Layering: which way each edge runs, and on which layer each node stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Arc = tuple[int, int]


def feedback_order(n_nodes: int, arcs: Mapping[Arc, float], kinds: Sequence[str]) -> list[int]:
    """An order of the nodes in which little weight runs backwards; start first, end last.

    The greedy heuristic of Eades, Lin and Smyth (1993), "A fast and effective heuristic for the
    feedback arc set problem", with weights: sinks go to the right, sources to the left, else the
    node with the largest (out - in) to the left, among those that follow a node already there, so
    that a reader meets a loop where it is entered. Ties are broken by place in the input.
    """
    left = [n for n in range(n_nodes) if kinds[n] == "start"]
    last = [n for n in range(n_nodes) if kinds[n] == "end"]
    free = [n for n in range(n_nodes) if kinds[n] not in ("start", "end")]
    after, before = _neighbours(arcs, set(free))
    right: list[int] = []
    while free:
        sinks = [n for n in free if not after[n]]
        sources = [n for n in free if after[n] and not before[n]]
        if sinks:
            chosen = sinks[-1]
            right.insert(0, chosen)
        else:
            chosen = sources[0] if sources else _entry(free, left, arcs, after, before)
            left.append(chosen)
        free.remove(chosen)
        for other in after.pop(chosen):
            before[other].pop(chosen)
        for other in before.pop(chosen):
            after[other].pop(chosen)
    return [*left, *right, *last]


def _entry(
    free: Sequence[int],
    left: Sequence[int],
    arcs: Mapping[Arc, float],
    after: Mapping[int, Mapping[int, float]],
    before: Mapping[int, Mapping[int, float]],
) -> int:
    placed = set(left)
    entered = {b for a, b in arcs if a in placed}
    choices = [n for n in free if n in entered] or free
    return max(choices, key=lambda n: _surplus(n, after, before))


def layers_of(order: Sequence[int], forward: Mapping[Arc, float], kinds: Sequence[str]) -> list[int]:
    """The layer of each node: as early as its edges allow, then drawn to its neighbours.

    `forward` holds the edges turned along `order`. Every edge goes at least one layer down; ends
    stand on the last layer.
    """
    after, before = _neighbours(forward, set(order))
    layer = dict.fromkeys(order, 0)
    for node in order:
        layer[node] = max((layer[b] + 1 for b in before[node]), default=0)
    for _ in range(len(order)):
        if not _tightened(order, after, before, layer):
            break
    first = min(layer.values(), default=0)
    deepest = max(layer.values(), default=0)
    for node in order:
        if kinds[node] == "end" and not after[node]:
            layer[node] = deepest
    return [layer[n] - first for n in range(len(order))]


def main_path(order: Sequence[int], forward: Mapping[Arc, float], kinds: Sequence[str]) -> list[int]:
    """The path to be drawn straight: from the start always along the heaviest edge onwards."""
    after, before = _neighbours(forward, set(order))
    here = _first(order, after, before, kinds)
    path = []
    while here is not None:
        path.append(here)
        onwards = after[here]
        here = max(onwards, key=lambda n: (onwards[n], -n)) if onwards else None
    return path


def _first(
    order: Sequence[int],
    after: Mapping[int, Mapping[int, float]],
    before: Mapping[int, Mapping[int, float]],
    kinds: Sequence[str],
) -> int | None:
    """The start, else the node that most weight springs from."""
    starts = [n for n in order if kinds[n] == "start" and after[n]]
    if starts:
        return max(starts, key=lambda n: sum(after[n].values()))
    linked = [n for n in order if after[n]]
    return max(linked, key=lambda n: _surplus(n, after, before), default=None)


def _neighbours(
    arcs: Mapping[Arc, float], among: set[int]
) -> tuple[dict[int, dict[int, float]], dict[int, dict[int, float]]]:
    after: dict[int, dict[int, float]] = {n: {} for n in among}
    before: dict[int, dict[int, float]] = {n: {} for n in among}
    for (a, b), weight in arcs.items():
        if a in among and b in among:
            after[a][b] = weight
            before[b][a] = weight
    return after, before


def _surplus(
    node: int, after: Mapping[int, Mapping[int, float]], before: Mapping[int, Mapping[int, float]]
) -> tuple[float, int]:
    return sum(after[node].values()) - sum(before[node].values()), -node


def _tightened(
    order: Sequence[int],
    after: Mapping[int, Mapping[int, float]],
    before: Mapping[int, Mapping[int, float]],
    layer: dict[int, int],
) -> bool:
    """Move nodes inside their slack towards where more weight pulls; whether any moved."""
    moved = False
    for node in reversed(order):
        if not after[node]:
            continue
        latest = min(layer[a] for a in after[node]) - 1
        pull = sum(after[node].values()) - sum(before[node].values())
        if latest > layer[node] and pull > 0:
            layer[node] = latest
            moved = True
    return moved
