"""Slopes and clustered errors: against what is worked out by hand, and against known worlds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmmining.comparison.regression import linear, logistic


def with_intercept(*columns):
    return np.stack([*columns, np.ones(len(columns[0]))], axis=1).astype(float)


def test_a_slope_of_two_groups_is_the_difference_of_their_means():
    x = np.array([0, 0, 0, 1, 1])
    fit = linear(with_intercept(x), np.array([1.0, 2, 3, 6, 8]), np.arange(5), 1)
    assert fit.slope[0] == pytest.approx(7 - 2)
    # residuals -1 0 1 -1 1: the sandwich is 2/9 + 2/4, times 5/4 · 4/3
    assert fit.error[0] ** 2 == pytest.approx((2 / 9 + 2 / 4) * (5 / 4) * (4 / 3))


def test_the_marginal_effect_of_two_groups_by_hand():
    x, y = np.repeat([0, 1], 10), np.r_[np.repeat([0, 1], [8, 2]), np.repeat([0, 1], [5, 5])]
    fit = logistic(with_intercept(x), y.astype(float), np.arange(20), 1)
    slope = np.log(0.5 / 0.5) - np.log(0.2 / 0.8)
    assert fit.slope[0] == pytest.approx(slope * (0.2 * 0.8 + 0.5 * 0.5) / 2)


def test_rows_said_twice_are_no_more_evidence():
    random = np.random.default_rng(1)
    x, y = random.normal(size=80), (random.random(80) < 0.4).astype(float)
    for fitted in (linear, logistic):
        once = fitted(with_intercept(x), y, np.arange(80), 1)
        twice = fitted(with_intercept(np.tile(x, 2)), np.tile(y, 2), np.tile(np.arange(80), 2), 1)
        assert twice.slope[0] == pytest.approx(once.slope[0])
        # all but the factor for few clusters, which looks at rows
        assert twice.error[0] == pytest.approx(once.error[0] * ((159 / 158) / (79 / 78)) ** 0.5)


def test_a_column_that_others_determine_has_no_slope_and_parted_outcomes_have_no_fit():
    x = np.repeat([0.0, 1.0], 20)
    y = np.tile([0.0, 1.0], 20)
    assert np.isnan(linear(with_intercept(x, 2 * x), y, np.arange(40), 2).slope).all()
    assert logistic(with_intercept(x), x, np.arange(40), 1) is None


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_rows_and_the_names_of_clusters_change_nothing(seed):
    random = np.random.default_rng(seed)
    design = with_intercept(random.normal(size=60), random.integers(0, 3, 60))
    y, cluster, order = (
        random.integers(0, 2, 60).astype(float),
        random.integers(0, 20, 60),
        random.permutation(60),
    )
    for fitted in (linear, logistic):
        a, b = fitted(design, y, cluster, 2), fitted(design[order], y[order], 99 - cluster[order], 2)
        if a is None or b is None:  # the outcomes are parted: in any order
            assert a is b
            continue
        assert a.slope == pytest.approx(b.slope, abs=1e-7) and a.error == pytest.approx(b.error, abs=1e-6)


def test_errors_by_cluster_cover_where_customers_hang_together():
    covered = naive = 0
    for seed in range(300):
        random = np.random.default_rng(seed)
        cluster = np.repeat(np.arange(120), 5)
        x = np.repeat(random.normal(size=120), 5) + 0.3 * random.normal(size=600)
        lean = np.repeat(random.normal(size=120), 5)
        y = (random.random(600) < 1 / (1 + np.exp(-lean))).astype(float)
        for own, count in ((cluster, "c"), (np.arange(600), "n")):
            low, high = logistic(with_intercept(x), y, own, 1).interval(0)
            covered += count == "c" and low <= 0 <= high
            naive += count == "n" and low <= 0 <= high
    assert 0.93 <= covered / 300 <= 0.97 and naive / 300 < 0.9


def test_agrees_with_statsmodels_where_it_is_installed():
    models = pytest.importorskip("statsmodels.api")
    random = np.random.default_rng(7)
    design, cluster = with_intercept(random.normal(size=300), random.normal(size=300)), np.arange(300) // 3
    y = (random.random(300) < 1 / (1 + np.exp(-design[:, 0]))).astype(float)
    kind = {"cov_type": "cluster", "cov_kwds": {"groups": cluster}, "disp": 0}
    theirs = models.Logit(y, design).fit(**kind).get_margeff()
    ours = logistic(design, y, cluster, 2)
    assert ours.slope == pytest.approx(theirs.margeff[:2], rel=1e-6)
    assert ours.error == pytest.approx(theirs.margeff_se[:2], rel=1e-3)
