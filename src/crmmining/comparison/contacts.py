"""Contacts: who turns to whom, and how goals fare where the company spoke first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, difference_of_means, difference_of_shares, mean, share
from crmmining.eventlog.log import COMPANY
from crmmining.study.durations import MINUTE

if TYPE_CHECKING:
    import pandas as pd

MERGED_WITHIN = 30 * MINUTE
DEFINITION = (
    "Contact = touchpoint in which customer and company deal with each other, merged when same direction, "
    "channel and record within 30 min. Proactive = the company's first contact comes before any of the "
    "customer's. The two groups are compared as they are: an association, a cause only where the company "
    "chose them at random."
)


@dataclass(frozen=True, eq=False)
class Contacts:
    """Inbound and outbound contacts, and proactive goals against the others.

    Differences are proactive less the others: `reached` over decided goals, `inbound` contacts per
    decided goal, `satisfaction` over answered ones.
    """

    goal: str
    inbound: Estimate
    outbound: Estimate
    share_proactive: Estimate
    groups: dict[str, tuple[Estimate, Estimate]]
    reached: Estimate
    fewer_inbound: Estimate
    satisfaction: Estimate
    cases: pd.DataFrame
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per measure: proactive, others, difference with interval."""
        import pandas as pd

        differences = {
            "reached": self.reached,
            "inbound contacts": self.fewer_inbound,
            "satisfaction": self.satisfaction,
        }
        rows = []
        for name, difference in differences.items():
            proactive, others = self.groups[name]
            rows.append(
                {
                    "measure": name,
                    "proactive": proactive.value,
                    "n_proactive": proactive.n,
                    "others": others.value,
                    "n_others": others.n,
                    "difference": difference.value,
                    "low": difference.low,
                    "high": difference.high,
                }
            )
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        return (
            f"Contacts({self.goal}: inbound {self.inbound}, outbound {self.outbound}, "
            f"proactive goals {self.share_proactive})\n{self.to_frame().to_string(index=False)}"
        )

    def _repr_html_(self) -> str:
        return self.to_frame().to_html(index=False)

    def _less_effort(self) -> str:
        """What the interval allows to say of the contacts customers had to make."""
        fewer = self.fewer_inbound
        return f", and customers turn to it {-fewer.value:.1f} times fewer" if fewer.high < 0 else ""

    def findings(self, view: GoalView) -> list[Finding]:
        """How much better goals fare where the company spoke first, if they do."""
        first, other = self.groups["reached"]
        if min(first.n, other.n) < FEWEST_CASES or not self.reached.is_known or self.reached.low <= 0:
            return []
        lost = np.flatnonzero(~self.cases["proactive"].to_numpy() & (view.outcome == 1))
        return [
            Finding(
                "contacts",
                self.goal,
                f"Where the company speaks first, {first.value:.0%} of “{self.goal}” goals are reached, "
                f"{other.value:.0%} where it does not"
                f"{self._less_effort()}",
                self.reached,
                "More contact from the company, less effort for the customer: touchpoints are not a cost by "
                "themselves. An association, unless the goals were chosen at random.",
                "Extend the proactive contact to a random half of the others and compare again.",
                view.declared.goals[self.goal].owner,
                min(0.5, self.reached.value * other.n / max(view.log.n_cases, 1) * 2),
                case_ids(view.log.cases, lost),
            )
        ]


def count_contacts(view: GoalView) -> Contacts:
    """Count contacts per goal and compare proactive goals with the others."""
    import pandas as pd

    log = view.log
    n_in, n_out, first_in, first_out = _counts(view)
    proactive = first_out < first_in
    decided, reached, customers = view.outcome != 2, view.outcome == 0, view.customers
    excluded = int((~decided).sum())
    answered = ~np.isnan(view.satisfaction)
    split = [decided & proactive, decided & ~proactive]
    shares = [share(int((reached & g).sum()), int(g.sum()), "reached / decided goals") for g in split]
    counts = [mean(n_in[g], customers[g], "count", "inbound contacts per decided goal") for g in split]
    scored = [answered & proactive, answered & ~proactive]
    scores = [mean(view.satisfaction[g], customers[g], "score", "mean answered satisfaction") for g in scored]
    return Contacts(
        view.goal,
        mean(n_in[decided], customers[decided], "count", "inbound contacts per decided goal", excluded),
        mean(n_out[decided], customers[decided], "count", "outbound contacts per decided goal", excluded),
        share(
            int((proactive & decided).sum()),
            int(decided.sum()),
            "goals in which the company spoke first",
            excluded,
        ),
        {
            "reached": (shares[0], shares[1]),
            "inbound contacts": (counts[0], counts[1]),
            "satisfaction": (scores[0], scores[1]),
        },
        difference_of_shares(shares[0], shares[1], "share reached, proactive less others"),
        difference_of_means(
            n_in[split[0]],
            customers[split[0]],
            n_in[split[1]],
            customers[split[1]],
            "count",
            "inbound contacts per goal, proactive less others",
        ),
        difference_of_means(
            view.satisfaction[scored[0]],
            customers[scored[0]],
            view.satisfaction[scored[1]],
            customers[scored[1]],
            "score",
            "mean satisfaction, proactive less others",
        ),
        pd.DataFrame(
            {"inbound": n_in, "outbound": n_out, "proactive": proactive}, index=pd.RangeIndex(log.n_cases)
        ),
    )


def merged_contacts(view: GoalView, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Rows of the chosen events, those left out that go on with the one before (see DEFINITION)."""
    log = view.log
    rows = np.flatnonzero(chosen)
    case, time = log.case_of_event[rows], log.columns["time"][rows]
    merged = np.zeros(rows.size, bool)
    merged[1:] = (case[1:] == case[:-1]) & (time[1:] - time[:-1] <= MERGED_WITHIN)
    for column in ("channel", "record"):
        value = log.columns[column][rows]
        merged[1:] &= value[1:] == value[:-1]
    return rows[~merged]


def contacts_of_both(view: GoalView) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The events that begin a contact of the customer, and those that begin one of the company."""
    outbound = (view.log.columns["contact"] > 0) & (view.log.columns["actor"] == COMPANY)
    return merged_contacts(view, view.is_customer_contact), merged_contacts(view, outbound)


def _counts(
    view: GoalView,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Inbound and outbound contacts per case, and the moment of the first of each (far away if none)."""
    log, counts, firsts = view.log, [], []
    for rows in contacts_of_both(view):
        first = np.full(log.n_cases, np.iinfo(np.int64).max)
        np.minimum.at(first, log.case_of_event[rows], log.columns["time"][rows])
        counts.append(np.bincount(log.case_of_event[rows], minlength=log.n_cases))
        firsts.append(first)
    return counts[0], counts[1], firsts[0], firsts[1]
