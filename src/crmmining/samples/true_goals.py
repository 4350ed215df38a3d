"""The goals a study found in a sample beside the true ones, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmmining.eventlog.assignment_quality import UNASSIGNED

if TYPE_CHECKING:
    import pandas as pd

    from crmmining.eventlog.study import Study


def goals_beside_truth(study: Study) -> pd.DataFrame:
    """One row per event of a loaded sample, in the order of events.

    Columns: customer, time (microseconds), activity (code); instance, goal and rule (a code of
    `goal_walk.RULES`), found; true_instance and
    true_goal, as the maker of the sample wrote them down. -1 where there is none.
    """
    import pandas as pd

    events = pd.DataFrame(study.workspace.columns(_EVENTS))
    folder = study.declared.folder / "truth"
    goals = pd.read_csv(folder / "goals.csv", usecols=["goal_instance", "goal"])
    goals["true_goal"] = goals["goal"].map({name: code for code, name in enumerate(study.goals)})
    truth = pd.read_csv(folder / "goal_events.csv").merge(goals.drop(columns="goal"), on="goal_instance")
    truth["path"] = "exports/" + truth["file"]
    truth = truth.rename(columns={"goal_instance": "true_instance"})[
        ["path", "row", "true_instance", "true_goal"]
    ]
    found = events.merge(truth, on=["path", "row"], how="left").drop(columns=["path", "row"])
    return found.fillna(UNASSIGNED).astype("int64")


_EVENTS = """
    SELECT f.path, e.row, coalesce(e.customer, -1) AS customer, e.time, e.activity,
        coalesce(i.instance, -1) AS instance, coalesce(i.goal, -1) AS goal,
        coalesce(i.rule, -1) AS rule
    FROM customer_events e
    JOIN files f ON f.file = e.file
    LEFT JOIN event_goals i ON i.event = e.event
    ORDER BY e.event
"""
