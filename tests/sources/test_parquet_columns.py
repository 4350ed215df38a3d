"""Parquet read straight to codes: the same log as by way of SQL and texts, whatever the file looks like."""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.errors import SourceError, UnknownNameError, UnreadableValueError
from crmmining.eventlog.frames import log_from_arrays
from crmmining.eventlog.log import EventLog
from crmmining.sources.parquet_columns import ParquetFile
from crmmining.sources.plain_logs import _read_by_sql, read_table

ROLES = ("case", "activity", "time", "start", "customer", "channel", "actor")
COLUMNS = {role: role for role in ROLES}
NAMED = st.sampled_from([None, "web", "phone", "zürich", ""])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["10", "9", "a", "ä", "case-2026-0001", "case-2026-0002", ""]),
        st.sampled_from(["open", "close", "mend", "x" * 40]),
        st.integers(-(10**12), 10**12),
        st.integers(0, 10**9),
        st.sampled_from([None, "ann", "bob"]),
        NAMED,
        st.sampled_from([None, "customer", "company", "system"]),
    ),
    min_size=1,
    max_size=30,
)
TEXTS = st.sampled_from([pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
INSTANTS = st.sampled_from(
    [pa.timestamp("us"), pa.timestamp("ms"), pa.timestamp("ns"), pa.timestamp("s"), pa.timestamp("us", "UTC")]
)


def by_sql(path: Path, columns: dict[str, str]) -> EventLog:
    return _read_by_sql(path, columns, None, "UTC", None, "utf-8", ("",))


def by_pandas(columns: dict[str, Any], unit: int) -> EventLog:
    arrays: dict[str, Any] = {role: np.array(values, object) for role, values in columns.items()}
    arrays |= {role: np.array([v // unit * unit for v in columns[role]]) for role in ("time", "start")}
    return log_from_arrays(arrays, "log")


def assert_same(found: EventLog, expected: EventLog) -> None:
    assert found.names == expected.names
    assert (found.horizon, found.n_ties) == (expected.horizon, expected.n_ties)
    assert found.offsets.tolist() == expected.offsets.tolist()
    assert {k: v.tolist() for k, v in found.columns.items()} == {
        k: v.tolist() for k, v in expected.columns.items()
    }
    assert {k: v.dtype for k, v in found.columns.items()} == {k: v.dtype for k, v in expected.columns.items()}
    pd.testing.assert_frame_equal(found.cases, expected.cases)


@given(rows=ROWS, text=TEXTS, instant=INSTANTS, group=st.integers(1, 31), coded=st.booleans())
@settings(deadline=None, max_examples=60)
def test_a_file_is_the_same_log_as_by_sql(
    rows: list[tuple[Any, ...]], text: pa.DataType, instant: pa.DataType, group: int, coded: bool
) -> None:
    columns = dict(zip(ROLES, zip(*rows, strict=True), strict=True))
    unit = {"s": 1_000_000, "ms": 1_000, "us": 1, "ns": 1}[instant.unit]
    table = pa.table(
        {
            role: pa.array([v // unit * (1000 if instant.unit == "ns" else 1) for v in values]).cast(instant)
            if role in ("time", "start")
            else pa.array(values, pa.string()).cast(text)
            for role, values in columns.items()
        }
    )
    with TemporaryDirectory() as folder:
        path = Path(folder, "log.parquet")
        pq.write_table(table, path, row_group_size=group, use_dictionary=coded)
        file = ParquetFile(path)
        assert file.is_plain(COLUMNS, "UTC")
        found = file.log(COLUMNS, "log")
        assert_same(found, by_pandas(columns, unit))
        assert_same(by_sql(path, COLUMNS), found)


def test_whole_numbers_are_ids_as_they_are_written(tmp_path: Path) -> None:
    times = pa.array([1, 2, 3], pa.timestamp("us"))
    pq.write_table(pa.table({"case": [10, 9, 10], "activity": [1, 2, 3], "time": times}), tmp_path / "l.pq")
    log = read_table(tmp_path / "l.pq", columns={role: role for role in ROLES[:3]})
    assert (log.cases["case"].tolist(), log.activities) == (["10", "9"], ("1", "2", "3"))


def test_a_local_time_in_a_zone_is_read_by_sql(tmp_path: Path) -> None:
    time = pa.array(np.array(["2026-07-01T12:00"], "datetime64[us]"))
    pq.write_table(pa.table({"case": ["1"], "activity": ["a"], "time": time}), tmp_path / "l.parquet")
    roles = {role: role for role in ROLES[:3]}
    assert not ParquetFile(tmp_path / "l.parquet").is_plain(roles, "Europe/Berlin")
    log = read_table(tmp_path / "l.parquet", columns=roles, zone="Europe/Berlin")
    assert log.to_frame()["time"][0] == pd.Timestamp("2026-07-01 10:00", tz="UTC")


@pytest.mark.parametrize(
    ("column", "message"),
    [
        ("case", r"row 4, column 'case': no case \(2 such rows\); fill or drop them"),
        ("activity", r"row 4, column 'activity': no activity \(2 such rows\)"),
        ("time", r"row 4, column 'time': no time; mend the value, or say how times are written"),
    ],
)
def test_an_absent_value_is_refused_with_its_row(column: str, message: str, tmp_path: Path) -> None:
    values: dict[str, list[Any]] = {"case": ["1"] * 6, "activity": ["a"] * 6, "time": list(range(6))}
    values[column][3] = values[column][5] = None
    time = pa.array(values["time"], pa.timestamp("us"))
    path = tmp_path / "log.parquet"
    pq.write_table(pa.table({**values, "time": time}), path, row_group_size=2)
    roles = {role: role for role in ROLES[:3]}
    for read in (lambda: read_table(path, columns=roles), lambda: by_sql(path, roles)):
        with pytest.raises(UnreadableValueError, match=message):
            read()


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "log.parquet").write_bytes(b"case,activity,time\n" * 10)
    with pytest.raises(SourceError, match=r"log.parquet: not readable as Parquet: Parquet magic bytes"):
        read_table(tmp_path / "log.parquet", columns={role: role for role in ROLES[:3]})


def test_an_actor_that_is_none_is_refused(tmp_path: Path) -> None:
    time = pa.array([1], pa.timestamp("us"))
    table = pa.table({"case": ["1"], "activity": ["a"], "time": time, "actor": ["ann"]})
    pq.write_table(table, tmp_path / "log.parquet")
    with pytest.raises(UnknownNameError, match="no actor 'ann'; there is 'customer', 'company', 'system'"):
        read_table(tmp_path / "log.parquet", columns={role: role for role in (*ROLES[:3], "actor")})


def test_a_view_of_a_file_imports_neither_pandas_nor_numba(tmp_path: Path) -> None:
    time = pa.array([1, 2], pa.timestamp("us"))
    pq.write_table(pa.table({"case": ["1", "1"], "activity": ["a", "b"], "time": time}), tmp_path / "l.pq")
    script = (
        "import sys, crmmining as cm\n"
        f"log = cm.read_table({str(tmp_path / 'l.pq')!r}, columns={{r: r for r in {ROLES[:3]}}})\n"
        "cm.directly_follows(log), log.variants\n"
        "print([m for m in ('pandas', 'numba', 'duckdb', 'scipy', 'pydantic') if m in sys.modules])"
    )
    for _ in range(2):  # the first may compile
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
