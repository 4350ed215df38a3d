"""Crossings between departments, by hand."""

import pytest
from tests.comparison.tiny import GOAL, by_company, by_customer, days, goal, process, tiny_views

DECLARED = {
    "processes": {"Work": process("Work", closed_by=["Closed"])},
    "goals": {
        GOAL: goal(["Ask"], ["Done"], includes={"processes": ["Work"], "activities": ["Call", "Check"]})
    },
    "activities": {"Check": {"visible": False}},
}
HAPPENINGS = [
    by_customer("ann", 0, "Ask"),
    by_company("ann", 1, "Step", "a1/Work", "Sales"),
    by_company("ann", 2, "Step", "a1/Work", "Back office"),  # crosses inside one record, both seen
    by_company("ann", 4, "Check", "a2/Work", "Sales"),  # crosses to another record, unseen, and back
    by_customer("ann", 5, "Done"),
    by_customer("bob", 0, "Ask"),
    by_company("bob", 1, "Step", "b1/Work", "Sales"),
    by_customer("bob", 2, "Call"),
    by_company("bob", 3, "Step", "b1/Work", "Sales"),  # same department: no crossing
    by_customer("bob", 5, "Done"),
]


@pytest.fixture(scope="module")
def silos(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("silos"), HAPPENINGS, **DECLARED).silos


def test_crossings_are_changes_of_department_between_company_events(silos):
    assert silos.per_goal.value == 1.0  # two in ann's, none in bob's
    assert silos.cases["crossings"].tolist() == [2, 0]


def test_a_crossing_that_changes_the_record_too_is_invisible_inside_out(silos):
    assert silos.share_invisible.value == 1 / 2


def test_back_to_a_department_after_another_had_it_is_ping_pong(silos):
    assert silos.share_ping_pong.value == 1 / 2
    assert silos.cases["ping_pong"].tolist() == [1, 0]


def test_each_pair_has_its_gap_and_what_the_customer_saw(silos):
    table = silos.crossings.set_index(["from_department", "to_department"])
    there, back = table.loc[("Sales", "Back office")], table.loc[("Back office", "Sales")]
    assert (days(there["median_gap"]), there["share_invisible"], there["n_visible"]) == (1, 0, 1)
    assert (days(back["median_gap"]), back["share_invisible"], back["n_visible"]) == (2, 1, 0)


def test_one_department_crosses_nothing_and_says_so(tmp_path):
    views = tiny_views(tmp_path, HAPPENINGS[5:], **DECLARED)
    assert views.silos is None
    assert "fewer than two departments" in views.absent["silo crossings"]
