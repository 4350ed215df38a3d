"""One load: files into staging, staging into codes, codes into records, customers and goals."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from crmmining.engine.engine import Engine
from crmmining.engine.workspace import Workspace
from crmmining.errors import SourceError
from crmmining.eventlog.goal_building import build_goals, rebuild_goals
from crmmining.sources.changes import Changes, Job, Reading, ranks, whole
from crmmining.sources.customers import make_customers, remake_customers
from crmmining.sources.forgotten import leave_out_forgotten
from crmmining.sources.intake import declare_names, take_in
from crmmining.sources.records import make_records, remake_records
from crmmining.sources.repeats import settle_repeats
from crmmining.sources.stage_file import stage_file
from crmmining.sources.staging import close_stages, open_stages
from crmmining.sources.touched import close_touched, forget_files, open_touched, touch_new
from crmmining.study.source_spec import TableSource
from crmmining.study.study_file import StudyFile

Say = Callable[[str, float], None]
_MOST_STAGED = 4_000_000
"""Rows that are staged before they are taken in."""


def fill(
    workspace: Workspace, study: StudyFile, jobs: list[Job], tables: list[TableSource], began: int, say: Say
) -> None:
    """Fill an empty workspace from all files."""
    declare_names(workspace, study)
    readings = [whole(job) for job in jobs]
    n_added = _read(workspace, study, jobs, readings, 0, say)
    say("finding customers", 0.6)
    make_customers(workspace, study)
    say("making records", 0.68)
    make_records(workspace, study, tables)
    say("building goals", 0.8)
    build_goals(workspace, study)
    remember_run(workspace, began, len(readings), n_added, 0, None)


def add_changes(
    workspace: Workspace,
    study: StudyFile,
    jobs: list[Job],
    tables: list[TableSource],
    changes: Changes,
    began: int,
    say: Say,
) -> None:
    """Add what is new, and make anew only what it touches."""
    open_touched(workspace)
    first_file = int(workspace.value("SELECT coalesce(max(file), -1) + 1 FROM files"))
    n_removed = forget_files(workspace, changes.replaced) if changes.replaced else 0
    n_added = _read(workspace, study, jobs, changes.readings, first_file, say)
    touch_new(workspace, first_file)
    say("finding customers", 0.6)
    remake_customers(workspace, study, first_file)
    say("making records", 0.68)
    remake_records(workspace, study, tables)
    say("building goals", 0.8)
    rebuild_goals(workspace, study)
    n_customers = workspace.value("SELECT count(*) FROM touched_customers")
    remember_run(workspace, began, len(changes.readings), n_added, n_removed, n_customers)
    close_touched(workspace)


def _read(
    workspace: Workspace,
    study: StudyFile,
    jobs: list[Job],
    readings: Sequence[Reading],
    first_file: int,
    say: Say,
) -> int:
    """Read files one after the other and take their rows in; returns the number of events."""
    before = workspace.value("SELECT count(*) FROM events")
    open_stages(workspace)
    run = _run(workspace)
    total = sum(reading.n_bytes for reading in readings) or 1
    done, started = 0, time.monotonic()
    for number, reading in enumerate(readings):
        say(f"reading {reading.job.path.name}{_rate(done, started)}", 0.6 * done / total)
        stage_file(workspace, study, reading, first_file + number, run)
        done += reading.n_bytes
        if _n_staged(workspace) >= _MOST_STAGED:
            _take_in(workspace, study, jobs)
    _take_in(workspace, study, jobs)
    close_stages(workspace)
    n_events = workspace.value("SELECT count(*) FROM events")
    if n_events == 0:
        raise SourceError(
            f"{study.path}: no source holds a single event; is event: said for a table with rows?"
        )
    return int(n_events - before)


def _rate(n_bytes: int, since: float) -> str:
    """How fast files have been read so far; nothing in the first second."""
    seconds = time.monotonic() - since
    return f" ({n_bytes / seconds / 1e6:,.0f} MB/s)" if seconds > 1 and n_bytes else ""


def _n_staged(workspace: Workspace) -> int:
    return int(workspace.value("SELECT count(*) FROM stage_events"))


def _take_in(workspace: Workspace, study: StudyFile, jobs: list[Job]) -> None:
    stored = workspace.rows("SELECT file, spec, path FROM files")
    found = ranks(jobs, stored)
    workspace.hold(
        "file_ranks",
        {"file": np.array(list(found), np.int32), "rank": np.array(list(found.values()), np.int32)},
    )
    workspace.run("UPDATE files SET rank = r.rank FROM file_ranks r WHERE files.file = r.file")
    workspace.drop("file_ranks")
    leave_out_forgotten(workspace)
    settle_repeats(workspace)
    take_in(workspace, study)
    open_stages(workspace)


def _run(workspace: Engine) -> int:
    return int(workspace.value("SELECT count(*) FROM runs"))


def remember_run(
    workspace: Engine, began: int, n_files: int, n_added: int, n_removed: int, n_customers: int | None
) -> None:
    """Note a load; `n_customers` None where all were made."""
    touched = n_customers
    if touched is None:
        touched = workspace.value("SELECT count(*) FROM customers")
    workspace.insert(
        "runs",
        {
            "run": [_run(workspace)],
            "began": [began],
            "ended": [time.time_ns() // 1000],
            "whole": [n_customers is None],
            "n_files": [n_files],
            "n_added": [n_added],
            "n_removed": [n_removed],
            "n_customers": [touched],
        },
    )
