"""Watermelons: green outside, every process met its target; red inside, the customer did not fare well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, absent, share
from crmmining.eventlog.filters import events_named
from crmmining.study.study_file import Target

if TYPE_CHECKING:
    import pandas as pd

GREEN, RED, UNDECIDED = range(3)
DEFINITION = (
    "A record is green when it met its process's own target. A goal is red when a promise was broken, "
    "it was abandoned, or the customer answered the survey at or below the dissatisfied score. "
    "Watermelon rate = red goals among the decided goals whose every record is green. "
    "Undecided (still open within target, goal open and nothing broken yet) is left out."
)


@dataclass(frozen=True, eq=False)
class Watermelons:
    """Processes that report green in journeys that are red.

    `rate`: red among goals with all records green. `processes`: per process the share of records
    green, and the share of the goals it took part in that are green. `expected_green` is the product
    of the processes' green shares, `green_goals` what customers saw.
    """

    goal: str
    rate: Estimate
    green_goals: Estimate
    expected_green: float
    processes: pd.DataFrame
    goal_state: NDArray[np.int8]
    all_green: NDArray[np.bool_]
    reasons: dict[str, int]
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per process, the widest gap first."""
        return self.processes.copy()

    def __repr__(self) -> str:
        return f"Watermelons({self.goal}: {self.rate})\n{self.processes.to_string(index=False)}"

    def _repr_html_(self) -> str:
        return f"<p>{self.rate}</p>{self.processes.to_html(index=False)}"

    def findings(self, view: GoalView) -> list[Finding]:
        """How many goals are red although every process was green, and the process it hits hardest."""
        if not self.rate.is_known or self.rate.n < FEWEST_CASES or self.rate.low < 0.05:
            return []
        worst = max(self.reasons, key=lambda reason: self.reasons[reason])
        owners = {f"promise “{p.name}” broken": p.owner for p in view.promises.results}
        owner = owners.get(worst) or view.declared.goals[self.goal].owner
        return [
            Finding(
                "watermelons",
                self.goal,
                f"{self.rate.value:.0%} of “{self.goal}” goals went wrong for the customer "
                f"although every process met its target (most often: {worst})",
                self.rate,
                "Process targets do not measure what the customer came for.",
                "Report goals reached and promises kept beside every process target; "
                "begin with what most often made them red.",
                owner,
                self.rate.value * self.rate.n / max(view.log.n_cases, 1),
                case_ids(view.log.cases, self.all_green & (self.goal_state == RED)),
            )
        ]


def find_watermelons(view: GoalView) -> Watermelons:
    """Hold every record's target against its goal's colour."""
    record_state = _record_states(view)
    state, reasons = _goal_states(view)
    records, n = view.records, view.log.n_cases
    counted = records.process >= 0
    not_green = np.bincount(records.case[counted & (record_state != GREEN)], minlength=n)
    with_records = np.bincount(records.case[counted], minlength=n)
    all_green = (not_green == 0) & (with_records > 0)
    has_red = np.bincount(records.case[counted & (record_state == RED)], minlength=n) > 0
    decided = all_green & (state != UNDECIDED)
    red = decided & (state == RED)
    rate = share(
        int(red.sum()),
        int(decided.sum()),
        "red goals / decided goals with all records green",
        int((with_records > 0).sum()) - int(decided.sum()) - int((has_red & ~all_green).sum()),
    )
    processes, expected = _process_table(view, record_state, state)
    return Watermelons(
        view.goal,
        rate,
        _share_green(state),
        expected,
        processes,
        state,
        all_green,
        {reason: int((cases & red).sum()) for reason, cases in reasons.items()},
    )


def _process_table(
    view: GoalView, record_state: NDArray[np.int8], state: NDArray[np.int8]
) -> tuple[pd.DataFrame, float]:
    """One row per process, and the product of the processes' green shares."""
    import pandas as pd

    rows, expected = [], 1.0
    for code, name in enumerate(view.study.processes):
        mine = view.records.process == code
        if not mine.any():
            continue
        process = view.declared.processes[name]
        outside = _share_green(record_state[mine])
        inside = _share_green(state[np.unique(view.records.case[mine])])
        expected *= outside.value if outside.is_known else 1.0
        rows.append(
            (
                name,
                process.department,
                process.owner,
                outside.value,
                outside.n,
                inside.value,
                inside.n,
                _written(process.target),
            )
        )
    columns = [
        "process",
        "department",
        "owner",
        "share_green",
        "n_records",
        "share_goals_green",
        "n_goals",
        "target",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    frame["gap"] = frame["share_green"] - frame["share_goals_green"]
    return frame.sort_values(["gap", "process"], ascending=[False, True], ignore_index=True), expected


def _written(target: Target | None) -> str:
    if target is None:
        return ""
    return f"within {target.within}" if target.within else target.attribute or ""


def _share_green(state: NDArray[np.int8]) -> Estimate:
    decided = state != UNDECIDED
    if not decided.any():
        return absent("nothing decided", "share", "green / decided")
    return share(int((state == GREEN).sum()), int(decided.sum()), "green / decided", int((~decided).sum()))


def _record_states(view: GoalView) -> NDArray[np.int8]:
    """Per record of the goals: green, red, or undecided (open within target, or no target)."""
    records = view.records
    state = np.full(records.record.size, UNDECIDED, np.int8)
    for code, process in enumerate(view.declared.processes.values()):
        mine = np.flatnonzero(records.process == code)
        if process.target is None or not mine.size:
            continue
        if process.target.attribute:
            state[mine] = _by_attribute(view, records.record[mine], process.target.attribute)
            continue
        limit = process.target.within
        assert limit is not None
        end = np.where(records.closed[mine] != -1, records.closed[mine], view.log.horizon)
        late = view.clock.measure(limit, records.opened[mine], end) > view.clock.length(limit)
        state[mine] = np.where(late, RED, np.where(records.closed[mine] != -1, GREEN, UNDECIDED))
    return state


def _by_attribute(view: GoalView, record: NDArray[np.int64], attribute: str) -> NDArray[np.int8]:
    found = view.study.workspace.columns(
        "SELECT record, lower(value) AS value FROM record_attributes WHERE lower(attribute) = lower(?)",
        [attribute],
    )
    state = np.full(view.study.records["process"].size, UNDECIDED, np.int8)
    state[found["record"]] = np.where(np.isin(found["value"].astype(str), ["true", "1", "yes"]), GREEN, RED)
    return state[record]


def _goal_states(view: GoalView) -> tuple[NDArray[np.int8], dict[str, NDArray[np.bool_]]]:
    """Per goal green, red or undecided, and what made it red."""
    n = view.log.n_cases
    reasons = {f"promise “{p.name}” broken": p.cases_broken(n) for p in view.promises.results}
    reasons["goal abandoned"] = view.outcome == 1
    reasons["customer dissatisfied"] = view.satisfaction <= view.declared.satisfaction.low
    settle = view.declared.goals[view.goal].settled_after
    if settle is not None:
        reasons[f"customer came back within {settle}"] = _came_back(view)
    red = np.logical_or.reduce(list(reasons.values()))
    return np.where(red, RED, np.where(view.outcome == 0, GREEN, UNDECIDED)).astype(np.int8), reasons


def _came_back(view: GoalView) -> NDArray[np.bool_]:
    """Goals in which a reaching event was followed by a contact of the customer before it had settled."""
    log, goal = view.log, view.declared.goals[view.goal]
    reaching = events_named(log, goal.reached_by)
    settle = goal.settled_after.microseconds() if goal.settled_after else 0
    position = np.maximum.accumulate(np.where(reaching, np.arange(log.n_events), -1))
    before = np.concatenate([[-1], position[:-1]])  # the last reaching event before each event
    time, same = log.columns["time"], before >= log.offsets[:-1][log.case_of_event]
    soon = view.is_customer_contact & same & (time - time[np.maximum(before, 0)] <= settle)
    found = np.zeros(log.n_cases, bool)
    found[log.case_of_event[soon]] = True
    return found
