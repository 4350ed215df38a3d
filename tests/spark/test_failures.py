"""What Spark needs and does not have is told in one line, soon."""

from __future__ import annotations

import pytest

from crmmining.engine import spark_checks
from crmmining.engine.spark import SparkWorkspace
from crmmining.engine.spark_checks import check_java, check_pyspark
from crmmining.errors import WorkspaceError
from crmmining.study.engine_spec import SparkSpec

QUIET = """
import sys
from pathlib import Path
from crmmining.engine.spark import SparkWorkspace
from crmmining.study.engine_spec import SparkSpec
with SparkWorkspace(Path(sys.argv[1]), SparkSpec(spark="local[1]", memory="512MB")) as workspace:
    try:
        workspace.rows("SELECT nothing FROM names")
    except Exception as error:
        print(type(error).__name__)
    print(list(workspace.map_tasks(abs, [-1])))
"""


def test_nothing_is_said_beside_what_was_asked(tmp_path, python) -> None:
    done = python(QUIET, str(tmp_path / "work"))
    assert (done.stdout, done.stderr) == ("AnalysisException\n[1]\n", "")
    assert not any((tmp_path / "work" / "_working").iterdir())


def test_a_missing_pyspark_is_told_with_the_way_out(monkeypatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WorkspaceError, match=r"pip install 'crmmining\[spark\]'"):
        check_pyspark()


def test_a_missing_java_is_told_with_the_way_out(monkeypatch, tmp_path) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(WorkspaceError, match=r"there is none on this machine; install Java 17 or newer"):
        check_java()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(WorkspaceError, match=r"none under JAVA_HOME="):
        check_java()


@pytest.mark.parametrize(
    ("said", "version"), [("1.8.0_302", "Java 8"), ("11.0.2", "Java 11"), ("", "no working")]
)
def test_an_old_java_is_told_with_its_version(monkeypatch, tmp_path, said, version) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho 'openjdk version \"{said}\"' >&2\n")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(WorkspaceError, match=f"needs Java 17, {java} is {version}"):
        check_java()


def test_a_master_that_does_not_answer_is_told(monkeypatch, tmp_path, port) -> None:
    monkeypatch.setattr(spark_checks, "_PATIENCE_TO_CONNECT", 0.5)
    spec = SparkSpec(spark=f"spark://127.0.0.1:{port}", work=tmp_path)
    with pytest.raises(WorkspaceError, match=f"nobody answers at spark://127.0.0.1:{port}"):
        SparkWorkspace(tmp_path / "work", spec)
    assert not (tmp_path / "work").exists()


def test_a_cluster_without_workers_is_told_and_not_waited_for_forever(make_cluster, tmp_path) -> None:
    spec = SparkSpec(spark=f"spark://127.0.0.1:{make_cluster(0).port}", memory="512MB", work=tmp_path)
    with pytest.raises(WorkspaceError, match=r"gave no executor within 1 s; has it workers"):
        SparkWorkspace(tmp_path / "work", spec, patience=1)
    assert not (tmp_path / "work" / "LOCK").read_text() and not any(
        (tmp_path / "work" / "_working").iterdir()
    )
