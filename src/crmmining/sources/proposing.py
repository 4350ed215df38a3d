"""A first study file for a folder of exports: what seems clear, and what a person must decide."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from crmmining.engine.workspace import Workspace
from crmmining.errors import CrmminingError, InvalidOptionError, MissingFileError, SourceError
from crmmining.sources.changes import jobs_of
from crmmining.sources.formats import DATABASES, JSON, LOGS, PACKED, WORKBOOKS
from crmmining.sources.presets import PRESETS
from crmmining.sources.proposal_text import study_text
from crmmining.sources.staging import open_stages
from crmmining.sources.table_guesses import TableGuess, guess_tables
from crmmining.sources.tables import TableReader
from crmmining.study.reading import read_study_file
from crmmining.study.source_spec import PresetSource, TableSource
from crmmining.study.study_file import StudyFile

TABLES = (".csv", ".tsv", ".parquet", ".pq", *JSON, *WORKBOOKS, *DATABASES, *LOGS, ".csv.gz", ".zip")


@dataclass(frozen=True)
class Proposal:
    """A study file that was written, how many sources it reads, and what in it is doubtful."""

    path: Path
    n_sources: int
    doubts: tuple[str, ...]


def propose_study(folder: Path, output: Path) -> Proposal:
    """Look at a folder of exports and write a commented study file that can be loaded.

    Every file is read once as a load would read it. Nothing ambiguous is decided: a table whose times
    can be read two ways stands in the file as a comment, with the question among the doubts.

    Raises:
        MissingFileError: no such folder, or nothing in it that looks like an export.
        InvalidOptionError: `output` exists; a study file is never overwritten.
    """
    if not folder.is_dir():
        raise MissingFileError(folder, "Name a folder that holds CSV or Parquet files")
    if output.exists():
        raise InvalidOptionError(
            f"{output} is there already and is not overwritten; say another file with -o"
        )
    if not output.parent.is_dir():
        raise MissingFileError(output.parent, "The study file is written to a folder that is there")
    shown = sorted(path for path in folder.rglob("*") if _is_shown(path, folder))
    files = [path for path in shown if path.name.lower().endswith(TABLES)]
    folders = {path.parent for path in shown if path.name.lower().endswith((*TABLES, *PACKED))}
    exports = [(key, place) for place in sorted(folders) if (key := _preset_of(place))]
    if not files and not exports:
        raise MissingFileError(folder / "*.csv", f"The folder holds no {', '.join(TABLES)} file")
    with Workspace() as workspace:
        places = [place for _, place in exports]
        others = [path for path in files if path.parent not in places]
        draft = _Draft(folder, output, tuple(exports), tuple(_guesses(workspace, others, output.parent)))
        draft = draft.settled(workspace)
        text = draft.text(workspace)
    _write_checked(output, text)
    return Proposal(output, len(draft.exports) + sum(t.ready for t in draft.tables), draft.all_doubts)


@dataclass(frozen=True)
class _Draft:
    """What goes into the study file: presets with their folders, plain tables, doubts."""

    folder: Path
    output: Path
    exports: tuple[tuple[str, Path], ...]
    tables: tuple[TableGuess, ...]
    doubts: tuple[str, ...] = ()

    @property
    def all_doubts(self) -> tuple[str, ...]:
        """Every doubt, those of the tables after those of the folder."""
        return (*self.doubts, *(doubt for table in self.tables for doubt in table.doubts))

    def study(self, table: TableGuess | None = None) -> StudyFile:
        """The study with one table only."""
        text = study_text("draft", (), [table] if table else [], (), (), ())
        return _parsed(self.output, text)

    def settled(self, workspace: Workspace) -> _Draft:
        """Read everything as a load would; what cannot be read is set aside with the reason."""
        open_stages(workspace)
        exports, doubts = [], list(self.doubts)
        for number, export in enumerate(self.exports):
            key, place = export
            reason = _stage_export(workspace, key, _relative(place, self.output), self.output, number)
            if reason:
                _unstage(workspace, number)
                doubts.append(f"{place.name}: left out: {reason}")
            else:
                exports.append(export)
        tables = [self._tried(workspace, t, len(self.exports) + i) for i, t in enumerate(self.tables)]
        if not exports and not any(table.ready for table in tables):
            # With nothing that can be read, the load itself must ask the question.
            tables = [replace(table, ready=bool(table.events)) for table in tables]
            if not any(table.ready for table in tables):
                said = [*doubts, *(doubt for table in tables for doubt in table.doubts)]
                raise SourceError(f"{self.folder}: no file can be used: {'; '.join(said)}")
        return replace(self, exports=tuple(exports), tables=tuple(tables), doubts=tuple(doubts))

    def _tried(self, workspace: Workspace, table: TableGuess, number: int) -> TableGuess:
        if not table.ready:
            return table
        try:
            study = self.study(table)
            for spec in study.sources:
                assert isinstance(spec, TableSource)
                TableReader(workspace, study, number).read(table.path, spec, number)
        except CrmminingError as error:
            return replace(
                table, ready=False, doubts=(*table.doubts, f"{table.path.name}: left out: {error}")
            )
        return table

    def text(self, workspace: Workspace) -> str:
        """The study file, with the activities that were read and their counts."""
        activities = workspace.rows(
            "SELECT activity, count(*) FROM stage_events GROUP BY activity ORDER BY count(*) DESC, activity"
        )
        found = workspace.rows(
            "SELECT type FROM stage_records WHERE type <> '*' GROUP BY type "
            "ORDER BY count(DISTINCT id) DESC, type"
        )
        types = [kind for (kind,) in found]
        folders = [
            (key, _relative(place, self.output), _own_columns(key, place)) for key, place in self.exports
        ]
        return study_text(_title(self.folder), folders, self.tables, activities, types, self.all_doubts)


def _guesses(workspace: Workspace, files: Iterable[Path], folder: Path) -> list[TableGuess]:
    """Tables with their roles; a second satisfaction scale is left out, since a study has one."""
    found: list[TableGuess] = []
    scale: tuple[int, int] | None = None
    for guess in (table for path in files for table in guess_tables(workspace, path, folder)):
        if guess.scale and scale and guess.scale != scale:
            doubt = f"{guess.path.name}: its scores, left out, do not fit the scale {scale} of another table"
            events = tuple(replace(event, satisfaction=None) for event in guess.events)
            guess = replace(guess, scale=None, events=events, doubts=(*guess.doubts, doubt))
        scale = scale or guess.scale
        found.append(guess)
    return found


def _is_shown(path: Path, folder: Path) -> bool:
    return path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)


def _preset_of(folder: Path) -> str | None:
    """The product whose tables a folder holds; of several the one that knows most of them."""
    n_known = {}
    for key, preset in PRESETS.items():
        with suppress(CrmminingError):  # what cannot be read is said when its tables are looked at
            n_known[key] = preset.n_recognised(folder)
    best = max(n_known, key=lambda key: n_known[key], default=None)
    return best if best and n_known[best] else None


def _stage_export(workspace: Workspace, key: str, folder: str, output: Path, number: int) -> str | None:
    """Read an export into the staging tables; the reason if it cannot be read."""
    try:
        study = StudyFile.model_validate({"study": "draft", "sources": [{key: folder}], "path": output})
        (source,) = study.sources
        assert isinstance(source, PresetSource)
        for rank, job in enumerate(jobs_of([PRESETS[key].tables_of(source, study)], study)):
            TableReader(workspace, study, number).read(job.path, job.spec, 1_000 * (number + 1) + rank)
    except CrmminingError as error:
        return str(error)
    return None


def _unstage(workspace: Workspace, number: int) -> None:
    """Forget what a source had staged before it could not be read on."""
    for stage in ("stage_events", "stage_records"):
        workspace.run(f"DELETE FROM {stage} WHERE source = ?", [number])


def _own_columns(key: str, folder: Path) -> list[str]:
    """Remarks on the organisation's own columns, among which lookups may be."""
    found = PRESETS[key].own_columns(folder)
    remarks = [f"own columns of {name}: {', '.join(columns)}" for name, columns in found.items()]
    return [*remarks, "a lookup among them goes under links: {Case: [Opportunity__c]}"] if remarks else []


def _title(folder: Path) -> str:
    """The folder's name, or its parent's where it only says that exports are in it."""
    path = folder.resolve()
    name = path.parent.name if path.name.lower() in ("export", "exports", "data", "csv") else path.name
    return " ".join(name.replace("_", " ").split()).capitalize() or "Study"


def _relative(path: Path, output: Path) -> str:
    return Path(os.path.relpath(path, output.parent)).as_posix()


def _parsed(output: Path, text: str) -> StudyFile:
    """The text read back by the study reader, as if it stood beside `output`."""
    beside = output.with_name(f".{output.name}.draft")
    try:
        beside.write_text(text, "utf-8")
        return read_study_file(beside)
    finally:
        beside.unlink(missing_ok=True)


def _write_checked(output: Path, text: str) -> None:
    _parsed(output, text)
    with output.open("x", encoding="utf-8") as file:
        file.write(text)
