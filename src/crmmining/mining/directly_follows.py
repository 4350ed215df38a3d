"""Directly-follows graph: which step comes right after which, how often, how long."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import InvalidOptionError
from crmmining.eventlog.kernel import kernel
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.timedeltas import with_timedeltas

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
    names, activity = log.activities, log.columns["activity"]
    n = len(names)
    counts, case_counts, totals, durations, first = _edges(log.offsets, activity, log.columns["time"], n)
    edges = {}
    for code in np.flatnonzero(counts):
        times = durations[first[code] : first[code] + counts[code]]
        middle, tail = _percentile_ranks(times.size)
        part = np.partition(times, [middle, tail])
        edge = Edge(
            names[code // n],
            names[code % n],
            int(counts[code]),
            int(case_counts[code]),
            int(totals[code]),
            int(part[middle]),
            int(part[tail]),
        )
        edges[edge.source, edge.target] = edge
    filled = np.flatnonzero(np.diff(log.offsets))
    return DirectlyFollowsGraph(
        log.notion,
        _counted(activity, names),
        _counted(activity[log.offsets[:-1][filled]], names),
        _counted(activity[log.offsets[1:][filled] - 1], names),
        edges,
        log.n_cases,
        int(counts.sum()),
    )


def _percentile_ranks(n: int) -> tuple[int, int]:
    return (n + 1) // 2 - 1, -(-9 * n // 10) - 1


def _counted(codes: NDArray[Any], names: tuple[str, ...]) -> dict[str, int]:
    counts = np.bincount(codes, minlength=len(names))
    return {name: int(n) for name, n in zip(names, counts, strict=True) if n}


@kernel
def _edges(offsets, activity, time, n):  # type: ignore[no-untyped-def]
    """Counts, cases and sums per edge code (source * n + target), and all durations laid out by edge."""
    counts = np.zeros(n * n, np.int64)
    case_counts = np.zeros(n * n, np.int64)
    totals = np.zeros(n * n, np.int64)
    seen = np.full(n * n, -1, np.int64)
    for c in range(offsets.size - 1):
        for i in range(offsets[c] + 1, offsets[c + 1]):
            code = np.int64(activity[i - 1]) * n + activity[i]
            counts[code] += 1
            totals[code] += time[i] - time[i - 1]
            if seen[code] != c:
                seen[code] = c
                case_counts[code] += 1
    first = np.zeros(n * n, np.int64)
    for code in range(1, n * n):
        first[code] = first[code - 1] + counts[code - 1]
    place = first.copy()
    durations = np.empty(counts.sum(), np.int64)
    for c in range(offsets.size - 1):
        for i in range(offsets[c] + 1, offsets[c + 1]):
            code = np.int64(activity[i - 1]) * n + activity[i]
            durations[place[code]] = time[i] - time[i - 1]
            place[code] += 1
    return counts, case_counts, totals, durations, first
