"""A file with several tables: the error says the way out, and the way out works, whatever the file is."""

import gzip
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from tests.cli.commands import run_line
from tests.sources.formats.ocel.test_reading import JSON
from tests.sources.small import PLAIN, write_study

ROWS = [("1", "ask", "2025-01-01"), ("1", "done", "2025-01-02")]
COLUMNS = ("case", "activity", "time")
CSV = "\n".join(map(",".join, [COLUMNS, *ROWS])) + "\n"
TOLD = "--case case --activity activity --time time"


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("Cases", "Calls"):
        sheet = book.create_sheet(name)
        for row in (COLUMNS, *ROWS):
            sheet.append(row)
    book.save(path)


def database(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file:
        for name in ("Cases", "Calls"):
            file.execute(f'CREATE TABLE {name} ("case", activity, time)')
            file.executemany(f"INSERT INTO {name} VALUES (?, ?, ?)", ROWS)
        file.commit()


def object_log(path: Path) -> None:
    kinds = [{"name": name, "attributes": []} for name in ("Cases", "Calls")]
    objects = [{**JSON["objects"][0], "type": "Calls"}]
    path.write_text(json.dumps({**JSON, "objectTypes": kinds, "objects": objects}))


def archive(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as packed:
        for name in ("Cases", "Calls"):
            packed.writestr(f"all/{name}", CSV)


def packed_workbook(path: Path) -> None:
    workbook(path.with_suffix(""))
    path.write_bytes(gzip.compress(path.with_suffix("").read_bytes(), mtime=0))


def archive_of_workbooks(path: Path) -> None:
    workbook(path.with_name("w.xlsx"))
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(path.with_name("w.xlsx"), "w.xlsx")
        packed.writestr("readme.txt", "no table")


FILES = {
    "log.xlsx": (workbook, "Calls", TOLD),
    "log.sqlite": (database, "Calls", TOLD),
    "log.jsonocel": (object_log, "Calls", ""),
    "log.zip": (archive, "all/Calls", TOLD),
    "log.csv.zip": (archive, "all/Calls", TOLD),
    "log.xlsx.gz": (packed_workbook, "Calls", TOLD),
}
COMMANDS = ("inspect", "variants", "discover", "bottlenecks", "check --discover 0.2", "export")


def line(command: str, name: str, more: str) -> str:
    words = command.split()
    output = " /tmp/out.csv" if command == "export" else ""
    return f"crmmining {words[0]} /tmp/{name}{output} {' '.join(words[1:])} {more}"


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("command", COMMANDS)
def test_the_way_out_of_several_tables_works(
    command: str, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write, table, told = FILES[name]
    write(tmp_path / name)
    code, _, error = run_line(line(command, name, told), tmp_path, capsys)
    assert code == 2 and f"{name}: holds 2 " in error and "say which with --within NAME: " in error
    assert repr(table) in error and error.count("\n") == 1
    code, _, error = run_line(line(command, name, f"{told} --within {table}"), tmp_path, capsys)
    assert (code, error) == (0, "")


def test_a_sheet_of_one_of_several_members_is_named_by_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive_of_workbooks(tmp_path / "log.zip")
    for within, message in (
        ("", "holds 2 files; say which with --within NAME: 'readme.txt', 'w.xlsx'"),
        ("--within w.xlsx", "holds 2 sheets; say which with --within NAME: 'w.xlsx/Cases', 'w.xlsx/Calls'"),
    ):
        code, _, error = run_line(f"crmmining variants /tmp/log.zip {TOLD} {within}", tmp_path, capsys)
        assert code == 2 and message in error
    named = "--within w.xlsx/Calls"
    assert run_line(f"crmmining variants /tmp/log.zip {TOLD} {named}", tmp_path, capsys)[0] == 0


@pytest.mark.parametrize("name", ["log.csv", "log.parquet", "log.xes", "log.jsonl"])
def test_a_file_of_one_table_has_nothing_within(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import pandas as pd

    pd.DataFrame(ROWS, columns=COLUMNS).to_parquet(tmp_path / "log.parquet")
    (tmp_path / "log.csv").write_text(CSV)
    for other in ("log.xes", "log.jsonl"):
        (tmp_path / other).write_text("")
    code, _, error = run_line(f"crmmining variants /tmp/{name} {TOLD} --within x", tmp_path, capsys)
    assert code == 2 and f"{name}: holds one table; take within: x out" in error


@pytest.mark.parametrize("command", ["variants /tmp/study.yaml", "export /tmp/study.yaml /tmp/o.jsonocel"])
def test_a_study_says_itself_what_is_within(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_study(tmp_path, PLAIN, events="at,step,email\n2025-01-13,ask,ann@x\n")
    code, _, error = run_line(f"crmmining {command} --within x", tmp_path, capsys)
    assert code == 2 and "--within" in error and "out" in error
