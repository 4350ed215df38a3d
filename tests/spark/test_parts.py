"""What walks a case: the same kernels, part after part on the executors, merged into the whole."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from crmmining.errors import MissingColumnError, StudyFileError, UnknownNameError, WorkspaceError
from crmmining.eventlog.case_order import order_cases
from crmmining.eventlog.goal_walk import GoalRecords, GoalRules, order_lives, pack_records, walk_customers
from crmmining.eventlog.variant_kernel import find_variants
from crmmining.mining.alignment import Sequences, align
from crmmining.mining.automaton import Automaton, from_term
from crmmining.study.journey import Sequence, Step

Columns = dict[str, np.ndarray]
EVENTS = "SELECT event, time, activity, customer, record FROM clean"
DAY = 86_400_000_000


def ordered(part: Columns) -> tuple[np.ndarray, Any]:
    customers, case = np.unique(part["customer"], return_inverse=True)
    return customers, order_cases(case, part["time"], part["event"], customers.size)


def cases(part: Columns) -> list[tuple[int, list[int]]]:
    """Every customer's events, in order."""
    customers, order = ordered(part)
    events = np.split(part["event"][order.rows], order.offsets[1:-1])
    return [(int(c), e.tolist()) for c, e in zip(customers, events, strict=True)]


def test_the_order_of_the_parts_is_the_order_of_the_whole(spark, duck) -> None:
    found = dict(case for part in spark.map_parts(cases, EVENTS, by="customer") for case in part)
    assert found == dict(case for part in duck.map_parts(cases, EVENTS, by="customer") for case in part)
    assert found == dict(cases(duck.columns(EVENTS)))


def variants(part: Columns) -> Counter[bytes]:
    """How many cases each sequence has."""
    _, order = ordered(part)
    activity = part["activity"][order.rows].astype(np.int32)
    variant, first = find_variants(order.offsets, activity)
    sequences = [activity[order.offsets[c] : order.offsets[c + 1]].tobytes() for c in first]
    return Counter(dict(zip(sequences, np.bincount(variant).tolist(), strict=True)))


def test_the_variants_of_the_parts_add_up_to_those_of_the_whole(spark, duck) -> None:
    short = f"{EVENTS} WHERE event % 13 = 0"
    found = sum(spark.map_parts(variants, short, by="customer"), Counter())
    whole = variants(duck.columns(short))
    assert found == whole and max(whole.values()) > 1 and whole.total() > len(whole)


def records_and_rules() -> tuple[GoalRecords, GoalRules]:
    n_records, n_goals = 1600, 2
    random = np.random.default_rng(3)
    partner = np.arange(n_records) ^ 1  # two records of a customer know each other
    closed = random.integers(1_700_000_500, 1_700_002_500, n_records) * 1_000_000
    records = pack_records(closed, np.full(n_records, 3), np.arange(n_records + 1), partner)
    bits = random.integers(0, 4, (4, 9))
    bits[0] |= bits[1] | bits[2] | bits[3]
    rules = GoalRules(*bits, np.arange(9) % 2 == 0, np.array([0, DAY]), np.full(n_goals, -1))
    return records, rules


class Goals:
    """The goal of every event, by its number within the customer's life."""

    def __init__(self) -> None:
        self.records, self.rules = records_and_rules()

    def __call__(self, part: Columns) -> dict[int, tuple[int, int]]:
        _, order = ordered(part)
        lives = order_lives(order, part["time"], part["activity"], part["record"])
        silence = np.full(2, 200_000_000)
        walk = walk_customers(lives, self.records, self.rules, silence, threads=1)
        owner = np.repeat(np.arange(order.offsets.size - 1), np.diff(order.offsets))
        number = np.where(walk.instance >= 0, walk.instance - walk.offsets[owner], -1)
        told = zip(number.tolist(), walk.rule.tolist(), strict=True)
        return dict(zip(part["event"][order.rows].tolist(), told, strict=True))


def test_goals_are_the_same_whether_customers_are_walked_together_or_in_parts(spark, duck) -> None:
    found: dict[int, tuple[int, int]] = {}
    for part in spark.map_parts(Goals(), EVENTS, by="customer"):
        found |= part
    whole = Goals()(duck.columns(EVENTS))
    assert found == whole and len({number for number, _ in whole.values()}) > 2


class Aligned:
    """The costs and moves of a chunk of variants."""

    def __init__(self, model: Automaton) -> None:
        self.model = model

    def __call__(self, chunk: tuple[int, Sequences]) -> tuple[int, list[int], list[list[Any]]]:
        number, sequences = chunk
        found = align(self.model, sequences)
        return number, found.costs.tolist(), [found.moves(v) for v in range(len(found))]


def test_variants_aligned_in_chunks_are_aligned_as_all_at_once(spark) -> None:
    random = np.random.default_rng(5)
    model = from_term(Sequence(tuple(Step(name) for name in "abcd")))
    lengths = random.integers(0, 9, 500)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    codes = random.integers(0, 5, offsets[-1]).astype(np.int32)
    names = ("a", "b", "c", "d", "x")
    chunks = [
        (v, Sequences(offsets[v : v + 101] - offsets[v], codes[offsets[v] : offsets[v + 100]], names))
        for v in range(0, 500, 100)
    ]
    found = sorted(spark.map_tasks(Aligned(model), iter(chunks)))
    _, costs, moves = Aligned(model)((0, Sequences(offsets, codes, names)))
    assert [cost for _, some, _ in found for cost in some] == costs
    assert [move for *_, some in found for move in some] == moves


def test_all_rows_of_a_key_come_in_one_part_however_small_the_parts(small_parts) -> None:
    values = "SELECT id AS event, CASE WHEN id % 50 < 3 THEN NULL ELSE id % 50 END AS k FROM range(5000)"
    parts = list(small_parts.map_parts(lambda part: part["k"], values, by="k"))
    assert len(parts) >= 5 and max(part.size for part in parts) < 2000
    owners = [set(part.tolist()) for part in parts]
    assert sum(map(len, owners)) == len(set.union(*owners)) == 48  # 47 keys, and the absent one
    assert sum(part.size for part in parts) == 5000


def test_booleans_come_as_numbers_and_what_is_absent_as_minus_one(spark) -> None:
    sql = """
        SELECT * FROM (VALUES (1, TRUE, 'a', CAST(0.5 AS DOUBLE)), (1, NULL, NULL, NULL)) t(k, f, s, x)
    """
    (part,) = spark.map_parts(lambda part: part, sql, by="k")
    assert sorted(part["f"].tolist()) == [-1, 1] and part["f"].dtype == np.int8
    assert set(part["s"]) == {"a", None} and np.isnan(part["x"]).sum() == 1


def test_no_rows_are_no_part(spark) -> None:
    assert list(spark.map_parts(len, f"{EVENTS} WHERE event < 0", by="customer")) == []
    assert list(spark.map_tasks(len, [])) == []


ERRORS = [
    (UnknownNameError, ("goal", "mvoe", ["move", "loan"])),
    (MissingColumnError, ("a.csv", "activty", ["activity"])),
    (StudyFileError, ("study.yaml", 7, "cannot be meant")),
    (UnicodeDecodeError, ("utf-8", b"\xff", 0, 1, "invalid start byte")),
    (ValueError, ("a wrong value",)),
]


@pytest.mark.parametrize("made", ERRORS, ids=lambda made: made[0].__name__)
def test_what_a_task_raises_is_raised_here_as_it_is(spark, made) -> None:
    def fail(task: Any) -> None:
        raise made[0](*made[1])

    error = made[0](*made[1])
    with pytest.raises(type(error)) as raised:
        list(spark.map_tasks(fail, [1, 2, 3]))
    assert type(raised.value) is type(error) and str(raised.value) == str(error)
    with pytest.raises(type(error)):
        list(spark.map_parts(fail, EVENTS, by="customer"))


def test_what_may_pass_is_tried_again_before_it_is_told_in_one_line(spark) -> None:
    def fail(task: Any) -> None:
        raise OSError("disk full")

    with pytest.raises(WorkspaceError, match=r"^a job failed on Spark: OSError: disk full$"):
        list(spark.map_tasks(fail, [1]))
