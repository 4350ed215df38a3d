"""Behaviour distance against hand-made numbers, brute force, a linear program and pm4py."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

import crmmining.comparison.behaviour_distance as module
from crmmining.comparison.behaviour_distance import behaviour_distance
from crmmining.comparison.transport_kernel import cheapest_transport, edit_costs
from crmmining.errors import InvalidOptionError
from crmmining.eventlog.log import EventLog

WORDS = st.text("abcd", min_size=1, max_size=6)
LOGS = st.dictionaries(WORDS, st.integers(1, 4), min_size=1, max_size=6)


def distance(a, b):
    return behaviour_distance(EventLog.from_variants(a), EventLog.from_variants(b), permutations=1)


def levenshtein(a, b):
    if not a or not b:
        return len(a) + len(b)
    return min(
        levenshtein(a[1:], b) + 1, levenshtein(a, b[1:]) + 1, levenshtein(a[1:], b[1:]) + (a[0] != b[0])
    )


def by_linear_program(a, b):
    cost = np.array([[levenshtein(x, y) / max(len(x), len(y)) for y in b] for x in a])
    m, n = cost.shape
    rows = [np.repeat(np.eye(m)[i], n) for i in range(m)] + [np.tile(np.eye(n)[j], m) for j in range(n)]
    shares = [count / sum(log.values()) for log in (a, b) for count in log.values()]
    return linprog(cost.ravel(), A_eq=np.array(rows), b_eq=shares).fun


def test_by_hand():
    # half of the first log must lose its c: 1 of 3 steps
    assert distance({"abc": 1, "ab": 1}, {"ab": 5}).distance == pytest.approx(1 / 6)
    assert distance({"ab": 3}, {"cd": 1}).distance == 1
    assert distance({"ab": 1, "cd": 2}, {"ab": 2, "cd": 4}).distance == 0


def test_mass_is_not_left_where_carrying_it_on_is_cheaper():
    # the normalised cost is no metric: ab → ba costs 1, by way of aba twice a third
    assert distance({"ab": 1, "aba": 1}, {"aba": 1, "ba": 1}).distance == pytest.approx(1 / 3)


@given(LOGS, LOGS)
@settings(max_examples=60, deadline=None)
def test_it_is_the_optimum_of_the_linear_program(a, b):
    found = distance(a, b)
    assert found.distance == pytest.approx(by_linear_program(a, b), abs=1e-9)
    assert found.distance == pytest.approx(distance(b, a).distance, abs=1e-12)
    assert 0 <= found.distance <= 1
    assert found.moves["contribution"].sum() <= found.distance + 1e-9


@given(st.lists(WORDS, min_size=1, max_size=5), st.lists(WORDS, min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_edit_costs_are_levenshtein_over_the_longer(a, b):
    def laid(words):
        lengths = np.cumsum([0, *map(len, words)])
        return np.array([ord(sign) for word in words for sign in word], np.int32), lengths.astype(np.int64)

    expected = [[levenshtein(x, y) / max(len(x), len(y)) for y in b] for x in a]
    assert edit_costs(*laid(a), *laid(b)) == pytest.approx(np.array(expected))


@given(st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_transport_is_whole_feasible_and_proved_least(seed):
    random = np.random.default_rng(seed)
    m, n = random.integers(1, 8, 2)
    cost = random.integers(0, 6, (m, n)) / 5
    supply, demand = random.integers(1, 5, m), random.integers(1, 5, n)
    supply, demand = supply * demand.sum(), demand * supply.sum()
    flow, u, v = cheapest_transport(cost, supply, demand)
    assert (flow >= 0).all()
    assert flow.sum(axis=1).tolist() == supply.tolist() and flow.sum(axis=0).tolist() == demand.tolist()
    assert (u[:, None] + v <= cost + 1e-9).all()
    assert (flow * cost).sum() == pytest.approx(u @ supply + v @ demand)


def test_equal_sizes_are_an_assignment_found_by_trying_all():
    random = np.random.default_rng(3)
    cost = random.random((5, 5))
    flow, _, _ = cheapest_transport(cost, np.ones(5, np.int64), np.ones(5, np.int64))
    least = min(sum(cost[i, p[i]] for i in range(5)) for p in itertools.permutations(range(5)))
    assert (flow * cost).sum() == pytest.approx(least)


@pytest.mark.filterwarnings("ignore:The earth_mover_distance package")
def test_pm4py_says_the_same():
    from pm4py.algo.evaluation.earth_mover_distance import algorithm as emd

    for seed in range(8):
        random = np.random.default_rng(seed)
        logs = []
        for _ in range(2):
            words = {"".join(random.choice(list("abcd"), random.integers(1, 7))) for _ in range(6)}
            logs.append({word: int(random.integers(1, 9)) for word in sorted(words)})
        languages = [{tuple(w): n / sum(log.values()) for w, n in log.items()} for log in logs]
        theirs = emd.apply(languages[0], languages[1])
        assert distance(*logs).distance == pytest.approx(theirs, abs=1e-6)


def test_bounds_hold_the_distance_where_not_all_variants_are_carried(monkeypatch):
    random = np.random.default_rng(1)
    logs = [
        {"".join(random.choice(list("abcde"), 5)): int(n) for n in random.integers(1, 9, 30)} for _ in "ab"
    ]
    exact = distance(*logs)
    assert exact.is_exact and exact.low == exact.high
    widths = []
    for most in (5, 15, 25):
        monkeypatch.setattr(module, "MOST_VARIANTS", most)
        found = distance(*logs)
        assert not found.is_exact and np.isnan(found.distance) and max(found.covered) < 1
        assert found.low <= exact.distance <= found.high
        widths.append(found.high - found.low)
    assert widths == sorted(widths, reverse=True)


def test_the_same_behaviour_is_no_more_than_chance_and_another_is():
    random = np.random.default_rng(5)

    def drawn(weights, n=80):
        words = random.choice(["abc", "abbc", "ac", "abcd"], n, p=weights)
        return EventLog.from_variants({word: int((words == word).sum()) for word in sorted(set(words))})

    even = [0.25] * 4
    same = [behaviour_distance(drawn(even), drawn(even), permutations=99).p for _ in range(20)]
    assert sum(p <= 0.1 for p in same) <= 6
    other = behaviour_distance(drawn(even), drawn([0.1, 0.6, 0.2, 0.1]), permutations=99)
    assert other.p == 0.01 and other.beyond_chance > 0.05


def test_a_customer_counts_once_in_the_test():
    import pandas as pd

    rows = [(f"{c}-{k}", step, c) for c in "xyz" for k in range(4) for step in "ab"]
    frame = pd.DataFrame(rows, columns=["case", "activity", "customer"])
    frame["time"] = pd.date_range("2026-01-01", periods=len(frame), freq="h", tz="UTC")
    log = EventLog.from_frame(frame)
    assert behaviour_distance(log, log, permutations=9).n_tested == (3, 3)
    assert behaviour_distance(log, log, permutations=9).p == 1


def test_the_order_of_rows_changes_nothing():
    random = np.random.default_rng(2)
    log = EventLog.from_variants({"abc": 30, "acb": 20, "ab": 11}).to_frame()
    other = EventLog.from_variants({"abc": 10, "bca": 9})
    cases = random.permutation(log["case"].unique())
    shuffled = log.set_index("case").loc[cases].reset_index()
    one, two = (behaviour_distance(EventLog.from_frame(f), other, permutations=30) for f in (log, shuffled))
    assert (one.low, one.p, one.by_chance) == (two.low, two.p, two.by_chance)


def test_a_log_without_cases_is_refused():
    log = EventLog.from_variants({"ab": 2})
    with pytest.raises(InvalidOptionError, match="the second log has no case"):
        behaviour_distance(log, log.select(np.zeros(2, bool)))
    with pytest.raises(InvalidOptionError, match="permutations = 0"):
        behaviour_distance(log, log, permutations=0)
