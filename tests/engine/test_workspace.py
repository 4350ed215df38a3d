from pathlib import Path

import duckdb
import numpy as np
import pytest

from crmmining.engine.memory import Memory
from crmmining.engine.schema import SCHEMA_VERSION, TABLES
from crmmining.engine.workspace import Workspace
from crmmining.errors import WorkspaceError


def test_a_new_workspace_has_every_table_and_its_version() -> None:
    with Workspace() as workspace:
        assert workspace.tables() == set(TABLES)
        assert workspace.meta("schema version") == str(SCHEMA_VERSION) and workspace.meta("nothing") is None


def test_what_is_remembered_replaces_what_was() -> None:
    with Workspace() as workspace:
        workspace.remember("key", "1")
        workspace.remember("key", "2")
        assert workspace.meta("key") == "2"


def test_an_absent_integer_is_minus_one_an_absent_number_nan_an_absent_text_none() -> None:
    with Workspace() as workspace:
        found = workspace.columns(
            "SELECT * FROM (VALUES (1, 1.5::DOUBLE, 'a', 1::TINYINT), (NULL, NULL, NULL, NULL)) t(i, x, s, b)"
        )
        assert found["i"].tolist() == [1, -1] and found["b"].tolist() == [1, -1]
        assert found["x"][0] == 1.5 and np.isnan(found["x"][1])
        assert found["s"].tolist() == ["a", None]


def test_columns_are_appended_by_name() -> None:
    with Workspace() as workspace:
        workspace.insert("names", {"code": np.array([3]), "name": ["x"], "kind": ["goal"]})
        assert workspace.rows("SELECT kind, code, name FROM names") == [("goal", 3, "x")]


def test_several_readers_may_have_one_workspace_open(tmp_path: Path) -> None:
    Workspace(tmp_path / "w.duckdb").close()
    with (
        Workspace(tmp_path / "w.duckdb", read_only=True) as one,
        Workspace(tmp_path / "w.duckdb", read_only=True) as two,
    ):
        assert one.tables() == two.tables()


def test_times_are_utc_whatever_the_machine_says() -> None:
    with Workspace() as workspace:
        assert workspace.value("SELECT current_setting('TimeZone')") == "UTC"


def test_a_memory_limit_is_kept() -> None:
    with Workspace(memory=Memory.parse("1GB")) as workspace:
        assert workspace.value("SELECT current_setting('memory_limit')") == "506.0 MiB"


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.duckdb").write_bytes(b"damaged" * 5000)
    with pytest.raises(WorkspaceError, match="if it is damaged, delete it and load again"):
        Workspace(tmp_path / "w.duckdb", read_only=True)


def test_a_database_of_others_is_refused_and_not_touched(tmp_path: Path) -> None:
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        connection.execute("CREATE TABLE theirs (a INTEGER)")
    with pytest.raises(WorkspaceError, match="is no workspace of crmmining"):
        Workspace(tmp_path / "w.duckdb")
    with duckdb.connect(str(tmp_path / "w.duckdb")) as connection:
        assert connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("theirs",)]


def test_a_workspace_of_another_version_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with Workspace(tmp_path / "w.duckdb") as workspace:
        workspace.remember("schema version", "0")
    with pytest.raises(
        WorkspaceError,
        match=rf"another version \(tables 0, this is {SCHEMA_VERSION}\); delete it and load again",
    ):
        Workspace(tmp_path / "w.duckdb", read_only=True)


def test_ctrl_c_while_a_workspace_is_opened_is_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Workspace(tmp_path / "w.duckdb").close()

    class Interrupted:
        def execute(self, statement: str) -> None:
            raise RuntimeError("Query interrupted")

    monkeypatch.setattr(duckdb, "connect", lambda *_, **__: Interrupted())
    with pytest.raises(KeyboardInterrupt):
        Workspace(tmp_path / "w.duckdb", read_only=True)
