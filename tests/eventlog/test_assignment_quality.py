"""Pairwise scores against counting every pair, and against published numbers."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.errors import InvalidOptionError
from crmmining.eventlog.assignment_quality import pairwise_scores


def scores(found, truth):
    return pairwise_scores(np.array(found), np.array(truth))


def test_counts_pairs_not_events():
    # found {0,1,2}, {3,4}; truth {0,1}, {2,3,4}: pairs found 3 + 1, true 1 + 3, both 01 and 34
    result = scores([0, 0, 0, 1, 1], [5, 5, 6, 6, 6])
    assert (result.precision, result.recall, result.f1, result.n) == (2 / 4, 2 / 4, 0.5, 5)
    # expected 4·4/10 = 1.6; (2 − 1.6) / (4 − 1.6)
    assert result.adjusted_rand == pytest.approx(0.4 / 2.4)


def test_the_same_groups_under_other_names_are_perfect():
    result = scores([3, 3, 9, 9, -1], [1, 1, 0, 0, -1])
    assert (result.precision, result.recall, result.f1, result.adjusted_rand) == (1, 1, 1, 1)


def test_an_event_in_no_goal_is_alone():
    apart = scores([-1, -1, 0, 0], [1, 1, 2, 2])
    assert (apart.precision, apart.recall) == (1, 1 / 2)
    nothing = scores([-1, -1], [-1, -1])
    assert (nothing.f1, nothing.adjusted_rand) == (1, 1)
    assert scores([-1, -1], [0, 0]).f1 == 0


def test_events_of_two_lengths_are_refused():
    with pytest.raises(InvalidOptionError, match="3 events found and 2 in the truth"):
        scores([0, 0, 0], [1, 1])


def test_adjusted_rand_is_that_of_hubert_and_arabie():
    # Hubert & Arabie 1985, contingency (1 1 0 / 1 2 1 / 0 0 4), n = 10
    found = [0] * 2 + [1] * 4 + [2] * 4
    truth = [0, 1] + [0, 1, 1, 2] + [2] * 4
    assert scores(found, truth).adjusted_rand == pytest.approx(0.3126, abs=1e-4)


@given(
    st.integers(2, 14).flatmap(
        lambda n: st.tuples(*[st.lists(st.integers(-1, 4), min_size=n, max_size=n)] * 2)
    )
)
@settings(max_examples=80, deadline=None)
def test_agrees_with_counting_every_pair(groups):
    found, truth = groups
    pairs = list(combinations(range(len(found)), 2))
    together = {p for p in pairs if found[p[0]] == found[p[1]] != -1}
    belong = {p for p in pairs if truth[p[0]] == truth[p[1]] != -1}
    result = scores(found, truth)
    both = len(together & belong)
    assert result.precision == pytest.approx(both / len(together) if together else 1)
    assert result.recall == pytest.approx(both / len(belong) if belong else 1)
    assert 0 <= result.f1 <= 1 and result.adjusted_rand <= 1
    turned = scores(truth, found)
    assert (turned.precision, turned.recall) == (result.recall, result.precision)
