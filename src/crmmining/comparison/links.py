"""Link matrix: which process serves which stage of the journey, and what serves none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_view import GoalView
from crmmining.eventlog.turns import COMPANY_TURN

if TYPE_CHECKING:
    import pandas as pd

NO_STAGE, NO_PROCESS = "(no stage)", "(no process)"
DEFINITION = (
    "An event belongs to the stage of the ideal journey that has its activity, and to the process of its "
    "record; the time since the event before it goes with it. Rows add up to the journey, columns to the "
    "processes. The last row is work that serves no stage, the last column time and events no process owns."
)


@dataclass(frozen=True, eq=False)
class LinkMatrix:
    """Stages × processes. Each table has a row per stage and a column per process, with remainders.

    `events`, `touchpoints` (events the customer meets), `minutes` on the customer's clock, `waiting`
    (the minutes in which it was the company's turn).
    """

    goal: str
    events: pd.DataFrame
    touchpoints: pd.DataFrame
    minutes: pd.DataFrame
    waiting: pd.DataFrame
    definition: str = DEFINITION

    def to_frame(self) -> pd.DataFrame:
        """Long form: stage, process, events, touchpoints, minutes, waiting."""
        tables = {
            "events": self.events,
            "touchpoints": self.touchpoints,
            "minutes": self.minutes,
            "waiting": self.waiting,
        }
        import pandas as pd

        return (
            pd.concat({name: table.stack() for name, table in tables.items()}, axis=1)
            .rename_axis(["stage", "process"])
            .reset_index()
        )

    def __repr__(self) -> str:
        return f"LinkMatrix({self.goal}), events\n{self.events.to_string()}"

    def _repr_html_(self) -> str:
        return self.events.to_html()


def link_stages(view: GoalView) -> LinkMatrix:
    """Count what each stage and each process share; without an ideal journey all is one stage."""
    import pandas as pd

    log = view.log
    stages = [stage.name for stage in view.journey.stages] if view.journey else []
    stage_of = (
        {step: stages.index(view.journey.stage_of(step).name) for step in view.journey.activities}
        if view.journey
        else {}
    )
    row = np.array([stage_of.get(name, len(stages)) for name in log.activities])[log.columns["activity"]]
    n_processes = len(view.study.processes)
    column = np.where(log.columns["process"] >= 0, log.columns["process"], n_processes).astype(np.int64)
    time, case = log.columns["time"], log.case_of_event
    same = np.concatenate([[False], case[1:] == case[:-1]])
    until = np.minimum(time, log.ended[case])
    length = np.where(same, np.maximum(until - np.minimum(np.roll(time, 1), log.ended[case]), 0), 0) / 60e6
    turned = np.where(same, np.roll(view.turns, 1), -1)
    index, names = [*stages, NO_STAGE], [*view.study.processes, NO_PROCESS]

    def table(weights: NDArray[np.float64]) -> pd.DataFrame:
        sums = np.bincount(row * len(names) + column, weights, minlength=len(index) * len(names))
        return pd.DataFrame(sums.reshape(len(index), len(names)), index=index, columns=names)

    ones = np.ones(log.n_events)
    return LinkMatrix(
        view.goal,
        table(ones).astype(int),
        table((log.columns["visible"] > 0).astype(float)).astype(int),
        table(length),
        table(np.where(turned == COMPANY_TURN, length, 0.0)),
    )
