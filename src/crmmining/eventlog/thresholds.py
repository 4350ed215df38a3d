"""The thresholds a goal's numbers rest on, and a study as it would be under others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from crmmining.engine.workspace import Workspace
from crmmining.eventlog.goal_building import build_goals
from crmmining.eventlog.study import Study
from crmmining.study.durations import SECOND, Duration
from crmmining.study.study_file import Goal, PairSilence

_MADE = (
    *("silences", "pair_silences", "goal_pauses", "goal_gaps"),
    *("goal_facts", "goal_margins", "event_goals"),
)
SILENCE, SETTLED, WINDOW = "silence", "settled_after", "window"


@dataclass(frozen=True)
class Threshold:
    """A length of time somebody chose, or that was fitted, and on which numbers depend."""

    name: str
    goal: str
    microseconds: int
    origin: str

    @property
    def needs_walk(self) -> bool:
        """Whether it decides which events belong to which goal, so that goals are built again."""
        return self.name in (SILENCE, SETTLED)


def thresholds_of(study: Study, goal: str) -> list[Threshold]:
    """The thresholds of a goal, each with where it comes from."""
    spec, silence = study.declared.goals[goal], study.silences[goal]
    origin = silence.origin
    if silence.pairs is not None:
        origin = f"{silence.pairs:g} times the mean of each pair of activities; for rare pairs {origin}"
    found = [Threshold(SILENCE, goal, silence.microseconds, origin)]
    if spec.settled_after:
        found.append(Threshold(SETTLED, goal, spec.settled_after.microseconds(), "declared"))
    declared = "declared" if WINDOW in study.declared.model_fields_set else "as the program has it"
    return [*found, Threshold(WINDOW, goal, study.declared.window.microseconds(), declared)]


@contextmanager
def study_under(study: Study, threshold: Threshold, factor: float) -> Iterator[Study]:
    """The same study with one threshold times `factor`; what is stored stays as it is.

    Goals are built again where the threshold decides them, in memory.
    """
    changed = Duration(threshold.microseconds * factor / SECOND, "s")
    declared = study.declared
    if not threshold.needs_walk:
        yield Study(declared.model_copy(update={threshold.name: changed}), study.workspace)
        return
    spec = declared.goals[threshold.goal]
    judged: Duration | PairSilence = changed
    if threshold.name == SILENCE and isinstance(spec.silence, PairSilence):
        judged = PairSilence(pairs=spec.silence.pairs * factor, otherwise=changed)
    goal = spec.model_copy(update={threshold.name: judged})
    with study_declared(study, {**declared.goals, threshold.goal: goal}) as other:
        yield other


@contextmanager
def study_declared(study: Study, goals: dict[str, Goal]) -> Iterator[Study]:
    """The same events with goals declared otherwise, built again in memory; what is stored stays as it is."""
    other = study.declared.model_copy(update={"goals": goals})
    stored = study.workspace
    assert isinstance(stored, Workspace)
    with Workspace(stored.path, read_only=True, memory=stored.memory) as beside:
        beside.hide(_MADE, copied=["names"])
        build_goals(beside, other)
        yield Study(other, beside)
