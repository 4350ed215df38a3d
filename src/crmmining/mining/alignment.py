"""Optimal alignments of all sequences of a log with a model, all together and exact.

An alignment (van der Aalst, Adriansyah, van Dongen 2012) pairs a sequence with a run of the model
by synchronous moves, log moves (the model lacks it) and model moves (a step was skipped) at least
cost. The cost of every suffix from every state of the model's automaton is computed once, however
many sequences share the suffix; no search, no heuristic, no bound.

Of several cheapest alignments the one that goes along with the model longest is taken: from the
start, a synchronous move where one is still optimal, else a log move, else a model move (of
several, the first in the order of the labels). So a deviation stands as late as it can.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crmmining.errors import InvalidOptionError
from crmmining.mining.alignment_kernel import align_sorted, known_symbols, lay_out_moves, sorted_from_the_end
from crmmining.mining.alignment_machine import MOST_COST, machine_for
from crmmining.mining.block_alignment import align_blocks, cheapest_run, too_long
from crmmining.mining.block_model import BlockModel
from crmmining.mining.bounded_model import BoundedModel
from crmmining.mining.compiling import AnyModel


class CodedSequences(Protocol):
    """Sequences in flat arrays: number `v` is ``codes[offsets[v]:offsets[v+1]]`` into `names`."""

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Where each sequence begins, and the end of the last."""

    @property
    def codes(self) -> NDArray[np.int32]:
        """The activities of all sequences, one after another."""

    @property
    def names(self) -> tuple[str, ...]:
        """The name of each code."""


class Sequences(NamedTuple):
    """The plainest `CodedSequences`."""

    offsets: NDArray[np.int64]
    codes: NDArray[np.int32]
    names: tuple[str, ...]


def align(
    model: AnyModel,
    variants: CodedSequences,
    *,
    prefixes: ArrayLike | None = None,
    log_costs: ArrayLike | None = None,
    model_costs: ArrayLike | None = None,
) -> Alignments:
    """Align each sequence with the model at least cost.

    `prefixes` tells per sequence whether its case is still open: an open case may stop in any
    state and is never charged for what may still come. `log_costs` (whole numbers ≥ 0, per name of
    `variants`) and `model_costs` (≥ 1, per label of the model) default to 1.

    >>> from crmmining.mining.automaton import from_term
    >>> from crmmining.study.journey import Sequence, Step
    >>> abc = from_term(Sequence((Step("a"), Step("b"), Step("c"))))
    >>> acc = Sequences(np.array([0, 3]), np.array([0, 1, 1], np.int32), ("a", "c"))
    >>> align(abc, acc).moves(0)
    [('a', 'a'), ('c', None), (None, 'b'), ('c', 'c')]

    Raises:
        InvalidOptionError: an array of the wrong length, or a cost out of range.
    """
    if isinstance(model, BoundedModel):
        return _between(model, variants, prefixes, log_costs, model_costs)
    n, names, labels = len(variants.offsets) - 1, variants.names, model.labels
    offsets = np.require(variants.offsets, np.int64, ["C", "W"])  # one array type, so that the
    codes = np.require(variants.codes, np.int32, ["C", "W"])  # kernels are compiled once
    costs = _costs(log_costs, "log_costs", names, 0)
    skipping = _costs(model_costs, "model_costs", labels, 1)
    is_open = _flags(prefixes, n)
    log = _Log(Sequences(offsets, codes, names), costs, labels)
    if isinstance(model, BlockModel):
        if (long := too_long(model, np.diff(log.offsets))).any():
            return _without_long(model, Sequences(offsets, codes, names), long, is_open, costs, skipping)
        found, moves, first, count = align_blocks(
            model, log.symbols, log.offsets, is_open, log.symbol_costs, skipping
        )
        shortest = cheapest_run(model, skipping)
    else:
        machine = machine_for(model, log.symbol_costs, skipping, log.dearest)
        order = sorted_from_the_end(log.symbols, log.offsets, is_open)
        found, moves, first, count = align_sorted(
            machine, log.symbols, log.offsets, order, is_open, log.longest
        )
        shortest = int(machine.ends[0, 0])
    move_offsets = np.concatenate(([0], np.cumsum(count + log.n_unknown)))
    laid_out = lay_out_moves(moves, first, count, offsets, codes, log.symbol_of, move_offsets)
    return Alignments(
        names=names,
        labels=labels,
        costs=found + log.unknown_costs,
        worst_costs=log.all_costs + np.where(is_open, 0, shortest),
        prefixes=is_open.astype(np.bool_),
        move_offsets=move_offsets,
        log_moves=laid_out[0],
        model_moves=laid_out[1],
        model_costs=skipping,
    )


@dataclass(frozen=True, eq=False)
class Alignments:
    """One cheapest alignment per sequence.

    The moves of sequence `v` are ``move_offsets[v]`` to ``move_offsets[v+1]`` in `log_moves` (codes
    into `names`) and `model_moves` (codes into `labels`), -1 where that side stands still: both are
    there in a synchronous move. `worst_costs` is the cost of all activities as log moves plus the
    cheapest run as model moves (no run for a prefix); `model_costs` what a model move by each label costs.

    Where the model was too large to be held, the alignments are possible ones, and `lower_costs` is
    what no alignment costs less than; else it is None and every cost is the least there is.
    """

    names: tuple[str, ...]
    labels: tuple[str, ...]
    costs: NDArray[np.int64]
    worst_costs: NDArray[np.int64]
    prefixes: NDArray[np.bool_]
    move_offsets: NDArray[np.int64]
    log_moves: NDArray[np.int32]
    model_moves: NDArray[np.int32]
    model_costs: NDArray[np.int64]
    lower_costs: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return self.costs.size

    @cached_property
    def exact(self) -> NDArray[np.bool_]:
        """Per sequence whether its cost is proved to be the least there is."""
        if self.lower_costs is None:
            return np.ones(len(self), np.bool_)
        return np.asarray(self.lower_costs == self.costs)

    def moves(self, v: int) -> list[tuple[str | None, str | None]]:
        """The moves of one sequence as (activity in the log, activity in the model)."""
        if not 0 <= v < len(self):
            raise IndexError(f"there are {len(self)} sequences")
        part = slice(self.move_offsets[v], self.move_offsets[v + 1])
        return [
            (self.names[log] if log >= 0 else None, self.labels[model] if model >= 0 else None)
            for log, model in zip(self.log_moves[part], self.model_moves[part], strict=True)
        ]

    @cached_property
    def trace_fitness(self) -> NDArray[np.float64]:
        """Per sequence 1 - cost / worst cost, in [0, 1]; 1 where nothing can cost anything."""
        worst = np.maximum(self.worst_costs, 1)
        return np.asarray(1.0 - self.costs / worst)


def _between(
    model: BoundedModel,
    variants: CodedSequences,
    prefixes: ArrayLike | None,
    log_costs: ArrayLike | None,
    model_costs: ArrayLike | None,
) -> Alignments:
    """Possible alignments, and what none costs less than."""
    costs = _costs(model_costs, "model_costs", model.labels, 1)
    place = {label: i for i, label in enumerate(model.labels)}
    upper, lower = (
        align(
            automaton, variants, prefixes=prefixes, log_costs=log_costs,
            model_costs=costs[[place[label] for label in automaton.labels]],
        )
        for automaton in (model.smaller, model.larger)
    )  # fmt: skip
    return replace(upper, lower_costs=np.minimum(lower.costs, upper.costs))


def _without_long(
    model: BlockModel,
    variants: Sequences,
    long: NDArray[np.bool_],
    is_open: NDArray[np.int64],
    costs: NDArray[np.int64],
    skipping: NDArray[np.int64],
) -> Alignments:
    """Sequences too long for a model with blocks as log moves all through: possible, not proved optimal."""
    lengths = np.diff(variants.offsets)
    unknown = len(variants.names)  # an activity that no model knows stands for those of long sequences
    codes = np.where(np.repeat(long, lengths), unknown + variants.codes, variants.codes).astype(np.int32)
    doubled = Sequences(variants.offsets, codes, (*variants.names, *(f"\0{n}" for n in variants.names)))
    found = align(
        model, doubled, prefixes=is_open.astype(bool), log_costs=np.tile(costs, 2), model_costs=skipping
    )
    return replace(
        found,
        names=variants.names,
        log_moves=np.where(found.log_moves >= unknown, found.log_moves - unknown, found.log_moves),
        lower_costs=np.where(long, 0, found.costs),
    )


class _Log:
    """What the kernel needs of the sequences: symbols of the automaton, unknown activities out."""

    def __init__(self, variants: Sequences, costs: NDArray[np.int64], labels: tuple[str, ...]) -> None:
        place = {label: symbol for symbol, label in enumerate(labels)}
        symbol_of = [place.get(name, -1) for name in variants.names]
        self.symbol_of = np.array(symbol_of, np.int32)
        self.symbol_costs = np.ones(len(labels) + 1, np.int64)
        self.symbol_costs[self.symbol_of] = costs  # the last is that of all unknown activities
        self.symbol_costs = self.symbol_costs[:-1]
        (
            self.symbols, self.offsets, self.all_costs, self.unknown_costs, self.longest, self.dearest
        ) = known_symbols(variants.offsets, variants.codes, self.symbol_of, costs)  # fmt: skip
        self.n_unknown = np.diff(variants.offsets) - np.diff(self.offsets)


def _flags(prefixes: ArrayLike | None, n: int) -> NDArray[np.int64]:
    flags = np.zeros(n, np.bool_) if prefixes is None else np.asarray(prefixes)
    if flags.shape != (n,) or flags.dtype != np.bool_:
        raise InvalidOptionError(f"prefixes must be {n} booleans, one per sequence")
    return flags.astype(np.int64)


def _costs(costs: ArrayLike | None, option: str, names: tuple[str, ...], least: int) -> NDArray[np.int64]:
    values = np.ones(len(names), np.int64) if costs is None else np.asarray(costs)
    if values.shape != (len(names),) or (values.size and values.dtype.kind not in "iu"):
        raise InvalidOptionError(f"{option} must be {len(names)} whole numbers, one per activity")
    for name, value in zip(names, values.tolist(), strict=True):
        if not least <= value <= MOST_COST:
            raise InvalidOptionError(
                f"{option}: {value} for {name!r} is not between {least} and {MOST_COST:,}"
            )
    return values.astype(np.int64)
