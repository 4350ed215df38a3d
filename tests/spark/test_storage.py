"""What is stored stays whole: transactions, killed loads, two writers, readers."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from crmmining.engine.arrow_columns import types_of
from crmmining.engine.schema import TABLES
from crmmining.engine.spark import SparkWorkspace
from crmmining.errors import WorkspaceError

NAMES = "SELECT kind, code, name FROM names ORDER BY kind, code"


@pytest.fixture(scope="module")
def running(spec, tmp_path_factory) -> Iterator[SparkWorkspace]:
    """Keeps Spark running for the workspaces of this module."""
    with SparkWorkspace(tmp_path_factory.mktemp("held") / "work", spec) as workspace:
        yield workspace


@pytest.fixture
def work(running, tmp_path) -> Path:
    return tmp_path / "work"


def test_a_new_workspace_has_every_table_and_its_version(work, spec) -> None:
    with SparkWorkspace(work, spec) as workspace:
        assert workspace.tables() == set(TABLES)
        assert workspace.meta("schema version") and workspace.meta("nothing") is None
        assert all(workspace.value(f"SELECT count(*) FROM {name}") == (name == "meta") for name in TABLES)


def test_what_was_added_is_there_after_reopening(work, spec) -> None:
    with SparkWorkspace(work, spec) as workspace:
        workspace.insert("names", {"code": np.array([3, 4]), "name": ["x", None], "kind": ["goal", "goal"]})
        workspace.append("names", "SELECT 'twice', code * 2, name FROM names WHERE code > ?", [3])
        workspace.append_parts(codes_plus_ten, "SELECT * FROM names", by="code")
        workspace.remember("key", "1")
        workspace.remember("key", "2")
        before = workspace.rows(NAMES)
    with SparkWorkspace(work, spec, read_only=True) as workspace:
        assert workspace.rows(NAMES) == before
        assert workspace.meta("key") == "2" and workspace.value("SELECT count(*) FROM meta") == 2
    assert before == [
        ("goal", 3, "x"), ("goal", 4, None), ("new", 13, "x"), ("new", 14, None), ("new", 18, None),
        ("twice", 8, None),
    ]  # fmt: skip


def codes_plus_ten(part: dict) -> dict:
    return {"names": {"kind": ["new"] * part["code"].size, "code": part["code"] + 10, "name": part["name"]}}


def test_rows_are_replaced_and_deleted(work, spec) -> None:
    with SparkWorkspace(work, spec) as workspace:
        workspace.insert("links", {"record": [1, 2, None], "linked": [5, 6, 7]})
        workspace.delete("links", "record > ?", [1])
        assert workspace.rows("SELECT * FROM links ORDER BY linked") == [(1, 5), (None, 7)]
        workspace.replace("links", "SELECT linked, linked + 1 FROM links")
        assert workspace.rows("SELECT * FROM links ORDER BY record") == [(5, 6), (7, 8)]
        workspace.clear()
        assert workspace.rows("SELECT * FROM links") == [] and workspace.meta("schema version")


def test_views_follow_their_tables(work, spec) -> None:
    goal = {"goal": [0], "silence": [10], "settle": [0], "n_goals": [0], "declared": [True]}
    with SparkWorkspace(work, spec) as workspace:
        workspace.insert("silences", goal)
        workspace.insert("goal_facts", {"instance": [1], "goal": [0], "reached": [5], "last": [5]})
        workspace.insert("events", {"event": [1], "time": [9]})
        assert workspace.rows("SELECT instance, reached, outcome FROM goals") == [(1, 5, 0)]


def test_a_transaction_happens_whole_or_not_at_all(work, spec) -> None:
    with SparkWorkspace(work, spec) as workspace:
        workspace.insert("links", {"record": [1], "linked": [2]})
        with pytest.raises(RuntimeError), workspace.transaction():
            workspace.clear()
            workspace.remember("half", "done")
            workspace.append("links", "SELECT CAST(id AS INT), 0 FROM range(100)")
            assert workspace.value("SELECT count(*) FROM links") == 100
            raise RuntimeError
        assert workspace.rows("SELECT * FROM links") == [(1, 2)] and workspace.meta("half") is None
        with workspace.transaction():
            workspace.clear("links")
            workspace.remember("all", "done")
    with SparkWorkspace(work, spec, read_only=True) as workspace:
        assert workspace.meta("all") == "done" and workspace.rows("SELECT * FROM links") == []


KILLED = """
import sys, time
from pathlib import Path
from crmmining.engine.spark import SparkWorkspace
from crmmining.study.engine_spec import SparkSpec
workspace = SparkWorkspace(Path(sys.argv[1]), SparkSpec(spark="local[1]", memory="512MB"))
with workspace.transaction():
    workspace.clear()
    workspace.append("links", "SELECT CAST(id AS INT), 0 FROM range(1000)")
    workspace.table("big", "SELECT id FROM range(1000)")
    print("half", flush=True)
    time.sleep(600)
"""


def test_a_killed_load_leaves_what_was_stored_and_a_second_writer_is_told(work, spec) -> None:
    with SparkWorkspace(work, spec) as workspace:
        workspace.insert("links", {"record": [1], "linked": [2]})
    source = str(Path(__file__).parents[2] / "src")
    environment = {**os.environ, "PYTHONPATH": source}
    command = [sys.executable, "-c", KILLED, str(work)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as load:
        assert load.stdout and load.stdout.readline() == b"half\n"
        with pytest.raises(WorkspaceError, match=f"in use by process {load.pid} on {socket.gethostname()}"):
            SparkWorkspace(work, spec)
        with SparkWorkspace(work, spec, read_only=True) as reader:
            assert reader.rows("SELECT * FROM links") == [(1, 2)]
        load.send_signal(signal.SIGKILL)
    assert len(list((work / "links").iterdir())) == 2 and any((work / "_working").iterdir())
    with SparkWorkspace(work, spec) as workspace:
        assert workspace.rows("SELECT * FROM links") == [(1, 2)]
        assert len(list((work / "links").iterdir())) == 1
    assert not any((work / "_working").iterdir())


def test_a_writer_on_another_machine_is_believed(work, spec) -> None:
    SparkWorkspace(work, spec).close()
    (work / "LOCK").write_text(json.dumps({"host": "elsewhere", "pid": 7}))
    with pytest.raises(WorkspaceError, match=r"in use by process 7 on elsewhere.*if that machine is gone"):
        SparkWorkspace(work, spec)


def test_a_reader_cannot_write(work, spec) -> None:
    SparkWorkspace(work, spec).close()
    with (
        SparkWorkspace(work, spec, read_only=True) as one,
        SparkWorkspace(work, spec, read_only=True) as two,
    ):
        assert one.tables() == two.tables()
        with pytest.raises(WorkspaceError, match="open for reading only"):
            one.insert("links", {"record": [1], "linked": [2]})
        one.table("mine", "SELECT 1 AS x")
        assert one.value("SELECT x FROM mine") == 1 and "mine" not in two.tables()


def test_working_tables_come_from_tasks_too_and_are_gone_afterwards(work, spec) -> None:
    def read(number: int) -> dict:
        schema = pa.schema([("x", pa.int64()), ("s", pa.string())])
        batches = [pa.record_batch([[number, k], ["a", None]], schema=schema) for k in range(3)]
        reader = pa.RecordBatchReader.from_batches(schema, batches)
        return {"staged": reader, "links": {"record": [number], "linked": np.array([-1])}}

    with SparkWorkspace(work, spec) as workspace:
        workspace.append_tasks(read, range(4))
        assert workspace.rows("SELECT count(*), sum(x), count(s) FROM staged") == [(24, 30, 12)]
        assert workspace.rows("SELECT * FROM links ORDER BY record") == [(k, -1) for k in range(4)]
    with SparkWorkspace(work, spec) as workspace:
        assert "staged" not in workspace.tables()
        assert workspace.value("SELECT count(*) FROM links") == 4


def test_columns_of_events_come_by_place(work, spec) -> None:
    with SparkWorkspace(work, spec) as workspace:
        assert workspace.event_column("time").size == 0
        workspace.insert(
            "events", {"event": [30, 10], "time": [3, 1], "record": [None, 7], "visible": [True, None]}
        )
        workspace.append("events", f"SELECT {', '.join(f'e.{c}' for c in types_of('events'))} FROM events e")
        workspace.delete("events", "record = ?", [7])
        workspace.insert("events", {"event": [20], "time": [2]})
        workspace.delete("events", "event = 30 AND time < ?", [0])
        event = workspace.event_column("event").tolist()
        assert sorted(event) == [20, 30, 30]
        assert workspace.event_column("time * 10").tolist() == event
        assert workspace.event_column("record").tolist() == [-1, -1, -1]
        assert sorted(workspace.event_column("CAST(visible AS TINYINT)").tolist()) == [-1, 1, 1]
        workspace.hold("some", {"k": np.array([1, 2]), "n": np.array([-1, 3], np.int8)})
        workspace.hold("some", {"k": np.array([4])})
        assert workspace.rows("SELECT * FROM some") == [(4,)]


def test_folders_that_are_no_workspace_are_refused_and_not_touched(work, spec, tmp_path) -> None:
    with pytest.raises(WorkspaceError, match="holds no tables yet"):
        SparkWorkspace(work, spec, read_only=True)
    (tmp_path / "theirs.txt").write_text("precious")
    with pytest.raises(WorkspaceError, match="is no workspace of crmmining"):
        SparkWorkspace(tmp_path, spec)
    assert [path.name for path in tmp_path.iterdir()] == ["theirs.txt"]


def test_damage_and_other_versions_are_told(work, spec) -> None:
    with SparkWorkspace(work, spec) as workspace:
        workspace.remember("schema version", "0")
    with pytest.raises(WorkspaceError, match="written by another version \\(tables 0"):
        SparkWorkspace(work, spec)
    (work / "CURRENT").write_text("{")
    with pytest.raises(WorkspaceError, match="CURRENT is damaged"):
        SparkWorkspace(work, spec)


def test_one_process_has_one_spark(running, work, spec) -> None:
    with pytest.raises(WorkspaceError, match=r"already runs in this process, with local"):
        SparkWorkspace(work, spec.model_copy(update={"memory": "3g"}))
    assert not (work / "LOCK").read_text()
