"""Directly-follows graph: which step comes right after which, how often, how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import InvalidOptionError
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.order_statistics import picked
from crmmining.eventlog.timedeltas import with_timedeltas
from crmmining.mining.edges import Edges, edges_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Edge:
    """One step directly followed by another; times in microseconds from time to time.

    `median` and `p90` are discrete percentiles: the ceil(n·q)-th smallest.
    """

    source: str
    target: str
    n: int
    n_cases: int
    total: int
    median: int
    p90: int


@dataclass(frozen=True, eq=False)
class DirectlyFollowsGraph:
    """Edges by (source, target); how often each activity occurs, begins and ends a case.

    A filtered graph keeps the counts of the whole log, and says in `share_shown` which share of all
    moves its edges stand for.
    """

    notion: CaseNotion
    activities: dict[str, int]
    starts: dict[str, int]
    ends: dict[str, int]
    edges: dict[tuple[str, str], Edge]
    n_cases: int
    n_moves: int

    @cached_property
    def share_shown(self) -> float:
        """Share of all moves between steps that the edges shown stand for."""
        return sum(edge.n for edge in self.edges.values()) / self.n_moves if self.n_moves else 1.0

    def filtered(self, *, activities: float = 1.0, paths: float = 1.0) -> DirectlyFollowsGraph:
        """The most frequent share of activities, and of the paths between them.

        `activities` and `paths` in [0, 1]. Every activity shown keeps its strongest way in and out;
        numbers stay those of the whole log (van der Aalst 2019, on the limits of filtered graphs).

        Raises:
            InvalidOptionError: a share outside [0, 1].
        """
        for name, value in (("activities", activities), ("paths", paths)):
            if not 0 <= value <= 1:
                raise InvalidOptionError(f"{name} is a share between 0 and 1, not {value}")
        ranked = sorted(self.activities, key=lambda name: (-self.activities[name], name))
        kept = set(ranked[: max(1, round(activities * len(ranked)))])
        edges = [edge for edge in self.edges.values() if edge.source in kept and edge.target in kept]
        edges.sort(key=lambda edge: (-edge.n, edge.source, edge.target))
        chosen = {(edge.source, edge.target) for edge in edges[: round(paths * len(edges))]}
        for side in (0, 1):
            best: dict[str, tuple[str, str]] = {}
            for edge in edges:
                if edge.source != edge.target:
                    pair = (edge.source, edge.target)
                    best.setdefault(pair[side], pair)
            chosen |= set(best.values())
        return replace(
            self,
            activities={name: n for name, n in self.activities.items() if name in kept},
            starts={name: n for name, n in self.starts.items() if name in kept},
            ends={name: n for name, n in self.ends.items() if name in kept},
            edges={pair: edge for pair, edge in self.edges.items() if pair in chosen},
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per edge, times as Timedelta, most frequent first."""
        import pandas as pd

        frame = pd.DataFrame(
            [vars(edge) for edge in self.edges.values()], columns=list(Edge.__dataclass_fields__)
        )
        frame = with_timedeltas(frame, ("total", "median", "p90"))
        return frame.sort_values(["n", "source", "target"], ascending=[False, True, True], ignore_index=True)

    def __repr__(self) -> str:
        return (
            f"DirectlyFollowsGraph({self.notion}: {len(self.activities)} activities, "
            f"{len(self.edges)} edges, {self.share_shown:.1%} of {self.n_moves:,} moves shown)"
        )


def directly_follows(log: EventLog) -> DirectlyFollowsGraph:
    """Count the directly-follows pairs of a log, with the time between them.

    >>> graph = directly_follows(EventLog.from_variants({"ab": 2, "acb": 1}))
    >>> graph.edges["a", "b"].n, graph.starts
    (2, {'a': 3})
    """
    names, found = log.activities, edges_of(log)
    middle, tail = picked(found.times, found.offsets, *percentile_ranks(found.n))
    filled = np.flatnonzero(np.diff(log.offsets))
    starts = np.bincount(log.columns["activity"][log.offsets[:-1][filled]], minlength=len(names))
    ends = np.bincount(log.columns["activity"][log.offsets[1:][filled] - 1], minlength=len(names))
    occurring = ends.copy()  # every event either begins a move or ends its case
    np.add.at(occurring, found.code // len(names), found.n)
    return graph_of(log.notion, names, (occurring, starts, ends), found, (middle, tail), log.n_cases)


def graph_of(
    notion: CaseNotion,
    names: tuple[str, ...],
    activities: Sequence[NDArray[np.int64]],
    edges: Edges,
    percentiles: Sequence[NDArray[np.int64]],
    n_cases: int,
) -> DirectlyFollowsGraph:
    """The graph from arrays: events, starts and ends per activity, edges, their median and P90."""
    source, target = np.divmod(edges.code, max(len(names), 1))
    columns = (source, target, edges.n, edges.n_cases, edges.total, *percentiles)
    pairs = {
        (names[a], names[b]): Edge(names[a], names[b], *numbers)
        for a, b, *numbers in zip(*(column.tolist() for column in columns), strict=True)
    }
    occurring, starts, ends = (_named(counts, names) for counts in activities)
    return DirectlyFollowsGraph(notion, occurring, starts, ends, pairs, n_cases, int(edges.n.sum()))


def percentile_ranks(n: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Ranks, from 0, of the discrete median and P90 among n values."""
    return (n + 1) // 2 - 1, -(-9 * n // 10) - 1


def _named(counts: NDArray[np.int64], names: tuple[str, ...]) -> dict[str, int]:
    return {name: n for name, n in zip(names, counts.tolist(), strict=True) if n}
