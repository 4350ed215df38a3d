from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.eventlog.order_statistics import SMALL_GROUP, by_group, picked, sort_groups

GROUPS = st.lists(st.lists(st.integers(-5, 5), min_size=1, max_size=2 * SMALL_GROUP), max_size=6)


@given(groups=GROUPS)
@settings(deadline=None)
def test_ranks_are_those_of_each_sorted_group(groups: list[list[int]]) -> None:
    values = np.array([value for group in groups for value in group], np.int64)
    sizes = np.array([len(group) for group in groups], np.int64)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    low, high = picked(values.copy(), offsets, sizes // 2, sizes - 1)
    assert low.tolist() == [sorted(group)[len(group) // 2] for group in groups]
    assert high.tolist() == [max(group) for group in groups]
    sort_groups(values, offsets)
    assert values.tolist() == [value for group in groups for value in sorted(group)]


def test_large_groups_are_shared_among_threads() -> None:
    values = np.random.default_rng(2).integers(0, 10**9, 120_000)
    group = np.arange(120_000) % 3
    laid, offsets = by_group(values, group, np.bincount(group))
    assert [laid[a:b].tolist() for a, b in pairwise(offsets)] == [
        values[group == g].tolist() for g in range(3)
    ]
    assert picked(laid, offsets, np.array([7, 0, 39_999]))[0].tolist() == [
        sorted(values[group == g])[rank] for g, rank in enumerate((7, 0, 39_999))
    ]
