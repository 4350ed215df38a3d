import gzip
import tempfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.errors import SourceError, UnreadableValueError
from crmmining.eventlog.log import EventLog
from crmmining.reporting.exports import export_log
from crmmining.sources.plain_logs import read_table

SEPSIS = Path(__file__).parents[3] / "shared" / "data" / "benchmark_logs" / "SEPSIS.xes.gz"
NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=6
)
MOMENTS = st.integers(0, 2 * 10**15).map(lambda us: pd.Timestamp(us, unit="us", tz="UTC"))
ROWS = st.lists(st.tuples(NAMES, NAMES, MOMENTS, st.none() | NAMES), min_size=1, max_size=12)


@given(rows=ROWS, suffix=st.sampled_from([".xes", ".xes.gz"]))
@settings(deadline=None, max_examples=60)
def test_a_log_written_as_xes_is_read_back_the_same(rows: list[tuple[object, ...]], suffix: str) -> None:
    log = EventLog.from_frame(pd.DataFrame(rows, columns=["case", "activity", "time", "resource"]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"log{suffix}"
        export_log(log, path)
        back = read_table(path)
    assert back.cases["case"].tolist() == log.cases["case"].tolist()
    shown = [column for column in log.to_frame() if log.has(column) or column == "case"]
    assert back.to_frame()[shown].astype(str).to_dict("list") == log.to_frame()[shown].astype(str).to_dict(
        "list"
    )


def xes(folder: Path, body: str) -> Path:
    path = folder / "log.xes"
    path.write_text(f'<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">{body}</log>')
    return path


EVENT = '<event><string key="concept:name" value="{0}"/><date key="time:timestamp" value="{1}"/></event>'


def test_a_trace_without_name_goes_by_its_number(tmp_path: Path) -> None:
    event = EVENT.format("a", "2025-01-01T12:00:00+02:00")
    named = '<string key="concept:name" value="NA"/>'
    log = read_table(xes(tmp_path, f"<trace>{event}</trace><trace>{named}{event}</trace>"))
    assert log.cases["case"].tolist() == ["1", "NA"]
    assert log.to_frame()["time"].dt.hour.tolist() == [10, 10]


def test_a_gzipped_log_is_read(tmp_path: Path) -> None:
    plain = xes(tmp_path, f"<trace>{EVENT.format('a', '2025-01-01T12:00:00Z')}</trace>")
    (tmp_path / "log.xes.gz").write_bytes(gzip.compress(plain.read_bytes()))
    assert read_table(tmp_path / "log.xes.gz").n_events == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("<trace>", "not readable as XES"),
        ("<trace></trace>", "the log has no event"),
        (
            '<trace><event><string key="concept:name" value="a"/></event></trace>',
            "trace '1', event 1 has no time",
        ),
        (
            '<trace><event><date key="time:timestamp" value="2025-01-01"/></event></trace>',
            "event 1 has no activity",
        ),
    ],
)
def test_a_log_that_is_none_is_refused(body: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=message):
        read_table(xes(tmp_path, body))


def test_a_time_that_is_none_is_refused_with_its_trace(tmp_path: Path) -> None:
    with pytest.raises(UnreadableValueError, match="trace '1': 'noon' is no time of XES"):
        read_table(xes(tmp_path, f"<trace>{EVENT.format('a', 'noon')}</trace>"))


def test_a_gzip_file_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.xes.gz").write_bytes(b"no gzip")
    with pytest.raises(SourceError, match="not readable as XES"):
        read_table(tmp_path / "log.xes.gz")


@pytest.mark.shared
@pytest.mark.skipif(not SEPSIS.exists(), reason="the folder ../shared/data is not there")
def test_sepsis_has_all_its_cases_also_the_one_named_na() -> None:
    log = read_table(SEPSIS)
    assert log.n_cases == 1050 and "NA" in set(log.cases["case"])
    assert log.n_events == 15214
