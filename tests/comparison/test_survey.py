"""A survey read three ways, by hand."""

import pytest
from tests.comparison.tiny import GOAL, answered, by_company, by_customer, goal, tiny_views

DECLARED = {
    "goals": {GOAL: goal(["Ask"], ["Done"], ended_by=["Left"], includes={"activities": ["Survey answered"]})}
}


def lives(reached, left, silent_reached=0, silent_left=0):
    """Goals with these scores, and as many without an answer."""
    events = [by_customer("zoe", 50, "Other")]
    for ended, scores, n_silent in (("Done", reached, silent_reached), ("Left", left, silent_left)):
        for n, score in enumerate([*scores, *[None] * n_silent]):
            name = f"{ended}{n}"
            end = by_company(name, 2, ended) if ended == "Done" else by_customer(name, 2, ended)
            events += [by_customer(name, 0, "Ask"), end]
            events += [answered(name, 3, score)] if score else []
    return events


def test_the_silent_are_read_three_ways(tmp_path):
    # six reached answer 5, five who left answer 1; four of the reached and fifteen of the others are silent
    found = tiny_views(tmp_path, lives([5] * 6, [1] * 5, 4, 15), **DECLARED).survey
    assert found.answered.value == pytest.approx((6 * 5 + 5 * 1) / 11)
    assert found.weighted.value == pytest.approx((10 * 5 + 20 * 1) / 30)
    assert found.silent_as_leavers.value == pytest.approx((6 * 5 + 5 * 1 + 19 * 1) / 30)
    assert (found.answered.n, found.answered.excluded) == (11, 19)


def test_where_everybody_answers_all_readings_agree(tmp_path):
    found = tiny_views(tmp_path, lives([5, 4, 5, 3, 5], [1, 2, 1, 2, 3]), **DECLARED).survey
    assert found.answered.value == found.weighted.value == found.silent_as_leavers.value == 3.1


def test_a_reading_that_leans_on_too_few_is_absent_with_its_reason(tmp_path):
    found = tiny_views(tmp_path, lives([5] * 6, [1] * 4, 4, 2), **DECLARED).survey
    assert found.answered.is_known
    for reading in (found.weighted, found.silent_as_leavers):
        assert reading.absent == "fewer than 5 answers of goals abandoned"


def test_without_an_answer_there_is_no_survey(tmp_path):
    assert tiny_views(tmp_path, lives([], [], 3, 3), **DECLARED).survey is None


def test_weighting_brings_the_survey_of_the_sample_nearer_to_the_truth(home_move_study):
    from crmmining.comparison.views import compare_views

    for name, truth in (("Move into a home", 3.10), ("Understand my bill", 3.60)):
        found = compare_views(home_move_study, name).survey
        assert truth < found.weighted.value < found.answered.value
