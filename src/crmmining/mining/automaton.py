"""A model's language as a minimal deterministic automaton over activities.

What an alignment costs depends only on the runs a model allows, not on how it is drawn; so a
journey, a process tree and a Petri net all become the one smallest machine of their runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence as SequenceOf
from dataclasses import dataclass
from functools import cached_property
from heapq import heappop, heappush

import numpy as np
from numpy.typing import NDArray

from crmmining.mining.models import PetriNet
from crmmining.mining.net_language import net_language
from crmmining.mining.state_machines import Dfa
from crmmining.mining.term_language import term_language
from crmmining.study.journey import Term

MAX_STATES = 100_000


def from_term(term: Term, *, max_states: int = MAX_STATES) -> Automaton:
    """The automaton of a term (a journey, a process tree); raises ModelError above `max_states`.

    >>> from crmmining.study.journey import Parallel, Repeat, Sequence, Step
    >>> machine = from_term(Sequence((Step("a"), Parallel((Step("b"), Repeat(Step("c")))))))
    >>> machine.n_states, machine.accepts("acbcc"), machine.accepts("ac"), machine.shortest_run()
    (3, True, False, ('a', 'b'))
    """
    return frozen(term_language(term, max_states))


def from_petri_net(net: PetriNet, *, max_states: int = MAX_STATES) -> Automaton:
    """The automaton of the label sequences that lead a net from its initial to its final marking.

    Raises ModelError for a net that is unbounded, too large, or never reaches its final marking.
    """
    return frozen(net_language(net, max_states))


@dataclass(frozen=True, eq=False)
class Automaton:
    """States 0 … n-1, 0 starts; every state lies on a run. Equal languages are equal automata.

    Move `i` leads from `sources[i]` to `targets[i]` by activity `labels[symbols[i]]`; moves are
    sorted by source, then symbol, labels by name.
    """

    labels: tuple[str, ...]
    sources: NDArray[np.int32]
    symbols: NDArray[np.int32]
    targets: NDArray[np.int32]
    accepting: NDArray[np.bool_]

    @property
    def n_states(self) -> int:
        """How many states there are."""
        return len(self.accepting)

    def accepts(self, sequence: Iterable[str]) -> bool:
        """Whether the sequence of activities is a run of the model."""
        state = 0
        for activity in sequence:
            if activity not in self.moves[state]:
                return False
            state = self.moves[state][activity]
        return bool(self.accepting[state])

    def shortest_run(self) -> tuple[str, ...]:
        """A run with the fewest activities; of several, the first in the order of the labels."""
        return tuple(self.labels[symbol] for symbol in self.cheapest_run([1] * len(self.labels)))

    def cheapest_run(self, costs: SequenceOf[int]) -> tuple[int, ...]:
        """The symbols of a run whose costs, one per label, add up to least (Dijkstra 1959)."""
        place = {label: symbol for symbol, label in enumerate(self.labels)}
        waiting: list[tuple[int, tuple[int, ...], int]] = [(0, (), 0)]
        seen: set[int] = set()
        while waiting:
            cost, run, state = heappop(waiting)
            if self.accepting[state]:
                return run
            if state not in seen:
                seen.add(state)
                for label, target in self.moves[state].items():
                    symbol = place[label]
                    heappush(waiting, (cost + costs[symbol], (*run, symbol), target))
        raise AssertionError("every state of an automaton lies on a run")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Automaton) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @cached_property
    def _key(self) -> tuple[object, ...]:
        arrays = (self.sources, self.symbols, self.targets, self.accepting)
        return (self.labels, *(array.tobytes() for array in arrays))

    @cached_property
    def moves(self) -> list[dict[str, int]]:
        """Per state the state that each activity leads to."""
        moves: list[dict[str, int]] = [{} for _ in range(self.n_states)]
        ends = (self.sources.tolist(), self.symbols.tolist(), self.targets.tolist())
        for source, symbol, target in zip(*ends, strict=True):
            moves[source][self.labels[symbol]] = target
        return moves


def frozen(dfa: Dfa) -> Automaton:
    """A machine as an automaton; the same for the same machine."""
    labels = tuple(sorted({label for row in dfa.moves for label in row}))
    symbol_of = {label: symbol for symbol, label in enumerate(labels)}
    moves = np.array(
        [
            (source, symbol_of[label], target)
            for source, row in enumerate(dfa.moves)
            for label, target in row.items()
        ],
        np.int32,
    ).reshape(-1, 3)
    accepting = np.zeros(len(dfa.moves), np.bool_)
    accepting[list(dfa.accepting)] = True
    columns = [np.ascontiguousarray(column) for column in (*moves.T, accepting)]
    for column in columns:
        column.setflags(write=False)
    return Automaton(labels, *columns)
