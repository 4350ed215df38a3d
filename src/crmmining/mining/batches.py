"""Batches: steps of several cases that one resource does in one go."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.kernel import Int64s, native
from crmmining.mining.enablement import Steps

FEWEST_STEPS = 2


@dataclass(frozen=True, eq=False)
class Batches:
    """The batch of each step (-1 for none); per batch when it was complete, and its first start."""

    of_step: NDArray[np.int64]
    enabled: NDArray[np.int64]
    begun: NDArray[np.int64]

    def __len__(self) -> int:
        return self.enabled.size


def find_batches(steps: Steps) -> Batches:
    """The batches among steps with a resource and a start.

    Steps of one activity by one resource are a batch when they follow each other without a gap and all
    were enabled before the first of them was started (Martin et al. 2021, sequential, concurrent and
    simultaneous task-based batches). A batch is complete when its last step is enabled.
    """
    usable = np.flatnonzero((steps.start >= 0) & (steps.resource >= 0))
    keys = (
        steps.end[usable],
        steps.enabled[usable],
        steps.start[usable],
        steps.activity[usable],
        steps.resource[usable],
    )
    order = usable[np.lexsort(keys)]
    line = steps.resource[order] * (int(steps.activity.max(initial=0)) + 1) + steps.activity[order]
    run = np.empty(order.size, np.int64)
    number_runs(line, steps.start[order], steps.end[order], steps.enabled[order], order.size, run)
    sizes = np.bincount(run) if run.size else np.zeros(0, np.int64)
    is_batch = sizes >= FEWEST_STEPS
    number = np.where(is_batch, np.cumsum(is_batch) - 1, -1)
    of_step = np.full(steps.start.size, -1, np.int64)
    of_step[order] = number[run]
    members = order[of_step[order] >= 0]
    first = np.flatnonzero(np.diff(of_step[members], prepend=-1))
    if not first.size:
        return Batches(of_step, np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Batches(
        of_step,
        np.maximum.reduceat(steps.enabled[members], first),
        np.minimum.reduceat(steps.start[members], first),
    )


@native
def number_runs(line: Int64s, start: Int64s, end: Int64s, enabled: Int64s, n: int, run: Int64s) -> None:
    """Number the runs of steps that could be one batch, in lines ordered by start."""
    number, begun, until = -1, 0, 0
    for i in range(n):
        goes_on = i > 0 and line[i] == line[i - 1] and enabled[i] <= begun and start[i] <= until
        if not goes_on:
            number, begun, until = number + 1, start[i], end[i]
        until = max(until, end[i])
        run[i] = number
