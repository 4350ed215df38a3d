"""One case per customer goal: which events belong to which attempt, and how it came out.

The customers are walked in parts, each walk seeing only its own rows; what they return is put into the
tables goal_facts and event_goals. How a goal came out is decided on reading (the view `goals`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.engine import Columns, Engine
from crmmining.engine.schema import MOST_GOALS
from crmmining.engine.workspace import Workspace
from crmmining.eventlog.goal_events import (
    Walkable,
    by_attributes,
    goal_rows,
    goal_rules,
    included_goals,
    walkable,
)
from crmmining.eventlog.goal_kernel import NEVER
from crmmining.eventlog.goal_walk import GoalRules, Walk, walk_customers
from crmmining.study.durations import DAY
from crmmining.study.study_file import StudyFile

FEWEST_GAPS = 30
UNFITTED_SILENCE = 60 * DAY
_MADE = ("goal_facts", "goal_margins")


@dataclass(frozen=True)
class Silence:
    """How long a goal may be silent before it counts as given up, and where that comes from."""

    microseconds: int
    n_goals: int
    declared: bool

    @property
    def fitted(self) -> bool:
        """Whether it was fitted on enough reached goals."""
        return not self.declared and self.n_goals >= FEWEST_GAPS


@dataclass(frozen=True, eq=False)
class GoalWalk:
    """What is done with a part of the rows of `goal_rows`; can be sent to where the rows are.

    `silence` (n_goals) in microseconds; `fitted` (n_goals) the column of a goal whose silence is fitted,
    else -1.
    """

    rules: GoalRules
    included: NDArray[np.int64]
    n_attributes: int
    silence: NDArray[np.int64]
    fitted: NDArray[np.int64]

    def pauses(self, rows: Columns) -> dict[str, Columns]:
        """The longest pause inside each reached goal of a type whose silence is fitted."""
        return self.pauses_in(self.ready(rows))

    def goals(self, rows: Columns) -> dict[str, Columns]:
        """The goals, which events belong to them, and the silences that would change nothing."""
        return self.goals_in(self.ready(rows))

    def ready(self, rows: Columns) -> Walkable:
        """The rows as both walks need them."""
        return walkable(rows, self.included, self.n_attributes)

    def pauses_in(self, found: Walkable) -> dict[str, Columns]:
        """As `pauses`, of rows made ready."""
        walk = self._walk(found)
        customer = np.repeat(found.customers, np.diff(walk.offsets))
        keep: NDArray[np.bool_] = (walk.longest >= 0) & (walk.reached >= 0) & (self.fitted[walk.goal] >= 0)
        pauses: Columns = {"customer": customer, "goal": walk.goal, "longest": walk.longest}
        return {"goal_pauses": {name: values[keep] for name, values in pauses.items()}}

    def goals_in(self, found: Walkable) -> dict[str, Columns]:
        """As `goals`, of rows made ready."""
        walk = self._walk(found)
        n_goals = np.diff(walk.offsets)
        customer = np.repeat(found.customers, n_goals)
        number = np.arange(walk.goal.size) - np.repeat(walk.offsets[:-1], n_goals)
        instance = customer * MOST_GOALS + number
        assigned = np.flatnonzero(walk.instance >= 0)
        of = walk.instance[assigned]
        facts: Columns = {"instance": instance, "goal": walk.goal, "customer": customer, "number": number + 1}
        first = np.full(walk.goal.size, -1, np.int64)
        first[of[::-1]] = assigned[::-1]  # of those that come again the last, which is the first, stays
        times = {name: getattr(walk, name) for name in ("begun", "last", "reached", "ended")}
        return {
            "goal_facts": {**facts, "by_code": walk.by, "started": found.started[first], **times},
            "event_goals": {
                "event": found.events[assigned],
                "instance": instance[of],
                "goal": walk.goal[of],
                "time": found.lives.time[assigned],
                "activity": found.lives.kind[assigned] >> 1,
                "rule": walk.rule[assigned],
            },
            "goal_margins": self._margins(found, walk),
        }

    def _walk(self, found: Walkable) -> Walk:
        return walk_customers(found.lives, found.records, self.rules, self.silence, fitted=self.fitted)

    def _margins(self, found: Walkable, walk: Walk) -> Columns:
        """Only the margins that are not boundless."""
        row, column = np.nonzero((walk.low > 0) | (walk.high < NEVER))
        goals = np.flatnonzero(self.fitted >= 0)
        return {
            "customer": found.customers[row],
            "goal": goals[column],
            "low": walk.low[row, column],
            "high": walk.high[row, column],
        }


def build_goals(engine: Engine, study: StudyFile) -> None:
    """Fill the tables of goals for all customers.

    Where a goal's silence is `auto`, τ is the P95 over its reached goals of the longest pause inside
    each, pauses that end in an opening activity aside (they may be between two attempts). So 95 % of
    the goals that were reached would not have been mistaken for abandoned.
    """
    if not study.goals:
        return
    rows, walk = goal_rows(engine, study, touched=False), _first_walk(engine, study)
    if (walk.fitted >= 0).any():
        engine.append_parts(walk.pauses, rows, by="customer")
    silences = _silences(engine, study)
    _store_silences(engine, study, silences)
    engine.append_parts(_second_walk(walk, silences).goals, rows, by="customer")
    engine.drop("by_values")


def rebuild_goals(workspace: Workspace, study: StudyFile) -> None:
    """The same where it may differ: for touched customers, and those whose margins a new silence leaves.

    The latter are added to the working table touched_customers.
    """
    if not study.goals:
        return
    workspace.run(f"DELETE FROM goal_pauses WHERE {_TOUCHED}")
    walk = _first_walk(workspace, study)
    lives = _TouchedLives(workspace, study, walk)
    if (walk.fitted >= 0).any():
        lives.append(walk.pauses_in)
    silences = _silences(workspace, study)
    workspace.run("DELETE FROM silences")
    _store_silences(workspace, study, silences)
    if workspace.value(f"SELECT count(*) FROM ({_LEFT}) l"):
        workspace.run(f"INSERT INTO touched_customers {_LEFT}")
        lives = _TouchedLives(workspace, study, walk)
    for table in _MADE:
        workspace.run(f"DELETE FROM {table} WHERE {_TOUCHED}")
    workspace.run(f"DELETE FROM event_goals WHERE instance // {MOST_GOALS} IN ({_TOUCHED_ONES})")
    lives.append(_second_walk(walk, silences).goals_in)
    workspace.drop("by_values", "walked_keys", "walked_records")


class _TouchedLives:
    """What the touched customers did; where it fits into memory, made ready once for both walks."""

    def __init__(self, workspace: Workspace, study: StudyFile, walk: GoalWalk) -> None:
        self._workspace, self._ready = workspace, walk.ready
        self._rows = goal_rows(workspace, study, touched=True)
        self._whole: list[Walkable] = []

    def append(self, made_of: Callable[[Walkable], dict[str, Columns]]) -> None:
        """Add to tables, by name, what is made of the lives."""
        parts = self._whole or self._workspace.map_parts(self._ready, self._rows, by="customer")
        for n, found in enumerate(parts):
            self._whole = [found] if n == 0 else []
            for name, columns in made_of(found).items():
                self._workspace.insert(name, columns)


_TOUCHED_ONES = "SELECT customer FROM touched_customers"
_TOUCHED = f"customer IN ({_TOUCHED_ONES})"
_LEFT = f"""
    SELECT DISTINCT m.customer
    FROM goal_margins m JOIN silences s ON s.goal = m.goal
    WHERE NOT s.declared AND NOT (m.low <= s.silence AND s.silence < m.high)
        AND NOT m.{_TOUCHED}
"""


def _first_walk(engine: Engine, study: StudyFile) -> GoalWalk:
    declared = [goal.silence.microseconds() if goal.silence else None for goal in study.goals.values()]
    fitted = np.array([tau is None for tau in declared])
    return GoalWalk(
        goal_rules(engine, study),
        included_goals(study),
        len(by_attributes(study)),
        np.array([NEVER if tau is None else tau for tau in declared], np.int64),
        np.where(fitted, np.cumsum(fitted) - 1, -1),
    )


def _second_walk(walk: GoalWalk, silences: list[Silence]) -> GoalWalk:
    return replace(walk, silence=np.array([s.microseconds for s in silences], np.int64))


def _silences(engine: Engine, study: StudyFile) -> list[Silence]:
    found = []
    for g, goal in enumerate(study.goals.values()):
        if goal.silence:
            found.append(Silence(goal.silence.microseconds(), 0, declared=True))
            continue
        n, p95 = engine.rows(_FITTED, [g])[0]
        found.append(Silence(p95 if n >= FEWEST_GAPS else UNFITTED_SILENCE, n, declared=False))
    return found


_FITTED = """
    SELECT count(*), CAST(percentile_disc(0.95) WITHIN GROUP (ORDER BY longest) AS BIGINT)
    FROM goal_pauses
    WHERE goal = ?
"""


def _store_silences(engine: Engine, study: StudyFile, silences: list[Silence]) -> None:
    settle = [goal.settled_after.microseconds() if goal.settled_after else 0 for goal in study.goals.values()]
    engine.insert(
        "silences",
        {
            "goal": list(range(len(silences))),
            "silence": [s.microseconds for s in silences],
            "settle": settle,
            "n_goals": [s.n_goals for s in silences],
            "declared": [s.declared for s in silences],
        },
    )
