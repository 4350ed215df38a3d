"""Verdicts and deviation classes, one small case each."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from tests.mining.test_directly_follows import LOGS

from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.log import OUTCOMES, EventLog
from crmmining.mining.conformance import check_conformance
from crmmining.study.calendars import WorkingCalendar
from crmmining.study.journey import IdealJourney
from crmmining.study.waivers import Waiver

IDEAL = IdealJourney.parse(
    [
        {
            "stage": "Begin",
            "owner": "Bea",
            "steps": ["A", {"step": "B", "channel": "email", "actor": "company", "owner": "Olaf"}],
        },
        {"stage": "End", "steps": [{"choice": ["C", "D"]}, {"optional": "E"}, "F"]},
    ]
)


def with_outcomes(log: EventLog, *outcomes: str) -> EventLog:
    return replace(log, cases=log.cases.assign(outcome=[OUTCOMES.index(name) for name in outcomes]))


def classes(run: str, *outcome: str) -> list[tuple[str, str]]:
    log = EventLog.from_variants({run: 1})
    if outcome:
        log = with_outcomes(log, *outcome)
    return [(d.kind, d.activity) for d in check_conformance(log, IDEAL).deviations.all]


def verdict(run: str, outcome: str) -> str:
    check = check_conformance(with_outcomes(EventLog.from_variants({run: 1}), outcome), IDEAL)
    return next(name for name, n in check.verdicts.items() if n)


@pytest.mark.parametrize("run", ["ABCF", "ABDF", "ABCEF"])
def test_a_run_of_the_ideal_journey_deviates_nowhere(run):
    assert classes(run) == []
    assert verdict(run, "reached") == ("conformant" if run == "ABCF" else "optional path")


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("ACF", [("missing", "B")]),
        ("ABBCF", [("too often", "B")]),
        ("CABF", [("out of sequence", "C")]),
        ("ABXCF", [("not in the model", "X")]),
        ("ACXF", [("missing", "B"), ("not in the model", "X")]),
    ],
)
def test_each_deviation_has_its_class(run, expected):
    assert sorted(classes(run)) == sorted(expected)


def test_a_step_of_the_branch_not_taken_is_on_the_wrong_branch():
    ((kind, activity),) = classes("ABCDF")
    assert kind == "wrong branch"
    assert activity in "CD"  # either is as cheap


def test_dropping_off_is_not_missing():
    assert classes("AB", "abandoned") == []
    assert verdict("AB", "abandoned") == "dropped off"


def test_dropping_off_after_a_deviation_is_deviating():
    assert classes("AXB", "abandoned") == [("not in the model", "X")]
    assert verdict("AXB", "abandoned") == "deviating"


def test_an_open_case_is_not_charged_for_what_may_still_come():
    check = check_conformance(with_outcomes(EventLog.from_variants({"AB": 1}), "open"), IDEAL)
    assert check.verdicts["undetermined"] == 1
    assert check.costs.tolist() == [0] and check.trace_fitness.tolist() == [1]


def test_an_open_case_is_charged_for_what_already_went_wrong():
    assert classes("AXB", "open") == [("not in the model", "X")]
    assert verdict("AXB", "open") == "deviating"


def test_the_same_run_may_be_open_in_one_case_and_ended_in_another():
    check = check_conformance(with_outcomes(EventLog.from_variants({"AB": 2}), "open", "abandoned"), IDEAL)
    assert len(check.alignments) == 2
    assert check.costs.tolist() == [0, 2]  # C or D, and F


def test_fitness_is_one_less_cost_over_the_worst_alignment():
    # ACF: one move; worst 3 log moves and the 4 of the shortest run
    check = check_conformance(EventLog.from_variants({"ACF": 1, "ABCF": 1}), IDEAL)
    assert sorted(check.trace_fitness.tolist()) == pytest.approx([1 - 1 / 7, 1])
    assert check.log_fitness == pytest.approx((6 / 7 + 1) / 2)
    assert check.pooled_log_fitness == pytest.approx(1 - 1 / (7 + 8))


def steps(rows):
    frame = pd.DataFrame(rows, columns=["case", "activity", "channel", "actor"])
    frame["time"] = pd.date_range("2026-01-05", periods=len(frame), freq="h", tz="UTC")
    return EventLog.from_frame(frame)


def test_the_right_step_on_the_wrong_channel_or_by_the_wrong_actor_is_said():
    rows = []
    for case, channel, actor in (
        ("c1", "email", "company"),
        ("c2", "letter", "company"),
        ("c3", "email", "customer"),
    ):
        rows += [(case, "A", None, None), (case, "B", channel, actor), (case, "C", None, None)]
        rows += [(case, "F", None, None)]
    found = check_conformance(steps(rows), IDEAL).deviations.all
    assert [(d.kind, d.activity, d.cases.tolist()) for d in found] == [
        ("wrong actor", "B", [2]),
        ("wrong channel", "B", [1]),
    ]
    assert {(d.stage, d.owner) for d in found} == {("Begin", "Olaf")}


def test_goals_with_a_deviation_stand_against_those_without():
    # missing B: reached, abandoned; without: three reached of three
    log = EventLog.from_variants({"ACF": 2, "ABCF": 3})
    (deviation,) = check_conformance(
        with_outcomes(log, "reached", "abandoned", *["reached"] * 3), IDEAL
    ).deviations.all
    assert (deviation.kind, deviation.cases.size, deviation.affected.value) == ("missing", 2, 0.4)
    assert deviation.reached.value == pytest.approx(1 / 2 - 1)
    # hours of reached goals: 2 with, 3 without
    assert deviation.time.value == pytest.approx(-3_600_000_000)
    assert deviation.weight == pytest.approx(2 * 0.5)


def timed(rows):
    """Cases of (activity, hours since Monday 5 January 2026, 9:00)."""
    frame = pd.DataFrame(
        [(case, activity, hours) for case, events in rows.items() for activity, hours in events],
        columns=["case", "activity", "hours"],
    )
    frame["time"] = pd.Timestamp("2026-01-05 09:00", tz="UTC") + pd.to_timedelta(frame.pop("hours"), unit="h")
    return EventLog.from_frame(frame)


def promising(within):
    stages = [{"stage": "One", "owner": "Olga", "steps": [
        "A", {"step": "B", "promise": {"since": "A", "within": within}}]}]  # fmt: skip
    return IdealJourney.parse(stages)


def test_a_step_that_came_later_than_promised_is_late():
    log = timed({"kept": [("A", 0), ("B", 4)], "late": [("A", 0), ("B", 30)], "waiting": [("A", 0)]})
    found = check_conformance(with_outcomes(log, "reached", "reached", "open"), promising("1d")).deviations
    (late,) = found.all
    assert (late.kind, late.activity, late.owner, late.key) == ("late", "B", "Olga", "late: B")
    assert late.cases.tolist() == [1, 2]  # the open one has been waiting for longer than promised


def test_a_promise_in_business_time_needs_the_working_hours():
    log = timed({"late": [("A", 0), ("B", 30)]})  # Tuesday 15:00: 1 day and 6 hours on the calendar
    journey = promising("1 business day")
    without = check_conformance(log, journey).deviations
    assert (without.all, without.unchecked) == ((), ("B",))
    clock = BusinessClock.over(
        WorkingCalendar(hours="Mon-Fri 09:00-17:00", zone="UTC"), int(log.begun[0]), log.horizon
    )
    assert [d.key for d in check_conformance(log, journey, clock=clock).deviations.all] == ["late: B"]


def test_an_alias_counts_as_its_step_and_an_unobserved_step_costs_nobody():
    stages = [{"stage": "One", "steps": [
        {"step": "A", "aliases": ["A by mail"]}, {"step": "M", "unobserved": True}, "B"]}]  # fmt: skip
    journey = IdealJourney.parse(stages)
    check = check_conformance(
        EventLog.from_variants({("A by mail", "B"): 2, ("A", "M", "B"): 1, ("A", "B"): 1}), journey
    )
    assert check.log_fitness == 1 and len(check.variants) == 2
    assert check.verdicts["conformant"] == 3


def test_a_weight_is_what_missing_a_step_or_doing_it_out_of_place_costs():
    stages = [{"stage": "One", "steps": ["A", {"step": "B", "weight": 5}, "C", {"forbidden": "X"}]}]
    check = check_conformance(
        EventLog.from_variants({"AC": 1, "ABBC": 1, "AB": 1, "AXBC": 1}), IdealJourney.parse(stages)
    )
    by_run = dict(
        zip((check.variants.activities(v) for v in check.variants.case_variant), check.costs, strict=True)
    )
    assert {"".join(run): cost for run, cost in by_run.items()} == {"AC": 5, "ABBC": 5, "AB": 1, "AXBC": 1}
    assert "weight" in check.definition


def test_an_accepted_deviation_is_shown_apart():
    log = EventLog.from_variants({"ACF": 2, "ABBCF": 1})
    waiver = Waiver(of="log", deviation="missing: B", who="Ann", why="paper", until=dt.date(2027, 1, 1))
    found = check_conformance(log, IDEAL, waivers=[waiver]).deviations
    assert [d.key for d in found.all] == ["too often: B"]
    assert [(d.key, d.waiver) for d in found.accepted] == [("missing: B", waiver)]
    assert len(found.at("B")) == 2


def test_cases_and_stages_can_be_looked_at():
    log = with_outcomes(EventLog.from_variants({"ACF": 1, "ABBCFF": 1, "ABCF": 1}), *["reached"] * 3)
    check = check_conformance(log, IDEAL)
    at_b = check.cases_frame("B")
    assert at_b["deviations"].tolist() == ["missing: B", "too often: B"]
    assert at_b["outcome"].tolist() == ["reached", "reached"] and len(check.cases_frame()) == 3
    stages = check.stages_frame()
    assert stages["stage"].tolist() == ["Begin", "End"] and stages["n_cases"].tolist() == [2, 1]


def test_many_deviations_are_judged_together():
    # 8 of 10 with X are lost, all of the others reached; Y says nothing
    runs = {"AXBCF": 8, "AXBCFY": 2, "ABCF": 30, "ABCFY": 10}
    log = EventLog.from_variants(runs)
    runs_of_cases = [log.variants.activities(v) for v in log.variants.case_variant]
    log = with_outcomes(log, *("abandoned" if run == tuple("AXBCF") else "reached" for run in runs_of_cases))
    found = {d.activity: d for d in check_conformance(log, IDEAL).deviations.all}
    assert found["X"].reached_q < 0.001 < 0.05 < found["Y"].reached_q
    assert found["X"].reached_p <= found["X"].reached_q


@given(LOGS)
@settings(max_examples=25, deadline=None)
def test_fitness_is_a_share_and_one_exactly_where_nothing_deviates(variants):
    upper = {tuple(name.upper() for name in run): n for run, n in variants.items()}
    check = check_conformance(EventLog.from_variants(upper), IDEAL)
    assert ((check.trace_fitness >= 0) & (check.trace_fitness <= 1)).all()
    assert np.array_equal(check.trace_fitness == 1, check.costs == 0)
    assert sum(check.verdicts.values()) == sum(variants.values())
