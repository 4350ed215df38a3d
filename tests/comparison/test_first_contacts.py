"""First contact resolution by hand: what the record of a contact shows, and what the customer lived."""

import math

import pytest
from tests.comparison.tiny import GOAL, by_company, by_customer, goal, process, tiny_views

DECLARED = {
    "processes": {
        "Care": process("Care", closed_by=["Solved"], solves=True, owner="Cora"),
        "Bills": process("Bills", closed_by=["Booked"], owner="Bill"),
    },
    "goals": {
        GOAL: goal(
            ["Called"],
            ["Paid"],
            includes={"processes": ["Care", "Bills"], "activities": ["Wrote", "Advised", "Solved"]},
        )
    },
    "journeys": {GOAL: [{"stage": "All", "steps": ["Called", "Paid"]}]},
}
HAPPENINGS = [
    by_customer("zoe", 0, "Called"), by_customer("zoe", 1, "Wrote"),  # an earlier contact would not be seen
    by_customer("zoe", 60, "Wrote"),  # the data ends
    # ann: once was enough
    by_customer("ann", 9, "Called"), by_customer("ann", 10, "Wrote", "a/Care"),
    by_company("ann", 11, "Solved", "a/Care", "Service"),
    # bea: wrote again on the same record; the second is a repeat, no first contact
    by_customer("bea", 9, "Called"), by_customer("bea", 10, "Wrote", "b/Care"),
    by_customer("bea", 12, "Wrote", "b/Care"),
    # cat: came back under a new record, which the first does not show
    by_customer("cat", 9, "Called"), by_customer("cat", 10, "Wrote", "c1/Care"),
    by_customer("cat", 13, "Wrote", "c2/Bills"),
    # dan: handed on from Service to Billing in the same record
    by_customer("dan", 9, "Called"), by_customer("dan", 10, "Wrote", "d/Care"),
    by_company("dan", 11, "Advised", "d/Care", "Service"),
    by_company("dan", 12, "Advised", "d/Care", "Billing"),
    # hal: while he waits, another department works on another record of his: no failure of the contact
    by_customer("hal", 9, "Called"), by_customer("hal", 10, "Wrote", "h1/Care"),
    by_company("hal", 11, "Advised", "h1/Care", "Service"),
    by_company("hal", 12, "Advised", "h2/Bills", "Billing"),
    # eve: no record at all, and wrote again after five days
    by_customer("eve", 9, "Called"), by_customer("eve", 10, "Wrote"), by_customer("eve", 15, "Wrote"),
    # fay: wrote again after eight days: two first contacts, both resolved
    by_customer("fay", 9, "Called"), by_customer("fay", 10, "Wrote", "f/Care"),
    by_customer("fay", 18, "Wrote", "f/Care"),
    # gus: worked on again after closing
    by_customer("gus", 9, "Called"), by_customer("gus", 10, "Wrote", "g/Care"),
    by_company("gus", 11, "Solved", "g/Care", "Service"),
    by_company("gus", 12, "Advised", "g/Care", "Service"),
]  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("first"), HAPPENINGS, **DECLARED).first_contacts


def test_the_record_shows_only_its_own(found):
    # with a record: ann, bea, cat, dan, fay twice, gus, hal; its own record shows bea's, dan's and gus's
    assert (found.inside.n, found.inside.value) == (8, 5 / 8)


def test_the_customer_knows_of_every_door(found):
    # of the same eight cat came back by another
    assert (found.outside.n, found.outside.value) == (8, 4 / 8)
    assert found.difference.value == pytest.approx(1 / 8)
    assert found.hidden.value == 1 / 5
    assert (found.outside_all.n, found.outside_all.value) == (9, 4 / 9)  # eve too, who came again


def test_repeats_are_counted_among_all_contacts(found):
    # bea, cat and eve wrote again within a week; 13 contacts after the first week
    assert (found.repeats.n, found.repeats.value) == (13, 3 / 13)


def test_each_process_has_its_own_row_and_no_record_comes_last(found):
    rows = found.to_frame().set_index("process")
    assert list(rows.index) == ["Care", "(no record)"]
    assert rows.loc["Care", ["owner", "n", "share_inside", "share_outside"]].tolist() == [
        "Cora",
        8,
        5 / 8,
        4 / 8,
    ]
    assert (
        math.isnan(rows.loc["(no record)", "share_inside"]) and rows.loc["(no record)", "share_outside"] == 0
    )


def test_the_order_of_rows_changes_nothing(found, tmp_path):
    again = tiny_views(tmp_path, HAPPENINGS[::-1], **DECLARED).first_contacts
    assert (again.inside, again.outside, again.difference) == (found.inside, found.outside, found.difference)


def test_without_contacts_there_is_no_number(tmp_path):
    views = tiny_views(tmp_path, [by_company("ann", 1, "Called"), by_company("ann", 2, "Paid")], **DECLARED)
    assert views.first_contacts is None
    assert views.absent["first contact"].startswith("no customer asks for help in the data")


def test_a_finding_needs_the_whole_interval_above_five_points(found, tmp_path):
    assert found.findings(None) == []  # seven contacts are too few
    many = [HAPPENINGS[0], HAPPENINGS[1], HAPPENINGS[2]]
    for n in range(30):
        many += [
            by_customer(f"c{n}", 9, "Called"),
            by_customer(f"c{n}", 10, "Wrote", f"x{n}/Care"),
            by_customer(f"c{n}", 12, "Wrote", f"y{n}/Bills"),
        ]
    views = tiny_views(tmp_path, many, **DECLARED)
    (finding,) = views.first_contacts.findings(views.view)
    assert finding.sentence.startswith("By their records 100% of the first contacts on “Goal” are solved")
    assert finding.owner == "Cora" and len(finding.cases) == 30
