"""How far goals had come: which events are steps on the way to the decision, and what came before each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.comparison.goal_view import GoalView
from crmmining.estimates import SEED
from crmmining.eventlog.filters import events_named
from crmmining.eventlog.log import EventLog
from crmmining.study.journey import IdealJourney


@dataclass(frozen=True, eq=False)
class Progress:
    """Per event of a goal's log, in case order.

    `is_step` tells whether it lies before its goal was decided (an open goal's events all do), is none of
    the activities that reach or end the goal, and no answer to a survey, which tells how things went.
    `came_to` numbers how far the goal had come before it: the furthest step of the ideal journey, and which
    activities outside of it had happened; all 0 without an ideal journey.
    """

    is_step: NDArray[np.bool_]
    came_to: NDArray[np.int64]


def progress_of(view: GoalView) -> Progress:
    """Find the steps before the decision of each goal."""
    log = view.log
    deciding = events_named(log, deciding_activities(view))
    is_step = _before_decision(log, deciding) & ~deciding & ~log.is_answer
    if view.journey is None:
        return Progress(is_step, np.zeros(log.n_events, np.int64))
    place = _place_of(log, {name: i + 1 for i, name in enumerate(view.journey.activities)})
    furthest, beside = _furthest_before(log, place), _happened_before(log, place == 0)
    return Progress(is_step, np.unique(beside + furthest.astype(np.uint64), return_inverse=True)[1])


def deciding_activities(view: GoalView) -> set[str]:
    """The activities that reach or end the goal, under the names of the journey's steps."""
    goal, aliases = view.declared.goals[view.goal], view.journey.aliases if view.journey else {}
    return {aliases.get(name, name) for name in (*goal.reached_by, *goal.ended_by)}


def asks_for_help(view: GoalView) -> NDArray[np.bool_]:
    """Per event whether the customer asks for something: a contact of theirs that is no wanted step of the
    ideal journey and does not reach or end the goal."""
    deciding = events_named(view.log, deciding_activities(view))
    return np.asarray(view.is_customer_contact & ~view.is_progress & ~deciding)


def stage_at(view: GoalView, journey: IdealJourney) -> NDArray[np.int64]:
    """Per event the number of the stage its goal is in, -1 before the first.

    A goal is in the stage of the last wanted step of the ideal journey it took, the event itself included.
    Steps that should not happen at all, and answers to a survey, come at any stage and move nobody.
    """
    log = view.log
    number = {stage.name: i + 1 for i, stage in enumerate(journey.stages)}
    places = {name: number[journey.stage_of(name).name] for name in journey.activities}
    own = np.where(view.is_progress & ~log.is_answer, _place_of(log, places), 0)
    return np.where(own > 0, own, _last_before(log, own)) - 1


def _last_before(log: EventLog, value: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per event the last value above 0 before it in its case, 0 for none."""
    rows = np.maximum.accumulate(np.where(value > 0, np.arange(value.size), -1))
    known = rows >= log.offsets[:-1][log.case_of_event]
    return _shifted(log, np.where(known, value[rows], 0))


def _furthest_before(log: EventLog, value: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per event the largest value before it in its case, 0 for none."""
    above = log.case_of_event * (int(value.max(initial=0)) + 1)
    return _shifted(log, np.maximum.accumulate(above + value) - above)


def _shifted(log: EventLog, value: NDArray[np.int64]) -> NDArray[np.int64]:
    """Per event the value of the event before it in its case, 0 for the first."""
    found = np.concatenate([value[:1] * 0, value[:-1]])
    found[log.offsets[:-1]] = 0
    return found


def _happened_before(log: EventLog, chosen: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Per event a number for the set of activities among the chosen events before it in its case.

    The sum of a random number for each, as Zobrist (1970) tells positions of a board game apart.
    """
    case, code = log.case_of_event, log.columns["activity"].astype(np.int64)
    key = np.random.default_rng(SEED).integers(0, 2**63, len(log.activities), np.uint64)
    rows = np.flatnonzero(chosen)
    first = rows[np.unique(case[rows] * len(log.activities) + code[rows], return_index=True)[1]]
    value = np.zeros(log.n_events + 1, np.uint64)
    value[first + 1] = key[code[first]]
    running = np.cumsum(value)
    return running[:-1] - running[log.offsets[:-1]][case]


def _place_of(log: EventLog, places: dict[str, int]) -> NDArray[np.int64]:
    found = np.array([places.get(name, 0) for name in log.activities], np.int64)
    return found[log.columns["activity"]]


def _before_decision(log: EventLog, deciding: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Events up to the deciding one, which is left out; all events where silence or nothing decided."""
    never, case, time = np.iinfo(np.int64).max, log.case_of_event, log.columns["time"]
    until = np.full(log.n_cases, never)
    for name in ("given_up", "reached"):  # what was reached is reached, whatever came after
        if name in log.cases:
            moment = log.cases[name].to_numpy(np.int64)
            until = np.where(moment != -1, moment, until)
    rows = np.flatnonzero(deciding & (time >= until[case]))
    cut = np.full(log.n_cases, never)
    np.minimum.at(cut, case[rows], rows)
    return np.asarray((np.arange(time.size) < cut[case]) & (time <= until[case]))
