"""False closures: every way a ticket closed as done can come back, and what is no return."""

import pytest
from tests.comparison.tiny import GOAL, by_company, by_customer, goal, process, tiny_views


def ticket(name, opened, closed, record=None):
    identity = f"{record or name}/Care"
    return [by_customer(name, opened, "Complain", identity), by_company(name, closed, "Solved", identity)]


HAPPENINGS = [
    *ticket("ann", 0, 1), by_customer("ann", 3, "Reopened", "ann/Care"),
    by_company("ann", 4, "Solved", "ann/Care"),
    *ticket("bea", 0, 1, "bea1"), *ticket("bea", 5, 6, "bea2"),  # a new record 4 days later
    *ticket("cat", 0, 1), by_customer("cat", 3, "Called"),  # a contact without a record
    *ticket("dan", 0, 1), by_customer("dan", 2, "Paid"),  # went on: a wanted step
    *ticket("eve", 0, 1), by_customer("eve", 8.5, "Called"),  # after more than 7 days
    *ticket("fay", 0, 1), by_customer("fay", 8, "Called"),  # after 7 days exactly
    *ticket("ian", 0, 1), by_company("ian", 2, "Thanked"),  # the company's own mail
    *ticket("gus", 20, 25), by_customer("gus", 26, "Called"),  # 5 days before the last contact: censored
    by_customer("hal", 29, "Complain", "hal/Care"), by_customer("hal", 30, "Called"),  # not closed
]  # fmt: skip
DECLARED = {
    "processes": {"Care": process("Care", closed_by=["Solved"], solves=True, owner="Cora")},
    "goals": {
        GOAL: goal(
            ["Complain"], ["Paid"], includes={"processes": ["Care"], "activities": ["Called", "Thanked"]}
        )
    },
    "journeys": {GOAL: [{"stage": "All", "steps": ["Complain", "Solved", "Paid"]}]},
}


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("closures"), HAPPENINGS, **DECLARED).false_closures


def test_records_closed_within_the_window_of_the_last_contact_are_left_out(found):
    # closed early enough: ann, bea1, bea2, cat, dan, eve, fay, ian; left out: gus, hal
    assert sorted(found.records["id"]) == ["ann", "bea1", "bea2", "cat", "dan", "eve", "fay", "ian"]
    assert (found.rate.n, found.rate.excluded) == (8, 2)


def test_false_are_those_that_came_back(found):
    assert sorted(found.records.loc[found.records["false"], "id"]) == ["ann", "bea1", "cat", "fay"]
    assert found.rate.value == 4 / 8


def test_inside_out_shows_only_what_was_reopened(found):
    assert found.inside.value == 1 / 8
    assert found.outside.value == 3 / 8
    assert found.hidden.value == 3 / 4


def test_ways_back_add_up_to_all_false_closures(found):
    assert {way: estimate.value * 4 for way, estimate in found.ways.items()} == {
        "same record reopened": 1,
        "new record of the same process": 1,
        "contact with no record": 2,
    }


def test_each_process_has_its_own_row(found):
    row = found.processes.iloc[0]
    assert row[["process", "owner", "n_closed", "n_false"]].tolist() == ["Care", "Cora", 8, 4]
    assert row[["n_reopened", "n_recurred", "n_called"]].tolist() == [1, 1, 2]


def test_of_two_ways_back_the_first_counts_once(tmp_path):
    events = [
        *ticket("ann", 0, 1, "a1"), by_customer("ann", 2, "Called"), *ticket("ann", 3, 4, "a2"),
        *ticket("bea", 0, 1, "b1"), *ticket("bea", 2, 3, "b2"), by_customer("bea", 4, "Called"),
        by_customer("zoe", 30, "Complain", "z/Care"),
    ]  # fmt: skip
    found = tiny_views(tmp_path, events, **DECLARED).false_closures
    # a1 came back by a call, then by a record; b1 by a record, then a call; b2 by the call; a2 stayed solved
    assert found.rate.value * found.rate.n == 3
    assert {way: round(e.value * 3) for way, e in found.ways.items()} == {
        "same record reopened": 0,
        "new record of the same process": 1,
        "contact with no record": 2,
    }


def test_without_a_process_that_solves_there_is_no_number_and_a_reason(tmp_path):
    declared = {**DECLARED, "processes": {"Care": process("Care", closed_by=["Solved"])}}
    views = tiny_views(tmp_path, HAPPENINGS, **declared)
    assert views.false_closures is None
    assert views.absent["false closure"].startswith("no process says solves: true. To see how many closed")
