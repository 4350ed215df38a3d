"""An automaton prepared for the alignment kernel: moves by state and symbol, distances, costs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import ModelError
from crmmining.mining.alignment_kernel import Machine, close_under_model_moves
from crmmining.mining.automaton import Automaton

DENSE_STATES = 700  # above, distances between all states cost more than they save
LANE_BYTES = 128  # what an unrolled vector loop takes at a time
MOST_COST = 1_000  # of one move, so that no path through the largest automaton overflows


def machine_for(
    automaton: Automaton,
    log_costs: NDArray[np.int64],
    model_costs: NDArray[np.int64],
    dearest: int,
    *,
    dense: bool = False,
) -> Machine:
    """Arrays of the narrowest integers in which no sum of costs can overflow.

    `dearest` is the greatest sum of log costs of one sequence; `dense` asks for the distances between all
    states, however many there are.
    """
    n, move_costs = automaton.n_states, model_costs[automaton.symbols].astype(np.int32)
    sources, symbols = automaton.sources.copy(), automaton.symbols.copy()
    targets = automaton.targets.copy()  # writable, so that a kernel is compiled for one type only
    far = 2**29
    ends = np.where(automaton.accepting, 0, far).astype(np.int32)[:, np.newaxis].copy()
    close_under_model_moves(ends, sources, targets, move_costs)
    distances = np.zeros((0, 0), np.int32)
    if dense or n <= DENSE_STATES:
        distances = np.full((n, n), far, np.int32)
        np.fill_diagonal(distances, 0)
        close_under_model_moves(distances, sources, targets, move_costs)
        distances = distances.T
    highest = max(_highest(distances, far), int(ends.max())) + dearest
    kind, far = _kind(highest + int(model_costs.max(initial=0)))
    by_symbol = np.argsort(symbols, kind="stable")
    by_target = np.argsort(targets, kind="stable")
    return Machine(
        leaving=_pointers(sources, n),
        symbols=symbols,
        targets=targets,
        by_symbol=_pointers(symbols, len(automaton.labels)),
        symbol_sources=sources[by_symbol],
        symbol_targets=targets[by_symbol],
        arriving=_pointers(targets, n),
        origins=sources[by_target],
        origin_costs=move_costs[by_target].astype(kind),
        distances=_padded(np.minimum(distances, far).astype(kind)),
        ends=_padded(np.stack((ends[:, 0], np.zeros(n, np.int32))).astype(kind)),
        log_costs=log_costs.astype(kind),
        model_costs=model_costs.astype(kind),
    )


def _highest(distances: NDArray[np.int32], far: int) -> int:
    return int(distances[distances < far].max(initial=0))


def _kind(highest: int) -> tuple[type[np.signedinteger[Any]], int]:
    """The integers for costs up to `highest`, and the cost that stands for "never"."""
    for kind in (np.int16, np.int32):
        far = int(np.iinfo(kind).max) // 2  # so that twice a cost still fits
        if highest < far:
            return kind, far
    raise ModelError(f"costs add up to {highest:,}, more than can be counted; use smaller weights")


def _padded(rows: NDArray[Any]) -> NDArray[Any]:
    """Rows lengthened by unused states to whole vector loops, which leave no slow remainder."""
    lanes = LANE_BYTES // rows.itemsize
    padded = np.zeros((rows.shape[0], -(-rows.shape[1] // lanes) * lanes), rows.dtype)
    padded[:, : rows.shape[1]] = rows
    return padded


def _pointers(values: NDArray[np.int32], n: int) -> NDArray[np.int64]:
    return np.concatenate(([0], np.cumsum(np.bincount(values, minlength=n)))).astype(np.int64)
