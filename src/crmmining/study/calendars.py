"""Working calendars: which hours of which days a company works, in its own zone."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import AfterValidator, ValidationInfo, field_validator

from crmmining.errors import nearest
from crmmining.study.base import StudyModel

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PLACE = re.compile(r"[A-Z]{2,3}(-.+)?")
_PERIOD = re.compile(r"(\w{3})(?:-(\w{3}))?\s+(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)  # to list all zones takes a third of a second
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            f"no time zone {name!r}; write it like 'Europe/London' or 'UTC'."
            f"{nearest(name, available_timezones())}"
        ) from None
    return name


ZoneName = Annotated[str, AfterValidator(_known_zone)]


class WorkingCalendar(StudyModel):
    """Working hours by weekday, with zone and public holidays.

    `hours` reads like ``Mon-Fri 09:00-17:00, Sat 10:00-14:00``; `holidays` is a country with an
    optional part of it (``GB-ENG``, ``DE-BY``) or a list of dates.
    """

    hours: str = "Mon-Fri 09:00-17:00"
    zone: ZoneName = "UTC"
    holidays: str | list[dt.date] | None = None

    @field_validator("hours")
    @classmethod
    def _readable_hours(cls, text: str) -> str:
        parse_hours(text)
        return text

    @field_validator("holidays")
    @classmethod
    def _known_place(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, str) and (info.context is None or info.context.holidays):
            holiday_dates(value, range(2026, 2027))
        return value

    @property
    def place(self) -> str | None:
        """The country, or part of one, whose public holidays are kept."""
        return self.holidays if isinstance(self.holidays, str) else None

    @property
    def tz(self) -> ZoneInfo:
        """The zone the hours are meant in."""
        return ZoneInfo(self.zone)

    @property
    def periods(self) -> dict[int, list[tuple[int, int]]]:
        """Working periods by weekday (0 = Monday), in minutes since midnight."""
        return parse_hours(self.hours)

    @property
    def working_day_minutes(self) -> int:
        """Minutes of the longest working day: what *one business day* means."""
        return max(sum(end - start for start, end in day) for day in self.periods.values())

    def free_days(self, years: range) -> set[dt.date]:
        """The public holidays of these years."""
        if self.holidays is None:
            return set()
        if isinstance(self.holidays, str):
            return holiday_dates(self.holidays, years)
        return set(self.holidays)


def parse_hours(text: str) -> dict[int, list[tuple[int, int]]]:
    """Working periods by weekday from their written form.

    >>> parse_hours("Fri-Sat 09:00-12:30")
    {4: [(540, 750)], 5: [(540, 750)]}

    Raises:
        ValueError: a part that cannot be read, with how to write it.
    """
    week: dict[int, list[tuple[int, int]]] = {}
    for part in text.split(","):
        match = _PERIOD.fullmatch(part.strip())
        names = [match[1].title(), (match[2] or match[1]).title()] if match else []
        if match is None or any(name not in WEEKDAYS for name in names):
            raise ValueError(f"{part.strip()!r} are no working hours; write 'Mon-Fri 09:00-17:00'")
        start, end = int(match[3]) * 60 + int(match[4]), int(match[5]) * 60 + int(match[6])
        if not 0 <= start < end <= 24 * 60:
            raise ValueError(f"{part.strip()!r}: the working day must end after it starts")
        first, last = WEEKDAYS.index(names[0]), WEEKDAYS.index(names[1])
        for day in range(first, last + 1 if last >= first else last + 8):
            week.setdefault(day % 7, []).append((start, end))
    return week


def holiday_dates(place: str, years: range) -> set[dt.date]:
    """Public holidays of a country or a part of it (``GB``, ``GB-ENG``).

    Raises:
        ValueError: the place is not known.
    """
    import holidays

    try:
        if not _PLACE.fullmatch(place):
            raise NotImplementedError
        country, _, part = place.partition("-")
        return set(holidays.country_holidays(country, subdiv=part or None, years=years))
    except NotImplementedError:
        raise ValueError(
            f"no holidays are known for {place!r}; write a country like 'GB' or 'GB-ENG', or a list of dates"
        ) from None
