"""Compiled walks of a block model: what every stretch of a sequence costs, and the moves of one.

Row `i` of the stack holds, for each state of one automaton, the least cost of aligning the activities
from `i` to a chosen end, model moves included. A block is a move from one row to a later one: it takes
a whole stretch of activities at once, for the sum of what the stretch costs in its branches.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from crmmining.eventlog.kernel import kernel
from crmmining.mining.alignment_kernel import LOG_MOVE, SYNCHRONOUS

FAR = 2**29  # never; twice as much still fits


class Level(NamedTuple):
    """One automaton of a block model over a batch of sequences, as the kernels walk it.

    Sequence `v` is ``[offsets[v]:offsets[v+1]]`` in `plain` (the automaton's symbol, -1 where only a
    block knows the activity) and `log_costs`. Moves by symbol, moves leaving a state and `distances` are
    as in an alignment's `Machine`; moves by block are (`block_sources`, `block_targets`, `block_numbers`).
    ``stretches[first[k, v] + i * (n + 1) + q]`` is the cost of activities `i` to `q` of `v` in block `k`,
    ``rests[rest_first[k, v] + i]`` that of all from `i` on as a prefix of the block.
    """

    offsets: NDArray[np.int64]
    plain: NDArray[np.int32]
    log_costs: NDArray[np.int32]
    leaving: NDArray[np.int64]
    symbols: NDArray[np.int32]
    targets: NDArray[np.int32]
    by_symbol: NDArray[np.int64]
    symbol_sources: NDArray[np.int32]
    symbol_targets: NDArray[np.int32]
    distances: NDArray[np.int32]
    ends: NDArray[np.int32]
    model_costs: NDArray[np.int32]
    n_plain: int
    block_sources: NDArray[np.int32]
    block_targets: NDArray[np.int32]
    block_numbers: NDArray[np.int32]
    stretches: NDArray[np.int32]
    first: NDArray[np.int64]
    rests: NDArray[np.int32]
    rest_first: NDArray[np.int64]


class Tables(NamedTuple):
    """Costs of all stretches of a batch of sequences, and of all rests as prefixes.

    ``stretches[first[v] + i * (n + 1) + q]`` is the cost of activities `i` to `q` of sequence `v`,
    ``rests[rest_first[v] + i]`` that of all from `i` on.
    """

    stretches: NDArray[np.int32]
    first: NDArray[np.int64]
    rests: NDArray[np.int32]
    rest_first: NDArray[np.int64]


@kernel
def _fill(level, v, begin, end, is_open, stack):  # type: ignore[no-untyped-def]
    """Rows `end` to `begin` of the stack."""
    n = level.offsets[v + 1] - level.offsets[v]
    n_states, distances = level.ends.shape[1], level.distances
    stack[end, :n_states] = level.ends[is_open]
    for i in range(end - 1, begin - 1, -1):
        before, after = stack[i + 1], stack[i]
        cost, symbol = level.log_costs[level.offsets[v] + i], level.plain[level.offsets[v] + i]
        for s in range(n_states):
            after[s] = min(before[s] + cost, FAR)
        if symbol >= 0:
            for e in range(level.by_symbol[symbol], level.by_symbol[symbol + 1]):
                _lower(after, distances, level.symbol_sources[e], before[level.symbol_targets[e]])
        for e in range(level.block_numbers.size):
            block, target = level.block_numbers[e], level.block_targets[e]
            at = level.first[block, v] + i * (n + 1)
            least = level.rests[level.rest_first[block, v] + i] if is_open else FAR
            for q in range(i + 1, end + 1):
                least = min(least, level.stretches[at + q] + stack[q, target])
            _lower(after, distances, level.block_sources[e], least)


@kernel
def _lower(costs, distances, source, cost):  # type: ignore[no-untyped-def]
    """A state costs no more than this, and so do those before it."""
    if cost < costs[source]:
        to_source = distances[source]
        for s in range(costs.size):
            costs[s] = min(costs[s], cost + to_source[s])


@kernel
def stretch_costs(level, found):  # type: ignore[no-untyped-def]
    """What each stretch of each sequence costs as a run of the automaton, and as the begin of one."""
    longest = 0
    for v in range(level.offsets.size - 1):
        longest = max(longest, level.offsets[v + 1] - level.offsets[v])
    stack = np.empty((longest + 1, level.ends.shape[1]), np.int32)
    for v in range(level.offsets.size - 1):
        n = level.offsets[v + 1] - level.offsets[v]
        for end in range(n + 1):
            _fill(level, v, 0, end, 0, stack)
            for i in range(end + 1):
                found.stretches[found.first[v] + i * (n + 1) + end] = stack[i, 0]
        _fill(level, v, 0, n, 1, stack)
        for i in range(n + 1):
            found.rests[found.rest_first[v] + i] = stack[i, 0]


@kernel
def begin_block(offsets, log_costs, foreign, block):  # type: ignore[no-untyped-def]
    """A block's tables before its branches are added: the activities that none of them knows."""
    for v in range(offsets.size - 1):
        begin, n = offsets[v], offsets[v + 1] - offsets[v]
        for i in range(n + 1):
            cost = 0
            for q in range(i, n + 1):
                block.stretches[block.first[v] + i * (n + 1) + q] = cost
                if q < n and foreign[begin + q]:
                    cost += log_costs[begin + q]
            block.rests[block.rest_first[v] + i] = cost


@kernel
def add_branch(offsets, counts, n_own, own, block):  # type: ignore[no-untyped-def]
    """Add a branch's tables to its block's.

    ``counts[offsets[v] + v + i]`` of the first `i` activities are the branch's own, ``n_own[v]`` of all.
    """
    for v in range(offsets.size - 1):
        n, at = offsets[v + 1] - offsets[v], offsets[v] + v
        for i in range(n + 1):
            row = own.first[v] + counts[at + i] * (n_own[v] + 1)
            to = block.first[v] + i * (n + 1)
            for q in range(i, n + 1):
                block.stretches[to + q] += own.stretches[row + counts[at + q]]
            block.rests[block.rest_first[v] + i] += own.rests[own.rest_first[v] + counts[at + i]]


@kernel
def read_stretches(level, sequence, begin, end, is_open):  # type: ignore[no-untyped-def]
    """Cost and moves of chosen stretches: synchronous, else block, else log move, else model move.

    Returns costs, where the moves of each stretch begin, the moves, and for a move that is a block the
    activities it takes (`from_`, `to`) and whether it is only begun. Of several ways to take a block the
    longest is taken.
    """
    longest, room = 0, 0
    for t in range(sequence.size):
        longest = max(longest, end[t])
        room += 2 * (end[t] - begin[t]) + 8
    stack = np.empty((longest + 1, level.ends.shape[1]), np.int32)
    costs, first = np.empty(sequence.size, np.int64), np.zeros(sequence.size + 1, np.int64)
    moves, spans = np.empty(room, np.int32), np.empty((room, 3), np.int32)
    used = 0
    for t in range(sequence.size):
        v, i, state = sequence[t], begin[t], 0
        _fill(level, v, i, end[t], is_open[t], stack)
        costs[t] = stack[i, 0]
        while i < end[t] or stack[i, state] > 0:
            if used == moves.size:
                moves = np.concatenate((moves, np.empty_like(moves)))
                spans = np.concatenate((spans, np.empty_like(spans)))
            moves[used], to, following, begun = _next(level, v, i, end[t], is_open[t], state, stack)
            spans[used, 0], spans[used, 1], spans[used, 2] = i, to, begun
            i, state = to, following
            used += 1
            if begun:
                break
        first[t + 1] = used
    return costs, first, moves[:used], spans[:used]


@kernel
def _next(level, v, i, end, is_open, state, stack):  # type: ignore[no-untyped-def]
    """The next move of a cheapest alignment: (move, next activity, next state, block only begun)."""
    cost, n = stack[i, state], level.offsets[v + 1] - level.offsets[v]
    if i < end:
        symbol, at = level.plain[level.offsets[v] + i], level.offsets[v] + i
        if symbol >= 0:
            for e in range(level.leaving[state], level.leaving[state + 1]):
                if level.symbols[e] == symbol and stack[i + 1, level.targets[e]] == cost:
                    return SYNCHRONOUS, i + 1, level.targets[e], 0
        for e in range(level.block_numbers.size):
            if level.block_sources[e] == state:
                block, target = level.block_numbers[e], level.block_targets[e]
                if is_open and level.rests[level.rest_first[block, v] + i] == cost:
                    return level.n_plain + block, end, target, 1
                row = level.first[block, v] + i * (n + 1)
                for q in range(end, i, -1):
                    if level.stretches[row + q] + stack[q, target] == cost:
                        return level.n_plain + block, q, target, 0
        if stack[i + 1, state] + level.log_costs[at] == cost:
            return LOG_MOVE, i + 1, state, 0
    for e in range(level.leaving[state], level.leaving[state + 1]):
        if stack[i, level.targets[e]] + level.model_costs[level.symbols[e]] == cost:
            return level.symbols[e], i, level.targets[e], 0
    return LOG_MOVE, end, state, 1  # cannot be: some move is always on a cheapest alignment


@kernel
def weave(branch_of, n_activities, moves, first, branches, own_first):  # type: ignore[no-untyped-def]
    """Put the moves of a block's branches in one row, each stretch of activities in its order.

    `branch_of` (all activities of all stretches) is the branch of each, -1 where none knows it;
    stretch `t` has ``n_activities[t]`` of them. Branch `j`'s moves of stretch `t` are
    ``first[j, t]`` to ``first[j, t+1]`` in `moves` from ``branches[j]`` on. A model move stands before the
    next activity of its branch, the last ones at the end, branch by branch.
    """
    n_branches = branches.size
    total = 0
    for j in range(n_branches):
        total += first[j, n_activities.size]
    found = np.empty(total + branch_of.size, np.int32)
    at, used = 0, 0
    place = np.empty(n_branches, np.int64)
    for t in range(n_activities.size):
        own_first[t] = used
        for j in range(n_branches):
            place[j] = branches[j] + first[j, t]
        for _ in range(n_activities[t]):
            j = branch_of[at]
            at += 1
            if j < 0:
                found[used] = LOG_MOVE
                used += 1
                continue
            while True:
                move = moves[place[j]]
                place[j] += 1
                found[used] = move
                used += 1
                if move < 0:
                    break
        for j in range(n_branches):
            while place[j] < branches[j] + first[j, t + 1]:
                found[used] = moves[place[j]]
                place[j] += 1
                used += 1
    own_first[n_activities.size] = used
    return found[:used]
