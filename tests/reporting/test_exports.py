"""What is exported is read back the same, by us and by others."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.eventlog.log import EventLog
from crmmining.reporting.exports import export_log
from crmmining.sources.plain_logs import read_table

NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=6
).filter(lambda text: text == text.strip())
MOMENTS = st.integers(0, 2 * 10**9).map(lambda s: pd.Timestamp(s, unit="s", tz="UTC"))
ROWS = st.lists(st.tuples(NAMES, NAMES, MOMENTS, st.none() | NAMES), min_size=1, max_size=12)
ROLES = ["case", "activity", "time", "resource"]


def log_of(rows: list[tuple[object, ...]]) -> EventLog:
    return EventLog.from_frame(pd.DataFrame(rows, columns=ROLES))


def steps(frame: pd.DataFrame, case: str, activity: str, time: str) -> list[tuple[str, str, int]]:
    """Events in the order of cases and rows, times in seconds."""
    seconds = pd.to_datetime(frame[time], utc=True).astype("int64") // frame_unit(frame[time])
    found = zip(frame[case].astype(str), frame[activity].astype(str), seconds, strict=True)
    return sorted(found, key=lambda step: step[0])


def frame_unit(column: pd.Series) -> int:
    unit = str(pd.to_datetime(column, utc=True).dtype).partition("[")[2].partition(",")[0]
    return {"ns": 10**9, "us": 10**6, "ms": 10**3, "s": 1}[unit]


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@given(rows=ROWS)
@settings(deadline=None, max_examples=30)
def test_a_table_is_read_back_the_same(suffix: str, rows: list[tuple[object, ...]]) -> None:
    log = log_of(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"log{suffix}")
        export_log(log, path)
        written = log.to_frame()
        shown = [role for role in ROLES if role in written and written[role].notna().any()]
        back = read_table(path, columns={role: role for role in shown})
    assert back.cases["case"].tolist() == log.cases["case"].tolist()
    read = back.to_frame()
    assert read[shown].astype(str).to_dict("list") == written[shown].astype(str).to_dict("list")


@pytest.mark.parametrize("suffix", [".xes", ".xes.gz"])
@given(rows=ROWS)
@settings(deadline=None, max_examples=15)
def test_pm4py_reads_the_same_events_from_xes(suffix: str, rows: list[tuple[object, ...]]) -> None:
    import pm4py

    log = log_of(rows)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(action="ignore"):
        path = Path(folder, f"log{suffix}")
        export_log(log, path)
        found = pm4py.read_xes(str(path), show_progress_bar=False)
    theirs = steps(found, "case:concept:name", "concept:name", "time:timestamp")
    assert theirs == steps(log.to_frame(), "case", "activity", "time")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_pandas_reads_the_same_events_from_a_table(suffix: str, tmp_path: Path) -> None:
    first, second = (pd.Timestamp(f"2025-01-0{day}", tz="UTC") for day in (1, 2))
    log = log_of([("1", "a", first, None), ("1", "b", second, "x")])
    export_log(log, tmp_path / f"log{suffix}")
    read = pd.read_csv if suffix == ".csv" else pd.read_parquet
    frame = read(tmp_path / f"log{suffix}")
    assert steps(frame, "case", "activity", "time") == steps(log.to_frame(), "case", "activity", "time")


@given(rows=ROWS)
@settings(deadline=None, max_examples=15)
def test_r4pm_reads_the_same_events_from_xes(rows: list[tuple[object, ...]]) -> None:
    r4pm = pytest.importorskip("r4pm", reason="r4pm is not installed (pip install r4pm)")
    log = log_of(rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "log.xes")
        export_log(log, path)
        found, _ = r4pm.df.import_xes(str(path))
    frame = found.to_pandas()
    theirs = steps(frame, "case:concept:name", "concept:name", "time:timestamp")
    assert theirs == steps(log.to_frame(), "case", "activity", "time")
