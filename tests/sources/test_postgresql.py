"""Tables of a real PostgreSQL server: what is new is fetched, and a load from nothing makes the same."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.sources.small import events, opened, write_study

from crmmining.errors import MissingColumnError, SourceError, StudyFileError
from crmmining.sources.loading import open_study
from crmmining.sources.postgresql import shown

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
pytestmark = pytest.mark.skipif(
    not SERVERS and shutil.which("initdb") is None,
    reason="no PostgreSQL server is installed (Debian: apt install postgresql)",
)
DECLARED = """
study: CRM
sources:
  - database: {database}
    table: moves
    watermark: changed
    time: {{format: iso}}
    record: {{type: Case, id: case_id}}
    event: {{time: at, activity: step, id: id, customer: {{email: mail}}}}
  - table: visits.csv
    event: {{time: at, activity: page, customer: {{email: mail}}}}
"""
VISITS = "at,page,mail\n2025-01-01 08:00:00,Home,ann@x\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of our own on a free port, gone afterwards; it does not run as root."""
    programs = SERVERS[-1] if SERVERS else Path(shutil.which("initdb") or "").parent
    folder = Path("/tmp") / f"crmmining-postgres-{os.getpid()}"
    folder.mkdir(mode=0o755)
    user: dict[str, Any] = {}
    if os.getuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(program: str, *words: str) -> None:
        done = subprocess.run(
            [programs / program, *words], cwd=folder, capture_output=True, text=True, timeout=120, **user
        )
        assert done.returncode == 0, done.stderr

    data = str(folder / "data")
    try:
        run(
            "initdb", "-D", data, "-U", "crm", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale", "C.UTF-8"
        )
        options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        yield f"postgresql://crm@127.0.0.1:{port}/postgres"
        run("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(server: str) -> Iterator[Any]:
    """A connection to an empty table of moves."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("""
            DROP TABLE IF EXISTS moves;
            CREATE TABLE moves (
                id text, case_id text, at timestamptz, step text, mail text, changed timestamptz
            )
        """)
        yield connection


def add(database: Any, *rows: tuple[str | None, ...]) -> None:
    for row in rows:
        database.execute("INSERT INTO moves VALUES (%s, %s, %s, %s, %s, %s)", row)


FIRST = (
    ("1", "c1", "2025-01-01 10:00+01", "ask", "ann@x", "2025-01-01"),
    ("2", "c1", "2025-01-02 10:00Z", 'say "no", please\n', "ann@x", "2025-01-02"),
    ("3", "c2", "2025-01-02 10:00Z", "ask", None, "2025-01-02"),
)


def declared(server: str, folder: Path, text: str = DECLARED) -> Path:
    return write_study(folder, text.format(database=server), visits=VISITS)


def test_rows_are_read_as_of_a_file(server: str, database: Any, tmp_path: Path) -> None:
    add(database, *FIRST)
    study = open_study(declared(server, tmp_path))
    found = events(study, "activity", "record", "customer")
    assert ("ask", "c1", "ann@x") in found and ("Home", None, "ann@x") in found
    assert ('say "no", please\n', "c1", "ann@x") in found and ("ask", "c2", None) in found
    times = study.workspace.rows("SELECT time FROM events e JOIN record_ids r USING (record) ORDER BY time")
    assert times[0] == (1_735_722_000_000_000,)  # 10:00 in Berlin is 9:00 UTC


def test_later_loads_fetch_what_is_new_or_changed(server: str, database: Any, tmp_path: Path) -> None:
    add(database, *FIRST)
    path = declared(server, tmp_path / "grown")
    open_study(path).workspace.close()
    add(
        database,
        ("2", "c1", "2025-01-02 11:00Z", "said", "ann@x", "2025-01-03"),
        ("4", "c2", "2025-01-04 10:00Z", "done", "bob@x", "2025-01-04"),
    )
    unasked = open_study(path)
    assert unasked.n_events == 4 and len(unasked.runs) == 1
    unasked.workspace.close()
    grown = open_study(path, fetch=True)
    assert grown.n_events == 5 and not grown.runs[-1].whole
    assert ("said", "c1") in events(grown, "activity", "record")
    again = open_study(path, fetch=True)
    assert len(again.runs) == 2
    again.workspace.close()
    whole = open_study(declared(server, tmp_path / "whole"))
    said = ("time", "activity", "record", "customer")
    assert sorted(events(grown, *said), key=str) == sorted(events(whole, *said), key=str)


def test_a_fetch_that_was_stopped_is_done_again(server: str, database: Any, tmp_path: Path) -> None:
    add(database, *FIRST)
    path = declared(server, tmp_path)
    open_study(path).workspace.close()
    (landed,) = tmp_path.glob("*.landed/*.csv")
    with landed.open("ab") as file:
        file.write(b'"half a')
    study = open_study(path, fetch=True)
    assert study.n_events == 4 and b"half a" not in landed.read_bytes()


def test_without_a_watermark_the_table_is_fetched_whole(server: str, database: Any, tmp_path: Path) -> None:
    add(database, *FIRST)
    text = DECLARED.replace("    watermark: changed\n", "")
    path = declared(server, tmp_path, text)
    open_study(path).workspace.close()
    database.execute("DELETE FROM moves WHERE id = '3'")
    assert events(open_study(path, fetch=True), "activity").count("ask") == 1


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            ("table: moves", "table: move"),
            SourceError,
            r"there is no such table; there is 'moves'. .*'moves'",
        ),
        (("watermark: changed", "watermark: change"), MissingColumnError, r"no column 'change'.*'changed'"),
        (("table: moves", "table: ../moves"), SourceError, r"'../moves' is no table of a database"),
        (("id: id, ", ""), StudyFileError, r"rows come again with a watermark; say by which id:"),
    ],
)
def test_what_is_not_there_is_said(
    change: tuple[str, str], error: type[Exception], message: str, server: str, database: Any, tmp_path: Path
) -> None:
    with pytest.raises(error, match=message):
        open_study(declared(server, tmp_path, DECLARED.replace(*change)))
    assert not list(tmp_path.glob("*.duckdb"))


def test_nobody_answering_is_said_without_the_password(server: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = declared(f"postgresql://ann:hush@127.0.0.1:{port}/crm", tmp_path)
    with pytest.raises(SourceError, match=r"127.0.0.1:\d+/crm: .*connection.* PGPASSWORD") as caught:
        open_study(path)
    assert "hush" not in str(caught.value)


def test_a_connection_is_shown_without_its_secrets() -> None:
    assert shown("postgresql://a:b@h/d?sslpassword=x") == "postgresql://h/d"


def test_a_watermark_needs_a_database(tmp_path: Path) -> None:
    text = DECLARED.replace("  - database: {database}\n    table: moves", "  - table: visits.csv")
    with pytest.raises(StudyFileError, match="say database: postgresql://"):
        opened(tmp_path, text.format(database=""), visits=VISITS)
