"""Every planted fact, counted again from the files alone, is what facts.json says."""

import math
from collections import defaultdict

import numpy as np
import pytest
from tests.samples.worlds import DAY, END, utc

from crmmining.samples.clock import OFFICE, london_weekday

MOVE, BILL = "Move into a home", "Understand my bill"
CALLS = ("Chase status", "Help after online step", "Question about bill")


def moment(events, activity):
    """The first time something happened in a goal, or never."""
    return next((at for at, name in events if name == activity), math.inf)


def assert_fact(world, name, values):
    fact = world.facts[name]
    assert fact["n"] == len(values) > 0
    assert fact["realised"] == pytest.approx(np.mean(values), abs=1e-4)


def days_between(world, first, second):
    for number in world.goals_named(MOVE):
        events = world.events_[number]
        since, until = moment(events, first), moment(events, second)
        if until < math.inf:
            yield (until - since) / DAY


@pytest.fixture(scope="module")
def read(world):
    world.events_ = world.events()
    return world


def closings(world):
    """Goal, moment and how it came back, of every closing that is judged."""
    changes, found = world.case_events(), []
    by_goal = defaultdict(list)
    for goal, case, at, activity in changes:
        by_goal[goal].append((at, case, activity))
    for goal, of_goal in by_goal.items():
        calls = [at for at, name in world.events_[goal] if name in CALLS]
        for at, _, activity in of_goal:
            kind, _, status = activity.partition(": ")
            if kind not in ("Complaint", "Billing") or status != "Closed" or at >= END - 7 * DAY:
                continue
            returns = [
                (back, "reopened" if name.endswith("Reopened") else "new_case")
                for back, _, name in of_goal
                if name in (f"{kind}: New", f"{kind}: Reopened")
            ] + [(back, "call") for back in calls]
            after = [back for back in returns if at < back[0] <= at + 7 * DAY]
            way = min(after)[1] if after else "solved"
            found.append((goal, kind, way))
    return found


def test_white_space_between_lending_and_insurance(read):
    assert_fact(
        read, "white_space_lending_insurance",
        list(days_between(read, "Ask for insurance", "Insurance opened")),
    )  # fmt: skip
    assert_fact(
        read, "thinking_before_insurance",
        list(days_between(read, "Mortgage approved", "Ask for insurance")),
    )  # fmt: skip


def test_no_record_but_complaints_is_open_in_the_white_space(read):
    for number in read.goals_named(MOVE):
        events = read.events_[number]
        asked, opened = moment(events, "Ask for insurance"), moment(events, "Insurance opened")
        if opened < math.inf:
            between = {name for at, name in events if asked < at < opened}
            statuses = {f"Complaint: {s}" for s in ("New", "Answered", "Closed", "Reopened")}
            assert between <= {"Chase status"} | statuses


def test_false_closures_and_their_ways_back(read):
    found = closings(read)
    ways = [way for _, _, way in found]
    assert_fact(read, "false_closure", [way != "solved" for way in ways])
    for kind in ("complaint", "billing"):
        of_kind = [way != "solved" for _, k, way in found if k.lower() == kind]
        assert_fact(read, f"false_closure_{kind}", of_kind)
    false = [way for way in ways if way != "solved"]
    for way in ("reopened", "new_case", "call"):
        assert_fact(read, f"false_closure_{way}", [w == way for w in false])


def test_forced_channel_switches(read):
    switched = []
    for number in read.goals_named(MOVE):
        events = read.events_[number]
        for at, name in events:
            if name == "Online step failed" and at < END - DAY:
                after = [e for e in events if at < e[0] <= at + DAY]
                switched.append(any(e[1] == "Help after online step" for e in after))
                until_help = [e[1] for e in after]
                if switched[-1]:  # nothing of the company in between
                    assert until_help[0] == "Help after online step"
    assert_fact(read, "forced_channel_switch", switched)


def test_proactive_call(read):
    reached, inbound = defaultdict(list), defaultdict(list)
    for number in read.goals_named(BILL):
        goal = read.goals[number]
        if goal["outcome"] == "open":
            continue
        names = [name for _, name in read.events_[number]]
        arm = "pilot" if "Proactive bill call" in names else "shock"
        reached[arm].append(goal["outcome"] == "reached")
        contacts = (*CALLS, "Complaint: New", "Billing: New")
        inbound[arm].append(sum(name in contacts for name in names))
    for arm in ("pilot", "shock"):
        assert_fact(read, f"proactive_call_reached_{arm}", reached[arm])
        assert_fact(read, f"proactive_call_inbound_{arm}", inbound[arm])
    difference = np.mean(reached["pilot"]) - np.mean(reached["shock"])
    assert read.facts["proactive_call_reached"]["realised"] == pytest.approx(difference, abs=1e-4)


def test_the_proactive_call_comes_days_before_the_notice(read):
    for number in read.goals_named(BILL):
        told = moment(read.events_[number], "Proactive bill call")
        notice = moment(read.events_[number], "Higher bill notice")
        if max(told, notice) < math.inf:
            assert 1 <= (notice - told) / DAY <= 3


def test_silent_leavers(read):
    silent, abandoned = [], []
    for number in read.goals_named(MOVE):
        outcome = read.goals[number]["outcome"]
        names = {name for _, name in read.events_[number]}
        if outcome != "open":
            abandoned.append(outcome == "abandoned")
        if outcome == "abandoned":
            silent.append(not names & {"Complaint: New", "Survey answered"})
    assert_fact(read, "silent_leavers", silent)
    assert_fact(read, "move_abandoned", abandoned)


def test_survey_says_more_than_all_customers_would(read):
    scores = [int(answer["score"]) for answer in read.rows("satisfaction_survey.csv")]
    assert_fact(read, "survey_answered_mean", scores)
    finished = [number for number, goal in read.goals.items() if goal["outcome"] != "open"]
    answered = [any(e[1] == "Survey answered" for e in read.events_[n]) for n in finished]
    assert_fact(read, "survey_response_rate", answered)
    assert 0.10 < np.mean(answered) < 0.18
    assert read.facts["survey_bias"]["realised"] > 0.1


def test_weekday_delay(read):
    waits = defaultdict(list)
    for number in read.goals_named(MOVE):
        events = read.events_[number]
        ordered = moment(events, "Property survey: New")
        if ordered < END - 21 * DAY:
            late = london_weekday(np.array([ordered]))[0] >= 4
            waits[bool(late)].append((moment(events, "Property survey: Visited") - ordered) / DAY)
    assert_fact(read, "weekday_wait_mon_thu", waits[False])
    difference = np.mean(waits[True]) - np.mean(waits[False])
    assert read.facts["weekday_delay"]["realised"] == pytest.approx(difference, abs=1e-4)


def test_broken_promises(read):
    lending, insurance = [], []
    for number in read.goals_named(MOVE):
        events = read.events_[number]
        lending += broken(events, "Mortgage enquiry", "Offer sent", business_hours=80)
        insurance += broken(events, "Ask for insurance", "Insurance quote sent", days=10)
    assert_fact(read, "broken_promises_lending", lending)
    assert_fact(read, "broken_promises_insurance", insurance)
    care = [late for of_goal in broken_to_complainers(read).values() for late in of_goal]
    assert_fact(read, "broken_promises_customer_care", care)


def test_about_half_of_the_movers_meet_a_broken_promise(read):
    """Enough that green processes hide red journeys, not so many that nobody would believe it."""
    met, care = [], broken_to_complainers(read)
    for number in read.goals_named(MOVE):
        events = read.events_[number]
        promises = broken(events, "Mortgage enquiry", "Offer sent", business_hours=80)
        promises += broken(events, "Ask for insurance", "Insurance quote sent", days=10)
        promises += care[number]
        met += [any(promises)] if promises else []
    assert 0.45 < np.mean(met) < 0.65


def broken_to_complainers(world):
    """Of each goal, which promises to answer a complaint were broken."""
    by_case, by_goal = defaultdict(list), defaultdict(list)
    for goal, case, at, activity in world.case_events():
        by_case[goal, case].append((at, activity))
    for (goal, _), events in by_case.items():
        by_goal[goal] += broken(events, "Complaint: New", "Complaint: Answered", business_hours=16)
    return by_goal


def broken(events, since, until, *, business_hours=None, days=None):
    asked, answered = moment(events, since), moment(events, until)
    if asked == math.inf:
        return []
    ends = np.array([asked, min(answered, END)])
    elapsed = np.diff(OFFICE.elapsed(ends) if business_hours else ends)[0]
    late = elapsed > (business_hours * 3600 if business_hours else days * DAY)
    return [bool(late)] if late or answered < math.inf else []


def test_promises_are_kept_or_broken_clearly(read):
    for number in read.goals_named(MOVE):
        events = read.events_[number]
        asked, sent = moment(events, "Mortgage enquiry"), moment(events, "Offer sent")
        if sent < math.inf:
            used = np.diff(OFFICE.elapsed(np.array([asked, sent])))[0] / (80 * 3600)
            assert not 0.95 < used < 1.05


def test_internal_targets_are_mostly_met(read):
    for name, fact in read.facts.items():
        if name.startswith("internal_target_met"):
            assert fact["realised"] > 0.8
    opportunities = {row["Id"]: row for row in read.kept("Opportunity")}
    within = []
    for change in read.kept("OpportunityHistory"):
        if change["StageName"] in ("Mortgage approved", "Mortgage declined", "Customer withdrew"):
            created = opportunities[change["OpportunityId"]]["CreatedDate"]
            within.append(utc(change["CreatedDate"]) - utc(created) <= 21 * DAY)
    assert_fact(read, "internal_target_met: Mortgage application", within)


def test_realised_sizes_lie_around_the_planted_ones(world):
    """Within 3.5 standard errors: of a binomial for shares, generous ones for means."""
    for name, fact in world.facts.items():
        parameter, realised, n = fact["parameter"], fact["realised"], fact["n"]
        if parameter is None:
            continue
        spread = {"days": 4.5, "contacts per goal": 4.0, "share difference": 1.0}
        share = min(max(parameter, 0), 1)
        error = spread.get(fact["unit"], math.sqrt(share * (1 - share))) / math.sqrt(n)
        assert abs(realised - parameter) <= 3.5 * error, name
