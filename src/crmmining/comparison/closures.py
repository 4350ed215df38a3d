"""False closure: tickets closed as done that were not, seen by record and seen by goal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, share
from crmmining.eventlog.log import SYSTEM

if TYPE_CHECKING:
    import pandas as pd

WAYS = ("same record reopened", "new record of the same process", "contact with no record")
DEFINITION = (
    "Of the records closed as done at least W before the last customer contact in the data: inside-out, those reopened; outside-in, those followed within W of their "
    "closing by a new record of the same process, or by a contact without a record, for the same goal. A wanted step of the ideal journey, a survey, a thank-you is no such contact. "
    "Hidden = seen only across records."
)


@dataclass(frozen=True, eq=False)
class FalseClosures:
    """How often closing a record did not close the matter.

    `inside`: share reopened, what the record itself shows. `outside`: share followed by a return
    across records. `rate`: either. `hidden`: share of the false closures that no record shows.
    `ways`: how they came back first, per process. `records`: one row per closed record.
    """

    goal: str
    rate: Estimate
    inside: Estimate
    outside: Estimate
    hidden: Estimate
    ways: dict[str, Estimate]
    processes: pd.DataFrame
    records: pd.DataFrame
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per process."""
        return self.processes.copy()

    def __repr__(self) -> str:
        ways = "; ".join(f"{way} {estimate}" for way, estimate in self.ways.items())
        return f"FalseClosures({self.goal}: {self.rate}; reopened {self.inside}; came back across records {self.outside}; hidden {self.hidden}; {ways})\n{self.processes.to_string(index=False)}"

    def _repr_html_(self) -> str:
        return f"<p>{self.rate}</p>{self.processes.to_html(index=False)}"

    def findings(self, view: GoalView) -> list[Finding]:
        """How many tickets closed were not solved, against what the desk counts itself."""
        if not self.rate.is_known or self.rate.n < FEWEST_CASES or self.outside.low <= self.inside.value:
            return []
        worst = self.processes.sort_values(["n_false", "process"], ascending=[False, True]).iloc[0]
        process = str(worst["process"])
        false = self.records["false"].to_numpy(bool)
        return [
            Finding(
                "false closure",
                self.goal,
                f"{self.rate.value:.0%} of the tickets closed on “{self.goal}” were not solved; the records themselves show {self.inside.value:.1%} as reopened",
                self.rate,
                "A new ticket, or a call without one, makes the old one look solved.",
                f"Ask the customer before closing, and count a return within {view.declared.window} as unsolved; begin with “{process}”.",
                view.owner_of(process),
                self.rate.value * min(1.0, self.rate.n / max(view.log.n_cases, 1)),
                tuple(self.records.loc[false, "id"].astype(str)[:50]),
            )
        ]


def find_false_closures(view: GoalView) -> FalseClosures | None:
    """Look for returns after every closing of a process that `solves`; None where no process does."""
    import pandas as pd

    solving = [code for code, process in enumerate(view.declared.processes.values()) if process.solves]
    mine = np.flatnonzero(np.isin(view.records.process, solving))
    if not mine.size:
        return None
    window = view.declared.window.microseconds()
    contacts = view.log.columns["time"][view.is_customer_contact]
    last_contact = int(contacts.max()) if contacts.size else view.log.horizon
    first_close, reopened = _closings(view, mine)
    closed = np.where(
        view.records.closed[mine] >= 0, view.records.closed[mine], np.where(reopened, first_close, -1)
    )
    counts = (closed >= 0) & (closed <= last_contact - window)
    recurred, called, when = _returns(view, mine, closed, window)
    frame = pd.DataFrame(
        {
            "case": view.records.case[mine],
            "id": view.study.record_ids[view.records.record[mine]],
            "process": np.array(view.study.processes, object)[view.records.process[mine]],
            "closed": closed,
            "reopened": reopened,
            "recurred": recurred,
            "called": called,
            "returned": when,
        }
    )[counts].reset_index(drop=True)
    frame["false"] = frame["reopened"] | frame["recurred"] | frame["called"]
    excluded = int((~counts).sum())
    return _summed(view, frame, excluded)


def _summed(view: GoalView, frame: pd.DataFrame, excluded: int) -> FalseClosures:
    import pandas as pd

    n, false = len(frame), frame["false"]
    outside = frame["recurred"] | frame["called"]
    n_false = int(false.sum())
    first = [
        frame["reopened"],
        ~frame["reopened"] & frame["recurred"] & (frame["returned"] == 1),
        ~frame["reopened"] & frame["called"] & (frame["returned"] == 2),
    ]
    rows = []
    for process, part in frame.groupby("process", sort=True):
        estimate = share(int(part["false"].sum()), len(part), "not solved / closed")
        rows.append(
            (
                process,
                view.owner_of(str(process)),
                len(part),
                int(part["false"].sum()),
                estimate.value,
                estimate.low,
                estimate.high,
                int(part["reopened"].sum()),
                int(part["recurred"].sum()),
                int(part["called"].sum()),
            )
        )
    names = [
        "process",
        "owner",
        "n_closed",
        "n_false",
        "rate",
        "low",
        "high",
        "n_reopened",
        "n_recurred",
        "n_called",
    ]
    return FalseClosures(
        view.goal,
        share(n_false, n, DEFINITION, excluded),
        share(int(frame["reopened"].sum()), n, "reopened / closed", excluded),
        share(int(outside.sum()), n, "followed by a return across records / closed", excluded),
        share(int((false & ~frame["reopened"]).sum()), n_false, "not reopened / not solved"),
        {
            way: share(int(chosen.sum()), n_false, f"first came back as: {way}")
            for way, chosen in zip(WAYS, first, strict=True)
        },
        pd.DataFrame(rows, columns=names),
        frame,
    )


def _closings(view: GoalView, mine: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Per record the first closing event (-1 none), and whether work went on after one."""
    log, n = view.log, view.study.records["process"].size
    record = log.columns["record"]
    closing = np.zeros(log.n_events, bool)
    for code, process in enumerate(view.declared.processes.values()):
        of_process = log.columns["process"] == code
        named = np.isin(np.array(log.activities, object), list(process.closed_by))[log.columns["activity"]]
        closing |= of_process & named
    first = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(first, record[closing], log.columns["time"][closing])
    after = (
        (record >= 0)
        & ~closing
        & (log.columns["actor"] != SYSTEM)
        & (log.columns["time"] > first[np.maximum(record, 0)])
    )
    reopened = np.zeros(n, bool)
    reopened[record[after]] = True
    chosen = view.records.record[mine]
    return np.where(first[chosen] == np.iinfo(np.int64).max, -1, first[chosen]), reopened[chosen]


def _returns(
    view: GoalView, mine: NDArray[np.int64], closed: NDArray[np.int64], window: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.int8]]:
    """Per closed record: followed by a new record, by a contact without one; which came first (1, 2, 0 none)."""
    records, log = view.records, view.log
    need = _needs(view)  # a return soon after is the same need, even where the goal itself had ended
    case = need[records.case[mine]]
    far = np.iinfo(np.int64).max
    recurrence = np.full(mine.size, far)
    for code in np.unique(records.process[mine]):
        same = np.flatnonzero(records.process[mine] == code)
        recurrence[same] = _next_after(case[same], closed[same], case[same], records.opened[mine][same])
    asking = np.flatnonzero(view.is_customer_contact & ~view.is_progress & (log.columns["record"] < 0))
    call = _next_after(case, closed, need[log.case_of_event[asking]], log.columns["time"][asking])
    recurred, called = recurrence - closed <= window, call - closed <= window
    return (
        recurred,
        called,
        np.where(recurred & (recurrence <= call), 1, np.where(called, 2, 0)).astype(np.int8),
    )


def _needs(view: GoalView) -> NDArray[np.int64]:
    """Per case a number for who needs what: one customer, one goal, one value of `by`."""
    cases = view.log.cases
    return cases.groupby(["customer", "by_value"], sort=True).ngroup().to_numpy(np.int64)


def _next_after(
    case: NDArray[np.int64],
    moment: NDArray[np.int64],
    other_case: NDArray[np.int64],
    other: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The first of the other moments of the same case strictly after each moment; far away if none."""
    far = np.iinfo(np.int64).max
    if not other.size:
        return np.full(case.size, far)
    order = np.lexsort((other, other_case))
    cases, moments = other_case[order], other[order]
    ranked = np.unique(np.concatenate([moments, moment]))  # ranks instead of microseconds: no overflow
    keys = cases * ranked.size + np.searchsorted(ranked, moments)
    place = np.searchsorted(keys, case * ranked.size + np.searchsorted(ranked, moment), "right")
    held = np.minimum(place, cases.size - 1)
    return np.where((place < cases.size) & (cases[held] == case), moments[held], far)
