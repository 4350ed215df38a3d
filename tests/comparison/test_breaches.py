"""Promises case by case, by hand: the lives of test_promises, and a few that are near the limit."""

import pytest
from tests.comparison.tiny import GOAL, by_company, by_customer, goal, process, tiny_views

from crmmining.study.durations import DAY

PROMISES = {
    "Answered": {"since": "Ask", "until": "Answer", "within": "10d", "pay": "20 EUR", "owner": "Cora"},
    "Called back": {"since": "Call", "until": "Called back", "within": "1d"},
}
DECLARED = {
    "processes": {"Care": process("Care")},
    "goals": {
        GOAL: goal(
            ["Ask"], ["Done"], ended_by=["Left"], includes={"activities": ["Answer", "Call", "Called back"]}
        )
    },
    "promises": PROMISES,
}
HAPPENINGS = [
    by_customer("ann", 0, "Ask", "a/Care"), by_company("ann", 3, "Answer", "a/Care"),  # kept
    by_customer("bob", 0, "Ask"), by_company("bob", 12, "Answer"),  # broken, answered
    by_customer("cat", 5, "Ask"),  # 15 days and still waited for
    by_customer("dan", 11.5, "Ask"),  # 8.5 of 10 days
    by_customer("eve", 19, "Ask"),  # just asked
    by_customer("fay", 2, "Ask"), by_customer("fay", 4, "Left"),  # gave up before the limit: nobody waits
    by_customer("gus", 2, "Ask"), by_customer("gus", 14, "Left"),  # gave up after it: broken
    by_customer("hal", 0, "Ask"), by_company("hal", 1, "Answer"), by_customer("hal", 2, "Call"),
    by_company("hal", 5, "Called back"),  # broken, of nobody, nothing paid
    by_customer("zoe", 20, "Other"),
]  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("breaches"), HAPPENINGS, **DECLARED).breaches


def test_the_most_urgent_come_first(found):
    rows = found.table[["state", "customer", "promise"]].values.tolist()
    assert rows == [
        ["past", "cat", "Answered"],
        ["near", "dan", "Answered"],
        ["waiting", "eve", "Answered"],
        ["broken", "bob", "Answered"],
        ["broken", "gus", "Answered"],
        ["broken", "hal", "Called back"],
    ]
    assert list(found.at_risk["customer"]) == ["cat", "dan"]


def test_what_is_left_is_the_limit_less_what_has_passed(found):
    left = dict(zip(found.table["customer"], found.table["left"] / DAY, strict=True))
    assert left == {"cat": -5, "dan": 1.5, "eve": 9, "bob": -2, "gus": -2, "hal": -2}


def test_owed_is_owed_for_what_is_broken(found):
    owed = dict(zip(found.table["customer"], found.table["owed"].fillna(-1), strict=True))
    assert owed == {"cat": 20, "dan": 0, "eve": 0, "bob": 20, "gus": 20, "hal": -1}


def test_owners_add_up_to_the_cases(found):
    rows = found.owners.set_index("owner")
    assert rows.loc["Cora", ["process", "broken", "past", "near", "waiting"]].tolist() == ["Care", 2, 1, 1, 1]
    assert rows.loc["Cora", ["owed", "currency"]].tolist() == [60, "EUR"]
    assert rows.loc["(nobody)", "broken"] == 1 and rows["owed"].isna().tolist() == [False, True]


def test_broken_and_past_are_what_the_promises_count_as_broken(tmp_path):
    views = tiny_views(tmp_path, HAPPENINGS, **DECLARED)
    counted = sum(round(r.broken.value * r.broken.n) for r in views.promises.results)
    assert views.breaches.table["state"].isin(["broken", "past"]).sum() == counted == 4
    assert views.breaches.owners["owed"].sum() == sum(r.owed or 0 for r in views.promises.results)


def test_the_order_of_rows_changes_nothing(found, tmp_path):
    again = tiny_views(tmp_path, HAPPENINGS[::-1], **DECLARED).breaches
    assert again.table.drop(columns="case").equals(found.table.drop(columns="case"))


def test_where_no_promise_is_made_there_is_no_list(tmp_path):
    views = tiny_views(tmp_path, HAPPENINGS, **{**DECLARED, "promises": {}})
    assert views.breaches is None and "promises" in views.absent


def test_nobody_waits_any_more_where_the_goal_is_given_up_in_silence(tmp_path):
    goals = {GOAL: {**DECLARED["goals"][GOAL], "silence": "14d"}}
    found = tiny_views(tmp_path, HAPPENINGS, **{**DECLARED, "goals": goals}).breaches
    states = dict(zip(found.table["customer"], found.table["state"], strict=True))
    assert states["cat"] == "broken" and states["dan"] == "near"
