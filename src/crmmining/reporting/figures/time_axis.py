"""Axis of time since a beginning: in the unit that suits, spread out where most happens early."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

from crmmining.reporting.figures.axis import Scale, round_ticks, tick_text

MINUTE, HOUR, YEAR = 1 / 1440, 1 / 24, 365.25
_UNITS = ((3 * HOUR, MINUTE, "minutes"), (3.0, HOUR, "hours"), (4 * YEAR, 1.0, "days"))
_MARKS = (
    *((n * MINUTE, f"{n} min") for n in (1, 5, 15)),
    *((n * HOUR, f"{n} h") for n in (1, 4)),
    *((float(n), f"{n:,} d") for n in (1, 3, 10, 30, 100, 300, 1000, 3000, 10_000)),
)
_LONG_TAIL = 20  # times the middle: from here on a straight axis would show but the tail


@dataclass(frozen=True)
class TimeAxis:
    """Days on the page from `start` to `end`; `ticks` are days with their words.

    `first` is where an axis of ratios begins, None on a straight one.
    """

    days: float
    start: float
    end: float
    first: float | None
    unit: str
    ticks: tuple[tuple[float, str], ...]

    def at(self, days: float) -> float:
        """Where a time stands, held between the ends."""
        if self.first is None:
            return Scale(0.0, self.days, self.start, self.end).inside(days)
        spread = Scale(log(self.first), log(self.days), self.start, self.end)
        return spread.inside(log(max(days, self.first)))


def time_axis(days: float, early: float, middle: float, start: float, end: float) -> TimeAxis:
    """An axis of so many days, of which few cases end before `early` and half before `middle`.

    >>> time_axis(80.0, 20.0, 50.0, 0, 100).ticks[1], time_axis(80.0, 20.0, 50.0, 0, 100).unit
    ((10.0, '10'), 'days')
    >>> [words for _, words in time_axis(130.0, 0.03, 1.0, 0, 100).ticks]
    ['1 h', '4 h', '1 d', '3 d', '10 d', '30 d', '100 d']
    """
    days = max(days, MINUTE)
    if middle * _LONG_TAIL < days:
        first = max(min(early, middle / _LONG_TAIL), MINUTE)
        marks = tuple(mark for mark in _MARKS if first <= mark[0] <= days)
        if len(marks) > 2:
            return TimeAxis(days, start, end, first, "", marks)
    size, unit = next(((u, name) for most, u, name in _UNITS if days < most), (YEAR, "years"))
    ticks = tuple((tick * size, tick_text(tick)) for tick in round_ticks(0.0, days / size))
    return TimeAxis(days, start, end, None, unit, ticks)
