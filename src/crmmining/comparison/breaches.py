"""Promises case by case: which are broken, which are about to be, and what is owed to whom by whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_view import GoalView
from crmmining.eventlog.filters import events_named
from crmmining.mining.promises import BROKEN, UNDECIDED, PromiseResult

if TYPE_CHECKING:
    import pandas as pd

NEAR = 0.8
NOBODY = {"owner": "(nobody)", "process": "(none)", "currency": ""}
DEFINITION = (
    "Broken = answered after the limit, or not answered within it in a goal that was reached or given up. "
    "Past = still waited for at the end of the data, past the limit (broken too). Near = waited for, "
    f"{NEAR:.0%} of the limit used up. Waiting = waited for, less than that. Elapsed, limit and left are on "
    "the clock of the promise; owed is what the study file says is paid for a broken one. Process = where "
    "the answer is most often given."
)
STATES = ("broken", "past", "near", "waiting")


@dataclass(frozen=True, eq=False)
class Breaches:
    """The promises of a goal that are not simply kept, the most urgent first.

    `table`: a row per promise made and not kept: state, case, customer, promise, owner, process, since
    (microseconds), elapsed, limit, left (microseconds; below zero when past), owed, currency. `owners`: how
    many of each state per owner, process and currency, and what is owed.
    """

    goal: str
    table: pd.DataFrame
    owners: pd.DataFrame
    definition: str = DEFINITION

    def __len__(self) -> int:
        return len(self.table)

    @property
    def at_risk(self) -> pd.DataFrame:
        """What can still be acted on: waited for, past the limit or near it."""
        return self.table[self.table["state"].isin(("past", "near"))]

    def to_frame(self) -> pd.DataFrame:
        """The table with times as timestamps and lengths as Timedelta."""
        import pandas as pd

        from crmmining.eventlog.timedeltas import with_timedeltas

        frame = with_timedeltas(self.table, ("elapsed", "limit", "left"))
        frame["since"] = pd.to_datetime(frame["since"], unit="us", utc=True)
        return frame

    def __repr__(self) -> str:
        counts = self.table["state"].value_counts()
        return f"Breaches({self.goal}: " + ", ".join(f"{counts.get(s, 0):,} {s}" for s in STATES) + ")"

    def _repr_html_(self) -> str:
        return self.owners.to_html(index=False)


def list_breaches(view: GoalView) -> Breaches | None:
    """Every promise not kept, case by case; None where no promise was made."""
    import pandas as pd

    if not view.promises.results:
        return None
    table = pd.concat([_of(view, result) for result in view.promises.results], ignore_index=True)
    table["state"] = pd.Categorical(table["state"], ["past", "near", "waiting", "broken"], ordered=True)
    table = table.sort_values(["state", "left", "case", "promise"], kind="stable", ignore_index=True)
    table["state"] = table["state"].astype(object)
    return Breaches(view.goal, table, _by_owner(table))


def _of(view: GoalView, result: PromiseResult) -> pd.DataFrame:
    import pandas as pd

    instances = result.instances
    state, until = instances["state"].to_numpy(), instances["until"].to_numpy(np.int64)
    waited = (until == -1) & _still_waits(view, instances)
    shown = (state == BROKEN) | ((state == UNDECIDED) & waited)
    part = instances[shown]
    limit, elapsed = view.clock.length(result.limit), part["elapsed"].to_numpy(np.int64)
    late, waits = state[shown] == BROKEN, waited[shown]
    near = elapsed >= NEAR * limit
    cases = view.log.cases.iloc[part["case"].to_numpy(np.int64)]
    amount = None if result.owed is None else result.owed / max(int((state == BROKEN).sum()), 1)
    named = "customer_key" if "customer_key" in cases else "case"
    return pd.DataFrame(
        {
            "state": np.select([late & waits, late, near], ["past", "broken", "near"], "waiting"),
            "case": cases["case"].to_numpy(),
            "customer": cases[named].to_numpy(),
            "promise": result.name,
            "owner": result.owner,
            "process": _process_of(view, result),
            "since": part["since"].to_numpy(np.int64),
            "elapsed": elapsed,
            "limit": limit,
            "left": limit - elapsed,
            "owed": np.nan if amount is None else np.where(late, amount, 0.0),
            "currency": result.currency,
        }
    )


def _still_waits(view: GoalView, instances: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether the goal is not given up, and not reached since the promise was made."""
    case, since = instances["case"].to_numpy(np.int64), instances["since"].to_numpy(np.int64)
    waits = np.asarray(view.outcome[case] != 1)
    for column in ("reached", "given_up"):
        if column in view.log.cases:
            moment = view.log.cases[column].to_numpy(np.int64)[case]
            waits &= (moment == -1) | (moment < since)
    return waits


def _process_of(view: GoalView, result: PromiseResult) -> str | None:
    """The process in whose records most answers stand, or most questions where nobody ever answered."""
    log = view.log
    for name in (result.until, result.since):
        process = log.columns["process"][events_named(log, [name])]
        counts = np.bincount(process[process >= 0], minlength=1)
        if counts.any():
            return view.study.processes[int(counts.argmax())]
    return None


def _by_owner(table: pd.DataFrame) -> pd.DataFrame:
    """A row per owner, process and currency, most owed first; no amount where none is declared."""
    import pandas as pd

    keys = [table[name].fillna(of).rename(name) for name, of in NOBODY.items()]
    found = pd.crosstab(keys, table["state"]).reindex(columns=list(STATES), fill_value=0)
    found["owed"] = table.groupby(keys)["owed"].sum(min_count=1)
    found = found.reset_index()
    found.columns.name = None
    return found.sort_values(
        ["owed", "broken", "owner", "process"],
        ascending=[False, False, True, True],
        na_position="last",
        ignore_index=True,
    )
