"""One load: files into staging, staging into codes, codes into records, customers and goals."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from crmmining.engine.workspace import Workspace
from crmmining.errors import SourceError
from crmmining.eventlog.goal_building import build_goals, rebuild_goals
from crmmining.sources.changes import Changes, Job, Reading, ranks, whole
from crmmining.sources.customers import make_customers, remake_customers
from crmmining.sources.intake import declare_names, take_in
from crmmining.sources.raw_tables import RawTable
from crmmining.sources.records import make_records, remake_records
from crmmining.sources.repeats import settle_repeats
from crmmining.sources.staging import close_stages, open_stages
from crmmining.sources.tables import TableReader
from crmmining.sources.times import KnownFormat
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
    make_customers(workspace)
    say("making records", 0.68)
    make_records(workspace, study, tables)
    say("building goals", 0.8)
    build_goals(workspace, study)
    _remember_run(workspace, began, len(readings), n_added, 0, None)


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
    n_removed = forget_files(workspace, changes.replaced) if changes.replaced else 0
    first_file = int(workspace.value("SELECT coalesce(max(file), -1) + 1 FROM files"))
    n_added = _read(workspace, study, jobs, changes.readings, first_file, say)
    touch_new(workspace, first_file)
    say("finding customers", 0.6)
    remake_customers(workspace, first_file)
    say("making records", 0.68)
    remake_records(workspace, study, tables)
    say("building goals", 0.8)
    rebuild_goals(workspace, study)
    n_customers = workspace.value("SELECT count(*) FROM touched_customers")
    _remember_run(workspace, began, len(changes.readings), n_added, n_removed, n_customers)
    close_touched(workspace)


def _read(
    workspace: Workspace, study: StudyFile, jobs: list[Job], readings: object, first_file: int, say: Say
) -> int:
    """Read files one after the other and take their rows in; returns the number of events."""
    before = workspace.value("SELECT count(*) FROM events")
    open_stages(workspace)
    todo: list[Reading] = list(readings)  # type: ignore[call-overload]
    total = sum(reading.n_bytes for reading in todo) or 1
    done = 0
    for number, reading in enumerate(todo):
        say(f"reading {reading.job.path.name}", 0.6 * done / total)
        _stage(workspace, study, reading, first_file + number)
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


def _n_staged(workspace: Workspace) -> int:
    return int(workspace.value("SELECT count(*) FROM stage_events"))


def _take_in(workspace: Workspace, study: StudyFile, jobs: list[Job]) -> None:
    stored = workspace.rows("SELECT file, spec, path FROM files")
    found = ranks(jobs, stored)
    workspace.table("file_ranks", "SELECT file, rank FROM files WHERE FALSE")
    workspace.insert("file_ranks", {"file": list(found), "rank": list(found.values())})
    workspace.run("UPDATE files SET rank = r.rank FROM file_ranks r WHERE files.file = r.file")
    workspace.drop("file_ranks")
    settle_repeats(workspace)
    take_in(workspace, study)
    open_stages(workspace)


def _stage(workspace: Workspace, study: StudyFile, reading: Reading, file: int) -> None:
    job = reading.job
    formats = {name: KnownFormat(*form) for name, form in json.loads(reading.formats).items()}
    reader = TableReader(workspace, study, job.source, formats)
    raw = reader.read(job.path, job.spec, file, reading.known)
    written = {form.format for form in reader.formats.values()}
    proved = {
        name: (form.format, form.zone, form.proved) for name, form in reader.formats.items() if form.proved
    }
    workspace.insert(
        "files",
        {
            "file": [file],
            "path": [job.named],
            "bytes": [reading.n_bytes],
            "modified": [reading.modified],
            "checksum": [reading.checksum],
            "source": [job.source],
            "spec": [job.mark],
            "first_row": [reading.known.n_rows if reading.known else 0],
            "n_rows": [raw.n_rows],
            "rank": [file],
            "zone": [job.spec.time.zone],
            "time_format": [", ".join(sorted(written))],
            "formats": [json.dumps(proved)],
            "n_repeated": [0],
            "n_replaced": [0],
            "run": [_run(workspace)],
        },
    )
    _note_formats(workspace, reader.formats, raw, file)


def _note_formats(
    workspace: Workspace, formats: dict[str, KnownFormat], raw: RawTable, file: int
) -> None:
    for column, form in formats.items():
        if form.proved:
            what = f"times of column {column!r} proved by their values to be written as {form.format}"
            row = [file, "times", what, raw.n_rows, raw.n_rows, raw.path.name]
            workspace.run("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?)", row)


def _run(workspace: Workspace) -> int:
    return int(workspace.value("SELECT count(*) FROM runs"))


def _remember_run(
    workspace: Workspace, began: int, n_files: int, n_added: int, n_removed: int, n_customers: int | None
) -> None:
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
