"""Intervals against published numbers and against simulation."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmmining.estimates import (
    MOST_DRAWN,
    Z95,
    absent,
    difference_of_means,
    difference_of_shares,
    mean,
    median,
    ratio,
    share,
)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 857–872, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_a_share_has_the_published_wilson_interval(count, of, low, high):
    found = share(count, of, "")
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@pytest.mark.parametrize(
    ("a", "b", "low", "high"),
    [  # Newcombe, Statistics in Medicine 17 (1998) 873–890, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
    ],
)
def test_a_difference_of_shares_has_the_published_newcombe_interval(a, b, low, high):
    found = difference_of_shares(share(*a, ""), share(*b, ""), "")
    assert (found.low, found.high) == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_lies_inside_its_interval_and_both_inside_zero_and_one(pair):
    found = share(*pair, "")
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.value in found


def test_nothing_decided_is_no_share():
    found = share(0, 0, "")
    assert not found.is_known and math.isnan(found.value)
    assert str(found) == "not known (no decided case)"
    assert not difference_of_shares(found, share(1, 2, ""), "").is_known


def test_an_interval_of_a_mean_covers_the_truth_in_about_95_percent_of_samples():
    random = np.random.default_rng(5)
    customers = np.arange(60)
    covered = sum(2.0 in mean(random.gamma(2.0, 1.0, 60), customers, "count", "") for _ in range(300))
    assert 0.90 <= covered / 300 <= 0.98


def test_customers_are_drawn_not_cases():
    # ten customers with fifty equal cases each know no more than ten values
    random = np.random.default_rng(8)
    values = random.normal(size=10)
    few = mean(values, np.arange(10), "count", "")
    many = mean(np.repeat(values, 50), np.repeat(np.arange(10), 50), "count", "")
    assert many.value == pytest.approx(few.value)
    assert many.high - many.low == pytest.approx(few.high - few.low, rel=1e-9)
    assert many.n == 500


def test_many_customers_have_the_interval_of_the_normal_limit():
    n = MOST_DRAWN + 1
    values = np.random.default_rng(2).gamma(2.0, 1.0, n)
    found, reach = mean(values, np.arange(n), "count", ""), Z95 * values.std(ddof=1) / math.sqrt(n)
    assert found.value - found.low == pytest.approx(reach, rel=0.02)
    assert found.high - found.value == pytest.approx(reach, rel=0.02)
    fewer = mean(values[: MOST_DRAWN - 1], np.arange(n - 2), "count", "")  # drawn, not computed
    assert fewer.high - fewer.low == pytest.approx(found.high - found.low, rel=0.1)


def test_one_customer_has_no_spread_rather_than_a_zero():
    found = mean(np.array([5.0]), np.array([0]), "time", "")
    assert (found.low, found.high) == (5, 5)


def test_a_mean_of_few_lies_inside_its_interval():
    found = mean(np.array([4.0, 5.0]), np.array([0, 1]), "count", "")
    assert 4 <= found.low <= 4.5 <= found.high <= 5


def test_same_values_give_the_same_interval_in_any_order():
    random = np.random.default_rng(3)
    values, customers = random.exponential(size=80), random.integers(0, 30, 80)
    order = random.permutation(80)
    one, other = mean(values, customers, "time", ""), mean(values[order], customers[order], "time", "")
    assert (one.low, one.high) == (pytest.approx(other.low), pytest.approx(other.high))


def test_a_ratio_is_sum_over_sum_not_mean_of_ratios():
    found = ratio(np.array([1.0, 9.0]), np.array([10.0, 10.0]), np.array([0, 1]), "share", "")
    assert found.value == 0.5
    uneven = ratio(np.array([1.0, 0.0]), np.array([1.0, 9.0]), np.array([0, 1]), "share", "")
    assert uneven.value == 0.1


def test_no_case_is_no_mean():
    nothing = np.zeros(0)
    for found in (
        mean(nothing, nothing, "time", ""),
        median(nothing, nothing, "time", ""),
        ratio(np.ones(2), np.zeros(2), np.arange(2), "share", ""),
        difference_of_means(nothing, nothing, np.ones(1), np.ones(1), "time", ""),
    ):
        assert not found.is_known


def test_a_median_has_the_interval_of_order_statistics():
    # n = 100: ranks 50 ± 1.96·√100/2, widened outwards to the 40th and the 61st
    found = median(np.arange(1, 101), np.arange(100), "count", "")
    assert (found.value, found.low, found.high) == (50, 40, 61)


def test_a_difference_of_means_covers_the_truth_in_about_95_percent_of_samples():
    random = np.random.default_rng(11)
    ids, covered = np.arange(40), 0
    for _ in range(100):
        a, b = random.normal(3, 2, 40), random.normal(1, 1, 40)
        covered += 2.0 in difference_of_means(a, ids, b, ids, "count", "")
    assert 88 <= covered <= 99


def test_estimates_read_as_people_write_them():
    assert str(share(39, 2708, "")) == "1.4% (1.1% to 2.0%, n=2,708)"
    assert str(absent("no survey", "score", "")) == "not known (no survey)"
    both = difference_of_shares(share(9, 10, ""), share(3, 10, ""), "")
    assert str(both) == "+60.0 points (+17.1 points to +80.9 points, n=20)"


@given(numbers=st.permutations(range(8)))
def test_how_customers_are_numbered_moves_no_interval(numbers):
    """A load in another order gives other numbers to the same people."""
    values, customers = np.arange(24.0) % 7, np.arange(24) % 8
    renumbered = np.array(numbers)[customers]
    assert mean(values, renumbered, "count", "any") == mean(values, customers, "count", "any")
    early = values < 3
    told = [
        difference_of_means(values[early], who[early], values[~early], who[~early], "count", "any")
        for who in (customers, renumbered)
    ]
    assert told[0] == told[1]
