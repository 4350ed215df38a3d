"""Durations as people write them: ``30d``, ``24h``, ``10 business days``; never a bare number."""

from __future__ import annotations

import re
from dataclasses import dataclass

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
"""Microseconds, the unit of every time in the package."""

_CALENDAR_UNITS = {"s": SECOND, "min": MINUTE, "h": HOUR, "d": DAY, "w": 7 * DAY}
_SPELLINGS = {
    "s": "s", "sec": "s", "second": "s", "seconds": "s",
    "min": "min", "minute": "min", "minutes": "min",
    "h": "h", "hour": "h", "hours": "h",
    "d": "d", "day": "d", "days": "d",
    "w": "w", "week": "w", "weeks": "w",
    "business day": "business day", "business days": "business day",
    "business hour": "business hour", "business hours": "business hour",
}  # fmt: skip
_PATTERN = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+(?:\s+[a-z]+)?)\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Duration:
    """An amount of time on one of two clocks: the calendar, or business hours."""

    amount: float
    unit: str

    @property
    def is_business(self) -> bool:
        """Whether it runs on the business clock."""
        return self.unit.startswith("business")

    def microseconds(self, working_day: int = 8 * HOUR) -> int:
        """Length in microseconds of its own clock; a business day lasts `working_day`."""
        if self.unit == "business day":
            return round(self.amount * working_day)
        if self.unit == "business hour":
            return round(self.amount * HOUR)
        return round(self.amount * _CALENDAR_UNITS[self.unit])

    def __str__(self) -> str:
        number = f"{self.amount:g}"
        if not self.is_business:
            return f"{number} {self.unit}"
        return f"{number} {self.unit}{'' if self.amount == 1 else 's'}"


def parse_duration(text: str) -> Duration:
    """Read a duration with its unit.

    >>> parse_duration("10 business days")
    Duration(amount=10.0, unit='business day')
    >>> parse_duration("30d").microseconds() == 30 * DAY
    True

    Raises:
        ValueError: no unit, an unknown unit, or not a duration at all.
    """
    match = _PATTERN.fullmatch(str(text))
    unit = _SPELLINGS.get(" ".join(match[2].lower().split())) if match else None
    if match is None or unit is None:
        raise ValueError(
            f"{text!r} is no duration; write a number with its unit: "
            "30d, 24h, 90min, 2 weeks, 10 business days, 4 business hours"
        )
    return Duration(float(match[1]), unit)


def humanise(microseconds: float) -> str:
    """A length of time in the unit a reader would choose.

    >>> humanise(36 * HOUR), humanise(90 * MINUTE), humanise(30 * DAY)
    ('1.5 d', '1.5 h', '30 d')
    """
    size = abs(microseconds)
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min"), (SECOND, "s")):
        if size >= unit:
            value = microseconds / unit
            return f"{value:,.0f} {name}" if abs(value) >= 29.95 else f"{value:.1f} {name}"
    return "0 s"
