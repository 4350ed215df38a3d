"""Every fact planted in the committed sample is found, its size inside the interval reported."""

import importlib.util
import sys
from pathlib import Path

import pytest

from crmmining.comparison.views import compare_views

DOCS = Path(__file__).parents[2] / "docs"
FACTS = (
    "white_space_lending_insurance",
    "weekday_delay",
    "forced_channel_switch",
    "false_closure",
    "false_closure_complaint",
    "false_closure_billing",
    "false_closure_reopened",
    "false_closure_new_case",
    "false_closure_call",
    "proactive_call_reached",
    "proactive_call_inbound",
    "silent_leavers",
    "move_abandoned",
    "broken_promises_lending",
    "broken_promises_insurance",
    "broken_promises_customer_care",
    "survey_true_mean_move",
    "survey_answered_mean_move",
    "survey_response_rate_move",
    "survey_true_mean_bill",
    "survey_answered_mean_bill",
    "survey_response_rate_bill",
)


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("make_planted_facts", DOCS / "make_planted_facts.py")
    module = importlib.util.module_from_spec(spec)

    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def rows(maker, home_move_study):
    return {row.fact: row for row in maker.planted_facts(home_move_study)}


@pytest.mark.parametrize("fact", FACTS)
def test_a_planted_fact_is_found_with_its_size_inside_the_interval(rows, fact):
    row = rows[fact]
    assert row.inside or row.inside_world, str(row)
    assert row.low <= row.found <= row.high


def test_at_most_one_in_ten_intervals_lacks_what_was_planted(rows):
    chosen = [row for row in rows.values() if row.chosen]
    assert sum(not row.inside for row in chosen) <= len(chosen) / 10


def test_no_fact_is_found_that_nobody_looked_at(rows):
    assert set(rows) == set(FACTS)


@pytest.mark.parametrize("fact", ["white_space_lending_insurance", "forced_channel_switch", "weekday_delay"])
def test_a_planted_size_is_found_and_not_merely_not_excluded(rows, fact):
    row = rows[fact]
    assert row.high - row.low < 0.25 * row.planted


def test_an_interval_that_holds_zero_would_find_no_effect(rows):
    for fact in ("weekday_delay", "proactive_call_reached"):
        assert rows[fact].low > 0
    assert rows["proactive_call_inbound"].high < 0


def test_events_are_put_into_the_goals_they_belong_to(maker, home_move_study):
    scores = maker.goal_assignment(home_move_study)
    assert set(scores) == {"all events", *home_move_study.goals}
    for name, score in scores.items():
        assert score.f1 >= 0.95, (name, score)
        assert score.adjusted_rand >= 0.95
    assert scores["all events"].n == home_move_study.n_events


def test_the_survey_of_those_who_answered_is_better_than_the_truth(rows):
    for goal in ("move", "bill"):
        assert rows[f"survey_answered_mean_{goal}"].found > rows[f"survey_true_mean_{goal}"].planted + 0.2


def test_the_page_in_the_docs_says_what_is_found_today(maker, home_move_study):
    written = (DOCS / "planted_facts.md").read_text(encoding="utf-8")
    assert written == maker.page(home_move_study), "run: python docs/make_planted_facts.py"
    assert "**no**" not in written


def test_each_planted_fact_makes_a_finding(home_move_study):
    topics = {
        (finding.goal, finding.topic)
        for goal in home_move_study.goals
        for finding in compare_views(home_move_study, goal).findings
    }
    move, bill = home_move_study.goals
    for expected in (
        (move, "white space"),
        (move, "false closure"),
        (bill, "false closure"),
        (move, "channels"),
        (bill, "contacts"),
        (move, "silent leavers"),
        (move, "weekdays"),
        (move, "promises"),
        (bill, "promises"),
        (move, "watermelons"),
    ):
        assert expected in topics
