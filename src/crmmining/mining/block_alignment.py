"""Alignments with a block model: automaton by automaton over a batch of sequences, exact.

A stretch of a sequence costs a block what it costs each branch, seen with the branch's own activities
only, and the activities that none of them knows; so a block of many branches takes time that grows with
their number and not with the product of their states, and with the square of a sequence's length.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from crmmining.mining.alignment_kernel import Machine
from crmmining.mining.alignment_machine import machine_for
from crmmining.mining.block_kernel import (
    FAR,
    Level,
    Tables,
    add_branch,
    begin_block,
    read_stretches,
    stretch_costs,
    weave,
)
from crmmining.mining.block_model import BlockModel

BATCH_CELLS = 8_000_000
"""Stretches that are held at a time, over all sequences, blocks and branches."""
MOST_CELLS = 200_000_000
"""Stretches of one sequence, over all blocks, that may be held at all: 0.8 GB, 14,000 activities."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Costs:
    """What moves cost, per label of the whole model."""

    labels: tuple[str, ...]
    log: Ints
    model: Ints

    def symbols_of(self, labels: tuple[str, ...]) -> Ints:
        """The places of some labels among all."""
        place = {label: i for i, label in enumerate(self.labels)}
        return np.array([place[label] for label in labels], np.int64)


def align_blocks(
    model: BlockModel, symbols: NDArray[np.int32], offsets: Ints, is_open: Ints, log: Ints, costs: Ints
) -> tuple[Ints, NDArray[np.int32], Ints, Ints]:
    """Least cost and moves of each sequence: costs, all moves, where each one's begin, their number.

    `symbols` are places among the model's labels, `log` and `costs` what a log and a model move of each
    cost. Moves are as `align_sorted` gives them.
    """
    prices = Costs(model.labels, log, costs)
    prepared = _Prepared(model, prices)
    found, all_moves, counts = [], [], []
    for first, end in _batches(np.diff(offsets), prepared.cells_per_stretch):
        part = offsets[first : end + 1]
        level = _Level(prepared, symbols[part[0] : part[-1]], part - part[0])
        n = np.diff(part)
        cost, move_first, moves = level.read(np.arange(n.size), np.zeros_like(n), n, is_open[first:end])
        found.append(cost)
        all_moves.append(moves)
        counts.append(np.diff(move_first))
    count = np.concatenate([np.zeros(0, np.int64), *counts])
    firsts = np.concatenate([[0], np.cumsum(count)])[:-1].astype(np.int64)
    nothing = np.zeros(0, np.int32)
    costs_found = np.concatenate([np.zeros(0, np.int64), *found])
    return costs_found, np.concatenate([nothing, *all_moves]), firsts, count


def too_long(model: BlockModel, lengths: Ints) -> NDArray[np.bool_]:
    """Which sequences are so long that the tables of their stretches would not fit into memory."""
    return np.asarray((lengths + 1) ** 2 * max(len(model.blocks), 1) > MOST_CELLS)


def cheapest_run(model: BlockModel, costs: Ints) -> int:
    """The least cost of a run of the model by model moves alone."""
    prepared = _Prepared(model, Costs(model.labels, np.ones_like(costs), costs))
    return int(prepared.machine.ends[0, 0])


def _batches(lengths: Ints, cells_per_stretch: int) -> list[tuple[int, int]]:
    """Stretches of sequences whose tables together fit into memory."""
    total = np.cumsum((lengths + 1) ** 2 * cells_per_stretch)
    cuts = np.flatnonzero(np.diff(total // BATCH_CELLS, prepend=0)).tolist()
    ends = sorted({*cuts, lengths.size} - {0})
    return list(zip([0, *ends[:-1]], ends, strict=True))


class _Prepared:
    """One automaton of the model with its costs, and those of its blocks' branches."""

    def __init__(self, model: BlockModel, costs: Costs) -> None:
        automaton, self.n_plain, self.costs = model.automaton, model.n_plain, costs
        self.blocks = [[_Prepared(branch, costs) for branch in branches] for branches in model.blocks]
        self.own = costs.symbols_of(model.labels)
        self.plain_of = np.full(len(costs.labels), -1, np.int32)
        self.plain = costs.symbols_of(automaton.labels[: self.n_plain])
        self.plain_of[self.plain] = np.arange(self.n_plain)
        empty = [sum(int(b.machine.ends[0, 0]) for b in branches) for branches in self.blocks]
        model_costs = [*costs.model[self.plain].tolist(), *(cost or FAR for cost in empty)]
        self.machine: Machine = machine_for(
            automaton,
            np.ones(len(automaton.labels), np.int64),
            np.array(model_costs, np.int64),
            FAR // 4,  # so that costs are 32 bits wide, as the stretches are
            dense=True,
        )
        is_block = self.machine.symbols >= self.n_plain
        sources = np.repeat(np.arange(automaton.n_states), np.diff(self.machine.leaving))
        self.block_sources = sources[is_block].astype(np.int32)
        self.block_targets = self.machine.targets[is_block]
        self.block_numbers = (self.machine.symbols[is_block] - self.n_plain).astype(np.int32)
        self.branch_of = np.full((len(self.blocks), len(costs.labels)), -1, np.int32)
        for k, branches in enumerate(self.blocks):
            for j, branch in enumerate(branches):
                self.branch_of[k, branch.own] = j

    @property
    def cells_per_stretch(self) -> int:
        """Tables that are held for each stretch of a sequence."""
        return 1 + sum(1 + b.cells_per_stretch for branches in self.blocks for b in branches)


class _Level:
    """A prepared automaton over a batch of sequences, with the tables of its blocks."""

    def __init__(self, prepared: _Prepared, symbols: NDArray[np.int32], offsets: Ints) -> None:
        self.prepared, self.symbols, self.offsets = prepared, symbols, offsets
        machine, n = prepared.machine, np.diff(offsets)
        log_costs = prepared.costs.log[symbols].astype(np.int32)
        cells, rest_cells = int(((n + 1) ** 2).sum()), int((n + 1).sum())
        n_blocks = len(prepared.blocks)
        self.first = np.concatenate([[0], np.cumsum((n + 1) ** 2)])[:-1].astype(np.int64)
        self.rest_first = (offsets[:-1] + np.arange(n.size)).astype(np.int64)
        first = self.first + np.arange(n_blocks)[:, np.newaxis] * cells
        rest_first = self.rest_first + np.arange(n_blocks)[:, np.newaxis] * rest_cells
        stretches = np.zeros(n_blocks * cells, np.int32)
        rests = np.zeros(n_blocks * rest_cells, np.int32)
        self.branches: list[list[_Level]] = []
        self.counts: list[list[Ints]] = []
        for k, branches in enumerate(prepared.blocks):
            branch_of = prepared.branch_of[k][symbols]
            here = Tables(stretches, first[k], rests, rest_first[k])
            begin_block(offsets, log_costs, branch_of < 0, here)
            self.branches.append([])
            self.counts.append([])
            for j, branch in enumerate(branches):
                own = branch_of == j
                counts = _running_counts(own, offsets)
                total = np.concatenate([[0], np.cumsum(own)])
                below = _Level(branch, symbols[own], total[offsets].astype(np.int64))
                add_branch(offsets, counts, np.diff(below.offsets), below.stretch_tables(), here)
                self.branches[k].append(below)
                self.counts[k].append(counts)
        self.level = Level(
            offsets, prepared.plain_of[symbols], log_costs,
            machine.leaving, machine.symbols, machine.targets,
            machine.by_symbol, machine.symbol_sources, machine.symbol_targets,
            machine.distances, machine.ends, machine.model_costs, prepared.n_plain,
            prepared.block_sources, prepared.block_targets, prepared.block_numbers,
            stretches, first, rests, rest_first,
        )  # fmt: skip

    def stretch_tables(self) -> Tables:
        """What every stretch costs, and every rest as a prefix."""
        n = np.diff(self.offsets)
        stretches = np.empty(int(((n + 1) ** 2).sum()), np.int32)
        found = Tables(stretches, self.first, np.empty(int((n + 1).sum()), np.int32), self.rest_first)
        stretch_costs(self.level, found)
        return found

    def read(self, sequence: Ints, begin: Ints, end: Ints, is_open: Ints) -> tuple[Ints, Ints, Any]:
        """Cost, where the moves begin, and moves of stretches; model moves as labels of the whole model."""
        costs, first, moves, spans = read_stretches(self.level, sequence, begin, end, is_open)
        n_plain = self.prepared.n_plain
        plain = (moves >= 0) & (moves < n_plain)
        moves[plain] = self.prepared.plain[moves[plain]]
        if not self.branches:
            return costs, first, moves
        return costs, *self._filled(sequence, first, moves, spans, np.where(plain, -1, moves - n_plain))

    def _filled(
        self, sequence: Ints, first: Ints, moves: NDArray[np.int32], spans: NDArray[np.int32], block: Any
    ) -> tuple[Ints, NDArray[np.int32]]:
        """The moves with each block replaced by those of its branches."""
        lengths = np.where(block >= 0, 0, 1).astype(np.int64)
        of = np.repeat(sequence, np.diff(first))
        woven: dict[int, tuple[NDArray[np.int32], Ints]] = {}
        for k in range(len(self.branches)):
            at = np.flatnonzero(block == k)
            found, starts = self._woven(k, of[at], spans[at])
            lengths[at] = np.diff(starts)
            woven[k] = found, starts
        places = np.concatenate([[0], np.cumsum(lengths)])
        filled = np.empty(int(places[-1]), np.int32)
        alone = block < 0
        filled[places[:-1][alone]] = moves[alone]
        for k, (found, starts) in woven.items():
            at = np.flatnonzero(block == k)
            shift = np.repeat(places[at] - starts[:-1], np.diff(starts))
            filled[np.arange(found.size) + shift] = found
        return places[first], filled

    def _woven(self, k: int, sequence: Ints, spans: NDArray[np.int32]) -> tuple[NDArray[np.int32], Ints]:
        """The moves of block `k` over stretches, and where each one's begin."""
        begin, end, begun = (spans[:, i].astype(np.int64) for i in range(3))
        row = self.offsets[sequence] + sequence
        firsts, all_moves, starts = [], [], [0]
        for branch, counts in zip(self.branches[k], self.counts[k], strict=True):
            _, first, moves = branch.read(sequence, counts[row + begin], counts[row + end], begun)
            firsts.append(first)
            all_moves.append(moves)
            starts.append(starts[-1] + moves.size)
        n = end - begin
        activities = np.repeat(self.offsets[sequence] + begin - np.cumsum(n) + n, n) + np.arange(n.sum())
        own_first = np.zeros(sequence.size + 1, np.int64)
        found = weave(
            self.prepared.branch_of[k][self.symbols[activities]],
            n,
            np.concatenate(all_moves).astype(np.int32),
            np.stack(firsts),
            np.array(starts[:-1], np.int64),
            own_first,
        )
        return found, own_first


def _running_counts(own: NDArray[np.bool_], offsets: Ints) -> Ints:
    """Per sequence and place how many activities before it are a branch's own."""
    total = np.concatenate([[0], np.cumsum(own)])
    lengths = np.diff(offsets) + 1
    place = np.arange(int(lengths.sum())) - np.repeat(np.arange(lengths.size), lengths)
    return np.asarray(total[place] - np.repeat(total[offsets[:-1]], lengths), np.int64)
