"""The channel of each goal in each stage, and off which one it was forced; by hand."""

import numpy as np
import pytest
from tests.comparison.tiny import GOAL, by_company, by_customer, goal, tiny_views

from crmmining.comparison.channel_stages import ALL_STAGES, LAST, channels_by_stage
from crmmining.comparison.views import compare_views

WEB, PHONE = "web", "phone"
INCLUDED = {"activities": ["Called", "Failed", "Answer"]}
DECLARED = {
    "goals": {GOAL: goal(["Ask"], ["Done"], includes=INCLUDED)},
    "journeys": {
        GOAL: [{"stage": "Look", "steps": ["Ask"]}, {"stage": "Buy", "steps": ["Order", "Done"]}],
    },
}


def web(name, day, activity):
    return by_customer(name, day, activity, channel=WEB)


def called(name, day):
    return by_customer(name, day, "Called", channel=PHONE)


HAPPENINGS = [
    web("ann", 0, "Ask"), web("ann", 1, "Failed"), called("ann", 1.2), web("ann", 3, "Order"),  # forced, back
    web("bob", 0, "Ask"), called("bob", 2), called("bob", 4), web("bob", 5, "Order"),  # phones more, by will
    web("cat", 0, "Ask"), called("cat", 4), by_company("cat", 5, "Order"),  # one each: the earlier
    web("dan", 0, "Ask"), called("dan", 2), called("dan", 4),  # never comes to buy
]  # fmt: skip
INCLUDED["activities"] += ["Order"]


def standing(found, cases):
    """Per customer the channel in each column, and the one forced to."""
    names = [*found.channels, ""]
    keys = list(cases["customer_key"].iloc[found.case])
    return {
        key: ([names[code] for code in at], [names[code] for code in via])
        for key, at, via in zip(keys, found.at, found.via, strict=True)
    }


def test_a_goal_stands_on_the_channel_of_most_contacts_or_the_one_it_was_forced_off(tmp_path):
    view = tiny_views(tmp_path, HAPPENINGS, **DECLARED).view
    found = channels_by_stage(view)
    assert found.columns == ("Look", "Buy")
    assert standing(found, view.log.cases) == {
        "ann": ([WEB, WEB], [PHONE]),
        "bob": ([PHONE, WEB], [""]),
        "cat": ([WEB, ""], [""]),
        "dan": ([PHONE, ""], [""]),
    }


def test_one_stage_is_shown_against_the_last_contact(tmp_path):
    journeys = {GOAL: [{"stage": "All", "steps": ["Ask", "Order", "Done"]}]}
    view = tiny_views(tmp_path, HAPPENINGS, **{**DECLARED, "journeys": journeys}).view
    found = channels_by_stage(view)
    assert found.columns == ("All", LAST)
    assert standing(found, view.log.cases)["ann"] == ([WEB, WEB], [PHONE])
    assert standing(found, view.log.cases)["cat"] == ([WEB, PHONE], [""])


def test_without_an_ideal_journey_all_contacts_are_one_stage(tmp_path):
    view = tiny_views(tmp_path, HAPPENINGS, goals=DECLARED["goals"]).view
    assert channels_by_stage(view).columns == (ALL_STAGES, LAST)


@pytest.mark.parametrize(
    "happenings",
    [
        [web("ann", 0, "Ask"), web("ann", 2, "Failed")],  # one channel
        [web("ann", 0, "Ask"), by_customer("bob", 0, "Ask", channel=PHONE)],  # no second contact
    ],
)
def test_where_nothing_can_change_there_is_nothing(tmp_path, happenings):
    assert channels_by_stage(tiny_views(tmp_path, happenings, **DECLARED).view) is None


def test_stages_beyond_seven_count_to_the_one_before(tmp_path):
    steps = [f"S{i}" for i in range(10)]
    happenings = [
        event
        for name in ("ann", "bob")
        for i, step in enumerate(steps)
        for event in [web(name, 4 * i, step)] + [called(name, 4 * i + 2)] * (i != 4)
    ]
    included = {"activities": [*steps, "Called"]}
    view = tiny_views(
        tmp_path,
        happenings,
        goals={GOAL: goal(["S0"], ["Done"], includes=included)},
        journeys={GOAL: [{"stage": f"Stage {step}", "steps": [step]} for step in steps]},
    ).view
    found = channels_by_stage(view)
    assert found.columns == tuple(f"Stage S{i}" for i in (0, 1, 2, 3, 5, 6, 7))
    assert (found.at >= 0).all()  # nobody's contact is lost


def test_the_planted_failures_force_people_from_web_to_phone(home_move_study):
    views = compare_views(home_move_study, "Move into a home")
    found = channels_by_stage(views.view)
    forced = found.via >= 0
    assert forced.any(axis=1).sum() == views.channel_switches.forced_cases.sum()
    pairs = np.stack([found.at[:, : found.via.shape[1]][forced], found.via[forced]], axis=1)
    web_to_phone = (pairs == [found.channels.index(WEB), found.channels.index(PHONE)]).all(axis=1)
    assert web_to_phone.mean() > 0.95
