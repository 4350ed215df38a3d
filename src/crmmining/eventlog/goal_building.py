"""One case per customer goal: which events belong to which attempt, and how it came out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.engine.workspace import Workspace
from crmmining.eventlog.goal_events import GoalEvents, load_goal_events
from crmmining.eventlog.goal_kernel import NEVER, walk_customers
from crmmining.study.durations import DAY
from crmmining.study.study_file import StudyFile

FEWEST_GAPS = 30
UNFITTED_SILENCE = 60 * DAY
REACHED, ABANDONED, OPEN = range(3)


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


def build_goals(workspace: Workspace, study: StudyFile) -> dict[str, Silence]:
    """Fill the tables goals and event_goals; returns the silence used per goal type.

    Where a goal's silence is `auto`, τ is the P95 over its reached goals of the longest pause inside
    each, pauses that end in an opening activity aside (they may be between two attempts). So 95 % of
    the goals that were reached would not have been mistaken for abandoned.
    """
    if not study.goals:
        return {}
    events = load_goal_events(workspace, study)
    settle = np.array(
        [goal.settled_after.microseconds() if goal.settled_after else 0 for goal in study.goals.values()],
        np.int64,
    )
    declared = [goal.silence.microseconds() if goal.silence else None for goal in study.goals.values()]
    first_pass = np.array([tau if tau is not None else NEVER for tau in declared], np.int64)
    found = _walk(events, first_pass, settle)
    silences = [
        Silence(tau, 0, declared=True) if tau is not None else _fitted(events, found, g)
        for g, tau in enumerate(declared)
    ]
    if any(tau is None for tau in declared):
        found = _walk(events, np.array([s.microseconds for s in silences], np.int64), settle)
    _store(workspace, events, found, silences, settle)
    return dict(zip(study.goals, silences, strict=True))


@dataclass(frozen=True, eq=False)
class _Found:
    instance: NDArray[np.int32]
    rule: NDArray[np.int8]
    goal: NDArray[np.int32]
    by: NDArray[np.int32]
    begun: NDArray[np.int64]
    last: NDArray[np.int64]
    reached: NDArray[np.int64]
    ended: NDArray[np.int64]


def _walk(events: GoalEvents, silence: NDArray[np.int64], settle: NDArray[np.int64]) -> _Found:
    bits = events.bits
    return _Found(
        *walk_customers(
            events.order.rows,
            events.order.offsets,
            events.time,
            events.record,
            events.by,
            bits["candidates"],
            bits["opens"],
            bits["reaches"],
            bits["ends"],
            events.contact,
            events.closed,
            events.link_offsets,
            events.linked,
            silence,
            settle,
            events.uses_by,
            events.closed.size,
        )
    )


def _fitted(events: GoalEvents, found: _Found, g: int) -> Silence:
    """P95 over reached goals of the longest pause that does not end in an opening activity."""
    rows = events.order.rows
    mine = rows[(found.instance[rows] >= 0)]
    instance = found.instance[mine].astype(np.int64)
    order = np.argsort(instance, kind="stable")
    mine, instance = mine[order], instance[order]
    reached = found.reached[instance]
    counts = (found.goal[instance] == g) & (reached >= 0) & (events.time[mine] <= reached)
    mine, instance = mine[counts], instance[counts]
    gaps = np.diff(events.time[mine])
    inside = (np.diff(instance) == 0) & (((events.bits["opens"][mine[1:]] >> g) & 1) == 0)
    longest = np.full(found.goal.size, -1, np.int64)
    np.maximum.at(longest, instance[1:][inside], gaps[inside])
    longest = np.sort(longest[longest >= 0])
    if longest.size < FEWEST_GAPS:
        return Silence(UNFITTED_SILENCE, int(longest.size), declared=False)
    return Silence(int(longest[int(np.ceil(0.95 * longest.size)) - 1]), int(longest.size), declared=False)


def _store(
    workspace: Workspace,
    events: GoalEvents,
    found: _Found,
    silences: list[Silence],
    settle: NDArray[np.int64],
) -> None:
    assigned = np.flatnonzero(found.instance >= 0)
    workspace.insert(
        "event_goals", {"event": assigned, "instance": found.instance[assigned], "rule": found.rule[assigned]}
    )
    customer = np.full(found.goal.size, -1, np.int64)
    customer[found.instance[assigned]] = events.customer[assigned]
    horizon = int(events.time.max(initial=0))
    silence = np.array([s.microseconds for s in silences], np.int64)[found.goal]
    settled = (found.reached >= 0) & (horizon - found.reached >= settle[found.goal])
    given_up = (found.ended >= 0) | ((found.reached < 0) & (horizon - found.last > silence))
    outcome = np.where(settled, REACHED, np.where(given_up, ABANDONED, OPEN)).astype(np.int8)
    workspace.insert(
        "goals",
        {
            "instance": np.arange(found.goal.size),
            "goal": found.goal,
            "customer": customer,
            "by_value": [events.by_names[code] for code in found.by],
            "begun": found.begun,
            "last": found.last,
            "reached": np.where(settled, found.reached, -1),
            "ended": found.ended,
            "outcome": outcome,
        },
    )
