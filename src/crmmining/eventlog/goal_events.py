"""What goals are built from: events by customer, their goals as bit sets, records and their links."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.workspace import Workspace
from crmmining.eventlog.case_order import CaseOrder, order_cases
from crmmining.eventlog.goal_kernel import NEVER
from crmmining.eventlog.log import CUSTOMER
from crmmining.study.study_file import StudyFile


@dataclass(frozen=True, eq=False)
class GoalEvents:
    """All events, ordered by customer; `bits` hold the goals each may belong to, opens, reaches, ends."""

    order: CaseOrder
    time: NDArray[np.int64]
    record: NDArray[np.int64]
    by: NDArray[np.int32]
    bits: dict[str, NDArray[np.int64]]
    contact: NDArray[np.bool_]
    closed: NDArray[np.int64]
    link_offsets: NDArray[np.int64]
    linked: NDArray[np.int64]
    customer: NDArray[np.int64]
    uses_by: NDArray[np.bool_]
    by_names: list[str]


def load_goal_events(workspace: Workspace, study: StudyFile) -> GoalEvents:
    """Everything the walk over the customers needs, as arrays."""
    columns = workspace.columns(
        "SELECT event, time, customer, record, activity, sequence, actor, contact FROM events ORDER BY event"
    )
    records = workspace.columns(
        "SELECT process, coalesce(closed, ?) AS closed FROM records ORDER BY record", [NEVER]
    )
    n_records, n_customers = records["closed"].size, workspace.value("SELECT count(*) FROM customers")
    record = columns["record"].astype(np.int64)
    bits = _goal_bits(workspace, study, columns["activity"], record, records["process"])
    by, by_names = _by_codes(workspace, study, record, bits["candidates"])
    link_offsets, linked = _adjacency(workspace, n_records)
    return GoalEvents(
        order_cases(columns["customer"], columns["time"], columns["sequence"], n_customers),
        columns["time"],
        record,
        by,
        bits,
        (columns["contact"] > 0) & (columns["actor"] == CUSTOMER),
        records["closed"].astype(np.int64),
        link_offsets,
        linked,
        columns["customer"].astype(np.int64),
        np.array([goal.by is not None for goal in study.goals.values()]),
        by_names,
    )


def _goal_bits(
    workspace: Workspace,
    study: StudyFile,
    activity: NDArray[np.int64],
    record: NDArray[np.int64],
    process: NDArray[np.int64],
) -> dict[str, NDArray[np.int64]]:
    """Per event the goals it may belong to, opens, reaches and ends, as bit sets."""
    names = {
        name: code for code, name in workspace.rows("SELECT code, name FROM names WHERE kind = 'activity'")
    }
    tables = {key: np.zeros(len(names) + 1, np.int64) for key in ("candidates", "opens", "reaches", "ends")}
    of_process = np.zeros(len(study.processes) + 1, np.int64)
    for g, goal in enumerate(study.goals.values()):
        bit = np.int64(1) << g
        roles = (
            ("opens", goal.opened_by),
            ("reaches", goal.reached_by),
            ("ends", goal.ended_by),
            ("candidates", goal.includes.activities),
        )
        for key, activities in roles:
            for code in (names[name] for name in activities if name in names):
                tables[key][code] |= bit
                tables["candidates"][code] |= bit
        for code, name in enumerate(study.processes):
            if name in goal.includes.processes:
                of_process[code] |= bit
    found = {key: table[activity] for key, table in tables.items()}
    event_process = np.where(record >= 0, process[np.maximum(record, 0)] if process.size else -1, -1)
    found["candidates"] = found["candidates"] | of_process[event_process]
    return found


def _by_codes(
    workspace: Workspace, study: StudyFile, record: NDArray[np.int64], candidates: NDArray[np.int64]
) -> tuple[NDArray[np.int32], list[str]]:
    """For goals told apart by a record attribute its code per event; 0 elsewhere."""
    attributes = sorted({goal.by for goal in study.goals.values() if goal.by})
    by, names = np.zeros(record.size, np.int32), [""]
    for attribute in attributes:
        found = workspace.columns(
            """
            SELECT record, value FROM record_attributes
            WHERE lower(attribute) = lower(?)
            ORDER BY value, record
            """,
            [attribute],
        )
        if not found["record"].size:
            continue
        values, code = np.unique(found["value"].astype(str), return_inverse=True)
        of_record = np.zeros(int(max(record.max(), found["record"].max())) + 2, np.int32)
        of_record[found["record"]] = code + len(names)
        names += [str(value) for value in values]
        goals = np.int64(sum(1 << g for g, goal in enumerate(study.goals.values()) if goal.by == attribute))
        mine = (candidates & goals) != 0
        by[mine] = of_record[record[mine]]
    return by, names


def _adjacency(workspace: Workspace, n_records: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Links in both directions, CSR."""
    links = workspace.columns(
        "SELECT record, linked FROM links UNION SELECT linked, record FROM links ORDER BY 1, 2"
    )
    offsets = np.concatenate([[0], np.cumsum(np.bincount(links["record"], minlength=n_records))]).astype(
        np.int64
    )
    return offsets, links["linked"].astype(np.int64)
