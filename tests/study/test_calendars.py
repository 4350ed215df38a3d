import datetime as dt

import pytest
from pydantic import ValidationError

from crmmining.study.calendars import WorkingCalendar, holiday_dates, parse_hours


def test_hours_are_read_per_weekday() -> None:
    week = parse_hours("Mon-Fri 09:00-17:00, Sat 10:00-14:30")
    assert sorted(week) == [0, 1, 2, 3, 4, 5]
    assert week[0] == [(540, 1020)] and week[5] == [(600, 870)]


def test_a_span_of_days_may_cross_the_weekend() -> None:
    assert sorted(parse_hours("Sat-Mon 09:00-10:00")) == [0, 5, 6]


def test_a_day_may_have_a_break() -> None:
    calendar = WorkingCalendar(hours="Mon-Fri 09:00-12:00, Mon-Fri 13:00-18:00")
    assert calendar.working_day_minutes == 8 * 60


def test_a_working_day_may_end_at_midnight() -> None:
    assert parse_hours("Mon 20:00-24:00") == {0: [(1200, 1440)]}


@pytest.mark.parametrize(
    "hours", ["", "9-17", "Mon-Fri", "Mon-Fry 09:00-17:00", "Mon 17:00-09:00", "Mon 09:00-25:00"]
)
def test_hours_that_cannot_be_read_are_refused(hours: str) -> None:
    with pytest.raises(ValueError, match=r"write 'Mon-Fri 09:00-17:00'|must end after it starts"):
        parse_hours(hours)


def test_england_has_its_bank_holidays() -> None:
    days = holiday_dates("GB-ENG", range(2025, 2026))
    expected = {
        "2025-01-01",
        "2025-04-18",
        "2025-04-21",
        "2025-05-05",
        "2025-05-26",
        "2025-08-25",
        "2025-12-25",
        "2025-12-26",
    }
    assert {day.isoformat() for day in days} == expected


def test_scotland_has_other_bank_holidays_than_england() -> None:
    assert dt.date(2025, 11, 30) not in holiday_dates("GB-ENG", range(2025, 2026))
    assert dt.date(2025, 1, 2) in holiday_dates("GB-SCT", range(2025, 2026))


@pytest.mark.parametrize(
    "place", ["XX", "GB-XYZ", "England", "__class__", "country_holidays", "HolidayBase", "GB-", "gb"]
)
def test_a_country_that_is_none_is_refused(place: str) -> None:
    with pytest.raises(ValidationError, match="write a country like 'GB' or 'GB-ENG', or a list of dates"):
        WorkingCalendar(holidays=place)


def test_holidays_may_be_a_list_of_dates() -> None:
    calendar = WorkingCalendar.model_validate({"holidays": ["2026-12-24"]})
    assert calendar.free_days(range(2026, 2027)) == {dt.date(2026, 12, 24)}
