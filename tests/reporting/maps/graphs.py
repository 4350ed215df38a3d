"""Graphs to be laid out: a small process with a loop, lanes, a Petri net, and random ones."""

from __future__ import annotations

import itertools
import random

from crmmining.reporting.maps.graph import MapEdge, MapGraph, MapNode

PATH = ("start", "enquiry", "checked", "offer", "accepted", "end")


def process(lanes: bool = False) -> MapGraph:
    """Six steps in a row with a chase, a rework loop, a self loop and a short cut."""
    nodes = [MapNode("start", kind="start"), MapNode("end", kind="end")]
    where = {"enquiry": "Customer", "accepted": "Customer", "chase": "Customer"}
    for name in ("enquiry", "checked", "offer", "accepted", "chase"):
        lane = where.get(name, "Lending") if lanes else None
        nodes.append(MapNode(name, name.title(), weight=100.0, value="100", lane=lane))
    edges = [MapEdge(a, b, 100.0, "100") for a, b in itertools.pairwise(PATH)]
    edges += [
        MapEdge("offer", "chase", 20.0, "20"),
        MapEdge("chase", "offer", 18.0, "18"),
        MapEdge("accepted", "checked", 9.0, "9"),
        MapEdge("checked", "checked", 4.0, "4"),
        MapEdge("enquiry", "end", 3.0, "3", dashed=True),
    ]
    return MapGraph(tuple(nodes), tuple(edges), ("Customer", "Lending") if lanes else ())


def petri_net() -> MapGraph:
    """Two parallel steps between silent transitions."""
    kinds = {"p0": "place", "p5": "place", "fork": "silent", "join": "silent"}
    kinds |= {f"p{i}": "place" for i in range(1, 5)}
    names = ["p0", "fork", "p1", "p2", "a", "b", "p3", "p4", "join", "p5"]
    nodes = [MapNode(n, n.upper(), kinds.get(n, "activity")) for n in names]  # type: ignore[arg-type]
    pairs = "p0 fork, fork p1, fork p2, p1 a, p2 b, a p3, b p4, p3 join, p4 join, join p5"
    edges = [MapEdge(a, b) for a, b in (pair.split() for pair in pairs.split(", "))]
    return MapGraph(tuple(nodes), tuple(edges))


def random_graph(seed: int) -> MapGraph:
    """Up to 18 nodes of all kinds with loops, pairs both ways, and nodes without edges."""
    dice = random.Random(seed)
    n = dice.randint(0, 18)
    kinds = ("activity", "activity", "activity", "start", "end", "place", "silent", "gateway")
    words = ["Offer", "sent", "again", "to the customer", "by", "branch", "住宅", "<b>"]
    nodes = tuple(
        MapNode(
            f"n{i}",
            " ".join(dice.sample(words, dice.randint(1, 8))),
            dice.choice(kinds),  # type: ignore[arg-type]
            weight=dice.choice((None, 0.0, 1.0, 40.0)),
            value=dice.choice(("", "1,234", "●")),
        )
        for i in range(n)
    )
    pairs = {(dice.randrange(n), dice.randrange(n)) for _ in range(dice.randint(0, 2 * n))}
    edges = tuple(
        MapEdge(f"n{a}", f"n{b}", dice.choice((None, 0.0, 2.5, 900.0)), dice.choice(("", "12 d")))
        for a, b in sorted(pairs)
    )
    return MapGraph(nodes, edges)
