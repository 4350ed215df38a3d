"""Kinds of deviation: what the moves of an alignment, and the channel or actor of a step, mean."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.log import ACTORS, EventLog
from crmmining.mining.alignment import Alignments
from crmmining.mining.drop_offs import drop_off_moves
from crmmining.study.journey import IdealJourney

Kind = Literal[
    "missing",
    "too often",
    "out of sequence",
    "wrong branch",
    "not in the model",
    "wrong channel",
    "wrong actor",
]
KINDS: dict[Kind, str] = {
    "missing": "the step was skipped although a later one was taken",
    "too often": "the step came more often than the model allows",
    "out of sequence": "the step came, but at another place",
    "wrong branch": "the step is in the model, but not on the way that was taken",
    "not in the model": "the model does not know the step",
    "wrong channel": "the step came on a channel it should not",
    "wrong actor": "the step was done by someone else than it should",
}


def by_moves(
    alignments: Alignments, known: set[str], ending: str | None
) -> dict[tuple[str, Kind], NDArray[np.bool_]]:
    """Per (activity, kind) which alignments show it."""
    names = sorted({*alignments.names, *alignments.labels})
    index = {name: i for i, name in enumerate(names)}
    log_name = np.array([index[name] for name in alignments.names] + [-1])[alignments.log_moves]
    model_name = np.array([index[name] for name in alignments.labels] + [-1])[alignments.model_moves]
    n, m = len(alignments), len(names)
    owner = np.repeat(np.arange(n), np.diff(alignments.move_offsets))
    synchronous = (log_name >= 0) & (model_name >= 0)
    log_move, model_move = (log_name >= 0) & ~synchronous, (model_name >= 0) & ~synchronous
    inside = model_move & ~drop_off_moves(alignments, ending)

    def counted(chosen: NDArray[np.bool_], name: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.bincount(owner[chosen] * m + name[chosen], minlength=n * m).reshape(n, m)

    n_sync, n_log = counted(synchronous, log_name), counted(log_move, log_name)
    n_model, n_inside = counted(model_move, model_name), counted(inside, model_name)
    paired = np.minimum(n_log, n_model)
    extra, declared = n_log > paired, np.array([name in known for name in names], bool)
    unlabelled = ~np.isin(np.array(names), np.array(alignments.labels, dtype=object))
    again = (n_sync > 0) | (n_log - paired > 1) | unlabelled
    tables: dict[Kind, NDArray[np.bool_]] = {
        "out of sequence": paired > 0,
        "missing": n_inside > paired,
        "too often": extra & declared & again,
        "wrong branch": extra & declared & ~again,
        "not in the model": extra & ~declared,
    }
    return {
        (name, kind): table[:, i]
        for kind, table in tables.items()
        for i, name in enumerate(names)
        if table[:, i].any()
    }


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
