import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from crmmining.samples.clock import NEVER, OFFICE, PHONE_LINES, london_offset, london_weekday

LONDON = ZoneInfo("Europe/London")
MOMENTS = st.integers(1_735_700_000, 1_827_600_000)  # January 2025 to November 2027


def at(text: str) -> np.ndarray:
    return np.array([dt.datetime.fromisoformat(text).replace(tzinfo=LONDON).timestamp()])


def shown(utc: np.ndarray) -> str:
    return dt.datetime.fromtimestamp(float(utc[0]), LONDON).strftime("%Y-%m-%d %H:%M")


def test_working_time_goes_on_after_the_weekend():
    assert shown(OFFICE.add(at("2025-06-06 16:00"), 2 * 3600)) == "2025-06-09 10:00"


def test_bank_holidays_are_no_working_days():
    assert shown(OFFICE.add(at("2025-04-17 16:30"), 3600)) == "2025-04-22 09:30"
    assert shown(OFFICE.add(at("2026-12-24 16:30"), 3600)) == "2026-12-29 09:30"


def test_working_time_is_londons_across_the_change_of_clocks():
    assert shown(OFFICE.add(at("2026-03-27 16:00"), 2 * 3600)) == "2026-03-30 10:00"


def test_around_is_the_moment_itself_in_working_hours():
    before, after = OFFICE.around(at("2025-06-05 11:00"))
    assert shown(before) == shown(after) == "2025-06-05 11:00"
    before, after = OFFICE.around(at("2025-06-07 11:00"))
    assert (shown(before), shown(after)) == ("2025-06-06 17:00", "2025-06-09 09:00")


def test_never_stays_never():
    never = np.array([NEVER])
    assert OFFICE.add(never, 3600) == NEVER
    assert OFFICE.elapsed(never) == NEVER
    assert PHONE_LINES.around(never)[1] == NEVER


@given(MOMENTS)
def test_offset_and_weekday_agree_with_the_zone_database(moment):
    here = dt.datetime.fromtimestamp(moment, LONDON)
    utc = np.array([float(moment)])
    assert london_offset(utc)[0] == here.utcoffset().total_seconds()
    assert london_weekday(utc)[0] == here.weekday()


@given(MOMENTS, st.floats(1, 300 * 3600))
def test_added_working_time_has_elapsed(moment, seconds):
    since = np.array([float(moment)])
    elapsed = OFFICE.elapsed(OFFICE.add(since, seconds)) - OFFICE.elapsed(since)
    assert abs(elapsed[0] - seconds) <= 1
