"""Verdicts and deviation classes, one small case each."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from tests.mining.test_directly_follows import LOGS

from crmmining.eventlog.log import OUTCOMES, EventLog
from crmmining.mining.conformance import check_conformance
from crmmining.study.journey import IdealJourney

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
    assert verdict(run, "reached") == "conformant"


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


@given(LOGS)
@settings(max_examples=25, deadline=None)
def test_fitness_is_a_share_and_one_exactly_where_nothing_deviates(variants):
    upper = {tuple(name.upper() for name in run): n for run, n in variants.items()}
    check = check_conformance(EventLog.from_variants(upper), IDEAL)
    assert ((check.trace_fitness >= 0) & (check.trace_fitness <= 1)).all()
    assert np.array_equal(check.trace_fitness == 1, check.costs == 0)
    assert sum(check.verdicts.values()) == sum(variants.values())
