"""From exports to a workspace: read what is new, or leave what is stored as it was.

A load works on a copy beside the workspace, which takes its place only when all is well. So a load that
fails, is stopped or killed leaves what was stored, and those who read the workspace are not disturbed.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath

from crmmining.engine.beside import Beside
from crmmining.engine.duckdb_errors import interruptible, running_error
from crmmining.engine.leftovers import remove_leftovers
from crmmining.engine.load_lock import load_lock
from crmmining.engine.memory import Memory
from crmmining.engine.schema import SCHEMA_VERSION
from crmmining.engine.workspace import Workspace
from crmmining.errors import InUseError, WorkspaceError
from crmmining.eventlog.study import Study
from crmmining.sources.changes import Changes, Job, find_changes, gone_files, jobs_of, nothing_differs
from crmmining.sources.forgotten import Forgotten
from crmmining.sources.landing import landed
from crmmining.sources.presets import PRESETS
from crmmining.sources.pseudonyms import with_pseudonyms
from crmmining.sources.remembered import HOLIDAYS, KEY_FILE, Remembered
from crmmining.study.engine_spec import SparkSpec
from crmmining.study.reading import read_study_file
from crmmining.study.source_spec import PresetSource, TableSource
from crmmining.study.study_file import StudyFile

Progress = Callable[[str, float], None]
"""Called with what is being done and the share done, in [0, 1]."""

_DECLARED = "declared"
_DECIDING = {"customers", "activities", "processes", "goals", "satisfaction", "sentiment"}


def open_study(
    path: Path | str,
    *,
    reload: bool = False,
    wait: bool = True,
    memory: str | None = None,
    max_refused: float | None = None,
    pseudonymise: Path | None = None,
    fetch: bool = False,
    progress: Progress | None = None,
) -> Study:
    """Open a study, loading first what is new in its exports.

    `reload` reads everything again; `wait` waits for another load of the same study to end; `memory`
    like ``4GB`` is the most the process may use; `max_refused` is the share of a file's rows that may be
    refused, in the place of what the study file says of its tables; `pseudonymise` is the file of the key
    under which names and ids are hidden, made if it is not there, in this load and those to come. `fetch`
    asks databases for what is new; else their tables are those that were fetched last.

    Raises:
        StudyFileError, SourceError: what is wrong, where, and the way out.
        WorkspaceError: the workspace is in use, damaged, or the disk is full.
    """
    study = read_study_file(Path(path), holidays=False)
    remembered = Remembered.of(study.workspace_path)
    if study.calendar.place not in (None, remembered.holidays):
        read_study_file(Path(path))  # the list of all countries takes longer to read than the file
    study = with_pseudonyms(study, pseudonymise, remembered.key_file)
    say = progress or _quiet
    limit = Memory.parse(memory) if memory else None
    with _fetching(study, wait=wait, say=say):
        sources = [
            [landed(spec, study, fetch=fetch, say=say) for spec in tables_of(source, study)]
            for source in study.sources
        ]
    jobs = jobs_of(sources, study, max_refused, remembered.checksums)
    if isinstance(study.engine, SparkSpec):
        from crmmining.sources.spark_loading import open_on_spark

        tables = [spec for found in sources for spec in found]
        return open_on_spark(study, study.engine, jobs, tables, _declared(study), reload=reload, say=say)
    target = study.workspace_path
    if not reload and (current := _current(target, study, jobs, limit)):
        return current
    with load_lock(target, wait=wait, say=lambda text: say(text, 0.0)):
        remove_leftovers(target)
        with Beside(target, copy=not reload) as beside:
            beside.begin()
            changes = None if reload else _changes(target, study, jobs)
            if changes is None or changes:  # else another load has done it meanwhile, or only dates changed
                if reload:
                    _leave_others(target)
                tables = [spec for found in sources for spec in found]
                _load(study, jobs, tables, beside, changes, limit, say)
    return Study(study, Workspace(target, read_only=True, memory=limit))


def tables_of(source: PresetSource | TableSource, study: StudyFile) -> list[TableSource]:
    """The tables a source stands for."""
    if isinstance(source, PresetSource):
        return PRESETS[source.PRESET].tables_of(source, study)
    return [source]


@contextmanager
def _fetching(study: StudyFile, *, wait: bool, say: Progress) -> Iterator[None]:
    """Hold the lock where a table of a database may be fetched."""
    if not any(isinstance(source, TableSource) and source.database for source in study.sources):
        yield
        return
    with load_lock(study.workspace_path, wait=wait, say=lambda text: say(text, 0.0)):
        yield


def _quiet(step: str, share: float) -> None:
    return None


def _current(target: Path, study: StudyFile, jobs: list[Job], memory: Memory | None) -> Study | None:
    """The study as it is stored, if its files are those that were read, by their sizes and dates."""
    if not target.is_file():
        return None
    workspace = Workspace(target, read_only=True, memory=memory, check=False)
    try:
        if _fits(workspace, study) and nothing_differs(jobs, workspace):
            return Study(study, workspace)
    except BaseException:
        workspace.close()
        raise
    workspace.close()
    return None


def _fits(workspace: Workspace, study: StudyFile) -> bool:
    """Whether all was made as the study file says now."""
    return workspace.version() == SCHEMA_VERSION and workspace.meta(_DECLARED) == _declared(study)


def _declared(study: StudyFile) -> str:
    """Changes when what decides the working over of all rows changes."""
    said = study.model_dump_json(include={**dict.fromkeys(_DECIDING, True), "privacy": {"leave_out"}})
    if secret := study.secret:
        said += secret.fingerprint
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()


def _load(
    study: StudyFile,
    jobs: list[Job],
    tables: list[TableSource],
    beside: Beside,
    changes: Changes | None,
    memory: Memory | None,
    say: Progress,
) -> None:
    """Add what changed to a copy of what is stored; make everything anew where `changes` is None."""
    from crmmining.sources.filling import add_changes, fill

    _import_while_copying()
    began = time.time_ns() // 1000
    with (
        in_place_of(beside, copied=changes is not None) as path,
        Workspace(path, memory=memory) as workspace,
    ):
        if changes is None:
            secret = study.secret
            Forgotten.stored(beside.target, secret.fingerprint if secret else "").remember(workspace)
            fill(workspace, study, jobs, tables, began, say)
            _remember(workspace, study)
        else:
            with workspace.at_once():
                add_changes(workspace, study, jobs, tables, changes, began, say)
                _remember(workspace, study)
        workspace.run("CHECKPOINT")  # closing does it too, but keeps silent when the disk is full
        say("done", 1.0)


def _remember(workspace: Workspace, study: StudyFile) -> None:
    """What is asked for before the exports are looked at again."""
    workspace.remember(_DECLARED, _declared(study))
    if study.privacy.pseudonymise:
        workspace.remember(KEY_FILE, study.privacy.pseudonymise)
    if study.calendar.place:
        workspace.remember(HOLIDAYS, study.calendar.place)


def _import_while_copying() -> None:
    """Import what the work on the file will need, instead of waiting for its copy."""
    import concurrent.futures  # noqa: F401

    import pyarrow  # noqa: F401

    from crmmining.eventlog.machine_code import import_linker

    import_linker()


def _leave_others(target: Path) -> None:
    """Refuse to overwrite somebody else's database; a file that cannot be read has nothing to lose."""
    if not target.is_file():
        return
    with target.open("rb") as file:
        head = file.read(4096)
    theirs = bool(head.strip(b"\0")) and head[8:12] != b"DUCK"  # no database at all
    try:
        with Workspace(target, read_only=True, check=False) as stored:
            theirs = not stored.is_ours and not stored.is_empty
    except InUseError:
        raise
    except WorkspaceError:
        pass
    if theirs:
        raise WorkspaceError(f"{target} is no workspace of crmmining; name another file in 'workspace:'")


def _changes(target: Path, study: StudyFile, jobs: list[Job]) -> Changes | None:
    """What to add to what is stored; None where everything must be read anew.

    Raises:
        WorkspaceError: everything must be read anew, and a file that was read is gone.
    """
    if not target.is_file():
        return None
    with Workspace(target, read_only=True, check=False) as workspace:
        version = workspace.version()
        gone = gone_files(workspace, study.folder)
        if _fits(workspace, study):
            changes = find_changes(jobs, workspace)
            paths = dict(workspace.rows("SELECT file, path FROM files"))
            replaced = {paths[file] for file in changes.replaced}
            lost = {named for named in replaced.intersection(gone) if _still_told(named, jobs)}
            if len(changes.replaced) < len(paths) and not lost:
                return changes
            gone = [named for named in gone if named in changes.gone or named in lost]
    if gone:
        why = "the study file changed" if version == SCHEMA_VERSION else "its tables are of another version"
        raise WorkspaceError(
            f"{target}: {why}, so everything must be read again, but {gone[0]} is gone"
            f"{f' with {len(gone) - 1:,} more' if len(gone) > 1 else ''}; "
            "put it back, or load what is there with --reload"
        )
    return None


def _still_told(named: str, jobs: list[Job]) -> bool:
    """Whether a table of the study file would still find a file of this name."""
    tables = {table for job in jobs for table in (job.spec.table, *job.spec.also)}
    return any(PurePath(named).match(table) for table in tables)


@contextmanager
def in_place_of(beside: Beside, *, copied: bool) -> Iterator[Path]:
    """The file to work on; it takes the workspace's place when the block ends well."""
    target = beside.target
    try:
        with interruptible():
            yield beside.copied() if copied else beside.emptied()
            beside.take_place()
    except OSError as error:
        said = f"{error.filename or target}: {error.strerror or error}; nothing was changed"
        raise running_error(target, said) or WorkspaceError(said) from None
