"""How CSV files are written: everything that occurs is read, everything unclear is refused."""

from pathlib import Path

import pytest

from crmmining.errors import MissingFileError, SourceError, UnreadableValueError
from crmmining.sources.csv_dialect import csv_dialect
from crmmining.sources.plain_logs import read_table

COLUMNS = {"case": "c", "activity": "a", "time": "t"}


def activities(folder: Path, content: str | bytes, **options: str) -> list[str]:
    """The activities of a log with the columns c, a, t, in the order of rows (every row has a later time)."""
    path = folder / "log.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_table(path, columns=COLUMNS, **options).to_frame()["activity"].tolist()


READ = {
    "comma": "c,a,t\n1,x,2025-01-01\n",
    "semicolon": "c;a;t\n1;x;2025-01-01\n",
    "tab": "c\ta\tt\n1\tx\t2025-01-01\n",
    "pipe": "c|a|t\n1|x|2025-01-01\n",
    "everything quoted": '"c","a","t"\n"1","x","2025-01-01"\n',
    "line ends of Windows": "c,a,t\r\n1,x,2025-01-01\r\n",
    "line ends of old Macs": "c,a,t\r1,x,2025-01-01\r",
    "no line end at the end": "c,a,t\n1,x,2025-01-01",
    "blank lines": "c,a,t\n\n1,x,2025-01-01\n\n",
    "blanks around the names": " c , a,t\n1,x,2025-01-01\n",
    "byte order mark": b"\xef\xbb\xbfc,a,t\n1,x,2025-01-01\n",
    "byte order mark before a quote": b'\xef\xbb\xbf"c","a","t"\n1,x,2025-01-01\n',
}


@pytest.mark.parametrize("written", READ)
def test_a_file_is_read_however_it_is_written(written: str, tmp_path: Path) -> None:
    assert activities(tmp_path, READ[written]) == ["x"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("inside", ["\n", "\r\n", "\r", ",", ";", '""'])
def test_a_quoted_value_may_hold_anything(end: str, inside: str, tmp_path: Path) -> None:
    rows = ["c,a,t", f'1,"x{inside}y",2025-01-01', "1,z,2025-01-02", ""]
    meant = inside.replace('""', '"')
    assert activities(tmp_path, end.join(rows)) == [f"x{meant}y", "z"]


def test_line_ends_that_change_midway_are_refused_not_swallowed(tmp_path: Path) -> None:
    for content in (
        "c,a,t\n1,x,2025-01-01\r\n1,y,2025-01-02\n",
        "c,a,t\r\n1,x,2025-01-01\n1,y,2025-01-02\r\n",
    ):
        with pytest.raises(SourceError, match="line ends or quotes are mixed"):
            activities(tmp_path, content)


def test_a_declared_delimiter_and_encoding_are_used(tmp_path: Path) -> None:
    assert activities(tmp_path, "c|a,b|a|t\n1|q|x|2025-01-01\n", delimiter="|") == ["x"]
    assert activities(tmp_path, "c,a,t\n1,Café,2025-01-01\n".encode("latin-1"), encoding="latin-1") == [
        "Café"
    ]
    assert activities(tmp_path, "c,a,t\n1,Café,2025-01-01\n".encode("utf-16"), encoding="UTF-16") == ["Café"]


def test_a_character_cut_by_the_end_of_the_head_is_no_error(tmp_path: Path) -> None:
    row = "1,é,2025-01-01\n".encode()
    content = b"c,a,t\n" + b"1,xx,2025-01-01\n" * 4094
    content += b"1," + b"x" * (65535 - len(content) - 2) + row[2:]
    assert content[65535:65537] == "é".encode()
    assert len(activities(tmp_path, content)) == 4095


@pytest.mark.parametrize("before", [1, 8000])
def test_another_encoding_than_declared_is_refused_with_the_line(before: int, tmp_path: Path) -> None:
    content = b"c,a,t\n" + b"1,x,2025-01-01\n" * before + b"1,Caf\xe9,2025-01-01\n"
    with pytest.raises(
        UnreadableValueError, match=rf"line {before + 2}: byte 0xE9 is not utf-8; .*encoding: latin-1"
    ):
        activities(tmp_path, content)


def test_an_encoding_that_cannot_be_read_is_refused_with_those_that_can(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="'cp037' cannot be read; write one of 'utf-8'"):
        activities(tmp_path, "c,a,t\n", encoding="cp037")


REFUSED = {
    "empty": ("", "the file is empty"),
    "only white space": (" \n\n", "the file is empty"),
    "only a header": ("c,a,t\n", "header but no rows"),
    "blank first line": ("\nc,a,t\n1,x,2025-01-01\n", "the first line is blank"),
    "too few columns": ("c,a,t\n1,x,2025-01-01\n1,x\n", "line 3: 2 columns where the header has 3"),
    "too many columns": ("c,a,t\n1,x,2025-01-01,q\n", "line 2: 4 columns where the header has 3"),
    "column twice": ("c,a,a,t\n1,x,y,2025-01-01\n", "the column 'a' twice"),
    "column twice but for case": ("c,a,A,t\n1,x,y,2025-01-01\n", "the column 'a' twice"),
    "column without name": ("c,a,,t\n1,x,y,2025-01-01\n", "column 3 of the header has no name"),
    "a name we need ourselves": ("c,a,_row,t\n1,x,y,2025-01-01\n", "'_row'"),
    "quote never closed": ('c,a,t\n1,"x,2025-01-01\n1,y,2025-01-01\n', "line 2: a quote is not closed"),
    "missing column": (
        "c,aa,t\n1,x,2025-01-01\n",
        "has no column 'a'; it has 'c', 'aa', 't'. Did you mean 'aa'?",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_read_is_refused_with_the_file_and_the_reason(what: str, tmp_path: Path) -> None:
    content, reason = REFUSED[what]
    with pytest.raises(SourceError) as caught:
        activities(tmp_path, content)
    assert str(caught.value).startswith(str(tmp_path / "log.csv")) and reason in str(caught.value)


def test_a_missing_file_is_named_with_what_its_folder_has(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("a\n")
    with pytest.raises(MissingFileError, match=r"evnts.csv: no such file. Its folder has 'events.csv'"):
        csv_dialect(tmp_path / "evnts.csv")
    with pytest.raises(MissingFileError, match="There is no folder"):
        csv_dialect(tmp_path / "nowhere" / "events.csv")
