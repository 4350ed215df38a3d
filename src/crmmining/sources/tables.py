"""The reader of plain tables: each row one event or several, as the study file says."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from crmmining.engine.workspace import Workspace
from crmmining.errors import UnreadableValueError
from crmmining.sources.expressions import NO_NUMBER, Columns, Expression, selected
from crmmining.sources.identities import KeyExpressions, key_expressions, stage_keys
from crmmining.sources.pseudonyms import Hiding
from crmmining.sources.raw_tables import Known, RawTable, read_raw
from crmmining.sources.refusals import Refusals
from crmmining.sources.repeats import tell_equal_rows_apart
from crmmining.sources.times import KnownFormat, known_format
from crmmining.study.source_spec import EventSpec, RecordSpec, TableSource
from crmmining.study.study_file import StudyFile

_ROW_BITS, _KIND_BITS = 40, 4
_TAKEN = {"first": "arg_min(value, n)", "last": "arg_max(value, n)", "min": "min(value)", "max": "max(value)"}

_PARSED = """
    CREATE TEMP TABLE parsed (
        row BIGINT, own_id VARCHAR, time_text VARCHAR, time BIGINT, start_text VARCHAR, start BIGINT,
        activity VARCHAR, key_kind VARCHAR, key VARCHAR, record_type VARCHAR, record_id VARCHAR,
        channel VARCHAR,
        department VARCHAR, resource VARCHAR, actor VARCHAR, score_text VARCHAR, satisfaction DOUBLE,
        mood_text VARCHAR, sentiment DOUBLE, sequence BIGINT, changing VARCHAR
    )
"""
# What tells the same event in two files: its own id, or all it says.
# 63 bits: at a billion events the odds are 1 in 18 that any two are taken for one.
_OWN_ID = "CAST(md5_number_lower(concat_ws(chr(31), ?, own_id)) >> 1 AS BIGINT)"
_SAID = (
    "time", "start", "activity", "key_kind", "key", "record_type", "record_id",
    "channel", "department", "resource", "actor", "satisfaction", "sentiment",
)  # fmt: skip
_CONTENT = ", ".join(f"coalesce(CAST({name} AS VARCHAR), chr(30))" for name in _SAID)
_CONTENT_ID = f"CAST(md5_number_lower(concat_ws(chr(31), ?, {_CONTENT})) >> 1 AS BIGINT)"
_DROP_UNCHANGED = """
    DELETE FROM parsed
    WHERE row IN (
        SELECT row
        FROM (
            SELECT row, changing, lag(changing) OVER w AS before
            FROM parsed
            WINDOW w AS (PARTITION BY record_id ORDER BY time, sequence NULLS LAST, row)
        )
        WHERE changing IS NOT DISTINCT FROM before
    )
"""


@dataclass
class TableReader:
    """Reads the files of one table after the other into the staging tables."""

    workspace: Workspace
    study: StudyFile
    source: int
    formats: dict[str, KnownFormat] = field(default_factory=dict)

    @cached_property
    def hiding(self) -> Hiding:
        """How names and ids are stored."""
        return Hiding(self.study.secret)

    def read(self, path: Path, spec: TableSource, file: int, known: Known | None = None) -> RawTable:
        """Read one file, or what it has grown by since it was `known`; `file` is its number.

        Raises:
            SourceError: the file cannot be read as the study file says.
        """
        raw = read_raw(self.workspace, path, spec, self.study.folder, known)
        self._keep_where(raw.columns, spec)
        keys = key_expressions(spec.customer, raw.columns, self.study.customers, self.hiding)
        stage_keys(self.workspace, keys, file)
        if spec.record:
            self._stage_records(raw, spec, spec.record, keys, file)
        for kind, event in enumerate(spec.all_events):
            self._stage_events(raw, spec, event, kind, file)
        if spec.max_refused is not None:
            self._count_refused(raw, file, spec.max_refused)
        tell_equal_rows_apart(self.workspace, file, known.files if known else ())
        self._stage_customer_attributes(raw.columns, spec, keys, file)
        return raw

    def _count_refused(self, raw: RawTable, file: int, most: float) -> None:
        """Stop where more rows are refused than may be, for whatever reason."""
        files = (file, *(raw.known.files if raw.known else ()))
        of_file = f"FROM refused WHERE file IN ({', '.join('?' * len(files))})"
        n = int(self.workspace.value(f"SELECT count(DISTINCT (file, row)) {of_file}", files))
        if n > most * raw.n_whole:
            row, column, reason = self.workspace.rows(
                f"SELECT row, column_name, reason {of_file} ORDER BY row LIMIT 1", files
            )[0]
            where = f", column {column!r}" if column else ""
            raise UnreadableValueError(
                f"{raw.path}: {n:,} of {raw.n_whole:,} rows are refused, more than {most:.4g} of them; the "
                f"first is row {row}{where}: {reason}; mend them, or allow more with max_refused:"
            )

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
        self, raw: RawTable, spec: TableSource, record: RecordSpec, keys: KeyExpressions, file: int
    ) -> None:
        columns = raw.columns
        name = self.hiding.of(Expression(columns.quoted(record.id)))
        kind, key = keys.kind(), keys.key()
        opened = self._time(raw, record.opened, spec) if record.opened else NO_NUMBER
        closed = self._time(raw, record.closed, spec) if record.closed else NO_NUMBER
        for column, moment in ((record.opened, opened), (record.closed, closed)):
            if column and column not in {event.time for event in spec.all_events}:
                self._judge_moment(raw, spec, column, moment, file)
        chosen = selected([(opened, "o"), (closed, "c"), (kind, "k"), (key, "v")])
        self.workspace.run(
            f"""
            INSERT INTO stage_records
            SELECT ?, ?, ?, id, min(o), max(c), ?, arg_min(k, n), arg_min(v, n)
            FROM (SELECT _row AS n, {name.sql} AS id, {chosen.sql} FROM raw)
            WHERE id IS NOT NULL
            GROUP BY id
            """,
            [file, self.source, record.type, record.closed is not None, *name.values, *chosen.values],
        )
        for attribute, how in record.attributes.items():
            if attribute in self.study.privacy.leave_out:
                continue
            value = columns.quoted(how.column)
            self.workspace.run(
                f"""
                INSERT INTO stage_attributes
                SELECT ?, ?, ?, id, ?, ?, {_TAKEN[how.take]}
                FROM (SELECT _row AS n, {name.sql} AS id, coalesce({value}, ?) AS value FROM raw)
                WHERE id IS NOT NULL AND value IS NOT NULL
                GROUP BY id
                """,
                [file, self.source, record.type, attribute, how.take, *name.values, how.absent],
            )
        for link in spec.links:
            to = self.hiding.of(Expression(columns.quoted(link.column)))
            self.workspace.run(
                f"""
                INSERT INTO stage_links
                SELECT DISTINCT CAST(? AS INTEGER), CAST(? AS INTEGER), ?, id, ?, other
                FROM (SELECT {name.sql} AS id, {to.sql} AS other FROM raw)
                WHERE id IS NOT NULL AND other IS NOT NULL
                """,
                [file, self.source, record.type, link.to, *name.values, *to.values],
            )

    def _judge_moment(
        self, raw: RawTable, spec: TableSource, column: str, moment: Expression, file: int
    ) -> None:
        """A record's opening or closing that cannot be read stops, or is noted and counts as absent."""
        quoted = raw.columns.quoted(column)
        bad = f"FROM raw WHERE {quoted} IS NOT NULL AND ({moment.sql}) IS NULL"
        found = self.workspace.rows(f"SELECT _row, {quoted} {bad} ORDER BY _row", moment.values)
        reason = "is no time, the record counts as without it"
        if (
            raw.n_refused(self.workspace, len(found), column, reason)
            > (spec.max_refused or 0.0) * raw.n_whole
        ):
            row, value = found[0]
            raise UnreadableValueError(
                f"{raw.path}: row {row}, column {column!r}: {value!r} is no time like "
                f"{self.formats[column].format!r}; mend it, or allow such rows with max_refused:"
            )
        self.workspace.run(
            f"INSERT INTO refused SELECT ?, _row, ?, {self.hiding.value(quoted)}, ? {bad}",
            [file, column, reason, *moment.values],
        )

    def _stage_customer_attributes(
        self, columns: Columns, spec: TableSource, keys: KeyExpressions, file: int
    ) -> None:
        kind, key = keys.kind(), keys.key()
        for attribute, column in spec.customer_attributes.items():
            if attribute in self.study.privacy.leave_out:
                continue
            value = columns.quoted(column)
            self.workspace.run(
                f"""
                INSERT INTO stage_customer_attributes
                SELECT DISTINCT CAST(? AS INTEGER), {kind.sql}, {key.sql}, ?, {value} FROM raw
                """,
                [file, *kind.values, *key.values, attribute],
            )

    def _stage_events(self, raw: RawTable, spec: TableSource, event: EventSpec, kind: int, file: int) -> None:
        self._parse(raw, spec, event, file)
        scales = (self.study.satisfaction.scale, self.study.sentiment.scale)
        Refusals(self.workspace, raw, file, spec.max_refused, *scales, self.formats, self.hiding).judge(event)
        order = "row_number() OVER (ORDER BY sequence NULLS LAST, row)" if event.sequence else "row"
        part = f"/{spec.each.column}" if spec.each else ""
        scope = f"{self.source}/{spec.table}{part}/{kind}"
        self.workspace.run(
            f"""
            INSERT INTO stage_events
            SELECT
                ?, row, (CAST(? AS BIGINT) << {_ROW_BITS}) + ({order} << {_KIND_BITS}) + ?,
                {_OWN_ID if event.id else _CONTENT_ID}, ?,
                time, start, activity, key_kind, key, ?, record_type, record_id,
                channel, department, resource, actor, satisfaction, sentiment
            FROM parsed
            """,
            [file, file, kind, scope, event.id is not None, self.source],
        )

    def _parse(self, raw: RawTable, spec: TableSource, event: EventSpec, file: int) -> None:
        """The table `parsed`: one row per event of this kind, values read, times in microseconds."""
        columns = raw.columns
        keys = key_expressions(event.customer or spec.customer, columns, self.study.customers, self.hiding)
        if event.customer:
            stage_keys(self.workspace, keys, file)
        where = columns.condition(event.where)
        time_text, start_text = columns.role(event.time), columns.role(event.start)
        score, mood = columns.role(event.satisfaction), columns.role(event.sentiment)
        parts = [
            (Expression("_row"), "row"),
            (self.hiding.of(columns.role(event.id)), "own_id"),
            (time_text, "time_text"),
            (self._time(raw, event.time, spec), "time"),
            (start_text, "start_text"),
            (self._time(raw, event.start, spec) if event.start else NO_NUMBER, "start"),
            (columns.role(event.activity), "activity"),
            (keys.kind(), "key_kind"),
            (keys.key(), "key"),
            (Expression("?", (spec.record.type if spec.record else None,)), "record_type"),
            (self.hiding.of(columns.role(spec.record.id if spec.record else None)), "record_id"),
            (columns.role(event.channel), "channel"),
            (columns.role(event.department), "department"),
            (self.hiding.of(columns.role(event.resource)), "resource"),
            (columns.role(event.actor), "actor"),
            (score, "score_text"),
            (Expression(f"TRY_CAST({score.sql} AS DOUBLE)", score.values), "satisfaction"),
            (mood, "mood_text"),
            (Expression(f"TRY_CAST({mood.sql} AS DOUBLE)", mood.values), "sentiment"),
            (_number(columns, event.sequence), "sequence"),
            (columns.role(event.on_change), "changing"),
        ]
        chosen = selected(parts)
        self.workspace.run("DROP TABLE IF EXISTS temp.parsed")
        self.workspace.run(_PARSED)
        self.workspace.run(
            f"INSERT INTO parsed SELECT {chosen.sql} FROM raw WHERE {where.sql}",
            [*chosen.values, *where.values],
        )
        if event.on_change:
            self.workspace.run(_DROP_UNCHANGED)


def _number(columns: Columns, column: str | None) -> Expression:
    return Expression(f"TRY_CAST({columns.quoted(column)} AS BIGINT)") if column else NO_NUMBER
