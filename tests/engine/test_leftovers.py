import os
import subprocess
import sys
from pathlib import Path

import pytest

from crmmining.engine.leftovers import remove_leftovers, sync_to_disk
from crmmining.engine.parts import scratch_folder


@pytest.fixture(scope="module")
def gone() -> int:
    """The number of a process that is no more."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


@pytest.mark.parametrize("name", ["w.duckdb", "strange [a].duckdb"])
def test_what_killed_loads_and_readers_left_is_removed_and_nothing_else(
    name: str, gone: int, tmp_path: Path
) -> None:
    kept = [name, f"{name}.lock", f"{name}.1.old", f"other.{gone}.loading", f"x{name}.{gone}.loading"]
    left = [f"{name}.{gone}.loading", f"{name}.{gone}.loading.wal", f"{name}.{os.getpid()}.loading"]
    for file in (*kept, *left):
        (tmp_path / file).write_text("content")
    for ending in ("loading.tmp", "partsab12", f"loading.{gone}.partsx"):
        folder = f"{name}.{gone}.{ending}"
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "0.1").write_text("content")
    remove_leftovers(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(kept)
    assert (tmp_path / name).read_text() == "content"


def test_a_load_left_by_a_process_whose_number_another_has_by_now_is_removed(tmp_path: Path) -> None:
    (tmp_path / f"w.duckdb.{os.getppid()}.loading").write_text("half")
    remove_leftovers(tmp_path / "w.duckdb")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="needs to see whether a process lives")
def test_the_parts_of_readers_at_work_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / f"w.duckdb.{os.getppid()}.partsab12").mkdir()
    with scratch_folder(tmp_path / "w.duckdb") as mine:
        remove_leftovers(tmp_path / "w.duckdb")
        assert Path(mine).is_dir() and len(list(tmp_path.iterdir())) == 2


def test_a_scratch_folder_lies_beside_and_is_gone_after_use(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "w.duckdb") as place:
        assert Path(place).parent == tmp_path
        assert Path(place).name.startswith(f"w.duckdb.{os.getpid()}.parts")
    assert list(tmp_path.iterdir()) == []


def test_syncing_changes_nothing_and_needs_the_file(tmp_path: Path) -> None:
    (tmp_path / "w.duckdb").write_bytes(b"content")
    sync_to_disk(tmp_path / "w.duckdb")
    assert (tmp_path / "w.duckdb").read_bytes() == b"content"
    with pytest.raises(FileNotFoundError):
        sync_to_disk(tmp_path / "gone")
