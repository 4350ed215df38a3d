"""Opening a study whose tables live on Spark: load what there is if anything is new, then read."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from crmmining.engine.spark import SparkWorkspace
from crmmining.eventlog.study import Study
from crmmining.sources.changes import Job, find_changes
from crmmining.study.engine_spec import SparkSpec
from crmmining.study.source_spec import TableSource
from crmmining.study.study_file import StudyFile

if TYPE_CHECKING:
    from pathlib import Path


def open_on_spark(
    study: StudyFile,
    spec: SparkSpec,
    jobs: list[Job],
    tables: list[TableSource],
    declared: str,
    *,
    reload: bool,
    say: Callable[[str, float], None],
) -> Study:
    """Open a study on Spark; whatever changed, everything is read and made anew.

    `declared` stands for what the study file says that decides the making.

    Raises:
        WorkspaceError: Spark is not there, or the work folder is in use.
    """
    work = work_folder(study, spec)
    say("starting Spark", 0.0)
    with SparkWorkspace(work, spec) as workspace:
        if reload or workspace.meta("declared") != declared or find_changes(jobs, workspace):
            from crmmining.sources.spark_filling import fill_on_spark

            with workspace.transaction():
                fill_on_spark(workspace, study, jobs, tables, time.time_ns() // 1000, say)
                workspace.remember("declared", declared)
        say("done", 1.0)
        return Study(study, SparkWorkspace(work, spec, read_only=True))


def work_folder(study: StudyFile, spec: SparkSpec) -> Path:
    """Where the tables lie; beside the study file if nothing is said."""
    return (study.folder / (spec.work or f"{study.path.stem}.spark")).resolve()
