"""Differences of groups: values by hand, the permutation test against all deals, rates without effect."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.comparison.case_measures import CaseMeasure
from crmmining.comparison.group_differences import (
    DIFFERS,
    FEW,
    SMALL,
    differences,
    permutation_p,
    sum_by_customer,
)
from crmmining.estimates import difference_of_means


def measure(values, name="calls", unit="count", matters=0.1, good=-1):
    """A mean over the cases that have a value."""
    values = np.asarray(values, float)
    return CaseMeasure(name, unit, np.nan_to_num(values), (~np.isnan(values)).astype(float), good, matters)


def groups(*labels):
    return {"region": np.array(labels, object)}


def test_values_counts_and_difference_by_hand():
    calls = [1.0, 2.0, 3.0] * 10 + [0.0, np.nan] * 20  # mean 2 of 30; mean 0 of 20, 20 not counted
    labels = ["north"] * 30 + ["south"] * 40
    table = differences([measure(calls)], np.arange(70), groups(*labels)).set_index("value")
    north = table.loc["north"]
    assert (north["group"], north["rest"], north["difference"]) == (2, 0, 2)
    assert (north["n"], north["n_rest"]) == (30, 20)
    assert table.loc["south", "difference"] == -2
    assert north["evidence"] == DIFFERS and north["low"] > 1.6 and north["high"] < 2.4
    assert north["q"] < 1e-6


def test_customers_without_a_value_are_on_neither_side():
    labels = ["north"] * 25 + ["south"] * 25 + [None] * 50
    calls = [1.0] * 25 + [3.0] * 25 + [100.0] * 50
    table = differences([measure(calls)], np.arange(100), groups(*labels))
    assert set(table["rest"]) == {1, 3}


def test_groups_too_small_are_said_so_and_not_tested():
    labels = ["north"] * 19 + ["south"] * 30 + ["west"] * 30
    few = np.r_[np.full(19 + 30, 1.0), np.full(19, 2.0), np.full(11, np.nan)]
    table = differences([measure(few)], np.arange(79), groups(*labels)).set_index("value")
    assert table["evidence"].to_dict() == {"north": FEW, "south": DIFFERS, "west": FEW}
    assert np.isnan(table.loc["west", "q"]) and table.loc["north", "n"] == 19
    assert table.loc["north", "measure"] is None and table.loc["west", "measure"] == "calls"


def test_a_sure_difference_that_does_not_matter_is_none():
    random = np.random.default_rng(0)
    values = np.r_[random.normal(10, 0.1, 200), random.normal(10.3, 0.1, 200)]
    table = differences([measure(values, matters=1.0)], np.arange(400), groups(*["a"] * 200, *["b"] * 200))
    assert set(table["evidence"]) == {SMALL}


def test_the_interval_is_that_of_a_difference_of_means():
    random = np.random.default_rng(1)
    values, customers = random.poisson(2, 120).astype(float), random.integers(0, 80, 120)
    label = np.where(customers < 40, "a", "b").astype(object)
    row = differences([measure(values)], customers, {"s": label}).set_index("value").loc["a"]
    a = customers < 40
    known = difference_of_means(values[a], customers[a], values[~a], customers[~a], "count", "")
    assert row["difference"] == pytest.approx(known.value)
    assert (row["low"], row["high"]) == pytest.approx((known.low, known.high), abs=0.12)


def test_the_permutation_p_is_that_of_all_deals():
    over = np.array([[0.0], [1], [1], [2], [3], [5], [8], [13], [1], [4], [0], [7]])
    under, inside = np.ones_like(over), np.arange(12) < 5
    mean, found = over.mean(), over[:5].sum()
    sums = np.array([over[list(c)].sum() for c in itertools.combinations(range(12), 5)]) - 5 * mean
    low, high = (sums <= found - 5 * mean + 1e-9).mean(), (sums >= found - 5 * mean - 1e-9).mean()
    assert permutation_p(over, under, inside, ~inside)[0] == pytest.approx(2 * min(low, high), abs=0.03)


def test_the_permutation_p_holds_in_the_tail_of_skewed_numbers():
    random = np.random.default_rng(2)
    over = random.exponential(1, (600, 1)) ** 1.5
    inside = np.arange(600) < 30
    dealt = np.array([over[random.permutation(600)[:30]].sum() for _ in range(40_000)])
    for quantile in (0.99, 0.999):
        # a group whose sum lies just there: change one of its values
        moved = over.copy()
        moved[0] += np.quantile(dealt, quantile) - moved[inside].sum()
        whole = moved - moved.mean()
        exact = 2 * np.mean(
            [whole[random.permutation(600)[:30]].sum() >= whole[inside].sum() for _ in range(40_000)]
        )
        assert permutation_p(moved, np.ones_like(moved), inside, ~inside)[0] == pytest.approx(exact, rel=0.35)


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_the_order_of_rows_changes_nothing(seed):
    random = np.random.default_rng(seed)
    customers, n = random.integers(0, 60, 100), 100
    labels = np.array(["a", "b", None], object)[customers % 3]
    values = random.poisson(1.5, n).astype(float)
    order = random.permutation(n)
    one = differences([measure(values)], customers, {"s": labels})
    two = differences([measure(values[order])], 1000 - customers[order], {"s": labels[order]})
    columns = ["value", "group", "rest", "difference", "q", "n"]
    for column in columns:
        assert (
            one[column].tolist() == pytest.approx(two[column].tolist(), nan_ok=True)
            if column != "value"
            else True
        )
    assert one["value"].tolist() == two["value"].tolist()


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_parts_add_up_to_the_whole(seed):
    random = np.random.default_rng(seed)
    customers = random.integers(0, 50, 90)
    counted = measure(np.where(random.random(90) < 0.2, np.nan, random.poisson(2, 90)))
    sums = sum_by_customer([counted], customers, np.array([None, "a"], object)[customers % 2])
    assert sums.over.sum() == counted.over.sum() and sums.n_cases.sum() == counted.under.sum()
    assert sums.over.sum() / sums.under.sum() == pytest.approx(counted.value)


def test_without_an_effect_at_most_one_list_in_twenty_shows_any():
    shown = 0
    for seed in range(150):
        random = np.random.default_rng(seed)
        customers = random.integers(0, 150, 250)
        liking = random.gamma(1, size=150)[customers]  # cases of a customer hang together, counts are skewed
        measures = [
            measure(random.poisson(2 * liking), "calls", matters=0.0),
            measure(random.random(250) < 0.1 + 0.2 * (liking > 1), "reached", "share", 0.0, 1),
            measure(random.lognormal(0, 1.5, 250), "time", "time", 0.0),
        ]
        labels = np.array(list("abcd"), object)[random.integers(0, 4, 150)][customers]
        shown += (differences(measures, customers, {"s": labels})["evidence"] == DIFFERS).any()
    assert shown <= 13  # 5 % of 150 are 7.5; more than 13 come by chance once in fifty


def test_a_planted_difference_is_found_and_comes_first():
    random = np.random.default_rng(4)
    label = np.array(list("abcd"), object)[random.integers(0, 4, 400)]
    reached = random.random(400) < np.where(label == "b", 0.5, 0.8)
    noise = measure(random.poisson(2, 400), "calls")
    table = differences([noise, measure(reached, "reached", "share", 0.05, 1)], np.arange(400), {"s": label})
    assert table.iloc[0][["value", "measure", "evidence"]].tolist() == ["b", "reached", DIFFERS]
    assert (table["evidence"] == DIFFERS).sum() <= 2
