"""Exact order statistics of groups whose values lie in several parts, in two passes over the parts.

The first pass takes from every part a few evenly spaced order statistics of each group; together they
say between which two values a wanted rank must lie. The second counts what is below and brings the
values between. Munro and Paterson, Selection and Sorting with Limited Storage (1980).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.order_statistics import sort_groups

SAMPLE = 64
Ints = NDArray[np.int64]
Ranks = Callable[[Ints], Sequence[Ints]]
"""From the sizes of groups to the wanted ranks, counted from 0; several of each group."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Of each group of a part: its size `n`, its own value of every wanted rank, some order statistics.

    Group *g* sampled ``values[offsets[g]:offsets[g+1]]``, ascending, at the ranks of `sample_ranks`.
    """

    n: Ints
    own: tuple[Ints, ...]
    offsets: Ints
    values: Ints


@dataclass(frozen=True, eq=False)
class Bracket:
    """For each group of the whole the wanted rank, and two values between which its value lies."""

    rank: Ints
    low: Ints
    high: Ints


@dataclass(frozen=True, eq=False)
class Inside:
    """What a part has of each group: values below the bracket, equal to its low end, and between its ends.

    `values` are those strictly between, of the groups in `group`.
    """

    below: Ints
    equal: Ints
    group: Ints
    values: Ints


def sample_of(values: Ints, offsets: Ints, ranks: Ranks, most: int = SAMPLE) -> Sample:
    """The sample of a part's groups; `values` are sorted inside their groups, none of which is empty."""
    sort_groups(values, offsets)
    n = np.diff(offsets)
    own = tuple(values[offsets[:-1] + rank] for rank in ranks(n))
    group, rank = sample_ranks(n, most)
    ends = np.concatenate([[0], np.cumsum(np.minimum(n, most))]).astype(np.int64)
    return Sample(n, own, ends, values[offsets[group] + rank])


def sample_ranks(n: Ints, most: int) -> tuple[Ints, Ints]:
    """Group and rank of every sampled value: all of a small group, else the first, the last, and between."""
    sizes = np.minimum(n, most)
    group = np.repeat(np.arange(n.size), sizes)
    step = np.arange(group.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return group, step * (n[group] - 1) // np.maximum(sizes[group] - 1, 1)


def brackets_of(
    samples: Sequence[Sample], groups: Sequence[Ints], n_groups: int, ranks: Ranks, most: int = SAMPLE
) -> list[Bracket]:
    """A bracket for each wanted rank; ``groups[p]`` numbers the groups of part *p* in the whole.

    A group that one part has alone, or whose values were all sampled, gets a bracket without width.
    """
    n, n_parts = np.zeros(n_groups, np.int64), np.zeros(n_groups, np.int64)
    marks = []
    for sample, group in zip(samples, groups, strict=True):
        n[group] += sample.n
        n_parts[group] += 1
        own, rank = sample_ranks(sample.n, most)
        last = np.append(own[1:] != own[:-1], np.ones(min(own.size, 1), bool))
        first = np.append(np.ones(min(own.size, 1), bool), own[1:] != own[:-1])
        following = np.where(last, sample.n[own], np.roll(rank, -1))
        preceding = np.where(first, 0, np.roll(rank, 1) + 1)
        marks.append(np.stack([group[own], sample.values, rank + 1 - preceding, following - rank]))
    found = np.concatenate(marks, axis=1) if marks else np.empty((4, 0), np.int64)
    group, value, at_least, at_most = found[:, np.lexsort((found[1], found[0]))]
    start = np.searchsorted(group, np.arange(n_groups))
    surely = _running(at_least, group, start)  # so many values are no larger than this one
    new = np.ones(group.size, bool)
    new[1:] = (group[1:] != group[:-1]) | (value[1:] != value[:-1])
    before = (_running(at_most, group, start) - at_most)[
        np.maximum.accumulate(np.where(new, np.arange(new.size), 0))
    ]
    return [
        _bracket(k, rank, samples, groups, n_parts == 1, (group, value, surely, before))
        for k, rank in enumerate(ranks(n))
    ]


def inside_of(values: Ints, offsets: Ints, group: Ints, brackets: Sequence[Bracket]) -> list[Inside]:
    """A part's share of each bracket; `group` numbers its groups in the whole."""
    n_groups = group.size
    owner = np.repeat(np.arange(n_groups), np.diff(offsets))
    found = []
    for bracket in brackets:
        low, high = bracket.low[group][owner], bracket.high[group][owner]
        between = (values > low) & (values < high)
        below = np.bincount(owner[values < low], minlength=n_groups)
        equal = np.bincount(owner[values == low], minlength=n_groups)
        found.append(Inside(below, equal, group[owner[between]], values[between]))
    return found


def settled(bracket: Bracket, insides: Sequence[Inside], groups: Sequence[Ints]) -> Ints:
    """The value of the wanted rank of every group; ``insides[p]`` is what part *p* has of the bracket."""
    below, equal = np.zeros_like(bracket.rank), np.zeros_like(bracket.rank)
    for inside, group in zip(insides, groups, strict=True):
        below[group] += inside.below
        equal[group] += inside.equal
    group = np.concatenate([bracket.rank[:0], *(inside.group for inside in insides)])
    value = np.concatenate([bracket.rank[:0], *(inside.values for inside in insides)])
    order = np.lexsort((value, group))
    group, value = group[order], value[order]
    start = np.searchsorted(group, np.arange(bracket.rank.size))
    n_between = np.bincount(group, minlength=bracket.rank.size)
    place = bracket.rank - below - equal
    found = np.where(place < 0, bracket.low, bracket.high)
    within = (bracket.low < bracket.high) & (place >= 0) & (place < n_between)
    found[within] = value[(start + place)[within]]
    return found


def _bracket(
    k: int,
    rank: Ints,
    samples: Sequence[Sample],
    groups: Sequence[Ints],
    alone: NDArray[np.bool_],
    marks: tuple[Ints, Ints, Ints, Ints],
) -> Bracket:
    group, value, surely, before = marks
    low, high = np.zeros_like(rank), np.zeros_like(rank)
    above = np.flatnonzero(surely > rank[group])[::-1]  # of several assignments the last one stays
    high[group[above]] = value[above]
    under = np.flatnonzero(before <= rank[group])
    low[group[under]] = value[under]
    for sample, own in zip(samples, groups, strict=True):
        settled_here = own[alone[own]]
        low[settled_here] = high[settled_here] = sample.own[k][alone[own]]
    return Bracket(rank, low, high)


def _running(values: Ints, group: Ints, start: Ints) -> Ints:
    """Cumulative sums that begin anew in each group."""
    sums = np.cumsum(values)
    return sums - (sums - values)[start[group]]
