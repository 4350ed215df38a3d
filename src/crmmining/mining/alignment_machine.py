"""An automaton prepared for the alignment kernel: moves by state and symbol, distances, costs."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.errors import ModelError
from crmmining.eventlog.kernel import kernel
from crmmining.mining.alignment_kernel import Machine, close_under_model_moves
from crmmining.mining.automaton import Automaton

DENSE_STATES = 700  # above, distances between all states cost more than they save
LANE_BYTES = 128  # what an unrolled vector loop takes at a time
FAR = 2**29  # stands for "never" while costs are 32 bits wide
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
    laid_out = lay_out(
        automaton.sources, automaton.symbols, automaton.targets, automaton.accepting,
        len(automaton.labels), model_costs, dense or automaton.n_states <= DENSE_STATES,
    )  # fmt: skip
    (leaving, symbols, targets), (by_symbol, symbol_sources, symbol_targets, together, row_of) = laid_out[:2]
    (arriving, origins, origin_costs), (distances, ends, highest) = laid_out[2:]
    kind, far = _kind(highest + dearest + int(model_costs.max(initial=0)))
    return Machine(
        leaving=leaving,
        symbols=symbols,
        targets=targets,
        by_symbol=by_symbol,
        symbol_sources=symbol_sources,
        symbol_targets=symbol_targets,
        together=together,
        row_of=row_of,
        arriving=arriving,
        origins=origins,
        origin_costs=origin_costs.astype(kind),
        distances=_padded(np.minimum(distances, far), kind),
        ends=_padded(ends, kind),
        log_costs=log_costs.astype(kind),
        model_costs=model_costs.astype(kind),
    )


@kernel
def lay_out(sources, symbols, targets, accepting, n_labels, model_costs, dense):  # type: ignore[no-untyped-def]
    """The moves of an automaton by source, by symbol and by target; and distances, as 32-bit costs."""
    n, n_moves = accepting.size, symbols.size
    move_costs = np.empty(n_moves, np.int32)
    for e in range(n_moves):
        move_costs[e] = model_costs[symbols[e]]
    leaving = _places(sources, n)[0]
    arriving, by_target = _places(targets, n)
    by_symbol, in_symbol = _places(symbols[by_target[::-1]], n_labels)  # of a symbol, the last target first
    in_symbol = by_target[::-1][in_symbol]
    symbol_sources, symbol_targets = sources[in_symbol], targets[in_symbol]
    ends = np.zeros((2, n), np.int32)
    column = np.full((n, 1), FAR, np.int32)
    for s in range(n):
        if accepting[s]:
            column[s, 0] = 0
    close_under_model_moves(column, sources, targets, move_costs)
    ends[0] = column[:, 0]
    together, row_of, n_rows = _groups(by_symbol, symbol_sources, symbol_targets, n)
    if not dense:
        n_rows = 0
    distances = np.full((n_rows, n), FAR, np.int32)
    highest = ends[0].max()
    if dense:
        costs = np.full((n, n), FAR, np.int32)
        for s in range(n):
            costs[s, s] = 0
        close_under_model_moves(costs, sources, targets, move_costs)
        for s in range(n):
            for u in range(n):
                distances[u, s] = costs[s, u]
                if costs[s, u] < FAR:
                    highest = max(highest, costs[s, u])
        for e in range(n_moves):
            if row_of[e] >= n:
                row = distances[row_of[e]]
                for k in range(e, together[e]):
                    from_here = distances[symbol_sources[k]]
                    for s in range(n):
                        row[s] = min(row[s], from_here[s])
    return (
        (leaving, symbols.copy(), targets.copy()),
        (by_symbol, symbol_sources, symbol_targets, together, row_of),
        (arriving, sources[by_target], move_costs[by_target]),
        (distances, ends, np.int64(highest)),
    )


@kernel
def _places(values, n):  # type: ignore[no-untyped-def]
    """Where the items of each value begin, and which they are, in the order they stand in."""
    begins = np.zeros(n + 1, np.int64)
    for value in values:
        begins[value + 1] += 1
    for value in range(n):
        begins[value + 1] += begins[value]
    items, at = np.empty(values.size, np.int64), begins[:-1].copy()
    for i in range(values.size):
        items[at[values[i]]] = i
        at[values[i]] += 1
    return begins, items


@kernel
def _groups(by_symbol, sources, targets, n):  # type: ignore[no-untyped-def]
    """Moves by one symbol to one target: where the group of a move ends, and its row of distances.

    The row of a move alone is its source's, those of several follow the `n` of the states.
    """
    together, row_of = np.empty(sources.size, np.int64), np.empty(sources.size, np.int32)
    n_rows = n
    for symbol in range(by_symbol.size - 1):
        begin = by_symbol[symbol]
        while begin < by_symbol[symbol + 1]:
            end = begin + 1
            while end < by_symbol[symbol + 1] and targets[end] == targets[begin]:
                end += 1
            together[begin:end] = end
            row_of[begin:end] = sources[begin]
            if end - begin > 1:
                row_of[begin] = n_rows
                n_rows += 1
            begin = end
    return together, row_of, n_rows


def _kind(highest: int) -> tuple[type[np.signedinteger[Any]], int]:
    """The integers for costs up to `highest`, and the cost that stands for "never"."""
    for kind in (np.int16, np.int32):
        far = int(np.iinfo(kind).max) // 2  # so that twice a cost still fits
        if highest < far:
            return kind, far
    raise ModelError(f"costs add up to {highest:,}, more than can be counted; use smaller weights")


def _padded(rows: NDArray[np.int32], kind: type[np.signedinteger[Any]]) -> NDArray[Any]:
    """Rows lengthened by unused states to whole vector loops, which leave no slow remainder."""
    lanes = LANE_BYTES // np.dtype(kind).itemsize
    padded = np.zeros((rows.shape[0], -(-rows.shape[1] // lanes) * lanes), kind)
    padded[:, : rows.shape[1]] = rows
    return padded
