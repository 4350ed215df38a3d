"""The same table in every form is the same rows, and what cannot be read says where and why."""

from __future__ import annotations

import csv
import gzip
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmmining.engine.workspace import Workspace
from crmmining.errors import SourceError
from crmmining.sources.formats.contents import columns_of, rows_of
from crmmining.sources.raw_tables import read_raw
from crmmining.study.source_spec import TableSource

Row = tuple[str | None, ...]
Names = tuple[str, ...]
NAMES = ("id", "said by", 'a "b"', "é/~1")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
CELLS = st.none() | TEXTS | st.sampled_from(["1", "01", "1.50", "true", "a,b", 'q"q', "2025-01-31", "null"])
TABLES = st.lists(st.tuples(TEXTS, CELLS, CELLS, CELLS), min_size=1, max_size=6)


def read(path: Path, **told: Any) -> tuple[list[str], list[Row]]:
    spec = TableSource(table=path.name, customer={}, **told)
    with Workspace() as workspace:
        raw = read_raw(workspace, path, spec, path.parent)
        rows = workspace.rows("SELECT * FROM raw ORDER BY _row")
        assert [row[0] for row in rows] == list(range(1, raw.n_rows + 1))
        return list(raw.columns.names), [row[1:] for row in rows]


def as_csv(path: Path, rows: list[Row], names: Names = NAMES) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([names, *rows])


def as_csv_gz(path: Path, rows: list[Row], names: Names = NAMES) -> None:
    plain = path.with_name("plain")
    as_csv(plain, rows, names)
    path.write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()


def as_zip(path: Path, rows: list[Row], names: Names = NAMES) -> None:
    as_csv(path.with_name("inside.csv"), rows, names)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(path.with_name("inside.csv"), "export/inside.csv")
        archive.writestr("__MACOSX/._inside.csv", "no table")


def as_lines(path: Path, rows: list[Row], names: Names = NAMES) -> None:
    path.write_text("".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows), "utf-8")


def as_array(path: Path, rows: list[Row], names: Names = NAMES) -> None:
    path.write_text(json.dumps([dict(zip(names, row, strict=True)) for row in rows]), "utf-8")


def as_workbook(path: Path, rows: list[Row], names: Names = NAMES) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for i, row in enumerate([names, *rows], start=1):
        for j, value in enumerate(row, start=1):
            cell = sheet.cell(i, j, value)
            if value is not None:
                cell.data_type = "s"  # a text, also where it begins with =
    book.create_sheet("empty")
    book.save(path)


def as_database(path: Path, rows: list[Row], names: Names = NAMES) -> None:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    columns = ", ".join('"' + name.replace('"', '""') + '" TEXT' for name in names)
    connection.execute(f"CREATE TABLE cases ({columns})")
    connection.executemany("INSERT INTO cases VALUES (?, ?, ?, ?)", rows)
    connection.commit()
    connection.close()


def as_parquet(path: Path, rows: list[Row], names: Names = NAMES) -> None:
    columns = zip(*rows, strict=True)
    pq.write_table(pa.table({n: pa.array(c, pa.string()) for n, c in zip(names, columns, strict=True)}), path)


FORMS: dict[str, Callable[..., None]] = {
    "t.csv": as_csv,
    "t.csv.gz": as_csv_gz,
    "t.zip": as_zip,
    "t.parquet": as_parquet,
    "t.jsonl": as_lines,
    "t.json": as_array,
    "t.xlsx": as_workbook,
    "t.sqlite": as_database,
}


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=25, deadline=None)
@given(rows=TABLES)
def test_a_table_is_the_same_rows_in_every_form(name: str, rows: list[Row]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, name)
        FORMS[name](path, rows)
        assert read(path) == (list(NAMES), rows)
        assert columns_of(path) == NAMES
        assert [[row[name] or None for name in NAMES] for row in rows_of(path)] == [list(row) for row in rows]


@pytest.mark.parametrize("name", FORMS)
def test_marks_of_absence_are_absent_in_every_form(name: str, tmp_path: Path) -> None:
    FORMS[name](tmp_path / name, [("1", "NA", "?", "x")])
    assert read(tmp_path / name, null=["NA", "?"])[1] == [("1", None, None, "x")]


def test_json_keeps_numbers_as_written_and_nested_values_as_json(tmp_path: Path) -> None:
    path = tmp_path / "t.ndjson"
    path.write_text('{"n": 1.50, "big": 12345678901234567890, "b": true}\n\n{"o": {"é": [1, 2.0, null]}}\n')
    assert read(path) == (
        ["n", "big", "b", "o", "o.é"],
        [
            ("1.50", "12345678901234567890", "true", None, None),
            (None, None, None, '{"é":[1,2.0,null]}', "[1,2.0,null]"),
        ],
    )


def test_each_element_of_a_list_in_json_is_a_row_beside_what_it_stands_in(tmp_path: Path) -> None:
    path = tmp_path / "t.ndjson"
    path.write_text(
        '{"id": 1, "via": {"channel": "email"}, "said": [{"id": 7, "via": {"channel": "web"}}, {"id": 8}]}\n'
        '{"id": 2, "via": {"channel": "web"}, "said": []}\n{"id": 3, "said": ["plain"]}\n{"id": 4}\n'
    )
    assert read(path, each={"column": "said"}) == (
        ["id", "via.channel", "said.id", "said.via.channel", "said"],
        [("1", "email", "7", "web", None), ("1", "email", "8", None, None), ("3", None, None, None, "plain")],
    )
    with pytest.raises(SourceError, match=r"t.ndjson: line 1, 'via': .* is no list"):
        read(path, each={"column": "via"})


def test_a_nested_name_does_not_take_the_place_of_one_written_so(tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    path.write_text('[{"a.b": 1, "a": {"b": 2, "c": {"d": 3}}}]')
    assert read(path) == (
        ["a.b", "a", "a.c.d"],
        [("1", '{"b":2,"c":{"d":3}}', "3")],
    )


@pytest.mark.parametrize("name", ["t.csv", "t.parquet", "t.jsonl", "t.csv.gz"])
def test_each_part_of_a_cell_is_a_row(name: str, tmp_path: Path) -> None:
    FORMS[name](
        tmp_path / name, [("1", "8; 9;;", None, None), ("2", None, None, None), ("3", "9", None, None)]
    )
    _, rows = read(tmp_path / name, each={"column": "said by", "separator": ";"})
    assert [row[:2] for row in rows] == [("1", "8"), ("1", "9"), ("3", "9")]


def test_a_list_in_a_form_that_has_none_is_refused(tmp_path: Path) -> None:
    FORMS["t.csv"](tmp_path / "t.csv", [("1", "[2]", None, None)])
    with pytest.raises(SourceError, match=r"only JSON has lists in its columns; say each: .* separator"):
        read(tmp_path / "t.csv", each={"column": "said by"})


def test_a_column_of_parts_that_is_not_there_is_named(tmp_path: Path) -> None:
    FORMS["t.csv"](tmp_path / "t.csv", [("1", "2", None, None)])
    with pytest.raises(SourceError, match=r"no column 'said'"):
        read(tmp_path / "t.csv", each={"column": "said", "separator": ";"})


def test_a_workbook_writes_days_times_and_numbers_plainly(tmp_path: Path) -> None:
    import datetime as dt

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([None, None])
    sheet.append(["day", "moment", "whole", "part", "flag", "midnight"])
    sheet.append([dt.date(2026, 1, 31), dt.datetime(2026, 1, 31, 9, 30), 12.0, 0.1, True, None])
    sheet.append([])
    sheet.append([dt.datetime(2026, 2, 1), None, 3, None, False, dt.datetime(2026, 2, 1)])
    sheet["A5"].number_format = "dd.mm.yyyy"
    sheet["F5"].number_format = "yyyy-mm-dd hh:mm"
    book.save(tmp_path / "t.xlsx")
    assert read(tmp_path / "t.xlsx")[1] == [
        ("2026-01-31", "2026-01-31 09:30:00", "12", "0.1", "true", None),
        ("2026-02-01", None, "3", None, "false", "2026-02-01 00:00:00"),
    ]


def test_a_xes_log_is_a_row_per_event(tmp_path: Path) -> None:
    text = """<log xmlns="http://www.xes-standard.org/"><trace>
        <string key="concept:name" value="c1"/><int key="amount" value="5"/>
        <event><string key="concept:name" value="A"/><date key="time:timestamp" value="2026-01-31T12:00:00Z"/>
        </event><event><string key="concept:name" value="B"/></event></trace>
        <trace><event><string key="concept:name" value="A"/></event></trace></log>"""
    (tmp_path / "t.xes.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "t.xes").write_text(text)
    assert read(tmp_path / "t.xes") == (
        ["case:concept:name", "case:amount", "concept:name", "time:timestamp"],
        [("c1", "5", "A", "2026-01-31T12:00:00Z"), ("c1", "5", "B", None), ("2", None, "A", None)],
    )
    assert read(tmp_path / "t.xes.gz") == read(tmp_path / "t.xes")


def test_lines_that_end_with_cr_alone_are_lines(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b'a,b\r1,"x\ry"\r2,z\r')
    assert read(tmp_path / "t.csv") == (["a", "b"], [("1", "x\ry"), ("2", "z")])
    (tmp_path / "u.csv").write_bytes("a,b\r\u0d0a,é\r".encode("utf-16"))
    assert read(tmp_path / "u.csv", encoding="utf-16")[1] == [("\u0d0a", "é")]


def two_tables(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("Cases", "Calls"):
        book.create_sheet(name).append(["id"])
        book[name].append([name])
    book.save(tmp_path / "t.xlsx")
    with sqlite3.connect(tmp_path / "t.db") as connection:
        for name in ("Cases", "Calls"):
            connection.execute(f"CREATE TABLE {name} AS SELECT '{name}' AS id")
    with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
        for name in ("Cases", "Calls"):
            archive.writestr(f"{name}.csv", f"id\n{name}\n")


@pytest.mark.parametrize(("name", "end"), [("t.xlsx", ""), ("t.db", ""), ("t.zip", ".csv")])
def test_one_of_several_tables_is_named(name: str, end: str, tmp_path: Path) -> None:
    two_tables(tmp_path)
    assert read(tmp_path / name, within=f"Calls{end}") == (["id"], [("Calls",)])
    with pytest.raises(SourceError, match=rf"holds 2 \w+s; say which with within: .*'Cases{end}'"):
        read(tmp_path / name)
    with pytest.raises(SourceError, match=r"has no \w+ 'Case'; it has .*Calls"):
        read(tmp_path / name, within="Case")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("t.jsonl", b'{"a": 1}\n{"a": \n', "line 2: no JSON"),
        ("t.jsonl", b'{"a": 1}\n3\n', "line 2: 3 is no object"),
        ("t.json", b'[{"a": 1}, []]', r"element 2: \[\] is no object"),
        ("t.jsonl", b'{"a": "\xe9"}\n', "byte 0xE9 is not utf-8"),
        ("t.jsonl", b'{"a": 1, "A": 2}\n', "the column 'a' twice"),
        ("t.xlsx", b"no workbook", "cannot be read as a workbook"),
        ("t.sqlite", b"no database at all, only text", "cannot be read as a SQLite file"),
        ("t.csv.gz", b"no gzip", "cannot be unpacked"),
        ("t.csv.gz", gzip.compress(b"a,b\n" + b"1,2\n" * 999, mtime=0)[:-9], "cannot be unpacked"),
        ("t.csv.gz", gzip.compress(b"a,b\n1,2\n1,2,3\n", mtime=0), r"t\.csv\.gz"),
        ("t.zip", b"no zip", "cannot be unpacked"),
        ("t.xes", b"<log><trace>", "not readable as XES"),
        ("t.xes", b"<log/>", "the log has no event"),
    ],
)
def test_what_cannot_be_read_says_where_and_why(name: str, content: bytes, told: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=told) as caught:
        read(tmp_path / name)
    assert str(caught.value).startswith(str(tmp_path / name))


@pytest.mark.parametrize("name", ["t.csv", "t.jsonl", "t.xes", "t.csv.gz"])
def test_a_file_of_one_table_has_nothing_within(name: str, tmp_path: Path) -> None:
    content = {"t.xes": b"<log/>", "t.jsonl": b"{}", "t.csv": b"a\n1\n", "t.csv.gz": gzip.compress(b"a\n1\n")}
    (tmp_path / name).write_bytes(content[name])
    with pytest.raises(SourceError, match="take within: x out"):
        read(tmp_path / name, within="x")


@pytest.mark.parametrize("name", [*FORMS, "t.xes"])
def test_a_missing_file_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=name):
        read(tmp_path / name)
