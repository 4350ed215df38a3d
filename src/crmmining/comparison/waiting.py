"""Why steps wait: the waiting time of a goal's records by cause, process by process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, ratio
from crmmining.eventlog.timedeltas import with_timedeltas
from crmmining.mining import waiting_causes as causes
from crmmining.mining.waiting_split import CAUSES
from crmmining.study.durations import humanise

if TYPE_CHECKING:
    import pandas as pd

BAR = 0.2
"""A cause is a finding when the lower bound of its share is at least this."""
DEFINITION = (
    f"{causes.DEFINITION} Here: the steps of the records in this goal; the whole process keeps its resources "
    "busy. Hours are those of the week in which a resource is seen, so what is rarely seen seems off work."
)
_SAID = {
    "batching": (
        "until enough of them are there to be done together",
        "Who works in batches makes the first case wait for the last.",
        "Do smaller batches, or start each at a fixed time.",
    ),
    "contention": (
        "while whoever does them is busy with what came before",
        "There is more work than these people can do at the time it comes.",
        "Let more people do these steps, or spread over the week what brings the work.",
    ),
    "prioritisation": (
        "while whoever does them takes later work first",
        "Later work overtakes: somebody decides so, or nobody keeps the order.",
        "Say which work may overtake, and do the rest in the order in which it comes.",
    ),
}
"""What is said of the causes that a change in the work can remove: sentence, why, action."""


@dataclass(frozen=True, eq=False)
class WaitingShare:
    """One cause in one process: its share of the waiting time, its time (microseconds), and its goals."""

    process: str
    cause: str
    share: Estimate
    time: int
    cases: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class WaitingOfGoal:
    """Every cause in every process whose starts and resources are known; `unknown` names the others."""

    goal: str
    all: tuple[WaitingShare, ...]
    unknown: tuple[str, ...]
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per process and cause, times as Timedelta; `n` goals with a step that waited."""
        import pandas as pd

        rows = [
            (w.process, w.cause, w.share.value, w.share.low, w.share.high, w.time, w.share.n)
            for w in self.all
        ]
        columns = ["process", "cause", "share", "share_low", "share_high", "time", "n"]
        return with_timedeltas(pd.DataFrame(rows, columns=columns), ["time"])

    def __repr__(self) -> str:
        return f"WaitingOfGoal({self.goal})\n{self.to_frame().to_string(index=False)}"

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)

    def findings(self, view: GoalView) -> list[Finding]:
        """The cause that a change in the work could remove, where it is a large part of the waiting."""
        clear = [
            w for w in self.all
            if w.cause in _SAID and w.share.n >= FEWEST_CASES and w.share.is_known and w.share.low >= BAR
        ]  # fmt: skip
        return [_finding(w, view) for w in clear]


def _finding(found: WaitingShare, view: GoalView) -> Finding:
    while_, why, action = _SAID[found.cause]
    return Finding(
        "waiting causes",
        view.goal,
        f"In “{found.process}”, {found.share.value:.0%} of the time in which steps wait passes {while_} "
        f"({humanise(found.time / found.cases.size)} a goal that meets it)",
        found.share,
        why,
        action,
        view.owner_of(found.process),
        min(0.5, found.time / max(int(view.log.throughput.sum()), 1)),
        case_ids(view.log.cases, found.cases[:50]),
    )


def explain_waiting(view: GoalView) -> WaitingOfGoal | None:
    """Split the waiting of the goal's records; None where no process knows starts and resources."""
    records = view.records
    codes = np.unique(records.process[records.process >= 0])
    names = [view.study.processes[code] for code in codes]
    found, unknown = [], []
    for name in names:
        log = view.study.process_log(name)
        result = causes.find_waiting_causes(log, zone=view.declared.calendar.zone)
        if result.absent:
            unknown.append(name)
        else:
            found += _shares(name, result, log.cases["record"].to_numpy(), view)
    return WaitingOfGoal(view.goal, tuple(found), tuple(unknown)) if found else None


def _shares(
    name: str, result: causes.WaitingCauses, record_of_case: NDArray[np.int64], view: GoalView
) -> list[WaitingShare]:
    """The causes of the steps whose record is in a goal, added up by goal."""
    known, place = np.unique(view.records.record, return_index=True)
    record = record_of_case[result.steps["case"].to_numpy()]
    at = np.minimum(np.searchsorted(known, record), known.size - 1)
    inside = known[at] == record
    goal = view.records.case[place[at[inside]]]

    def by_goal(column: str) -> NDArray[np.int64]:
        time = np.zeros(view.log.n_cases, np.int64)
        np.add.at(time, goal, result.steps[column].to_numpy()[inside])
        return time

    total, shares = by_goal("total"), []
    waited = np.flatnonzero(total > 0)
    for cause in CAUSES:
        time = by_goal(cause)
        share = ratio(
            time[waited],
            total[waited],
            view.customers[waited],
            "share",
            f"waiting time of “{name}” with the cause {cause} / its waiting time",
        )
        longest = np.argsort(-time, kind="stable")[: int((time > 0).sum())]
        shares.append(WaitingShare(name, cause, share, int(time.sum()), longest))
    return shares
