"""Personas: groups of customers found from what they do, named by what sets them apart."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison import clusters
from crmmining.comparison.case_measures import REACHED, SATISFACTION
from crmmining.comparison.clusters import Clusters, find_clusters
from crmmining.comparison.findings import Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.comparison.group_differences import DIFFERS, differences
from crmmining.comparison.persona_features import DEFINITION as OF_FEATURES
from crmmining.comparison.persona_features import Customers, persona_features
from crmmining.comparison.persona_table import DEFINITION as OF_TABLE
from crmmining.comparison.persona_table import persona_table, whole_row
from crmmining.comparison.segments import estimate_of, set_against, weight_of

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.comparison.views import Views

SEGMENT = "persona found"
DEFINITION = (
    f"{clusters.DEFINITION} {OF_FEATURES} {OF_TABLE} Differs in: goals reached and satisfaction against the "
    "others, by the rule for segments."
)


@dataclass(frozen=True, eq=False)
class Personas:
    """The groups, one row each in `table`, the largest first; an empty table where none are found.

    `table`: persona (a letter), sets_apart (in words), n (customers), n_goals (decided), share of customers,
    reached, others (the share of theirs reached), satisfaction, differs_in, segments; `all_together` is the
    row of all customers as one. `case_persona` is per case its letter, None for undecided goals.
    `differences` sets goals reached and satisfaction against the others. `clusters` says how clear and
    stable the groups are, or why there are none.
    """

    goal: str
    table: pd.DataFrame
    clusters: Clusters
    case_persona: NDArray[np.object_]
    differences: pd.DataFrame
    all_together: pd.DataFrame

    @property
    def verdict(self) -> str:
        """Whether there are groups, in a sentence."""
        found = self.clusters
        if found.label is None:
            return f"No stable groups: {found.reason}."
        return (
            f"{found.k} stable groups: adjusted Rand under resampling {found.stability:.2f}, silhouette "
            f"{found.silhouette:.2f} (at most {found.without:.2f} in a world without groups)."
        )

    @property
    def definition(self) -> str:
        """What was found, and how it was looked for."""
        return f"{self.verdict} {DEFINITION}"

    def to_frame(self) -> pd.DataFrame:
        """One row per group; where there is none, one of all customers that says so."""
        return self.table.copy() if self.clusters.k else self.all_together

    def __repr__(self) -> str:
        rows = "" if self.table.empty else f"\n{self.table.to_string(index=False)}"
        return f"Personas({self.goal}: {self.verdict}){rows}"

    def _repr_html_(self) -> str:
        return f"<p>{self.verdict}</p>{self.table.to_html(index=False)}"

    def findings(self, view: GoalView) -> list[Finding]:
        """Each group whose goals are reached less often, or who are less satisfied, than the others."""
        worse = self.differences
        worse = worse[(worse["evidence"] == DIFFERS) & (worse["difference"] < 0)]
        found = []
        for letter, rows in worse.groupby("value", sort=True):
            first = next(rows.sort_values("size", ascending=False).itertuples(index=False))
            apart = self.table.set_index("persona").loc[letter, "sets_apart"]
            mine = self.case_persona == letter
            lost = mine & (view.outcome == 1) if first.measure == REACHED else mine
            found.append(
                Finding(
                    "personas",
                    self.goal,
                    f"A group of customers on “{self.goal}” fares worse, {set_against(first)} of the others; "
                    f"what sets it apart: {apart}",
                    estimate_of(first),
                    "The group was found from what customers do, not from how it came out. An association: "
                    "what they do may be the reason, or come of it.",
                    "Look at the cases below for what made these customers do so, and mend that first.",
                    view.declared.goals[self.goal].owner,
                    weight_of(first, view.log.n_cases),
                    case_ids(view.log.cases, lost),
                )
            )
        return found


def find_personas(views: Views) -> Personas:
    """Look for groups among the customers who have a decided goal."""
    view = views.view
    customers = Customers.of(view)
    features = persona_features(view, views.case_measures, customers)
    forming = [f.scaled for f in features if f.forms_groups]
    points = np.stack(forming, axis=1) if forming else np.zeros((customers.n, 0))
    found = find_clusters(points)
    outcomes = [m for m in views.case_measures if m.name in (REACHED, SATISFACTION)]
    labels = np.full(view.log.n_cases, None, object)
    if found.label is not None:
        letters = np.array([*ascii_uppercase[: found.k], None], object)
        own = np.where(customers.row_of_case >= 0, found.label[customers.row_of_case], found.k)
        labels = letters[own]
    compared = differences(outcomes, view.customers, {SEGMENT: labels} if found.k else {})
    table = persona_table(view, features, found, labels, compared)
    whole = whole_row(outcomes, customers, f"no stable groups: {found.reason}")
    return Personas(view.goal, table, found, labels, compared, whole)
