"""From exports to a workspace: read everything, or leave what is stored as it was."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path

from crmmining.engine.schema import SCHEMA_VERSION
from crmmining.engine.workspace import Workspace
from crmmining.errors import SourceError, WorkspaceError
from crmmining.eventlog.goal_building import build_goals
from crmmining.eventlog.study import Study
from crmmining.sources.assembly import assemble
from crmmining.sources.identities import assign_customers
from crmmining.sources.quality_checks import note_quality, note_reading
from crmmining.sources.raw_tables import checksum, files_of
from crmmining.sources.salesforce import salesforce_tables
from crmmining.sources.staging import close_stages, open_stages
from crmmining.sources.tables import TableReader
from crmmining.study.reading import read_study_file
from crmmining.study.source_spec import SalesforceSource, TableSource
from crmmining.study.study_file import StudyFile

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, in [0, 1]."""

_FINGERPRINT = "fingerprint"
_SILENCES = "silences"


def open_study(path: Path | str, *, reload: bool = False, progress: Progress | None = None) -> Study:
    """Open a study, loading its exports first if they or the study file have changed.

    The workspace is rebuilt beside the old one and takes its place only when all is well; a load that
    fails or is killed leaves what was stored.

    Raises:
        StudyFileError, SourceError: what is wrong, where, and the way out.
    """
    study = read_study_file(Path(path))
    parts = [(source, tables_of(source, study)) for source in study.sources]
    fingerprint = _fingerprint(study, [spec for _, tables in parts for spec in tables])
    target = study.workspace_path
    if reload or not _is_current(target, fingerprint):
        _rebuild(study, [tables for _, tables in parts], target, fingerprint, progress or _quiet)
    return Study(study, Workspace(target, read_only=True))


def tables_of(source: SalesforceSource | TableSource, study: StudyFile) -> list[TableSource]:
    """The tables a source stands for."""
    return salesforce_tables(source, study) if isinstance(source, SalesforceSource) else [source]


def _quiet(step: str, share: float) -> None:
    return None


def _fingerprint(study: StudyFile, tables: list[TableSource]) -> str:
    """Changes when a file's content, or what decides its reading, changes."""
    deciding = {"sources", "customers", "activities", "processes", "goals", "satisfaction"}
    named = {"journeys", "promises"}  # the quality report warns of activities they name in vain
    declared = study.model_dump_json(include=deciding | named)
    files = [
        (path.name, spec.table, checksum(path)) for spec in tables for path in files_of(spec, study.folder)
    ]
    looked_up = [checksum(study.folder / spec.lookup.table) for spec in tables if spec.lookup]
    return hashlib.blake2b(
        json.dumps([SCHEMA_VERSION, declared, files, looked_up]).encode(), digest_size=16
    ).hexdigest()


def _is_current(target: Path, fingerprint: str) -> bool:
    if not target.is_file():
        return False
    try:
        with Workspace(target, read_only=True) as workspace:
            return workspace.meta(_FINGERPRINT) == fingerprint
    except WorkspaceError as error:
        if "another version" in str(error):
            return False
        raise


def _rebuild(
    study: StudyFile, sources: list[list[TableSource]], target: Path, fingerprint: str, progress: Progress
) -> None:
    beside = target.with_name(f"{target.name}.{os.getpid()}.loading")
    beside.unlink(missing_ok=True)
    try:
        with Workspace(beside) as workspace:
            _fill(workspace, study, sources, progress)
            workspace.remember(_FINGERPRINT, fingerprint)
        beside.replace(target)
    finally:
        for leftover in (beside, beside.with_name(beside.name + ".wal")):
            leftover.unlink(missing_ok=True)


def _fill(
    workspace: Workspace, study: StudyFile, sources: list[list[TableSource]], progress: Progress
) -> None:
    open_stages(workspace)
    jobs = [
        (number, spec, path)
        for number, tables in enumerate(sources)
        for spec in tables
        for path in files_of(spec, study.folder)
    ]
    for file, (number, spec, path) in enumerate(jobs):
        progress(f"reading {path.name}", 0.6 * file / len(jobs))
        reader = TableReader(workspace, study, number)
        raw = reader.read(path, spec, file)
        formats = ", ".join(sorted({form.format for form in reader.formats.values()}))
        named = spec.table if "*" not in spec.table else str(path.relative_to(study.folder))
        workspace.insert(
            "files",
            {
                "file": [file],
                "path": [named],
                "bytes": [path.stat().st_size],
                "checksum": [checksum(path)],
                "source": [number],
                "zone": [spec.time.zone],
                "time_format": [formats],
                "n_rows": [raw.n_rows],
            },
        )
        note_reading(workspace, reader.formats, raw)
    if workspace.value("SELECT count(*) FROM stage_events") == 0:
        raise SourceError(
            f"{study.path}: no source holds a single event; is event: said for a table with rows?"
        )
    progress("finding customers", 0.62)
    assign_customers(workspace)
    progress("numbering records and events", 0.7)
    assemble(workspace, study)
    progress("building goals", 0.85)
    silences = build_goals(workspace, study)
    workspace.remember(
        _SILENCES, json.dumps({goal: [s.microseconds, s.n_goals, s.declared] for goal, s in silences.items()})
    )
    progress("checking quality", 0.95)
    note_quality(workspace, study)
    close_stages(workspace)
    progress("done", 1.0)
