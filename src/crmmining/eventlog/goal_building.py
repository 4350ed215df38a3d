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
from crmmining.eventlog.goal_changes import take_out, write_changes
from crmmining.eventlog.goal_events import (
    WORKING,
    Walkable,
    by_attributes,
    goal_rows,
    goal_rules,
    included_goals,
    walkable,
)
from crmmining.eventlog.goal_kernel import NEVER
from crmmining.eventlog.goal_walk import GoalRules, PairLimits, Walk, walk_customers
from crmmining.eventlog.silences import Silence, fit_silences, pair_limits, store_silences
from crmmining.study.durations import Duration
from crmmining.study.study_file import StudyFile

_OF_GOALS = ("goal_pauses", "goal_gaps", "goal_facts", "event_goals", "goal_margins")


@dataclass(frozen=True, eq=False)
class GoalWalk:
    """What is done with a part of the rows of `goal_rows`; can be sent to where the rows are.

    `silence` (n_goals) in microseconds; `fitted` (n_goals) the column of a goal whose silence is fitted
    on reached goals, else -1; `gauged` (n_goals) whether it is fitted on all pauses; `pairs` the silences
    of pairs of activities, once they are known.
    """

    rules: GoalRules
    included: NDArray[np.int64]
    n_attributes: int
    silence: NDArray[np.int64]
    fitted: NDArray[np.int64]
    gauged: NDArray[np.bool_]
    pairs: PairLimits | None = None

    @property
    def measures(self) -> bool:
        """Whether any silence is fitted."""
        return bool((self.fitted >= 0).any() or self.gauged.any())

    def pauses(self, rows: Columns) -> dict[str, Columns]:
        """What silences are fitted on: the longest pause in each reached goal, or every pause there is."""
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
        keep: NDArray[np.bool_] = (walk.longest >= 0) & (walk.reached != -1) & (self.fitted[walk.goal] >= 0)
        pauses: Columns = {"customer": customer, "goal": walk.goal, "longest": walk.longest}
        found_pauses = {"goal_pauses": {name: values[keep] for name, values in pauses.items()}}
        return found_pauses | ({"goal_gaps": self._gaps(found, walk)} if self.gauged.any() else {})

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
        return walk_customers(
            found.lives, found.records, self.rules, self.silence, fitted=self.fitted, pairs=self.pairs
        )

    def _gaps(self, found: Walkable, walk: Walk) -> Columns:
        """Each pause between two events of one goal, with the activities it lies between."""
        rows = np.flatnonzero(walk.instance >= 0)
        rows = rows[self.gauged[walk.goal[walk.instance[rows]]]]
        rows = rows[np.argsort(walk.instance[rows], kind="stable")]
        same = walk.instance[rows[1:]] == walk.instance[rows[:-1]]
        before, after = rows[:-1][same], rows[1:][same]
        customer = np.repeat(found.customers, np.diff(found.lives.offsets))
        return {
            "customer": customer[after],
            "goal": walk.goal[walk.instance[after]],
            "before": found.lives.kind[before] >> 1,
            "after": found.lives.kind[after] >> 1,
            "gap": found.lives.time[after] - found.lives.time[before],
        }

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
    the goals that were reached would not have been mistaken for abandoned. Where nobody said what opens a
    goal, it is the P95 of all pauses; where pairs of activities are asked for, each pair has its own.
    """
    if not study.goals:
        return
    rows, walk = goal_rows(engine, study, touched=False), _first_walk(engine, study)
    if walk.measures:
        engine.append_parts(walk.pauses, rows, by="customer")
    silences = fit_silences(engine, study)
    store_silences(engine, study, silences)
    engine.append_parts(_second_walk(engine, walk, silences).goals, rows, by="customer")
    engine.drop(*WORKING)


def rebuild_goals(workspace: Workspace, study: StudyFile) -> None:
    """The same where it may differ: for touched customers, and those whose margins a new silence leaves.

    The latter are added to the working table touched_customers.
    """
    if not study.goals:
        return
    walk = _first_walk(workspace, study)
    if walk.gauged.any():  # one more pause moves the silences of everybody
        workspace.run(f"INSERT INTO touched_customers {_EVERYBODY_ELSE}")
    lives = _TouchedLives(workspace, study, walk)
    if walk.measures:
        lives.write(walk.pauses_in)
    silences = fit_silences(workspace, study)
    for table in ("silences", "pair_silences"):
        workspace.run(f"DELETE FROM {table}")
    store_silences(workspace, study, silences)
    if workspace.value(f"SELECT count(*) FROM ({_LEFT}) l"):
        workspace.run(f"INSERT INTO touched_customers {_LEFT}")
        lives = _TouchedLives(workspace, study, walk)
    lives.write(_second_walk(workspace, walk, silences).goals_in)
    workspace.drop(*WORKING)


class _TouchedLives:
    """What the touched customers did; where it fits into memory, made ready once for both walks."""

    def __init__(self, workspace: Workspace, study: StudyFile, walk: GoalWalk) -> None:
        self._workspace, self._ready = workspace, walk.ready
        self._rows = goal_rows(workspace, study, touched=True)
        self._whole: list[Walkable] = []

    def write(self, made_of: Callable[[Walkable], dict[str, Columns]]) -> None:
        """Put what is made of the lives into its tables, in the place of what was made of them before."""
        parts = self._whole or self._workspace.map_parts(self._ready, self._rows, by="customer")
        lifeless = self._workspace.columns(_TOUCHED_ONES)["customer"]
        for n, found in enumerate(parts):
            self._whole = [found] if n == 0 else []
            write_changes(self._workspace, made_of(found), found.customers)
            lifeless = lifeless[np.isin(lifeless, found.customers, invert=True, kind="table")]
        if lifeless.size:
            take_out(self._workspace, _OF_GOALS, lifeless)


_TOUCHED_ONES = "SELECT customer FROM touched_customers"
_TOUCHED = f"customer IN ({_TOUCHED_ONES})"
_EVERYBODY_ELSE = f"SELECT customer FROM customers WHERE NOT {_TOUCHED}"
_LEFT = f"""
    SELECT DISTINCT m.customer
    FROM goal_margins m JOIN silences s ON s.goal = m.goal
    WHERE NOT s.declared AND NOT (m.low <= s.silence AND s.silence < m.high)
        AND NOT m.{_TOUCHED}
"""


def _first_walk(engine: Engine, study: StudyFile) -> GoalWalk:
    goals = study.goals.values()
    declared = [g.silence.microseconds() if isinstance(g.silence, Duration) else None for g in goals]
    fitted = np.array([tau is None and bool(g.opened_by) for tau, g in zip(declared, goals, strict=True)])
    return GoalWalk(
        goal_rules(engine, study),
        included_goals(study),
        len(by_attributes(study)),
        np.array([NEVER if tau is None else tau for tau in declared], np.int64),
        np.where(fitted, np.cumsum(fitted) - 1, -1),
        np.array([g.gauged for g in goals]),
    )


def _second_walk(engine: Engine, walk: GoalWalk, silences: list[Silence]) -> GoalWalk:
    found = np.array([s.microseconds for s in silences], np.int64)
    return replace(walk, silence=found, pairs=pair_limits(engine, silences, walk.rules.opens.size))
