"""First contact resolution twice: as the record of the contact tells it, and as the customer lived it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.contacts import merged_contacts
from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_progress import asks_for_help
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.returns import needs_of, next_after, works_after_closing
from crmmining.estimates import Estimate, mean, share
from crmmining.eventlog.log import COMPANY

if TYPE_CHECKING:
    import pandas as pd

NO_RECORD, NO_PROCESS = "(no record)", "(no process)"
LEAST_GAP = 0.05
DEFINITION = (
    "First contact = the customer asks for help (no wanted step of the ideal journey, and nothing that "
    "reaches or ends the goal), without having done so within W before, for the same need. Resolved at once, "
    "inside-out = within W after it the contact's record shows no further such contact, no change of "
    "department, no work after a closing; outside-in = neither that, nor such a contact for the same need by "
    "any other door. Contacts within W of the last one in the data are left out, and within W of its "
    "beginning, where an earlier one would not be seen."
)


@dataclass(frozen=True, eq=False)
class FirstContacts:
    """How often one contact was enough, twice, and how often customers come again.

    `inside` and `outside` are over the same contacts, those with a record, and `difference` is inside less
    outside; `outside_all` is over all first contacts. `hidden`: of those resolved by their record, not
    resolved for the customer. `repeats`: contacts of a need that had one within W before. `processes`: a
    row per process, `contacts`: a row per first contact.
    """

    goal: str
    inside: Estimate
    outside: Estimate
    difference: Estimate
    outside_all: Estimate
    hidden: Estimate
    repeats: Estimate
    processes: pd.DataFrame
    contacts: pd.DataFrame
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per process."""
        return self.processes.copy()

    def __repr__(self) -> str:
        return (
            f"FirstContacts({self.goal}: resolved at once by their record {self.inside}, for the customer "
            f"{self.outside}; repeat contacts {self.repeats})\n{self.processes.to_string(index=False)}"
        )

    def _repr_html_(self) -> str:
        return self.processes.to_html(index=False)

    def findings(self, view: GoalView) -> list[Finding]:
        """By how much the records flatter, where the whole interval is above a twentieth."""
        gap = self.difference
        if not gap.is_known or gap.n < FEWEST_CASES or gap.low < LEAST_GAP:
            return []
        of_records = self.processes[self.processes["process"] != NO_RECORD]
        lost = (of_records["share_inside"] - of_records["share_outside"]) * of_records["n"]
        process = str(of_records["process"].iloc[int(np.argmax(lost.to_numpy()))])
        hidden = self.contacts["inside"].to_numpy(bool) & ~self.contacts["outside"].to_numpy(bool)
        return [
            Finding(
                "first contact",
                self.goal,
                f"By their records {self.inside.value:.0%} of the first contacts on “{self.goal}” are solved "
                f"at once, for the customers {self.outside.value:.0%}",
                gap,
                "Who comes back by another door counts as solved on the record of the first.",
                f"Measure first contact resolution by customer and goal; begin with “{process}”.",
                view.owner_of(process),
                gap.value * min(1.0, gap.n / max(view.log.n_cases, 1)),
                case_ids(view.log.cases, np.unique(self.contacts["case"].to_numpy(np.int64)[hidden])),
            )
        ]


def resolve_first_contacts(view: GoalView) -> FirstContacts | None:
    """Look for what came within W after each first contact; None where customers never ask for help."""
    rows = merged_contacts(view, asks_for_help(view))
    if not rows.size:
        return None
    window, need = view.declared.window.microseconds(), needs_of(view)
    time, record = view.log.columns["time"], view.log.columns["record"].astype(np.int64)
    case = view.log.case_of_event
    at, whose = time[rows], need[case[rows]]
    again = next_after(whose, -at, whose, -at)  # the nearest before is the next one in reversed time
    repeated = -again >= at - window
    seen = at >= int(time.min()) + window
    counts = seen & ~repeated & (at <= int(at.max()) - window)
    first = rows[counts]
    fails = _failures(view, rows)
    failure = next_after(record[first], time[first], record[fails], time[fails])
    contact = next_after(need[case[first]], time[first], whose, at)
    inside = (record[first] < 0) | (failure - time[first] > window)
    return _summed(
        view,
        first,
        inside,
        inside & (contact - time[first] > window),
        share(int((repeated & seen).sum()), int(seen.sum()), "contacts within W after another / contacts"),
        int((seen & ~repeated & ~counts).sum()),
    )


def _failures(view: GoalView, contacts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Events of a record after which a contact on it was not enough."""
    log = view.log
    record, department = log.columns["record"], log.columns["department"]
    rows = np.flatnonzero((log.columns["actor"] == COMPANY) & (department >= 0) & (record >= 0))
    rows = rows[np.lexsort((log.columns["time"][rows], record[rows]))]
    passed = (record[rows[1:]] == record[rows[:-1]]) & (department[rows[1:]] != department[rows[:-1]])
    reopened = np.flatnonzero(works_after_closing(view))
    return np.concatenate([contacts[record[contacts] >= 0], rows[1:][passed], reopened])


def _summed(
    view: GoalView,
    first: NDArray[np.int64],
    inside: NDArray[np.bool_],
    outside: NDArray[np.bool_],
    repeats: Estimate,
    excluded: int,
) -> FirstContacts:
    import pandas as pd

    log = view.log
    case, process = log.case_of_event[first], log.columns["process"][first]
    recorded = log.columns["record"][first] >= 0
    names = np.array([*view.study.processes, NO_RECORD, NO_PROCESS], object)
    frame = pd.DataFrame(
        {
            "case": case,
            "time": log.columns["time"][first],
            "process": names[np.where(recorded, process, len(names) - 2)],
            "inside": np.where(recorded, inside, False),
            "outside": outside,
        }
    )
    n, gap = int(recorded.sum()), inside[recorded].astype(float) - outside[recorded]
    definition = "first contacts resolved at once / first contacts with a record"
    return FirstContacts(
        view.goal,
        share(int(inside[recorded].sum()), n, f"{definition}, by the record", excluded),
        share(int(outside[recorded].sum()), n, f"{definition}, by the need", excluded),
        mean(gap, view.customers[case[recorded]], "difference in share", "inside less outside", excluded),
        share(int(outside.sum()), first.size, "first contacts resolved at once / first contacts", excluded),
        share(
            int((inside & ~outside)[recorded].sum()),
            int(inside[recorded].sum()),
            "not resolved for the customer / resolved by their record",
            excluded,
        ),
        repeats,
        _by_process(view, frame),
        frame,
    )


def _by_process(view: GoalView, contacts: pd.DataFrame) -> pd.DataFrame:
    """A row per process: both shares, the second with its interval; those without a record last."""
    import pandas as pd

    rows = []
    for process, part in contacts.groupby("process", sort=True):
        outside = share(int(part["outside"].sum()), len(part), "resolved at once / first contacts")
        rows.append(
            {
                "process": process,
                "owner": view.owner_of(str(process)),
                "n": len(part),
                "share_inside": np.nan if process == NO_RECORD else part["inside"].mean(),
                "share_outside": outside.value,
                "low": outside.low,
                "high": outside.high,
            }
        )
    names = ["process", "owner", "n", "share_inside", "share_outside", "low", "high"]
    frame = pd.DataFrame(rows, columns=names)
    last = frame["process"] == NO_RECORD
    return pd.concat([frame[~last], frame[last]], ignore_index=True)
