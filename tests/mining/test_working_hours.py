"""Working hours: what is told, and what is seen, held against minutes counted one by one."""

import numpy as np
import pandas as pd
import pytest

from crmmining.mining.working_hours import FEWEST_DAYS, DeclaredHours, SeenHours, zone_offsets
from crmmining.study.calendars import WorkingCalendar
from crmmining.study.durations import DAY, HOUR, MINUTE

LONDON = "Europe/London"


def moments(*texts: str, zone: str = "UTC") -> np.ndarray:
    return pd.DatetimeIndex(texts).tz_localize(zone).as_unit("us").asi8


def every_quarter(zone: str, days: int = 60, begun: str = "2026-03-02") -> np.ndarray:
    """A moment in each quarter of 09:00 to 11:00 of every weekday."""
    local = [
        f"{day:%Y-%m-%d} {9 + q // 4:02}:{q % 4 * 15 + 7:02}" for day in pd.bdate_range(begun, periods=days)
        for q in range(8)
    ]  # fmt: skip
    return moments(*local, zone=zone)


def seen(at: np.ndarray, zone: str = "UTC", activity: np.ndarray | None = None) -> SeenHours:
    does = np.zeros(at.size, np.int32) if activity is None else activity.astype(np.int32)
    return SeenHours.seen(np.zeros(at.size, np.int64), does, at, 1, zone)


def off_between(hours: SeenHours | DeclaredHours, first: int, last: int) -> int:
    reading = hours.off(np.zeros(2, np.int64), np.array([first, last]))
    return int(reading[1] - reading[0]) // MINUTE


@pytest.mark.parametrize("zone", ["UTC", LONDON, "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize(
    ("first", "last"), [("2026-03-27 08:11", "2026-03-30 10:02"), ("2026-03-06 01:00", "2026-03-12 09:30")]
)
def test_time_off_is_the_minutes_outside_the_hours_on_the_zones_clock(
    zone: str, first: str, last: str
) -> None:
    hours = seen(every_quarter(zone), zone)
    minutes = pd.date_range(first, last, freq="min", inclusive="left", tz="UTC").tz_convert(zone)
    expected = sum(m.dayofweek > 4 or m.hour not in (9, 10) for m in minutes)
    assert (
        off_between(hours, *moments(first, last)) == expected
    )  # over the night of a change of the clocks too


@pytest.mark.parametrize("zone", [LONDON, "America/New_York"])
def test_an_hour_worked_in_the_night_the_clocks_go_back_counts_twice(zone: str) -> None:
    sundays = pd.date_range("2026-09-06", periods=7, freq="7D")
    nights = [f"{day:%Y-%m-%d} 01:{q * 15 + 5:02}" for day in sundays for q in range(4)]
    nights += [f"{day:%Y-%m-%d} 12:00" for day in pd.date_range("2026-09-01", periods=80)]
    hours = seen(moments(*nights, zone=zone), zone)
    back = {LONDON: "2026-10-25", "America/New_York": "2026-11-01"}[zone]
    first, last = moments(back, f"{back} 04:00", zone=zone)
    assert (last - first) // HOUR == 5
    assert off_between(hours, first, last) == 3 * 60


def test_zone_offsets_change_with_the_clocks() -> None:
    changes, offsets = zone_offsets(LONDON, *moments("2026-01-01", "2026-12-31").tolist())
    assert changes[1:].tolist() == moments("2026-03-29 01:00", "2026-10-25 01:00").tolist()
    assert (offsets // HOUR).tolist() == [0, 1, 0]


def test_a_quarter_is_worked_from_a_tenth_of_the_dates_of_an_activity() -> None:
    mondays = list(pd.date_range("2026-01-05", periods=20, freq="7D"))
    at = [f"{day:%Y-%m-%d} 09:05" for day in mondays]
    at += [f"{day:%Y-%m-%d} 12:05" for day in mondays[:2]]  # two of twenty Mondays
    at += [f"{day:%Y-%m-%d} 15:05" for day in mondays[:1]]  # one of twenty
    hours = seen(moments(*at))
    worked = [
        off_between(hours, *moments(f"2026-02-02 {h}:00", f"2026-02-02 {h}:15")) == 0 for h in ("09", 12, 15)
    ]
    assert worked == [True, True, False]


def test_rare_quarters_are_added_until_seven_tenths_of_the_moments_are_inside() -> None:
    mondays = pd.date_range("2026-01-05", periods=20, freq="7D")
    at = [f"{day:%Y-%m-%d} {k // 4:02}:{k % 4 * 15:02}" for k, day in enumerate(mondays)]  # each quarter once
    worked = 1440 - off_between(seen(moments(*at)), *moments("2026-03-02", "2026-03-03"))
    assert worked == 14 * 15  # of twenty, the earliest in the week first


def test_hours_of_few_days_are_not_known() -> None:
    few, enough = (seen(every_quarter("UTC", days)) for days in (FEWEST_DAYS - 1, FEWEST_DAYS))
    assert not few.known[0] and enough.known[0]
    assert few.off(np.zeros(1, np.int64), np.array([5 * DAY])) == 0


def test_told_hours_hold_for_whom_they_are_told() -> None:
    first, last = moments("2026-01-05", "2026-01-06")
    hours = DeclaredHours.over(
        {"Ann": WorkingCalendar(hours="Mon-Fri 09:00-17:00")}, ["Ann", "Bob"], first, last
    )
    assert hours.known.tolist() == [True, False]
    reading = hours.off(np.array([0, 0, 1, 1]), np.array([first, last, first, last]))
    assert (reading[1] - reading[0]) // HOUR == 16 and reading[2] == reading[3] == 0
