"""A load on Spark: each task reads one file with the reader of one machine, the rest is the same SQL.

A file is read whole by one task (a CSV file cannot be cut safely: a line end may stand inside quotes),
so many files spread over the machines, and one large file does not. Everything is made anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crmmining.engine.spark import SparkWorkspace
from crmmining.engine.workspace import Workspace
from crmmining.errors import SourceError
from crmmining.eventlog.goal_building import build_goals
from crmmining.sources.changes import Job, Reading, whole
from crmmining.sources.customers import make_customers
from crmmining.sources.filling import remember_run
from crmmining.sources.intake import declare_names, take_in
from crmmining.sources.records import make_records
from crmmining.sources.repeats import find_losing
from crmmining.sources.stage_file import stage_file
from crmmining.sources.staging import STAGES, open_stages
from crmmining.study.source_spec import TableSource
from crmmining.study.study_file import StudyFile

_SAID = ("files", "refused", "notes")


@dataclass(frozen=True)
class FileTask:
    """A file to stage, wherever the task runs."""

    study: StudyFile
    reading: Reading
    file: int


def staged(task: FileTask) -> dict[str, Any]:
    """Everything a file says, as Arrow tables by the name of the staging table."""
    with Workspace() as workspace:
        open_stages(workspace)
        stage_file(workspace, task.study, task.reading, task.file, 0)
        found = {name: workspace.arrow(f"SELECT * FROM {name}") for name in STAGES}
        return found | {name: workspace.columns(f"SELECT * FROM {name}") for name in _SAID}


def fill_on_spark(
    workspace: SparkWorkspace,
    study: StudyFile,
    jobs: list[Job],
    tables: list[TableSource],
    began: int,
    say: Callable[[str, float], None],
) -> None:
    """Fill the tables from all files, in the place of what they held."""
    workspace.clear()
    say("reading files", 0.0)
    for name, columns in STAGES.items():
        workspace.table(name, _nothing(columns))
    readings = [whole(job) for job in jobs]
    tasks = [FileTask(study, reading, file) for file, reading in enumerate(readings)]
    workspace.append_tasks(staged, tasks)
    if workspace.value("SELECT count(*) FROM stage_events") == 0:
        raise SourceError(
            f"{study.path}: no source holds a single event; is event: said for a table with rows?"
        )
    say("taking rows in", 0.4)
    _settle_repeats(workspace)
    declare_names(workspace, study)
    take_in(workspace, study)
    workspace.drop(*STAGES)
    say("finding customers", 0.6)
    make_customers(workspace, study)
    say("making records", 0.7)
    make_records(workspace, study, tables)
    say("building goals", 0.8)
    build_goals(workspace, study)
    n_added = workspace.value("SELECT count(*) FROM events")
    remember_run(workspace, began, len(readings), n_added, 0, None)


def _settle_repeats(workspace: SparkWorkspace) -> None:
    find_losing(workspace)
    counted = dict(workspace.rows("SELECT file, count(*) FROM losing GROUP BY file"))
    if counted:
        workspace.table(
            "stage_events", "SELECT s.* FROM stage_events s ANTI JOIN losing l ON l.event = s.event"
        )
        files = workspace.columns("SELECT * FROM files ORDER BY file")
        files["n_repeated"] = [counted.get(int(file), 0) for file in files["file"]]  # type: ignore[assignment]
        workspace.clear("files")
        workspace.insert("files", files)
    workspace.drop("losing")


def _nothing(columns: str) -> str:
    """An empty query with the columns of a staging table."""
    named = (part.split() for part in columns.replace("\n", " ").split(","))
    return "SELECT {} WHERE FALSE".format(
        ", ".join(f"CAST(NULL AS {kind.replace('VARCHAR', 'STRING')}) AS {name}" for name, kind in named)
    )
