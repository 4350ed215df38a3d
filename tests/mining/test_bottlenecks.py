"""Where the time goes, by hand: three cases of 5, 5 and 10 hours."""

import pandas as pd
import pytest
from tests.comparison.tiny import GOAL, by_company, by_customer, days, goal, tiny_study
from tests.mining.test_directly_follows import timed

from crmmining.errors import InvalidOptionError, UnknownNameError
from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.log import EventLog
from crmmining.mining.bottlenecks import find_bottlenecks
from crmmining.study.calendars import WorkingCalendar
from crmmining.study.durations import HOUR

LOG = timed({
    "c1": [("a", 0), ("b", 2), ("c", 5)],
    "c2": [("a", 0), ("b", 4), ("c", 5)],
    "c3": [("a", 0), ("c", 10)],
})  # fmt: skip


def test_contribution_is_an_edges_share_of_the_time_of_all_cases():
    edges = find_bottlenecks(LOG).edges
    found = [(e.source, e.target, e.n, e.total / HOUR, e.contribution) for e in edges.itertuples()]
    assert found == [
        ("a", "c", 1, 10, 10 / 20),
        ("a", "b", 2, 6, 6 / 20),
        ("b", "c", 2, 4, 4 / 20),
    ]


def test_contributions_add_up_to_one():
    assert find_bottlenecks(LOG).edges["contribution"].sum() == pytest.approx(1)


def test_median_and_p90_are_values_that_occurred():
    edge = find_bottlenecks(LOG).edges.set_index(["source", "target"]).loc[("a", "b")]
    assert (edge["median"] / HOUR, edge["p90"] / HOUR) == (2, 4)


def test_without_actors_nobody_is_said_to_be_waited_for():
    result = find_bottlenecks(LOG)
    assert set(result.edges["turn"]) == {"not known"}
    assert result.edges["share_company"].isna().all()


HAPPENINGS = [
    by_customer("ann", 0, "Ask"),
    by_company("ann", 3, "Answer", department="Desk"),
    by_customer("ann", 4, "Done"),
    by_company("ann", 9, "Thanked", department="Desk"),  # after the goal was reached
    by_customer("bob", 0, "Ask"),
    by_company("bob", 1, "Answer", department="Desk"),
    by_customer("bob", 2, "Done"),
]


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    goals = {GOAL: goal(["Ask"], ["Done"], includes={"activities": ["Answer", "Thanked"]})}
    return tiny_study(tmp_path_factory.mktemp("bottlenecks"), HAPPENINGS, goals=goals).journey_log(GOAL)


def test_turns_departments_and_borders_stand_beside_each_edge(log):
    result = find_bottlenecks(log)
    edges = result.edges.set_index(["source", "target"])
    ask, done = edges.loc[("Ask", "Answer")], edges.loc[("Answer", "Done")]
    assert (days(ask["total"]), ask["turn"], ask["share_company"]) == (4, "waiting for the company", 1)
    assert (days(done["total"]), done["turn"], done["share_company"]) == (2, "waiting for the customer", 0)
    assert (ask["from_department"], ask["to_department"], ask["crosses"]) == ("Customer", "Desk", True)
    assert result.share_company == pytest.approx(4 / 6)


def test_time_after_the_goal_was_reached_is_no_bottleneck(log):
    result = find_bottlenecks(log)
    assert ("Done", "Thanked") not in set(zip(result.edges.source, result.edges.target, strict=True))
    assert days(result.total_time) == 6


def test_groups_add_up_to_the_edge(log):
    result = find_bottlenecks(log, by="department")
    assert result.groups is not None
    answered = result.groups[result.groups["target"] == "Answer"]
    assert answered[["group", "n"]].values.tolist() == [["Desk", 2]]
    with pytest.raises(UnknownNameError):
        find_bottlenecks(log, by="weather")


def test_no_two_events_in_any_case_is_an_error():
    with pytest.raises(InvalidOptionError, match="no case with two events"):
        find_bottlenecks(EventLog.from_variants({"a": 3}))


def test_tables_show_times_as_timedelta():
    assert find_bottlenecks(LOG).to_frame()["total"].iloc[0] == pd.Timedelta(hours=10)


def test_a_steps_own_time_is_from_its_start_to_its_end():
    # a 9-10, b 12-14; a 9-9:30, b 10-10:30: from the first end to the last 4 h + 1 h between events
    frame = pd.DataFrame(
        {
            "case": ["x", "x", "y", "y"],
            "activity": ["a", "b", "a", "b"],
            "start": pd.to_datetime(
                ["2026-01-05 09:00", "2026-01-05 12:00", "2026-01-05 09:00", "2026-01-05 10:00"]
            ),
            "time": pd.to_datetime(
                ["2026-01-05 10:00", "2026-01-05 14:00", "2026-01-05 09:30", "2026-01-05 10:30"]
            ),
        }
    )
    steps = find_bottlenecks(EventLog.from_frame(frame)).steps_frame().set_index("activity")
    assert steps.loc["b", "total"] == pd.Timedelta("2h30min") and steps.loc["b", "n"] == 2
    assert steps.loc["a", "median"] == pd.Timedelta("30min") and steps.loc["a", "p90"] == pd.Timedelta("1h")
    assert steps.loc["b", "contribution"] == pytest.approx(2.5 / 5)


def test_without_start_times_no_step_has_a_time_of_its_own():
    assert find_bottlenecks(EventLog.from_variants({"ab": 1})).steps is None


def test_business_days_lie_beside_calendar_time():
    # Friday 16:00 to Monday 10:00 is two working hours of eight, Monday 10:00 to 14:00 four
    frame = pd.DataFrame(
        {
            "case": ["x", "x", "x"],
            "activity": ["a", "b", "c"],
            "time": pd.to_datetime(["2026-01-09T16:00Z", "2026-01-12T10:00Z", "2026-01-12T14:00Z"], utc=True),
        }
    )
    log = EventLog.from_frame(frame)
    calendar = WorkingCalendar.model_validate({"hours": "Mon-Fri 09:00-17:00"})
    clock = BusinessClock.over(calendar, int(log.columns["time"].min()), log.horizon)
    edges = find_bottlenecks(log, clock=clock).edges.set_index("source")
    assert edges["median_business_days"].to_dict() == {"a": 0.25, "b": 0.5}
    assert "median_business_days" not in find_bottlenecks(log).edges
