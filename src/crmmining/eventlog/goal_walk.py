"""Goals from events: one walk over each customer's life, in order.

The rules, the first that applies: an event whose **record** is already part of a goal stays there; one
whose record is **linked** to such records joins the one met first; an **opening** activity begins a goal
when none is running (none yet, the last one finished, or silent for longer than τ with nothing open);
any other event **continues** the goal of its kind that is running, the unfinished before the finished,
the latest first. After a finished goal only what comes within τ still belongs to it. What answers to no
running goal stays outside, visible, unless nobody said what opens its goal: then it opens one.

τ is one length per goal type, or one per pair of activities that a pause lies between (Bernard,
Senderovich and Andritsos 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.threads import case_spans, each, spans
from crmmining.eventlog.case_order import CaseOrder
from crmmining.eventlog.goal_kernel import (
    N_CODES,
    N_FACTS,
    N_OWN,
    N_TIMES,
    NEVER,
    count_openings,
    number_on,
    pack_events,
    table_width,
    unpack_events,
    walk,
)

RULES = ("record", "link", "opening", "continued", "aftermath")
PER_INSTANCE = ("goal", "by", "begun", "last", "reached", "ended", "longest")

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class Lives:
    """Events in customer order: customer *c* owns ``[offsets[c]:offsets[c+1]]``, times never going back.

    `time` (n_events) in microseconds; `kind` (n_events) a row of the columns of `GoalRules`;
    `record` (n_events) a row of `GoalRecords`, -1 where the event has none.
    """

    offsets: NDArray[np.int64]
    time: NDArray[np.int64]
    kind: NDArray[np.int32]
    record: NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class GoalRecords:
    """What the walk needs to know about the records, whoever's they are; made by `pack_records`.

    `facts` (n_records, 3 + n_attributes): when closed (microseconds, `NEVER` while open), the goals that
    include its events (a bit set), where its links begin (-1: none), a code per attribute that tells a
    customer's goals of one type apart (0: no value). ``linked[link_offsets[r]:link_offsets[r+1]]`` are the
    records linked to *r*.
    """

    facts: NDArray[np.int64]
    link_offsets: NDArray[np.int64]
    linked: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class GoalRules:
    """What events mean for goals; goal *g* is bit *g* of every set, at most 63 goals.

    Per kind of event the goals it may belong to, opens, reaches and ends (bit sets) and whether the
    customer came back with it (`contact`); per goal its `settle` time in microseconds (0: none) and the
    attribute `by` which a customer's goals of this type are told apart, -1 without; `implied` is the set
    of goals that any event may open, since nobody said which do.
    """

    candidates: NDArray[np.int64]
    opens: NDArray[np.int64]
    reaches: NDArray[np.int64]
    ends: NDArray[np.int64]
    contact: NDArray[np.bool_]
    settle: NDArray[np.int64]
    by: NDArray[np.int64]
    implied: int = 0


@dataclass(frozen=True, eq=False)
class PairLimits:
    """How long a pause may be, per pair of activities it lies between.

    `place` (n_kinds) is the row and column of a kind of event in a goal's square of `limits` (n_squares,
    n_places, n_places; microseconds), 0 for what has none of its own; `square` (n_goals) the square of a
    goal, -1 for one with a single silence.
    """

    place: NDArray[np.int64]
    limits: NDArray[np.int64]
    square: NDArray[np.int64]

    @staticmethod
    def none(n_kinds: int, n_goals: int) -> PairLimits:
        """No goal is judged by pairs."""
        return PairLimits(
            np.zeros(n_kinds, np.int64), np.zeros((0, 1, 1), np.int64), np.full(n_goals, -1, np.int64)
        )


@dataclass(frozen=True, eq=False)
class Walk:
    """Which event belongs to which goal instance, and what became of the instances.

    Per event, in customer order: `instance` and `rule`, -1 outside any goal. Instances are numbered by
    customer, then in order of making; customer *c* owns ``[offsets[c]:offsets[c+1]]``. Per instance:
    `goal`, `by` (code) and moments in microseconds, -1 where it never happened; `longest` is the longest
    pause up to the moment it was reached, pauses that end in an opening event aside, -1 without any.
    `low` and `high` (n_customers, n_fitted): any silence in [low, high) gives this customer this result.
    """

    instance: NDArray[np.int32]
    rule: NDArray[np.int8]
    offsets: NDArray[np.int64]
    goal: NDArray[np.int32]
    by: NDArray[np.int32]
    begun: NDArray[np.int64]
    last: NDArray[np.int64]
    reached: NDArray[np.int64]
    ended: NDArray[np.int64]
    longest: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]


def pack_records(
    closed: Ints, included: Ints, link_offsets: Ints, linked: Ints, by: Sequence[Ints] = ()
) -> GoalRecords:
    """Put what belongs to one record side by side, as one random access finds it.

    `linked` holds every link in both directions, the records linked to one record ascending.
    """
    links = np.where(np.diff(link_offsets) > 0, link_offsets[:-1], -1)
    facts = np.stack([closed, included, links, *by], axis=1, dtype=np.int64)
    return GoalRecords(facts, link_offsets.astype(np.int64), linked.astype(np.int64))


def order_lives(order: CaseOrder, time: Ints, kind: Ints, record: Ints) -> Lives:
    """Bring columns of events (any order) into customer order, with one random access per event."""
    packed, n = np.empty(2 * time.size, np.int64), order.rows.size
    times = np.ascontiguousarray(time, np.int64)
    kinds, records = np.ascontiguousarray(kind, np.int32), np.ascontiguousarray(record, np.int32)
    each(lambda span: pack_events(*span, times, kinds, records, packed), spans(time.size))
    lives = Lives(order.offsets, np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.int32))
    each(
        lambda span: unpack_events(*span, order.rows, packed, lives.time, lives.kind, lives.record), spans(n)
    )
    return lives


def walk_customers(
    lives: Lives,
    records: GoalRecords,
    rules: GoalRules,
    silence: Ints,
    *,
    fitted: Ints | None = None,
    pairs: PairLimits | None = None,
    threads: int | None = None,
) -> Walk:
    """Assign every event to a goal instance.

    `silence` (n_goals) in microseconds, `NEVER` for a goal that silence does not end; `fitted` (n_goals)
    the column of a goal in the margins `low` and `high`, -1 for a goal without (the default for all).
    Goals judged by `pairs` have no use for either.
    Customers are walked independently: the result does not depend on `threads`, and a customer's part
    of it not on which other customers are walked.
    """
    column = np.full(silence.size, -1, np.int64) if fitted is None else fitted
    n_events, n_customers = lives.time.size, lives.offsets.size - 1
    low = np.zeros((n_customers, int(column.max(initial=-1)) + 1), np.int64)
    found = _Found(
        np.empty(n_events, np.int32),
        np.empty(n_events, np.int8),
        np.zeros(n_customers + 1, np.int64),
        low,
        np.full_like(low, NEVER),
    )
    sets = (rules.candidates, rules.opens, rules.reaches, rules.ends, rules.contact)
    kinds = np.stack(sets, axis=1, dtype=np.int64)
    pairs = pairs or PairLimits.none(rules.opens.size, silence.size)
    squares = np.where(pairs.square >= 0, pairs.square * pairs.limits[:1].size, -1)
    goals = np.stack((rules.settle, rules.by, silence, column, squares), axis=1, dtype=np.int64)
    customers = case_spans(lives.offsets) if threads is None else _even(lives.offsets, threads)
    parts = each(
        lambda span: _walk_span(span, lives, records, rules.implied, kinds, goals, pairs, found), customers
    )
    made = 0
    for (first, end), (goal, *_) in zip(customers, parts, strict=True):
        number_on(lives.offsets[first], lives.offsets[end], made, found.instance)
        made += goal.size
    merged = parts[0] if len(parts) == 1 else each(np.concatenate, zip(*parts, strict=True))
    columns = dict(zip(PER_INSTANCE, merged, strict=True))
    offsets = np.cumsum(found.offsets)
    return Walk(found.instance, found.rule, offsets, low=found.low, high=found.high, **columns)


@dataclass(frozen=True, eq=False)
class _Found:
    """What the walk fills in place: per event, and per customer (`offsets` as counts)."""

    instance: NDArray[np.int32]
    rule: NDArray[np.int8]
    offsets: NDArray[np.int64]
    low: NDArray[np.int64]
    high: NDArray[np.int64]


def _even(offsets: NDArray[np.int64], parts: int) -> list[tuple[int, int]]:
    """One stretch of customers per part, with about as many events each."""
    ends = np.searchsorted(offsets, [offsets[-1] * k // parts for k in range(1, parts)]).tolist()
    return list(pairwise([0, *ends, offsets.size - 1]))


def _walk_span(
    customers: tuple[int, int],
    lives: Lives,
    records: GoalRecords,
    implied: int,
    kinds: NDArray[np.int64],
    goals: NDArray[np.int64],
    pairs: PairLimits,
    found: _Found,
) -> list[NDArray[Any]]:
    """Walk a stretch of the customers; returns the columns `PER_INSTANCE`."""
    first, end = customers
    n_goals, n_attributes = goals.shape[0], records.facts.shape[1] - N_FACTS
    widest = int(np.diff(lives.offsets[first : end + 1]).max(initial=0))
    most = count_openings(lives.offsets[first], lives.offsets[end], lives.kind, kinds.reshape(-1), implied)
    n_slots = 1 << table_width(widest, n_attributes)
    goal, by = np.empty((2, most), np.int32)
    begun, last, reached, ended, longest = np.empty((5, most), np.int64)
    n = walk(
        first, end, n_goals, n_attributes, found.low.shape[1],
        lives.offsets, lives.time, lives.kind, lives.record,
        records.facts.reshape(-1), records.link_offsets, records.linked,
        kinds.reshape(-1), goals.reshape(-1),
        implied, pairs.place, pairs.limits.shape[1], pairs.limits.reshape(-1),
        found.instance, found.rule.view(np.uint8), found.offsets,
        found.low.reshape(-1), found.high.reshape(-1),
        goal, by, begun, last, reached, ended, longest,
        np.empty(widest * N_CODES, np.int32),
        np.empty(widest * N_TIMES, np.int64),
        np.empty(4 * n_goals * (1 + widest * n_attributes), np.int32),
        np.empty(widest * (N_OWN + n_attributes), np.int64),
        np.empty(1 + widest * n_attributes, np.int32),
        np.empty(widest * n_goals, np.int32),
        np.empty(widest, np.int32),
        np.empty(n_slots, np.int64),
        np.empty(n_slots, np.int32),
        np.full(n_slots, -1, np.int32),
    )  # fmt: skip
    return [column[:n] for column in (goal, by, begun, last, reached, ended, longest)]
