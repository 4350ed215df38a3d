"""How times are read: declared, or proved by the column; never guessed."""

from pathlib import Path

import pytest

from crmmining.errors import InvalidOptionError, UnreadableValueError
from crmmining.eventlog.log import EventLog
from crmmining.sources.plain_logs import read_table


def log_of(folder: Path, *times: str, **options: str) -> EventLog:
    path = folder / "log.csv"
    path.write_text("case;step;at\n" + "".join(f"{i:03};x;{time}\n" for i, time in enumerate(times)))
    return read_table(path, columns={"case": "case", "activity": "step", "time": "at"}, **options)


def read(folder: Path, *times: str, **options: str) -> list[str]:
    """The times in UTC, in the order of rows."""
    return log_of(folder, *times, **options).to_frame()["time"].dt.strftime("%Y-%m-%d %H:%M:%S.%f").tolist()


def short(folder: Path, *times: str, **options: str) -> list[str]:
    return [time.removesuffix(":00.000000") for time in read(folder, *times, **options)]


def test_iso_times_are_read_with_and_without_offset(tmp_path: Path) -> None:
    written = [
        "2025-07-01 12:00",
        "2025-07-01T12:00:00",
        "2025-07-01T12:00:00Z",
        "2025-07-01T14:00:00+02:00",
        "2025-07-01 14:00:00+0200",
        "2025-07-01 14:00:00+02",
        "2025-07-01T12:00:00.000+0000",
        "2025-07-01T08:30:00-03:30",
    ]
    assert set(short(tmp_path, *written)) == {"2025-07-01 12:00"}


def test_a_date_alone_is_midnight(tmp_path: Path) -> None:
    assert short(tmp_path, "2025-07-01") == ["2025-07-01 00:00"]


def test_fractions_are_kept_to_the_microsecond(tmp_path: Path) -> None:
    assert read(tmp_path, "2025-07-01 12:00:00.123456", "2025-07-01 12:00:00,5") == [
        "2025-07-01 12:00:00.123456",
        "2025-07-01 12:00:00.500000",
    ]


def test_the_zone_serves_times_that_name_none(tmp_path: Path) -> None:
    found = short(tmp_path, "2025-07-01 12:00", "2025-01-01 12:00", "2025-07-01 12:00Z", zone="Europe/London")
    assert found == ["2025-07-01 11:00", "2025-01-01 12:00", "2025-07-01 12:00"]


def test_the_zone_serves_declared_formats_too(tmp_path: Path) -> None:
    assert short(tmp_path, "01/07/2025 12:00", time_format="%d/%m/%Y %H:%M", zone="Europe/London") == [
        "2025-07-01 11:00"
    ]


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        (["01/02/2025 10:00", "13/02/2025 10:00"], ["2025-02-01 10:00", "2025-02-13 10:00"]),
        (["01/02/2025 10:00", "02/13/2025 10:00"], ["2025-01-02 10:00", "2025-02-13 10:00"]),
        (["01.02.2025", "31.01.2025"], ["2025-02-01 00:00", "2025-01-31 00:00"]),
        (["13/02/25 08:30"], ["2025-02-13 08:30"]),
        (["3 Feb 2025 10:00"], ["2025-02-03 10:00"]),
        (["13/02/2025 10:15 PM"], ["2025-02-13 22:15"]),
        (["2025/02/03 10:00"], ["2025-02-03 10:00"]),
        (["20250203"], ["2025-02-03 00:00"]),
    ],
)
def test_a_column_may_prove_how_it_is_written(times: list[str], expected: list[str], tmp_path: Path) -> None:
    assert short(tmp_path, *times) == expected


def test_a_column_that_can_be_read_two_ways_is_refused_with_both(tmp_path: Path) -> None:
    with pytest.raises(UnreadableValueError) as caught:
        read(tmp_path, "01/02/2025 10:00", "03/04/2025 10:00")
    message = str(caught.value)
    assert "column 'at': row 1: '01/02/2025 10:00' can be read as 1 February 2025" in message
    assert "or 2 January 2025" in message and 'say which: time: {format: "%d/%m/%Y %H:%M"}' in message


def test_a_two_digit_year_is_no_less_ambiguous(tmp_path: Path) -> None:
    with pytest.raises(UnreadableValueError, match=r"can be read as 1 February 2025 .* or 2 January 2025"):
        read(tmp_path, "01/02/25")


def test_saying_the_format_ends_the_ambiguity(tmp_path: Path) -> None:
    assert short(tmp_path, "01/02/2025 10:00", time_format="%m/%d/%Y %H:%M") == ["2025-01-02 10:00"]


@pytest.mark.parametrize(
    ("times", "row", "value"),
    [
        (["2025-01-01", "yesterday"], 2, "yesterday"),
        (["yesterday", "2025-01-01"], 1, "yesterday"),
        (["2025-02-30"], 1, "2025-02-30"),
        (["13/02/2025", "02/13/2025"], 2, "02/13/2025"),
        (["1751371200"], 1, "1751371200"),
    ],
)
def test_a_value_that_is_no_time_is_refused_with_file_row_and_value(
    times: list[str], row: int, value: str, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableValueError, match=rf"log.csv, column 'at': row {row}: '{value}' is no time"):
        read(tmp_path, *times)


def test_a_value_unlike_the_declared_format_is_refused_with_file_row_and_value(tmp_path: Path) -> None:
    with pytest.raises(
        UnreadableValueError, match=r"log.csv: row 2, column 'at': '1.2.2025' is no time like '%d/%m/%Y'"
    ):
        read(tmp_path, "01/02/2025", "1.2.2025", time_format="%d/%m/%Y")


def test_an_absent_time_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableValueError, match="row 2, column 'at': no time"):
        read(tmp_path, "2025-01-01", "")


def test_an_offset_may_be_part_of_the_format(tmp_path: Path) -> None:
    assert short(tmp_path, "01/02/2025 10:00 +0200", time_format="%d/%m/%Y %H:%M %z") == ["2025-02-01 08:00"]


def test_epochs_are_read_when_declared(tmp_path: Path) -> None:
    assert short(tmp_path, "1751371200", time_format="epoch") == ["2025-07-01 12:00"]
    assert read(tmp_path, "1751371200500", time_format="epoch_ms") == ["2025-07-01 12:00:00.500000"]


@pytest.mark.parametrize("form", ["dd/mm/yyyy", "%d/%Q/%Y", "isoformat"])
def test_a_format_that_is_none_is_refused(form: str, tmp_path: Path) -> None:
    with pytest.raises(
        InvalidOptionError, match="is no way of writing times; write '%d/%m/%Y %H:%M', or iso"
    ):
        read(tmp_path, "01/02/2025", time_format=form)


def test_a_zone_that_is_none_is_refused_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(
        InvalidOptionError, match=r"no time zone 'Europe/Lundon'.* Did you mean 'Europe/London'"
    ):
        read(tmp_path, "2025-01-01", zone="Europe/Lundon")
