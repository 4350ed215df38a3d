from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.eventlog.case_order import LONG_CASE, order_cases

EVENTS = st.lists(st.tuples(st.integers(-1, 4), st.integers(0, 6)), max_size=80)


def columns(events: list[tuple[int, int]], seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    case, time = (np.array([event[i] for event in events], np.int64) for i in (0, 1))
    return case, time, np.random.default_rng(seed).permutation(len(events)).astype(np.int64)


@given(events=EVENTS, seed=st.integers(0, 1000))
@settings(deadline=None)
def test_the_order_is_that_of_a_plain_sort(events: list[tuple[int, int]], seed: int) -> None:
    case, time, sequence = columns(events, seed)
    found = order_cases(case, time, sequence, 5)
    kept = [row for row in range(len(events)) if case[row] >= 0]
    expected = sorted(kept, key=lambda row: (case[row], time[row], sequence[row]))
    assert found.rows.tolist() == expected
    assert np.diff(found.offsets).tolist() == [int((case == c).sum()) for c in range(5)]
    pairs = pairwise(expected)
    assert found.n_ties == sum(case[a] == case[b] and time[a] == time[b] for a, b in pairs)


@pytest.mark.parametrize("size", [LONG_CASE, LONG_CASE + 1, 1000])
def test_a_long_shuffled_case_is_ordered(size: int) -> None:
    random = np.random.default_rng(size)
    time, sequence = random.integers(0, size // 3, size), random.permutation(size)
    found = order_cases(np.zeros(size, np.int64), time, sequence, 1)
    assert found.rows.tolist() == sorted(range(size), key=lambda row: (time[row], sequence[row]))
    assert found.n_ties == size - len(set(time.tolist()))


def test_an_event_in_no_case_is_left_out() -> None:
    found = order_cases(np.array([-1, 0, -1]), np.array([1, 2, 3]), np.arange(3), 1)
    assert (found.rows.tolist(), found.offsets.tolist()) == ([1], [0, 1])


def test_a_case_without_events_is_empty() -> None:
    found = order_cases(np.array([2, 0]), np.array([1, 1]), np.arange(2), 3)
    assert (found.rows.tolist(), found.offsets.tolist(), found.n_ties) == ([1, 0], [0, 1, 1, 2], 0)
