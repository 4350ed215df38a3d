"""Channel switches, forced and free, by hand."""

import pytest
from tests.comparison.tiny import GOAL, by_company, by_customer, goal, tiny_views

WEB, PHONE = "web", "phone"
DECLARED = {
    "goals": {GOAL: goal(["Ask", "Failed"], ["Done"], includes={"activities": ["Called", "Answer"]})},
    "journeys": {GOAL: [{"stage": "All", "steps": ["Ask", "Done"]}]},
}


def failed(name, day):
    return by_customer(name, day, "Failed", channel=WEB)


def called(name, day):
    return by_customer(name, day, "Called", channel=PHONE)


HAPPENINGS = [
    failed("ann", 0), called("ann", 0.5),  # forced
    failed("bob", 0), called("bob", 2),  # a switch, but two days later
    failed("cat", 0), by_company("cat", 0.2, "Answer"), called("cat", 0.5),  # the company answered in between
    by_customer("dan", 0, "Ask", channel=WEB), called("dan", 0.5),  # came from a wanted step
    failed("eve", 0), failed("eve", 0.5),  # no other channel
    failed("fay", 9.7), called("fay", 9.9),  # forced, but within the last 24 h of the data
    by_customer("zoe", 10, "Ask", channel=WEB),
]  # fmt: skip


@pytest.fixture(scope="module")
def switches(tmp_path_factory):
    return tiny_views(tmp_path_factory.mktemp("channels"), HAPPENINGS, **DECLARED).channel_switches


def test_a_switch_is_another_channel_at_the_next_contact(switches):
    assert switches.n_switches == 5  # ann, bob, cat, dan, fay
    assert switches.pairs[["from_channel", "to_channel", "n"]].values.tolist() == [[WEB, PHONE, 5]]


def test_forced_is_soon_unanswered_and_not_on_the_way(switches):
    assert switches.n_forced == 2  # ann and fay
    assert switches.share_goals_forced.value == pytest.approx(2 / 7)


def test_after_an_activity_only_what_could_be_seen_for_a_day_counts(switches):
    # “Failed” at least 24 h before the end: ann, bob, cat, eve twice; of these ann's forced a switch
    after = switches.after["Failed"]
    assert (after.value, after.n) == (pytest.approx(1 / 5), 5)


def test_one_channel_is_no_number_and_says_so(tmp_path):
    views = tiny_views(tmp_path, [failed("eve", 0), failed("eve", 0.5)], **DECLARED)
    assert views.channel_switches is None
    assert "load another channel" in views.absent["channel switches"]
