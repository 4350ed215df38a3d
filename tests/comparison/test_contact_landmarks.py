"""Moments of open goals: contacts so far, what came after, what cannot be known yet; by hand."""

import numpy as np
import pytest
from tests.comparison.contact_worlds import contact_world
from tests.comparison.tiny import GOAL, answered, by_company, by_customer, days, goal, tiny_views

from crmmining.comparison import contact_landmarks
from crmmining.comparison.contact_landmarks import SPANS, find_landmarks


def called(name, day):
    return by_customer(name, day, "Called")


HAPPENINGS = [
    # told unasked, called, answered, reached on day 10, pleased on day 12
    by_company("ann", 0, "Told"), called("ann", 2), by_company("ann", 3, "Explained"),
    by_customer("ann", 6, "Looked"), by_customer("ann", 10, "Paid"), answered("ann", 12, 5),
    # called once, then a word unasked more than a week later; left on day 20
    by_customer("bob", 0, "Looked"), called("bob", 1), by_company("bob", 9, "Explained"),
    by_customer("bob", 12, "Looked"), by_customer("bob", 20, "Left"),
    # begins so late that nobody can know
    by_customer("eve", 29, "Looked"), called("eve", 30),
]  # fmt: skip
DECLARED = {
    "goals": {
        GOAL: goal(
            ["Told", "Looked"],
            ["Paid"],
            ended_by=["Left"],
            includes={"activities": ["Called", "Explained", "Survey answered"]},
        )
    },
    "activities": {name: {"contact": False} for name in ("Looked", "Paid", "Left", "Survey answered")},
    "journeys": {GOAL: [{"stage": "Pay", "steps": ["Looked", "Paid"]}]},
}


@pytest.fixture(scope="module")
def marks(tmp_path_factory):
    views = tiny_views(tmp_path_factory.mktemp("marks"), HAPPENINGS, **DECLARED)
    return find_landmarks(views.view), list(views.view.log.cases["customer_key"])


def of(marks, customer):
    """(day, inbound, outbound, answering, progress, inbound still to come) of each moment."""
    found, keys = marks
    mine = found.case == keys.index(customer)
    columns = (found.inbound, found.outbound, found.answering, found.progress, found.inbound_after)
    return list(zip(days(found.age[mine]), *(column[mine].tolist() for column in columns), strict=True))


def test_spans_part_the_time_goals_are_open(marks):
    # open for 1, 10 and 20 days: the quintiles between them
    assert days(marks[0].edges) == pytest.approx([4.6, 8.2, 12, 16]) and SPANS == 5


def test_contacts_so_far_count_the_moment_itself_and_nothing_later(marks):
    assert of(marks, "ann") == [(0, 0, 1, 0, 0, 1), (2, 1, 1, 0, 0, 0), (6, 1, 2, 1, 1, 0)]


def test_a_word_more_than_a_week_after_the_call_is_unasked(marks):
    assert of(marks, "bob") == [(0, 0, 0, 0, 1, 1), (1, 1, 0, 0, 1, 0), (12, 1, 1, 0, 1, 0)]


def test_reached_counts_within_the_follow_up_and_late_moments_are_not_followed(marks):
    found, keys = marks
    ann, bob, eve = (found.case == keys.index(name) for name in ("ann", "bob", "eve"))
    assert days(found.left[ann]) == [10, 8, 4] and (found.left[bob] == -1).all()
    assert days(found.follow_up) == pytest.approx(9.8)  # the P95 of 10, 8, 4
    assert found.reached[ann].tolist() == [False, True, True] and not found.reached[bob].any()
    assert found.followed[ann].all() and found.followed[bob].all() and not found.followed[eve].any()
    assert found.score[ann].tolist() == [5, 5, 5]


def test_of_very_many_goals_a_fixed_draw_of_whole_customers_is_looked_at(monkeypatch):
    view = contact_world(1)
    every = find_landmarks(view)
    monkeypatch.setattr(contact_landmarks, "MOST_MOMENTS", 600)
    drawn = find_landmarks(view)
    assert 450 < drawn.case.size < 750 < every.case.size
    chosen = np.isin(every.cluster, drawn.cluster)
    assert np.array_equal(every.case[chosen], drawn.case) and drawn.edges.tolist() == every.edges.tolist()
    # beyond the draw all stays as it is: contacts so far, what comes after
    assert np.array_equal(every.inbound[chosen], drawn.inbound)
    assert np.array_equal(every.inbound_after[chosen], drawn.inbound_after)
