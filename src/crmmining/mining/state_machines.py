"""Finite state machines while a model is compiled: determinise, minimise, number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from crmmining.errors import ModelError, TooLargeError


class Dfa(NamedTuple):
    """Deterministic: state 0 starts, `moves[s]` maps a label to the next state."""

    moves: list[dict[str, int]]
    accepting: set[int]


@dataclass(frozen=True, slots=True)
class Nfa:
    """Nondeterministic: state 0 starts, labelled moves and silent moves per state."""

    moves: list[list[tuple[str, int]]]
    silent: list[list[int]]
    accepting: set[int]


def too_large(max_states: int) -> TooLargeError:
    """The refusal of a model whose states cannot all be held."""
    return TooLargeError(
        f"the model has more than {max_states:,} states, the most that is worked with; "
        "too many of its steps may happen side by side: put some of them in order, or split it"
    )


def minimal(nfa: Nfa, max_states: int) -> Dfa:
    """The minimal DFA of an NFA's language.

    Raises ModelError where no accepting state can be reached, or with more than `max_states`.
    """
    return minimise(determinise(nfa, max_states))


def determinise(nfa: Nfa, max_states: int, anything: int | None = None) -> Dfa:
    """Subset construction (Rabin and Scott 1959) on the silent closures of the living states.

    From the state `anything` every run goes on and may end, so where one can be in it the other states
    need not be known.
    """
    closures = _Closures(nfa, anything)
    start = closures.start
    if not start:
        raise ModelError("no run of the model comes to its end: the final state is never reached")
    numbers, queue = {start: 0}, [start]
    moves: list[dict[str, int]] = []
    accepting: set[int] = set()
    for subset in queue:  # grows while it is walked
        if subset & closures.accepting:
            accepting.add(len(moves))
        row: dict[str, int] = {}
        for label, following in closures.following(subset).items():
            if following not in numbers:
                numbers[following] = len(queue)
                queue.append(following)
            row[label] = numbers[following]
        moves.append(row)
        if len(queue) > max_states:
            raise too_large(max_states)
    return Dfa(moves, accepting)


def minimise(dfa: Dfa) -> Dfa:
    """Merge equivalent states by partition refinement (Hopcroft 1971), for partial DFAs.

    A missing move goes nowhere, so both halves of the first split serve as splitters; after that
    the smaller half is enough, as a preimage of the whole minus one of a half is the other's.
    """
    blocks, block_of = _first_split(dfa)
    arriving: list[list[tuple[str, int]]] = [[] for _ in dfa.moves]
    for source, row in enumerate(dfa.moves):
        for label, target in row.items():
            arriving[target].append((label, source))
    waiting = set(range(len(blocks)))
    while waiting:
        preimages: dict[str, list[int]] = {}
        for target in blocks[waiting.pop()]:
            for label, source in arriving[target]:
                preimages.setdefault(label, []).append(source)
        for sources in preimages.values():
            if len(sources) == 1 == len(blocks[block_of[sources[0]]]):
                continue  # a state that is apart from all others
            _split(sources, blocks, block_of, waiting)
    return _quotient(dfa, blocks, block_of)


def numbered(dfa: Dfa) -> Dfa:
    """States renumbered breadth first with labels in order, so that equal languages look equal."""
    numbers, queue = {0: 0}, [0]
    for state in queue:  # grows while it is walked
        for label in sorted(dfa.moves[state]):
            target = dfa.moves[state][label]
            if target not in numbers:
                numbers[target] = len(queue)
                queue.append(target)
    moves = [
        {label: numbers[target] for label, target in sorted(dfa.moves[state].items())} for state in queue
    ]
    return Dfa(moves, {numbers[state] for state in dfa.accepting if state in numbers})


class _Closures:
    """Silent closures of the states that live on and have something to say, as sets of bits."""

    def __init__(self, nfa: Nfa, anything: int | None) -> None:
        living = _living(nfa)
        self._anything = 0 if anything is None else 1 << anything
        self.accepting = sum(1 << state for state in nfa.accepting)
        saying = {s for s in living if s in nfa.accepting or any(t in living for _, t in nfa.moves[s])}
        known: dict[int, int] = {}

        def closure(state: int) -> int:
            if state not in known:
                seen, stack = {state}, [state]
                while stack:
                    for target in nfa.silent[stack.pop()]:
                        if target not in seen:
                            seen.add(target)
                            stack.append(target)
                found = sum(1 << s for s in seen & saying)
                known[state] = self._anything if found & self._anything else found
            return known[state]

        self.start = closure(0)
        self._steps: list[dict[str, int]] = [{} for _ in nfa.moves]
        for state in saying:
            row = self._steps[state]
            for label, target in nfa.moves[state]:
                if target in living:
                    row[label] = row.get(label, 0) | closure(target)

    def following(self, subset: int) -> dict[str, int]:
        """Where each label leads to from a set of states."""
        reached: dict[str, int] = {}
        while subset:
            state = subset & -subset
            subset ^= state
            for label, targets in self._steps[state.bit_length() - 1].items():
                reached[label] = reached.get(label, 0) | targets
        if self._anything:
            for label, targets in reached.items():
                if targets & self._anything:
                    reached[label] = self._anything
        return reached


def _living(nfa: Nfa) -> set[int]:
    """States from which an accepting state can be reached."""
    arriving: list[list[int]] = [[] for _ in nfa.moves]
    for source, (row, silent) in enumerate(zip(nfa.moves, nfa.silent, strict=True)):
        for target in (*(target for _, target in row), *silent):
            arriving[target].append(source)
    living, stack = set(nfa.accepting), list(nfa.accepting)
    while stack:
        for source in arriving[stack.pop()]:
            if source not in living:
                living.add(source)
                stack.append(source)
    return living


def _first_split(dfa: Dfa) -> tuple[list[set[int]], list[int]]:
    rest = set(range(len(dfa.moves))) - dfa.accepting
    blocks = [block for block in (set(dfa.accepting), rest) if block]
    block_of = [0] * len(dfa.moves)
    for number, block in enumerate(blocks):
        for state in block:
            block_of[state] = number
    return blocks, block_of


def _split(sources: list[int], blocks: list[set[int]], block_of: list[int], waiting: set[int]) -> None:
    groups: dict[int, set[int]] = {}
    for source in sources:
        groups.setdefault(block_of[source], set()).add(source)
    for number, inside in groups.items():
        block = blocks[number]
        if len(inside) == len(block):
            continue
        new = len(blocks)
        block -= inside
        moved = inside
        if number not in waiting and len(inside) > len(block):
            blocks[number], moved = inside, block
        blocks.append(moved)
        for state in moved:
            block_of[state] = new
        waiting.add(new)


def _quotient(dfa: Dfa, blocks: list[set[int]], block_of: list[int]) -> Dfa:
    first = block_of[0]
    swap = {first: 0, 0: first}  # state 0 starts
    number = [swap.get(block, block) for block in range(len(blocks))]
    moves: list[dict[str, int]] = [{} for _ in blocks]
    for block, states in enumerate(blocks):
        row = dfa.moves[next(iter(states))]
        moves[number[block]] = {label: number[block_of[t]] for label, t in row.items()}
    return Dfa(moves, {number[block_of[state]] for state in dfa.accepting})
