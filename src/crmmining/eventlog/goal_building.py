"""One case per customer goal: which events belong to which attempt, and how it came out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.workspace import Workspace
from crmmining.eventlog.case_order import CaseOrder, order_cases
from crmmining.eventlog.goal_kernel import NEVER, walk_customers
from crmmining.eventlog.log import CUSTOMER
from crmmining.study.durations import DAY
from crmmining.study.study_file import StudyFile

FEWEST_GAPS = 30
UNFITTED_SILENCE = 60 * DAY
REACHED, ABANDONED, OPEN = range(3)


@dataclass(frozen=True)
class Silence:
    """How long a goal may be silent before it counts as given up, and where that comes from."""

    microseconds: int
    n_goals: int
    declared: bool

    @property
    def fitted(self) -> bool:
        """Whether it was fitted on enough reached goals."""
        return not self.declared and self.n_goals >= FEWEST_GAPS


@dataclass(frozen=True, eq=False)
class _Events:
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


def build_goals(workspace: Workspace, study: StudyFile) -> dict[str, Silence]:
    """Fill the tables goals and event_goals; returns the silence used per goal type.

    Where a goal's silence is `auto`, τ is the P95 over its reached goals of the longest pause inside
    each, pauses that end in an opening activity aside (they may be between two attempts). So 95 % of
    the goals that were reached would not have been mistaken for abandoned.
    """
    if not study.goals:
        return {}
    events = _load(workspace, study)
    settle = np.array(
        [goal.settled_after.microseconds() if goal.settled_after else 0 for goal in study.goals.values()],
        np.int64,
    )
    declared = [goal.silence.microseconds() if goal.silence else None for goal in study.goals.values()]
    first_pass = np.array([tau if tau is not None else NEVER for tau in declared], np.int64)
    found = _walk(events, first_pass, settle)
    silences = [
        Silence(tau, 0, declared=True) if tau is not None else _fitted(events, found, g)
        for g, tau in enumerate(declared)
    ]
    if any(tau is None for tau in declared):
        found = _walk(events, np.array([s.microseconds for s in silences], np.int64), settle)
    _store(workspace, events, found, silences, settle)
    return dict(zip(study.goals, silences, strict=True))


def _load(workspace: Workspace, study: StudyFile) -> _Events:
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
    return _Events(
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


@dataclass(frozen=True, eq=False)
class _Found:
    instance: NDArray[np.int32]
    rule: NDArray[np.int8]
    goal: NDArray[np.int32]
    by: NDArray[np.int32]
    begun: NDArray[np.int64]
    last: NDArray[np.int64]
    reached: NDArray[np.int64]
    ended: NDArray[np.int64]


def _walk(events: _Events, silence: NDArray[np.int64], settle: NDArray[np.int64]) -> _Found:
    bits = events.bits
    return _Found(
        *walk_customers(
            events.order.rows,
            events.order.offsets,
            events.time,
            events.record,
            events.by,
            bits["candidates"],
            bits["opens"],
            bits["reaches"],
            bits["ends"],
            events.contact,
            events.closed,
            events.link_offsets,
            events.linked,
            silence,
            settle,
            events.uses_by,
            events.closed.size,
        )
    )


def _fitted(events: _Events, found: _Found, g: int) -> Silence:
    """P95 over reached goals of the longest pause that does not end in an opening activity."""
    rows = events.order.rows
    mine = rows[(found.instance[rows] >= 0)]
    instance = found.instance[mine].astype(np.int64)
    order = np.argsort(instance, kind="stable")
    mine, instance = mine[order], instance[order]
    reached = found.reached[instance]
    counts = (found.goal[instance] == g) & (reached >= 0) & (events.time[mine] <= reached)
    mine, instance = mine[counts], instance[counts]
    gaps = np.diff(events.time[mine])
    inside = (np.diff(instance) == 0) & (((events.bits["opens"][mine[1:]] >> g) & 1) == 0)
    longest = np.full(found.goal.size, -1, np.int64)
    np.maximum.at(longest, instance[1:][inside], gaps[inside])
    longest = np.sort(longest[longest >= 0])
    if longest.size < FEWEST_GAPS:
        return Silence(UNFITTED_SILENCE, int(longest.size), declared=False)
    return Silence(int(longest[int(np.ceil(0.95 * longest.size)) - 1]), int(longest.size), declared=False)


def _store(
    workspace: Workspace, events: _Events, found: _Found, silences: list[Silence], settle: NDArray[np.int64]
) -> None:
    assigned = np.flatnonzero(found.instance >= 0)
    workspace.insert(
        "event_goals", {"event": assigned, "instance": found.instance[assigned], "rule": found.rule[assigned]}
    )
    customer = np.full(found.goal.size, -1, np.int64)
    customer[found.instance[assigned]] = events.customer[assigned]
    horizon = int(events.time.max(initial=0))
    silence = np.array([s.microseconds for s in silences], np.int64)[found.goal]
    settled = (found.reached >= 0) & (horizon - found.reached >= settle[found.goal])
    given_up = (found.ended >= 0) | ((found.reached < 0) & (horizon - found.last > silence))
    outcome = np.where(settled, REACHED, np.where(given_up, ABANDONED, OPEN)).astype(np.int8)
    workspace.insert(
        "goals",
        {
            "instance": np.arange(found.goal.size),
            "goal": found.goal,
            "customer": customer,
            "by_value": [events.by_names[code] for code in found.by],
            "begun": found.begun,
            "last": found.last,
            "reached": np.where(settled, found.reached, -1),
            "ended": found.ended,
            "outcome": outcome,
        },
    )
