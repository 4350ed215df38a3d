"""What happens to a load from outside: killed, stopped, no room, another load, a damaged file.

Loads run in processes of their own. Whatever befalls them, the workspace is the one from before, byte by
byte, or the new one whole; and the next load makes what a load from nothing makes.
"""

import contextlib
import io
import multiprocessing
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.sources.small import PLAIN, events, write_study
from tests.sources.worlds import World, told

from crmmining.cli.boundary import run
from crmmining.engine import beside as working_file
from crmmining.engine.workspace import Workspace
from crmmining.errors import SourceError, WorkspaceError
from crmmining.sources.loading import open_study

if os.name == "nt":
    pytest.skip("needs the signals of POSIX", allow_module_level=True)

import resource

# Children are forked from a process that has imported everything and computed nothing.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(
    [
        "crmmining.cli.boundary",
        "crmmining.cli.app",
        "crmmining.sources.filling",
        "tests.sources.test_atomicity",
    ]
)
ROWS = "at,step,email\n2025-01-01,a,ann@x\n2025-01-02,b,ann@x\n"
MORE = ROWS + "2025-01-03,c,bob@x\n"


class Child:
    """A process that runs a function with a pipe to us."""

    def __init__(self, function: Callable[..., None], *arguments: object) -> None:
        self.pipe, theirs = CHILDREN.Pipe()
        self.process = CHILDREN.Process(target=function, args=(theirs, *arguments), daemon=True)
        self.process.start()
        theirs.close()

    def heard(self) -> Any:
        """What it says next, within a minute."""
        assert self.pipe.poll(60)
        return self.pipe.recv()

    def send_signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid or 0, number)

    def ended(self) -> int | None:
        """Its exit code."""
        self.process.join(60)
        self.pipe.close()
        return self.process.exitcode


def load_plainly(pipe: Connection, path: Path, reload: bool) -> None:
    pipe.send("begun")
    open_study(path, reload=reload).workspace.close()


def load_and_die(pipe: Connection, path: Path, reload: bool, point: str) -> None:
    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def watch(module: object, name: str) -> None:
        real = getattr(module, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            if point == f"before {name}":
                die()
            found = real(*arguments, **options)
            if point == f"after {name}":
                die()
            return found

        setattr(module, name, watched)

    for module, name in ((shutil, "copyfile"), (working_file, "sync_to_disk"), (os, "replace")):
        watch(module, name)
    open_study(path, reload=reload, progress=lambda step, share: die() if step.startswith(point) else None)


def load_and_hold(pipe: Connection, path: Path) -> None:
    """Load, but wait at the first step until told to go on."""
    pauses = iter([None])

    def pause(step: str, share: float) -> None:
        for _ in pauses:
            pipe.send(os.getpid())
            pipe.recv()

    open_study(path, progress=pause).workspace.close()


def load_and_tell(pipe: Connection, path: Path) -> None:
    steps: list[str] = []
    pipe.send("ready")
    pipe.recv()
    study = open_study(path, progress=lambda step, share: steps.append(step))
    pipe.send((events(study, "time", "activity", "customer"), "done" in steps))


def run_command(pipe: Connection, words: list[str], most: int | None) -> None:
    """(exit code, stderr) of a command line, no file becoming larger than `most` bytes."""
    if most is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    errors = io.StringIO()
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        try:
            code = run(words)
        except KeyboardInterrupt:
            code = 0  # it came when all was done and said
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe.send((code, errors.getvalue()))


def stored(path: Path) -> bytes | None:
    target = path.with_suffix(".duckdb")
    return target.read_bytes() if target.exists() else None


def restore(path: Path, content: bytes | None) -> None:
    target = path.with_suffix(".duckdb")
    target.unlink(missing_ok=True)
    if content is not None:
        target.write_bytes(content)


def beside(path: Path) -> list[str]:
    """What lies in the folder of a study and is neither its file nor an export."""
    return sorted(found.name for found in path.parent.glob(f"{path.stem}.duckdb*"))


def all_told(path: Path, **options: Any) -> tuple[dict[str, Any], bool]:
    """Everything a study says, and whether something had to be loaded for it."""
    steps: list[str] = []
    study = open_study(path, progress=lambda step, share: steps.append(step), **options)
    found = told(study)
    study.workspace.close()
    return found, bool(steps)


def small(folder: Path, rows: str = ROWS) -> Path:
    path = write_study(folder, PLAIN, events=rows)
    open_study(path).workspace.close()
    return path


def activities(path: Path) -> list[str]:
    study = open_study(path)
    found = events(study, "activity")
    study.workspace.close()
    return found


@pytest.fixture
def grown(tmp_path: Path) -> Path:
    """A small study that is loaded, and whose export has grown since."""
    path = small(tmp_path)
    (tmp_path / "events.csv").write_text(MORE)
    return path


@pytest.mark.parametrize(("kind", "n_kills"), [("increment", 15), ("first", 5), ("reload", 5)])
def test_a_load_killed_at_any_moment_leaves_the_old_or_the_new(
    kind: str, n_kills: int, tmp_path: Path
) -> None:
    world = World(7)
    path = world.write(tmp_path / "study")
    if kind != "first":
        open_study(path).workspace.close()
    before = stored(path)
    world.files["deals/w10.csv"] += world.rows("deals", 20)
    world.files["people/x1.csv"] = world.rows("people", 5)
    world.write(tmp_path / "study")
    new, _ = all_told(world.write(tmp_path / "anew"))

    def killed_after(seconds: float) -> tuple[int | None, float]:
        child = Child(load_plainly, path, kind == "reload")
        child.heard()
        began = time.monotonic()
        child.process.join(seconds)
        child.send_signal(signal.SIGKILL)
        return child.ended(), time.monotonic() - began

    code, lasted = killed_after(60)
    assert code == 0 and stored(path) != before
    restore(path, before)
    n_killed = 0
    for i in range(n_kills):
        n_killed += killed_after(lasted * i / n_kills)[0] == -signal.SIGKILL
        if stored(path) != before:
            assert all_told(path) == (new, False)
            restore(path, before)
        elif i % 5 == 4 or i == n_kills - 1:
            assert all_told(path) == (new, True) and beside(path) == ["study.duckdb"]
            restore(path, before)
    assert n_killed > n_kills / 2


STEPS = ["reading", "finding customers", "making records", "building goals", "done"]
LAST = ["before sync_to_disk", "after sync_to_disk", "before replace", "after replace"]


@pytest.mark.parametrize("point", ["before copyfile", "after copyfile", *STEPS, *LAST])
def test_a_load_that_dies_at_a_step_leaves_the_old_until_the_new_is_in_its_place(
    point: str, grown: Path
) -> None:
    before = stored(grown)
    child = Child(load_and_die, grown, False, point)
    assert child.ended() == -signal.SIGKILL
    assert (stored(grown) == before) == (point != "after replace")
    with Workspace(grown.with_suffix(".duckdb"), read_only=True) as workspace:
        assert workspace.value("SELECT count(*) FROM events") == (3 if point == "after replace" else 2)
    (grown.parent / "events.csv").write_text(MORE + "2025-01-04,d,bob@x\n")
    assert activities(grown) == ["a", "b", "c", "d"] and beside(grown) == ["study.duckdb"]


@pytest.mark.parametrize("point", ["reading", "before replace"])
def test_a_first_load_that_dies_leaves_nothing_to_open(point: str, tmp_path: Path) -> None:
    path = write_study(tmp_path, PLAIN, events=ROWS)
    assert Child(load_and_die, path, False, point).ended() == -signal.SIGKILL
    assert stored(path) is None and len(beside(path)) >= 2
    assert activities(path) == ["a", "b"] and beside(path) == ["study.duckdb"]


@pytest.mark.parametrize("options", [[], ["--reload"]])
def test_a_full_disk_is_one_line_and_leaves_the_old(options: list[str], grown: Path) -> None:
    before = stored(grown)
    assert before is not None
    for most in (1, 20_000, 300_000, len(before) // 2, len(before) - 1):
        child = Child(run_command, ["load", str(grown), *options], most)
        code, said = child.heard()
        assert child.ended() == 0 and code == 2, most
        assert "the disk is full; nothing was changed, make room and load again" in said
        assert said.count("\n") == 1 and said.startswith(f"crmmining: {grown.with_suffix('.duckdb')}")
        assert stored(grown) == before and beside(grown) == ["study.duckdb"]
    assert activities(grown) == ["a", "b", "c"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, Callable[[int], None]]]:
    """A file system of its own, and how to leave so many bytes free on it."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0 or sys.platform != "linux":
        pytest.skip("only root on Linux may mount a file system")
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256m", "none", place], capture_output=True
    ).returncode:
        pytest.skip("no file system can be mounted here")

    def leave(n_bytes: int) -> None:
        found = os.statvfs(place)
        used = (found.f_blocks - found.f_bfree) * found.f_frsize
        subprocess.run(["mount", "-o", f"remount,size={used + n_bytes}", place], check=True)

    try:
        yield place, leave
    finally:
        subprocess.run(["umount", "-l", place], check=True)


@pytest.mark.parametrize("reload", [False, True])
def test_a_load_onto_a_full_disk_completes_once_there_is_room(
    reload: bool, small_disk: tuple[Path, Callable[[int], None]]
) -> None:
    place, leave = small_disk
    path = small(place)
    before = stored(path)
    assert before is not None
    (place / "events.csv").write_text(MORE)
    for free in (0, 8192, 500_000, len(before) // 2):
        leave(free)
        with pytest.raises(WorkspaceError, match="the disk is full; nothing was changed") as caught:
            open_study(path, reload=reload)
        assert "\n" not in str(caught.value) and stored(path) == before and beside(path) == ["study.duckdb"]
        with Workspace(path.with_suffix(".duckdb"), read_only=True) as workspace:
            assert workspace.value("SELECT count(*) FROM events") == 2
    leave(64 << 20)
    assert activities(path) == ["a", "b", "c"]


def test_a_broken_row_in_a_new_file_changes_nothing_and_mended_it_comes_in(tmp_path: Path) -> None:
    world = World(3)
    path = world.write(tmp_path / "study")
    old, _ = all_told(path)
    before = stored(path)
    rows = world.rows("deals", 6)
    world.files["deals/w40.csv"] = [*rows[:3], rows[3] + ",one,too,many", *rows[4:]]
    world.write(tmp_path / "study")
    with pytest.raises(SourceError, match=r"w40\.csv"):
        open_study(path)
    assert stored(path) == before and beside(path) == ["study.duckdb"]
    world.files["deals/w40.csv"] = rows
    mended, loaded = all_told(world.write(tmp_path / "study"))
    assert loaded and mended == all_told(world.write(tmp_path / "anew"))[0] and mended != old


def test_a_second_load_waits_and_opens_what_the_first_stored(grown: Path) -> None:
    first = Child(load_and_hold, grown)
    number = first.heard()
    said: list[str] = []

    def progress(step: str, share: float) -> None:
        said.append(step)
        first.pipe.send("go on")

    study = open_study(grown, progress=progress)
    assert first.ended() == 0 and said == [f"waiting for another load (process {number})"]
    assert events(study, "activity") == ["a", "b", "c"] and beside(grown) == ["study.duckdb"]


def test_a_second_load_that_is_not_to_wait_leaves_at_once(grown: Path) -> None:
    first = Child(load_and_hold, grown)
    number = first.heard()
    with pytest.raises(WorkspaceError, match=rf"another load is at work \(process {number}\)"):
        open_study(grown, wait=False)
    first.pipe.send("go on")
    assert first.ended() == 0 and activities(grown) == ["a", "b", "c"]


def test_many_loads_of_a_new_study_make_one_workspace_and_all_see_it(tmp_path: Path) -> None:
    path = write_study(tmp_path, PLAIN, events=MORE)
    children = [Child(load_and_tell, path) for _ in range(6)]
    assert [child.heard() for child in children] == ["ready"] * 6
    for child in children:
        child.pipe.send("go")
    answers = [child.heard() for child in children]
    assert [child.ended() for child in children] == [0] * 6 and beside(path) == ["study.duckdb"]
    assert [loaded for _, loaded in answers].count(True) == 1
    assert len(answers[0][0]) == 3 and all(found == answers[0][0] for found, _ in answers)


def test_a_reader_is_not_disturbed_by_a_load_and_sees_the_old_rows(tmp_path: Path) -> None:
    path = small(tmp_path)
    study = open_study(path)
    (tmp_path / "events.csv").write_text(MORE)
    loader = Child(load_plainly, path, False)
    assert loader.ended() == 0
    assert events(study, "activity") == ["a", "b"] and study.workspace.rows("FROM runs")
    study.workspace.close()
    assert activities(path) == ["a", "b", "c"]


def test_who_opens_a_study_again_sees_the_new_rows_while_the_old_are_still_open(grown: Path) -> None:
    (grown.parent / "events.csv").write_text(ROWS)
    old = open_study(grown)
    (grown.parent / "events.csv").write_text(MORE)
    new = open_study(grown)
    try:
        assert events(new, "activity") == ["a", "b", "c"] and events(old, "activity") == ["a", "b"]
    finally:
        old.workspace.close()
        new.workspace.close()


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda was: b"",
    "half": lambda was: was[: len(was) // 2],
    "head cut": lambda was: was[:5000],
    "head zeroed": lambda was: bytes(4096) + was[4096:],
    "headers zeroed": lambda was: was[:4096] + bytes(8192) + was[12288:],
    "first block flipped": lambda was: flipped(was, 0),
    "middle zeroed": lambda was: was[: len(was) // 3] + bytes(len(was) // 3) + was[-(len(was) // 3) :],
}


def flipped(was: bytes, block: int) -> bytes:
    at = 12288 + (block << 18) + 1000
    return was[:at] + bytes([was[at] ^ 255]) + was[at + 1 :]


def read_all(path: Path) -> None:
    workspace = open_study(path).workspace
    try:
        for table in sorted(workspace.tables()):
            workspace.rows(f"FROM {table}")
    finally:
        workspace.close()


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_workspace_is_told_in_one_line_and_healed_by_reloading(how: str, tmp_path: Path) -> None:
    path = small(tmp_path)
    restore(path, DAMAGES[how](stored(path) or b""))
    with pytest.raises(WorkspaceError, match=r"damaged.* delete it and load again") as caught:
        read_all(path)
    assert "\n" not in str(caught.value) and str(path.with_suffix(".duckdb")) in str(caught.value)
    open_study(path, reload=True).workspace.close()
    assert activities(path) == ["a", "b"] and beside(path) == ["study.duckdb"]


def test_a_damaged_workspace_is_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = small(tmp_path)
    restore(path, DAMAGES["headers zeroed"](stored(path) or b""))
    assert run(["load", str(path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith("crmmining: ") and said.count("\n") == 1


def test_a_flipped_byte_is_found_whichever_block_it_is_in(tmp_path: Path) -> None:
    path = small(tmp_path)
    whole = stored(path) or b""
    n_found = 0
    for block in range((len(whole) - 12288) >> 18):
        restore(path, flipped(whole, block))
        try:
            read_all(path)  # a block that is free says nothing
        except WorkspaceError as error:
            assert "damaged" in str(error) and "\n" not in str(error)
            n_found += 1
    assert n_found >= 3


def test_reloading_does_not_overwrite_somebody_elses_database(tmp_path: Path) -> None:
    path = small(tmp_path)
    with Workspace(path.with_suffix(".duckdb")) as workspace:
        workspace.run("CREATE TABLE theirs (a INTEGER)")
        workspace.run("DROP TABLE meta")
    before = stored(path)
    with pytest.raises(
        WorkspaceError, match="is no workspace of crmmining; name another file in 'workspace:'"
    ):
        open_study(path, reload=True)
    assert stored(path) == before


@pytest.fixture
def outdated(tmp_path: Path) -> Path:
    """A study of two files whose workspace is of an earlier version."""
    declared = PLAIN.replace("events.csv", "part*.csv")
    path = write_study(tmp_path, declared, part1=ROWS, part2="at,step,email\n2025-01-03,c,bob@x\n")
    open_study(path).workspace.close()
    with Workspace(path.with_suffix(".duckdb")) as workspace:
        workspace.remember("schema version", "1")
    return path


def test_a_workspace_of_another_version_is_made_anew_while_all_exports_are_there(outdated: Path) -> None:
    assert activities(outdated) == ["a", "b", "c"] and activities(outdated) == ["a", "b", "c"]


def test_a_workspace_of_another_version_with_an_export_gone_is_not_given_up(outdated: Path) -> None:
    (outdated.parent / "part2.csv").unlink()
    before = stored(outdated)
    with pytest.raises(
        WorkspaceError,
        match=r"another version, so everything must be read again, but part2\.csv is gone; "
        "put it back, or load what is there with --reload",
    ):
        open_study(outdated)
    assert stored(outdated) == before and beside(outdated) == ["study.duckdb"]
    study = open_study(outdated, reload=True)
    assert events(study, "activity") == ["a", "b"]


def test_ctrl_c_stops_a_load_at_any_moment_with_130_and_leaves_the_old(grown: Path) -> None:
    before = stored(grown)

    def at_work() -> bool:
        return any("loading" in name for name in beside(grown))

    def stopped_after(seconds: float) -> tuple[int, float]:
        """The exit code, and how long the load was at work."""
        child = Child(run_command, ["load", str(grown)], None)
        while not at_work():
            assert not child.pipe.poll(0.002)
        began = time.monotonic()
        while at_work() and time.monotonic() < began + seconds:
            time.sleep(0.002)
        lasted = time.monotonic() - began
        if at_work():
            child.send_signal(signal.SIGINT)
        code, said = child.heard()
        assert child.ended() == 0
        assert code == 0 or (code == 130 and "Traceback" not in said)  # 0: it came too late, or unheard
        return code, lasted

    code, lasted = stopped_after(60)
    assert code == 0 and stored(grown) != before
    n_stopped = 0
    for i in range(10):
        restore(grown, before)
        code, _ = stopped_after(lasted * i / 11)
        n_stopped += code == 130
        assert beside(grown) == ["study.duckdb"]
        if stored(grown) != before:  # stopped when all was stored already
            assert activities(grown) == ["a", "b", "c"]
    assert n_stopped > 0
    assert activities(grown) == ["a", "b", "c"]


def test_ctrl_c_on_a_terminal_stops_the_program(tmp_path: Path) -> None:
    path = small(tmp_path)
    rows = "".join(f"2025-01-01,a,c{n}@x\n" for n in range(200_000))
    (tmp_path / "events.csv").write_text("at,step,email\n" + rows)
    before = stored(path)
    command = [sys.executable, "-m", "crmmining", "load", str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as program:
        while not any("loading" in name for name in beside(path)):
            assert program.poll() is None
            time.sleep(0.01)
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(timeout=60)
    assert program.returncode == 130 and "Traceback" not in said
    assert stored(path) == before and beside(path) == ["study.duckdb"]


EVENT = "{time: at, activity: step, customer: email}"


@pytest.mark.parametrize(
    "changed",
    [
        ("customer: email}", "customer: email, channel: {value: web}}"),
        (
            "sources:\n",
            "sources:\n  - {table: more.csv, event: {time: at, activity: step, customer: email}}\n",
        ),
    ],
)
def test_what_a_file_said_that_is_gone_is_not_given_up_when_sources_change(
    tmp_path: Path, changed: tuple[str, str]
) -> None:
    declared = PLAIN.replace("events.csv", "part*.csv")
    more = "at,step,email\n2025-01-03,c,bob@x\n"
    path = write_study(tmp_path, declared, part1=ROWS, part2=more, more=more)
    open_study(path).workspace.close()
    (tmp_path / "part2.csv").unlink()
    path.write_text(path.read_text().replace(*changed))
    before = stored(path)
    with pytest.raises(WorkspaceError, match=r"but part2\.csv is gone; put it back, or load what is there"):
        open_study(path)
    assert stored(path) == before


@pytest.mark.parametrize(
    "theirs", ["events.csv", "study.yaml", "notes.txt", "other.db", "view.duckdb", "meta.duckdb"]
)
def test_reloading_overwrites_nothing_that_is_no_workspace(tmp_path: Path, theirs: str) -> None:
    path = write_study(tmp_path, f"{PLAIN.strip()}\nworkspace: {theirs}\n", events=ROWS)
    target = tmp_path / theirs
    if theirs == "notes.txt":
        target.write_text("remember the milk")
    elif theirs == "other.db":
        sqlite3.connect(target).execute("CREATE TABLE t (a)")
    elif theirs.endswith(".duckdb"):
        made = {"view": "CREATE VIEW v AS SELECT 1", "meta": "CREATE TABLE meta (key VARCHAR, value VARCHAR)"}
        duckdb.connect(str(target)).execute(made[target.stem]).close()
    before = target.read_bytes()
    for reload in (True, False):
        with pytest.raises(WorkspaceError):
            open_study(path, reload=reload)
        assert target.read_bytes() == before
