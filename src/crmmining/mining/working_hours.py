"""Working hours of resources: declared calendars, or the hours of the week in which each is seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.business_time import BusinessClock
from crmmining.study.calendars import WorkingCalendar
from crmmining.study.durations import DAY, MINUTE

WEEK = 7 * DAY
GRANULE = 15 * MINUTE
IN_A_DAY, IN_A_WEEK = DAY // GRANULE, WEEK // GRANULE
LEAST_SEEN = 0.1
"""A quarter of an hour is worked when the resource is seen in it on this share of its days."""
LEAST_COVERED = 0.7
"""Quarters are added, the most frequent first, until they hold this share of what the resource does."""
FEWEST_DAYS = 10
"""Hours of a resource that is seen on fewer days are not known."""
_MONDAY = 4 * DAY  # 1970-01-05

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DeclaredHours:
    """Calendars that are told: `clock_of` gives per resource its place in `clocks`, -1 for none."""

    clocks: Sequence[BusinessClock]
    clock_of: Whole

    @classmethod
    def over(
        cls,
        hours: WorkingCalendar | Mapping[str, WorkingCalendar],
        resources: Sequence[str],
        first: int,
        last: int,
    ) -> DeclaredHours:
        """One calendar for everybody, or one per name; `first` to `last` are the moments asked for."""
        told = hours if isinstance(hours, Mapping) else dict.fromkeys(resources, hours)
        calendars = {calendar.model_dump_json(): calendar for calendar in told.values()}
        place = {key: number for number, key in enumerate(calendars)}
        clocks = [BusinessClock.over(calendar, first, last) for calendar in calendars.values()]
        own = [place[told[name].model_dump_json()] if name in told else -1 for name in resources]
        return cls(clocks, np.array(own, np.int64))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether a calendar is told."""
        return self.clock_of >= 0

    def off(self, resource: Whole, moment: Whole) -> Whole:
        """Time off work before each moment; 0 where no calendar is told."""
        reading = np.zeros(moment.size, np.int64)
        for number, clock in enumerate(self.clocks):
            mine = np.flatnonzero(self.clock_of[resource] == number)
            reading[mine] = moment[mine] - clock.reading(moment[mine])
        return reading


@dataclass(frozen=True, eq=False)
class SeenHours:
    """Hours by the week: `is_off` and `before` (granules off before) per resource and granule.

    `changes` are the moments from which on `offsets` hold between UTC and the zone; `gained` is what the
    clock's jumps there add to the time off of each resource, so that no hour counts twice or not at all.
    """

    is_off: NDArray[np.bool_]
    before: NDArray[np.int32]
    known: NDArray[np.bool_]
    changes: Whole
    offsets: Whole
    gained: Whole

    @classmethod
    def seen(
        cls, resource: Whole, activity: NDArray[np.int32], moment: Whole, n_resources: int, zone: str
    ) -> SeenHours:
        """Hours from the moments at which resources began or ended an activity, in the zone's time.

        A quarter of an hour of a weekday is worked when, on at least a tenth of the dates of that weekday
        on which the resource did some activity, it began or ended that activity in it; the most frequent
        others are added until 70 % of its moments are inside (López-Pintado & Dumas 2022).
        """
        changes, offsets = zone_offsets(zone, int(moment.min()), int(moment.max()))
        local = moment + offsets[np.searchsorted(changes, moment, "right") - 1]
        day, quarter = np.divmod(local, DAY)
        day -= day.min()
        weekday = (local - _MONDAY) // DAY % 7
        granule = weekday * IN_A_DAY + quarter // GRANULE
        worked = _worked(resource, activity, day, weekday, granule, n_resources)
        n_days = int(day.max()) + 1
        seen = _distinct(resource * n_days + day) // n_days
        known = np.bincount(seen, minlength=n_resources) >= FEWEST_DAYS
        is_off = ~worked
        before = np.zeros((n_resources, IN_A_WEEK + 1), np.int32)
        np.cumsum(is_off, axis=1, out=before[:, 1:])
        gained = np.zeros((n_resources, changes.size), np.int64)
        hours = cls(is_off, before, known, changes, offsets, gained)
        everyone = np.arange(n_resources)
        for k in range(1, changes.size):  # the clocks go forward or back twice a year
            jump = [hours._local(everyone, np.full(n_resources, changes[k] + offsets[k - i])) for i in (1, 0)]
            gained[:, k] = gained[:, k - 1] + jump[0] - jump[1]
        return hours

    def off(self, resource: Whole, moment: Whole) -> Whole:
        """Time off the seen hours before each moment; 0 where they are not known."""
        span = np.searchsorted(self.changes, moment, "right") - 1
        reading = self._local(resource, moment + self.offsets[span]) + self.gained[resource, span]
        return np.where(self.known[resource], reading, 0)

    def _local(self, resource: Whole, local: Whole) -> Whole:
        week, inside = np.divmod(local - _MONDAY, WEEK)
        granule, rest = np.divmod(inside, GRANULE)
        whole = week * self.before[resource, -1] + self.before[resource, granule]
        return whole * GRANULE + self.is_off[resource, granule] * rest


Hours = DeclaredHours | SeenHours
"""Who works when: `known` per resource, and `off`, a reading of the time off work to take differences of."""


def _worked(
    resource: Whole,
    activity: NDArray[np.int32],
    day: Whole,
    weekday: Whole,
    granule: Whole,
    n_resources: int,
) -> NDArray[np.bool_]:
    """Per resource and granule of the week whether it is worked."""
    n_days, n_acts = int(day.max()) + 1, int(activity.max()) + 1
    doing = resource * n_acts + activity
    spots = _distinct((doing * n_days + day) * IN_A_DAY + granule % IN_A_DAY)
    spot_day, spot = np.divmod(spots, IN_A_DAY)
    weekday_of = np.zeros(n_days, np.int64)
    weekday_of[day] = weekday
    does, on = np.divmod(spot_day, n_days)
    cell, dates = np.unique((does * 7 + weekday_of[on]) * IN_A_DAY + spot, return_counts=True)
    does, on = np.divmod(_distinct(spot_day), n_days)
    weekdays, n_seen = np.unique(does * 7 + weekday_of[on], return_counts=True)
    enough = dates / n_seen[np.searchsorted(weekdays, cell // IN_A_DAY)] >= LEAST_SEEN
    does, where = np.divmod(cell[enough], IN_A_WEEK)
    worked = np.zeros((n_resources, IN_A_WEEK), bool)
    worked[does // n_acts, where] = True

    own, moments = np.unique(resource * IN_A_WEEK + granule, return_counts=True)
    accepted = worked.ravel()[own]
    order = np.lexsort((own, -moments, ~accepted, own // IN_A_WEEK))
    who, n = own[order] // IN_A_WEEK, moments[order]
    total = np.bincount(resource, minlength=n_resources)
    earlier = np.cumsum(n) - n
    held = earlier - (np.cumsum(total) - total)[who]  # of its moments those in the granules before
    worked.ravel()[own[order[held < LEAST_COVERED * total[who]]]] = True
    return worked


def _distinct(values: Whole) -> Whole:
    """The values once each, in order; quicker than `np.unique`, which hashes."""
    ordered = np.sort(values)
    return ordered[np.diff(ordered, prepend=ordered[:1] - 1) != 0]


def zone_offsets(zone: str, first: int, last: int) -> tuple[Whole, Whole]:
    """From which moments on which offset (microseconds) holds between UTC and a zone's time.

    >>> changes, offsets = zone_offsets("Europe/London", 1_767_225_600_000_000, 1_780_000_000_000_000)
    >>> [int(offset) // 3_600_000_000 for offset in offsets]
    [0, 1]
    """
    where = ZoneInfo(zone)

    def offset(moment: int) -> int:
        at = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(microseconds=moment)
        shift = at.astimezone(where).utcoffset()
        return 0 if shift is None else round(shift.total_seconds()) * 1_000_000

    day = first // DAY * DAY - DAY
    changes, offsets = [day], [offset(day)]
    while day <= last and zone != "UTC":
        if offset(day + DAY) != offsets[-1]:
            low, high = day // MINUTE, (day + DAY) // MINUTE
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if offset(middle * MINUTE) == offsets[-1] else (low, middle)
            changes.append(high * MINUTE)
            offsets.append(offset(changes[-1]))
        day += DAY
    return np.array(changes, np.int64), np.array(offsets, np.int64)
