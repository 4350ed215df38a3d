"""Axis of numbers: a scale from data to points on the page, with round ticks."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor, log10


@dataclass(frozen=True)
class Scale:
    """A straight line from `low` … `high` in the data to `start` … `end` on the page."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Where a value stands on the page."""
        span = self.high - self.low
        share = (value - self.low) / span if span else 0.5
        return self.start + share * (self.end - self.start)

    def inside(self, value: float) -> float:
        """Where a value stands, held between the ends."""
        return self.at(min(max(value, self.low), self.high))


def round_ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Round numbers from low to high, at most so many.

    >>> round_ticks(0, 36)
    [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0]
    """
    span = high - low
    if span <= 0:
        return [low]
    power = 10.0 ** floor(log10(span / most))
    step = next(s * power for s in (1, 2, 5, 10, 20) if span / (s * power) <= most)
    first = -floor(-low / step + 1e-9)
    last = floor(high / step + 1e-9)
    return [round(place * step, 10) for place in range(first, last + 1)]


def tick_text(value: float) -> str:
    """A tick as short as it can be.

    >>> tick_text(5.0), tick_text(0.25), tick_text(1500.0)
    ('5', '0.25', '1,500')
    """
    return f"{value:,.0f}" if value == int(value) else f"{value:g}"
