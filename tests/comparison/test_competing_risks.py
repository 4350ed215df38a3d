"""Cumulative incidence by hand, and against lifelines."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmmining.comparison.competing_risks import cumulative_incidence

REACHED, GIVEN_UP, RUNNING = 0, 1, -1


def arrays(cases):
    times, ends = zip(*cases, strict=True)
    return np.array(times, np.int64), np.array(ends, np.int64)


def test_by_hand():
    # 5 at risk: one reached; 4: censored; 3: one given up; 2: one reached; 1: censored
    time, end = arrays([(1, REACHED), (2, RUNNING), (3, GIVEN_UP), (4, REACHED), (5, RUNNING)])
    reached, given_up = (cumulative_incidence(time, end, which) for which in (REACHED, GIVEN_UP))
    assert reached.time.tolist() == [1, 3, 4] and reached.at_risk.tolist() == [5, 3, 2]
    # survival 4/5, then 4/5 · 2/3, and what is left of it by the steps of the one end
    assert reached.value == pytest.approx([1 / 5, 1 / 5, 1 / 5 + 8 / 15 / 2])
    assert given_up.value == pytest.approx([0, 4 / 15, 4 / 15])
    assert reached.at(0) == (0, 0, 0) and reached.at(3)[0] == pytest.approx(1 / 5)


CASES = st.lists(st.tuples(st.integers(1, 12), st.sampled_from([0, 1, -1])), min_size=1, max_size=60)


@given(cases=CASES)
def test_ends_and_survival_add_up_to_one_and_intervals_hold_the_value(cases):
    time, end = arrays(cases)
    found = [cumulative_incidence(time, end, which) for which in (REACHED, GIVEN_UP)]
    whole = cumulative_incidence(time, np.where(end >= 0, 0, -1), 0)
    assert found[0].value + found[1].value == pytest.approx(whole.value)
    for incidence in found:
        assert (np.diff(incidence.value) >= 0).all() and (incidence.value <= 1 + 1e-12).all()
        assert (incidence.low <= incidence.value + 1e-12).all()
        assert (incidence.value <= incidence.high + 1e-12).all()


@given(cases=CASES, data=st.data())
def test_the_order_of_cases_changes_nothing(cases, data):
    first = cumulative_incidence(*arrays(cases), REACHED)
    again = cumulative_incidence(*arrays(data.draw(st.permutations(cases))), REACHED)
    assert first.value.tolist() == again.value.tolist() and first.low.tolist() == again.low.tolist()


@given(cases=CASES)
def test_without_censoring_it_is_the_share_so_far(cases):
    time, end = arrays(cases)
    end = np.maximum(end, 0)
    found = cumulative_incidence(time, end, GIVEN_UP)
    shares = [float(((time <= moment) & (end == GIVEN_UP)).mean()) for moment in found.time]
    assert found.value == pytest.approx(shares)


def test_without_censoring_the_variance_is_that_of_a_share():
    time, end = arrays([(n + 1, n % 2) for n in range(40)])
    found = cumulative_incidence(time, end, REACHED)
    half = found.at(20)
    assert half[0] == pytest.approx(0.25)
    # binomial standard error of 10 in 40 on the log-minus-log scale
    error = np.sqrt(0.25 * 0.75 / 40)
    assert half[1] == pytest.approx(0.25 ** np.exp(-1.959964 * error / (0.25 * np.log(0.25))), rel=1e-6)
    assert half[2] == pytest.approx(0.25 ** np.exp(1.959964 * error / (0.25 * np.log(0.25))), rel=1e-6)


@pytest.mark.filterwarnings("ignore")
def test_values_and_intervals_are_those_of_lifelines():
    from lifelines import AalenJohansenFitter

    random = np.random.default_rng(3)
    time, end = random.permutation(5_000)[:800] + 1, random.integers(-1, 2, 800)  # no ties: it shakes them
    for which in (REACHED, GIVEN_UP):
        ours = cumulative_incidence(time, end, which)
        theirs = AalenJohansenFitter().fit(time, end + 1, event_of_interest=which + 1)
        rows = theirs.confidence_interval_.loc[ours.time].to_numpy()
        assert theirs.cumulative_density_.loc[ours.time].to_numpy()[:, 0] == pytest.approx(ours.value)
        inner = ours.value > 0
        assert rows[inner] == pytest.approx(np.stack([ours.low, ours.high], axis=1)[inner])


def test_95_percent_intervals_hold_the_truth():
    """Exponential ends at rates 1 and 2, censored at random; the truth at t is (1 − exp(−3t))/3."""
    random, held, n = np.random.default_rng(11), 0, 400
    for _ in range(n):
        first, second = random.exponential(1, 300), random.exponential(0.5, 300)
        censored = random.exponential(0.8, 300)
        time = np.minimum(np.minimum(first, second), censored)
        end = np.where(censored <= time, -1, np.where(first <= second, REACHED, GIVEN_UP))
        _, low, high = cumulative_incidence((time * 1e6).astype(np.int64), end, REACHED).at(400_000)
        held += low <= (1 - np.exp(-1.2)) / 3 <= high
    assert 0.93 <= held / n <= 0.97
