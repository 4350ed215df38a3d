"""Kinds of deviation: what the moves of an alignment, and the channel or actor of a step, mean."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.business_time import ALWAYS, BusinessClock
from crmmining.eventlog.log import ACTORS, EventLog
from crmmining.mining.alignment import Alignments
from crmmining.mining.drop_offs import drop_off_moves
from crmmining.mining.promises import check_promises, step_promises
from crmmining.study.journey import IdealJourney

Kind = Literal[
    "missing",
    "too often",
    "out of sequence",
    "wrong branch",
    "not in the model",
    "late",
    "wrong channel",
    "wrong actor",
]
KINDS: dict[Kind, str] = {
    "missing": "the step was skipped although a later one was taken",
    "too often": "the step came more often than the model allows",
    "out of sequence": "the step came, but at another place",
    "wrong branch": "the step is in the model, but not on the way that was taken",
    "not in the model": "the model does not know the step",
    "late": "the step came, or has still to come, later than was promised",
    "wrong channel": "the step came on a channel it should not",
    "wrong actor": "the step was done by someone else than it should",
}


def by_moves(
    alignments: Alignments, known: set[str], ending: str | None
) -> dict[tuple[str, Kind], NDArray[np.int64]]:
    """Per (activity, kind) the numbers of the alignments that show it."""
    names = sorted({*alignments.names, *alignments.labels})
    index = {name: i for i, name in enumerate(names)}
    log_name = np.array([index[name] for name in alignments.names] + [-1])[alignments.log_moves]
    model_name = np.array([index[name] for name in alignments.labels] + [-1])[alignments.model_moves]
    m = len(names)
    owner = np.repeat(np.arange(len(alignments)), np.diff(alignments.move_offsets))
    synchronous = (log_name >= 0) & (model_name >= 0)
    log_move, model_move = (log_name >= 0) & ~synchronous, (model_name >= 0) & ~synchronous
    inside = model_move & ~drop_off_moves(alignments, ending)
    name = np.where(log_name >= 0, log_name, model_name)
    key = owner * m + name
    pairs, place = np.unique(key[~synchronous], return_inverse=True)  # (alignment, activity) that deviate

    def counted(chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(place[chosen[~synchronous]], minlength=pairs.size)

    n_log, n_model, n_inside = counted(log_move), counted(model_move), counted(inside)
    has_sync = np.isin(pairs, key[synchronous])
    activity = pairs % m
    paired = np.minimum(n_log, n_model)
    extra = n_log > paired
    declared = np.array([name in known for name in names], bool)[activity]
    unlabelled = ~np.isin(np.array(names), np.array(alignments.labels, dtype=object))[activity]
    again = has_sync | (n_log - paired > 1) | unlabelled
    shown: dict[Kind, NDArray[np.bool_]] = {
        "out of sequence": paired > 0,
        "missing": n_inside > paired,
        "too often": extra & declared & again,
        "wrong branch": extra & declared & ~again,
        "not in the model": extra & ~declared,
    }
    found: dict[tuple[str, Kind], NDArray[np.int64]] = {}
    for kind, table in shown.items():
        for i in np.unique(activity[table]).tolist():
            found[names[i], kind] = pairs[table & (activity == i)] // m
    return found


def by_steps(log: EventLog, journey: IdealJourney) -> dict[tuple[str, Kind], NDArray[np.bool_]]:
    """Per step with a declared channel or actor the cases in which another one did it."""
    found: dict[tuple[str, Kind], NDArray[np.bool_]] = {}
    code = {name: i for i, name in enumerate(log.activities)}
    for step in journey.steps:
        rows = np.flatnonzero(log.columns["activity"] == code.get(step.activity, -1))
        checks: list[tuple[Kind, str, tuple[str, ...], tuple[str, ...]]] = [
            ("wrong channel", "channel", step.channels, log.names.get("channel", ())),
            ("wrong actor", "actor", (step.actor,) if step.actor else (), ACTORS),
        ]
        for kind, column, allowed, names in checks:
            if not allowed or column not in log.columns or not rows.size:
                continue
            value = log.columns[column][rows]
            wrong = (value >= 0) & ~np.isin(value, [i for i, name in enumerate(names) if name in allowed])
            if wrong.any():
                cases = np.zeros(log.n_cases, bool)
                cases[log.case_of_event[rows[wrong]]] = True
                found[step.activity, kind] = cases
    return found


def by_promises(
    log: EventLog, journey: IdealJourney, clock: BusinessClock | None
) -> tuple[dict[tuple[str, Kind], NDArray[np.bool_]], tuple[str, ...]]:
    """Per step with a promise the cases in which it was broken; and the steps that could not be checked.

    Without a clock of working hours nothing is known of promises in business time.
    """
    promises = step_promises(journey)
    unknown = tuple(name for name, p in promises.items() if p.within.is_business and clock is None)
    told = {name: promise for name, promise in promises.items() if name not in unknown}
    found: dict[tuple[str, Kind], NDArray[np.bool_]] = {}
    for result in check_promises(log, told, clock or ALWAYS).results:
        late = result.cases_broken(log.n_cases)
        if late.any():
            found[result.until, "late"] = late
    return found, unknown
