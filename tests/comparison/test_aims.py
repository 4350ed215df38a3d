"""Who had reached what before, against reading every customer's life one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crmmining.comparison.aims import customer_history
from crmmining.comparison.taking_part import TakingPart

attempts = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 20), st.integers(-1, 10)), min_size=1
)


def taking_part(lives):
    customer, kind, begun, after = (np.array(values, np.int64) for values in zip(*lives, strict=True))
    _, customer = np.unique(customer, return_inverse=True)
    reached = np.where(after >= 0, begun + after, -1)
    none = np.zeros(len(lives))
    counts, nothing = none.astype(np.int64), np.zeros(0, np.int64)
    return TakingPart(
        ("a", "b", "c"), ("p",), kind, customer, begun, reached, np.where(reached >= 0, 0, 1).astype(np.int8),
        none, counts, none, nothing, nothing, np.zeros(0), nothing,
    )  # fmt: skip


@given(attempts)
def test_history_is_what_was_reached_before_each_goal_began(lives):
    part = taking_part(lives)
    existing, further = customer_history(part)
    for i in range(len(lives)):
        before = {
            int(part.kind[j])
            for j in range(len(lives))
            if part.customer[j] == part.customer[i] and 0 <= part.reached[j] < part.begun[i]
        }
        assert existing[i] == bool(before)
        assert further[i] == (bool(before) and int(part.kind[i]) not in before)
