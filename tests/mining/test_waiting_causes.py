"""Waiting causes: a small log per cause, the minutes told one by one, and the authors' own test logs."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmmining as cm
from crmmining.errors import UnknownNameError
from crmmining.eventlog.log import EventLog
from crmmining.mining.enablement import concurrent_activities, enable_steps
from crmmining.mining.waiting_causes import CAUSES, WaitingCauses, find_waiting_causes
from crmmining.study.calendars import WorkingCalendar

sys.path.insert(0, str(Path(__file__).parent))
from waiting_by_hand import log_of, told

ALWAYS = WorkingCalendar(hours="Mon-Sun 00:00-24:00")
ORACLE = Path(__file__).parents[3] / "shared" / "data" / "waiting_time_oracle"
MINUTE = 60_000_000
NINE = 9 * 60


def minutes(found: WaitingCauses) -> dict[str, int]:
    """What was waited for, in minutes."""
    return {cause: time // MINUTE for cause, time in found.totals.items() if time}


def test_a_resource_busy_with_earlier_work_is_contention() -> None:
    log = log_of(("1", "a", "Ann", 0, 10), ("1", "b", "Bob", 40, 50), ("2", "c", "Bob", 5, 30))
    assert minutes(find_waiting_causes(log, hours=ALWAYS)) == {"contention": 20, "extraneous": 10}


def test_a_resource_busy_with_later_work_is_prioritisation() -> None:
    log = log_of(("1", "a", "Ann", 0, 10), ("1", "b", "Bob", 40, 50), ("2", "c", "Bob", 15, 35))
    assert minutes(find_waiting_causes(log, hours=ALWAYS)) == {"prioritisation": 20, "extraneous": 10}


def test_waiting_for_others_to_be_done_together_is_batching() -> None:
    log = log_of(
        ("1", "a", "Ann", 0, 10), ("2", "a", "Ann", 10, 30), ("3", "a", "Ann", 30, 60),
        ("3", "b", "Bob", 70, 80), ("1", "b", "Bob", 80, 90), ("2", "b", "Bob", 90, 95),
    )  # fmt: skip
    found = find_waiting_causes(log, hours=ALWAYS)
    assert minutes(found) == {
        "batching": 50 + 30,
        "prioritisation": 10 + 10,
        "contention": 10,
        "extraneous": 30,
    }
    second = found.steps[found.steps["case"] == 1].iloc[0]  # case 1 was enabled before it, case 3 after it
    assert [second[cause] // MINUTE for cause in CAUSES] == [30, 10, 10, 0, 10]


def test_a_step_enabled_after_the_first_start_is_in_no_batch() -> None:
    log = log_of(
        ("1", "a", "Ann", 0, 10), ("2", "a", "Ann", 10, 30),
        ("1", "b", "Bob", 20, 40), ("2", "b", "Bob", 40, 50),
    )  # fmt: skip
    assert minutes(find_waiting_causes(log, hours=ALWAYS)) == {"contention": 10, "extraneous": 10}


def test_a_gap_ends_a_batch() -> None:
    log = log_of(
        ("1", "a", "Ann", 0, 10), ("2", "a", "Ann", 10, 30),
        ("1", "b", "Bob", 40, 50), ("2", "b", "Bob", 51, 60),
    )  # fmt: skip
    assert "batching" not in minutes(find_waiting_causes(log, hours=ALWAYS))


def test_waiting_over_the_weekend_is_unavailability() -> None:
    friday, monday = 4 * 1440, 7 * 1440
    log = log_of(
        ("1", "a", "Ann", friday + 16 * 60, friday + 16 * 60 + 30),
        ("1", "b", "Bob", monday + 9 * 60 + 15, monday + 10 * 60),
    )
    found = find_waiting_causes(log, hours={"Bob": WorkingCalendar(hours="Mon-Fri 09:00-17:00")})
    assert minutes(found) == {"unavailability": (7 + 48 + 9) * 60, "extraneous": 30 + 15}


def test_nobody_in_the_way_is_extraneous() -> None:
    log = log_of(("1", "a", "Ann", 0, 10), ("1", "b", "Bob", 40, 50))
    found = find_waiting_causes(log, hours=ALWAYS)
    assert minutes(found) == {"extraneous": 30}
    row = found.table.iloc[0]
    assert (row.source, row.source_resource, row.target, row.target_resource, row.n) == (
        "a",
        "Ann",
        "b",
        "Bob",
        1,
    )


def test_busy_goes_before_off_work() -> None:
    log = log_of(("1", "a", "Ann", 0, 10), ("1", "b", "Bob", 70, 80), ("2", "c", "Bob", 0, 60))
    off = WorkingCalendar(hours="Mon-Fri 01:05-24:00")
    assert minutes(find_waiting_causes(log, hours=off)) == {
        "contention": 50,
        "unavailability": 5,
        "extraneous": 5,
    }


def test_overlapping_work_counts_once() -> None:
    log = log_of(
        ("1", "a", "Ann", 0, 10), ("1", "b", "Bob", 60, 70),
        ("2", "c", "Bob", 5, 40), ("3", "d", "Bob", 20, 50),
    )  # fmt: skip
    assert minutes(find_waiting_causes(log, hours=ALWAYS)) == {
        "contention": 30,
        "prioritisation": 10,
        "extraneous": 10,
    }


def test_concurrent_steps_do_not_enable_each_other() -> None:
    both = [(f"{k}", name, "Ann", at, at + 10) for k, order in enumerate(("bc", "cb") * 3)
            for name, at in ((order[0], 20), (order[1], 40))]  # fmt: skip
    log = log_of(*((f"{k}", "a", "Ann", 0, 10) for k in range(6)), *both)
    steps = enable_steps(log)
    assert set(np.asarray(log.activities)[steps.activity[steps.source[steps.source >= 0]]]) == {"a"}
    code = concurrent_activities(log.case_of_event, log.columns["activity"], 3)
    assert code.tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0]]


def test_a_step_that_overlaps_another_is_not_enabled_by_it() -> None:
    log = log_of(("1", "a", "Ann", 0, 10), ("1", "b", "Bob", 15, 30), ("1", "c", "Cid", 20, 40))
    found = find_waiting_causes(log, hours=ALWAYS)
    assert set(zip(found.table.source, found.table.target, strict=True)) == {("a", "b"), ("a", "c")}


def test_without_starts_or_resources_nothing_is_known() -> None:
    found = find_waiting_causes(EventLog.from_variants({"ab": 2}))
    assert found.absent == "the events have no start times and no resources"
    assert found.total == 0 and found.shares == {} and found.table.empty and found.to_frame().empty
    assert found.edges_frame().empty and "not known" in repr(found)


def test_steps_without_start_or_resource_are_left_out_and_counted() -> None:
    frame = log_of(
        ("1", "a", "Ann", 0, 10), ("1", "b", "Bob", 20, 30),
        ("1", "c", "Bob", 40, 50), ("1", "d", "Bob", 60, 70),
    ).to_frame()  # fmt: skip
    frame = frame.astype({"resource": object})
    frame.loc[1, "start"] = pd.NaT
    frame.loc[2, "resource"] = None
    found = find_waiting_causes(EventLog.from_frame(frame), hours=ALWAYS)
    assert (found.n, found.excluded, minutes(found)) == (1, 2, {"extraneous": 10})
    frame.loc[3, "start"] = frame.loc[3, "time"] + pd.Timedelta("1h")
    assert find_waiting_causes(EventLog.from_frame(frame), hours=ALWAYS).excluded == 3


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="Europe/Lundon"):
        find_waiting_causes(log_of(("1", "a", "Ann", 0, 10)), zone="Europe/Lundon")


def days(n: int) -> list[tuple[str, str, str, int, int]]:
    """Bob at work from 9 to 10 on `n` weekdays, a step begun or ended each quarter of an hour."""
    dates = [week * 7 + day for week in range(n) for day in range(5)][:n]
    return [
        (f"d{date}", "c", "Bob", date * 1440 + NINE + quarter, date * 1440 + NINE + quarter + 10)
        for date in dates
        for quarter in (0, 15, 30, 45)
    ]


def test_hours_are_those_in_which_a_resource_is_seen() -> None:
    late = [
        ("1", "a", "Ann", NINE + 300, NINE + 360),
        ("1", "b", "Bob", 1440 + NINE + 60 - 5, 1440 + NINE + 60),
    ]
    found = find_waiting_causes(log_of(*days(10), *late))
    ours = found.steps[found.steps["case"] == 0].iloc[0]
    assert ours["unavailability"] // MINUTE == 18 * 60  # from three on Monday to nine on Tuesday
    assert found.n_hours_unknown == 0
    few = find_waiting_causes(log_of(*days(9), *late))
    assert few.n_hours_unknown == 1 and few.totals["unavailability"] == 0


ACTIVITIES = "abc"
rows = st.lists(
    st.tuples(
        st.sampled_from("1234"),
        st.sampled_from(ACTIVITIES),
        st.sampled_from(["Ann", "Bob"]),
        st.integers(0, 40),
        st.integers(0, 12),
    ).map(lambda r: (*r[:4], r[3] + r[4])),
    min_size=1,
    max_size=24,
)


def concurrent_in(log: EventLog) -> set[tuple[str, str]]:
    matrix = concurrent_activities(
        log.case_of_event, enable_steps(log).activity, len(log.activities)
    )  # in the order of steps
    return {(log.activities[a], log.activities[b]) for a, b in zip(*np.nonzero(matrix), strict=True)}


@settings(max_examples=300, deadline=None)
@given(rows)
def test_every_minute_has_the_cause_it_has_when_told_one_by_one(
    steps: list[tuple[str, str, str, int, int]],
) -> None:
    log = log_of(*steps)
    hours = WorkingCalendar(hours="Mon-Sun 00:07-00:19, Mon-Sun 00:25-24:00")
    found = find_waiting_causes(log, hours=hours)
    off = {*range(7), *range(19, 25)}
    expected = told(steps, concurrent_in(log), off)
    assert found.n == len(expected)
    for cause in CAUSES:
        assert sorted(found.steps[cause] // MINUTE) == sorted(step.waits[cause] for step in expected)
        assert found.totals[cause] // MINUTE == sum(step.waits[cause] for step in expected)


@settings(max_examples=100, deadline=None)
@given(rows, st.randoms(use_true_random=False), st.sampled_from(["UTC", "Europe/London"]))
def test_parts_add_up_to_the_waiting_time_in_any_order_of_rows(steps, random, zone) -> None:
    spring = 82 * 1440  # the clocks go forward in the night of 28 to 29 March 2026
    steps = [(*row[:3], row[3] * 97 + spring, row[4] * 97 + spring) for row in steps]
    found = find_waiting_causes(log_of(*days(90), *steps), zone=zone)
    assert (found.steps[list(CAUSES)] >= 0).all(axis=None)
    assert (found.steps[list(CAUSES)].sum(axis=1) == found.steps["total"]).all()
    assert found.table["total"].sum() == found.total == found.steps["total"].sum()
    random.shuffle(steps)
    again = find_waiting_causes(log_of(*steps, *days(90)), zone=zone)
    pd.testing.assert_frame_equal(found.table, again.table)


FULL = WorkingCalendar(hours="Mon-Fri 10:00-20:00")
BREAK = WorkingCalendar(hours="Mon-Fri 10:00-12:00, Mon-Fri 12:30-20:00")
CALENDARS = {"Marcus": BREAK, **dict.fromkeys(("Anya", "Dom", "Carmine", "Cole"), FULL)}
COLUMNS = {
    "case": "case_id", "activity": "Activity", "start": "start_time", "time": "end_time",
    "resource": "Resource",
}  # fmt: skip
SAME = {
    "source": "source_activity", "source_resource": "source_resource",
    "target": "target_activity", "target_resource": "target_resource",
}  # fmt: skip


@pytest.mark.shared
@pytest.mark.skipif(not ORACLE.is_dir(), reason=f"the authors' test logs are not at {ORACLE}")
@pytest.mark.parametrize("name", ["handoff-test", *(f"manual_log_{k}" for k in range(1, 6))])
def test_equal_to_what_the_authors_expect_of_their_own_logs(name: str) -> None:
    """Their hand-made logs; the calendar is that of their test, for `handoff-test` it is discovered."""
    log = cm.read_table(ORACLE / f"{name}.csv", columns=COLUMNS)
    found = find_waiting_causes(log, hours=None if name == "handoff-test" else CALENDARS)
    expected = pd.read_csv(ORACLE / f"{name}_expected.csv", dtype={"cases": str})
    ours = found.table.sort_values(list(SAME), ignore_index=True)
    for mine, theirs in SAME.items():
        assert ours[mine].tolist() == expected[theirs].tolist()
    assert ours["n"].tolist() == expected["frequency"].tolist()
    assert ours["n_cases"].tolist() == [len(cases.split(",")) for cases in expected["cases"]]
    for mine in ("total", *CAUSES):
        theirs = pd.to_timedelta(expected["wt_" + mine.replace("prioritisation", "prioritization")])
        assert (ours[mine] / 1e6).tolist() == theirs.dt.total_seconds().tolist()
    assert (ours["total"] / 1e6).tolist() == expected["wt_total_seconds"].tolist()
    assert _cases(log, found) == {
        tuple(row[column] for column in SAME.values()): set(row["cases"].split(","))
        for row in expected.to_dict("records")
    }


def _cases(log: EventLog, found: WaitingCauses) -> dict[tuple[str, ...], set[str]]:
    frame, steps = log.to_frame(), found.steps
    cases: dict[tuple[str, ...], set[str]] = {}
    for row, source in zip(steps["row"], steps["source_row"], strict=True):
        ends = [frame.loc[at, column] for at in (source, row) for column in ("activity", "resource")]
        cases.setdefault(tuple(ends), set()).add(frame.loc[row, "case"])
    return cases
