"""The language of a journey term or process tree as a minimal DFA, compiled from the parts up.

Each operator glues DFAs together. Where no two moves of a state come to have the same label, which is so
wherever a name stands once, the result is deterministic as it is; else the subset construction makes it so.
Parallel branches are minimised, and are a plain product where they have no activity in common, or, where
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
NOTHING = Dfa([{}], set())
BLOCK = "\U0010ffff"  # begins the symbol of a block; it sorts behind every name

AS_IT_IS = 64  # states of a product up to which it is not worth while to make its parts smaller


class BlockLanguage(NamedTuple):
    """A DFA some of whose symbols are blocks, and the branches of each block.

    The branches of a block have no activity in common, and happen side by side. A block is never
    empty: where all its branches may be, the DFA has a way past it.
    """

    dfa: Dfa
    blocks: dict[str, tuple[BlockLanguage, ...]]


def term_language(term: Term, max_states: int) -> Dfa:
    """The minimal DFA of the runs a term allows; raises ModelError above `max_states`."""
    return _held(smallest(_Compiler(max_states, max_states).dfa(term)), max_states)


def block_language(term: Term, max_states: int, widest: int) -> BlockLanguage:
    """The same, where parallel branches of more than `widest` states together become a block.

    Raises ModelError where that is not enough: a wide partial order, or branches that share activities.
    """
    compiler = _Compiler(max_states, widest)
    return compiler.with_blocks(_held(smallest(compiler.dfa(term)), max_states))


def smallest(dfa: Dfa) -> Dfa:
    """The minimal DFA of the same runs, numbered so that equal languages look equal."""
    return numbered(minimise(numbered(dfa)))


def _held(dfa: Dfa, max_states: int) -> Dfa:
    if len(dfa.moves) > max_states:
        raise too_large(max_states)
    return dfa


class _Compiler:
    """Terms to DFAs, which need be neither minimal nor without states that cannot be reached."""

    def __init__(self, max_states: int, widest: int) -> None:
        self.max_states, self.widest = max_states, widest
        # By identity: a loop's body stands twice in its term. Terms are kept, lest one gets another's.
        self.known: dict[int, tuple[Term, Dfa]] = {}
        self.blocks: dict[str, list[Dfa]] = {}

    def dfa(self, term: Term) -> Dfa:
        if id(term) not in self.known:
            self.known[id(term)] = term, self._dfa(term)
        return self.known[id(term)][1]

    def _dfa(self, term: Term) -> Dfa:
        match term:
            case Step(activity):
                one = Dfa([{activity: 1}, {}], {1})
                return self.optional(one) if term.unobserved else one
            case Sequence(parts):
                return self.chain(self.with_loops(_flat(parts)))
            case Choice(branches):
                return self.either([self.dfa(branch) for branch in branches])
            case Optional(body):
                return self.optional(self.dfa(body))
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
        parts = [smallest(self.dfa(part)) for part in simpler.parts]
        if any(self.blocks_in(part) for part in parts):
            raise too_large(self.max_states)
        return order_language(parts, simpler.before, self.max_states)

    def with_loops(self, parts: tuple[Term, ...]) -> list[Dfa]:
        """The parts of a sequence; one that comes again after a repeat of itself is a loop."""
        found: list[Dfa] = []
        for i, part in enumerate(parts):
            match part:
                case Repeat(Sequence((again, body)), 0, None) if i and body is parts[i - 1]:
                    found[-1] = self.loop(self.dfa(body), self.dfa(again))
                case _:
                    found.append(self.dfa(part))
        return found

    def loop(self, body: Dfa, again: Dfa) -> Dfa:
        """A body, and as often as one likes what stands before it coming again."""
        moves: list[dict[str, int]] = []
        self.add(moves, body)
        start = self.add(moves, again)
        enter, leave = dict(moves[0]), dict(moves[start])
        turns = {start + state for state in again.accepting}
        goes_on = [(state, leave) for state in body.accepting] + [(state, enter) for state in turns]
        if 0 in again.accepting:
            goes_on += [(state, enter) for state in body.accepting]
        if 0 in body.accepting:
            goes_on += [(state, leave) for state in turns]
        if not all(_joined(moves[state], row) for state, row in goes_on):
            return self.loop_of_any(body, again)
        return Dfa(moves, body.accepting | turns if 0 in body.accepting else set(body.accepting))

    def repeated(self, term: Repeat) -> Dfa:
        if term.at_most == 0:
            return EMPTY_RUN
        body = self.dfa(term.body)
        needed = [body] * term.at_least
        if term.at_most is None:
            again = self.loop(body, EMPTY_RUN)
            return self.chain([*needed[1:], again]) if needed else self.optional(again)
        allowed = self.optional(body)
        return self.chain([*needed, *[allowed] * (term.at_most - term.at_least)])

    def chain(self, parts: list[Dfa]) -> Dfa:
        """One after the other: where a part may end, the next may begin."""
        moves: list[dict[str, int]] = [{}]
        ends = {0}
        for part in parts:
            if ends == {len(moves) - 1} and not moves[-1]:
                moves.pop()  # the part begins where the one before it ends
                ends = set()
            start = self.add(moves, part)
            for state in ends:
                if not _joined(moves[state], moves[start]):
                    return self.chain_of_any(parts)
            after = {start + state for state in part.accepting}
            ends = after | ends if 0 in part.accepting else after
        return Dfa(moves, ends)

    def optional(self, body: Dfa) -> Dfa:
        """It or nothing."""
        if any(0 in row.values() for row in body.moves):  # to begin is not the same as to begin again
            return self.either([EMPTY_RUN, body])
        return Dfa(body.moves, body.accepting | {0})

    def either(self, branches: list[Dfa]) -> Dfa:
        """One of them."""
        moves: list[dict[str, int]] = [{}]
        ends: set[int] = set()
        for branch in branches:
            start = self.add(moves, branch)
            if not _joined(moves[0], moves[start]):
                return self.any_of(branches)
            ends |= {start + state for state in branch.accepting}
        return Dfa(moves, ends | {0} if any(0 in branch.accepting for branch in branches) else ends)

    def add(self, moves: list[dict[str, int]], part: Dfa) -> int:
        """Copy a part's moves behind others; returns where it starts."""
        start = len(moves)
        moves += [{label: start + target for label, target in row.items()} for row in part.moves]
        if len(moves) > 4 * self.max_states:
            raise too_large(self.max_states)
        return start

    def chain_of_any(self, parts: list[Dfa]) -> Dfa:
        """`chain` by way of an NFA."""
        nfa, starts = self.side_by_side(parts)
        ends = [{start + s for s in part.accepting} for part, start in zip(parts, starts, strict=True)]
        for end, following in zip(ends, starts[1:], strict=False):
            for state in end:
                nfa.silent[state].append(following)
        return self.language_of(nfa, ends[-1])

    def loop_of_any(self, body: Dfa, again: Dfa) -> Dfa:
        """`loop` by way of an NFA."""
        nfa, starts = self.side_by_side([smallest(body), smallest(again)])
        ends = {state for state in nfa.accepting if state < starts[1]}
        for state in nfa.accepting:
            nfa.silent[state].append(starts[1] if state in ends else 0)
        return self.language_of(nfa, ends)

    def any_of(self, branches: list[Dfa]) -> Dfa:
        """`either` by the subset construction, where a set of one state is the state itself."""
        moves: list[dict[str, int]] = [{}]
        starts = frozenset([self.add(moves, branch) for branch in branches])
        numbers = {starts: 0}
        ends = {s + a for s, b in zip(sorted(starts), branches, strict=True) for a in b.accepting}
        for states in (queue := [starts]):  # grows while it is walked
            following: dict[str, set[int]] = {}
            for state in states:
                for label, target in moves[state].items():
                    following.setdefault(label, set()).add(target)
            for label, targets in following.items():
                if len(targets) > 1 and (several := frozenset(targets)) not in numbers:
                    numbers[several] = self.add(moves, NOTHING)
                    queue.append(several)
                moves[numbers[states]][label] = numbers[several] if len(targets) > 1 else targets.pop()
        return Dfa(
            moves, ends | {number for states, number in numbers.items() if not ends.isdisjoint(states)}
        )

    def interleaved(self, branches: list[Dfa]) -> Dfa:
        """Parallel branches; only those that share activities need to be determinised."""
        groups = []
        if math.prod(len(branch.moves) for branch in branches) > AS_IT_IS:
            branches = [smallest(branch) for branch in branches]
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
        self.blocks[name] = [smallest(branch) for branch in branches]
        one = Dfa([{name: 1}, {}], {1})
        return self.optional(one) if all(0 in b.accepting for b in branches) else one

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


def _flat(parts: tuple[Term, ...]) -> tuple[Term, ...]:
    """The parts of a sequence, those of sequences in it among them; what comes again stays one part."""
    if not any(isinstance(part, Sequence) for part in parts):
        return parts
    found: list[Term] = []
    for part, following in zip(parts, (*parts[1:], None), strict=True):
        again = following.body if isinstance(following, Repeat) else None
        comes_again = isinstance(again, Sequence) and any(inner is part for inner in again.parts)
        found += _flat(part.parts) if isinstance(part, Sequence) and not comes_again else [part]
    return tuple(found)


def _joined(row: dict[str, int], more: dict[str, int]) -> bool:
    """Add moves to a state's, unless it has other ones with the same label."""
    if not all(row.get(label, target) == target for label, target in more.items()):
        return False
    row.update(more)
    return True


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
