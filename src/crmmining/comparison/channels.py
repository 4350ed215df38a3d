"""Channel switches: where customers must change the channel because the one before did not serve them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.findings import FEWEST_CASES, Finding, case_ids
from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import Estimate, share
from crmmining.eventlog.log import COMPANY
from crmmining.study.durations import DAY

if TYPE_CHECKING:
    import pandas as pd

FORCED_WITHIN = DAY
DEFINITION = (
    "Channel switch = two consecutive customer contacts of a goal on different channels. "
    "Forced = the second within 24 h, with no contact from the company in between (the first was not "
    "resolved), and neither of them a wanted step of the ideal journey (going on is no switch forced). "
    "After an activity = switches forced by it / how often it happened in the data at least 24 h before "
    "its end."
)


@dataclass(frozen=True, eq=False)
class ChannelSwitches:
    """Forced switches per activity and pair of channels.

    `pairs`: from_channel, to_channel, n, n_forced. `after`: per customer activity how often it forced
    the customer to another channel. `per_case`: switches of each goal, forced or not.
    """

    goal: str
    share_goals_forced: Estimate
    n_switches: int
    n_forced: int
    pairs: pd.DataFrame
    after: dict[str, Estimate]
    forced_cases: NDArray[np.bool_]
    per_case: NDArray[np.int64]
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """One row per pair of channels."""
        return self.pairs.copy()

    def __repr__(self) -> str:
        after = "; ".join(f"after “{name}” {estimate}" for name, estimate in self.after.items())
        return (
            f"ChannelSwitches({self.goal}: {self.n_forced:,} of {self.n_switches:,} forced, "
            f"in {self.share_goals_forced} of goals; {after})"
        )

    def _repr_html_(self) -> str:
        return self.pairs.to_html(index=False)

    def findings(self, view: GoalView) -> list[Finding]:
        """The activity that most often forces customers to another channel."""
        strong = [(name, e) for name, e in self.after.items() if e.n >= FEWEST_CASES and e.low > 0.2]
        if not strong or self.share_goals_forced.low < 0.02:
            return []
        name, estimate = max(strong, key=lambda pair: pair[1].value * pair[1].n)
        return [
            Finding(
                "channels",
                self.goal,
                f"After “{name}” {estimate.value:.0%} of customers change to another channel within a day",
                estimate,
                "The second contact costs the customer time and the company a call; "
                "the first channel counts it as nothing.",
                f"Mend what makes “{name}” happen, or let the customer go on where they are.",
                None,
                self.share_goals_forced.value * 0.5,
                case_ids(view.log.cases, self.forced_cases),
            )
        ]


def find_channel_switches(view: GoalView) -> ChannelSwitches | None:
    """Count switches; None where customers were seen on fewer than two channels."""
    import pandas as pd

    log, rows = view.log, contacts_on_channels(view)
    channel, case, time = log.columns["channel"][rows], log.case_of_event[rows], log.columns["time"][rows]
    if np.unique(channel).size < 2:
        return None
    switched = (case[1:] == case[:-1]) & (channel[1:] != channel[:-1])
    forced = _forced(view, rows, switched)
    names = np.array(log.names["channel"], object)
    frame = pd.DataFrame(
        {
            "from_channel": names[channel[:-1][switched]],
            "to_channel": names[channel[1:][switched]],
            "forced": forced[switched],
            "case": case[1:][switched],
        }
    )
    pairs = (
        frame.groupby(["from_channel", "to_channel"])
        .agg(n=("forced", "size"), n_forced=("forced", "sum"), n_goals=("case", "nunique"))
        .reset_index()
    )
    goals = np.zeros(log.n_cases, bool)
    goals[case[1:][forced]] = True
    activity = log.columns["activity"][rows]
    long_seen = time <= log.horizon - FORCED_WITHIN
    seen = np.bincount(activity[long_seen], minlength=len(log.activities))
    forcing = np.bincount(activity[:-1][forced & long_seen[:-1]], minlength=len(log.activities))
    after = {
        log.activities[a]: share(
            int(forcing[a]),
            int(seen[a]),
            f"“{log.activities[a]}” followed by a forced switch / all of them",
        )
        for a in np.flatnonzero(forcing)
    }
    return ChannelSwitches(
        view.goal,
        share(int(goals.sum()), log.n_cases, "goals with a forced channel switch"),
        int(switched.sum()),
        int(forced.sum()),
        pairs.sort_values(["n_forced", "from_channel"], ascending=[False, True], ignore_index=True),
        dict(sorted(after.items(), key=lambda pair: -pair[1].value * pair[1].n)),
        goals,
        np.bincount(case[1:][switched], minlength=log.n_cases),
    )


def forced_switches(view: GoalView) -> NDArray[np.int64]:
    """The events after which the customer was forced to another channel."""
    rows = contacts_on_channels(view)
    channel, case = view.log.columns["channel"][rows], view.log.case_of_event[rows]
    switched = (case[1:] == case[:-1]) & (channel[1:] != channel[:-1])
    return rows[:-1][_forced(view, rows, switched)]


def contacts_on_channels(view: GoalView) -> NDArray[np.int64]:
    """The events in which the customer turns to the company on a channel that is known."""
    return np.flatnonzero(view.is_customer_contact & (view.log.columns["channel"] >= 0))


def _forced(view: GoalView, rows: NDArray[np.int64], switched: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which switches from one contact to the next were forced."""
    log, time = view.log, view.log.columns["time"][rows]
    answers = np.cumsum((log.columns["contact"] > 0) & (log.columns["actor"] == COMPANY))
    seeking = ~view.is_progress[rows]
    return np.asarray(
        switched
        & seeking[1:]
        & seeking[:-1]
        & (time[1:] - time[:-1] <= FORCED_WITHIN)
        & (answers[rows[1:]] == answers[rows[:-1]])
    )
