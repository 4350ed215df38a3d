"""The sentiment curve, by hand: each value in the stage its event belongs to, answers to a survey aside."""

import pytest
from tests.comparison.test_stage_satisfaction import DECLARED as SATISFACTION
from tests.comparison.tiny import GOAL, answered, by_company, by_customer, goal, heard, tiny_views
from tests.reporting.figures.test_every_figure import texts

from crmmining import plot
from crmmining.comparison.case_measures import measure_cases
from crmmining.comparison.views import Views

DECLARED = {
    **SATISFACTION,
    "journeys": {
        GOAL: [
            {"stage": "Look", "steps": ["Ask"]},
            {"stage": "Buy", "steps": ["Quote", {"optional": "Called"}]},
            {"stage": "Use", "steps": ["Done"]},
        ]
    },
}


def world():
    """24 are quoted too late, call and sound -0.5, and leave; 30 sound 0.25 when they ask and 0.75 when they
    call after the quote, and are done; one answers a survey and is never heard."""
    found = []
    for k in range(24):
        name = f"late {k}"
        found += [by_customer(name, 0, "Ask"), by_company(name, 5, "Quote"), heard(name, 6, "Called", -0.5)]
        found += [by_customer(name, 7, "Left")]
    for k in range(30):
        name = f"done {k}"
        found += [heard(name, 0, "Ask", 0.25), by_company(name, 1, "Quote"), heard(name, 2, "Called", 0.75)]
        found += [by_customer(name, 3, "Done")]
    return [*found, by_customer("mute", 0, "Ask"), answered("mute", 1, 3), by_customer("mute", 2, "Left")]


@pytest.fixture(scope="module")
def views(tmp_path_factory) -> Views:
    return tiny_views(tmp_path_factory.mktemp("moods"), world(), **DECLARED)


def test_a_value_belongs_to_the_stage_its_event_is_a_step_of(views: Views) -> None:
    table = views.stage_sentiment.to_frame().set_index("stage")
    assert table["n_heard"].to_dict() == {"Look": 30, "Buy": 54, "Use": 0}
    scores = {stage: score.value for stage, score in views.stage_sentiment.scores.items()}
    assert scores["Look"] == pytest.approx(0.25)
    assert scores["Buy"] == pytest.approx((24 * -0.5 + 30 * 0.75) / 54)
    assert views.stage_sentiment.scores["Use"].absent == "fewer than 20 sentiments"
    assert table["share_heard"].to_dict() == pytest.approx({"Look": 30 / 55, "Buy": 1, "Use": 0})


def test_those_who_leave_sound_otherwise_and_so_do_those_in_trouble(views: Views) -> None:
    buy = views.stage_sentiment.by_end["Buy"]
    assert (buy.reached.value, buy.abandoned.value, buy.apart.value) == pytest.approx((0.75, -0.5, 1.25))
    look = views.stage_sentiment.after_trouble["Look"]  # waiting for a late quote since they asked
    assert (look.value, look.n) == (-0.5, 24)


def test_a_step_that_should_not_happen_moves_nobody(tmp_path) -> None:
    """Chasing stands under Look, but who chases after the quote is still buying, and is heard there."""
    journey = [
        {"stage": "Look", "steps": ["Ask", {"repeat": "Chase", "at_most": 0}]},
        {"stage": "Buy", "steps": ["Quote"]},
        {"stage": "Use", "steps": ["Done"]},
    ]
    found = []
    for k in range(20):
        found += [by_customer(f"c{k}", 0, "Ask"), by_company(f"c{k}", 1, "Quote")]
        found += [heard(f"c{k}", 2, "Chase", -1), by_customer(f"c{k}", 3, "Done")]
    goals = {GOAL: goal(["Ask"], ["Done"], includes={"activities": ["Quote", "Chase"]})}
    felt = tiny_views(tmp_path, found, goals=goals, journeys={GOAL: journey}).stage_sentiment
    assert felt.to_frame().set_index("stage")["n_heard"].to_dict() == {"Look": 0, "Buy": 20, "Use": 0}


def test_what_was_heard_before_the_trouble_does_not_tell_of_it(tmp_path) -> None:
    happenings = []
    for k in range(20):
        happenings += [
            heard(f"c{k}", -1, "Ask", -1),
            by_customer(f"c{k}", 0, "Ask"),
            by_company(f"c{k}", 9, "Quote"),
        ]
    felt = tiny_views(tmp_path, happenings, **DECLARED).stage_sentiment
    assert felt.after_trouble["Look"].n == 20  # they sounded so when the late quote was first asked for
    later = [h._replace(mood="") if h.mood else h for h in happenings]
    later += [heard(f"c{k}", -3, "Call", 1) for k in range(20)]
    (tmp_path / "later").mkdir()
    felt = tiny_views(tmp_path / "later", later, **DECLARED).stage_sentiment
    assert all(estimate.n == 0 for estimate in felt.after_trouble.values())


def test_sentiment_is_no_answer_to_a_survey(views: Views) -> None:
    assert views.stage_satisfaction.scores["Look"].n == 1
    assert (views.leavers.answered.n, views.leavers.answered.value) == (1, 3)


def test_it_is_measured_for_every_group(views: Views) -> None:
    measure = next(measure for measure in measure_cases(views) if measure.name == "sentiment")
    assert measure.value == pytest.approx((24 * -0.5 + 30 * 0.25 + 30 * 0.75) / 84)
    assert measure.matters == pytest.approx(0.1)  # a twentieth of the scale from -1 to 1


def test_the_picture_says_what_was_measured(views: Views) -> None:
    words = {text for text, _ in texts(plot(views.stage_sentiment, of=views))}
    assert any("1.25 points lower" in text and "sound" in text for text in words)
    assert "−0.50" in words and "0.75" in words and "1.25 apart" in words


def test_without_any_there_is_no_curve(tmp_path) -> None:
    silent = [happening._replace(mood="") for happening in world()]
    views = tiny_views(tmp_path, silent, **DECLARED)
    assert views.stage_sentiment is None
    assert "sentiment" in {step.what for step in views.next_steps}
