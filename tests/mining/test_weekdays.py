"""Weekday delays on a log with twenty orders on each side."""

import pandas as pd
import pytest

from crmmining.eventlog.business_time import BusinessClock
from crmmining.eventlog.log import EventLog
from crmmining.mining.weekdays import find_weekday_delays
from crmmining.study.calendars import WorkingCalendar
from crmmining.study.durations import DAY

MONDAY = pd.Timestamp("2026-01-05T10:00", tz="UTC")


def orders(days_to_wait, late=20, begins=4):
    """Twenty Monday orders that wait two days, and some `begins` days later that wait longer."""
    rows = []
    for k in range(20 + late):
        begin = MONDAY + pd.Timedelta(days=7 * k + (begins if k >= 20 else 0))
        wait = days_to_wait if k >= 20 else 2
        rows += [(k, "Ordered", begin), (k, "Visited", begin + pd.Timedelta(days=wait))]
    return EventLog.from_frame(pd.DataFrame(rows, columns=["case", "activity", "time"]))


def test_friday_orders_that_wait_longer_are_found_with_their_difference():
    (delay,) = find_weekday_delays(orders(5), "UTC").all
    assert (delay.source, delay.target) == ("Ordered", "Visited")
    assert delay.late.value == pytest.approx(3 * DAY)
    assert (delay.mean_early, delay.mean_late) == (2 * DAY, 5 * DAY)
    assert (delay.late.n, delay.cases.size) == (40, 20)


def test_thursday_is_early_in_the_week():
    assert find_weekday_delays(orders(5, begins=3), "UTC").all == ()


def test_the_weekday_is_that_of_the_calendars_zone():
    # Thursday 20:00 in UTC is Friday in Tokyo
    evening = orders(5, begins=3 + 10 / 24)
    assert find_weekday_delays(evening, "UTC").all == ()
    assert len(find_weekday_delays(evening, "Asia/Tokyo").all) == 1


@pytest.mark.parametrize(("wait", "late"), [(2, 20), (1, 20), (5, 19)])
def test_no_delay_no_finding_and_too_few_none_either(wait, late):
    assert find_weekday_delays(orders(wait, late), "UTC").all == ()


def test_a_weekend_takes_no_business_days():
    """Monday to Wednesday at ten are two of them, Friday to Wednesday three."""
    log = orders(5)
    clock = BusinessClock.over(WorkingCalendar(), int(log.begun.min()), log.horizon)
    (delay,) = find_weekday_delays(log, "UTC", clock).all
    assert delay.late.value == pytest.approx(3 * DAY)
    assert delay.business_late.value == pytest.approx(1)
    frame = find_weekday_delays(log, "UTC", clock).to_frame()
    assert frame[["business_days", "business_low", "business_high"]].iloc[0].tolist() == pytest.approx(
        [1] * 3
    )
    assert "business_days" not in find_weekday_delays(log, "UTC").to_frame()
