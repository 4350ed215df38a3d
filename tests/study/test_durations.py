import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmmining.study.durations import DAY, HOUR, MINUTE, Duration, humanise, parse_duration


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("30s", 30_000_000),
        ("90min", 90 * MINUTE),
        ("24h", DAY),
        ("1.5 d", 36 * HOUR),
        ("2 Weeks", 14 * DAY),
        (" 3 hours ", 3 * HOUR),
    ],
)
def test_a_duration_has_a_number_and_a_unit(text: str, microseconds: int) -> None:
    duration = parse_duration(text)
    assert duration.microseconds() == microseconds and not duration.is_business


def test_a_business_day_lasts_as_long_as_the_calendar_says() -> None:
    ten = parse_duration("10 business days")
    assert ten.is_business
    assert ten.microseconds(working_day=7 * HOUR) == 70 * HOUR
    assert parse_duration("4 business hours").microseconds(working_day=7 * HOUR) == 4 * HOUR


@pytest.mark.parametrize("text", ["30", "d", "", "-3d", "3 fortnights", "3 business weeks", "1d 2h", "1,5 d"])
def test_what_is_no_duration_is_refused_with_the_ways_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write a number with its unit: 30d, 24h"):
        parse_duration(text)


@given(
    amount=st.integers(0, 10_000) | st.sampled_from([0.5, 1.25, 2.75]),
    unit=st.sampled_from(["s", "min", "h", "d", "w", "business day", "business hour"]),
)
def test_a_duration_is_read_back_from_its_text(amount: float, unit: str) -> None:
    duration = Duration(float(amount), unit)
    assert parse_duration(str(duration)) == duration


@pytest.mark.parametrize(
    ("microseconds", "text"),
    [(0, "0 s"), (45 * MINUTE, "45 min"), (-2 * HOUR, "-2.0 h"), (10 * DAY, "10.0 d"), (400 * DAY, "400 d")],
)
def test_times_are_said_in_the_unit_a_reader_would_choose(microseconds: int, text: str) -> None:
    assert humanise(microseconds) == text
