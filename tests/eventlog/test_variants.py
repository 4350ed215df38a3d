from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.log import CaseNotion, EventLog
from crmmining.eventlog.variant_building import with_business_days
from crmmining.study.calendars import WorkingCalendar
from crmmining.study.durations import HOUR

RUNS = st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=30)


def log_of(runs: list[str]) -> EventLog:
    """A case per run, an event each hour."""
    steps = [(case, step, k) for case, run in enumerate(runs) for k, step in enumerate(run)]
    case, time = (np.array([row[i] for row in steps], np.int64) for i in (0, 2))
    code = np.array(["abc".index(row[1]) for row in steps], np.int32)
    cases = pd.DataFrame({"case": [f"{i:03}" for i in range(len(runs))]})
    return EventLog.from_columns(
        CaseNotion("plain", "log"),
        case,
        {"activity": code, "time": time * HOUR},
        {"activity": ("a", "b", "c")},
        cases,
    )


@given(runs=RUNS)
@settings(deadline=None)
def test_variants_are_the_counted_sequences(runs: list[str]) -> None:
    variants = log_of(runs).variants
    counted = Counter(tuple(run) for run in runs)
    assert {v.activities: v.n_cases for v in variants} == counted
    assert [v.activities for v in variants] == sorted(counted, key=lambda steps: (-counted[steps], steps))
    assert [variants.activities(v) for v in variants.case_variant] == [tuple(run) for run in runs]
    assert variants.total == len(runs)


@given(runs=RUNS, seed=st.integers(0, 100))
@settings(deadline=None)
def test_the_order_of_rows_changes_no_variant(runs: list[str], seed: int) -> None:
    frame = log_of(runs).to_frame()
    shuffled = EventLog.from_frame(frame.sample(frac=1, random_state=seed))
    assert [(v.activities, v.n_cases) for v in shuffled.variants] == [
        (v.activities, v.n_cases) for v in EventLog.from_frame(frame).variants
    ]


def test_shares_add_up_and_ranks_count_from_one() -> None:
    variants = EventLog.from_variants({"ab": 3, "ac": 1}).variants
    assert [(v.rank, v.share, v.cumulative) for v in variants] == [(1, 0.75, 0.75), (2, 0.25, 1.0)]
    assert variants[-1].activities == ("a", "c")
    with pytest.raises(IndexError, match="there are 2 variants"):
        variants[2]


def test_the_median_time_of_an_even_number_of_cases_is_the_lower_middle() -> None:
    hours = {"1": (0, 2), "2": (0, 8), "3": (0, 4), "4": (0, 6)}
    rows = [
        (case, step, pd.Timestamp("2026-01-01") + pd.Timedelta(hours=h))
        for case, times in hours.items()
        for step, h in zip("ab", times, strict=True)
    ]
    log = EventLog.from_frame(pd.DataFrame(rows, columns=["case", "activity", "time"]))
    assert log.variants[0].median_time == 4 * HOUR


def test_an_open_case_counts_neither_as_reached_nor_as_lost() -> None:
    log = log_of(["ab", "ab", "ab", "c"])
    log.cases["outcome"] = [0, 1, 2, 2]
    by_steps = {v.activities: v.share_reached for v in log.variants}
    assert by_steps == {("a", "b"): 0.5, ("c",): None}


def test_a_log_without_outcomes_knows_no_share_reached() -> None:
    assert EventLog.from_variants({"ab": 1}).variants[0].share_reached is None


def test_the_frame_has_a_row_per_variant() -> None:
    frame = EventLog.from_variants({"ab": 2, "abc": 1}).variants.to_frame()
    assert frame["activities"].tolist() == [("a", "b"), ("a", "b", "c")]
    assert frame["median_time"].tolist() == [pd.Timedelta(hours=1), pd.Timedelta(hours=2)]


def test_medians_on_the_companys_clock() -> None:
    """Friday at nine to Monday at five are two business days; from Monday to Tuesday at nine one."""
    friday = pd.Timestamp("2026-01-02T09:00", tz="UTC")
    rows = [
        ("a", "Asked", friday), ("a", "Done", friday + pd.Timedelta(days=3, hours=8)),
        ("b", "Asked", friday + pd.Timedelta(days=3)), ("b", "Done", friday + pd.Timedelta(days=4)),
        ("c", "Asked", friday),
    ]  # fmt: skip
    log = EventLog.from_frame(pd.DataFrame(rows, columns=["case", "activity", "time"]))
    clock = BusinessClock.over(WorkingCalendar(), int(log.begun.min()), log.horizon)
    variants = with_business_days(log, clock)
    assert [variant.median_business_days for variant in variants] == [
        1.0,
        0.0,
    ]  # the lower of two
    assert variants.to_frame()["median_business_days"].tolist() == [1.0, 0.0]
    assert with_business_days(log, None) is log.variants
    assert "median_business_days" not in log.variants.to_frame()
