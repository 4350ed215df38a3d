"""The satisfaction curve, by hand: each answer in the stage the customer was in, gaps where they are few."""

import math

import pytest
from tests.comparison.tiny import GOAL, answered, by_company, by_customer, goal, tiny_views

JOURNEY = [
    {"stage": "Look", "steps": ["Ask"]},
    {"stage": "Buy", "steps": ["Quote", {"optional": "Survey answered"}]},
    {"stage": "Use", "steps": ["Done"]},
]
DECLARED = {
    "goals": {
        GOAL: goal(
            ["Ask", "Call"],
            ["Done"],
            ended_by=["Left"],
            includes={"activities": ["Quote", "Called", "Survey answered"]},
        )
    },
    "journeys": {GOAL: JOURNEY},
    "promises": {"Quote in time": {"since": "Ask", "until": "Quote", "within": "2d"}},
    "activities": {"Survey answered": {"contact": False}},
}


def world():
    """24 are quoted too late and answer 2 after it, 30 are quoted in time, done, and answer 4 or 5,
    three leave looking and answer 1, one answers before any stage."""
    found = []
    for k in range(24):
        name = f"late {k}"
        found += [by_customer(name, 0, "Ask"), by_company(name, 5, "Quote"), answered(name, 6, 2)]
        found += [by_customer(name, 7, "Left")]
    for k in range(30):
        name = f"done {k}"
        found += [by_customer(name, 0, "Ask"), by_company(name, 1, "Quote"), by_customer(name, 2, "Done")]
        found += [answered(name, 3, 4 + k % 2)]
    for k in range(3):
        name = f"left {k}"
        found += [by_customer(name, 0, "Ask"), answered(name, 1, 1), by_customer(name, 1.5, "Left")]
    found += [by_customer("caller", 0, "Call"), answered("caller", 0.5, 3), by_customer("caller", 1, "Left")]
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("stages"), world(), **DECLARED).stage_satisfaction


def test_an_answer_belongs_to_the_stage_of_the_last_step_before_it(found):
    table = found.to_frame().set_index("stage")
    assert table["n_answers"].to_dict() == {"(before the first)": 1, "Look": 3, "Buy": 24, "Use": 30}
    assert (found.scores["Buy"].value, found.scores["Use"].value) == (2, 4.5)
    assert found.scores["Use"].low < 4.5 < found.scores["Use"].high


def test_few_answers_are_a_gap_that_says_how_many(found):
    look = found.scores["Look"]
    assert not look.is_known and math.isnan(look.value)
    assert (look.n, look.absent) == (3, "fewer than 20 answers")


def test_response_is_of_the_goals_that_came_to_the_stage(found):
    assert (found.response["Look"].value, found.response["Look"].n) == (3 / 57, 57)
    assert (found.response["Buy"].value, found.response["Buy"].n) == (24 / 54, 54)
    assert (found.response["Use"].value, found.response["Use"].n) == (1, 30)


def test_answers_of_all_stages_are_all_answers(found):
    assert sum(score.n for score in found.scores.values()) == 24 + 30 + 3 + 1


def test_goals_reached_are_told_from_goals_abandoned(found):
    use, buy, look = (found.by_end[stage] for stage in ("Use", "Buy", "Look"))
    assert (use.reached.value, use.reached.n, use.abandoned.n, use.n_customers) == (4.5, 30, 0, (30, 0, 30))
    assert (buy.abandoned.value, buy.abandoned.n, buy.reached.is_known) == (2, 24, False)
    assert (look.abandoned.n, look.abandoned.is_known, look.n_customers) == (3, False, (0, 3, 3))
    assert not any(end.apart.is_known for end in found.by_end.values())


def test_open_goals_are_neither_and_both_ends_are_compared_from_twenty_answers_on(tmp_path):
    happenings = []
    for k in range(60):  # a third answers 5 and is done, a third answers 3 and leaves, a third answers 1
        happenings += [by_customer(f"c{k}", 0, "Ask"), answered(f"c{k}", 1, 5 - 2 * (k % 3))]
        happenings += [by_customer(f"c{k}", 2, end) for end in ("Done", "Left")[k % 3 : k % 3 + 1]]
    found = tiny_views(tmp_path, happenings, **DECLARED).stage_satisfaction
    look = found.by_end["Look"]
    assert found.scores["Look"].n == 60
    assert (look.reached.n, look.abandoned.n, look.n_customers) == (20, 20, (20, 20, 60))
    assert (look.apart.value, look.apart.low, look.apart.high) == (2, 2, 2)


def test_trouble_lies_in_the_stage_in_which_the_promise_was_given(found):
    assert (found.after_trouble["Look"].value, found.after_trouble["Look"].n) == (2, 24)  # asked, not quoted
    assert (found.after_trouble["Buy"].n, found.after_trouble["Buy"].is_known) == (0, False)


@pytest.mark.parametrize("left_out", ["journeys", "scores"])
def test_without_stages_or_answers_there_is_no_curve(tmp_path, left_out):
    happenings = [h._replace(score="") for h in world()] if left_out == "scores" else world()
    declared = {key: value for key, value in DECLARED.items() if key != left_out}
    assert tiny_views(tmp_path, happenings, **declared).stage_satisfaction is None
