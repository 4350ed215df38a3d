"""From a command's arguments to a study or a log, with a progress bar where it takes long."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmmining.errors import InvalidOptionError, SeveralTablesError, listed

if TYPE_CHECKING:
    from crmmining.eventlog.log import CaseNotion, EventLog
    from crmmining.eventlog.study import Study
    from crmmining.mining.view import View
    from crmmining.sources.loading import Progress


@dataclass(frozen=True)
class Opened:
    """What a source turned out to be; `study` is None for a plain log, `log` where none was picked."""

    study: Study | None
    log: EventLog | None


@dataclass(frozen=True)
class LogOptions:
    """Which log of a source: its case notion, or a plain table's columns."""

    process: str | None = None
    goal: str | None = None
    case: str | None = None
    activity: str | None = None
    time: str | None = None
    start: str | None = None
    customer: str | None = None
    resource: str | None = None
    time_format: str | None = None
    zone: str = "UTC"
    within: str | None = None
    where: Sequence[str] | None = None
    memory: str | None = None

    def columns(self) -> dict[str, str]:
        """Roles told by options."""
        roles = ("case", "activity", "time", "start", "customer", "resource")
        return {role: column for role in roles if (column := getattr(self, role))}

    @property
    def conditions(self) -> tuple[str, ...]:
        """What `where` says, if it says anything."""
        return tuple(self.where or ())


def open_study(
    path: Path,
    *,
    reload: bool = False,
    wait: bool = True,
    memory: str | None = None,
    max_refused: float | None = None,
    pseudonymise: Path | None = None,
    fetch: bool = False,
) -> Study:
    """Open a study, showing progress on a terminal."""
    from crmmining.sources.loading import open_study as load

    with progress(f"Loading {path}") as report:
        return load(
            path,
            reload=reload,
            wait=wait,
            memory=memory,
            max_refused=max_refused,
            pseudonymise=pseudonymise,
            fetch=fetch,
            progress=report,
        )


def open_source(path: Path, options: LogOptions) -> Opened:
    """A study, with a log if one is named or there is only one; or a plain log."""
    log = _plain_log(path, options)
    if log is not None:
        return Opened(None, log)
    study = open_study(path, memory=options.memory)
    notion = _picked(study, options)
    return Opened(study, study.log(notion, options.conditions) if notion else None)


def open_log(path: Path, options: LogOptions) -> tuple[Study | None, EventLog]:
    """One log.

    Raises:
        InvalidOptionError: a study with several and none named.
    """
    opened = open_source(path, options)
    if opened.log is None:
        assert opened.study is not None
        raise _several(path, opened.study)
    return opened.study, opened.log


def open_named(path: Path, options: LogOptions) -> EventLog | tuple[Study, CaseNotion]:
    """A plain log, or a study and which of its logs is meant, not read yet: it need not fit into memory.

    Raises:
        InvalidOptionError: a study with several and none named.
    """
    log = _plain_log(path, options)
    if log is not None:
        return log
    study = open_study(path, memory=options.memory)
    notion = _picked(study, options)
    if notion is None:
        raise _several(path, study)
    return study, notion


def open_view(path: Path, options: LogOptions) -> tuple[Study | None, View]:
    """The view of one log, which need not fit into memory.

    Raises:
        InvalidOptionError: a study with several and none named.
    """
    from crmmining.eventlog.log import EventLog
    from crmmining.mining.view import view_of_log, view_of_study

    opened = open_named(path, options)
    if isinstance(opened, EventLog):
        return None, view_of_log(opened)
    study, notion = opened
    with progress(f"{notion}") as report:
        return study, view_of_study(study, notion, options.conditions, report)


def _plain_log(path: Path, options: LogOptions) -> EventLog | None:
    """The log of a plain table or XES file; None for a study file."""
    from crmmining.eventlog.filters import where
    from crmmining.sources.plain_logs import is_plain_log, read_table

    if not is_plain_log(path):
        if options.columns():
            raise InvalidOptionError(
                f"{path} is a study file: it says itself which column is what; use --process or --goal"
            )
        if options.within is not None:
            raise InvalidOptionError(
                f"{path} is a study file: within: stands in it beside each table; take --within out"
            )
        return None
    if options.process or options.goal:
        raise InvalidOptionError("--process and --goal pick a log of a study file; a plain log has one only")
    if options.memory:
        raise InvalidOptionError(
            f"{path} is read whole; for a limit of memory declare it as a source of a study file"
        )
    try:
        log = read_table(
            path,
            columns=options.columns(),
            time_format=options.time_format,
            zone=options.zone,
            within=options.within,
        )
    except SeveralTablesError as several:
        raise InvalidOptionError(
            f"{path}: holds {len(several.names)} {several.what}s; say which with --within NAME: "
            f"{listed(several.names)}"
        ) from None
    return where(log, options.conditions)


def _several(path: Path, study: Study) -> InvalidOptionError:
    names = [f"--process {name!r}" for name in study.processes]
    names += [f"--goal {name!r}" for name in study.goals]
    return InvalidOptionError(f"which log of {path}? Say one of: {', '.join(names)}")


def _picked(study: Study, options: LogOptions) -> CaseNotion | None:
    from crmmining.eventlog.log import CaseNotion

    if options.process and options.goal:
        raise InvalidOptionError("say either --process or --goal, not both")
    if options.process:
        return CaseNotion("process", options.process)
    if options.goal or len(study.goals) == 1:
        return CaseNotion("journey", options.goal or study.goals[0])
    return None


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """A bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda step, share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=1.0)
        yield lambda step, share: bar.update(task, completed=share, description=step)
