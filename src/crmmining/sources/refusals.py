"""What is no event: rows set aside with the reason, or a stop at a value that cannot be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crmmining.engine.workspace import Workspace
from crmmining.errors import UnreadableValueError
from crmmining.eventlog.log import ACTORS
from crmmining.sources.pseudonyms import Hiding
from crmmining.sources.raw_tables import RawTable
from crmmining.sources.times import KnownFormat
from crmmining.study.source_spec import Column, EventSpec


@dataclass(frozen=True)
class Refusals:
    """Judges the table `parsed`, the rows of one file read as one kind of event.

    `most` is the share of the file's rows that may be refused; where nothing is said of it, no value may be
    unreadable, and rows without what makes an event are set aside however many they are. `scores` and `moods`
    are the scales of satisfaction and sentiment.
    """

    workspace: Workspace
    raw: RawTable
    file: int
    most: float | None
    scores: tuple[float, float]
    moods: tuple[float, float]
    formats: Mapping[str, KnownFormat]
    hiding: Hiding

    def judge(self, event: EventSpec) -> None:
        """Set aside what is no event; stop where a value cannot be read.

        Raises:
            UnreadableValueError: more rows than `most` allows hold such a value.
        """
        self._times(event)
        self._measured("satisfaction", "score_text", event.satisfaction or "", "score", self.scores)
        role = event.sentiment
        mood, mapped = (role.column, role.map) if isinstance(role, Column) else ("", None)
        what = "sentiment" if mapped is None else "sentiment, as map: gives it,"
        self._measured("sentiment", "mood_text", mood, what, self.moods)
        self._actors()
        if event.optional:
            self.workspace.run("DELETE FROM parsed WHERE time_text IS NULL")
        self._set_aside("time_text IS NULL", event.time, "time_text", "no time")
        if event.id:
            self._set_aside("own_id IS NULL", event.id, "own_id", "no id")
        self._set_aside("activity IS NULL OR activity = ''", "", "activity", "no activity")
        self._set_aside("key IS NULL AND record_id IS NULL", "", "key", "neither customer nor record")

    def _times(self, event: EventSpec) -> None:
        bad = "time_text IS NOT NULL AND time IS NULL"
        self._unreadable(bad, event.time, "time_text", f"is no time like {self._form(event.time)}")
        if event.start:
            bad = "start_text IS NOT NULL AND start IS NULL"
            self._unreadable(bad, event.start, "start_text", f"is no time like {self._form(event.start)}")
            self._unreadable("start > time", event.start, "start_text", "is a start after its end")

    def _measured(self, value: str, text: str, column: str, what: str, scale: tuple[float, float]) -> None:
        low, high = scale
        bad = f"{text} IS NOT NULL AND NOT coalesce({value} BETWEEN {low} AND {high}, FALSE)"
        hint = ""
        if value == "sentiment":
            hint = " (words are given numbers by map:, another scale is said by sentiment: {scale: …})"
        self._unreadable(bad, column, text, f"is no {what} from {low:g} to {high:g}{hint}")

    def _actors(self) -> None:
        actors = ", ".join(f"'{actor}'" for actor in ACTORS)
        reason = f"is no actor; write one of {', '.join(ACTORS)}, or map the values"
        self._unreadable(f"actor NOT IN ({actors})", "actor", "actor", reason)

    def _form(self, column: str) -> str:
        known = self.formats[column]
        return "2025-06-03 14:02:11" if known.format == "iso" else repr(known.format)

    def _unreadable(self, condition: str, column: str, text: str, reason: str) -> None:
        bad = self.workspace.rows(f"SELECT row, {text} FROM parsed WHERE {condition} ORDER BY row LIMIT 1")
        if not bad:
            return
        n = self.workspace.value(f"SELECT count(*) FROM parsed WHERE {condition}")
        refused = self.raw.n_refused(self.workspace, n, column, reason)
        if refused > (self.most or 0.0) * self.raw.n_whole:
            row, value = bad[0]
            more = f" ({n - 1:,} more such rows)" if n > 1 else ""
            enough = min(1.0, max(0.01, refused / max(self.raw.n_whole, 1) * 1.5))
            raise UnreadableValueError(
                f"{self.raw.path}: row {row}, column {column!r}: {value!r} {reason}{more}; "
                f"mend it, or set such rows aside with max_refused: {enough:.2f}"
            )
        self._set_aside(condition, column, text, reason)

    def _set_aside(self, condition: str, column: str, text: str, reason: str) -> None:
        self.workspace.run(
            f"""
            INSERT INTO refused
            SELECT ?, row, ?, {self.hiding.value(text)}, ? FROM parsed WHERE {condition} ORDER BY row
            """,
            [self.file, column, reason],
        )
        self.workspace.run(f"DELETE FROM parsed WHERE {condition}")
