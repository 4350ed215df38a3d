"""Business time against hours counted by hand on a calendar."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmmining.eventlog.business_time import BusinessClock
from crmmining.study.calendars import WorkingCalendar
from crmmining.study.durations import DAY, HOUR, parse_duration

LONDON = ZoneInfo("Europe/London")
OFFICE = WorkingCalendar(hours="Mon-Fri 09:00-17:00", zone="Europe/London", holidays="GB-ENG")


def london(text: str) -> int:
    return round(dt.datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp() * 1e6)


def hours_between(calendar: WorkingCalendar, start: str, end: str) -> float:
    first, last = london(start), london(end)
    clock = BusinessClock.over(calendar, first, last)
    return float(clock.elapsed(np.array([first]), np.array([last]))[0] / HOUR)


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2025-06-03 10:00", "2025-06-03 15:30", 5.5),  # one Tuesday
        ("2025-06-03 07:00", "2025-06-03 20:00", 8),  # before and after work nothing counts
        ("2025-06-06 16:00", "2025-06-09 10:00", 2),  # over a weekend
        ("2025-06-07 08:00", "2025-06-08 22:00", 0),  # Saturday to Sunday
        ("2025-03-28 16:00", "2025-03-31 10:00", 2),  # summer time begins on Sunday
        ("2025-10-24 16:00", "2025-10-27 10:00", 2),  # and ends
        ("2025-04-17 16:00", "2025-04-22 10:00", 2),  # Good Friday and Easter Monday
        ("2025-12-24 16:00", "2025-12-29 10:00", 2),  # Christmas, Boxing Day, a weekend
        ("2025-08-25 09:00", "2025-08-25 17:00", 0),  # the summer bank holiday itself
    ],
)
def test_only_working_hours_count(start: str, end: str, hours: float) -> None:
    assert hours_between(OFFICE, start, end) == hours


def test_hours_across_a_change_of_clocks_are_those_that_pass() -> None:
    nights = WorkingCalendar(hours="Sun 00:00-04:00", zone="Europe/London")
    assert hours_between(nights, "2025-03-30 00:00", "2025-03-30 12:00") == 3
    assert hours_between(nights, "2025-10-26 00:00", "2025-10-26 12:00") == 5


def test_ten_business_days_are_two_weeks_of_work() -> None:
    begun, ended, late = (london(f"2025-06-{day}") for day in ("02 09:00", "13 17:00", "16 09:01"))
    clock = BusinessClock.over(OFFICE, begun, late)
    limit = parse_duration("10 business days")
    taken = clock.measure(limit, np.array([begun, begun]), np.array([ended, late]))
    assert clock.length(limit) == 80 * HOUR == taken[0]
    assert taken[1] > clock.length(limit)


def test_a_bank_holiday_lengthens_ten_business_days_by_a_day() -> None:
    begun, ended = london("2025-05-19 09:00"), london("2025-05-30 17:00")
    clock = BusinessClock.over(OFFICE, begun, ended)
    assert clock.elapsed(np.array([begun]), np.array([ended]))[0] == 9 * 8 * HOUR


def test_a_calendar_limit_runs_day_and_night() -> None:
    begun, ended = london("2025-06-06 12:00"), london("2025-06-09 12:00")
    clock = BusinessClock.over(OFFICE, begun, ended)
    assert clock.measure(parse_duration("3d"), np.array([begun]), np.array([ended]))[0] == 3 * DAY


def test_a_day_with_a_break_counts_without_it() -> None:
    shop = WorkingCalendar(hours="Mon-Fri 09:00-12:00, Mon-Fri 13:00-17:00", zone="Europe/London")
    assert hours_between(shop, "2025-06-03 11:30", "2025-06-03 13:30") == 1


FIRST = london("2025-01-01 00:00")
MOMENTS = st.integers(FIRST, FIRST + 400 * DAY)
CLOCK = BusinessClock.over(OFFICE, FIRST, FIRST + 400 * DAY)


@given(a=MOMENTS, b=MOMENTS, c=MOMENTS)
def test_business_time_adds_up_and_never_exceeds_the_calendar(a: int, b: int, c: int) -> None:
    first, middle, last = (np.array([moment]) for moment in sorted((a, b, c)))
    whole = CLOCK.elapsed(first, last)
    assert CLOCK.elapsed(first, middle) + CLOCK.elapsed(middle, last) == whole
    assert 0 <= whole[0] <= last[0] - first[0]


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        ("2025-06-03 10:00", "2 business hours", "2025-06-03 12:00"),
        ("2025-06-06 16:00", "2 business hours", "2025-06-09 10:00"),  # over a weekend
        ("2025-06-06 20:00", "1 business day", "2025-06-09 17:00"),  # asked after work: all of Monday
        ("2025-04-17 16:00", "10 business hours", "2025-04-23 10:00"),  # Easter
        ("2025-06-06 16:00", "2d", "2025-06-08 16:00"),
    ],
)
def test_a_limit_is_due_when_its_working_time_has_passed(start: str, limit: str, due: str) -> None:
    clock = BusinessClock.over(OFFICE, london(start), london("2025-12-31 12:00"))
    found = clock.due(parse_duration(limit), np.array([london(start)]))
    assert found.tolist() == [london(due)]


def test_what_is_due_after_the_clock_ends_is_put_at_its_end() -> None:
    clock = BusinessClock.over(OFFICE, london("2025-06-03 10:00"), london("2025-06-04 12:00"))
    found = clock.due(parse_duration("30 business days"), np.array([london("2025-06-03 10:00")]))
    assert found[0] == clock.ends[-1]
