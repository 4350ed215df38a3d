from pathlib import Path

import pandas as pd
import pytest

from crmmining.errors import (
    InvalidOptionError,
    MissingColumnError,
    MissingFileError,
    SourceError,
    UnknownNameError,
    UnreadableValueError,
)
from crmmining.reporting.exports import export_log
from crmmining.sources.plain_logs import is_plain_log, read_table

CSV = """\
id,step,at,from,who,team,by
2,b,2025-01-02 10:00,2025-01-02 09:00,ann,NA,customer
1,a,2025-01-01 10:00,2025-01-01 09:00,NA,Web,company
1,b,2025-01-01 10:00,2025-01-01 10:00,NA,,system
"""
COLUMNS = {"case": "id", "activity": "step", "time": "at"}


@pytest.fixture
def log_file(tmp_path: Path) -> Path:
    path = tmp_path / "log.csv"
    path.write_text(CSV)
    return path


def test_a_table_becomes_a_log_with_the_roles_it_is_told(log_file: Path) -> None:
    roles = {**COLUMNS, "start": "from", "customer": "who", "department": "team", "actor": "by"}
    log = read_table(log_file, columns=roles)
    assert log.cases.to_dict("list") == {"case": ["1", "2"], "customer": ["NA", "ann"]}
    frame = log.to_frame()
    assert frame["activity"].tolist() == ["a", "b", "b"]
    assert frame["department"].astype(object).where(frame["department"].notna(), None).tolist() == [
        "Web",
        None,
        "NA",
    ]
    assert frame["actor"].tolist() == ["company", "system", "customer"]
    assert log.throughput.tolist() == [3_600_000_000, 3_600_000_000]


def test_timestamp_is_another_word_for_time(log_file: Path) -> None:
    assert read_table(log_file, columns={"case": "id", "activity": "step", "timestamp": "at"}).n_events == 3


def test_without_a_case_the_record_is_one_else_the_customer(log_file: Path) -> None:
    told = {"activity": "step", "time": "at", "customer": "who"}
    assert read_table(log_file, columns=told).cases["case"].tolist() == ["NA", "ann"]
    assert read_table(log_file, columns={**told, "record": "id"}).cases["case"].tolist() == ["1", "2"]


def test_a_role_that_is_not_told_is_asked_for_with_the_columns_there_are(log_file: Path) -> None:
    with pytest.raises(
        InvalidOptionError, match=r"which column is the activity\? It has 'id', 'step'.*--activity COLUMN"
    ):
        read_table(log_file, columns={"case": "id"})


def test_a_column_that_is_not_there_is_named_with_the_nearest(log_file: Path) -> None:
    with pytest.raises(MissingColumnError, match=r"no column 'stp'.* Did you mean 'step'"):
        read_table(log_file, columns={**COLUMNS, "activity": "stp"})


def test_a_role_that_is_none_is_refused(log_file: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"no role of a column 'activty'.* Did you mean 'activity'"):
        read_table(log_file, columns={"activty": "step"})


def test_an_absent_case_is_refused_with_its_row(log_file: Path) -> None:
    with pytest.raises(UnreadableValueError, match=r"row 3, column 'team': no case \(1 such rows\)"):
        read_table(log_file, columns={**COLUMNS, "case": "team"})


def test_a_declared_null_is_absent(log_file: Path) -> None:
    log = read_table(log_file, columns={**COLUMNS, "department": "team"}, null=("", "NA"))
    assert log.names["department"] == ("Web",)


def test_an_actor_that_is_none_is_refused(log_file: Path) -> None:
    with pytest.raises(UnknownNameError, match="no actor 'ann'; there is 'customer', 'company', 'system'"):
        read_table(log_file, columns={**COLUMNS, "actor": "who"})


def test_the_standard_names_of_xes_need_not_be_told(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("case:concept:name,concept:name,time:timestamp\n1,a,2025-01-01\n")
    assert read_table(tmp_path / "log.csv").variants[0].activities == ("a",)


def test_csv_parquet_and_their_rows_are_the_same_log(log_file: Path, tmp_path: Path) -> None:
    table = pd.read_csv(log_file, dtype=str, keep_default_na=False)
    table["at"] = pd.to_datetime(table["at"])
    table["id"] = table["id"].astype(int)
    table.to_parquet(tmp_path / "log.parquet")
    pd.testing.assert_frame_equal(
        read_table(tmp_path / "log.parquet", columns=COLUMNS).to_frame(),
        read_table(log_file, columns=COLUMNS).to_frame(),
    )


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".xes", ".xes.gz"])
def test_an_exported_log_is_read_back(suffix: str, log_file: Path, tmp_path: Path) -> None:
    log = read_table(log_file, columns={**COLUMNS, "department": "team", "actor": "by", "start": "from"})
    export_log(log, tmp_path / f"out{suffix}")
    names = {name: name for name in ("case", "activity", "time", "start", "department", "actor")}
    back = read_table(tmp_path / f"out{suffix}", columns=None if "xes" in suffix else names)
    shown = ["case", "activity", "time", "start", "department", "actor"]
    assert back.to_frame()[shown].astype(str).to_dict("list") == log.to_frame()[shown].astype(str).to_dict(
        "list"
    )


def test_tabs_are_the_delimiter_of_tsv(tmp_path: Path) -> None:
    (tmp_path / "log.tsv").write_text("id,x\tstep\tat\n1\ta\t2025-01-01\n")
    assert read_table(tmp_path / "log.tsv", columns={**COLUMNS, "case": "id,x"}).n_cases == 1


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match=r"log.csv: no such file"):
        read_table(tmp_path / "log.csv", columns=COLUMNS)


def test_a_file_of_another_kind_is_refused_with_those_that_are_read(tmp_path: Path) -> None:
    (tmp_path / "log.docx").write_bytes(b"PK")
    with pytest.raises(SourceError, match=r"logs are read from .csv, .* not .docx"):
        read_table(tmp_path / "log.docx", columns=COLUMNS)


def test_a_suffix_tells_a_log_from_a_study_file() -> None:
    assert is_plain_log("a/log.xes.gz") and is_plain_log(Path("log.csv"))
    assert not is_plain_log("study.yaml")


def test_marks_of_absence_count_in_parquet_too(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"id": ["1", "1"], "at": ["2025-01-01", "2025-01-02"], "step": ["a", "b"], "by": ["?", "Ann"]}
    )
    frame["at"] = pd.to_datetime(frame["at"])
    frame.to_parquet(tmp_path / "log.parquet")
    columns = {"case": "id", "time": "at", "activity": "step", "resource": "by"}
    assert read_table(tmp_path / "log.parquet", columns=columns).names["resource"] == ("?", "Ann")
    assert read_table(tmp_path / "log.parquet", columns=columns, null=("?",)).names["resource"] == ("Ann",)
