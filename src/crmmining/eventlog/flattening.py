"""The flattening report: what each case notion leaves out, doubles and mixes.

Source: van der Aalst, Object-Centric Process Mining: Dealing with Divergence and Convergence in Event
Data (SEFM 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crmmining.engine.engine import Engine
from crmmining.study.study_file import StudyFile

if TYPE_CHECKING:
    import pandas as pd

_OF_PROCESS = """
    SELECT count(DISTINCT record), count(*)
    FROM events JOIN records r USING (record)
    WHERE r.process = ?
"""
_OF_GOAL = """
    SELECT count(DISTINCT instance), count(*)
    FROM event_goals JOIN goal_facts g USING (instance)
    WHERE g.goal = ?
"""
_DIVERGENT = """
    SELECT count(*)
    FROM (
        SELECT e.activity, count(DISTINCT e.record) AS n_records, count(*) AS n
        FROM events e
        JOIN event_goals USING (event)
        JOIN goal_facts g USING (instance)
        WHERE g.goal = ? AND e.record IS NOT NULL
        GROUP BY instance, e.activity
        HAVING count(DISTINCT e.record) > 1
    )
"""


@dataclass(frozen=True, eq=False)
class Flattening:
    """One row per case notion: kind, name, n_cases, n_events, deficiency, convergence, divergence.

    *deficiency*: events in no case of any process (or of any goal), the same for every row of a kind.
    *convergence*: copies of events counted in more than one case; 0 here by construction, since an event
    has one record and one goal. *divergence*: (case, activity) pairs repeated from different records.
    """

    table: pd.DataFrame
    n_events: int

    def to_frame(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()

    def __repr__(self) -> str:
        return self.table.to_string(index=False)

    def _repr_html_(self) -> str:
        return self.table.to_html(index=False)


def flattening(workspace: Engine, study: StudyFile) -> Flattening:
    """Count, per process and per goal, what flattening to that notion costs."""
    import pandas as pd

    total = workspace.value("SELECT count(*) FROM events")
    rows = []
    no_process = total - workspace.value(
        "SELECT count(*) FROM events JOIN records USING (record) WHERE process IS NOT NULL"
    )
    for code, name in enumerate(study.processes):
        n_cases, n_events = workspace.rows(_OF_PROCESS, [code])[0]
        rows.append(("process", name, n_cases, n_events, no_process, 0, 0))
    no_goal = workspace.value("SELECT count(*) FROM events ANTI JOIN event_goals USING (event)")
    for code, name in enumerate(study.goals):
        n_cases, n_events = workspace.rows(_OF_GOAL, [code])[0]
        rows.append(("journey", name, n_cases, n_events, no_goal, 0, workspace.value(_DIVERGENT, [code])))
    names = ["kind", "name", "n_cases", "n_events", "deficiency", "convergence", "divergence"]
    return Flattening(pd.DataFrame(rows, columns=names), total)
