"""Green records in red goals, counted by hand."""

import pytest
from tests.comparison.tiny import GOAL, answered, by_company, by_customer, goal, process, tiny_views


def loan(name, opened, closed=None):
    found = [by_customer(name, opened, "Ask"), by_company(name, opened, "Opened", f"{name}/Loan")]
    if closed is not None:
        found.append(by_company(name, closed, "Closed", f"{name}/Loan"))
    return found


HAPPENINGS = [
    # every record within 3 days
    *loan("gert", 0, 2), by_company("gert", 3, "Answer"), by_customer("gert", 4, "Done"),  # fine
    *loan("rita", 0, 2), by_company("rita", 3, "Answer"), by_customer("rita", 4, "Left"),  # gave up
    *loan("rosa", 0, 2), by_company("rosa", 3, "Answer"), by_customer("rosa", 4, "Done"),
    answered("rosa", 5, 2),  # dissatisfied
    *loan("ruth", 0, 2), by_company("ruth", 9, "Answer"), by_customer("ruth", 10, "Done"),  # 5 were promised
    *loan("olga", 26, 28), by_company("olga", 28, "Answer"),  # still open, nothing broken
    # a record of 5 days
    *loan("late", 0, 5), by_company("late", 3, "Answer"), by_customer("late", 6, "Done"),
    # records still open: since 26 days, since half a day
    *loan("long", 4), by_company("long", 5, "Answer"),
    *loan("lucy", 29.5), by_company("lucy", 30, "Answer"),
]  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return tiny_views(
        tmp_path_factory.mktemp("melons"),
        HAPPENINGS,
        processes={"Loan": process("Loan", closed_by=["Closed"], target={"within": "3d"}, owner="Lea")},
        goals={
            GOAL: goal(
                ["Ask"],
                ["Done"],
                ended_by=["Left"],
                includes={"processes": ["Loan"], "activities": ["Answer", "Survey answered"]},
            )
        },
        promises={"Answered": {"since": "Ask", "until": "Answer", "within": "5d", "owner": "Carl"}},
        activities={"Survey answered": {"contact": False}},
    ).watermelons


def test_rate_is_red_goals_among_decided_goals_with_every_record_green(found):
    # green records and decided: gert, rita, rosa, ruth; red of these: rita, rosa, ruth.
    # Left out as undecided: olga's goal and lucy's record. Late's and long's records are red, not left out.
    assert (found.rate.value, found.rate.n, found.rate.excluded) == (0.75, 4, 2)


def test_each_way_to_be_red_is_counted(found):
    assert found.reasons == {
        "promise “Answered” broken": 1,
        "goal abandoned": 1,
        "customer dissatisfied": 1,
    }


def test_process_share_green_counts_open_records_past_their_target_as_red(found):
    row = found.processes.set_index("process").loc["Loan"]
    # green: gert, rita, rosa, ruth, olga; red: late, long (open since 26 days); lucy undecided
    assert row["share_green"] == pytest.approx(5 / 7)
    assert row["n_records"] == 7
    # goals decided: gert and late green; rita, rosa, ruth red
    assert row["share_goals_green"] == pytest.approx(2 / 5)
    assert row["n_goals"] == 5
    assert row["gap"] == pytest.approx(5 / 7 - 2 / 5)
    assert (row["owner"], row["target"]) == ("Lea", "within 3 d")


def test_product_of_green_shares_stands_beside_the_goals(found):
    assert found.expected_green == pytest.approx(5 / 7)
    assert found.green_goals.value == pytest.approx(2 / 5)


def test_a_goal_that_came_back_before_it_settled_is_red(tmp_path):
    events = [
        *loan("anna", 0, 1), by_customer("anna", 2, "Done"), by_customer("anna", 3, "Called"),
        *loan("bert", 0, 1), by_customer("bert", 2, "Done"),
        by_customer("zoe", 40, "Ask"),
    ]  # fmt: skip
    found = tiny_views(
        tmp_path,
        events,
        processes={"Loan": process("Loan", closed_by=["Closed"], target={"within": "3d"})},
        goals={
            GOAL: goal(
                ["Ask"],
                ["Done"],
                ended_by=["Closed for good"],
                settled_after="7d",
                includes={"processes": ["Loan"], "activities": ["Called"]},
            )
        },
    ).watermelons
    assert found.reasons["customer came back within 7 d"] == 1
    assert (found.rate.value, found.rate.n) == (0.5, 2)


def test_a_target_may_be_an_attribute_of_the_record(tmp_path):
    views = tiny_views(
        tmp_path,
        [*loan("anna", 0, 9), by_customer("anna", 10, "Done")],
        processes={"Loan": process("Loan", closed_by=["Closed"], target={"attribute": "process"})},
        goals={GOAL: goal(["Ask"], ["Done"], includes={"processes": ["Loan"]})},
    )
    # the attribute says "Loan", which is neither true nor yes nor 1
    assert views.watermelons.processes["share_green"].tolist() == [0.0]
