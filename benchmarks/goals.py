"""Measure how events become goals: case order and the walk over customers, against one sort of as many keys.

python benchmarks/goals.py                    # 10 million events of 1 million customers
python benchmarks/goals.py --events 1000000

The events are made as integer columns, in the order of time, so customers are interleaved. About ten
events and two records per customer, three goals, one of them told apart by an attribute.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
from machine import machine, versions

from crmmining.eventlog.case_order import CaseOrder, order_cases
from crmmining.eventlog.goal_kernel import NEVER
from crmmining.eventlog.goal_walk import (
    RULES,
    GoalRecords,
    GoalRules,
    Lives,
    Walk,
    order_lives,
    pack_records,
    walk_customers,
)
from crmmining.study.durations import DAY, HOUR

Columns = dict[str, np.ndarray]
REPEATS = 3

# Per activity the goals as bit sets: what it may belong to, opens, reaches, ends; and the contacts.
ACTIVITIES = [
    (0b001, 0b001, 0, 0, 1),
    (0b001, 0, 0, 0, 0),
    (0b001, 0, 0b001, 0, 0),
    (0b001, 0, 0, 0b001, 0),
    (0b011, 0b010, 0, 0, 1),
    (0b010, 0, 0b010, 0, 0),
    (0b010, 0, 0, 0, 1),
    (0b100, 0b100, 0, 0, 0),
    (0b100, 0, 0b100, 0, 0),
    (0b000, 0, 0, 0, 0),
]


def make_events(n_events: int, random: np.random.Generator) -> Columns:
    """Columns of events in the order of time."""
    n_customers = n_events // 10
    customer = random.integers(0, n_customers, n_events)
    record = random.permutation(2 * n_customers)[2 * customer + random.integers(0, 2, n_events)]
    record[random.random(n_events) < 0.3] = -1
    return {
        "customer": customer.astype(np.int32),
        "time": np.sort(random.integers(0, 3 * 365 * DAY, n_events)),
        "sequence": np.arange(n_events),
        "kind": random.integers(0, len(ACTIVITIES), n_events).astype(np.int32),
        "record": record.astype(np.int32),
    }


def make_records(events: Columns, random: np.random.Generator) -> GoalRecords:
    """Two records per customer; every tenth linked to another, a quarter never closed."""
    n = events["record"].size // 5
    known = events["record"] >= 0
    closed = np.zeros(n, np.int64)
    closed[events["record"][known]] = events["time"][known]
    closed[random.random(n) < 0.25] = NEVER
    owner = np.full(n, -1)
    owner[events["record"][known]] = events["customer"][known]
    by_owner = np.argsort(owner, kind="stable")
    left, right = by_owner[:-1], by_owner[1:]
    pairs = (owner[left] == owner[right]) & (random.random(n - 1) < 0.2)
    links = np.concatenate([np.stack([left, right])[:, pairs], np.stack([right, left])[:, pairs]], axis=1)
    links = links[:, np.lexsort(links[::-1])]
    offsets = np.concatenate([[0], np.cumsum(np.bincount(links[0], minlength=n))]).astype(np.int64)
    included, by = random.integers(0, 2, n), random.integers(0, 5, n)
    return pack_records(closed, included, offsets, links[1], [by])


def make_rules() -> GoalRules:
    """Three goals; the first includes a kind of record, the second settles after a week."""
    candidates, opens, reaches, ends, contact = np.array(ACTIVITIES, np.int64).T
    return GoalRules(
        *map(np.ascontiguousarray, (candidates, opens, reaches, ends)),
        contact=contact > 0,
        settle=np.array([0, 7 * DAY, 0]),
        by=np.array([-1, -1, 0]),
    )


def best(work: Callable[[], object]) -> float:
    """Seconds, the best of some runs."""
    seconds = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - begun)
    return min(seconds)


def measure(n_events: int, threads: int | None) -> dict[str, float]:
    """Seconds of each part, the sort first."""
    random = np.random.default_rng(7)
    events = make_events(n_events, random)
    records, rules = make_records(events, random), make_rules()
    keys = random.integers(0, 2**62, n_events)

    def ordered() -> CaseOrder:
        return order_cases(events["customer"], events["time"], events["sequence"], n_events // 10)

    def brought() -> Lives:
        return order_lives(order, events["time"], events["kind"], events["record"])

    def walked() -> Walk:
        silence, fitted = np.full(3, 60 * DAY), np.array([0, 1, -1])
        return walk_customers(lives, records, rules, silence, fitted=fitted, threads=threads)

    order = ordered()
    lives = brought()
    found = walked()
    rules_used = np.bincount(found.rule[found.rule >= 0], minlength=len(RULES)).tolist()
    print(f"{found.goal.size:,} goals; events by rule: {dict(zip(RULES, rules_used, strict=True))}")
    return {
        "np.sort of random int64": best(lambda: np.sort(keys)),
        "the same without vector instructions": best(lambda: np.sort(keys, kind="stable")),
        "case order": best(ordered),
        "columns into case order": best(brought),
        "one walk": best(walked),
    }


def measure_account(n_events: int, n_goals: int) -> float:
    """Seconds for one customer with very many goals, all begun before the other events come."""
    random = np.random.default_rng(7)
    record = np.concatenate([np.arange(n_goals), random.integers(0, n_goals, n_events - n_goals)])
    opens = np.arange(n_events) < n_goals
    lives = Lives(
        np.array([0, n_events]),
        np.arange(n_events) * HOUR,
        np.where(opens, 0, random.integers(1, 3, n_events)).astype(np.int32),
        np.where(opens | (random.random(n_events) < 0.5), record, -1).astype(np.int32),
    )
    zeros = np.zeros(n_goals + 1, np.int64)
    records = pack_records(zeros[1:], zeros[1:], zeros, zeros[:0], [np.arange(n_goals) % 7])
    found = walk_customers(lives, records, make_rules(), np.zeros(3, np.int64))
    print(f"one account: {n_events:,} events, {found.goal.size:,} goals")
    return best(lambda: walk_customers(lives, records, make_rules(), np.zeros(3, np.int64)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--threads", type=int)
    arguments = parser.parse_args()
    print(f"{machine()}. {versions()}.")
    seconds = measure(arguments.events, arguments.threads)
    sort, stable, *parts = seconds.values()
    seconds |= {"all, silence declared": sum(parts), "all, silence fitted": sum(parts) + parts[-1]}
    for name, value in seconds.items():
        print(f"{name:38} {value:7.3f} s  {value / sort:6.2f} x the sort  {value / stable:5.2f} x the second")
    print(f"{'one account':38} {measure_account(100_000, 10_000):7.3f} s")


if __name__ == "__main__":
    main()
