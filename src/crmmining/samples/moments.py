"""When somebody acts next: customers at their hours, staff in office hours, all from one stream."""

from __future__ import annotations

import numpy as np

from crmmining.samples.clock import (
    DAY,
    END,
    HOUR,
    NEVER,
    OFFICE,
    PHONE_LINES,
    START,
    Bools,
    Floats,
    Ints,
    WorkingHours,
    to_london,
    to_utc,
)

# How likely a customer acts in each hour of the day: lunch and evening, hardly at night.
_CUSTOMER_HOURS = np.array(
    [2, 1, 1, 0, 0, 1, 4, 9, 14, 17, 18, 19, 22, 19, 16, 15, 17, 20, 25, 32, 36, 30, 17, 6], float
)
# Goals begin more often in spring and early autumn than around Christmas (January first).
_MONTHS = np.array([0.95, 1.0, 1.1, 1.12, 1.1, 1.05, 0.97, 0.93, 1.06, 1.04, 0.95, 0.78])


class Moments:
    """Draws of the next moment, in whole seconds UTC; what follows `NEVER` is `NEVER`."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng

    def chance(self, share: Floats | float, n: int) -> Bools:
        """True with the given likelihood."""
        return self.rng.random(n) < share

    def pick(self, shares: list[float], n: int) -> Ints:
        """The number of a choice, each with its share; the shares add up to 1 or are scaled to."""
        bounds = np.cumsum(shares)
        return np.searchsorted(bounds / bounds[-1], self.rng.random(n), side="right")

    def between(self, low: float, high: float, n: int) -> Floats:
        """Evenly spread numbers."""
        return self.rng.uniform(low, high, n)

    def begins(self, n: int, until: float = END) -> Floats:
        """Where goals begin: spread over the window with its seasons, at customers' hours."""
        days = np.arange(START // DAY, until // DAY)
        months = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
        day = days[self.pick(list(_MONTHS[months]), n)]
        return self._at_customer_hour(day * DAY, START + np.zeros(n))

    def customer(self, after: Floats, low: float, high: float) -> Floats:
        """A customer acts, `low` to `high` days later at an hour that customers like."""
        return self._at_customer_hour(after + self.between(low, high, len(after)) * DAY, after)

    def office(self, after: Floats, low: float, high: float) -> Floats:
        """Staff act, `low` to `high` calendar days later in office hours."""
        return self.at_work(OFFICE, after + self.between(low, high, len(after)) * DAY, after)

    def worked(self, after: Floats, low: float, high: float) -> Floats:
        """Staff act when `low` to `high` working hours have passed."""
        return OFFICE.add(after, self.between(low, high, len(after)) * HOUR)

    def phone(self, after: Floats, low: float, high: float) -> Floats:
        """A call, `low` to `high` days later, or when the lines open again."""
        wanted = after + self.between(low, high, len(after)) * DAY
        _, opening = PHONE_LINES.around(wanted)
        late = self.rng.exponential(0.5 * HOUR, len(after)).clip(1, 1.5 * HOUR)
        return np.floor(np.where(opening > wanted + 1, opening + late, wanted))

    def soon(self, after: Floats, low: float, high: float) -> Floats:
        """Something follows `low` to `high` minutes later, whatever the hour."""
        return np.floor(after + self.between(low, high, len(after)) * 60)

    def now_and_then(self, after: Floats, share: float, low: float, high: float) -> Floats:
        """The moment itself, for a share of them `low` to `high` days later: somebody was slow."""
        n = len(after)
        return after + self.chance(share, n) * self.between(low, high, n) * DAY

    def at_work(self, hours: WorkingHours, wanted: Floats, after: Floats) -> Floats:
        """Moments in working hours near the wanted ones and later than `after`.

        A wanted moment outside working hours goes back to the last working hours or on to the
        next with likelihoods that leave its expectation unchanged, so that planted means stay
        what they were meant to be.
        """
        closing, opening = hours.around(wanted)
        inside = opening <= closing + 1
        n = len(wanted)
        back = closing - self.between(0, 2 * HOUR, n)
        on = opening + self.between(0, 2 * HOUR, n)
        with np.errstate(invalid="ignore"):
            goes_on = self.rng.random(n) < (wanted - back) / (on - back)
            goes_on |= back <= after + 600
        moment = np.where(inside, wanted, np.where(goes_on, on, back))
        return np.floor(np.where(np.isfinite(wanted), moment, NEVER))

    def _at_customer_hour(self, wanted: Floats, after: Floats) -> Floats:
        n = len(wanted)
        known = np.where(np.isfinite(wanted), wanted, END)
        hour = self.pick(list(_CUSTOMER_HOURS), n) + self.rng.random(n)
        moment = to_utc(to_london(known) // DAY * DAY + hour * HOUR)
        hurried = after + self.between(0.2, 3, n) * HOUR
        moment = np.where(moment > after + 300, moment, hurried)
        return np.floor(np.where(np.isfinite(wanted), moment, NEVER))
