"""What the picture of outcomes is drawn from: the curves up to the horizon, no step few people left after."""

import numpy as np
import pytest
from tests.comparison.tiny import GOAL, by_company, by_customer, goal, tiny_views

import crmmining as cm
from crmmining.comparison.views import compare_views
from crmmining.reporting.drawn_from.outcomes import followed, outcomes
from crmmining.reporting.figures.saving import alt_text

DECLARED = {
    "goals": {GOAL: goal(["Ask"], ["Done"], ended_by=["Left"], includes={"activities": ["Quote"]})},
    "journeys": {GOAL: [{"stage": "Look", "steps": ["Ask"]}, {"stage": "Buy", "steps": ["Quote", "Done"]}]},
}


def world(done=20, quoted=12, asked=3):
    """Done after 2 days; quoted and left after 4; asked and left after 1, all of these one customer's."""
    found = []
    for k in range(done):
        found += [by_customer(f"done {k}", 0, "Ask"), by_customer(f"done {k}", 2, "Done")]
    for k in range(quoted):
        name = f"quoted {k}"
        found += [by_customer(name, 0, "Ask"), by_company(name, 3, "Quote"), by_customer(name, 4, "Left")]
    for k in range(asked):
        found += [by_customer("asked", 9 * k, "Ask"), by_customer("asked", 9 * k + 1, "Left")]
    return found


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("outcomes"), world(), **DECLARED)


def test_the_curves_stop_where_too_few_are_followed(views):
    data = outcomes(views.outcomes, views.view)
    assert (data.n_goals, data.n_open, data.n_left) == (35, 0, 15)
    assert data.days.tolist() == [1, 2]  # after two days 12 are followed
    assert data.followed.tolist() == [35, 32]
    assert data.reached.value == pytest.approx([0, 20 / 35])
    assert data.abandoned.value == pytest.approx([3 / 35, 3 / 35])


def test_the_steps_people_leave_after_come_most_first_and_the_surest_stands_out(views):
    rows = outcomes(views.outcomes, views.view).leaving
    assert [(r.step, r.n_left, r.n_came, r.stands_out) for r in rows] == [
        ("Quote", 12, 12, False),  # 15 leavers are too few to speak of
        ("Ask", 3, 35, False),
    ]


def test_a_report_handed_on_does_not_name_a_step_one_customer_left_after(views):
    rows = outcomes(views.outcomes, views.view, fewest=5).leaving
    assert [row.step for row in rows] == ["Quote"]


def test_a_step_that_a_fifth_of_the_leavers_surely_left_after_stands_out(tmp_path):
    many = tiny_views(tmp_path, world(quoted=30), **DECLARED)
    assert [row.stands_out for row in followed(many.outcomes, many.view).leaving] == [True, False]


def test_few_goals_make_no_picture_of_the_page_but_can_be_drawn(tmp_path):
    few = tiny_views(tmp_path, world(done=3, quoted=1, asked=0), **DECLARED)
    assert outcomes(few.outcomes, few.view) is None
    assert alt_text(cm.plot(few.outcomes, of=few)).endswith(
        "4 goals followed, too few to tell how they come out"
    )


def test_where_no_end_is_known_there_is_nothing_to_draw(views):
    assert outcomes(None, views.view) is None


def test_the_headline_says_what_the_result_says(home_move_study):
    for name in home_move_study.goals:
        views = compare_views(home_move_study, name)
        data = outcomes(views.outcomes, views.view)
        ends = [float(curve.value[-1]) for curve in (data.reached, data.abandoned)]
        assert ends == [estimate.value for estimate in views.outcomes.in_the_end]
        assert np.all(np.diff(data.days) > 0) and data.followed[-1] >= 20
