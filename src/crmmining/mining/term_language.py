"""The language of a journey term or process tree as a minimal DFA, compiled from the parts up.

Each operator glues minimal DFAs together and minimises at once, so that nothing large is built
where the result is small. Parallel branches without a common activity are a plain product, or, where
that is wide, one *block*: a single symbol of the machine around it, its branches kept apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from crmmining.mining.partial_orders import decomposed, order_language
from crmmining.mining.state_machines import Dfa, Nfa, minimal, minimise, numbered, too_large
from crmmining.study.journey import Choice, Optional, Parallel, PartialOrder, Repeat, Sequence, Step, Term

EMPTY_RUN = Dfa([{}], {0})
BLOCK = "\U0010ffff"  # begins the symbol of a block; it sorts behind every name


class BlockLanguage(NamedTuple):
    """A DFA some of whose symbols are blocks, and the branches of each block.

    The branches of a block have no activity in common, and happen side by side. A block is never
    empty: where all its branches may be, the DFA has a way past it.
    """

    dfa: Dfa
    blocks: dict[str, tuple[BlockLanguage, ...]]


def term_language(term: Term, max_states: int) -> Dfa:
    """The minimal DFA of the runs a term allows; raises ModelError above `max_states`."""
    return numbered(_Compiler(max_states, max_states).dfa(term))


def block_language(term: Term, max_states: int, widest: int) -> BlockLanguage:
    """The same, where parallel branches of more than `widest` states together become a block.

    Raises ModelError where that is not enough: a wide partial order, or branches that share activities.
    """
    compiler = _Compiler(max_states, widest)
    return compiler.with_blocks(numbered(compiler.dfa(term)))


class _Compiler:
    def __init__(self, max_states: int, widest: int) -> None:
        self.max_states, self.widest = max_states, widest
        self.known: dict[int, Dfa] = {}  # by identity: a loop's body stands in its term twice
        self.blocks: dict[str, list[Dfa]] = {}

    def dfa(self, term: Term) -> Dfa:
        if id(term) not in self.known:
            self.known[id(term)] = self._dfa(term)
        return self.known[id(term)]

    def _dfa(self, term: Term) -> Dfa:
        match term:
            case Step(activity):
                one = Dfa([{activity: 1}, {}], {1})
                return self.either([EMPTY_RUN, one]) if term.unobserved else one
            case Sequence(parts):
                return self.chain([self.dfa(part) for part in parts])
            case Choice(branches):
                return self.either([self.dfa(branch) for branch in branches])
            case Optional(body):
                return self.either([EMPTY_RUN, self.dfa(body)])
            case Repeat():
                return self.repeated(term)
            case Parallel(branches):
                return self.interleaved([self.dfa(branch) for branch in branches])
            case PartialOrder():
                return self.ordered(term)

    def ordered(self, term: PartialOrder) -> Dfa:
        """A partial order as sequences of parallel parts, as far as it is one."""
        simpler = decomposed(term)
        if not isinstance(simpler, PartialOrder):
            return self.dfa(simpler)
        parts = [self.dfa(part) for part in simpler.parts]
        if any(self.blocks_in(part) for part in parts):
            raise too_large(self.max_states)
        return minimise(order_language(parts, simpler.before, self.max_states))

    def repeated(self, term: Repeat) -> Dfa:
        if term.at_most == 0:
            return EMPTY_RUN
        body = self.dfa(term.body)
        needed = [body] * term.at_least
        if term.at_most is None:
            return self.chain([*needed, self.star(body)])
        allowed = self.either([EMPTY_RUN, body])
        return self.chain([*needed, *[allowed] * (term.at_most - term.at_least)])

    def chain(self, parts: list[Dfa]) -> Dfa:
        if len(parts) < 2:
            return parts[0] if parts else EMPTY_RUN
        nfa, starts = self.side_by_side(parts)
        ends = [{start + s for s in part.accepting} for part, start in zip(parts, starts, strict=True)]
        for end, following in zip(ends, starts[1:], strict=False):
            for state in end:
                nfa.silent[state].append(following)
        return self.language_of(nfa, ends[-1])

    def either(self, branches: list[Dfa]) -> Dfa:
        nfa, starts = self.side_by_side([Dfa([{}], set()), *branches])
        nfa.silent[0].extend(starts[1:])
        return self.language_of(nfa, nfa.accepting)

    def star(self, body: Dfa) -> Dfa:
        nfa, (_, start) = self.side_by_side([EMPTY_RUN, body])
        nfa.silent[0].append(start)
        for state in nfa.accepting - {0}:
            nfa.silent[state].append(0)
        return self.language_of(nfa, {0})

    def interleaved(self, branches: list[Dfa]) -> Dfa:
        """Parallel branches; only those that share activities need to be determinised."""
        groups = []
        for group in _sharing(branches):
            if len(group) > 1 and any(self.blocks_in(branch) for branch in group):
                raise too_large(self.max_states)
            groups.append(group[0] if len(group) == 1 else minimal(self.product(group), self.max_states))
        groups = [group for group in groups if group.moves != [{}]]  # where nothing can happen
        wide = math.prod(len(group.moves) for group in groups) > self.widest
        if len(groups) > 1 and (wide or any(self.blocks_in(group) for group in groups)):
            return self.block(groups)
        product = self.product(groups)
        return Dfa([dict(row) for row in product.moves], product.accepting)

    def block(self, branches: list[Dfa]) -> Dfa:
        """One symbol that stands for all the branches."""
        if self.widest >= self.max_states:
            raise too_large(self.max_states)
        name = f"{BLOCK}{len(self.blocks)}"
        self.blocks[name] = [numbered(branch) for branch in branches]
        one = Dfa([{name: 1}, {}], {1})
        return self.either([EMPTY_RUN, one]) if all(0 in b.accepting for b in branches) else one

    def blocks_in(self, dfa: Dfa) -> set[str]:
        """The blocks a machine speaks of."""
        return {label for row in dfa.moves for label in row if label in self.blocks}

    def with_blocks(self, dfa: Dfa) -> BlockLanguage:
        """A machine with the branches of its blocks, and theirs."""
        return BlockLanguage(
            dfa,
            {
                name: tuple(self.with_blocks(branch) for branch in self.blocks[name])
                for name in sorted(self.blocks_in(dfa))
            },
        )

    def product(self, parts: list[Dfa]) -> Nfa:
        if math.prod(len(part.moves) for part in parts) > self.max_states:
            raise too_large(self.max_states)
        start = (0,) * len(parts)
        numbers, queue = {start: 0}, [start]
        moves: list[list[tuple[str, int]]] = []
        for state in queue:  # grows while it is walked
            row = []
            for i, part in enumerate(parts):
                for label, target in part.moves[state[i]].items():
                    following = (*state[:i], target, *state[i + 1 :])
                    if following not in numbers:
                        numbers[following] = len(queue)
                        queue.append(following)
                    row.append((label, numbers[following]))
            moves.append(row)
        accepting = {
            number
            for number, state in enumerate(queue)
            if all(s in part.accepting for s, part in zip(state, parts, strict=True))
        }
        return Nfa(moves, [[] for _ in queue], accepting)

    def side_by_side(self, parts: list[Dfa]) -> tuple[Nfa, list[int]]:
        """Copies of the parts in one NFA, and where each of them starts."""
        starts = [0]
        for part in parts:
            starts.append(starts[-1] + len(part.moves))
        if starts[-1] > self.max_states:
            raise too_large(self.max_states)
        moves = [
            [(label, start + target) for label, target in row.items()]
            for part, start in zip(parts, starts, strict=False)
            for row in part.moves
        ]
        accepting = {start + s for part, start in zip(parts, starts, strict=False) for s in part.accepting}
        return Nfa(moves, [[] for _ in moves], accepting), starts[:-1]

    def language_of(self, nfa: Nfa, accepting: set[int]) -> Dfa:
        return minimal(Nfa(nfa.moves, nfa.silent, accepting), self.max_states)


def _sharing(branches: list[Dfa]) -> Iterable[list[Dfa]]:
    """The branches in groups, so that two groups have no activity in common."""
    groups: list[tuple[set[str], list[Dfa]]] = []
    for branch in branches:
        labels, together = {label for row in branch.moves for label in row}, [branch]
        apart = []
        for others, group in groups:
            if others.isdisjoint(labels):
                apart.append((others, group))
            else:
                labels, together = labels | others, group + together
        groups = [*apart, (labels, together)]
    return [group for _, group in groups]
