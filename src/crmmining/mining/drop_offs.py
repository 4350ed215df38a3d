"""Drop-offs: steps that were never come to, which is not the same as steps that were skipped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from crmmining.mining.alignment import Alignments


def drop_off_moves(alignments: Alignments, ending: str | None) -> NDArray[np.bool_]:
    """Per move whether it is a model move of a drop-off.

    A drop-off is the run of model moves after the last event of a sequence, and the run that skips
    the journey's `ending`: who never got the keys did not skip them, even where a survey answer came
    afterwards. Without an `ending` nothing is known to be given up: what is missing is missing.
    """
    moves = np.arange(alignments.model_moves.size)
    owner = np.repeat(np.arange(len(alignments)), np.diff(alignments.move_offsets))
    model_move = (alignments.log_moves < 0) & (alignments.model_moves >= 0)
    last = np.full(len(alignments), -1, np.int64)
    np.maximum.at(last, owner, np.where(alignments.log_moves >= 0, moves, -1))
    dropped = model_move & (moves > last[owner])
    if ending is None:
        return np.zeros(moves.size, bool)
    if ending not in alignments.labels:
        return np.asarray(dropped)
    begins = np.ones(moves.size, bool)
    begins[1:] = (owner[1:] != owner[:-1]) | (model_move[1:] != model_move[:-1])
    run = np.cumsum(begins) - 1
    skips_ending = model_move & (alignments.model_moves == alignments.labels.index(ending))
    dropped_run = np.zeros(int(run[-1]) + 1 if run.size else 0, bool)
    dropped_run[run[skips_ending]] = True
    return np.asarray(dropped | (model_move & dropped_run[run]))
