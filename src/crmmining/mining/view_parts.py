"""A view of a log that comes in parts: directly-follows graph and variants, exact in every number.

A part is a log that holds whole cases: a stretch of a log larger than memory, or what one worker of a
cluster has. Each part is looked at twice, the second time only where a percentile is not yet certain.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import InvalidOptionError
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.order_statistics import by_group
from crmmining.eventlog.parts import (
    SAMPLE,
    Bracket,
    Inside,
    Sample,
    brackets_of,
    inside_of,
    sample_of,
    settled,
)
from crmmining.eventlog.variant_kernel import find_variants, rank_sequences
from crmmining.eventlog.variants import Variants
from crmmining.mining.directly_follows import DirectlyFollowsGraph, graph_of, percentile_ranks
from crmmining.mining.edges import Edges, edges_of

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ViewPart:
    """What a part says of the whole: counts, and samples of the times; can be pickled.

    Codes count into `names`, the activities of this part. Rows of `activities` are events, starts and
    ends. Sequence *v* is ``steps[offsets[v]:offsets[v+1]]``; of its cases `reached` and `decided` are
    those whose goal was reached or given up, None where the log knows no outcome.
    """

    notion: CaseNotion
    names: tuple[str, ...]
    n_cases: int
    activities: Ints
    edges: Edges
    edge_times: Sample
    offsets: Ints
    steps: NDArray[np.int32]
    sequence_cases: Ints
    case_times: Sample
    outcomes: Ints | None


@dataclass(frozen=True, eq=False)
class Brackets:
    """The parts joined: all counts, and the percentiles as far as they are known.

    Edges are codes over `names`, sequences as in `ViewPart`, not yet ranked.
    """

    notion: CaseNotion
    names: tuple[str, ...]
    n_cases: int
    activities: Ints
    edges: Edges
    edge_brackets: list[Bracket]
    offsets: Ints
    steps: NDArray[np.int32]
    sequence_cases: Ints
    case_bracket: Bracket
    outcomes: Ints | None

    @property
    def certain(self) -> bool:
        """Whether nothing is left to ask the parts."""
        return all(np.array_equal(b.low, b.high) for b in (*self.edge_brackets, self.case_bracket))


@dataclass(frozen=True, eq=False)
class Within:
    """A part's answer to the brackets; can be pickled."""

    edges: list[Inside]
    edge_groups: Ints
    cases: Inside
    case_groups: Ints


def part_of(log: EventLog, *, most: int = SAMPLE) -> ViewPart:
    """What a part says of the whole; of each edge and sequence at most so many times are sampled."""
    edges = edges_of(log)
    edge_times = sample_of(edges.times, edges.offsets, percentile_ranks, most)
    variants = log.variants
    laid, ends = by_group(log.throughput, variants.case_variant, variants.n_cases)
    outcomes = None
    if log.outcome is not None:
        counts = [
            np.bincount(variants.case_variant[log.outcome == code], minlength=len(variants))
            for code in (0, 1)
        ]
        outcomes = np.stack([counts[0], counts[0] + counts[1]])
    return ViewPart(
        log.notion,
        log.activities,
        log.n_cases,
        _activity_counts(log),
        _without_times(edges),
        edge_times,
        variants.offsets,
        variants.codes,
        variants.n_cases,
        sample_of(laid, ends, _median_rank, most),
        outcomes,
    )


def merged(parts: Iterable[ViewPart], *, most: int = SAMPLE) -> Brackets:
    """The parts joined; `most` as for `part_of`.

    Raises:
        InvalidOptionError: there is no part.
    """
    held = list(parts)
    if not held:
        raise InvalidOptionError("a view needs at least one part, which may be empty")
    names = tuple(sorted({name for part in held for name in part.names}))
    codes = [_codes_in(part.names, names) for part in held]
    activities = np.zeros((3, len(names)), np.int64)
    for part, code in zip(held, codes, strict=True):
        activities[:, code] += part.activities
    edges, edge_groups = _joined_edges(held, codes, len(names))
    offsets, steps = _joined_sequences(held, codes)
    group, first = find_variants(offsets, steps)
    sequence_groups = np.split(
        group.astype(np.int64), np.cumsum([part.sequence_cases.size for part in held])[:-1]
    )
    sequence_cases = np.zeros(first.size, np.int64)
    outcomes = None if any(part.outcomes is None for part in held) else np.zeros((2, first.size), np.int64)
    for part, own in zip(held, sequence_groups, strict=True):
        sequence_cases[own] += part.sequence_cases
        if outcomes is not None and part.outcomes is not None:
            outcomes[:, own] += part.outcomes
    lengths = offsets[first + 1] - offsets[first]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    rows = np.repeat(offsets[first] - ends[:-1], lengths) + np.arange(ends[-1])
    return Brackets(
        held[0].notion,
        names,
        sum(part.n_cases for part in held),
        activities,
        edges,
        brackets_of([part.edge_times for part in held], edge_groups, edges.code.size, percentile_ranks, most),
        ends,
        steps[rows],
        sequence_cases,
        brackets_of([part.case_times for part in held], sequence_groups, first.size, _median_rank, most)[0],
        outcomes,
    )


def within(log: EventLog, brackets: Brackets) -> Within:
    """A part's times where the brackets leave a percentile open."""
    code = _codes_in(log.activities, brackets.names)
    n = max(len(log.activities), 1)
    edges = edges_of(log)
    group = np.searchsorted(
        brackets.edges.code, code[edges.code // n] * len(brackets.names) + code[edges.code % n]
    )
    variants = log.variants
    own, _ = find_variants(
        np.concatenate([brackets.offsets, brackets.offsets[-1] + variants.offsets[1:]]),
        np.concatenate([brackets.steps, code[variants.codes].astype(np.int32)]),
    )
    sequences = own[brackets.sequence_cases.size :].astype(np.int64)
    laid, ends = by_group(log.throughput, variants.case_variant, variants.n_cases)
    return Within(
        inside_of(edges.times, edges.offsets, group, brackets.edge_brackets),
        group,
        inside_of(laid, ends, sequences, [brackets.case_bracket])[0],
        sequences,
    )


def finished(brackets: Brackets, answers: Sequence[Within] = ()) -> tuple[DirectlyFollowsGraph, Variants]:
    """The view of the whole, from the answers of all parts, or of none where the brackets are certain.

    The variants know no `case_variant`: the cases stay in their parts.

    Raises:
        InvalidOptionError: an open bracket and no answer.
    """
    if not answers and not brackets.certain:
        raise InvalidOptionError("some percentiles are still open; give the answers of every part (within)")
    edge_groups, case_groups = [a.edge_groups for a in answers], [a.case_groups for a in answers]
    percentiles = [
        settled(bracket, [answer.edges[k] for answer in answers], edge_groups)
        for k, bracket in enumerate(brackets.edge_brackets)
    ]
    median = settled(brackets.case_bracket, [answer.cases for answer in answers], case_groups)
    graph = graph_of(
        brackets.notion,
        brackets.names,
        list(brackets.activities),
        brackets.edges,
        percentiles,
        brackets.n_cases,
    )
    return graph, _ranked(brackets, median)


def view_of(parts: Sequence[EventLog]) -> tuple[DirectlyFollowsGraph, Variants]:
    """The view of a log from its parts, one after the other; a part may be a sequence that loads lazily.

    >>> graph, variants = view_of([EventLog.from_variants({"ab": 2}), EventLog.from_variants({"acb": 1})])
    >>> graph.starts, variants.n_cases.tolist()
    ({'a': 3}, [2, 1])
    """
    brackets = merged(part_of(log) for log in parts)
    return finished(brackets, () if brackets.certain else [within(log, brackets) for log in parts])


def _median_rank(n: Ints) -> tuple[Ints]:
    return ((n + 1) // 2 - 1,)


def _without_times(edges: Edges) -> Edges:
    return Edges(edges.code, edges.n, edges.n_cases, edges.total, edges.offsets[:1], edges.times[:0])


def _activity_counts(log: EventLog) -> Ints:
    """Events, starts and ends of each activity."""
    activity, n = log.columns["activity"], len(log.activities)
    filled = np.flatnonzero(np.diff(log.offsets))
    first, last = activity[log.offsets[filled]], activity[log.offsets[filled + 1] - 1]
    return np.stack([np.bincount(codes, minlength=n) for codes in (activity, first, last)])


def _codes_in(names: tuple[str, ...], whole: tuple[str, ...]) -> Ints:
    """Of each name its place among the names of the whole."""
    place = {name: i for i, name in enumerate(whole)}
    return np.array([place[name] for name in names], np.int64)


def _joined_edges(parts: list[ViewPart], codes: list[Ints], n: int) -> tuple[Edges, list[Ints]]:
    """The edges of all parts, and for each part the places of its own among them."""
    own = []
    for part, code in zip(parts, codes, strict=True):
        source, target = np.divmod(part.edges.code, max(len(part.names), 1))
        own.append(code[source] * n + code[target])
    found = np.unique(np.concatenate(own))
    groups = [np.searchsorted(found, code) for code in own]
    sums = np.zeros((3, found.size), np.int64)
    for part, group in zip(parts, groups, strict=True):
        sums[:, group] += np.stack([part.edges.n, part.edges.n_cases, part.edges.total])
    n_moves, n_cases, total = sums
    return Edges(found, n_moves, n_cases, total, np.zeros(1, np.int64), np.empty(0, np.int64)), groups


def _joined_sequences(parts: list[ViewPart], codes: list[Ints]) -> tuple[Ints, NDArray[np.int32]]:
    """The sequences of all parts, one part's after the other's, over the codes of the whole."""
    lengths = np.concatenate([np.diff(part.offsets) for part in parts])
    steps = [code[part.steps].astype(np.int32) for part, code in zip(parts, codes, strict=True)]
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64), np.concatenate(steps)


def _ranked(brackets: Brackets, median: Ints) -> Variants:
    offsets = brackets.offsets
    rank = rank_sequences(brackets.sequence_cases, offsets[:-1].copy(), offsets[1:].copy(), brackets.steps)
    lengths = np.diff(offsets)[rank]
    ends = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    rows = np.repeat(offsets[rank] - ends[:-1], lengths) + np.arange(ends[-1])
    share = np.full(rank.size, np.nan)
    if brackets.outcomes is not None:
        reached, decided = brackets.outcomes[:, rank]
        share = np.where(decided > 0, reached / np.maximum(decided, 1), np.nan)
    none = np.empty(0, np.int64)
    return Variants(
        brackets.names, ends, brackets.steps[rows], brackets.sequence_cases[rank], none, median[rank], share
    )
