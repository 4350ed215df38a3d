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
    `symbol_targets`), from `e` to ``together[e]`` those to one target; those arriving in `s` are
    ``arriving[s]`` to ``arriving[s+1]`` in (`origins`, `origin_costs`).
    ``distances[u, s]`` is the cost of going from `s` to `u` by model moves, and ``distances[row_of[e], s]``
    that of going to a source of the moves that begin with `e` and lead to one target; without rows it is
    not known and moves are followed one by one. ``ends[0]`` is the cost from each state to an accepting
    one; ``ends[1]``, for open cases, is 0.
    """

    leaving: NDArray[np.int64]
    symbols: NDArray[np.int32]
    targets: NDArray[np.int32]
    by_symbol: NDArray[np.int64]
    symbol_sources: NDArray[np.int32]
    symbol_targets: NDArray[np.int32]
    together: NDArray[np.int64]
    row_of: NDArray[np.int32]
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
def known_symbols(offsets, codes, symbol_of, costs):  # type: ignore[no-untyped-def]
    """The symbols of each sequence, unknown activities left out, and what all and the unknown ones cost.

    Also the most symbols of a sequence, and the most that those of one cost.
    """
    n_sequences = offsets.size - 1
    symbols, known_offsets = np.empty(codes.size, np.int32), np.zeros(n_sequences + 1, np.int64)
    all_costs, unknown_costs = np.zeros(n_sequences, np.int64), np.zeros(n_sequences, np.int64)
    n, longest, dearest = 0, np.int64(0), np.int64(0)
    for v in range(n_sequences):
        for i in range(offsets[v], offsets[v + 1]):
            code = codes[i]
            all_costs[v] += costs[code]
            if symbol_of[code] >= 0:
                symbols[n] = symbol_of[code]
                n += 1
            else:
                unknown_costs[v] += costs[code]
        known_offsets[v + 1] = n
        longest = max(longest, n - known_offsets[v])
        dearest = max(dearest, all_costs[v] - unknown_costs[v])
    return symbols[:n].copy(), known_offsets, all_costs, unknown_costs, longest, dearest


@kernel
def sorted_from_the_end(symbols, offsets, is_open):  # type: ignore[no-untyped-def]
    """Open cases apart, then by the sequence read backwards, so that equal ends are near.

    Quicksort by one symbol at a time, in three parts (Bentley and Sedgewick 1997).
    """
    order = np.arange(offsets.size - 1)
    if is_open.any():
        order = np.concatenate((order[is_open == 0], order[is_open != 0]))
    n_closed, n = int((is_open == 0).sum()), int(order.size)
    waiting = [(0, n_closed, 0), (n_closed, n, 0)]
    while waiting:  # a part of the order, equal in its last `depth` symbols
        begin, end, depth = waiting.pop()
        if end - begin < 2:
            continue
        pivot = _from_the_end(symbols, offsets, order[(begin + end) // 2], depth)
        less, i, more = begin, begin, end
        while i < more:
            symbol = _from_the_end(symbols, offsets, order[i], depth)
            if symbol < pivot:
                order[less], order[i] = order[i], order[less]
                less, i = less + 1, i + 1
            elif symbol > pivot:
                more -= 1
                order[more], order[i] = order[i], order[more]
            else:
                i += 1
        waiting.append((begin, less, depth))
        waiting.append((more, end, depth))
        if pivot >= 0:
            waiting.append((less, more, depth + 1))
    return order


@kernel
def _from_the_end(symbols, offsets, sequence, depth):  # type: ignore[no-untyped-def]
    """A symbol of a sequence, -1 in front of it."""
    at = offsets[sequence + 1] - 1 - depth
    return symbols[at] if at >= offsets[sequence] else np.int32(-1)


@kernel
def align_sorted(machine, symbols, offsets, order, prefixes, longest):  # type: ignore[no-untyped-def]
    """Least cost and moves of each sequence, visited in `order`.

    Returns costs, moves of all sequences one after another, and for each sequence where its moves
    begin and how many there are; equal sequences share their moves.

    What follows on the way from a state depends only on the activities that are left: where a sequence
    comes into its neighbour's suffix in its neighbour's state, the rest of the moves is copied.
    """
    state_at = np.empty(longest + 1, np.int32)  # per number of activities left, in the last sequence:
    moves_at = np.empty(longest + 1, np.int64)  # the state first come to, and the moves from there
    stack = np.zeros((longest + 1, machine.ends.shape[1]), machine.ends.dtype)
    costs = np.empty(order.size, np.int64)
    first = np.empty(order.size, np.int64)
    count = np.empty(order.size, np.int64)
    moves = np.empty(2 * symbols.size + 1024, np.int32)
    cheapest = np.int64(1)
    if machine.model_costs.size:
        cheapest = np.int64(machine.model_costs.min())
    used, previous, n = 0, -1, -1
    queue, queued = np.empty(stack.shape[1], np.int32), np.zeros(stack.shape[1], np.bool_)
    # The arrays are taken out of the machine once: per sequence they would cost more than the sequence.
    leaving, labels, following = machine.leaving, machine.symbols, machine.targets
    by_symbol, sources, targets = machine.by_symbol, machine.symbol_sources, machine.symbol_targets
    together, row_of, distances = machine.together, machine.row_of, machine.distances
    arriving, origins, origin_costs = machine.arriving, machine.origins, machine.origin_costs
    log_costs, model_costs, ends = machine.log_costs, machine.model_costs, machine.ends
    for v in order:
        last_n, n, shared = n, offsets[v + 1] - offsets[v], 0
        if previous < 0 or prefixes[v] != prefixes[previous]:
            stack[0, :] = ends[prefixes[v]]
            last_n = -1
        else:
            shared = _common_suffix(symbols, offsets[v + 1], offsets[previous + 1], min(n, last_n))
        _fill_stack(
            by_symbol, sources, targets, together, row_of, distances, arriving, origins, origin_costs,
            log_costs, symbols, offsets[v + 1], shared, n, stack, queue, queued,
        )  # fmt: skip
        costs[v] = stack[n, 0]
        if shared == n and last_n == n:
            first[v], count[v] = first[previous], count[previous]
        else:
            if used + n + costs[v] // cheapest > moves.size:
                larger = np.empty(2 * moves.size + n + costs[v] // cheapest, np.int32)
                larger[:used] = moves[:used]
                moves = larger
            same, end = -1, 0  # nothing is known of the last sequence
            if last_n >= 0:
                same, end = shared, first[previous] + count[previous]
            first[v] = used
            used = _read_moves(
                leaving, labels, following, log_costs, model_costs,
                symbols, offsets[v], n, same, end, stack, moves, used, state_at, moves_at,
            )  # fmt: skip
            count[v] = used - first[v]
        previous = v
    return costs, moves, first, count


@kernel
def _common_suffix(symbols, end, other_end, most):  # type: ignore[no-untyped-def]
    shared = 0
    while shared < most and symbols[end - 1 - shared] == symbols[other_end - 1 - shared]:
        shared += 1
    return shared


@kernel
def _fill_stack(  # type: ignore[no-untyped-def]
    by_symbol, sources, targets, together, row_of, distances, arriving, origins, origin_costs,
    log_costs, symbols, end, shared, n, stack, queue, queued,
):  # fmt: skip
    """Rows `shared` + 1 to `n`: each from the row before, with one more activity in front."""
    kind, width, known = stack.dtype.type, stack.shape[1], distances.shape[0] > 0
    for j in range(shared, n):
        symbol, waiting = symbols[end - 1 - j], 0
        before, after = stack[j], stack[j + 1]
        log_cost = log_costs[symbol]
        for s in range(width):
            after[s] = kind(before[s] + log_cost)
        e, last = by_symbol[symbol], by_symbol[symbol + 1]
        while e < last:  # from the last states to the first: what they gain, the others may gain by them
            beyond, cost, gains = together[e], before[targets[e]], False
            for k in range(e, beyond):
                source = sources[k]
                if cost < after[source]:
                    gains = True
                    if known:
                        break
                    after[source], queue[waiting], queued[source] = cost, source, True
                    waiting += 1
            if known and gains:  # else no other state gains either: `after` is closed
                to_source = distances[row_of[e]]
                for s in range(width):
                    after[s] = min(after[s], kind(cost + to_source[s]))
            e = beyond
        if waiting > 0:
            _follow(arriving, origins, origin_costs, after, queue, queued, waiting)


@kernel
def _follow(arriving, origins, origin_costs, costs, queue, queued, waiting):  # type: ignore[no-untyped-def]
    """Close costs under model moves again, from the states in the queue backwards."""
    kind, head = costs.dtype.type, 0
    while waiting > 0:
        state = queue[head]
        head = (head + 1) % queue.size
        waiting -= 1
        queued[state] = False
        for e in range(arriving[state], arriving[state + 1]):
            origin, cost = origins[e], kind(costs[state] + origin_costs[e])
            if cost < costs[origin]:
                costs[origin] = cost
                if not queued[origin]:
                    queued[origin] = True
                    queue[(head + waiting) % queue.size] = origin
                    waiting += 1


@kernel
def _read_moves(  # type: ignore[no-untyped-def]
    leaving, labels, targets, log_costs, model_costs,
    symbols, begin, n, same, end, stack, moves, used, state_at, moves_at,
):  # fmt: skip
    """Walk one cheapest alignment from its start: synchronous, else log move, else model move.

    The moves of the sequence before, up to `end`, are copied from where both are the same: not before
    `same` activities are left.
    """
    state, i, come = 0, 0, -1
    while True:
        if i > come:
            come = i
            left = n - i
            if left <= same and state_at[left] == state:
                for k in range(moves_at[left], end):
                    moves[used] = moves[k]
                    used += 1
                shift = used - end
                for j in range(left + 1):
                    moves_at[j] += shift
                return used
            state_at[left], moves_at[left] = state, used
        cost = stack[n - i, state]
        if i == n and cost == 0:
            return used
        if i < n:
            symbol, following = symbols[begin + i], -1
            for e in range(leaving[state], leaving[state + 1]):
                if labels[e] == symbol:
                    following = targets[e]
                    break
            if following >= 0 and stack[n - i - 1, following] == cost:
                moves[used], state = SYNCHRONOUS, following
                used, i = used + 1, i + 1
                continue
            if stack[n - i - 1, state] + log_costs[symbol] == cost:
                moves[used] = LOG_MOVE
                used, i = used + 1, i + 1
                continue
        for e in range(leaving[state], leaving[state + 1]):
            if stack[n - i, targets[e]] + model_costs[labels[e]] == cost:
                moves[used], state = labels[e], targets[e]
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
