"""The reader of plain tables: each row one event or several, as the study file says."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from crmmining.engine.workspace import Workspace
from crmmining.errors import UnreadableValueError
from crmmining.eventlog.log import ACTORS
from crmmining.sources.expressions import Columns, Expression, selected
from crmmining.sources.identities import KeyExpressions, key_expressions, stage_keys
from crmmining.sources.raw_tables import RawTable, read_raw
from crmmining.sources.times import KnownFormat, known_format
from crmmining.study.source_spec import EventSpec, RecordSpec, TableSource
from crmmining.study.study_file import StudyFile

_ROW_BITS, _KIND_BITS = 40, 4
_TAKEN = {"first": "arg_min(value, n)", "last": "arg_max(value, n)", "min": "min(value)", "max": "max(value)"}


@dataclass
class TableReader:
    """Reads the files of one table after the other into the staging tables."""

    workspace: Workspace
    study: StudyFile
    source: int
    formats: dict[str, KnownFormat] = field(default_factory=dict)

    def read(self, path: Path, spec: TableSource, file: int) -> RawTable:
        """Read one file; `file` is its number, which also ranks equal times of different files.

        Raises:
            SourceError: the file cannot be read as the study file says; nothing is staged then.
        """
        raw = read_raw(self.workspace, path, spec, self.study.folder)
        self._keep_where(raw.columns, spec)
        keys = key_expressions(spec.customer, raw.columns, self.study.customers)
        stage_keys(self.workspace, keys, set(self.study.customers.match))
        if spec.record:
            self._stage_records(raw, spec, spec.record, keys)
        for kind, event in enumerate(spec.all_events):
            self._stage_events(raw, spec, event, kind, file)
        self._stage_customer_attributes(raw.columns, spec, keys)
        return raw

    def _keep_where(self, columns: Columns, spec: TableSource) -> None:
        if spec.where:
            condition = columns.condition(spec.where)
            self.workspace.run(
                f"DELETE FROM raw WHERE NOT coalesce({condition.sql}, FALSE)", condition.values
            )

    def _time(self, raw: RawTable, column: str, spec: TableSource, table: str = "raw") -> Expression:
        quoted = raw.columns.quoted(column)
        if column not in self.formats:
            where = f"{raw.path}, column {column!r}"
            self.formats[column] = known_format(self.workspace, quoted, spec.time, where, table)
        return self.formats[column].microseconds(quoted)

    def _stage_records(
        self, raw: RawTable, spec: TableSource, record: RecordSpec, keys: KeyExpressions
    ) -> None:
        columns, name = raw.columns, raw.columns.quoted(record.id)
        kind, key = keys.kind(), keys.key()
        opened = self._time(raw, record.opened, spec) if record.opened else Expression("CAST(NULL AS BIGINT)")
        closed = self._time(raw, record.closed, spec) if record.closed else Expression("CAST(NULL AS BIGINT)")
        chosen = selected([(opened, "o"), (closed, "c"), (kind, "k"), (key, "v")])
        self.workspace.run(
            f"INSERT INTO stage_records SELECT ?, ?, id, min(o), max(c), arg_min(k, n), arg_min(v, n) "
            f"FROM (SELECT _row AS n, {name} AS id, {chosen.sql} FROM raw) WHERE id IS NOT NULL GROUP BY id",
            [self.source, record.type, *chosen.values],
        )
        for attribute, how in record.attributes.items():
            self.workspace.run(
                f"INSERT INTO stage_attributes SELECT ?, ?, id, ?, {_TAKEN[how.take]} FROM (SELECT _row AS n, {name} AS id, "
                f"coalesce({columns.quoted(how.column)}, ?) AS value FROM raw) WHERE id IS NOT NULL AND value IS NOT NULL GROUP BY id",
                [self.source, record.type, attribute, how.absent],
            )
        for link in spec.links:
            to = columns.quoted(link.column)
            self.workspace.run(
                f"INSERT INTO stage_links SELECT DISTINCT ?, ?, {name}, ?, {to} FROM raw WHERE {name} IS NOT NULL AND {to} IS NOT NULL",
                [self.source, record.type, link.to],
            )

    def _stage_customer_attributes(self, columns: Columns, spec: TableSource, keys: KeyExpressions) -> None:
        kind, key = keys.kind(), keys.key()
        for attribute, column in spec.customer_attributes.items():
            self.workspace.run(
                f"INSERT INTO stage_customer_attributes SELECT DISTINCT {kind.sql}, {key.sql}, ?, {columns.quoted(column)} FROM raw",
                [*kind.values, *key.values, attribute],
            )

    def _stage_events(self, raw: RawTable, spec: TableSource, event: EventSpec, kind: int, file: int) -> None:
        self._parse(raw, spec, event)
        self._refuse(raw, spec, event, file)
        order = "row_number() OVER (ORDER BY sequence NULLS LAST, row)" if event.sequence else "row"
        self.workspace.run(
            "INSERT INTO stage_events SELECT ?, row, time, start, activity, key_kind, key, ?, record_type, record_id, "
            f"channel, department, resource, actor, satisfaction, (CAST(? AS BIGINT) << {_ROW_BITS}) + ({order} << {_KIND_BITS}) + ? FROM parsed",
            [file, self.source, file, kind],
        )

    def _parse(self, raw: RawTable, spec: TableSource, event: EventSpec) -> None:
        """The table `parsed`: one row per event of this kind, values read, times in microseconds."""
        columns, no_number = raw.columns, Expression("CAST(NULL AS BIGINT)")
        keys = key_expressions(event.customer or spec.customer, columns, self.study.customers)
        if event.customer:
            stage_keys(self.workspace, keys, set(self.study.customers.match))
        where = columns.condition(event.where)
        time_text, start_text = columns.role(event.time), columns.role(event.start)
        score = columns.role(event.satisfaction)
        parts = [
            (Expression("_row"), "row"),
            (time_text, "time_text"),
            (self._time(raw, event.time, spec), "time"),
            (start_text, "start_text"),
            (self._time(raw, event.start, spec) if event.start else no_number, "start"),
            (columns.role(event.activity), "activity"),
            (keys.kind(), "key_kind"),
            (keys.key(), "key"),
            (Expression("?", (spec.record.type if spec.record else None,)), "record_type"),
            (columns.role(spec.record.id if spec.record else None), "record_id"),
            (columns.role(event.channel), "channel"),
            (columns.role(event.department), "department"),
            (columns.role(event.resource), "resource"),
            (columns.role(event.actor), "actor"),
            (score, "score_text"),
            (Expression(f"TRY_CAST({score.sql} AS DOUBLE)", score.values), "satisfaction"),
            (_number(columns, event.sequence), "sequence"),
            (columns.role(event.on_change), "changing"),
        ]
        chosen = selected(parts)
        self.workspace.run("DROP TABLE IF EXISTS temp.parsed")
        self.workspace.run(
            "CREATE TEMP TABLE parsed (row BIGINT, time_text VARCHAR, time BIGINT, start_text VARCHAR, start BIGINT, activity VARCHAR, "
            "key_kind VARCHAR, key VARCHAR, record_type VARCHAR, record_id VARCHAR, channel VARCHAR, department VARCHAR, resource VARCHAR, "
            "actor VARCHAR, score_text VARCHAR, satisfaction DOUBLE, sequence BIGINT, changing VARCHAR)"
        )
        self.workspace.run(
            f"INSERT INTO parsed SELECT {chosen.sql} FROM raw WHERE {where.sql}",
            [*chosen.values, *where.values],
        )
        if event.on_change:
            self.workspace.run(
                "DELETE FROM parsed WHERE row IN (SELECT row FROM (SELECT row, changing, lag(changing) OVER w AS before FROM parsed "
                "WINDOW w AS (PARTITION BY record_id ORDER BY time, sequence NULLS LAST, row)) WHERE changing IS NOT DISTINCT FROM before)"
            )

    def _refuse(self, raw: RawTable, spec: TableSource, event: EventSpec, file: int) -> None:
        """Set aside what is no event, with the reason; stop where a value cannot be read."""
        low, high = self.study.satisfaction.scale
        self._unreadable(
            raw,
            spec,
            event.time,
            "time_text",
            "time_text IS NOT NULL AND time IS NULL",
            f"is no time like {self._form(event.time)}",
            file,
        )
        if event.start:
            self._unreadable(
                raw,
                spec,
                event.start,
                "start_text",
                "start_text IS NOT NULL AND start IS NULL",
                f"is no time like {self._form(event.start)}",
                file,
            )
            self._unreadable(
                raw, spec, event.start, "start_text", "start > time", "is a start after its end", file
            )
        self._unreadable(
            raw,
            spec,
            event.satisfaction or "",
            "score_text",
            f"score_text IS NOT NULL AND NOT coalesce(satisfaction BETWEEN {low} AND {high}, FALSE)",
            f"is no score from {low:g} to {high:g}",
            file,
        )
        actors = ", ".join(f"'{actor}'" for actor in ACTORS)
        self._unreadable(
            raw,
            spec,
            "actor",
            "actor",
            f"actor NOT IN ({actors})",
            f"is no actor; write one of {', '.join(ACTORS)}, or map the values",
            file,
        )
        if event.optional:
            self.workspace.run("DELETE FROM parsed WHERE time_text IS NULL")
        self._set_aside("time_text IS NULL", event.time, "time_text", "no time", file)
        self._set_aside("activity IS NULL OR activity = ''", "", "activity", "no activity", file)
        self._set_aside("key IS NULL AND record_id IS NULL", "", "key", "neither customer nor record", file)

    def _form(self, column: str) -> str:
        known = self.formats[column]
        return "2025-06-03 14:02:11" if known.format == "iso" else repr(known.format)

    def _unreadable(
        self, raw: RawTable, spec: TableSource, column: str, text: str, condition: str, reason: str, file: int
    ) -> None:
        bad = self.workspace.rows(f"SELECT row, {text} FROM parsed WHERE {condition} ORDER BY row LIMIT 1")
        if not bad:
            return
        n = self.workspace.value(f"SELECT count(*) FROM parsed WHERE {condition}")
        if n > spec.max_refused * raw.n_rows:
            row, value = bad[0]
            more = f" ({n - 1:,} more such rows)" if n > 1 else ""
            raise UnreadableValueError(
                f"{raw.path}: row {row}, column {column!r}: {value!r} {reason}{more}; mend it, or set such rows aside "
                f"with max_refused: {min(1.0, max(0.01, n / max(raw.n_rows, 1) * 1.5)):.2f}"
            )
        self._set_aside(condition, column, text, reason, file)

    def _set_aside(self, condition: str, column: str, text: str, reason: str, file: int) -> None:
        self.workspace.run(
            f"INSERT INTO refused SELECT ?, row, ?, {text}, ? FROM parsed WHERE {condition} ORDER BY row",
            [file, column, reason],
        )
        self.workspace.run(f"DELETE FROM parsed WHERE {condition}")


def _number(columns: Columns, column: str | None) -> Expression:
    return Expression(f"TRY_CAST({columns.quoted(column)} AS BIGINT)" if column else "CAST(NULL AS BIGINT)")
