"""Time in the made-up world: its window, London's clock, and working hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Columns = dict[str, NDArray[Any]]

HOUR = 3600.0
DAY = 86400.0
NEVER = np.inf
_EPOCH = dt.date(1970, 1, 1)

# The window of the data: 18 months, in seconds since 1970, UTC.
START = dt.datetime(2025, 1, 1, tzinfo=dt.UTC).timestamp()
END = dt.datetime(2026, 6, 30, 23, tzinfo=dt.UTC).timestamp()

# England's bank holidays while goals can run (some run on beyond the window, unseen).
_BANK_HOLIDAYS = """
    2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25 2025-12-26
    2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28
    2027-01-01 2027-03-26 2027-03-29 2027-05-03 2027-05-31 2027-08-30 2027-12-27 2027-12-28
"""


def london_offset(utc: Floats) -> Floats:
    """Seconds that London's clock is ahead of UTC: 3600 in summer, 0 in winter."""
    summer = np.searchsorted(_CLOCK_CHANGES, utc, side="right") % 2 == 1
    return np.where(summer, HOUR, 0.0)


def to_london(utc: Floats) -> Floats:
    """Seconds since 1970 as London's clock shows them."""
    return utc + london_offset(utc)


def to_utc(london: Floats) -> Floats:
    """The moment at which London's clock shows these seconds (winter's in the doubled hour)."""
    return london - london_offset(london - HOUR)


def london_weekday(utc: Floats) -> Ints:
    """Day of the week in London, 0 = Monday; only for moments that happen."""
    return ((to_london(utc) // DAY).astype(np.int64) + 3) % 7


@dataclass(frozen=True)
class WorkingHours:
    """Opening hours in London on some days of the week, and the working time between moments.

    Moments are seconds since 1970 UTC; `NEVER` stays `NEVER`.
    """

    opens: float
    closes: float
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    holidays: tuple[str, ...] = ()
    _worked_by: Floats = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        days = np.arange(_FIRST_DAY, _LAST_DAY)
        free = [(dt.date.fromisoformat(day) - _EPOCH).days for day in self.holidays]
        works = np.isin((days + 3) % 7, self.weekdays) & ~np.isin(days, free)
        object.__setattr__(self, "_worked_by", np.cumsum(works * (self.closes - self.opens)))

    def elapsed(self, utc: Floats) -> Floats:
        """Working seconds from a fixed origin up to these moments."""
        london = to_london(np.where(np.isfinite(utc), utc, END))
        day = (london // DAY).astype(np.int64) - _FIRST_DAY
        before = self._worked_by[day - 1]
        today = np.clip(london % DAY - self.opens, 0, self.closes - self.opens)
        works = self._worked_by[day] > before
        return np.where(np.isfinite(utc), before + works * today, NEVER)

    def add(self, utc: Floats, seconds: Floats | float) -> Floats:
        """The moment at which that much working time has passed."""
        return np.floor(self._at(self.elapsed(utc) + seconds, side="left"))

    def around(self, utc: Floats) -> tuple[Floats, Floats]:
        """The last working moment up to each moment, and the first from it on."""
        worked = self.elapsed(utc)
        return self._at(worked, side="left"), self._at(worked, side="right")

    def _at(self, worked: Floats, side: Any) -> Floats:
        known = np.where(np.isfinite(worked), worked, 0.0)
        day = np.searchsorted(self._worked_by, known, side=side)
        rest = known - np.where(day > 0, self._worked_by[day - 1], 0.0)
        moment = to_utc((day + _FIRST_DAY) * DAY + self.opens + rest)
        return np.where(np.isfinite(worked), moment, NEVER)


def _last_sunday(year: int, month: int) -> float:
    last = dt.datetime(year, month, 31, 1, tzinfo=dt.UTC)
    return (last - dt.timedelta(days=(last.weekday() + 1) % 7)).timestamp()


_CLOCK_CHANGES = np.array([_last_sunday(y, m) for y in range(2024, 2030) for m in (3, 10)])
_FIRST_DAY = (dt.date(2024, 11, 4) - _EPOCH).days
_LAST_DAY = (dt.date(2029, 1, 1) - _EPOCH).days

OFFICE = WorkingHours(9 * HOUR, 17 * HOUR, (0, 1, 2, 3, 4), tuple(_BANK_HOLIDAYS.split()))
SURVEYORS = WorkingHours(8 * HOUR, 18 * HOUR)
PHONE_LINES = WorkingHours(8 * HOUR, 20 * HOUR)
