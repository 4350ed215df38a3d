"""What mending is worth, counted by hand: hours of waiting a month, goals saved as an association."""

from dataclasses import replace

import numpy as np
import pytest
from tests.comparison.tiny import GOAL, by_company, by_customer, goal, process, tiny_views

from crmmining.comparison.levers import MONTH, largest, months_of, worst_first
from crmmining.comparison.process_levers import find_levers
from crmmining.study.durations import DAY


def waiting(name, days, end):
    """The customer asks, a record opens after some days, and the goal ends on day 10."""
    return [
        by_customer(name, 0, "Ask"),
        by_company(name, days, "Opened", f"{name}/Loan"),
        by_company(name, days + 1, "Closed", f"{name}/Loan"),
        by_customer(name, 10, end),
    ]


def levers(folder, happenings, **more):
    declared = {
        "processes": {"Loan": process("Loan", closed_by=["Closed"], owner="Lea", **more.pop("loan", {}))},
        "goals": {GOAL: goal(["Ask"], ["Done"], ended_by=["Left"], includes={"processes": ["Loan"]})},
    }
    views = tiny_views(folder, happenings, **{**declared, **more})
    found = list(find_levers(views, months_of([views.view])))
    return views, {lever.kind: lever for lever in found}, largest(found)


def test_white_space_is_worth_what_lies_beyond_the_best_quarter(tmp_path):
    # 10 of 40 wait one day and reach their goal; 30 wait three, half of these leave
    events = [event for k in range(10) for event in waiting(f"soon {k}", 1, "Done")]
    events += [event for k in range(30) for event in waiting(f"late {k}", 3, ("Done", "Left")[k % 2])]
    views, found, best = levers(tmp_path, events)
    worth = found["white space"].worth
    assert worth.hours.value == pytest.approx(30 * 2 * 24 / (10 * DAY / MONTH))
    assert worth.hours.low < worth.hours.value < worth.hours.high
    assert (worth.n_goals, worth.saved.value) == (30, pytest.approx(30 * (1 - 0.5)))
    assert worth.difference.value == pytest.approx(0.5)
    assert worth.saved.low == pytest.approx(30 * worth.difference.low)
    assert best["Loan"].kind == "white space" and best["Loan"].saves_goals and best["Loan"].saves_time
    late = {k for k, name in enumerate(views.view.log.cases["customer_key"]) if name.startswith("late")}
    assert set(found["white space"].cases.tolist()) == late


def test_where_all_wait_alike_there_is_nothing_to_gain(tmp_path):
    events = [event for k in range(40) for event in waiting(f"c{k}", 3, ("Done", "Left")[k % 2])]
    assert levers(tmp_path, events)[1:] == ({}, {})


def test_goals_that_end_alike_are_not_said_to_be_saved(tmp_path):
    events = [event for k in range(80) for event in waiting(f"c{k}", 1 + k % 2, ("Done", "Left")[k // 2 % 2])]
    _, _, best = levers(tmp_path, events)
    assert not best["Loan"].saves_goals and best["Loan"].saves_time
    assert "no goals for certain" in best["Loan"].in_words()


def test_a_broken_promise_is_worth_the_time_beyond_its_limit(tmp_path):
    events = []
    for k in range(50):
        days, end = (2, "Done") if k < 25 else (7, "Left")
        events += [
            by_customer(f"c{k}", 0, "Ask"),
            by_company(f"c{k}", 0, "Opened", f"c{k}/Loan"),
            by_company(f"c{k}", days, "Answer", f"c{k}/Loan"),
            by_customer(f"c{k}", 10, end),
        ]
    promises = {"Answered": {"since": "Ask", "until": "Answer", "within": "5d", "owner": "Pia"}}
    _, found, best = levers(tmp_path, events, promises=promises)
    lever = found["promise"]
    assert (lever.process, lever.owner, lever.worth.n_goals) == ("Loan", "Pia", 25)
    assert lever.worth.hours.value == pytest.approx(25 * 2 * 24 / (10 * DAY / MONTH))
    assert lever.worth.saved.value == pytest.approx(25)
    assert best["Loan"] is not None and best["Loan"].kind == "promise"


def test_false_closures_and_watermelons_tell_no_hours(tmp_path):
    events = []
    for k in range(60):
        back = k % 2 == 0
        events += [
            by_customer(f"c{k}", 0, "Ask", f"c{k}/Loan"),
            by_company(f"c{k}", 1, "Closed", f"c{k}/Loan"),
            *([by_customer(f"c{k}", 2, "Asked again", f"c{k}b/Loan")] if back else []),
            *([by_company(f"c{k}", 3, "Closed", f"c{k}b/Loan")] if back else []),
            by_customer(f"c{k}", 12, "Left" if back else "Done"),
        ]
    events.append(by_customer("z", 40, "Ask"))
    loan = {"solves": True, "target": {"within": "3d"}}
    _, found, best = levers(tmp_path, events, loan=loan)
    assert found["false closure"].worth.saved.value == pytest.approx(30)
    assert not found["false closure"].worth.hours.is_known
    assert found["watermelons"].worth.n_goals == 30
    assert not found["watermelons"].worth.saved.is_known
    assert best["Loan"].kind == "false closure"


def test_of_many_looks_one_that_stands_by_chance_does_not_count(tmp_path):
    events = [event for k in range(10) for event in waiting(f"soon {k}", 1, "Done")]
    events += [event for k in range(30) for event in waiting(f"late {k}", 3, ("Done", "Done", "Left")[k % 3])]
    _, found, best = levers(tmp_path, events)
    lever = found["white space"]
    assert best["Loan"].q == pytest.approx(lever.worth.p)
    among_many = largest([lever, *(_without_effect(lever, k) for k in range(20))])
    assert among_many["Loan"].q > best["Loan"].q
    assert not among_many["Loan"].saves_goals


def _without_effect(lever, number):
    return replace(lever, process=f"other {number}", worth=replace(lever.worth, p=1.0))


def test_cases_are_listed_once_the_worst_first():
    found = worst_first(np.array([4, 2, 4, 7]), np.array([1, 5, 9, 3]))
    assert found.tolist() == [4, 2, 7]
