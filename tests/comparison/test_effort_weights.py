"""Weights of effort are fitted only where answers say so."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.comparison.effort_weights import FEWEST_ANSWERS, fit_weights


def world(seed, n=300, truth=(1.0, 0.0, 0.0), noise=0.3):
    random = np.random.default_rng(seed)
    scaled, outcome = random.random((n, 3)), random.integers(0, 2, n).astype(np.int8)
    satisfaction = 4 - scaled @ truth - outcome + noise * random.normal(size=n)
    return scaled, satisfaction, outcome, random.integers(0, n // 2, n)


def test_one_part_that_decides_gets_the_weight():
    found = fit_weights(*world(1))
    assert found.fitted and found.gain.low > 0 and found.weight.sum() == pytest.approx(3)
    assert found.weight[0] > 2.4 and "held out" in found.reason


def test_parts_that_matter_alike_or_not_at_all_stay_equal():
    used = [fit_weights(*world(seed, truth=t)).fitted for seed in range(40) for t in ((1, 1, 1), (0, 0, 0))]
    assert np.mean(used) <= 0.05
    assert fit_weights(*world(2, truth=(1, 1, 1))).weight.tolist() == [1, 1, 1]


def test_who_gives_up_early_does_not_make_waiting_a_joy():
    random = np.random.default_rng(3)
    outcome = random.integers(0, 2, 400).astype(np.int8)  # 1: gave up, after little waiting, not content
    waiting = np.clip(0.7 - 0.5 * outcome + 0.15 * random.normal(size=400), 0, 1)
    other = random.random(400)
    satisfaction = 5 - 2 * outcome - 3 * waiting + 0.3 * random.normal(size=400)
    assert np.corrcoef(waiting, satisfaction)[0, 1] > 0  # across outcomes it looks like one
    found = fit_weights(np.stack([waiting, other], axis=1), satisfaction, outcome, np.arange(400))
    assert found.fitted and found.weight[0] > 1.7


def test_fewer_than_a_hundred_answers_fit_nothing():
    scaled, satisfaction, outcome, customers = world(4)
    satisfaction[FEWEST_ANSWERS - 1 :] = np.nan
    found = fit_weights(scaled, satisfaction, outcome, customers)
    assert not found.fitted and not found.gain.is_known and "99 answers" in found.reason


def test_answers_all_alike_fit_nothing():
    scaled, _, outcome, customers = world(5)
    found = fit_weights(scaled, np.full(300, 4.0), outcome, customers)
    assert not found.fitted and "alike" in found.reason


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_goals_changes_nothing_and_weights_keep_their_sum(seed):
    scaled, satisfaction, outcome, customers = world(seed, truth=(1.0, 0.3, 0.0))
    order = np.random.default_rng(seed).permutation(300)
    found = fit_weights(scaled, satisfaction, outcome, customers)
    turned = fit_weights(scaled[order], satisfaction[order], outcome[order], customers[order])
    assert turned.weight == pytest.approx(found.weight) and turned.fitted == found.fitted
    assert found.weight.sum() == pytest.approx(3) and (found.weight >= 0).all()
