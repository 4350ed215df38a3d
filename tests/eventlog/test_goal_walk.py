"""The walk over customers against a slow one that tries every goal a customer has, in random worlds."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.eventlog.case_order import order_cases
from crmmining.eventlog.goal_kernel import AFTERMATH, CONTINUED, LINK, NEVER, OPENING, RECORD
from crmmining.eventlog.goal_walk import (
    PER_INSTANCE,
    GoalRecords,
    GoalRules,
    Lives,
    PairLimits,
    Walk,
    order_lives,
    pack_records,
    walk_customers,
)

N_CUSTOMERS, N_RECORDS, N_KINDS, N_PLACES = 4, 5, 6, 3


@dataclass(frozen=True, eq=False)
class World:
    """Plain lists; `events` are (customer, time, kind, record) in the order of their sequence."""

    events: list[tuple[int, int, int, int]]
    candidates: list[int]
    opens: list[int]
    reaches: list[int]
    ends: list[int]
    contact: list[bool]
    included: list[int]
    closed: list[int]
    links: list[list[int]]
    by: list[list[int]]
    attribute: list[int]
    settle: list[int]
    silence: list[int]
    implied: int = 0
    pairs: list[list[list[int]] | None] = field(default_factory=list)

    @property
    def n_goals(self) -> int:
        return len(self.silence)

    def life(self, customer: int) -> list[tuple[int, int, int, int]]:
        return sorted((event for event in self.events if event[0] == customer), key=lambda event: event[1])

    def lives(self, customers: list[int] | None = None, threads: int = 1) -> Lives:
        rows = np.array(self.events, np.int64).reshape(-1, 4)
        case = rows[:, 0] if customers is None else np.array([_at(customers, c) for c in rows[:, 0]], int)
        n = N_CUSTOMERS if customers is None else len(customers)
        order = order_cases(case, rows[:, 1], np.arange(len(rows)), n)
        return order_lives(order, *rows[:, 1:].T)

    def records(self) -> GoalRecords:
        offsets = np.cumsum([0, *map(len, self.links)])
        linked = np.array([other for others in self.links for other in others], np.int64)
        return pack_records(
            np.array(self.closed),
            np.array(self.included),
            offsets,
            linked,
            [np.array(code) for code in self.by],
        )

    def rules(self) -> GoalRules:
        sets = (np.array(bits, np.int64) for bits in (self.candidates, self.opens, self.reaches, self.ends))
        return GoalRules(
            *sets,
            contact=np.array(self.contact),
            settle=np.array(self.settle),
            by=np.array(self.attribute),
            implied=self.implied,
        )

    def pair_limits(self) -> PairLimits | None:
        """Kinds 0 and 1 have a place of their own, all others share one."""
        judged = [g for g, square in enumerate(self.pairs) if square]
        square = np.full(self.n_goals, -1)
        square[judged] = np.arange(len(judged))
        limits = np.array([self.pairs[g] for g in judged], np.int64).reshape(-1, N_PLACES, N_PLACES)
        return PairLimits(np.array([_place(kind) for kind in range(N_KINDS)]), limits, square)

    def walk(
        self, silence: list[int] | None = None, customers: list[int] | None = None, threads: int = 1
    ) -> Walk:
        """The walk under test, the margins of every goal with it."""
        return walk_customers(
            self.lives(customers, threads),
            self.records(),
            self.rules(),
            np.array(self.silence if silence is None else silence, np.int64),
            fitted=np.arange(self.n_goals),
            pairs=self.pair_limits() if any(self.pairs) else None,
            threads=threads,
        )


def _place(kind: int) -> int:
    return kind + 1 if kind < N_PLACES - 1 else 0


def _at(values: list[int], value: int) -> int:
    return values.index(value) if value in values else -1


@st.composite
def worlds(draw: st.DrawFn, most_events: int = 40) -> World:
    n_goals, n_attributes = draw(st.integers(1, 3)), draw(st.integers(0, 2))
    bits = st.integers(0, (1 << n_goals) - 1)
    rarely = st.one_of(st.just(0), bits)
    pairs = draw(st.sets(st.tuples(*[st.integers(0, N_RECORDS - 1)] * 2), max_size=5))
    pause = st.sampled_from([0, 0, 1, 2, 5, 20])
    silence = st.one_of(pause, st.just(NEVER))
    many = st.integers(0, most_events)

    def listed(values: st.SearchStrategy, n: int) -> list:
        return draw(st.lists(values, min_size=n, max_size=n))

    return World(
        events=listed(
            st.tuples(
                st.integers(0, draw(st.integers(0, N_CUSTOMERS - 1))),
                st.integers(0, 15),
                st.integers(0, N_KINDS - 1),
                st.integers(-1, N_RECORDS - 1),
            ),
            draw(many),
        ),
        candidates=listed(bits, N_KINDS),
        opens=listed(bits, N_KINDS),
        reaches=listed(rarely, N_KINDS),
        ends=listed(rarely, N_KINDS),
        contact=listed(st.booleans(), N_KINDS),
        included=listed(rarely, N_RECORDS),
        closed=listed(st.one_of(st.integers(0, 15), st.just(NEVER)), N_RECORDS),
        links=[
            sorted({b for a, b in pairs if a == r} | {a for a, b in pairs if b == r})
            for r in range(N_RECORDS)
        ],
        by=[listed(st.integers(0, 2), N_RECORDS) for _ in range(n_attributes)],
        attribute=listed(st.integers(-1, n_attributes - 1), n_goals),
        settle=listed(pause, n_goals),
        silence=listed(silence, n_goals),
    )


@dataclass
class Attempt:
    """A goal instance of the slow walk."""

    goal: int
    by: int
    begun: int
    last: int
    reached: int = -1
    ended: int = -1
    open_until: int = -1
    latest: int = 0


def slow_life(world: World, life: list[tuple[int, int, int, int]]) -> tuple[list, list, list[Attempt]]:
    """Instance and rule per event of one customer, and the instances: every rule tried on every instance."""
    made: list[Attempt] = []
    instances, rules = [], []
    of_record: dict[int, int] = {}
    met = list(dict.fromkeys(record for *_, record in life))
    for _, t, kind, record in life:
        bits = world.candidates[kind] | (world.included[record] if record >= 0 else 0)
        opens, begins = world.opens[kind] & bits, world.implied & bits
        chosen, why = -1, -1
        by = [world.by[a][record] if a >= 0 and record >= 0 else 0 for a in world.attribute]
        if record in of_record and bits >> made[of_record[record]].goal & 1:
            chosen, why = of_record[record], RECORD
        if chosen < 0 and record >= 0:
            for other in sorted(set(world.links[record]) & set(met), key=met.index):
                if other in of_record and bits >> made[of_record[other]].goal & 1:
                    chosen, why = of_record[other], LINK
                    break
        if chosen < 0:
            for i, attempt in enumerate(made):
                fit = _slow_fit(world, attempt, t, kind, bits, opens, by)
                if fit is None or not _asked(world, made, i, t):
                    continue
                if chosen < 0 or fit < why or (fit == why and attempt.last >= made[chosen].last):
                    chosen, why = i, fit
            wanted = opens or (begins if chosen < 0 else 0)
            if (chosen < 0 or why == AFTERMATH) and wanted:
                goal = next(g for g in range(world.n_goals) if wanted >> g & 1)
                made.append(Attempt(goal, by[goal], t, t))
                chosen, why = len(made) - 1, OPENING
        instances.append(chosen)
        rules.append(why)
        if chosen < 0:
            continue
        attempt = made[chosen]
        goal = attempt.goal
        settle = world.settle[goal]
        if (
            settle > 0
            and attempt.reached >= 0
            and world.contact[kind]
            and t > attempt.reached
            and t - attempt.reached <= settle
        ):
            attempt.reached = -1
        attempt.last, attempt.latest = max(attempt.last, t), kind
        if world.reaches[kind] >> goal & 1 and attempt.reached < 0:
            attempt.reached = t
        if world.ends[kind] >> goal & 1 and attempt.ended < 0:
            attempt.ended = t
        if record >= 0:
            of_record.setdefault(record, chosen)
            attempt.open_until = max(attempt.open_until, world.closed[record])
    return instances, rules, made


def _state(world: World, attempt: Attempt, t: int) -> int:
    """0 with a record still open, 1 without, 2 reached and not yet settled, 3 finished."""
    if attempt.ended >= 0:
        return 3
    if attempt.reached >= 0:
        return (
            2 if world.settle[attempt.goal] > 0 and t - attempt.reached <= world.settle[attempt.goal] else 3
        )
    return 0 if attempt.open_until >= t else 1


def _asked(world: World, made: list[Attempt], i: int, t: int) -> bool:
    """Where pairs decide, only the latest attempt in the same state is asked whether it is silent."""
    mine = made[i]
    if not world.pairs or not world.pairs[mine.goal]:
        return True
    same = [
        (other.last, number)
        for number, other in enumerate(made)
        if (other.goal, other.by, _state(world, other, t)) == (mine.goal, mine.by, _state(world, mine, t))
    ]
    return max(same) == (mine.last, i)


def _slow_fit(
    world: World, attempt: Attempt, t: int, kind: int, bits: int, opens: int, by: list[int]
) -> int | None:
    g = attempt.goal
    if not bits >> g & 1 or attempt.by != by[g]:
        return None
    limit = world.silence[g]
    if world.pairs and (square := world.pairs[g]):
        limit = square[_place(attempt.latest)][_place(kind)]
    silent = t - attempt.last > limit
    if attempt.reached >= 0 or attempt.ended >= 0:
        done = max(attempt.reached, attempt.ended)
        again = world.settle[g] > 0 and attempt.ended < 0 and t - done <= world.settle[g]
        if not again and (opens >> g & 1 or silent):
            return None
        return CONTINUED if again else AFTERMATH
    if (opens | world.implied) >> g & 1 and silent and attempt.open_until < t:
        return None
    return CONTINUED


def slow_longest(world: World, life: list, instances: list[int], made: list[Attempt]) -> list[int]:
    """Per instance the longest pause up to its reaching, those that end in an opening event aside."""
    found = []
    for i, attempt in enumerate(made):
        mine = [event for event, instance in zip(life, instances, strict=True) if instance == i]
        until = [event for event in mine if event[1] <= attempt.reached]
        pauses = [
            after[1] - before[1]
            for before, after in pairwise(until)
            if not world.opens[after[2]] >> attempt.goal & 1
        ]
        found.append(max(pauses, default=-1))
    return found


def own_part(walk: Walk, lives: Lives, c: int) -> dict[str, list]:
    """What the walk found for customer `c`, instances counted from 0."""
    events = slice(lives.offsets[c], lives.offsets[c + 1])
    goals = slice(walk.offsets[c], walk.offsets[c + 1])
    instance = walk.instance[events].astype(int)
    return {
        "instance": np.where(instance >= 0, instance - walk.offsets[c], -1).tolist(),
        "rule": walk.rule[events].tolist(),
        **{name: getattr(walk, name)[goals].tolist() for name in PER_INSTANCE},
        "low": walk.low[c].tolist(),
        "high": walk.high[c].tolist(),
    }


def decisions(part: dict[str, list]) -> dict[str, list]:
    return {name: values for name, values in part.items() if name not in ("low", "high")}


def assert_same_as_slow(world: World) -> None:
    walk, lives = world.walk(), world.lives()
    for c in range(N_CUSTOMERS):
        life = world.life(c)
        instances, rules, made = slow_life(world, life)
        found = own_part(walk, lives, c)
        assert found["instance"] == instances
        assert found["rule"] == rules
        for name in ("goal", "by", "begun", "last", "reached", "ended"):
            assert found[name] == [getattr(attempt, name) for attempt in made], name
        expected = slow_longest(world, life, instances, made)
        reached = [attempt.reached >= 0 for attempt in made]
        assert np.array(found["longest"])[reached].tolist() == np.array(expected)[reached].tolist()


@given(world=worlds())
@settings(deadline=None, max_examples=400)
def test_the_walk_decides_as_one_that_tries_every_goal(world: World) -> None:
    assert_same_as_slow(world)


@given(world=worlds(), data=st.data())
@settings(deadline=None, max_examples=400)
def test_so_it_does_where_nobody_said_what_opens_a_goal_and_pairs_decide(
    world: World, data: st.DataObject
) -> None:
    limit = st.sampled_from([0, 1, 2, 5, NEVER])
    row = st.lists(limit, min_size=N_PLACES, max_size=N_PLACES)
    square = st.none() | st.lists(row, min_size=N_PLACES, max_size=N_PLACES)
    n = world.n_goals
    pairs = data.draw(st.lists(square, min_size=n, max_size=n))
    assert_same_as_slow(replace(world, implied=data.draw(st.integers(0, (1 << n) - 1)), pairs=pairs))


@pytest.mark.parametrize("seed", range(60))
def test_a_life_with_many_goals_is_decided_the_same(seed: int) -> None:
    assert_same_as_slow(crowded(seed, 400))


def crowded(seed: int, n_events: int, n_records: int = 40) -> World:
    """One customer who opens new goals all the time, at times that often coincide."""
    random = np.random.default_rng(seed)
    n_goals = int(random.integers(1, 3))
    times = random.integers(0, random.choice([10, 100, 1000]), n_events)
    record = np.where(random.random(n_events) < 0.6, random.integers(0, n_records, n_events), -1)
    events = np.stack([np.zeros(n_events, int), times, random.integers(0, N_KINDS, n_events), record], 1)
    pairs = set(map(tuple, random.integers(0, n_records, (random.integers(0, n_records), 2)).tolist()))
    links = [
        sorted({b for a, b in pairs if a == r} | {a for a, b in pairs if b == r}) for r in range(n_records)
    ]

    def some(share: float, n: int = N_KINDS) -> list[int]:
        return ((random.random((n, n_goals)) < share) @ (1 << np.arange(n_goals))).tolist()

    return World(
        events=[tuple(event) for event in events.tolist()],
        candidates=some(0.8),
        opens=some(0.5),
        reaches=some(0.3),
        ends=some(0.1),
        contact=(random.random(N_KINDS) < 0.5).tolist(),
        included=some(0.2, n_records),
        closed=np.where(random.random(n_records) < 0.2, NEVER, random.integers(0, 1000, n_records)).tolist(),
        links=links,
        by=random.integers(0, random.choice([2, 30]), (1, n_records)).tolist(),
        attribute=random.integers(-1, 1, n_goals).tolist(),
        settle=random.choice([0, 5, 50], n_goals).tolist(),
        silence=random.choice([0, 1, 20], n_goals).tolist(),
    )


@given(world=worlds(), data=st.data())
@settings(deadline=None, max_examples=300)
def test_any_silence_within_the_margins_gives_the_same_result(world: World, data: st.DataObject) -> None:
    walk, lives = world.walk(), world.lives()
    for c in range(N_CUSTOMERS):
        for g, silence in enumerate(world.silence):
            assert walk.low[c, g] <= silence < walk.high[c, g] or silence == NEVER == walk.high[c, g]
        others = [
            data.draw(st.integers(low, min(high - 1, low + 30)) | st.just(high - 1))
            for low, high in zip(walk.low[c].tolist(), walk.high[c].tolist(), strict=True)
        ]
        again = world.walk(silence=others, customers=[c])
        assert decisions(own_part(again, world.lives([c]), 0)) == decisions(own_part(walk, lives, c))


def test_margins_are_the_pauses_that_were_decided_on() -> None:
    world = one_goal([(0, 0), (7, 0), (10, 0), (30, 0)], silence=8)
    walk = world.walk()
    assert walk.instance.tolist() == [0, 0, 0, 1]
    assert (walk.low.tolist()[0], walk.high.tolist()[0]) == ([7], [20])
    assert world.walk(silence=[19]).instance.tolist() == [0, 0, 0, 1]
    assert world.walk(silence=[20]).instance.tolist() == [0, 0, 0, 0]
    assert world.walk(silence=[6]).instance.tolist() == [0, 1, 1, 2]


def test_where_silence_decides_nothing_the_margins_are_open() -> None:
    walk = one_goal([(0, 0), (7, 1), (100, 1)], silence=8).walk()
    assert walk.instance.tolist() == [0, 0, 0]
    assert (walk.low.tolist()[0], walk.high.tolist()[0]) == ([0], [NEVER])


def test_only_goals_with_fitted_silence_have_margins() -> None:
    world = one_goal([(0, 0), (7, 0)], silence=8)
    walk = walk_customers(world.lives(), world.records(), world.rules(), np.array([8]))
    assert walk.low.shape == walk.high.shape == (N_CUSTOMERS, 0)


def one_goal(steps: list[tuple[int, int]], silence: int) -> World:
    """The life of customer 0 as (time, kind): kind 0 opens, 1 is work, 2 reaches."""
    return World(
        events=[(0, t, kind, -1) for t, kind in steps],
        candidates=[1, 1, 1],
        opens=[1, 0, 0],
        reaches=[0, 0, 1],
        ends=[0, 0, 0],
        contact=[False] * 3,
        included=[0],
        closed=[NEVER],
        links=[[]],
        by=[],
        attribute=[-1],
        settle=[0],
        silence=[silence],
    )


@given(world=worlds(), customers=st.sets(st.integers(0, N_CUSTOMERS - 1), min_size=1))
@settings(deadline=None)
def test_customers_are_walked_the_same_among_others_and_alone(world: World, customers: set[int]) -> None:
    walk, lives = world.walk(), world.lives()
    some = sorted(customers)
    part, part_lives = world.walk(customers=some), world.lives(some)
    for place, c in enumerate(some):
        assert own_part(part, part_lives, place) == own_part(walk, lives, c)


@given(world=worlds(), threads=st.integers(2, 6))
@settings(deadline=None)
def test_the_number_of_threads_changes_nothing(world: World, threads: int) -> None:
    one, more = world.walk(), world.walk(threads=threads)
    for name in Walk.__dataclass_fields__:
        assert getattr(one, name).tolist() == getattr(more, name).tolist(), name


def test_columns_come_in_customer_order() -> None:
    order = order_cases(np.array([1, 0, 1, -1]), np.array([5, 6, 3, 1]), np.arange(4), 2)
    lives = order_lives(
        order, np.array([5, 6, 3, 1]), np.array([7, 8, 9, 0]), np.array([-1, 2**31 - 1, 0, 0])
    )
    assert lives.time.tolist() == [6, 3, 5]
    assert lives.kind.tolist() == [8, 9, 7]
    assert lives.record.tolist() == [2**31 - 1, 0, -1]


def test_an_account_with_ten_thousand_goals_keeps_every_event_in_its_own() -> None:
    n = 10_000
    opened = [(0, i, 0, i) for i in range(n)]
    worked = [(0, n + i, 1, n - 1 - i) for i in range(n)]
    base = one_goal([], silence=0)
    world = World(
        **{
            **base.__dict__,
            "events": opened + worked,
            "closed": [0] * n,
            "included": [0] * n,
            "links": [[]] * n,
        }
    )
    assert world.walk().instance.tolist() == [*range(n), *reversed(range(n))]
