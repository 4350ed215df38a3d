"""One verdict per case: did it go the ideal way, an allowed one, off it, or stop on it?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.log import EventLog
from crmmining.mining.alignment import Alignments
from crmmining.mining.drop_offs import drop_off_moves

VERDICTS = ("conformant", "optional path", "deviating", "dropped off", "undetermined")
VERDICT_DEFINITION = (
    "Verdicts are about the path: conformant = a run of the model along its main path; optional path = a run "
    "that takes an optional step or another branch; dropped off = followed the model until given up; "
    "undetermined = open, and nothing went wrong yet; deviating = all others."
)


def verdicts_of(
    log: EventLog,
    alignments: Alignments,
    case_alignment: NDArray[np.int64],
    is_open: NDArray[np.bool_],
    path: tuple[str, ...] | None,
) -> NDArray[np.int8]:
    """Per case the place of its verdict in `VERDICTS`; `path` is the main path, None where there is none."""
    cost = alignments.costs[case_alignment]
    dropped = _drop_off_costs(alignments, path)[case_alignment]
    aside = _off_the_path(alignments, path)[case_alignment]
    abandoned = log.outcome == 1 if log.outcome is not None else np.zeros(log.n_cases, bool)
    conditions = [is_open & (cost == 0), (cost == 0) & aside, cost == 0, abandoned & (cost == dropped)]
    return np.select(conditions, [4, 1, 0, 3], 2).astype(np.int8)


def _off_the_path(alignments: Alignments, path: tuple[str, ...] | None) -> NDArray[np.bool_]:
    """Per alignment whether it takes a step of the model that is not on the main path."""
    if path is None:
        return np.zeros(len(alignments), bool)
    aside = np.array([label not in path for label in alignments.labels] + [False])
    owner = np.repeat(np.arange(len(alignments)), np.diff(alignments.move_offsets))
    taken = (alignments.log_moves >= 0) & aside[alignments.model_moves]
    return np.bincount(owner[taken], minlength=len(alignments)) > 0


def _drop_off_costs(alignments: Alignments, path: tuple[str, ...] | None) -> NDArray[np.int64]:
    """What the model moves of a drop-off cost each alignment."""
    owner = np.repeat(np.arange(len(alignments)), np.diff(alignments.move_offsets))
    dropped = drop_off_moves(alignments, path[-1] if path else None)
    cost = alignments.model_costs[alignments.model_moves[dropped]]
    return np.bincount(owner[dropped], cost, minlength=len(alignments)).astype(np.int64)
