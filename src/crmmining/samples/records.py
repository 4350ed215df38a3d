"""Rows of a chunk with what the export adds: deleted copies, row numbers, links, last states."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from crmmining.samples.chunk import Chunk
from crmmining.samples.clock import DAY, Columns, Floats, Ints
from crmmining.samples.ledger import NOBODY
from crmmining.samples.words import CASE_FIELD, LOST, STAGE, STATUS, WON

# One row in so many stands there once more, deleted: what a reader must skip.
_DELETED_ONE_IN = {"lead": 400, "opportunity": 400, "case": 700, "task": 900}


@dataclass(frozen=True)
class Records:
    """The tables of a chunk, ready to be written below so many rows of each file.

    `number` holds for each kind of record its row number (from 0, over all chunks) by its key.
    """

    tables: dict[str, Columns]
    number: dict[str, Ints]

    def link(self, table: str, keys: Ints) -> Ints:
        """Row numbers of the records with these keys; -1 where there is none."""
        known = self.number[table]
        return np.where(keys >= 0, known[np.maximum(keys, 0)] if len(known) else NOBODY, NOBODY)


def collect(chunk: Chunk, rows_before: dict[str, int]) -> Records:
    """Tables with deleted copies; records are numbered on from the rows already written."""
    tables, number = {}, {}
    for name in ("lead", "opportunity", "stage", "case", "case_change", "task", "member"):
        tables[name] = _with_deleted(name, chunk.ledger.rows(name))
        if "key" in tables[name]:
            key = tables[name]["key"]
            of_key = np.full(chunk.ledger.keys_in_use(name), NOBODY)
            row = rows_before[name] + np.arange(len(key))
            kept = tables[name]["deleted"] == 0
            of_key[key[kept]] = row[kept]
            number[name] = of_key
    return Records(tables, number)


@dataclass(frozen=True)
class LastStates:
    """What a record's history says at the end of the window, in the order of the record's rows."""

    state: Ints
    since: Floats
    amount: Floats
    due: Floats


def last_stages(opportunities: Columns, stages: Columns) -> LastStates:
    """Stage, amount and due date of each opportunity; a closed one was due when it closed."""
    last = _last_change(stages["opportunity"], opportunities["key"])
    stage, since = stages["stage"][last], stages["time"][last].astype(float)
    closed = np.isin(stage, [STAGE[name] for name in WON + LOST])
    due = np.where(closed, since, stages["due"][last])
    return LastStates(stage, since, stages["amount"][last], due // DAY * DAY)


def last_statuses(cases: Columns, changes: Columns) -> LastStates:
    """Status of each case; `since` is when it took it."""
    is_status = (changes["field"] == CASE_FIELD["Status"]) | (changes["field"] == CASE_FIELD["created"])
    history = {name: values[is_status] for name, values in changes.items()}
    last = _last_change(history["case"], cases["key"])
    created = history["field"][last] == CASE_FIELD["created"]
    status = np.where(created, STATUS["New"], history["new"][last])
    since = history["time"][last].astype(float)
    return LastStates(status, since, np.zeros(len(last)), since)


def _last_change(of_record: Ints, keys: Ints) -> Ints:
    """Place of the last change of each record, as rows lie in the order of time."""
    place = np.zeros(int(of_record.max(initial=0)) + 1, dtype=np.int64)
    place[of_record] = np.arange(len(of_record))
    return place[keys]


def _with_deleted(name: str, table: Columns) -> Columns:
    n = len(table["time"])
    one_in = _DELETED_ONE_IN.get(name)
    copied = np.arange(one_in // 2, n, one_in) if one_in else np.zeros(0, dtype=np.int64)
    whole = {column: np.concatenate([values, values[copied]]) for column, values in table.items()}
    whole["deleted"] = np.repeat([0, 1], [n, len(copied)])
    for column, nothing in (
        ("goal", NOBODY), ("converted", np.nan), ("unqualified", np.nan),
    ):  # fmt: skip
        if column in whole:
            whole[column][n:] = nothing
    order = np.argsort(whole["time"], kind="stable")
    return {column: values[order] for column, values in whole.items()}
