"""Compiled walks of the alignment: cost vectors along the suffix tree of all sequences, then moves.

Row `j` of the stack holds, for each state of the automaton, the least cost of aligning the last
`j` activities from that state to an end, model moves included. Sequences come sorted from their
end, so that two neighbours share the rows of their common suffix.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.kernel import kernel

SYNCHRONOUS, LOG_MOVE = -1, -2  # a move that is not negative is a model move by that symbol


class Machine(NamedTuple):
    """An automaton as the kernels walk it; costs are of the type of the stack.

    The moves leaving state `s` are ``leaving[s]`` to ``leaving[s+1]`` in (`symbols`, `targets`);
    those by symbol `a` are ``by_symbol[a]`` to ``by_symbol[a+1]`` in (`symbol_sources`,
    `symbol_targets`); those arriving in `s` are ``arriving[s]`` to ``arriving[s+1]`` in (`origins`,
    `origin_costs`).
    ``distances[u, s]`` is the cost of going from `s` to `u` by model moves; without rows it is not
    known and moves are followed one by one. ``ends[0]`` is the cost from each state to an accepting
    one; ``ends[1]``, for open cases, is 0.
    """

    leaving: NDArray[np.int64]
    symbols: NDArray[np.int32]
    targets: NDArray[np.int32]
    by_symbol: NDArray[np.int64]
    symbol_sources: NDArray[np.int32]
    symbol_targets: NDArray[np.int32]
    arriving: NDArray[np.int64]
    origins: NDArray[np.int32]
    origin_costs: NDArray[np.int32]
    distances: NDArray[np.int32]
    ends: NDArray[np.int32]
    log_costs: NDArray[np.int32]
    model_costs: NDArray[np.int32]


@kernel
def close_under_model_moves(costs, sources, targets, move_costs):  # type: ignore[no-untyped-def]
    """Lower ``costs[s]`` (a row per state) to the least that model moves allow, in place.

    Sweeps over the moves until nothing changes (Bellman 1958, Ford 1956); states are numbered
    breadth first, so from the last move to the first few sweeps are enough.
    """
    changed = True
    while changed:
        changed = False
        for e in range(sources.size - 1, -1, -1):
            row, beyond, cost = costs[sources[e]], costs[targets[e]], move_costs[e]
            for k in range(row.size):
                if beyond[k] + cost < row[k]:
                    row[k] = beyond[k] + cost
                    changed = True


@kernel
def align_sorted(machine, symbols, offsets, order, prefixes, longest):  # type: ignore[no-untyped-def]
    """Least cost and moves of each sequence, visited in `order`.

    Returns costs, moves of all sequences one after another, and for each sequence where its moves
    begin and how many there are; equal sequences share their moves.
    """
    n_sequences, n_states = order.size, machine.ends.shape[1]
    stack = np.empty((longest + 1, n_states), machine.ends.dtype)
    queue, queued = np.empty(n_states, np.int32), np.zeros(n_states, np.bool_)
    costs = np.empty(n_sequences, np.int64)
    first = np.empty(n_sequences, np.int64)
    count = np.empty(n_sequences, np.int64)
    moves = np.empty(2 * symbols.size + 1024, np.int32)
    cheapest = np.int64(1)
    if machine.model_costs.size:
        cheapest = np.int64(machine.model_costs.min())
    used, previous = 0, -1
    for v in order:
        end, n = offsets[v + 1], offsets[v + 1] - offsets[v]
        shared, last_n = 0, -1
        if previous < 0 or prefixes[v] != prefixes[previous]:
            stack[0, :] = machine.ends[prefixes[v]]
        else:
            last_end, last_n = offsets[previous + 1], offsets[previous + 1] - offsets[previous]
            while shared < min(n, last_n):
                if symbols[end - 1 - shared] != symbols[last_end - 1 - shared]:
                    break
                shared += 1
        for j in range(shared, n):
            _prepend(machine, symbols[end - 1 - j], stack[j], stack[j + 1], queue, queued)
        costs[v] = stack[n, 0]
        if shared == n and last_n == n:
            first[v], count[v] = first[previous], count[previous]
        else:
            if used + n + costs[v] // cheapest > moves.size:
                larger = np.empty(2 * moves.size + n + costs[v] // cheapest, np.int32)
                larger[:used] = moves[:used]
                moves = larger
            first[v] = used
            used = _read_moves(machine, symbols[end - n : end], stack, moves, used)
            count[v] = used - first[v]
        previous = v
    return costs, moves, first, count


@kernel
def _prepend(machine, symbol, before, after, queue, queued):  # type: ignore[no-untyped-def]
    """From the costs of a suffix to those of the suffix with one more activity before it."""
    kind = before.dtype.type
    log_cost = machine.log_costs[symbol]
    for s in range(before.size):
        after[s] = kind(before[s] + log_cost)
    known, waiting = machine.distances.shape[0] > 0, 0
    for e in range(machine.by_symbol[symbol], machine.by_symbol[symbol + 1]):
        source, cost = machine.symbol_sources[e], before[machine.symbol_targets[e]]
        if cost >= after[source]:
            continue  # the states before `source` gain nothing either: `after` is closed
        if known:
            distances = machine.distances[source]
            for s in range(after.size):
                after[s] = min(after[s], kind(cost + distances[s]))
        else:
            after[source] = cost
            queue[waiting] = source
            queued[source] = True
            waiting += 1
    if waiting > 0:
        _follow(machine, after, queue, queued, waiting)


@kernel
def _follow(machine, costs, queue, queued, waiting):  # type: ignore[no-untyped-def]
    """Close costs under model moves again, from the states in the queue backwards."""
    kind, head = costs.dtype.type, 0
    while waiting > 0:
        state = queue[head]
        head = (head + 1) % queue.size
        waiting -= 1
        queued[state] = False
        for e in range(machine.arriving[state], machine.arriving[state + 1]):
            origin, cost = machine.origins[e], kind(costs[state] + machine.origin_costs[e])
            if cost < costs[origin]:
                costs[origin] = cost
                if not queued[origin]:
                    queued[origin] = True
                    queue[(head + waiting) % queue.size] = origin
                    waiting += 1


@kernel
def _read_moves(machine, sequence, stack, moves, used):  # type: ignore[no-untyped-def]
    """Walk one cheapest alignment from its start: synchronous, else log move, else model move."""
    state, i, n = 0, 0, sequence.size
    while True:
        cost, row = stack[n - i, state], stack[n - i]
        if i == n and cost == 0:
            return used
        out = range(machine.leaving[state], machine.leaving[state + 1])
        if i < n:
            rest, following = stack[n - i - 1], -1
            for e in out:
                if machine.symbols[e] == sequence[i]:
                    following = machine.targets[e]
            if following >= 0 and rest[following] == cost:
                moves[used], state = SYNCHRONOUS, following
                used, i = used + 1, i + 1
                continue
            if rest[state] + machine.log_costs[sequence[i]] == cost:
                moves[used] = LOG_MOVE
                used, i = used + 1, i + 1
                continue
        for e in out:
            if row[machine.targets[e]] + machine.model_costs[machine.symbols[e]] == cost:
                moves[used], state = machine.symbols[e], machine.targets[e]
                used += 1
                break


@kernel
def lay_out_moves(moves, first, count, offsets, codes, symbol_of, move_offsets):  # type: ignore[no-untyped-def]
    """Moves as (log code, model symbol), -1 for none, with the unknown activities put back.

    An activity the model does not know is a log move, and stands before model moves.
    """
    log = np.full(move_offsets[-1], -1, np.int32)
    model = np.full(move_offsets[-1], -1, np.int32)
    for v in range(offsets.size - 1):
        at, i, end = move_offsets[v], offsets[v], offsets[v + 1]
        for k in range(first[v], first[v] + count[v]):
            while i < end and symbol_of[codes[i]] < 0:
                log[at] = codes[i]
                at, i = at + 1, i + 1
            if moves[k] >= 0:
                model[at] = moves[k]
            else:
                log[at] = codes[i]
                if moves[k] == SYNCHRONOUS:
                    model[at] = symbol_of[codes[i]]
                i += 1
            at += 1
        for rest in range(i, end):
            log[at] = codes[rest]
            at += 1
    return log, model
