"""Business time: how much of a stretch of time lies inside working hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.study.calendars import WorkingCalendar
from crmmining.study.durations import MINUTE, Duration


@dataclass(frozen=True, eq=False)
class BusinessClock:
    """Working periods of a calendar as UTC microseconds, with the working time before each.

    Daylight saving is that of the calendar's zone: a working day keeps its length and moves with it.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    before: NDArray[np.int64]
    working_day: int

    @classmethod
    def over(cls, calendar: WorkingCalendar, first: int, last: int) -> BusinessClock:
        """A clock for moments between `first` and `last` (microseconds UTC)."""
        zone = calendar.tz
        day = dt.datetime.fromtimestamp(first / 1e6, zone).date() - dt.timedelta(days=1)
        end = dt.datetime.fromtimestamp(last / 1e6, zone).date() + dt.timedelta(days=1)
        free, week = calendar.free_days(range(day.year, end.year + 1)), calendar.periods
        found: list[tuple[int, int]] = []
        while day <= end:
            if day not in free:
                midnight = dt.datetime.combine(day, dt.time(), zone)
                for opening, closing in week.get(day.weekday(), []):
                    found.append((_moment(midnight, opening), _moment(midnight, closing)))
            day += dt.timedelta(days=1)
        starts, ends = (np.array([pair[i] for pair in found], np.int64) for i in (0, 1))
        before = np.concatenate([[0], np.cumsum(ends - starts)])[: starts.size]
        return cls(starts, ends, before.astype(np.int64), calendar.working_day_minutes * MINUTE)

    def reading(self, moments: NDArray[np.int64]) -> NDArray[np.int64]:
        """Working time from the clock's beginning to each moment."""
        if self.starts.size == 0:
            return np.zeros(moments.size, np.int64)
        period = np.searchsorted(self.starts, moments, "right") - 1
        held = np.maximum(period, 0)
        inside = np.clip(moments - self.starts[held], 0, self.ends[held] - self.starts[held])
        return np.where(period >= 0, self.before[held] + inside, 0)

    def elapsed(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
        """Working time between moments."""
        return self.reading(end) - self.reading(start)

    def measure(self, limit: Duration, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.int64]:
        """Time between moments on the clock that `limit` is meant on."""
        return self.elapsed(start, end) if limit.is_business else end - start

    def due(self, limit: Duration, start: NDArray[np.int64]) -> NDArray[np.int64]:
        """The moment at which `limit` has passed since each start, on the calendar.

        What would be due after the clock's last working period is put at its end.
        """
        length = self.length(limit)
        if not limit.is_business or self.starts.size == 0:
            return start + length
        reading = self.reading(start) + length
        period = np.maximum(np.searchsorted(self.before, reading, "left") - 1, 0)
        return np.minimum(self.starts[period] + reading - self.before[period], self.ends[period])

    def length(self, limit: Duration) -> int:
        """`limit` in microseconds of its own clock; a business day is this calendar's."""
        return limit.microseconds(self.working_day)


_NONE = np.zeros(0, np.int64)
ALWAYS = BusinessClock(_NONE, _NONE, _NONE, 0)
"""A clock that knows no working hours: only for limits in calendar time."""


def _moment(midnight: dt.datetime, minutes: int) -> int:
    local = midnight.replace(tzinfo=None) + dt.timedelta(minutes=minutes)
    return round(local.replace(tzinfo=midnight.tzinfo).timestamp() * 1e6)
