import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from crmmining.engine.load_lock import load_lock
from crmmining.errors import WorkspaceError

HOLD = """
    import sys
    from pathlib import Path
    from crmmining.engine.load_lock import load_lock

    with load_lock(Path(sys.argv[1]), wait=False, say=print):
        print("held", flush=True)
        sys.stdin.readline()
"""


def holder(workspace: Path) -> subprocess.Popen[str]:
    """A process that holds the lock until it is sent a line."""
    command = [sys.executable, "-c", dedent(HOLD), str(workspace)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def ignored(text: str) -> None:
    raise AssertionError(text)


def test_the_lock_file_names_its_holder_and_is_gone_afterwards(tmp_path: Path) -> None:
    with load_lock(tmp_path / "w.duckdb", wait=False, say=ignored):
        assert (tmp_path / "w.duckdb.lock").read_text() == f"{os.getpid()}\n"
    assert list(tmp_path.iterdir()) == []


def test_it_is_given_back_when_the_load_fails(tmp_path: Path) -> None:
    with pytest.raises(ValueError), load_lock(tmp_path / "w.duckdb", wait=False, say=ignored):
        raise ValueError
    assert list(tmp_path.iterdir()) == []


def test_who_does_not_wait_is_told_which_process_is_at_work(tmp_path: Path) -> None:
    with holder(tmp_path / "w.duckdb") as other:
        with (
            pytest.raises(WorkspaceError, match=rf"load is at work \(process {other.pid}\); try again"),
            load_lock(tmp_path / "w.duckdb", wait=False, say=ignored),
        ):
            pass
        other.communicate("\n")


def test_who_waits_is_told_once_and_gets_the_lock_when_the_other_is_done(tmp_path: Path) -> None:
    said: list[str] = []
    with holder(tmp_path / "w.duckdb") as other:
        assert other.stdin is not None

        def say(text: str) -> None:
            said.append(text)
            other.stdin.write("\n")
            other.stdin.flush()

        with load_lock(tmp_path / "w.duckdb", wait=True, say=say):
            assert (tmp_path / "w.duckdb.lock").read_text() == f"{os.getpid()}\n"
    assert said == [f"waiting for another load (process {other.pid})"]


def test_the_lock_of_a_killed_process_does_not_block(tmp_path: Path) -> None:
    with holder(tmp_path / "w.duckdb") as other:
        other.kill()
        other.wait()
    assert (tmp_path / "w.duckdb.lock").exists()
    with load_lock(tmp_path / "w.duckdb", wait=False, say=ignored):
        assert (tmp_path / "w.duckdb.lock").read_text() == f"{os.getpid()}\n"
    assert list(tmp_path.iterdir()) == []


def test_two_in_one_process_exclude_each_other_too(tmp_path: Path) -> None:
    with (
        load_lock(tmp_path / "w.duckdb", wait=False, say=ignored),
        pytest.raises(WorkspaceError, match="another load is at work"),
        load_lock(tmp_path / "w.duckdb", wait=False, say=ignored),
    ):
        pass


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with (
        pytest.raises(WorkspaceError, match=r"cannot be written \(No such .*\); name another place"),
        load_lock(tmp_path / "gone" / "w.duckdb", wait=True, say=ignored),
    ):
        pass


@pytest.mark.skipif(os.name == "nt", reason="flock is of POSIX")
def test_a_file_system_without_locks_is_said_instead_of_waiting_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import errno
    import fcntl

    def refuse(file: object, how: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with (
        pytest.raises(WorkspaceError, match=r"cannot be locked \(No locks available\); name another place"),
        load_lock(tmp_path / "w.duckdb", wait=True, say=ignored),
    ):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_does_not_keep_from_locking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, content: bytes) -> int:
        with Path("/dev/full").open("wb", buffering=0) as file:
            return file.write(content)

    monkeypatch.setattr(os, "write", full)
    with load_lock(tmp_path / "w.duckdb", wait=False, say=ignored):
        assert (tmp_path / "w.duckdb.lock").read_text() == ""
    assert list(tmp_path.iterdir()) == []
