"""A model with wide concurrency: automata whose symbols may be blocks of branches side by side.

Ten branches of three steps are a million states as one automaton, but ten automata of four states as
a block. What a block costs is the sum over its branches, as these have no activity in common.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from crmmining.mining.automaton import MAX_STATES, Automaton, frozen
from crmmining.mining.term_language import BlockLanguage, block_language
from crmmining.study.journey import Term

WIDEST = 400
"""States of a product of parallel branches up to which one automaton is quicker than a block."""


@dataclass(frozen=True, eq=False)
class BlockModel:
    """An automaton, and the branches of those of its symbols that are blocks.

    The last `len(blocks)` labels of the automaton stand for the blocks.
    """

    automaton: Automaton
    blocks: tuple[tuple[BlockModel, ...], ...]

    @property
    def n_states(self) -> int:
        """States of all automata together."""
        inside = sum(branch.n_states for branches in self.blocks for branch in branches)
        return self.automaton.n_states + inside

    @cached_property
    def n_plain(self) -> int:
        """How many labels of the automaton are activities."""
        return len(self.automaton.labels) - len(self.blocks)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The activities of the model, sorted."""
        inside = (label for branches in self.blocks for branch in branches for label in branch.labels)
        return tuple(sorted({*self.automaton.labels[: self.n_plain], *inside}))

    def shortest_run(self) -> tuple[str, ...]:
        """A run with the fewest activities, a block's branches one after the other."""
        lengths = [sum(len(branch.shortest_run()) for branch in branches) for branches in self.blocks]
        costs = [1] * self.n_plain + [max(length, 1) for length in lengths]
        run: list[str] = []
        for symbol in self.automaton.cheapest_run(costs):
            if symbol < self.n_plain:
                run.append(self.automaton.labels[symbol])
            else:
                for branch in self.blocks[symbol - self.n_plain]:
                    run.extend(branch.shortest_run())
        return tuple(run)

    def accepts(self, sequence: Iterable[str]) -> bool:
        """Whether the sequence of activities is a run of the model."""
        from crmmining.mining.model_walk import walk_of

        walk = walk_of(self)
        states = walk.start()
        for activity in sequence:
            states = walk.after(states, activity)
        return walk.may_end(states)


Model: TypeAlias = Automaton | BlockModel


def compile_term(term: Term, *, max_states: int = MAX_STATES, widest: int = WIDEST) -> Model:
    """The model of a term, with blocks where one automaton would be wide.

    >>> from crmmining.study.journey import Parallel, Sequence, Step
    >>> chains = [Sequence(tuple(Step(f"{branch}{i}") for i in "123")) for branch in "abcdefghij"]
    >>> compile_term(Parallel(tuple(chains))).n_states
    42

    Raises:
        ModelError: more than `max_states` states, however it is put.
    """
    language = block_language(term, max_states, widest)
    return _model(language) if language.blocks else frozen(language.dfa)


def _model(language: BlockLanguage) -> BlockModel:
    automaton = frozen(language.dfa)
    blocks = tuple(
        tuple(_model(branch) for branch in language.blocks[name])
        for name in automaton.labels
        if name in language.blocks
    )
    return BlockModel(automaton, blocks)
