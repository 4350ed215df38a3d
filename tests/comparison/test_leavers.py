"""Outcomes, silent leavers and what a survey can tell, by hand."""

import math

import pytest
from tests.comparison.tiny import GOAL, answered, by_company, by_customer, case_of, goal, process, tiny_views

DECLARED = {
    "processes": {"Care": process("Care", closed_by=["Solved"], solves=True)},
    "goals": {
        GOAL: goal(
            ["Ask"],
            ["Done"],
            ended_by=["Left"],
            silence="10d",
            includes={"processes": ["Care"], "activities": ["Survey answered"]},
        )
    },
    "activities": {"Survey answered": {"contact": False}},
}
HAPPENINGS = [
    by_customer("ann", 0, "Ask"), by_customer("ann", 2, "Done"), answered("ann", 3, 5),
    by_customer("bob", 0, "Ask"), by_customer("bob", 2, "Done"),
    by_customer("cat", 0, "Ask"), by_customer("cat", 2, "Left"),  # said nothing
    by_customer("dan", 0, "Ask"),  # silent for 30 days: given up, said nothing
    by_customer("eve", 0, "Ask"), by_customer("eve", 1, "Complained", "e/Care"),
    by_customer("eve", 2, "Left"),
    by_customer("fay", 0, "Ask"), by_customer("fay", 2, "Left"), answered("fay", 3, 1),
    by_customer("gus", 25, "Ask"),  # silent for 5 days: open
    by_customer("hal", 29, "Ask"), by_company("hal", 30, "Thanked", "h/Care"),  # open
]  # fmt: skip


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("leavers"), HAPPENINGS, **DECLARED)


def test_silence_longer_than_declared_is_giving_up_and_shorter_is_open(views):
    outcome = {name: int(views.view.outcome[case_of(views.view, name)]) for name in ("dan", "gus", "hal")}
    assert outcome == {"dan": 1, "gus": 2, "hal": 2}


def test_open_goals_are_left_out_of_the_rates(views):
    found = views.leavers
    assert (found.reached.value, found.abandoned.value) == (pytest.approx(2 / 6), pytest.approx(4 / 6))
    assert found.abandoned.excluded == 2


def test_silent_leavers_neither_complained_nor_answered(views):
    # abandoned: cat, dan, eve (complained), fay (answered)
    assert (views.leavers.silent.value, views.leavers.silent.n) == (0.5, 4)
    silent = {case_of(views.view, name) for name in ("cat", "dan")}
    assert set(views.leavers.silent_cases.nonzero()[0]) == silent


def test_answers_are_a_mean_with_its_response_rate(views):
    assert views.leavers.answered.value == pytest.approx((5 + 1) / 2)
    assert views.leavers.response_rate.value == pytest.approx(2 / 6)


def test_worst_case_bounds_hold_whatever_the_silent_think(views):
    # six decided, four unanswered: all ones or all fives
    assert views.leavers.bounds == (pytest.approx((6 + 4 * 1) / 6), pytest.approx((6 + 4 * 5) / 6))


def test_outcomes_have_their_own_response_rates(views):
    table = views.leavers.by_outcome.set_index("outcome")
    assert table["n"].to_dict() == {"reached": 2, "abandoned": 4, "open": 2}
    assert table["response_rate"].to_dict() == {"reached": 0.5, "abandoned": 0.25, "open": 0}
    assert table.loc["abandoned", "mean_satisfaction"] == 1


def test_without_a_survey_satisfaction_is_absent_and_says_why(tmp_path):
    found = tiny_views(tmp_path, [h._replace(score="") for h in HAPPENINGS], **DECLARED)
    assert found.leavers.bounds is None
    assert math.isnan(found.leavers.answered.value)
    assert found.absent["satisfaction"].startswith("no source has a satisfaction score. To see")
