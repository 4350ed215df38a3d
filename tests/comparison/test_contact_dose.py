"""What a plain count of contacts shows: shares by number of contacts, and their slope; by hand."""

from dataclasses import replace
from math import log
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.comparison.contact_worlds import contact_world

from crmmining.comparison.contact_dose import _groups, dose_of, effects_as_counted
from crmmining.comparison.contact_landmarks import Landmarks
from crmmining.comparison.fewer_is_better import compare_contacts
from crmmining.study.durations import DAY


def landmarks(groups: list[tuple[int, int, int]]) -> Landmarks:
    """Moments of as many goals, one a customer: (contacts the customer made, goals, of them reached)."""
    inbound = np.repeat([contacts for contacts, _, _ in groups], [n for _, n, _ in groups]).astype(np.int64)
    reached = np.concatenate([np.arange(n) < won for _, n, won in groups])
    goals, none = np.arange(inbound.size), np.zeros(inbound.size, np.int64)
    return Landmarks(
        case=goals, cluster=goals, span=none + 1, age=none, inbound=inbound, outbound=none, answering=none,
        progress=none, reached=reached, left=none, inbound_after=none, score=np.full(goals.size, np.nan),
        followed=np.ones(goals.size, bool), edges=np.array([3, 5, 8, 9]) * DAY, follow_up=DAY,
    )  # fmt: skip


MARKS = landmarks([(0, 60, 30), (1, 60, 45)])


def test_the_dose_is_the_share_reached_by_number_of_contacts():
    dose = dose_of(MARKS)
    inbound = dose[dose["direction"] == "inbound"]
    assert inbound["moment"].tolist() == ["day 0 to 3"] * 2
    assert inbound[["contacts", "up_to", "n", "reached"]].values.tolist() == [
        [0, 0, 60, 0.5],
        [1, 1, 60, 0.75],
    ]
    unasked = dose[dose["direction"] == "unasked"]  # nobody has one: all goals in one group
    assert unasked[["contacts", "n", "reached"]].values.tolist() == [[0, 120, 0.625]]


def test_the_dose_counts_the_customers_behind_its_goals():
    dose = dose_of(replace(MARKS, cluster=MARKS.case % 4))
    assert dose["n_customers"].unique().tolist() == [4]


def test_the_effect_as_counted_is_the_slope_of_one_count_alone():
    # odds 1 and 3: a slope of log 3, times the mean of p(1 - p) over 60 goals at 1/2 and 60 at 3/4
    found = effects_as_counted(MARKS)["inbound"]
    assert found.value == pytest.approx(log(3) * (0.25 + 0.1875) / 2)
    assert found.n == 120 and found.low > 0


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ([(0, 30, 9), (1, 30, 9)], "only 60 goals are followed"),
        ([(0, 150, 9), (1, 10, 5)], "only 10 goals differ in it"),
        ([(0, 60, 60), (1, 60, 60)], "it came out alike in all of them"),
        ([(0, 60, 0), (1, 60, 60)], "this count parts the outcomes"),
    ],
)
def test_a_count_that_tells_nothing_says_why(groups, reason):
    assert effects_as_counted(landmarks(groups))["inbound"].absent == reason


def test_a_count_is_fooled_where_the_comparison_is_not():
    # who is open for long has many contacts and is reached, contacts do nothing (see contact_worlds)
    found = compare_contacts(SimpleNamespace(goal="Goal", **vars(contact_world(4))))
    assert found.as_counted["inbound"].low > 0.01
    assert 0 in found.effects["reached", "inbound"]


@given(st.lists(st.integers(0, 30), min_size=1, max_size=400))
def test_groups_of_the_dose_part_all_goals_and_none_is_small(numbers):
    groups, values = _groups(np.array(numbers)), set(numbers)
    assert groups[0][0] == min(values) and groups[-1][1] == max(values)
    counts = [sum(low <= n <= high for n in numbers) for low, high in groups]
    assert sum(counts) == len(numbers) and (min(counts) >= 20 or len(groups) == 1)


def test_the_dose_counts_every_followed_moment_once():
    view = SimpleNamespace(goal="Goal", **vars(contact_world(4)))
    found = compare_contacts(view)
    per_direction = found.dose.groupby("direction")["n"].sum()
    assert per_direction.tolist() == [found.landmarks.followed.sum()] * 4
    assert (found.dose["low"] <= found.dose["reached"]).all()
