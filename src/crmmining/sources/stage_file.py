"""One file, read into the staging tables, and remembered among the files."""

from __future__ import annotations

import json

from crmmining.engine.workspace import Workspace
from crmmining.sources.changes import Reading, checksum_read
from crmmining.sources.raw_tables import RawTable
from crmmining.sources.tables import TableReader
from crmmining.sources.times import KnownFormat
from crmmining.study.study_file import StudyFile


def stage_file(workspace: Workspace, study: StudyFile, reading: Reading, file: int, run: int) -> None:
    """Stage what a file says under its number `file`, in the load `run`.

    Raises:
        SourceError: the file cannot be read as the study file says.
    """
    job = reading.job
    formats = {name: KnownFormat(*form) for name, form in json.loads(reading.formats).items()}
    reader = TableReader(workspace, study, job.source, formats)
    raw = reader.read(job.path, job.spec, file, reading.known)
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
            "checksum": [checksum_read(reading)],
            "source": [job.source],
            "spec": [job.mark],
            "first_row": [reading.known.n_rows if reading.known else 0],
            "n_rows": [raw.n_rows],
            "rank": [file],
            "zone": [job.spec.time.zone],
            "time_format": [", ".join(sorted({form.format for form in reader.formats.values()}))],
            "formats": [json.dumps(proved)],
            "n_repeated": [0],
            "n_replaced": [0],
            "run": [run],
        },
    )
    _note_formats(workspace, reader.formats, raw, file)


def _note_formats(workspace: Workspace, formats: dict[str, KnownFormat], raw: RawTable, file: int) -> None:
    for column, form in formats.items():
        if form.proved:
            what = f"times of column {column!r} proved by their values to be written as {form.format}"
            row = [file, "times", what, raw.n_rows, raw.n_rows, raw.path.name]
            workspace.run("INSERT INTO notes VALUES (?, ?, ?, ?, ?, ?)", row)
