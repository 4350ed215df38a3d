"""Weekday delays: steps that wait longer when they are asked for late in the week."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import UnknownNameError
from crmmining.estimates import Estimate, difference_of_means
from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.log import CaseNotion, EventLog

if TYPE_CHECKING:
    import pandas as pd

FEWEST_A_SIDE = 20
FRIDAY = 4
DEFINITION = (
    "Mean calendar time from one event to the next, for those that begin on Friday to Sunday less those that "
    "begin on Monday to Thursday, in the calendar's zone. A weekend without work alone adds about one and a "
    "half days; what goes beyond it is how the work is planned. In business days, where working hours are "
    "known, a weekend takes no time at all."
)
BUSINESS_DEFINITION = "the same difference in business days: the company's working time in between"


@dataclass(frozen=True, eq=False)
class WeekdayDelay:
    """One pair of steps: how much longer it takes from late in the week.

    `business_late` is the difference in business days, None where no working hours are known.
    """

    source: str
    target: str
    department: str | None
    late: Estimate
    mean_early: float
    mean_late: float
    cases: NDArray[np.int64]
    business_late: Estimate | None = None


@dataclass(frozen=True, eq=False)
class WeekdayDelays:
    """Pairs of steps whose time depends on the weekday, the largest sum of delay first."""

    notion: CaseNotion
    all: tuple[WeekdayDelay, ...]
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per pair of steps, times as Timedelta; business days where working hours are known."""
        import pandas as pd

        rows = [
            {
                "source": d.source,
                "target": d.target,
                "department": d.department,
                "n": d.late.n,
                "n_late": d.cases.size,
                "mean_early": pd.Timedelta(d.mean_early, "us"),
                "mean_late": pd.Timedelta(d.mean_late, "us"),
                "difference": pd.Timedelta(d.late.value, "us"),
                "low": pd.Timedelta(d.late.low, "us"),
                "high": pd.Timedelta(d.late.high, "us"),
                **_business(d.business_late),
            }
            for d in self.all
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        return f"WeekdayDelays({self.notion})\n{self.to_frame().to_string(index=False)}"


def _business(late: Estimate | None) -> dict[str, float]:
    if late is None:
        return {}
    return {"business_days": late.value, "business_low": late.low, "business_high": late.high}


def find_weekday_delays(log: EventLog, zone: str, clock: BusinessClock | None = None) -> WeekdayDelays:
    """Compare the weekdays of every directly-follows pair with enough cases on both sides.

    Only pairs whose interval excludes zero are kept. With the company's `clock` the difference is told in
    business days too.

    Raises:
        UnknownNameError: there is no such time zone.
    """
    import pandas as pd

    if zone not in available_timezones():
        raise UnknownNameError("time zone", zone, sorted(available_timezones()))
    case, time, activity = log.case_of_event, log.columns["time"], log.columns["activity"]
    after = np.flatnonzero(case[1:] == case[:-1]) + 1
    local = pd.to_datetime(time[after - 1], unit="us", utc=True).tz_convert(zone)
    late = np.asarray(local.dayofweek >= FRIDAY)
    length = time[after] - time[after - 1]
    customers = log.cases["customer"].to_numpy() if "customer" in log.cases else np.arange(log.n_cases)
    code = activity[after - 1].astype(np.int64) * len(log.activities) + activity[after]
    days = clock.elapsed(time[after - 1], time[after]) / clock.working_day if clock else None
    found = []
    if not code.size:
        return WeekdayDelays(log.notion, ())
    order = np.argsort(code, kind="stable")
    pairs, first = np.unique(code[order], return_index=True)
    for pair, mine in zip(pairs, np.split(order, first[1:]), strict=True):
        sides = [mine[late[mine]], mine[~late[mine]]]
        if min(side.size for side in sides) < FEWEST_A_SIDE:
            continue
        owners = [customers[case[after[side]]] for side in sides]
        estimate = difference_of_means(
            length[sides[0]], owners[0], length[sides[1]], owners[1], "time", DEFINITION
        )
        if estimate.low > 0:
            business = None
            if days is not None:
                business = difference_of_means(
                    days[sides[0]], owners[0], days[sides[1]], owners[1], "business days", BUSINESS_DEFINITION
                )
            source, target = divmod(int(pair), len(log.activities))
            department = _department(log, after[mine])
            found.append(
                WeekdayDelay(
                    log.activities[source],
                    log.activities[target],
                    department,
                    estimate,
                    float(length[sides[1]].mean()),
                    float(length[sides[0]].mean()),
                    case[after[sides[0]]],
                    business,
                )
            )
    found.sort(key=lambda d: (-d.late.value * d.cases.size, d.source, d.target))
    return WeekdayDelays(log.notion, tuple(found))


def _department(log: EventLog, rows: NDArray[np.int64]) -> str | None:
    """The department that most often does the second step."""
    if "department" not in log.columns:
        return None
    codes = log.columns["department"][rows]
    codes = codes[codes >= 0]
    return log.names["department"][int(np.bincount(codes).argmax())] if codes.size else None
