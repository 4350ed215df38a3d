"""False closure: tickets closed as done that were not, seen by record and seen by goal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from crmmining.comparison.closure_chance import BeyondChance, Closed, beyond_chance
from crmmining.comparison.findings import FEWEST_CASES, Finding
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.returns import closings, returns
from crmmining.estimates import Estimate, share

if TYPE_CHECKING:
    import pandas as pd

WAYS = ("same record reopened", "new record of the same process", "contact with no record")
LEAST_RATE = 0.1
"""Below one closing in ten a return cannot be told from a customer's next question: no finding."""
LEAST_BEYOND = 0.05
"""Nor is there one where what is left beyond chance may be less than one closing in twenty."""
DEFINITION = (
    "Of the records closed as done at least W before the last customer contact in the data: inside-out, "
    "those reopened; outside-in, those followed within W of their closing by a new record of the same "
    "process, or by a contact without a record, for the same goal. A wanted step of the ideal journey, "
    "a survey, a thank-you, and what reaches or ends the goal is no such contact. Hidden = seen only across "
    "records. Beyond chance = less those that would have come anyway, as many as in the W after a W in which "
    "nothing came."
)


@dataclass(frozen=True, eq=False)
class FalseClosures:
    """How often closing a record did not close the matter.

    `inside`: share reopened, what the record itself shows. `outside`: share followed by a return
    across records. `rate`: either. `hidden`: share of the false closures that no record shows.
    `ways`: how they came back first. `beyond_chance` and `ways_beyond_chance` are rate and ways less the
    returns that would have come anyway (`by_chance`: the share of solved closings followed by one); see
    `closure_chance`. `processes`: one row each. `records`: one row per closed record.
    """

    goal: str
    rate: Estimate
    inside: Estimate
    outside: Estimate
    hidden: Estimate
    ways: dict[str, Estimate]
    beyond_chance: Estimate
    by_chance: Estimate
    ways_beyond_chance: dict[str, Estimate]
    processes: pd.DataFrame
    records: pd.DataFrame
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per process."""
        return self.processes.copy()

    def __repr__(self) -> str:
        ways = "; ".join(f"{way} {estimate}" for way, estimate in self.ways.items())
        return (
            f"FalseClosures({self.goal}: {self.rate}; beyond chance {self.beyond_chance}; "
            f"reopened {self.inside}; "
            f"came back across records {self.outside}; hidden {self.hidden}; {ways})\n"
            f"{self.processes.to_string(index=False)}"
        )

    def _repr_html_(self) -> str:
        return f"<p>{self.rate}</p>{self.processes.to_html(index=False)}"

    def findings(self, view: GoalView) -> list[Finding]:
        """How many tickets closed were not solved, against what the desk counts itself."""
        if not self.rate.is_known or self.rate.n < FEWEST_CASES or self.rate.low < LEAST_RATE:
            return []
        if self.outside.low <= self.inside.value:
            return []
        beyond = self.beyond_chance
        if beyond.is_known and beyond.low <= LEAST_BEYOND:
            return []
        worst = self.processes.sort_values(["n_false", "process"], ascending=[False, True]).iloc[0]
        process = str(worst["process"])
        false = self.records["false"].to_numpy(bool)
        return [
            Finding(
                "false closure",
                self.goal,
                f"{self.rate.value:.0%} of the tickets closed on “{self.goal}” were not solved; "
                f"the records themselves show {self.inside.value:.1%} as reopened",
                self.rate,
                f"A new ticket, or a call without one, makes the old one look solved. {self._told_chance()}",
                "Ask the customer before closing, and count a return "
                f"within {view.declared.window} as unsolved; begin with “{process}”.",
                view.owner_of(process),
                self.rate.value * min(1.0, self.rate.n / max(view.log.n_cases, 1)),
                tuple(self.records.loc[false, "id"].astype(str)[:50]),
            )
        ]

    def _told_chance(self) -> str:
        """How many of the returns say nothing about the ticket, in plain words."""
        if not self.beyond_chance.is_known:
            return "How many would have come back anyway is not known."
        anyway = round(100 * max(0.0, self.rate.value - self.beyond_chance.value))
        return f"Of {100 * self.rate.value:.0f} in 100, {anyway or 'none'} would have come anyway."


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
    first_close, reopened = closings(view, mine)
    closed = np.where(
        view.records.closed[mine] != -1, view.records.closed[mine], np.where(reopened, first_close, -1)
    )
    counts = (closed != -1) & (closed <= last_contact - window)
    recurred, called, when = returns(view, mine, closed, window)
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
    beyond = beyond_chance(view, Closed(mine, closed, reopened, when, counts), last_contact, WAYS)
    return _summed(view, frame, int((~counts).sum()), beyond)


def _summed(view: GoalView, frame: pd.DataFrame, excluded: int, beyond: BeyondChance) -> FalseClosures:
    n, false = len(frame), frame["false"]
    outside = frame["recurred"] | frame["called"]
    n_false = int(false.sum())
    first = [
        frame["reopened"],
        ~frame["reopened"] & frame["recurred"] & (frame["returned"] == 1),
        ~frame["reopened"] & frame["called"] & (frame["returned"] == 2),
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
        beyond.rate,
        beyond.by_chance,
        beyond.ways,
        _process_table(view, frame, beyond),
        frame,
    )


def _process_table(view: GoalView, frame: pd.DataFrame, beyond: BeyondChance) -> pd.DataFrame:
    """One row per process: closed, not solved with interval, and how customers came back."""
    import pandas as pd

    rows = []
    for process, part in frame.groupby("process", sort=True):
        estimate = share(int(part["false"].sum()), len(part), "not solved / closed")
        corrected, chance = beyond.processes[str(process)]
        rows.append(
            (
                process,
                view.owner_of(str(process)),
                len(part),
                int(part["false"].sum()),
                estimate.value,
                estimate.low,
                estimate.high,
                corrected.value,
                corrected.low,
                corrected.high,
                chance.value,
                int(part["reopened"].sum()),
                int(part["recurred"].sum()),
                int(part["called"].sum()),
            )
        )
    names = [
        "process", "owner", "n_closed", "n_false", "rate", "low", "high", "beyond_chance", "beyond_low",
        "beyond_high", "by_chance", "n_reopened", "n_recurred", "n_called",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=names)
