"""What the picture of satisfaction by stage is drawn from: no point of few answers, none of few customers."""

import pytest
from tests.comparison.tiny import GOAL, answered, by_customer, goal, tiny_views

import crmmining as cm
from crmmining.comparison.views import compare_views
from crmmining.reporting.drawn_from.stage_satisfaction import stage_moods, stage_satisfaction
from crmmining.reporting.figures.mood_rating import Rating
from crmmining.reporting.figures.saving import alt_text

DECLARED = {
    "goals": {
        GOAL: goal(["Ask", "Call"], ["Done"], ended_by=["Left"], includes={"activities": ["Survey answered"]})
    },
    "journeys": {GOAL: [{"stage": "Look", "steps": ["Ask"]}, {"stage": "Use", "steps": ["Done"]}]},
    "activities": {"Survey answered": {"contact": False}},
}
DONE_SILENT = {f"done {k}" for k in range(8)}


def world(leavers=20):
    """25 answer 5 while looking and are done, the leavers answer 3 and leave, one answers before any stage.

    Two of those who are done answer again after it.
    """
    found = []
    for k in range(25):
        found += [by_customer(f"done {k}", 0, "Ask"), answered(f"done {k}", 1, 5)]
        found += [by_customer(f"done {k}", 2, "Done")]
    for k in range(leavers):
        found += [by_customer(f"left {k}", 0, "Ask"), answered(f"left {k}", 1, 3)]
        found += [by_customer(f"left {k}", 2, "Left")]
    found += [answered("done 0", 3, 4), answered("done 1", 3, 4)]
    found += [by_customer("caller", 0, "Call"), answered("caller", 1, 1), by_customer("caller", 2, "Left")]
    return found


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("moods"), world(), **DECLARED)


@pytest.fixture(scope="module")
def declared(views):
    return views.view.declared


def test_both_ends_are_told_with_their_difference(views, declared):
    data = stage_satisfaction(views.stage_satisfaction, declared)
    look, use = data.stages
    assert (look.stage, look.reached.mean, look.reached.n) == ("Look", 5, 25)
    assert (look.abandoned.mean, look.abandoned.n, look.all.n) == (3, 20, 45)
    assert (look.apart, look.apart_interval, look.parts) == (2, (2, 2), True)
    assert (use.reached, use.abandoned, use.shown) == (Rating(2), Rating(0), [])


def test_a_number_of_few_customers_is_not_handed_on(views, declared):
    _, use = stage_satisfaction(views.stage_satisfaction, declared, fewest=5).stages
    assert (use.reached, use.abandoned, use.all) == (Rating(None), Rating(0), Rating(None))


def test_nor_is_one_from_which_it_could_be_worked_out(tmp_path_factory, declared):
    folders = [tmp_path_factory.mktemp(name) for name in ("some", "fewer")]
    found = tiny_views(folders[0], world(leavers=3), **DECLARED).stage_satisfaction
    look, _ = stage_satisfaction(found, declared, fewest=5).stages
    assert (look.reached.n, look.abandoned.n, look.all.n) == (25, None, None)  # 28 less 25 would tell
    together = [h for h in world(leavers=3) if not h.score or h.customer not in DONE_SILENT]
    fewer = tiny_views(folders[1], together, **DECLARED).stage_satisfaction
    look, _ = stage_satisfaction(fewer, declared, fewest=5).stages
    assert (look.reached.n, look.abandoned.n, look.all.n) == (None, None, 20)
    assert stage_satisfaction(found, declared).stages[0].all.n == 28


def test_few_answers_before_the_first_stage_make_no_column(views, declared):
    assert "(before the first)" in views.stage_satisfaction.scores
    assert [stage.stage for stage in stage_moods(views.stage_satisfaction, declared).stages] == [
        "Look",
        "Use",
    ]


def test_without_enough_ratings_there_is_no_picture(tmp_path, declared):
    few = [h for h in world(leavers=0) if not h.score or h.customer not in DONE_SILENT]
    found = tiny_views(tmp_path, few, **DECLARED)  # 17 answers
    assert stage_satisfaction(found.stage_satisfaction, declared) is None
    assert stage_satisfaction(None, declared) is None
    told = alt_text(cm.plot(found.stage_satisfaction, of=found))
    assert told == "“Goal” has too few ratings in every stage"


def test_the_picture_counts_every_rating_of_the_study(home_move_study, declared):
    for name in home_move_study.goals:
        result = compare_views(home_move_study, name).stage_satisfaction
        stages = stage_moods(result, declared).stages
        assert sum(stage.all.n for stage in stages) == sum(score.n for score in result.scores.values())
        assert all(stage.reached.n + stage.abandoned.n <= stage.all.n for stage in stages)
