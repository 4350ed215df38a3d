"""What looking at cases leaves out and mixes, by hand."""

from tests.comparison.tiny import GOAL, by_company, by_customer, goal, process, tiny_views

DECLARED = {
    "processes": {"Care": process("Care")},
    "goals": {GOAL: goal(["Ask"], ["Done"], includes={"processes": ["Care"], "activities": ["Called"]})},
}


def clean(name: str) -> list:
    record = f"{name}/Care"
    return [by_customer(name, 0, "Ask", record), by_company(name, 1, "Done", record)]


def test_nothing_is_said_where_nothing_suffers(tmp_path):
    assert tiny_views(tmp_path, [*clean("ann"), *clean("bob")], **DECLARED).caveats == ()


def test_events_of_no_goal_are_named_with_their_share(tmp_path):
    events = [*clean("ann"), *clean("bob"), by_customer("cat", 0, "Elsewhere", "c/Care")]
    views = tiny_views(tmp_path, events, **{**DECLARED, "goals": {GOAL: goal(["Ask"], ["Done"])}})
    (said,) = views.caveats
    assert said.startswith("20% of all events belong to no goal") and "(deficiency)" in said


def test_events_of_no_record_are_named_with_their_share(tmp_path):
    events = [*clean("ann"), by_customer("ann", 0.5, "Called"), *clean("bob")]
    (said,) = tiny_views(tmp_path, events, **DECLARED).caveats
    assert said.startswith("20% of this goal's events stand in no record")


def test_an_activity_of_two_records_is_mixed_and_one_repeated_in_its_record_is_not(tmp_path):
    mixed = [by_company("ann", 0.2, "Step", "a1/Care"), by_company("ann", 0.3, "Step", "a2/Care")]
    repeated = [by_company("bob", 0.2, "Step", "b1/Care"), by_company("bob", 0.3, "Step", "b1/Care")]
    (said,) = tiny_views(tmp_path, [*clean("ann"), *mixed, *clean("bob"), *repeated], **DECLARED).caveats
    assert said.startswith("in 50% of the goals an activity repeats from different records")
