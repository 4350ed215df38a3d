from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from crmmining.engine import beside as module
from crmmining.engine.beside import Beside


@pytest.fixture
def target(tmp_path: Path) -> Path:
    path = tmp_path / "study.duckdb"
    path.write_text("stored")
    return path


def test_what_took_the_place_is_the_workspace_and_nothing_else_is_left(target: Path) -> None:
    with Beside(target, copy=True) as beside:
        beside.begin()
        path = beside.copied()
        path.write_text(path.read_text() + " and more")
        beside.take_place()
    assert target.read_text() == "stored and more"
    assert list(target.parent.iterdir()) == [target]


def test_a_file_that_did_not_take_the_place_is_gone(target: Path) -> None:
    with Beside(target, copy=True) as beside:
        beside.begin()
        beside.copied().write_text("half")
    assert target.read_text() == "stored"
    assert list(target.parent.iterdir()) == [target]


def test_a_copy_that_is_not_wanted_leaves_an_empty_place(target: Path) -> None:
    with Beside(target, copy=True) as beside:
        beside.begin()
        assert not beside.emptied().exists()


def test_a_copy_that_failed_is_told_by_who_needs_it(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*paths: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.shutil, "copyfile", full)
    with Beside(target, copy=True) as beside:
        beside.begin()
        with pytest.raises(OSError, match="No space left"):
            beside.copied()
    with Beside(target, copy=True) as beside:
        beside.begin()
        beside.emptied()


def test_ctrl_c_while_the_copy_begins_leaves_nothing(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = threading.Thread.start

    def interrupted(thread: threading.Thread) -> None:
        begin(thread)
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupted)
    for _ in range(50):  # the thread comes before or after the end of the block
        with pytest.raises(KeyboardInterrupt), Beside(target, copy=True) as beside:
            beside.begin()
        time.sleep(0.002)
        assert list(target.parent.iterdir()) == [target]
